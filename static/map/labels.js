// Names on the map that do not meet: each takes the free place nearest to its point, or waits for
// a closer zoom. Options: items [[lat, lon, text, figure]] in order of importance, className,
// minZoom, maxZoom, dot, size [px].
(function () {
  "use strict";
  const { textWidth, placeLabels } = window.tongcunFormulas;
  const LEAD = 1.25;

  const node = ([, , text, figure], options) => {
    const span = document.createElement("span");
    span.textContent = text;
    if (figure) L.tongcunText("b", "", span, figure);
    if (options.dot) span.classList.add("dotted");
    return span;
  };

  // One layout for all groups of a map, in the order in which they were added.
  const layout = (map) => {
    const size = map.getSize();
    const wanted = [];
    for (const group of map.tcLabels) {
      const { options, marks } = group.tcNames;
      const on = map.getZoom() >= options.minZoom && map.getZoom() < options.maxZoom;
      for (const mark of marks) {
        const at = map.latLngToContainerPoint(mark.getLatLng());
        const inside = on && at.x > 0 && at.y > 0 && at.x < size.x && at.y < size.y;
        if (inside) wanted.push({ group, mark, x: at.x, y: at.y, ...mark.tcSize, beside: options.dot });
        else group.removeLayer(mark);
      }
    }
    for (const [i, spot] of placeLabels(wanted, size).entries()) {
      const { group, mark } = wanted[i];
      if (!spot) {
        group.removeLayer(mark);
        continue;
      }
      group.addLayer(mark);
      mark.options.icon.options.html.style.translate = `${spot.dx.toFixed(1)}px ${spot.dy.toFixed(1)}px`;
    }
  };

  L.tongcunLabels = (options) => {
    const group = L.layerGroup();
    const size = options.size || 12;
    const marks = options.items.map((item) => {
      const html = node(item, options);
      const icon = L.divIcon({ className: `tc-name ${options.className}`, html, iconSize: [0, 0] });
      const mark = L.marker([item[0], item[1]], { icon, interactive: false, keyboard: false });
      const lines = [...String(item[2]).split("\n"), ...(item[3] ? [String(item[3])] : [])];
      mark.tcSize = { w: Math.max(...lines.map((line) => textWidth(line, size))) + 4, h: lines.length * size * LEAD };
      return mark;
    });
    group.tcNames = { options, marks };
    group.on("add", () => {
      const map = group._map;
      if (!map.tcLabels) {
        map.tcLabels = [];
        map.on("zoomend moveend resize", () => layout(map));
      }
      map.tcLabels.push(group);
      if (map._loaded) layout(map);
    });
    group.on("remove", () => {
      const map = group._map || group._mapToAdd;
      if (map) map.tcLabels = map.tcLabels.filter((one) => one !== group);
    });
    return group;
  };
})();

// Measuring: each click adds a corner, the last line follows the pointer, Escape or a double click
// ends it; the length stays until the tool is pressed again.
(function () {
  "use strict";
  const { distanceText } = window.tongcunFormulas;
  const look = (dash) => ({ color: "var(--tc-selection, #5A45C8)", weight: 2.5, dashArray: dash, interactive: false });

  const length = (corners) =>
    corners.slice(1).reduce((sum, at, i) => sum + at.distanceTo(corners[i]), 0);

  const start = (map, button) => {
    const group = L.layerGroup().addTo(map);
    const line = L.polyline([], look()).addTo(group);
    const next = L.polyline([], look("4 4")).addTo(group);
    const label = L.tongcunText("div", "tc-measured", map.getContainer(), "0 m");
    const corners = [];
    const tell = (at) => (label.textContent = distanceText(length(at ? [...corners, at] : corners)));
    const on = {
      click: ({ latlng }) => {
        corners.push(latlng);
        line.setLatLngs(corners);
        L.circleMarker(latlng, { ...look(), radius: 3, fillOpacity: 1 }).addTo(group);
        tell();
      },
      mousemove: ({ latlng }) => {
        if (!corners.length) return;
        next.setLatLngs([corners.at(-1), latlng]);
        tell(latlng);
      },
      dblclick: () => end(),
      keydown: ({ originalEvent }) => originalEvent.key === "Escape" && end(),
    };
    const end = () => {
      map.off(on);
      next.remove();
      tell();
      map.getContainer().classList.remove("measuring");
      map.doubleClickZoom.enable();
      // The click that ends it is heard by others, too.
      setTimeout(() => (map.tcMeasuring = false), 0);
    };
    map.tcMeasuring = true;
    map.doubleClickZoom.disable();
    map.getContainer().classList.add("measuring");
    button.setAttribute("aria-pressed", "true");
    map.on(on);
    map.tcMeasure = () => {
      end();
      group.remove();
      label.remove();
      button.setAttribute("aria-pressed", "false");
      map.tcMeasure = null;
    };
  };

  L.tongcunMeasure = (map, button) => (map.tcMeasure ? map.tcMeasure() : start(map, button));
})();

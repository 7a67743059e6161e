// Small controls of our own: legend with switches, north arrow, banner. Texts arrive as text.
(function () {
  "use strict";
  const el = (tag, cls, parent, text) => {
    const node = L.DomUtil.create(tag, cls, parent);
    if (text !== undefined) node.textContent = text;
    return node;
  };

  const mark = (row, line) => {
    const sign = el("span", `tc-mark ${row.shape || "square"}`, line);
    sign.style.color = row.colour;
    sign.style.background = row.hatch
      ? `repeating-linear-gradient(45deg, ${row.colour} 0 2px, transparent 2px 5px)`
      : row.colour;
    if (row.ring) sign.style.boxShadow = `0 0 0 1.5px ${row.ring}, 0 0 0 2.5px ${row.colour}`;
    el("span", "", line, row.text);
  };

  const folding = (parent, title, open) => {
    const fold = el("details", "", parent);
    fold.open = open;
    return [fold, el("summary", "tc-legend-title", fold, title)];
  };

  // Options: title, unit, rows [{colour, ring, hatch, text}], notes [text], position. Folds to its
  // title.
  L.tongcunLegend = (options) => {
    const control = L.control({ position: options.position || "bottomleft" });
    control.onAdd = (map) => {
      const box = el("div", "tc-legend leaflet-bar");
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      const [fold, head] = folding(box, options.title, map.getSize().x > 480);
      if (options.unit) el("span", "tc-legend-unit", head, options.unit);
      for (const row of options.rows) mark(row, el("div", "tc-legend-row", fold));
      for (const note of options.notes || []) el("div", "tc-legend-note", fold, note);
      return box;
    };
    return control;
  };

  // Switches. Options: title, rows as above, each with the name of its layer (and class of points).
  L.tongcunSwitches = (options, layers) => {
    const control = L.control({ position: "topleft" });
    control.onAdd = (map) => {
      const box = el("div", "tc-legend leaflet-bar");
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      const [fold] = folding(box, options.title, false);
      for (const row of options.rows) {
        const line = el("label", "tc-legend-row", fold);
        const tick = el("input", "", line);
        tick.type = "checkbox";
        tick.checked = !row.off;
        tick.addEventListener("change", () => {
          const layer = layers[row.layer];
          if (row.cls !== undefined) layer.toggle(row.cls, tick.checked);
          else if (tick.checked) layer.addTo(map);
          else map.removeLayer(layer);
        });
        mark(row, line);
      }
      return box;
    };
    return control;
  };

  L.tongcunNorth = (title) => {
    const control = L.control({ position: "topright" });
    control.onAdd = () => {
      const box = el("div", "tc-north", undefined, "N");
      box.title = title;
      return box;
    };
    return control;
  };

  L.tongcunBanner = (text) => {
    const control = L.control({ position: "topright" });
    control.onAdd = () => el("div", "tc-banner", undefined, text);
    return control;
  };

  const circle = (site, colour) =>
    L.circle([site.lat, site.lon], {
      radius: site.radius_m,
      color: colour,
      weight: 1.6,
      dashArray: "6 4",
      opacity: site.enabled ? 0.95 : 0.35,
      fillOpacity: site.enabled ? 0.12 : 0.02,
      interactive: false,
    });

  // What-if sites: a numbered mark, its circle where no terrain is known (radius_m); sites that
  // stand (stations) as squares; villages newly reached as dots; the elevation model's edge.
  L.tongcunSites = (group, overlay) => {
    group.clearLayers();
    if (overlay.model) {
      // Outside the elevation model nothing is predicted.
      L.rectangle(overlay.model, { color: "#8a8f96", weight: 1.5, dashArray: "3 5", fill: false, interactive: false }).addTo(group);
    }
    for (const site of overlay.stations || []) {
      const icon = L.divIcon({ className: `tc-station${site.on ? " on" : ""}`, iconSize: site.on ? [14, 14] : [9, 9] });
      L.marker([site.lat, site.lon], { icon, keyboard: false, title: site.title }).addTo(group);
    }
    for (const site of overlay.sites || []) {
      const on = site.enabled;
      if (site.radius_m) circle(site, overlay.colour).addTo(group);
      const icon = L.divIcon({ className: `tc-site${on ? "" : " off"}`, html: String(Number(site.number)), iconSize: [22, 22] });
      L.marker([site.lat, site.lon], { icon, keyboard: false, title: site.title }).addTo(group);
    }
    for (const [lat, lon] of overlay.gained || []) {
      L.circleMarker([lat, lon], { radius: 4, color: "#ffffff", weight: 1, fillColor: overlay.gainedColour, fillOpacity: 1, interactive: false }).addTo(group);
    }
  };
})();

// Names on the map between two zooms. Options: items [[lat, lon, text]], className, minZoom, maxZoom, dot.
(function () {
  "use strict";
  L.tongcunLabels = (options) => {
    const group = L.layerGroup();
    const marks = options.items.map(([lat, lon, text]) => {
      const node = document.createElement("span");
      node.textContent = (options.dot ? "• " : "") + text;
      const icon = L.divIcon({ className: options.className, html: node, iconSize: [0, 0], iconAnchor: options.dot ? [3, 8] : [0, 0] });
      return L.marker([lat, lon], { icon, interactive: false, keyboard: false });
    });
    const fit = () => {
      const zoom = group._map_.getZoom();
      const on = zoom >= options.minZoom && zoom < options.maxZoom;
      for (const mark of marks) {
        if (on && !group.hasLayer(mark)) group.addLayer(mark);
        if (!on && group.hasLayer(mark)) group.removeLayer(mark);
      }
    };
    group.on("add", (event) => {
      group._map_ = event.target._map;
      group._map_.on("zoomend", fit);
      fit();
    });
    group.on("remove", () => group._map_.off("zoomend", fit));
    return group;
  };
})();

// Credits in place of Leaflet's own advertisement; the text comes escaped.
L.tongcunCredit = (text) => ({
  addTo(map) {
    map.attributionControl.setPrefix(false);
    map.attributionControl.addAttribution(text);
    return this;
  },
});

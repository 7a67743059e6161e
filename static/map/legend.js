// Legends below the map and the switches above it. Texts arrive as text.
(function () {
  "use strict";
  const text = (...given) => L.tongcunText(...given);

  // Shapes are those of points.js: disc, ring, diamond, square; line; and the fill of an area.
  const mark = (row, line) => {
    const sign = text("span", `tc-mark ${row.shape || "area"}`, line);
    sign.style.color = row.colour;
    if (row.hatch) sign.style.backgroundImage = `repeating-linear-gradient(135deg, ${row.colour} 0 1.5px, ${row.hatch} 1.5px 4.5px)`;
    if (row.outline) sign.style.outline = `1.5px solid ${row.outline}`;
    if (row.dash) sign.style.borderTopStyle = "dashed";
    text("span", "", line, row.text);
  };

  // Steps of a figure as one bar, its limits below.
  const ramp = (steps, parent) => {
    const box = text("div", "tc-ramp", parent);
    for (const step of steps) {
      const cell = text("span", "", box);
      text("i", "", cell).style.background = step.colour;
      text("span", "", cell, step.text);
    }
  };

  const isShown = (row, zoom, on) =>
    (row.layer === undefined || on(row)) && zoom >= (row.minZoom ?? 0) && zoom < (row.maxZoom ?? 99);

  // Options: title, unit, ramp [{colour, text}], rows [{colour, shape, hatch, outline, text, layer,
  // cls, minZoom, maxZoom}], notes [text]. A row of a layer is there while the layer is drawn.
  L.tongcunLegend = (options) => ({
    addTo(map) {
      this.map = map;
      this.box = text("div", "tc-legend", map.tcFrame.legends);
      const head = text("div", "tc-legend-title", this.box, options.title);
      if (options.unit) text("span", "tc-legend-unit", head, options.unit);
      if ((options.ramp || []).length) ramp(options.ramp, this.box);
      const list = text("div", "tc-legend-rows", this.box);
      const lines = options.rows.map((row) => {
        const line = text("span", "tc-legend-row", list);
        mark(row, line);
        return [row, line];
      });
      for (const note of options.notes || []) text("div", "tc-legend-note", this.box, note);
      this.fit = () => {
        const hidden = map.tcHidden || new Set();
        const on = (row) => !hidden.has(keyOf(row));
        for (const [row, line] of lines) line.hidden = !isShown(row, map.getZoom(), on);
      };
      map.on("zoomend tongcunswitch", this.fit);
      if (map._loaded) this.fit();
      else map.whenReady(this.fit);
      return this;
    },
    getContainer() {
      return this.box;
    },
    remove() {
      this.map.off("zoomend tongcunswitch", this.fit);
      this.box.remove();
    },
  });

  // Lines in the drawing of the regions, for what is unknown. Options: id, line, ground.
  L.tongcunHatch = ({ id, line, ground }) => ({
    addTo(map) {
      const defs = document.createElementNS("http://www.w3.org/2000/svg", "defs");
      defs.innerHTML = `<pattern id="${id}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="${ground}"/><rect width="1.5" height="5" fill="${line}"/></pattern>`;
      map.getPanes().overlayPane.querySelector("svg").prepend(defs);
      return this;
    },
  });

  const keyOf = (row) => `${row.layer}/${row.cls ?? ""}`;

  const press = (map, layers, row, on) => {
    const layer = layers[row.layer];
    if (on) map.tcHidden.delete(keyOf(row));
    else map.tcHidden.add(keyOf(row));
    if (row.cls !== undefined) layer.toggle(row.cls, on);
    else if (on) layer.addTo(map);
    else map.removeLayer(layer);
    map.fire("tongcunswitch");
  };

  // Options: title, rows as above, each with the name of its layer (and class of points) and
  // whether it is off at first.
  L.tongcunSwitches = (options, layers) => ({
    addTo(map) {
      map.tcHidden = new Set(options.rows.filter((row) => row.off).map(keyOf));
      const fold = text("details", "tc-switches", map.tcFrame.left);
      const head = text("summary", "tc-tool", fold);
      head.title = options.title;
      head.innerHTML = '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 2.5 14 6 8 9.5 2 6zM2.5 9 8 12.5 13.5 9"/></svg>';
      text("span", "", head, options.title);
      const list = text("div", "tc-switch-list", fold);
      for (const row of options.rows) {
        const line = text("label", "tc-legend-row", list);
        const tick = text("input", "", line);
        tick.type = "checkbox";
        tick.checked = !row.off;
        tick.addEventListener("change", () => press(map, layers, row, tick.checked));
        mark(row, line);
      }
      fold.addEventListener("keydown", (event) => {
        if (event.key === "Escape") fold.open = false;
      });
      map.on("mousedown", () => (fold.open = false));
      map.fire("tongcunswitch");
      return this;
    },
  });
})();

// Points of a province on one canvas: 140,000 of them in a frame, without WebGL.
//
// Data: for n points 4n bytes of longitude and 4n of latitude (float32, little-endian), 2n of
// households (uint16), n of class (uint8). Options: url or base64 of it, classes (one record per
// class: colour, shape, label), aggregateBelow (zoom), minZoom (nothing is drawn below it), highlight
// (class counted when aggregated), hidden (classes that wait for their switch), words (texts of the
// tooltip), names (url of the list of names, or empty), halo (colour around a mark).
(function () {
  "use strict";
  const { decodePoints, fromBase64, indexPoints, nearestPoint, binPoints } = window.tongcunFormulas;
  const cellPx = 44;
  // Number of households that says that they are unknown.
  const unknownSize = 65535;

  const TRACES = {
    square: (pen, x, y, r) => pen.rect(x - r, y - r, 2 * r, 2 * r),
    disc: (pen, x, y, r) => {
      pen.moveTo(x + r, y);
      pen.arc(x, y, r, 0, 7);
    },
    diamond: (pen, x, y, r) => {
      const d = r * 1.25;
      pen.moveTo(x, y - d);
      pen.lineTo(x + d, y);
      pen.lineTo(x, y + d);
      pen.lineTo(x - d, y);
      pen.closePath();
    },
  };
  TRACES.ring = (pen, x, y, r) => TRACES.disc(pen, x, y, r * 0.9);

  const Points = L.Layer.extend({
    initialize(options) {
      L.setOptions(this, options);
      this._hidden = new Set(options.hidden || []);
    },

    onAdd(map) {
      if (!map.getPane("points")) {
        map.createPane("points").style.zIndex = 450;
        map.getPane("points").style.pointerEvents = "none";
      }
      this._canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", map.getPane("points"));
      map.on("moveend zoomend resize viewreset", this._draw, this);
      map.on("mousemove", this._hover, this);
      map.on("mouseout", this._leave, this);
      if (!this._isShown()) requestAnimationFrame(() => map.fire("tongcunpoints"));
      this._draw();
    },

    _isShown() {
      return this._hidden.size < this.options.classes.length && this._map.getZoom() >= (this.options.minZoom || 0);
    },

    onRemove(map) {
      map.off("moveend zoomend resize viewreset", this._draw, this);
      map.off("mousemove", this._hover, this);
      map.off("mouseout", this._leave, this);
      this._leave();
      this._canvas.remove();
    },

    toggle(cls, on) {
      if (on) this._hidden.delete(cls);
      else this._hidden.add(cls);
      this._draw();
    },

    // Fetched once something of it is to be drawn.
    async _load() {
      if (this._asked) return;
      this._asked = true;
      const { url, base64 } = this.options;
      let buffer;
      if (base64) buffer = fromBase64(base64);
      else {
        const at = new URL(url.replace(/^\//, ""), window.tongcunBase || window.location.href);
        const ahead = window.tongcunAhead;
        delete window.tongcunAhead;
        const answer = await (ahead && ahead.url === url ? ahead.answer : fetch(at));
        if (!answer.ok) throw new Error(`points: ${answer.status}`);
        buffer = await answer.arrayBuffer();
      }
      this._data = decodePoints(buffer);
      if (!this._map) return;
      this._draw();
      this._map.fire("tongcunpoints");
    },

    // Made at the first hover, since the first picture need not wait for it.
    _index() {
      this._cells ??= indexPoints(this._data);
      return this._cells;
    },

    _draw() {
      const map = this._map;
      if (!map) return;
      const shown = this._isShown();
      this._canvas.hidden = !shown;
      if (!shown) return;
      if (!this._data) {
        this._load();
        return;
      }
      const size = map.getSize();
      const ratio = window.devicePixelRatio || 1;
      const canvas = this._canvas;
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
      L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
      const pen = canvas.getContext("2d");
      pen.scale(ratio, ratio);
      const scale = 2 ** map.getZoom();
      const origin = map.getPixelBounds().min;
      this._bins = [];
      if (map.getZoom() < this.options.aggregateBelow) this._drawBins(pen, scale, origin, size);
      else this._drawPoints(pen, scale, origin, size);
      canvas.dataset.points = String(this._data.n);
    },

    _drawPoints(pen, scale, origin, size) {
      const { n, x, y, cls } = this._data;
      const r = Math.min(5, Math.max(1.2, (this._map.getZoom() - 6) * 0.7));
      // The rarest and most urgent class goes on top.
      for (let c = this.options.classes.length - 1; c >= 0; c -= 1) {
        if (this._hidden.has(c)) continue;
        const { shape, colour } = this.options.classes[c];
        const trace = r < 2 ? TRACES.square : TRACES[shape] || TRACES.disc;
        pen.fillStyle = colour;
        pen.beginPath();
        for (let i = 0; i < n; i += 1) {
          if (cls[i] !== c) continue;
          const px = x[i] * scale - origin.x;
          const py = y[i] * scale - origin.y;
          if (px < -9 || py < -9 || px > size.x + 9 || py > size.y + 9) continue;
          trace(pen, px, py, r);
        }
        this._ink(pen, r >= 2 && shape === "ring", r);
      }
    },

    // Fills the marks with a halo beneath, or strokes them as rings.
    _ink(pen, ring, r) {
      const { halo } = this.options;
      if (ring) {
        pen.strokeStyle = pen.fillStyle;
        pen.lineWidth = 1.4;
        pen.stroke();
        return;
      }
      if (r >= 2) {
        pen.strokeStyle = halo;
        pen.lineWidth = 1.6;
        pen.stroke();
      }
      pen.fill();
    },

    // Below the zoom where dots would run together: one disc per square of the screen, its area
    // in proportion to the highlighted class, its number inside.
    _drawBins(pen, scale, origin, size) {
      const wanted = this.options.highlight;
      const look = this.options.classes[wanted];
      if (this._hidden.has(wanted)) return;
      const bins = binPoints(this._data, wanted, scale, cellPx);
      const most = bins.length ? bins[0].count : 1;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      for (const bin of bins) {
        const px = bin.x - origin.x;
        const py = bin.y - origin.y;
        if (px < -30 || py < -30 || px > size.x + 30 || py > size.y + 30) continue;
        const r = Math.max(5, cellPx * 0.45 * Math.sqrt(bin.count / most));
        pen.globalAlpha = 0.85;
        pen.fillStyle = look.colour;
        pen.beginPath();
        pen.arc(px, py, r, 0, 7);
        pen.fill();
        pen.globalAlpha = 1;
        pen.lineWidth = 1.2;
        pen.strokeStyle = this.options.halo;
        pen.stroke();
        if (r > 9) {
          pen.fillStyle = this.options.halo;
          pen.font = `600 ${Math.min(12, r * 0.8)}px system-ui, sans-serif`;
          pen.fillText(String(bin.count), px, py);
        }
        this._bins.push({ px, py, r, count: bin.count });
      }
    },

    // Name of a point; the list is fetched when a name is first asked for.
    _nameOf(index) {
      const { names } = this.options;
      if (!names) return "";
      if (!this._names) {
        this._names = [];
        const at = new URL(names.replace(/^\//, ""), window.tongcunBase || window.location.href);
        fetch(at)
          .then((answer) => (answer.ok ? answer.json() : []))
          .then((list) => {
            this._names = list;
          })
          .catch(() => {});
      }
      return this._names[index] || "";
    },

    // Nearest visible point within reach of the mouse, or -1.
    nearest(latlng, reachPx) {
      const map = this._map;
      if (!map || !this._data || !this._isShown() || map.getZoom() < this.options.aggregateBelow) return -1;
      return nearestPoint(this._data, this._index(), map.project(latlng), 2 ** map.getZoom(), reachPx, this._hidden);
    },

    _hover(event) {
      if (!this._data || !this._isShown()) return;
      const { words, classes, highlight, aggregateBelow } = this.options;
      const found = this.nearest(event.latlng, 9);
      let text = "";
      if (found >= 0) {
        const look = classes[this._data.cls[found]];
        const count = this._data.households[found];
        const size = count === unknownSize ? words.unsized : `${count} ${words.households}`;
        const name = this._nameOf(found) || words.village;
        text = words.households ? `${name} · ${look.label} · ${size}` : look.label;
      } else if (this._map.getZoom() < aggregateBelow) {
        const p = event.containerPoint;
        const bin = (this._bins || []).find((b) => (b.px - p.x) ** 2 + (b.py - p.y) ** 2 <= b.r * b.r);
        if (bin) text = `${bin.count} · ${classes[highlight].label} · ${words.village}`;
      }
      if (!text) {
        this._leave();
        return;
      }
      if (!this._tip) this._tip = L.DomUtil.create("div", "tc-tip", this._map.getContainer());
      this._tip.textContent = text;
      const room = this._map.getSize().x - event.containerPoint.x - 14;
      this._tip.style.left = `${event.containerPoint.x + Math.min(14, room - this._tip.offsetWidth)}px`;
      this._tip.style.top = `${event.containerPoint.y - 26}px`;
    },

    _leave() {
      if (this._tip) this._tip.remove();
      this._tip = null;
    },
  });

  L.tongcunPoints = (options) => new Points(options);
})();

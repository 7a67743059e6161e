// Points of a province on one canvas: 140,000 of them in a frame, without WebGL.
//
// Data: for n points 4n bytes of longitude and 4n of latitude (float32, little-endian), 2n of
// households (uint16), n of class (uint8). Options: url or base64 of it, classes (one record per
// class: colour, ring, label), aggregateBelow (zoom), highlight (class counted when aggregated),
// words (texts of the tooltip).
(function () {
  "use strict";
  const WORLD = 256;
  const cellPx = 44;

  const decode = (buffer) => {
    const n = Math.floor(buffer.byteLength / 11);
    const lon = new Float32Array(buffer, 0, n);
    const lat = new Float32Array(buffer, 4 * n, n);
    const x = new Float64Array(n);
    const y = new Float64Array(n);
    for (let i = 0; i < n; i += 1) {
      x[i] = WORLD * (lon[i] / 360 + 0.5);
      const s = Math.sin((lat[i] * Math.PI) / 180);
      y[i] = WORLD * (0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI));
    }
    const households = new Uint16Array(buffer.slice(8 * n, 10 * n));
    return { n, x, y, households, cls: new Uint8Array(buffer, 10 * n, n) };
  };

  const fromBase64 = (text) => {
    const raw = atob(text);
    const bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
    return bytes.buffer;
  };

  const Points = L.Layer.extend({
    initialize(options) {
      L.setOptions(this, options);
      this._hidden = new Set();
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
      if (this._data) this._draw();
      else this._load();
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

    async _load() {
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
      this._data = decode(buffer);
      if (!this._map) return;
      this._draw();
      this._map.fire("tongcunpoints");
    },

    // Points by a coarse cell of the world, so that hovering looks at a few dozen only; made at
    // the first hover, since the first picture need not wait for it.
    _index() {
      if (this._cells) return this._cells;
      const { n, x, y } = this._data;
      this._cells = new Map();
      for (let i = 0; i < n; i += 1) {
        const key = Math.floor(x[i] * 64) * 32768 + Math.floor(y[i] * 64);
        const list = this._cells.get(key);
        if (list) list.push(i);
        else this._cells.set(key, [i]);
      }
      return this._cells;
    },

    _draw() {
      const map = this._map;
      if (!map || !this._data) return;
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
      const base = Math.min(7, Math.max(1.3, (this._map.getZoom() - 6) * 0.85));
      // The rarest and most urgent class goes on top.
      const order = this.options.classes.map((_, c) => c).reverse();
      for (const c of order) {
        if (this._hidden.has(c)) continue;
        const look = this.options.classes[c];
        const r = base * (look.ring ? 1.7 : 1);
        pen.fillStyle = look.colour;
        pen.strokeStyle = look.ring || look.colour;
        pen.lineWidth = Math.max(1, base * 0.45);
        pen.globalAlpha = look.ring ? 1 : 0.75;
        pen.beginPath();
        for (let i = 0; i < n; i += 1) {
          if (cls[i] !== c) continue;
          const px = x[i] * scale - origin.x;
          const py = y[i] * scale - origin.y;
          if (px < -9 || py < -9 || px > size.x + 9 || py > size.y + 9) continue;
          if (r < 2.2 && !look.ring) pen.rect(px - r, py - r, 2 * r, 2 * r);
          else {
            pen.moveTo(px + r, py);
            pen.arc(px, py, r, 0, 7);
          }
        }
        // The ring goes under: where points run together it borders the crowd, and hides none.
        if (look.ring) {
          pen.lineWidth *= 2;
          pen.stroke();
        }
        pen.fill();
      }
      pen.globalAlpha = 1;
    },

    // Below the zoom where dots would run together: one disc per square of the screen, its area
    // in proportion to the highlighted class, its number inside.
    _drawBins(pen, scale, origin, size) {
      const { n, x, y, cls } = this._data;
      const wanted = this.options.highlight;
      const look = this.options.classes[wanted];
      if (this._hidden.has(wanted)) return;
      const bins = new Map();
      for (let i = 0; i < n; i += 1) {
        if (cls[i] !== wanted) continue;
        const wx = x[i] * scale;
        const wy = y[i] * scale;
        const key = Math.floor(wx / cellPx) * 1048576 + Math.floor(wy / cellPx);
        const bin = bins.get(key);
        if (bin) {
          bin.count += 1;
          bin.x += wx;
          bin.y += wy;
        } else bins.set(key, { count: 1, x: wx, y: wy });
      }
      let most = 1;
      for (const bin of bins.values()) most = Math.max(most, bin.count);
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      for (const bin of [...bins.values()].sort((a, b) => b.count - a.count)) {
        const px = bin.x / bin.count - origin.x;
        const py = bin.y / bin.count - origin.y;
        if (px < -30 || py < -30 || px > size.x + 30 || py > size.y + 30) continue;
        const r = Math.max(5, cellPx * 0.45 * Math.sqrt(bin.count / most));
        pen.globalAlpha = 0.85;
        pen.fillStyle = look.colour;
        pen.beginPath();
        pen.arc(px, py, r, 0, 7);
        pen.fill();
        pen.globalAlpha = 1;
        pen.lineWidth = 1.2;
        pen.strokeStyle = "#ffffff";
        pen.stroke();
        if (r > 9) {
          pen.fillStyle = "#ffffff";
          pen.font = `600 ${Math.min(12, r * 0.8)}px system-ui, sans-serif`;
          pen.fillText(String(bin.count), px, py);
        }
        this._bins.push({ px, py, r, count: bin.count });
      }
    },

    // Nearest visible point within reach of the mouse, or -1.
    nearest(latlng, reachPx) {
      const map = this._map;
      if (!map || !this._data || map.getZoom() < this.options.aggregateBelow) return -1;
      const { x, y, cls } = this._data;
      const cells = this._index();
      const scale = 2 ** map.getZoom();
      const at = map.project(latlng);
      let best = -1;
      let least = reachPx * reachPx;
      const reach = Math.ceil((reachPx / scale) * 64);
      const cx = Math.floor((at.x / scale) * 64);
      const cy = Math.floor((at.y / scale) * 64);
      for (let i = cx - reach; i <= cx + reach; i += 1) {
        for (let j = cy - reach; j <= cy + reach; j += 1) {
          for (const k of cells.get(i * 32768 + j) || []) {
            if (this._hidden.has(cls[k])) continue;
            const d = (x[k] * scale - at.x) ** 2 + (y[k] * scale - at.y) ** 2;
            if (d < least) {
              least = d;
              best = k;
            }
          }
        }
      }
      return best;
    },

    _hover(event) {
      if (!this._data) return;
      const { words, classes, highlight, aggregateBelow } = this.options;
      const found = this.nearest(event.latlng, 9);
      let text = "";
      if (found >= 0) {
        const look = classes[this._data.cls[found]];
        const count = this._data.households[found];
        text = words.households ? `${words.village} · ${look.label} · ${count} ${words.households}` : look.label;
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
      this._tip.style.left = `${event.containerPoint.x + 14}px`;
      this._tip.style.top = `${event.containerPoint.y - 26}px`;
    },

    _leave() {
      if (this._tip) this._tip.remove();
      this._tip = null;
    },
  });

  L.tongcunPoints = (options) => new Points(options);
})();

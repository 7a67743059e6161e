// The terrain between two antennas: one SVG below the map. A mark on the profile and a mark on the
// map stand for the same point of the path, whichever of the two the reader moves.
//
// Profile: id, distance_km, terrain_m (null: void), lat, lon, bulges [{k, m}] (rise of the earth
// against the chord [m]), fresnel_m (radius of the first zone), ends [{name, height_m}], edges
// [{i, text}], words, height. Heights are metres above sea level.
(function () {
  "use strict";
  const { grouped, filled, ticks, sight, verdict, nearestDistance, heightRange, keyStep } = window.tongcunFormulas;
  const NS = "http://www.w3.org/2000/svg";
  const PAD = { left: 58, right: 16, top: 26, bottom: 36 };

  const svg = (tag, attributes, parent, text) => {
    const node = document.createElementNS(NS, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (text !== undefined) node.textContent = text;
    if (parent) parent.append(node);
    return node;
  };
  const html = (tag, cls, parent, text) => {
    const node = document.createElement(tag);
    node.className = cls;
    if (text !== undefined) node.textContent = text;
    parent.append(node);
    return node;
  };

  class Profile {
    constructor(box, hear) {
      this.box = box;
      this.hear = hear;
      this.k = 0;
      this.at = null;
      this.watch = new ResizeObserver(() => this.profile && this.draw());
      this.watch.observe(box);
    }

    show(profile) {
      const text = JSON.stringify(profile);
      if (text === this.text) return;
      this.text = text;
      this.profile = profile;
      this.k = Math.min(this.k, profile.bulges.length - 1);
      this.at = null;
      this.head();
      this.draw();
    }

    remove() {
      this.watch.disconnect();
      this.box.replaceChildren();
      this.box.style.height = "";
    }

    // Title line: switch of k, verdict, reading at the mark.
    head() {
      const { profile } = this;
      this.box.replaceChildren();
      const head = html("div", "tc-profile-head", this.box);
      const choice = html("div", "tc-profile-k", head);
      choice.setAttribute("role", "radiogroup");
      choice.setAttribute("aria-label", profile.words.k);
      html("span", "", choice, profile.words.k);
      this.switches = profile.bulges.map((bulge, i) => {
        const button = html("button", "", choice, bulge.k);
        button.type = "button";
        button.setAttribute("role", "radio");
        button.addEventListener("click", () => {
          this.k = i;
          this.draw();
        });
        return button;
      });
      this.verdict = html("span", "tc-profile-verdict", head);
      this.reading = html("span", "tc-profile-reading", head, profile.words.hint);
      this.reading.setAttribute("aria-live", "polite");
      this.plot = html("div", "tc-profile-plot", this.box);
    }

    draw() {
      const { profile, plot } = this;
      const width = Math.max(320, plot.clientWidth || this.box.clientWidth);
      const height = profile.height;
      const { distance_km: d, fresnel_m: zone } = profile;
      const now = sight(profile, profile.bulges[this.k]);
      this.now = now;
      this.switches.forEach((button, i) => button.setAttribute("aria-checked", String(i === this.k)));
      this.say();
      const last = d.length - 1;
      const [low, high] = heightRange(now, zone);
      this.x = (km) => PAD.left + ((width - PAD.left - PAD.right) * km) / d[last];
      this.y = (m) => PAD.top + (height - PAD.top - PAD.bottom) * (1 - (m - low) / (high - low));
      plot.replaceChildren();
      this.root = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, tabindex: 0, role: "slider" }, plot);
      this.root.setAttribute("aria-label", profile.words.title);
      this.root.setAttribute("aria-valuemin", 0);
      this.root.setAttribute("aria-valuenow", 0);
      this.root.setAttribute("aria-valuemax", d[last].toFixed(2));
      this.axes(low, high, width, height);
      const clip = svg("clipPath", { id: "tc-profile-clip" }, this.root);
      svg("rect", { x: PAD.left, y: PAD.top, width: width - PAD.left - PAD.right, height: height - PAD.top - PAD.bottom }, clip);
      const inside = svg("g", { "clip-path": "url(#tc-profile-clip)" }, this.root);
      this.zone(inside, now);
      this.ground(inside, now, low);
      svg("path", { d: this.line(now.line), class: `tc-p-sight${now.blocked ? " blocked" : ""}` }, inside);
      this.ends(now);
      this.edges(now, height);
      this.cursor = svg("g", { class: "tc-p-cursor", visibility: "hidden" }, this.root);
      svg("line", { y1: PAD.top, y2: height - PAD.bottom }, this.cursor);
      svg("circle", { r: 4 }, this.cursor);
      this.listen(width);
      if (this.at !== null) this.move(this.at, false);
    }

    say() {
      const { words, fresnel_m: zone, distance_km: d } = this.profile;
      const { worst, clearance } = this.now;
      const [key, share] = verdict(this.now, zone);
      this.verdict.className = `tc-profile-verdict ${key}`;
      this.verdict.textContent = worst < 0 ? words.clear_short : filled(words[key], {
        km: grouped(d[worst], 2), m: grouped(Math.abs(clearance[worst]), 0), share: grouped(share, 2),
      });
    }

    axes(low, high, width, height) {
      const { words, distance_km: d } = this.profile;
      const bottom = height - PAD.bottom;
      const [levels] = ticks(low, high, 5);
      for (const m of levels) {
        svg("line", { x1: PAD.left, x2: width - PAD.right, y1: this.y(m), y2: this.y(m), class: "tc-p-grid" }, this.root);
        svg("text", { x: PAD.left - 6, y: this.y(m) + 4, "text-anchor": "end" }, this.root, grouped(m, 0));
      }
      const [marks, digits] = ticks(0, d[d.length - 1], Math.max(3, width / 90));
      for (const km of marks) {
        svg("line", { x1: this.x(km), x2: this.x(km), y1: bottom, y2: bottom + 4, class: "tc-p-axis" }, this.root);
        svg("text", { x: this.x(km), y: bottom + 16, "text-anchor": "middle" }, this.root, grouped(km, digits));
      }
      svg("line", { x1: PAD.left, x2: width - PAD.right, y1: bottom, y2: bottom, class: "tc-p-axis" }, this.root);
      svg("text", { x: (PAD.left + width - PAD.right) / 2, y: height - 4, "text-anchor": "middle", class: "tc-p-title" }, this.root, words.distance);
      const middle = (PAD.top + bottom) / 2;
      svg("text", { x: 12, y: middle, "text-anchor": "middle", transform: `rotate(-90 12 ${middle})`, class: "tc-p-title" }, this.root, words.height);
    }

    line(values) {
      const { distance_km: d } = this.profile;
      let pen = "M";
      let text = "";
      values.forEach((m, i) => {
        if (m === null) {
          pen = "M";
          return;
        }
        text += `${pen}${this.x(d[i]).toFixed(1)},${this.y(m).toFixed(1)}`;
        pen = "L";
      });
      return text;
    }

    // The first Fresnel zone, and the part of it that should stay free of ground.
    zone(parent, now) {
      const { distance_km: d, fresnel_m: zone, words } = this.profile;
      const upper = this.line(now.line.map((m, i) => m + zone[i]));
      const lower = now.line.map((m, i) => `L${this.x(d[i]).toFixed(1)},${this.y(m - zone[i]).toFixed(1)}`);
      const band = svg("path", { d: `${upper}${lower.reverse().join("")}Z`, class: "tc-p-zone" }, parent);
      svg("title", {}, band, words.zone);
      svg("path", { d: this.line(now.line.map((m, i) => m - 0.6 * zone[i])), class: "tc-p-free" }, parent);
    }

    // Ground with the rise of the earth; voids are hatched: nothing is known there.
    ground(parent, now, low) {
      const { distance_km: d, terrain_m: terrain, bulges, words } = this.profile;
      const base = this.y(low);
      let start = -1;
      for (let i = 0; i <= terrain.length; i += 1) {
        const known = i < terrain.length && now.surface[i] !== null;
        if (known && start < 0) start = i;
        if (!known && start >= 0) {
          const part = now.surface.map((m, j) => (j >= start && j < i ? m : null));
          svg("path", { d: `${this.line(part)}L${this.x(d[i - 1])},${base}L${this.x(d[start])},${base}Z`, class: "tc-p-ground" }, parent);
          start = -1;
        }
        if (!known && i < terrain.length) {
          const [a, b] = [d[Math.max(0, i - 1)], d[Math.min(terrain.length - 1, i + 1)]];
          const gap = svg("rect", { x: this.x(a), y: PAD.top, width: this.x(b) - this.x(a), height: base - PAD.top, class: "tc-p-void" }, parent);
          svg("title", {}, gap, words.void);
        }
      }
      const sea = bulges[this.k].m;
      const rise = Math.min(...terrain.filter((h) => h !== null));
      if (Math.max(...sea) > 3) svg("path", { d: this.line(sea.map((m) => rise + m)), class: "tc-p-earth" }, parent);
    }

    ends(now) {
      const { distance_km: d, terrain_m: terrain, ends } = this.profile;
      const last = d.length - 1;
      [0, last].forEach((i, side) => {
        const [x, foot, top] = [this.x(d[i]), this.y(terrain[i]), this.y(now.line[i])];
        svg("line", { x1: x, x2: x, y1: foot, y2: top, class: "tc-p-mast" }, this.root);
        svg("circle", { cx: x, cy: top, r: 3.5, class: "tc-p-mast" }, this.root);
        const text = `${ends[side].name} · ${grouped(terrain[i], 0)} + ${grouped(ends[side].height_m, 1)} m`;
        svg("text", { x: side ? x : x - 4, y: 14, "text-anchor": side ? "end" : "start", class: "tc-p-name" }, this.root, text);
      });
    }

    edges(now, height) {
      const { distance_km: d, edges } = this.profile;
      const named = [];
      // The ridge that blocks most is named first; others only where there is room.
      for (const edge of [...edges].sort((a, b) => Boolean(b.worst) - Boolean(a.worst))) {
        if (now.surface[edge.i] === null) continue;
        const [x, y] = [this.x(d[edge.i]), this.y(now.surface[edge.i])];
        const mark = svg("path", { d: `M${x},${y - 2}l-5,-9h10Z`, class: `tc-p-edge${edge.worst ? " worst" : ""}` }, this.root);
        svg("title", {}, mark, edge.text);
        if (named.some((other) => Math.abs(x - other) < 70)) continue;
        named.push(x);
        const side = x > this.x(d[d.length - 1]) - 60 ? "end" : x < PAD.left + 60 ? "start" : "middle";
        svg("text", { x, y: Math.max(PAD.top + 10, Math.min(height - PAD.bottom - 6, y - 15)), "text-anchor": side, class: "tc-p-note" }, this.root, edge.label);
      }
    }

    listen(width) {
      const { distance_km: d } = this.profile;
      const last = d.length - 1;
      this.root.addEventListener("pointermove", (event) => {
        const box = this.root.getBoundingClientRect();
        const x = ((event.clientX - box.left) * width) / box.width;
        this.move(nearestDistance(d, (d[last] * (x - PAD.left)) / (width - PAD.left - PAD.right)), true);
      });
      this.root.addEventListener("pointerleave", () => this.leave(true));
      this.root.addEventListener("blur", () => this.leave(true));
      this.root.addEventListener("keydown", (event) => {
        const step = keyStep(event.key, last);
        if (step === undefined) return;
        event.preventDefault();
        this.move(Math.min(last, Math.max(0, (this.at ?? 0) + step)), true);
      });
    }

    // Puts the mark on point i; tells the map unless the map said so.
    move(i, tell) {
      const { distance_km: d, terrain_m: terrain, fresnel_m: zone, words } = this.profile;
      this.at = i;
      const [line, dot] = this.cursor.children;
      const x = this.x(d[i]);
      line.setAttribute("x1", x);
      line.setAttribute("x2", x);
      dot.setAttribute("cx", x);
      dot.setAttribute("cy", this.y(this.now.surface[i] ?? this.now.line[i]));
      this.cursor.setAttribute("visibility", "visible");
      const free = this.now.clearance[i];
      const text = terrain[i] === null ? `${grouped(d[i], 2)} km · ${words.void}` : filled(words.reading, {
        km: grouped(d[i], 2), ground: grouped(terrain[i], 0), free: grouped(free, 0),
        share: zone[i] > 0 ? grouped(free / zone[i], 2) : "–",
      });
      this.reading.textContent = text;
      this.root.setAttribute("aria-valuenow", d[i].toFixed(2));
      this.root.setAttribute("aria-valuetext", text);
      if (tell) this.hear(i);
    }

    leave(tell) {
      this.at = null;
      this.cursor.setAttribute("visibility", "hidden");
      this.reading.textContent = this.profile.words.hint;
      if (tell) this.hear(null);
    }
  }

  // The path on the map, with the mark that follows the profile and leads it.
  class Track {
    constructor(map, hear) {
      this.map = map;
      this.layers = L.layerGroup().addTo(map);
      this.hear = hear;
      this.hover = (event) => this.seek(event);
      this.left = () => this.leave();
      map.on("mousemove", this.hover).on("mouseout", this.left);
    }

    show(profile) {
      if (this.id === profile.id) return;
      this.id = profile.id;
      this.on = false;
      this.layers.clearLayers();
      this.points = profile.lat.map((lat, i) => [lat, profile.lon[i]]);
      L.polyline(this.points, { color: "var(--tc-card, #fff)", weight: 6, opacity: 0.8, interactive: false }).addTo(this.layers);
      L.polyline(this.points, { color: "var(--tc-built, #1d5fa6)", weight: 3, interactive: false }).addTo(this.layers);
      for (const edge of profile.edges) {
        L.circleMarker(this.points[edge.i], { radius: 4, color: "var(--tc-card, #fff)", weight: 1, fillColor: "var(--tc-uncovered, #7a3e00)", fillOpacity: 1, interactive: false }).addTo(this.layers);
      }
      this.mark = L.circleMarker(this.points[0], { radius: 7, color: "var(--tc-card, #fff)", weight: 2, fillColor: "var(--tc-selection, #5a45c8)", fillOpacity: 1, interactive: false, className: "tc-path-mark" });
      this.map.fitBounds(this.points, { padding: [46, 46], animate: false, maxZoom: 15 });
    }

    move(i) {
      if (i === null) this.layers.removeLayer(this.mark);
      else this.mark.setLatLng(this.points[i]).addTo(this.layers);
    }

    seek(event) {
      if (!this.points) return;
      let [best, least] = [-1, 14 * 14];
      this.points.forEach((point, i) => {
        const p = this.map.latLngToContainerPoint(point);
        const away = (p.x - event.containerPoint.x) ** 2 + (p.y - event.containerPoint.y) ** 2;
        if (away < least) [best, least] = [i, away];
      });
      if (best < 0) {
        this.leave();
        return;
      }
      this.on = true;
      this.move(best);
      this.hear(best);
    }

    leave() {
      if (!this.on) return;
      this.on = false;
      this.move(null);
      this.hear(null);
    }

    remove() {
      this.map.off("mousemove", this.hover).off("mouseout", this.left);
      this.layers.remove();
    }
  }

  // Keeps one profile in a box and its track on a map; null takes both away.
  window.tongcunProfile = (box, map, profile) => {
    if (box.tcTrack && (!profile || box.tcTrack.map !== map)) {
      box.tcTrack.remove();
      box.tcTrack = null;
    }
    if (!profile) {
      if (box.tcChart) box.tcChart.remove();
      box.tcChart = null;
      return;
    }
    box.tcChart ??= new Profile(box, (i) => box.tcTrack && box.tcTrack.move(i));
    box.tcTrack ??= new Track(map, (i) => (i === null ? box.tcChart.leave(false) : box.tcChart.move(i, false)));
    box.tcChart.show(profile);
    box.tcTrack.show(profile);
  };
})();

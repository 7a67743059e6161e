// Formulas, decoding and number formats of the map, without Leaflet and without a document: the
// unit tests import this file as it is.
(function () {
  "use strict";
  const WORLD_PX = 256;
  //: Cells per pixel of the world at zoom 0 in the index of points, and the stride of its key.
  const INDEX = { cells: 64, stride: 32768 };

  // WGS84 → GCJ-02 [°], the same formula as geo.crs.wgs84_to_gcj02.
  const A = 6378245;
  const E2 = 0.006693421622965943;
  const sin = (t) => Math.sin(t * Math.PI);
  const toGcj02 = ([lat, lon]) => {
    const x = lon - 105;
    const y = lat - 35;
    const common = ((20 * sin(6 * x) + 20 * sin(2 * x)) * 2) / 3;
    const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + common +
      ((20 * sin(x) + 40 * sin(x / 3) + 150 * sin(x / 12) + 300 * sin(x / 30)) * 2) / 3;
    const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + common +
      ((20 * sin(y) + 40 * sin(y / 3) + 160 * sin(y / 12) + 320 * sin(y / 30)) * 2) / 3;
    const phi = (lat * Math.PI) / 180;
    const magic = 1 - E2 * Math.sin(phi) ** 2;
    const degrees = 180 / Math.PI;
    return [
      lat + (degrees * north * magic ** 1.5) / (A * (1 - E2)),
      lon + (degrees * east * Math.sqrt(magic)) / (A * Math.cos(phi)),
    ];
  };

  // n points from 11n bytes: longitude and latitude (float32), households (uint16), class (uint8).
  // x and y are Web Mercator pixels at zoom 0.
  const decodePoints = (buffer) => {
    const n = Math.floor(buffer.byteLength / 11);
    const lon = new Float32Array(buffer, 0, n);
    const lat = new Float32Array(buffer, 4 * n, n);
    const x = new Float64Array(n);
    const y = new Float64Array(n);
    for (let i = 0; i < n; i += 1) {
      x[i] = WORLD_PX * (lon[i] / 360 + 0.5);
      const s = Math.sin((lat[i] * Math.PI) / 180);
      y[i] = WORLD_PX * (0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI));
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

  // Points by a coarse cell of the world, so that a search looks at a few dozen only.
  const indexPoints = ({ n, x, y }) => {
    const cells = new Map();
    for (let i = 0; i < n; i += 1) {
      const key = Math.floor(x[i] * INDEX.cells) * INDEX.stride + Math.floor(y[i] * INDEX.cells);
      const list = cells.get(key);
      if (list) list.push(i);
      else cells.set(key, [i]);
    }
    return cells;
  };

  // The point nearest to `at` (pixels at this scale) within reachPx whose class is not hidden, or -1.
  const nearestPoint = ({ x, y, cls }, cells, at, scale, reachPx, hidden) => {
    let best = -1;
    let least = reachPx * reachPx;
    const reach = Math.ceil((reachPx / scale) * INDEX.cells);
    const cx = Math.floor((at.x / scale) * INDEX.cells);
    const cy = Math.floor((at.y / scale) * INDEX.cells);
    for (let i = cx - reach; i <= cx + reach; i += 1) {
      for (let j = cy - reach; j <= cy + reach; j += 1) {
        for (const k of cells.get(i * INDEX.stride + j) || []) {
          if (hidden.has(cls[k])) continue;
          const d = (x[k] * scale - at.x) ** 2 + (y[k] * scale - at.y) ** 2;
          if (d < least) {
            least = d;
            best = k;
          }
        }
      }
    }
    return best;
  };

  // Points of one class by squares of the screen, most points first: count and mean position.
  const binPoints = ({ n, x, y, cls }, wanted, scale, cellPx) => {
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
    return [...bins.values()]
      .map(({ count, x: sx, y: sy }) => ({ count, x: sx / count, y: sy / count }))
      .sort((a, b) => b.count - a.count);
  };

  // The colour that lies at this share (0–1) between two colours #rrggbb.
  const mixColours = ([from, to], share) =>
    "#" + [1, 3, 5].map((i) => {
      const [a, b] = [from, to].map((colour) => parseInt(colour.slice(i, i + 2), 16));
      return Math.round(a + (b - a) * share).toString(16).padStart(2, "0");
    }).join("");

  // Where a year lies between the first and the last, 0–1.
  const yearShare = (year, [first, last]) =>
    last > first ? Math.min(1, Math.max(0, (year - first) / (last - first))) : 0;

  const grouped = (value, digits) =>
    value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);

  // Round steps of 1, 2 or 5 that put about `count` ticks on an axis, and the decimals they need.
  const ticks = (low, high, count) => {
    const raw = (high - low) / count || 1;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw);
    const found = [];
    for (let v = Math.ceil(low / step) * step; v <= high + step * 1e-6; v += step) found.push(v);
    return [found, step < 1 ? Math.ceil(-Math.log10(step)) : 0];
  };

  // All that one value of k decides, point by point; `worst` is the inner point with the least
  // clearance in radii of the first Fresnel zone, or -1.
  const sight = (profile, bulge) => {
    const { distance_km: d, terrain_m: ground, fresnel_m: zone, ends } = profile;
    const last = d.length - 1;
    const from = ground[0] + ends[0].height_m;
    const to = ground[last] + ends[1].height_m;
    const surface = ground.map((h, i) => (h === null ? null : h + bulge.m[i]));
    const line = d.map((x) => from + ((to - from) * x) / d[last]);
    const clearance = surface.map((h, i) => (h === null ? null : line[i] - h));
    let worst = -1;
    for (let i = 1; i < last; i += 1) {
      if (clearance[i] === null || !zone[i]) continue;
      if (worst < 0 || clearance[i] / zone[i] < clearance[worst] / zone[worst]) worst = i;
    }
    return { surface, line, clearance, worst, blocked: worst >= 0 && clearance[worst] < 0 };
  };

  // Verdict on a sight: `blocked`, `grazing` under 0.6 radii of the first Fresnel zone, else
  // `clear`; and the least clearance in radii.
  const verdict = ({ worst, blocked, clearance }, zone) => {
    const share = worst < 0 ? Infinity : clearance[worst] / zone[worst];
    return [blocked ? "blocked" : share < 0.6 ? "grazing" : "clear", share];
  };

  // Position of the distance nearest to km.
  const nearestDistance = (distances, km) => {
    let best = 0;
    for (let i = 1; i < distances.length; i += 1) {
      if (Math.abs(distances[i] - km) < Math.abs(distances[best] - km)) best = i;
    }
    return best;
  };

  // The highest and lowest metre that a profile shows, with air for the names above.
  const heightRange = ({ surface, line }, zone) => {
    const known = surface.filter((h) => h !== null);
    const ground = Math.min(...known);
    let low = Math.min(ground, ...line.map((h, i) => h - zone[i]));
    const high = Math.max(...known, ...line.map((h, i) => h + zone[i]));
    // A zone far below the ground would press the ground flat.
    low = Math.max(low, ground - 0.35 * (high - ground));
    const air = Math.max(20, (high - low) * 0.08);
    return [low - air, high + 2.4 * air];
  };

  // Steps that a key takes along a profile whose last point is `last`; undefined for other keys.
  const keyStep = (key, last) => {
    const page = Math.max(1, Math.round(last / 20));
    return { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: page, PageDown: -page, Home: -last, End: last }[key];
  };

  // Width of a text [px], by its letters: Chinese ones fill a square.
  const textWidth = (text, size) =>
    [...text].reduce((sum, letter) => sum + (letter.codePointAt(0) > 0x2e7f ? 1 : 0.58) * size, 0);

  // Steps away from a place at which a name is tried, nearest first, as shares of its own size.
  const STEPS = [0, 0.6, 1.2, 1.8].flatMap((r) =>
    r ? [[0, -r], [0, r], [-r, 0], [r, 0], [-r, -r], [r, -r], [-r, r], [r, r]] : [[0, 0]]);
  const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const clamped = (x, half, size) => Math.min(Math.max(x, half + 1), Math.max(size - half - 1, half + 1));

  // The offset at which each name meets none before it, within the map, or null. A name
  // {x, y, w, h, beside} stands on its point, or to one side of it.
  const placeLabels = (names, size) => {
    const taken = [];
    return names.map(({ x, y, w, h, beside }) => {
      const gap = 5;
      const tries = beside
        ? [[w / 2 + gap, 0], [-w / 2 - gap, 0], [0, -h / 2 - gap], [0, h / 2 + gap]]
        : STEPS.map(([dx, dy]) => [dx * w * 0.55, dy * h * 0.75]);
      for (const [dx, dy] of tries) {
        const [cx, cy] = [clamped(x + dx, w / 2, size.x), clamped(y + dy, h / 2, size.y)];
        const rect = { left: cx - w / 2, right: cx + w / 2, top: cy - h / 2, bottom: cy + h / 2 };
        if (taken.some((other) => meets(rect, other))) continue;
        taken.push(rect);
        return { dx: cx - x, dy: cy - y };
      }
      return null;
    });
  };

  const distanceText = (metres) =>
    metres < 1000 ? `${grouped(metres, 0)} m` : `${grouped(metres / 1000, metres < 100000 ? 2 : 0)} km`;

  globalThis.tongcunFormulas = {
    textWidth, placeLabels, distanceText,
    toGcj02, decodePoints, fromBase64, indexPoints, nearestPoint, binPoints, mixColours, yearShare,
    grouped, filled, ticks, sight, verdict, nearestDistance, heightRange, keyStep,
  };
})();

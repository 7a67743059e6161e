import assert from "node:assert/strict";
import test from "node:test";

import "../../static/map/formulas.js";
import { pointBytes } from "./page.mjs";

const formulas = globalThis.tongcunFormulas;
const near = (found, wanted, tolerance) => assert.ok(Math.abs(found - wanted) <= tolerance, `${found} is not ${wanted} ± ${tolerance}`);

test("GCJ-02 is the transformation of geo.crs", () => {
  // [lat, lon] WGS84 → GCJ-02 as geo.crs.wgs84_to_gcj02 gives them: Beijing, Kunming, Lanzhou, Dunhuang.
  for (const [from, to] of [
    [[39.9042, 116.4074], [39.90560334, 116.41364225]],
    [[25.0389, 102.7183], [25.03593451, 102.71975239]],
    [[36.0611, 103.8343], [36.06077272, 103.83670311]],
    [[40.1421, 94.662], [40.14272699, 94.66304409]],
  ]) {
    const [lat, lon] = formulas.toGcj02(from);
    near(lat, to[0], 2e-8);
    near(lon, to[1], 2e-8);
  }
});

test("points are decoded to Web Mercator, households and class", () => {
  const points = formulas.decodePoints(pointBytes([[0, 0, 7, 1], [102.5, 25.25, 60000, 2], [-180, 85.0511287798, 0, 0]]));
  assert.equal(points.n, 3);
  assert.deepEqual([...points.households], [7, 60000, 0]);
  assert.deepEqual([...points.cls], [1, 2, 0]);
  assert.deepEqual([points.x[0], points.y[0]], [128, 128]);
  // EPSG:3857: x = R λ, y = R ln tan(π/4 + φ/2), 256 px around the world.
  near(points.x[1], (256 * (102.5 + 180)) / 360, 1e-5);
  near(points.y[1], 128 - (128 / Math.PI) * Math.log(Math.tan(Math.PI / 4 + (25.25 * Math.PI) / 360)), 1e-5);
  near(points.x[2], 0, 1e-9);
  near(points.y[2], 0, 1e-4);
});

test("bytes survive base64, and a cut record is dropped", () => {
  const buffer = pointBytes([[102, 25, 3, 1]]);
  const text = Buffer.from(buffer).toString("base64");
  assert.deepEqual(new Uint8Array(formulas.fromBase64(text)), new Uint8Array(buffer));
  assert.equal(formulas.decodePoints(buffer.slice(0, 10)).n, 0);
});

// A deterministic cloud of 400 points over Yunnan.
const cloud = () => {
  let seed = 7;
  const next = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  return formulas.decodePoints(pointBytes(Array.from({ length: 400 }, (_, i) => [98 + 8 * next(), 21 + 8 * next(), i, i % 3])));
};

test("the indexed search finds what a search of all points finds", () => {
  const points = cloud();
  const cells = formulas.indexPoints(points);
  assert.equal([...cells.values()].reduce((sum, list) => sum + list.length, 0), 400);
  const scale = 2 ** 7;
  let hits = 0;
  for (let q = 0; q < 200; q += 1) {
    const at = { x: points.x[q] * scale + (q % 40) - 20, y: points.y[q] * scale + (q % 30) - 15 };
    const hidden = new Set([q % 3]);
    let [best, least] = [-1, 30 * 30];
    for (let i = 0; i < points.n; i += 1) {
      const d = (points.x[i] * scale - at.x) ** 2 + (points.y[i] * scale - at.y) ** 2;
      if (!hidden.has(points.cls[i]) && d < least) [best, least] = [i, d];
    }
    const found = formulas.nearestPoint(points, cells, at, scale, 30, hidden);
    assert.equal(found, best);
    hits += found >= 0;
  }
  assert.ok(hits > 20 && hits < 200, `${hits} of 200 found`);
});

test("the search reaches the last cell that its radius touches", () => {
  const at = { x: 6400.9 / 64, y: 100 };
  const points = { n: 2, x: [at.x + 0.4999, at.x - 0.5001], y: [100, 100], cls: [0, 0] };
  assert.equal(formulas.nearestPoint(points, formulas.indexPoints(points), at, 1, 0.5, new Set()), 0);
});

test("bins count each point of the class once, most points first", () => {
  const points = cloud();
  const scale = 2 ** 5;
  const bins = formulas.binPoints(points, 1, scale, 44);
  assert.equal(bins.reduce((sum, bin) => sum + bin.count, 0), [...points.cls].filter((c) => c === 1).length);
  assert.deepEqual(bins.map((bin) => bin.count), bins.map((bin) => bin.count).sort((a, b) => b - a));
  assert.ok(bins.length > 1 && bins[0].count > 1);
  // The bin's place is the mean of its points, which lie in one square of 44 px.
  const sum = (key) => bins.reduce((total, bin) => total + bin.count * bin[key], 0);
  const all = (values) => values.reduce((total, v, i) => total + (points.cls[i] === 1 ? v * scale : 0), 0);
  near(sum("x"), all(points.x), 1e-6);
  near(sum("y"), all(points.y), 1e-6);
  assert.deepEqual(formulas.binPoints(points, 9, scale, 44), []);
});

test("colours are mixed channel by channel", () => {
  assert.equal(formulas.mixColours(["#000000", "#ffffff"], 0), "#000000");
  assert.equal(formulas.mixColours(["#000000", "#ffffff"], 1), "#ffffff");
  assert.equal(formulas.mixColours(["#0010f0", "#641000"], 0.5), "#321078");
});

test("a year's share stays between the first and the last year", () => {
  assert.equal(formulas.yearShare(2028, [2026, 2030]), 0.5);
  assert.equal(formulas.yearShare(2020, [2026, 2030]), 0);
  assert.equal(formulas.yearShare(2040, [2026, 2030]), 1);
  assert.equal(formulas.yearShare(2026, [2026, 2026]), 0);
});

test("ticks are round, inside the range, and say their decimals", () => {
  assert.deepEqual(formulas.ticks(0, 12, 5), [[0, 5, 10], 0]);
  assert.deepEqual(formulas.ticks(1013, 1987, 5), [[1200, 1400, 1600, 1800], 0]);
  const [marks, digits] = formulas.ticks(0, 1, 5);
  assert.equal(digits, 1);
  assert.deepEqual(marks.map((v) => v.toFixed(digits)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
  assert.deepEqual(formulas.ticks(3, 3, 4)[0], [3]);
});

test("numbers are grouped and put into a sentence", () => {
  assert.equal(formulas.grouped(1234567.891, 1), "1,234,567.9");
  assert.equal(formulas.grouped(2, 2), "2.00");
  assert.equal(formulas.filled("{km} km, {m} m, {km}", { km: "1.5", m: "3" }), "1.5 km, 3 m, 1.5");
});

// 4 km over 100 m of ground: masts of 20 and 40 m, a first Fresnel zone of 10 m in the middle.
const path = (middle_m) => ({
  distance_km: [0, 1, 2, 3, 4], terrain_m: [100, 100, middle_m, null, 100], fresnel_m: [0, 8, 10, 8, 0],
  ends: [{ height_m: 20 }, { height_m: 40 }],
});
const flat = { m: [0, 0, 0, 0, 0] };

test("the sight line runs from antenna to antenna over ground and earth", () => {
  const found = formulas.sight(path(110), { m: [0, 1, 2, 1, 0] });
  assert.deepEqual(found.line, [120, 125, 130, 135, 140]);
  assert.deepEqual(found.surface, [100, 101, 112, null, 100]);
  assert.deepEqual(found.clearance, [20, 24, 18, null, 40]);
  assert.equal(found.worst, 2);
  assert.equal(found.blocked, false);
});

test("the verdict follows the least clearance in Fresnel radii", () => {
  const verdict = (middle) => formulas.verdict(formulas.sight(path(middle), flat), path(middle).fresnel_m);
  assert.deepEqual(verdict(131), ["blocked", -0.1]);
  assert.deepEqual(verdict(125), ["grazing", 0.5]);
  assert.deepEqual(verdict(124), ["clear", 0.6]);
  // A path without an inner point is clear: nothing stands in it.
  const short = { distance_km: [0, 1], terrain_m: [100, 100], fresnel_m: [0, 0], ends: path(0).ends };
  assert.deepEqual(formulas.verdict(formulas.sight(short, { m: [0, 0] }), [0, 0]), ["clear", Infinity]);
});

test("the height range holds ground and zone, and does not press the ground flat", () => {
  const zone = path(110).fresnel_m;
  const [low, high] = formulas.heightRange(formulas.sight(path(110), flat), zone);
  assert.deepEqual([low, high], [80, 143 + 48]);
  const wide = zone.map((m) => m * 100);
  const [deep] = formulas.heightRange(formulas.sight(path(110), flat), wide);
  assert.ok(deep > -600, `${deep}`);
});

test("the nearest distance and the steps of the keys", () => {
  assert.equal(formulas.nearestDistance([0, 1, 2, 3], 1.6), 2);
  assert.equal(formulas.nearestDistance([0, 1, 2, 3], -5), 0);
  assert.equal(formulas.nearestDistance([0, 1, 2, 3], 99), 3);
  assert.equal(formulas.keyStep("ArrowLeft", 100), -1);
  assert.equal(formulas.keyStep("PageUp", 100), 5);
  assert.equal(formulas.keyStep("PageDown", 3), -1);
  assert.equal(formulas.keyStep("End", 100), 100);
  assert.equal(formulas.keyStep("a", 100), undefined);
});

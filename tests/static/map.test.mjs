import assert from "node:assert/strict";
import test from "node:test";

import { newMap, plain, pointBytes, settled } from "./page.mjs";

const WORDS = { village: "village", households: "households" };
const CLASSES = [{ label: "<b>gap</b>", colour: "#d55e00", shape: "disc" }, { label: "covered", colour: "#0072b2", shape: "ring" }];
const POINTS = pointBytes([[102, 25, 40, 0], [102, 25.001, 50, 0], [102.5, 25.2, 60, 1]]);

const withPoints = async (zoom, options = {}) => {
  const page = newMap(zoom);
  const layer = page.L.tongcunPoints({ base64: Buffer.from(POINTS).toString("base64"), classes: CLASSES, aggregateBelow: 8, highlight: 0, words: WORDS, ...options });
  let drawn = 0;
  page.map.on("tongcunpoints", () => (drawn += 1));
  layer.addTo(page.map);
  await settled();
  return { ...page, layer, drawn };
};
const hover = ({ map, L }, at) => map.fire("mousemove", { latlng: L.latLng(at), containerPoint: map.latLngToContainerPoint(at) });

test("points are drawn once they are there, the urgent class on top", async () => {
  const { strokes, drawn, document } = await withPoints(10);
  assert.equal(drawn, 1);
  assert.equal(document.querySelector("canvas.leaflet-zoom-hide").dataset.points, "3");
  const arcs = strokes.filter(([name]) => name === "arc");
  assert.equal(arcs.length, 3);
  assert.deepEqual(arcs.map(([, colour]) => colour), ["#0072b2", "#d55e00", "#d55e00"]);
  // The middle of the map is the first point.
  assert.ok(Math.hypot(arcs[1][2] - 400, arcs[1][3] - 300) < 1);
});

test("below the zoom of aggregation one disc counts the highlighted class", async () => {
  const { strokes } = await withPoints(6);
  assert.deepEqual(strokes.filter(([name]) => name === "fillText").map(([, , text]) => text), ["2"]);
});

test("a class that is switched off is neither drawn nor found", async () => {
  const { strokes, layer, L } = await withPoints(10);
  assert.equal(layer.nearest(L.latLng(25, 102), 9), 0);
  strokes.length = 0;
  layer.toggle(0, false);
  assert.deepEqual(strokes.filter(([name]) => name === "arc").map(([, colour]) => colour), ["#0072b2"]);
  assert.equal(layer.nearest(L.latLng(25, 102), 9), -1);
  layer.toggle(0, true);
  assert.equal(layer.nearest(L.latLng(25, 102), 9), 0);
});

test("hovering tells the village, or the number in its disc, as text", async () => {
  const close = await withPoints(10);
  hover(close, [25, 102]);
  assert.equal(close.document.querySelector(".tc-tip").textContent, "village · <b>gap</b> · 40 households");
  hover(close, [25.4, 102.3]);
  assert.equal(close.document.querySelector(".tc-tip"), null);
  const far = await withPoints(6);
  hover(far, [25, 102]);
  assert.equal(far.document.querySelector(".tc-tip").textContent, "2 · <b>gap</b> · village");
});

test("points asked for ahead are not asked for twice", async () => {
  const { window, L, map } = newMap(10);
  const asked = [];
  window.fetch = async (at) => asked.push(String(at));
  window.tongcunAhead = { url: "/media/p.bin", answer: Promise.resolve({ ok: true, arrayBuffer: async () => POINTS }) };
  L.tongcunPoints({ url: "/media/p.bin", classes: CLASSES, aggregateBelow: 8, highlight: 0, words: WORDS }).addTo(map);
  await settled();
  assert.deepEqual(asked, []);
  assert.equal(window.tongcunAhead, undefined);
});

test("the address of points is taken from the base of the application", async () => {
  const { window, L, map } = newMap(10);
  const asked = [];
  window.tongcunBase = new window.URL("http://planner.test/tool/");
  window.fetch = async (at) => {
    asked.push(String(at));
    return { ok: true, arrayBuffer: async () => POINTS };
  };
  L.tongcunPoints({ url: "/media/p.bin", classes: CLASSES, aggregateBelow: 8, highlight: 0, words: WORDS }).addTo(map);
  await settled();
  assert.deepEqual(asked, ["http://planner.test/tool/media/p.bin"]);
});

test("points whose classes all wait are not even fetched; a switch brings them", async () => {
  const { window, L, map } = newMap(10);
  const asked = [];
  window.fetch = async (at) => {
    asked.push(String(at));
    return { ok: true, arrayBuffer: async () => POINTS };
  };
  const layer = L.tongcunPoints({ url: "/media/p.bin", classes: CLASSES, hidden: [0, 1], aggregateBelow: 0, highlight: 0, words: WORDS }).addTo(map);
  const close = L.tongcunPoints({ url: "/media/q.bin", classes: CLASSES, minZoom: 11, aggregateBelow: 0, highlight: 0, words: WORDS }).addTo(map);
  await settled();
  assert.deepEqual(asked, []);
  layer.toggle(1, true);
  map.setZoom(11, { animate: false });
  await settled();
  assert.deepEqual(asked, ["http://planner.test/tool/media/p.bin", "http://planner.test/tool/media/q.bin"]);
  assert.equal(close.nearest(L.latLng(25, 102), 9), 0);
});

const LEGEND = { title: "<b>4G</b>", unit: "[%]", rows: [{ colour: "#000000", text: "<i>low</i>" }, { colour: "#ffffff", text: "high", hatch: "#eeeeee" }], notes: ["note"], ramp: [{ colour: "#000000", text: "≤ 1" }, { colour: "#ffffff", text: "> 1" }] };

test("a legend stands below the map and shows its texts as text", () => {
  const { L, map, document } = newMap();
  L.tongcunLegend(LEGEND).addTo(map);
  const box = document.querySelector(".tc-foot .tc-legend");
  assert.equal(box.querySelector(".tc-legend-title").firstChild.textContent, "<b>4G</b>");
  assert.equal(document.querySelectorAll(".tc-foot b, .tc-foot i > *").length, 0);
  assert.deepEqual([...box.querySelectorAll(".tc-legend-row")].map((row) => row.textContent), ["<i>low</i>", "high"]);
  assert.deepEqual([...box.querySelectorAll(".tc-ramp > span")].map((step) => step.textContent), ["≤ 1", "> 1"]);
  assert.match(box.querySelectorAll(".tc-mark")[1].style.backgroundImage, /repeating-linear-gradient/);
  assert.equal(map.getContainer().querySelector(".tc-legend"), null);
});

test("a switch adds and removes its layer, or a class of points, and its row of the legend", () => {
  const { L, map, document, window } = newMap(9);
  const area = L.layerGroup();
  const toggled = [];
  const points = { toggle: (...given) => toggled.push(given) };
  const rows = [{ layer: "area", colour: "#000000", text: "area", off: true }, { layer: "points", cls: 1, colour: "#000000", text: "covered", minZoom: 8 }];
  L.tongcunLegend({ title: "legend", rows }).addTo(map);
  L.tongcunSwitches({ title: "layers", rows }, { area, points }).addTo(map);
  const [first, second] = document.querySelectorAll(".tc-switches input");
  const explained = () => [...document.querySelectorAll(".tc-legend .tc-legend-row")].filter((row) => !row.hidden).map((row) => row.textContent);
  assert.deepEqual([first.checked, second.checked], [false, true]);
  assert.deepEqual(explained(), ["covered"]);
  const press = (tick) => {
    tick.checked = !tick.checked;
    tick.dispatchEvent(new window.Event("change"));
  };
  press(first);
  assert.equal(map.hasLayer(area), true);
  assert.deepEqual(explained(), ["area", "covered"]);
  map.setZoom(7, { animate: false });
  assert.deepEqual(explained(), ["area"]);
  press(first);
  assert.equal(map.hasLayer(area), false);
  press(second);
  assert.deepEqual(toggled, [[1, false]]);
  assert.deepEqual(explained(), []);
});

test("names that would meet move aside or wait for a closer zoom", () => {
  const { L, map, document } = newMap(9);
  const items = Array.from({ length: 60 }, (_, i) => [25, 102 + i * 1e-4, `county ${i}`, "1,234"]);
  L.tongcunLabels({ items, className: "tc-region", minZoom: 0, maxZoom: 30 }).addTo(map);
  const shown = [...document.querySelectorAll(".tc-region span")];
  assert.ok(shown.length > 5 && shown.length < 60, `${shown.length} names`);
  assert.equal(shown[0].querySelector("b").textContent, "1,234");
  map.setZoom(18, { animate: false });
  assert.ok(document.querySelectorAll(".tc-region span").length > 5);
});

test("measuring adds the lengths between clicks and leaves the line until it is pressed again", () => {
  const { L, map, document } = newMap(9);
  const button = document.querySelector(".tc-tool-measure");
  button.click();
  for (const lat of [25, 25.1, 25.2]) map.fire("click", { latlng: L.latLng(lat, 102) });
  map.fire("dblclick", {});
  // 0.2° of a meridian on the sphere of 6,371,000 m.
  assert.equal(document.querySelector(".tc-measured").textContent, "22.24 km");
  map.fire("click", { latlng: L.latLng(30, 102) });
  assert.equal(document.querySelector(".tc-measured").textContent, "22.24 km");
  button.click();
  assert.equal(document.querySelector(".tc-measured"), null);
});

test("roads are fetched and shown from their zoom on", async () => {
  const { window, L, map } = newMap(7);
  const asked = [];
  window.fetch = async (at) => {
    asked.push(String(at));
    return { ok: true, json: async () => [[[25, 102], [25.1, 102]], [[25, 102.1], [25.1, 102.2]]] };
  };
  const roads = L.tongcunRoads({ url: "/media/roads.json", colour: "#999999", minZoom: 9 }).addTo(map);
  await settled();
  assert.deepEqual(asked, []);
  map.setZoom(9, { animate: false });
  await settled();
  map.setZoom(10, { animate: false });
  await settled();
  assert.deepEqual(asked, ["http://planner.test/tool/media/roads.json"]);
  assert.equal(roads.getLayers()[0].getLatLngs().length, 2);
  map.setZoom(8, { animate: false });
  assert.equal(map.getPane("roads").style.display, "none");
});

test("the pointer's place is told as latitude and longitude", () => {
  const { L, map, document } = newMap(9);
  map.fire("mousemove", { latlng: L.latLng(25.1234567, 102 + 360) });
  assert.equal(document.querySelector(".tc-pointer").textContent, "pointer 25.12346, 102.00000");
});

test("a picture is taken of the frame without its tools, under the title of the page", async () => {
  const { map, document, window } = newMap(9);
  const seen = [];
  window.htmlToImage.toBlob = async (box, { filter }) => {
    seen.push(box.querySelector(".tc-caption").textContent, filter(box.querySelector(".tc-tools")), filter(box.querySelector(".tc-foot")));
    return "blob";
  };
  window.URL.createObjectURL = () => "blob:1";
  window.URL.revokeObjectURL = () => {};
  window.HTMLAnchorElement.prototype.click = function () {
    seen.push(this.download);
  };
  map.tcCaption = { title: "Yunnan", about: "as of", file: "Yunnan_5G" };
  document.querySelector(".tc-tool-picture").click();
  await settled();
  assert.deepEqual(seen, ["Yunnanas of", false, true, "Yunnan_5G.png"]);
  assert.equal(document.querySelector(".tc-caption"), null);
});

test("names appear between their two zooms only", () => {
  const { L, map, document } = newMap(9);
  const labels = L.tongcunLabels({ items: [[25, 102, "<b>Kunming</b>"]], className: "tc-name", minZoom: 8, maxZoom: 10 }).addTo(map);
  const names = () => [...document.querySelectorAll(".tc-name")].map((node) => node.textContent);
  assert.deepEqual(names(), ["<b>Kunming</b>"]);
  map.setZoom(7, { animate: false });
  assert.deepEqual(names(), []);
  map.setZoom(9, { animate: false });
  assert.equal(names().length, 1);
  map.setZoom(10, { animate: false });
  assert.deepEqual(names(), []);
  labels.remove();
  map.setZoom(9, { animate: false });
  assert.equal(labels.getLayers().length, 0);
});

test("what-if sites replace the ones before; a number cannot carry markup", () => {
  const { L, map, document } = newMap();
  const group = L.layerGroup().addTo(map);
  const site = { lat: 25, lon: 102, enabled: true, title: "new", radius_m: 3000, number: 3 };
  const colours = { site: "#000000", reach: "#9cc7ee", gained: "#009e73", halo: "#ffffff", edge: "#999999", chosen: "#5a45c8" };
  L.tongcunSites(group, { colours, movable: true, sites: [site, { ...site, enabled: false, number: "<img>", radius_m: 0 }], gained: [[25, 102]], stations: [{ lat: 25.1, lon: 102, on: true, title: "built" }] });
  assert.deepEqual([...document.querySelectorAll(".tc-site")].map((node) => [node.textContent, node.classList.contains("off")]), [["3", false], ["NaN", true]]);
  assert.equal(document.querySelectorAll(".tc-station.on").length, 1);
  const circles = () => [...group.getLayers()].filter((layer) => layer instanceof L.Circle);
  assert.deepEqual(circles().map((circle) => circle.getRadius()), [3000]);
  const told = [];
  map.on("tongcunmove", ({ number, latlng }) => told.push([number, latlng.lat]));
  const pin = [...group.getLayers()].find((layer) => layer instanceof L.Marker && layer.options.draggable);
  pin.fire("dragstart");
  pin.setLatLng([25.3, 102]).fire("drag").fire("dragend");
  assert.deepEqual(told, [[3, 25.3]]);
  L.tongcunSites(group, {});
  assert.equal(group.getLayers().length, 0);
});

test("a raster keeps the reader's opacity when the next one comes, and goes with its legend", () => {
  const { L, map, document, window } = newMap();
  const raster = (url) => ({ url, bounds: [[24, 101], [26, 103]], opacity: 0.7, legend: LEGEND, words: { opacity: "Opacity" } });
  L.tongcunRaster(map, raster("/media/a.png"));
  const image = () => document.querySelector("img.tc-raster");
  assert.equal(image().src, "http://planner.test/tool/media/a.png");
  assert.equal(image().style.opacity, "0.7");
  const slider = document.querySelector(".tc-opacity input");
  slider.value = 0.4;
  slider.dispatchEvent(new window.Event("input"));
  assert.equal(image().style.opacity, "0.4");
  L.tongcunRaster(map, raster("/media/b.png"));
  assert.match(image().src, /b\.png$/);
  assert.equal(image().style.opacity, "0.4");
  L.tongcunRaster(map, null);
  assert.equal(image(), null);
  assert.equal(document.querySelector(".tc-opacity"), null);
});

test("a raster larger than a picture comes by tiles, with opacity and legend as a picture has", () => {
  const { L, map, document } = newMap();
  const raster = { url: "areas/a/power/{z}/{x}/{y}", tiles: 12, bounds: [[24, 101], [26, 103]], opacity: 0.6, legend: LEGEND, words: { opacity: "Opacity" } };
  L.tongcunRaster(map, raster);
  const layer = map.tcRaster.image;
  assert.equal(layer._url, "http://planner.test/tool/areas/a/power/{z}/{x}/{y}");
  assert.deepEqual([layer.options.opacity, layer.options.maxNativeZoom], [0.6, 12]);
  assert.ok(document.querySelector(".tc-opacity input"));
  L.tongcunRaster(map, null);
  assert.equal(map.hasLayer(layer), false);
});

test("tiles in GCJ-02 are shifted under the map, others are not", () => {
  const { L } = newMap();
  const shifted = L.tongcunTiles({ url: "http://planner.test/{z}", attribution: "a", gcj02: true });
  const straight = L.tongcunTiles({ url: "http://planner.test/{z}", attribution: "a" });
  const middle = (layer) => {
    layer._map = newMap(12).map;
    layer._tileZoom = 12;
    return layer._getTiledPixelBounds(L.latLng(25, 102)).getCenter();
  };
  const step = middle(shifted).subtract(middle(straight));
  // 25° N 102° E lies in GCJ-02 at 24.997203° N 102.001474° E by geo.crs; 2^12 · 256 px round the world.
  const px = L.CRS.EPSG3857.latLngToPoint(L.latLng(24.997203, 102.001474), 12).subtract(L.CRS.EPSG3857.latLngToPoint(L.latLng(25, 102), 12));
  assert.ok(Math.abs(step.x - px.x) < 1 && Math.abs(step.y - px.y) < 1, `${step} is not ${px}`);
  assert.ok(step.distanceTo([0, 0]) > 5);
});

const PLAN = {
  url: "/media/plan.json", year: 2027, years: [2026, 2030], areas: [], corners: [], own: [[25, 102]], locked: [], forbidden: [],
  colours: { route: "#333333", reached: "#009e73", later: "#999999", lost: "#d55e00", own: "#16202c", halo: "#ffffff", years: ["#000000", "#ffffff"] },
};
const CONTENT = {
  sites: [[25, 102, 2027, 1, "<b>a</b>"], [25.1, 102, 2030, 2, "b"], [25.2, 102, 0, 3, "c"]],
  villages: [[25, 102, 2027, 0], [25, 102, 2029, 0], [25, 102, 0, 1]],
  routes: [[25, 102, 25.1, 102, 2026], [25, 102, 25.1, 102, 2029]],
};

const withPlan = async (plan = PLAN, content = CONTENT) => {
  const page = newMap();
  const asked = [];
  page.window.fetch = async (at) => {
    asked.push(String(at));
    return { ok: true, json: async () => content };
  };
  page.L.tongcunPlan(page.map, plan);
  await settled();
  const layers = (kind) => [...page.map.tcPlan.group.getLayers()].filter(kind);
  return { ...page, asked, layers };
};

test("a plan is drawn in full up to the chosen year and faint after it", async () => {
  const { layers, L } = await withPlan();
  const routes = layers((layer) => layer instanceof L.Polyline);
  assert.deepEqual(routes.map((line) => [line.options.weight, line.options.opacity]), [[2, 0.9], [1, 0.3]]);
  const villages = layers((layer) => layer.options.radius === 2.6);
  assert.deepEqual(villages.map((dot) => dot.options.fillColor), ["#009e73", "#999999", "#d55e00"]);
  const sites = layers((layer) => layer.getTooltip && layer.getTooltip());
  assert.deepEqual(sites.map((dot) => dot.options.fillColor), ["#404040", "#ffffff", "#ffffff"]);
  assert.deepEqual(sites.map((dot) => dot.options.fillOpacity), [1, 0.45, 0.45]);
  assert.equal(sites[0].getTooltip().getContent().textContent, "1 · <b>a</b>");
});

test("another year draws the same answer again without asking, null takes the plan away", async () => {
  const { L, map, asked, layers } = await withPlan();
  L.tongcunPlan(map, { ...PLAN, year: 2030 });
  await settled();
  assert.deepEqual(asked, ["http://planner.test/tool/media/plan.json"]);
  assert.deepEqual(layers((layer) => layer.options.radius === 2.6).map((dot) => dot.options.fillColor), ["#009e73", "#009e73", "#d55e00"]);
  L.tongcunPlan(map, null);
  assert.equal(map.tcPlan, undefined);
});

test("an answer that comes after the plan has changed is not drawn", async () => {
  const { L, map, window, layers } = await withPlan({ ...PLAN, url: undefined });
  let [answer, drawn] = [null, 0];
  map.on("tongcunplan", () => (drawn += 1));
  window.fetch = () => new Promise((done) => (answer = done));
  L.tongcunPlan(map, PLAN);
  L.tongcunPlan(map, { ...PLAN, url: undefined, own: [[24, 101]] });
  answer({ ok: true, json: async () => CONTENT });
  await settled();
  assert.equal(drawn, 0);
  assert.equal(layers(() => true).length, 1);
});

const profile = (ridge_m, fields = {}) => ({
  id: String(ridge_m), distance_km: [0, 1, 2, 3, 4], terrain_m: [100, 100, ridge_m, null, 100], lat: [25, 25.01, 25.02, 25.03, 25.04], lon: [102, 102, 102, 102, 102],
  bulges: [{ k: "4/3", m: [0, 1, 2, 1, 0] }, { k: "0.6", m: [0, 40, 50, 40, 0] }], fresnel_m: [0, 8, 10, 8, 0],
  ends: [{ name: "<b>site</b>", height_m: 20 }, { name: "village", height_m: 40 }], edges: [{ i: 2, text: "ridge", label: "2 km", worst: true }],
  words: { k: "k", title: "title", distance: "km", height: "m", hint: "hint", zone: "zone", void: "void", clear_short: "short", blocked: "blocked {km} {m}", grazing: "grazing {share}", clear: "clear {share}", reading: "{km} {ground} {free} {share}" },
  dark: false, height: 260, ...fields,
});

test("a profile tells its verdict for the chosen k", () => {
  const { window, document, map } = newMap();
  const box = document.getElementById("profile");
  window.tongcunProfile(box, map, profile(110));
  const verdict = () => box.querySelector(".tc-profile-verdict").textContent;
  assert.equal(verdict(), "clear 1.80");
  box.querySelectorAll("button")[1].click();
  assert.equal(verdict(), "blocked 2.00 30");
  assert.deepEqual([...box.querySelectorAll("button")].map((button) => button.getAttribute("aria-checked")), ["false", "true"]);
  assert.equal(box.querySelector(".tc-p-void title").textContent, "void");
  assert.equal(box.querySelectorAll("b").length, 0);
});

test("the mark of the profile leads the mark on the map, by keys too", () => {
  const { window, document, map } = newMap();
  const box = document.getElementById("profile");
  window.tongcunProfile(box, map, profile(110));
  const press = (key) => box.querySelector("svg").dispatchEvent(new window.KeyboardEvent("keydown", { key, cancelable: true }));
  press("End");
  press("ArrowLeft");
  press("ArrowLeft");
  assert.equal(box.querySelector(".tc-profile-reading").textContent, "2.00 110 18 1.80");
  const marks = [];
  map.eachLayer((layer) => layer.options.className === "tc-path-mark" && marks.push(layer.getLatLng()));
  assert.deepEqual(plain(marks), [{ lat: 25.02, lng: 102 }]);
  press("ArrowRight");
  assert.equal(box.querySelector(".tc-profile-reading").textContent, "3.00 km · void");
  const reading = () => box.querySelector("svg").getAttribute("aria-valuenow");
  press("Home");
  press("ArrowLeft");
  assert.equal(reading(), "0.00");
  press("End");
  press("ArrowRight");
  assert.equal(reading(), "4.00");
  window.tongcunProfile(box, map, null);
  assert.equal(box.children.length, 0);
});


import assert from "node:assert/strict";
import test from "node:test";

import { component, newMap, plain, settled } from "./page.mjs";

const HTML = "<div id='map_1'></div>";
const REGION = { type: "Feature", properties: { adcode: "530100", style: { weight: 1 } }, geometry: { type: "Polygon", coordinates: [[[102, 25], [103, 25], [103, 26], [102, 25]]] } };
const SCRIPT = `var map_1 = L.map("map_1", { zoomAnimation: false }).setView([25, 102], 7); L.geoJSON(${JSON.stringify(REGION)}).addTo(map_1);`;
const CONTENT = { html: HTML, script: SCRIPT, name: "map_1", bounds: [[21, 97], [29, 106]] };
const DATA = { url: "/media/one.json", digest: "one", place: "yunnan", ahead: "", height: 480, dark: false, clicks: true, regions: true, report: true, heard: 0, failed: "No map", overlay: {}, profile: null };

// The page of a map. `run` is one run of the page; `sent` holds what the map told the server.
const page = (answers = {}) => {
  const { window, document } = newMap();
  document.body.innerHTML = "<script type='module' src='/tool/static/js/index.js'></script><div id='part'><div class='tc-host'></div><div class='tc-profile'></div></div>";
  window.tongcunVendor = Promise.resolve();
  // jsdom loads no script from an address of the page.
  window.tongcunCompile = async (script, name) => new window.Function(`${script}\nreturn ${name};`);
  const asked = [];
  window.fetch = async (at) => {
    asked.push(String(at));
    return answers[String(at)] ?? { ok: true, json: async () => CONTENT };
  };
  const host = component(window, "host");
  const sent = [];
  const parentElement = document.getElementById("part");
  const run = async (data = {}) => {
    const leave = host({ parentElement, data: { ...DATA, ...data }, setTriggerValue: (name, value) => sent.push([name, plain(value)]) });
    await settled();
    return leave;
  };
  const click = (at, detail = 1) => window.tongcunMap.fire("click", { latlng: window.L.latLng(at), originalEvent: { detail } });
  return { window, document, asked, sent, run, click };
};
const ids = ([, { events }]) => events.map(({ id }) => id);
const kinds = (sent) => sent.map(([, { events }]) => events.at(-1).kind);

test("a map is fetched under the application's base, once per digest", async () => {
  const { window, asked, run } = page();
  await run();
  const first = window.tongcunMap;
  await run();
  assert.deepEqual(asked, ["http://planner.test/tool/media/one.json"]);
  assert.equal(window.tongcunMap, first);
  await run({ digest: "two", url: "/media/two.json" });
  assert.equal(asked.length, 2);
  assert.notEqual(window.tongcunMap, first);
});

test("what the map will ask for is asked for at once", async () => {
  const { asked, window, run } = page();
  await run({ ahead: "/media/points.bin" });
  assert.deepEqual(asked.sort(), ["http://planner.test/tool/media/one.json", "http://planner.test/tool/media/points.bin"]);
  assert.equal(window.tongcunAhead.url, "/media/points.bin");
});

test("zoom and position survive another map of the same place only", async () => {
  const { window, run } = page();
  await run();
  window.tongcunMap.setView([26, 104], 11, { animate: false });
  await run({ digest: "two" });
  assert.equal(window.tongcunMap.getZoom(), 11);
  await run({ digest: "three", place: "gansu" });
  assert.notEqual(window.tongcunMap.getZoom(), 11);
});

test("a click is repeated until the page has heard it, each under its own number", async () => {
  const { sent, run, click } = page();
  await run();
  click([25.12345678, 102]);
  click([25.5, 103]);
  assert.deepEqual(kinds(sent), ["click", "click"]);
  const both = ids(sent[1]);
  assert.equal(both.length, 2);
  assert.ok(both[1] > both[0]);
  assert.deepEqual(sent[0][1].events.map(({ lat, lon }) => [lat, lon]), [[25.123457, 102]]);
  await run({ heard: both[0] });
  assert.deepEqual(ids(sent[2]), [both[1]]);
  await run({ heard: both[1] });
  assert.equal(sent.length, 3);
});

test("a second click of a double click and a map that hears no clicks send nothing", async () => {
  const { sent, run, click } = page();
  await run();
  click([25, 102], 2);
  assert.deepEqual(sent, []);
  await run({ clicks: false });
  click([25, 102]);
  assert.deepEqual(sent, []);
});

test("a click past the date line means the same place", async () => {
  const { sent, run, click } = page();
  await run();
  click([25, 102 + 360]);
  assert.deepEqual(sent[0][1].events.map(({ lon }) => lon), [102]);
});

const region = (window) => {
  let found;
  window.tongcunMap.eachLayer((layer) => {
    if (layer.feature) found = layer;
  });
  return found;
};

test("a click on a region names it, where regions are asked for", async () => {
  const { window, sent, run } = page();
  await run();
  const event = () => ({ latlng: window.L.latLng([25.5, 102.9]), originalEvent: new window.Event("click") });
  region(window).fire("click", event());
  assert.deepEqual(sent[0][1].events.map(({ kind, adcode }) => [kind, adcode]), [["region", "530100"]]);
  assert.equal(region(window).getElement().getAttribute("tabindex"), "-1", "no stop of the keyboard");
  await run();
  assert.deepEqual(sent[1], sent[0], "said again until heard");
  await run({ regions: false, heard: ids(sent[0])[0] });
  region(window).fire("click", event());
  assert.equal(sent.length, 2);
});

test("the chosen region is marked and fitted", async () => {
  const { window, run } = page();
  await run();
  await run({ overlay: { selected: "530100", fit: [[25, 102], [26, 103]] } });
  assert.equal(region(window).options.weight, 3);
  assert.ok(window.tongcunMap.getCenter().distanceTo([25.5, 102.5]) < 2000);
  await run({ overlay: {} });
  assert.equal(region(window).options.weight, 1);
});

test("the same overlay is not drawn twice, so the reader's view is kept", async () => {
  const { window, run } = page();
  const overlay = { look: [[25, 102], [25.1, 102.1]] };
  await run({ overlay });
  window.tongcunMap.setView([28, 99], 8, { animate: false });
  await run({ overlay: { ...overlay } });
  assert.equal(window.tongcunMap.getZoom(), 8);
  await run({ overlay: { ...overlay, sites: [] } });
  assert.equal(window.tongcunMap.getZoom(), 8);
  await run({ overlay: { look: [[25, 102], [25.2, 102.1]] } });
  assert.notEqual(window.tongcunMap.getZoom(), 8);
});

test("a map that cannot be fetched says so on the page and to the server", async () => {
  const { document, sent, run } = page({ "http://planner.test/tool/media/one.json": { ok: false, status: 404 } });
  await run();
  assert.equal(document.querySelector(".tc-host").textContent, "No map (map 404)");
  assert.deepEqual(kinds(sent), ["drawn"]);
});

test("an answer that another map has overtaken is not mounted", async () => {
  const held = {};
  const late = new Promise((done) => (held.release = done));
  const { window, document, run } = page({ "http://planner.test/tool/media/slow.json": late });
  await run({ digest: "slow", url: "/media/slow.json" });
  await run();
  const shown = window.tongcunMap;
  held.release({ ok: true, json: async () => ({ ...CONTENT, script: "throw new Error('mounted')" }) });
  await settled();
  assert.equal(window.tongcunMap, shown);
  assert.ok(document.getElementById("map_1"));
});

test("leaving removes the map with its page, not under a run that was overtaken", async () => {
  const { window, document, run } = page();
  const leave = await run();
  leave();
  assert.ok(window.tongcunMap);
  document.getElementById("part").remove();
  leave();
  assert.equal(window.tongcunMap, undefined);
});

test("a marked place is brought into view once", async () => {
  const { window, run } = page();
  await run();
  const overlay = { mark: [35, 104] };
  await run({ overlay });
  assert.ok(window.tongcunMap.getBounds().contains([35, 104]));
  window.tongcunMap.setView([25, 102], 10, { animate: false });
  await run({ overlay: { ...overlay } });
  assert.equal(window.tongcunMap.getBounds().contains([35, 104]), false);
});

test("a double click is told after its first click, so that what that placed is taken back", async () => {
  const { window, sent, run, click } = page();
  await run();
  click([25, 102]);
  window.tongcunMap.fire("dblclick", { latlng: window.L.latLng([25, 102]), containerPoint: window.L.point(9, 9), originalEvent: {} });
  const [placed, back] = sent.at(-1)[1].events;
  assert.deepEqual([placed.lat, back.kind], [25, "back"]);
  assert.ok(back.id > placed.id);
  await run({ clicks: false, heard: back.id });
  window.tongcunMap.fire("dblclick", { latlng: window.L.latLng([25, 102]), containerPoint: window.L.point(9, 9), originalEvent: {} });
  assert.equal(sent.length, 2);
});

test("a pin that is pressed or dragged is told by its number", async () => {
  const { window, sent, run } = page();
  await run();
  window.tongcunMap.fire("tongcunpick", { number: 2 });
  window.tongcunMap.fire("tongcunmove", { number: 1, latlng: window.L.latLng([25.12345678, 102]) });
  assert.deepEqual(sent[1][1].events.map(({ kind, number, lat }) => [kind, number, lat]), [["site", 2, undefined], ["site", 1, 25.123457]]);
});

test("the home button shows the selection in force, else the province", async () => {
  const { window, run } = page();
  await run();
  window.tongcunMap.setView([40, 80], 10, { animate: false });
  window.tongcunMap.fire("tongcunhome");
  assert.ok(window.tongcunMap.getBounds().contains([25, 102]));
  await run({ overlay: { fit: [[30, 90], [31, 91]] } });
  window.tongcunMap.fire("tongcunhome");
  assert.ok(window.tongcunMap.getCenter().distanceTo([30.5, 90.5]) < 5000);
});

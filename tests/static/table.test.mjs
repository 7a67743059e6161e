import assert from "node:assert/strict";
import test from "node:test";

import { component, newWindow, plain } from "./page.mjs";

const COLUMNS = [{ key: "name", title: "Region", kind: "text", sortable: true }, { key: "gap", title: "Gap", kind: "number", sortable: true }, { key: "on", title: "On", kind: "switch" }];
const row = (key, gap) => ({ key, selected: false, cells: { name: { text: key }, gap: { text: String(gap), value: gap }, on: { on: true, label: key } } });
const DATA = { sections: [{ key: "gaps", columns: COLUMNS, rows: [row("a", 1), row("b", 2)] }], legend: [], note: "", tall: 0, pick: true, heard: 0, words: { sort: "sort", pick: "choose", label: "table" } };

const page = () => {
  const window = newWindow("<div id='part'><div class='tct'></div></div>");
  window.CSS ??= { escape: (text) => text };
  const figures = component(window, "table");
  const sent = [];
  const parentElement = window.document.getElementById("part");
  const run = (data = {}) => figures({ parentElement, data: { ...DATA, ...data }, setTriggerValue: (name, value) => sent.push([name, plain(value)]) });
  const at = (selector) => window.document.querySelector(selector);
  return { window, sent, run, at, press: (selector) => at(selector).click() };
};
const told = ([, { events }]) => events.map(({ kind, key, on }) => [kind, key, on]);

test("a row and a switch are told until the page has heard them", () => {
  const { sent, run, press } = page();
  run();
  press("[data-at='row b']");
  press("[data-at='switch a']");
  assert.deepEqual(told(sent[1]), [["row", "b", undefined], ["turned", "a", false]]);
  run();
  assert.deepEqual(sent[2], sent[1], "said again until heard");
  const [first, second] = sent[1][1].events.map(({ id }) => id);
  assert.ok(second > first);
  run({ heard: first });
  assert.deepEqual(told(sent[3]), [["turned", "a", false]]);
  run({ heard: second });
  assert.equal(sent.length, 4);
});

test("what has the focus keeps it when the table is drawn anew", () => {
  const { window, run, at } = page();
  run();
  at("[data-at='row b']").focus();
  run({ note: "changed" });
  assert.equal(window.document.activeElement.dataset.at, "row b");
  run({ note: "changed", heard: 7 });
  assert.equal(window.document.activeElement, at("[data-at='row b']"));
});

import assert from "node:assert/strict";
import test from "node:test";

import { component, newWindow, plain } from "./page.mjs";

const DATA = { url: "/media/places.gz", heard: 0, regions: {}, words: { names: "en", kinds: {}, label: "search", placeholder: "", help: "", none: "none", loading: "loading", failed: "failed", position: "position" } };

test("what was picked is told until the page has heard it", () => {
  const window = newWindow("<div id='part'><input type='search'><div role='listbox' hidden></div></div>");
  window.Element.prototype.scrollIntoView = () => {};
  window.fetch = () => new Promise(() => {});
  const find = component(window, "find");
  const sent = [];
  const run = (heard = 0) => find({ parentElement: window.document.getElementById("part"), data: { ...DATA, heard }, setTriggerValue: (name, value) => sent.push([name, plain(value)]) });
  run();
  const input = window.document.querySelector("input");
  input.value = "25.04, 102.71";
  input.dispatchEvent(new window.Event("input"));
  input.dispatchEvent(new window.KeyboardEvent("keydown", { key: "Enter" }));
  const [[name, { events: [event] }]] = sent;
  assert.deepEqual([name, event.kind, event.pick], ["events", "pick", { kind: "position", text: "25.04, 102.71" }]);
  run();
  assert.deepEqual(sent[1], sent[0]);
  run(event.id);
  assert.equal(sent.length, 2);
});

import assert from "node:assert/strict";
import test from "node:test";

import { newWindow, source } from "./page.mjs";

test("a page is scaled to the paper by the width that it has on the screen", () => {
  const window = newWindow("<div data-testid='stMainBlockContainer'></div>");
  window.eval(source("print.js"));
  window.eval(source("print.js"));
  const root = window.document.documentElement.style;
  const printed = (px) => {
    Object.defineProperty(window.HTMLElement.prototype, "clientWidth", { get: () => px, configurable: true });
    window.dispatchEvent(new window.Event("beforeprint"));
    return [root.getPropertyValue("--tc-screen"), Number(root.getPropertyValue("--tc-print")).toFixed(2)];
  };
  assert.deepEqual(printed(1716), ["1716px", "0.61"]);
  assert.deepEqual(printed(800), ["800px", "1.00"]);
});

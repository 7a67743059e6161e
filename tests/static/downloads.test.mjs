import assert from "node:assert/strict";
import test from "node:test";

import { newWindow, settled, source } from "./page.mjs";

const BOX = "<div data-testid='stDownloadButton'><button>.csv</button></div>";

// The page with one download button. `press` is the reader's click, `fail` the server's answer that
// the file is unknown; `pauses` holds the waits of the script, which `wait` ends.
const page = () => {
  const window = newWindow(BOX);
  const { document } = window;
  const pauses = [];
  window.setTimeout = (go, ms) => pauses.push({ go, ms });
  // A script cannot make a trusted event: the handler is called as the browser would.
  const handlers = [];
  const add = document.addEventListener.bind(document);
  document.addEventListener = (name, handler, ...rest) => {
    handlers.push(handler);
    add(name, handler, ...rest);
  };
  window.eval(source("downloads.js"));
  const box = document.querySelector("[data-testid=stDownloadButton]");
  const clicks = [];
  box.addEventListener("click", (event) => clicks.push(event.isTrusted));
  const fail = async () => {
    box.querySelector("[data-testid=stDownloadButtonError]")?.remove();
    const error = document.createElement("p");
    error.dataset.testid = "stDownloadButtonError";
    box.append(error);
    await settled();
    return error;
  };
  const press = () => handlers.forEach((handler) => handler({ isTrusted: true, target: box.querySelector("button") }));
  const wait = () => pauses.splice(0).map(({ go, ms }) => (go(), ms));
  return { window, box, clicks, fail, press, wait };
};

test("a click that the server does not know is repeated, its error hidden", async () => {
  const { clicks, fail, press, wait } = page();
  press();
  const error = await fail();
  assert.equal(error.style.visibility, "hidden");
  assert.deepEqual(clicks, []);
  assert.deepEqual(wait(), [250]);
  assert.deepEqual(clicks, [false]);
});

test("after three repeats with growing pauses the error is shown", async () => {
  const { clicks, fail, press, wait } = page();
  press();
  const pauses = [];
  for (let i = 0; i < 3; i += 1) {
    await fail();
    pauses.push(...wait());
  }
  assert.deepEqual(pauses, [250, 500, 1000]);
  const error = await fail();
  assert.equal(error.style.visibility, "");
  assert.deepEqual(wait(), []);
  assert.equal(clicks.length, 3);
  // The reader's own click begins again.
  press();
  await fail();
  assert.deepEqual(wait(), [250]);
});

test("an error that nobody's click caused is shown", async () => {
  const { clicks, fail, wait } = page();
  const error = await fail();
  assert.equal(error.style.visibility, "");
  assert.deepEqual(wait(), []);
  assert.deepEqual(clicks, []);
});

test("an error is shown when no button is left to press", async () => {
  const { box, clicks, fail, press, wait } = page();
  press();
  const error = await fail();
  box.querySelector("button").disabled = true;
  wait();
  assert.equal(error.style.visibility, "");
  assert.deepEqual(clicks, []);
});

test("an error inside an added element is seen", async () => {
  const { window, box, press, wait } = page();
  press();
  const around = window.document.createElement("div");
  around.innerHTML = "<p data-testid='stDownloadButtonError'></p>";
  box.append("text", around);
  await settled();
  assert.deepEqual(wait(), [250]);
});

test("the script of a second drawing of the page does nothing", async () => {
  const { window, clicks, fail, press, wait } = page();
  window.eval(source("downloads.js"));
  press();
  await fail();
  assert.equal(wait().length, 1);
  assert.equal(clicks.length, 1);
});

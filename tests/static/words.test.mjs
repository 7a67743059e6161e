import assert from "node:assert/strict";
import test from "node:test";

import { newWindow, settled, source } from "./page.mjs";

const BOX = "<div data-testid='stFileUploader' title='Upload'><p>Upload</p><span>200MB per file</span><button aria-label='Remove a.csv'></button></div><p>Upload</p>";
const ZH = [["Upload", "选择文件"], ["{it} per file", "每个文件不超过 {it}"], ["Remove {it}", "移除 {it}"]];
const EN = ZH.map(([english]) => [english, english]);

const page = () => {
  const window = newWindow(BOX);
  const speak = (words) => {
    window.tongcunWords = words;
    window.eval(source("words.js"));
  };
  const said = () => [...window.document.querySelectorAll("p, span")].map(({ textContent }) => textContent);
  const names = () => [window.document.querySelector("button").getAttribute("aria-label"), window.document.querySelector("div").title];
  return { window, speak, said, names };
};

test("words of Streamlit are in the reader's language, texts of the planner stay", () => {
  const { speak, said, names } = page();
  speak(ZH);
  assert.deepEqual(said(), ["选择文件", "每个文件不超过 200MB", "Upload"]);
  assert.deepEqual(names(), ["移除 a.csv", "选择文件"]);
});

test("what is drawn later is translated too", async () => {
  const { window, speak, said, names } = page();
  speak(ZH);
  window.document.querySelector("span").firstChild.data = "1GB per file";
  window.document.querySelector("button").setAttribute("aria-label", "Remove $& b.csv");
  window.document.querySelector("div").insertAdjacentHTML("beforeend", "<p>Upload</p>");
  await settled();
  assert.deepEqual(said(), ["选择文件", "每个文件不超过 1GB", "选择文件", "Upload"]);
  assert.equal(names()[0], "移除 $& b.csv");
});

test("another language takes the place of the first, and both come back", () => {
  const { speak, said, names } = page();
  for (const [words, upload, remove] of [[ZH, "选择文件", "移除 a.csv"], [EN, "Upload", "Remove a.csv"], [ZH, "选择文件", "移除 a.csv"]]) {
    speak(words);
    assert.equal(said()[0], upload);
    assert.equal(names()[0], remove);
  }
});

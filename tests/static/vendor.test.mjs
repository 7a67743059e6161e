import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import test from "node:test";

import { vendorFiles } from "../../static/build.mjs";
import { source } from "./page.mjs";

const VENDOR = new URL("../../static/vendor/", import.meta.url);

test("the vendored files are what `node build.mjs` builds from the sources", () => {
  const built = vendorFiles();
  assert.deepEqual(readdirSync(VENDOR).sort(), Object.keys(built).sort());
  for (const [name, text] of Object.entries(built)) {
    assert.ok(source(`vendor/${name}`) === text, `static/vendor/${name} is stale: run \`npm ci && node build.mjs\` in static/`);
  }
});

test("every source of the map is part of map.js", () => {
  const { "map.js": script, "map.css": css } = vendorFiles();
  const sources = readdirSync(new URL("../../static/map/", import.meta.url));
  assert.ok(sources.length >= 8);
  for (const name of sources) assert.ok((name.endsWith(".css") ? css : script).includes(source(`map/${name}`)), name);
});

test("the lock file names no registry", () => {
  const packages = Object.entries(JSON.parse(source("package-lock.json")).packages).filter(([name]) => name);
  assert.ok(packages.length > 100);
  assert.deepEqual(packages.filter(([, entry]) => entry.resolved || !entry.integrity).map(([name]) => name), []);
});

// Makes vendor/map.js and vendor/map.css: Leaflet and our own sources in two files, images
// as data URIs, so that the map asks nobody for anything. Run `npm ci && node build.mjs`.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const leaflet = "node_modules/leaflet/";

const inlined = (css) =>
  css.replace(/url\((images\/([\w.-]+))\)/g, (_, path) => {
    const bytes = readFileSync(new URL(leaflet + "dist/" + path, import.meta.url));
    return `url(data:image/png;base64,${bytes.toString("base64")})`;
  });
// The VML rule is for a browser of 2010 and warns in today's.
const withoutVml = (css) => css.replace(/^.*url\(#default#VML\).*$/gm, "");
// A source map would be asked for and is not here.
const withoutMap = (js) => js.replace(/\/\/# sourceMappingURL=.*$/gm, "");

const files = {
  "map.js": [withoutMap(read(leaflet + "dist/leaflet.js")), read("map/points.js"), read("map/tiles.js"), read("map/controls.js"), read("map/raster.js"), read("map/plan.js"), read("map/profile.js")].join("\n;\n"),
  "map.css": [withoutVml(inlined(read(leaflet + "dist/leaflet.css"))), read("map/map.css")].join("\n"),
  "LICENCES.txt": `Leaflet ${JSON.parse(read(leaflet + "package.json")).version} (BSD-2-Clause)\n\n${read(leaflet + "LICENSE")}\n` +
    "The rest of map.js and map.css: this project, Apache-2.0.\n",
};
mkdirSync(new URL("vendor/", import.meta.url), { recursive: true });
let sums = "";
for (const [name, text] of Object.entries(files)) {
  writeFileSync(new URL("vendor/" + name, import.meta.url), text);
  sums += `${createHash("sha256").update(text).digest("hex")}  ${name}\n`;
}
writeFileSync(new URL("vendor/SHA256SUMS", import.meta.url), sums);

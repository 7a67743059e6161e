// Builds vendor/map.js and vendor/map.css: Leaflet, html-to-image and our own sources in two files, images as data
// URIs, so that the map loads nothing from elsewhere. Run `npm ci && node build.mjs`.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SOURCES = [
  "formulas", "frame", "legend", "labels", "points", "tiles", "sites", "raster", "plan", "measure", "picture", "profile",
];

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const leaflet = "node_modules/leaflet/";
const pictures = "node_modules/html-to-image/";

const inlined = (css) =>
  css.replace(/url\((images\/([\w.-]+))\)/g, (_, path) => {
    const bytes = readFileSync(new URL(leaflet + "dist/" + path, import.meta.url));
    return `url(data:image/png;base64,${bytes.toString("base64")})`;
  });
// The VML rule is for a browser of 2010 and warns in today's.
const withoutVml = (css) => css.replace(/^.*url\(#default#VML\).*$/gm, "");
// A source map would be requested and does not exist.
const withoutMap = (js) => js.replace(/\/\/# sourceMappingURL=.*$/gm, "");

const version = (folder) => JSON.parse(read(folder + "package.json")).version;

// Text of each file of vendor/ by its name.
export const vendorFiles = () => {
  const files = {
    "map.js": [withoutMap(read(leaflet + "dist/leaflet.js")), withoutMap(read(pictures + "dist/html-to-image.js")), ...SOURCES.map((name) => read(`map/${name}.js`))].join("\n;\n"),
    "map.css": [withoutVml(inlined(read(leaflet + "dist/leaflet.css"))), read("map/map.css")].join("\n"),
    "LICENCES.txt": `Leaflet ${version(leaflet)} (BSD-2-Clause)\n\n${read(leaflet + "LICENSE")}\n` +
      `html-to-image ${version(pictures)} (MIT)\n\n${read(pictures + "LICENSE")}\n` +
      "The rest of map.js and map.css: this project, Apache-2.0.\n",
  };
  const sum = (text) => createHash("sha256").update(text).digest("hex");
  files.SHA256SUMS = Object.entries(files).map(([name, text]) => `${sum(text)}  ${name}\n`).join("");
  return files;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(new URL("vendor/", import.meta.url), { recursive: true });
  for (const [name, text] of Object.entries(vendorFiles())) writeFileSync(new URL("vendor/" + name, import.meta.url), text);
}

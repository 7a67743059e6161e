// A browser window without a browser: jsdom with Leaflet and our own map scripts, as they are built.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { vendorFiles } from "../../static/build.mjs";

const STATIC = new URL("../../static/", import.meta.url);
const { JSDOM } = createRequire(new URL("package.json", STATIC))("jsdom");
const MAP_SCRIPT = vendorFiles()["map.js"];
const SIZE_PX = { width: 800, height: 600 };

export const source = (name) => readFileSync(new URL(name, STATIC), "utf8");

// A component's function in a window, its script put together as ui/shell/frame.py does.
export const component = (window, name) => {
  const text = source(`${name}.js`).replace(/^import \{[^}]*\} from "\.\/(\w+\.js)";\n/gm, (_, other) => source(other));
  return window.eval(`(() => { ${text.replace(/export default function (\w+)/, "return function $1").replaceAll("export ", "")} })()`);
};

// Values of another window as plain values of this one, which deepEqual compares.
export const plain = (value) => JSON.parse(JSON.stringify(value));

// Waits until what was promised so far has happened.
export const settled = () => new Promise((done) => setTimeout(done, 0));

export const newWindow = (html = "") => {
  const { window } = new JSDOM(`<!doctype html><body>${html}</body>`, { runScripts: "outside-only", url: "http://planner.test/tool/page", pretendToBeVisual: true });
  // jsdom computes no layout.
  for (const [name, value] of [["clientWidth", SIZE_PX.width], ["clientHeight", SIZE_PX.height]]) {
    Object.defineProperty(window.HTMLElement.prototype, name, { get: () => value, configurable: true });
  }
  window.ResizeObserver = class {
    observe() {}
    disconnect() {}
  };
  return window;
};

// A canvas whose pen notes what it draws: [method, colour, ...arguments].
const withPens = (window) => {
  const strokes = [];
  window.HTMLCanvasElement.prototype.getContext = () =>
    new Proxy({}, {
      get: (pen, name) => (name in pen ? pen[name] : (...given) => strokes.push([name, pen.fillStyle, ...given])),
      set: (pen, name, value) => {
        pen[name] = value;
        return true;
      },
    });
  return strokes;
};

// A window with a map at 25° N, 102° E; `strokes` holds what its canvases drew.
export const newMap = (zoom = 9) => {
  const window = newWindow("<div id='map'></div><div id='profile'></div>");
  const strokes = withPens(window);
  window.eval(MAP_SCRIPT);
  const map = window.L.map("map", { zoomAnimation: false, fadeAnimation: false }).setView([25, 102], zoom);
  const words = Object.fromEntries(["home", "zoomIn", "zoomOut", "measure", "full", "picture", "pointer", "north", "failedPicture"].map((name) => [name, name]));
  window.L.tongcunFrame({ words, credit: "<b>credit</b>" }).addTo(map);
  return { window, document: window.document, L: window.L, map, strokes };
};

// Bytes of points [lon, lat, households, class] in the form that points.js reads.
export const pointBytes = (points) => {
  const n = points.length;
  const bytes = new DataView(new ArrayBuffer(11 * n));
  points.forEach(([lon, lat, households, cls], i) => {
    bytes.setFloat32(4 * i, lon, true);
    bytes.setFloat32(4 * n + 4 * i, lat, true);
    bytes.setUint16(8 * n + 2 * i, households, true);
    bytes.setUint8(10 * n + i, cls);
  });
  return bytes.buffer;
};

// Puts a folium map on a Streamlit page: runs the map's own script once per digest, keeps the view,
// and turns clicks into triggers. What changes with a click arrives as a small overlay: sites, an
// image by its address, a terrain profile that is drawn below the map and linked with it.
import { newOutbox } from "./events.js";

const maps = new WeakMap();
const CHOSEN = { color: "var(--tc-selection)", weight: 3 };

const base = () => {
  const main = document.querySelector('script[type="module"][src*="static/"]');
  const at = main ? new URL(main.src).pathname : "/";
  const cut = at.indexOf("static/");
  return new URL(cut >= 0 ? at.slice(0, cut) : "/", window.location.origin);
};

const vendor = () => {
  window.tongcunVendor ??= new Promise((done, failed) => {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = new URL("app/static/vendor/map.css", base());
    const script = document.createElement("script");
    script.src = new URL("app/static/vendor/map.js", base());
    script.onload = done;
    script.onerror = () => failed(new Error("map.js"));
    document.head.append(style, script);
  });
  return window.tongcunVendor;
};

// Compiles a map's script, which folium made on this server from escaped JSON. It is loaded from an
// address, for the page's policy runs no text.
const compiled = (script, name) => {
  if (window.tongcunCompile) return window.tongcunCompile(script, name);
  return new Promise((done, failed) => {
    const waiting = (window.tongcunCompiled ??= []);
    const number = waiting.push(done) - 1;
    const text = `window.tongcunCompiled[${number}](() => {${script}\nreturn ${name};});`;
    const element = document.createElement("script");
    element.src = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    element.onload = element.onerror = () => {
      URL.revokeObjectURL(element.src);
      element.remove();
      failed(new Error("map script")); // nothing where it has run
    };
    document.head.append(element);
  });
};

const features = function* (map) {
  const stack = Object.values(map._layers);
  for (const layer of stack) {
    if (layer.feature && layer.feature.properties && layer.feature.properties.adcode) yield layer;
  }
};

// The selection in force, or the whole province.
const home = (state) => state.map.fitBounds((state.data.overlay || {}).fit || state.bounds, { padding: [10, 10], animate: false });

const place = (latlng) => {
  const { lat, lng } = latlng.wrap();
  return { lat: Number(lat.toFixed(6)), lon: Number(lng.toFixed(6)) };
};

// Marks the map as loaded or failed for a page that waits for it.
const report = (state) => {
  if (state.data.report) state.outbox.emit("drawn");
};

const listen = (state, map) => {
  map.on("tongcunhome", () => home(state));
  map.on("click", (event) => {
    if (!state.data.clicks || map.tcMeasuring || event.originalEvent.detail > 1) return;
    state.outbox.emit("click", place(event.latlng));
    state.placed = true;
  });
  // A double click zooms: what its first click has placed is taken back.
  map.on("dblclick", () => {
    if (state.data.clicks && !map.tcMeasuring && state.placed) state.outbox.emit("back");
  });
  map.on("tongcunmove", ({ number, latlng }) => state.outbox.emit("site", { number, ...place(latlng) }));
  map.on("tongcunpick", ({ number }) => state.outbox.emit("site", { number }));
};

const mount = async (box, state, data) => {
  if (data.ahead) window.tongcunAhead = { url: data.ahead, answer: fetch(new URL(data.ahead.replace(/^\//, ""), base())) };
  const [answer] = await Promise.all([fetch(new URL(data.url.replace(/^\//, ""), base())), vendor()]);
  if (!answer.ok) throw new Error(`map ${answer.status}`);
  const { html, script, name, bounds } = await answer.json();
  const make = await compiled(script, name);
  if (state.digest !== data.digest) return;
  const view = state.map && state.place === data.place ? [state.map.getCenter(), state.map.getZoom()] : null;
  if (state.watch) state.watch.disconnect();
  if (state.map) state.map.remove();
  box.innerHTML = html;
  const node = box.querySelector(`#${name}`);
  node.classList.add("tc-map");
  window.tongcunBase = base();
  const map = make();
  state.map = map;
  state.place = data.place;
  state.group = L.layerGroup().addTo(map);
  state.bounds = bounds;
  state.legend = null;
  // What the overlay adds to the legend takes height from the map before it is fitted.
  L.tongcunRaster(map, (data.overlay || {}).raster);
  L.tongcunPlan(map, (data.overlay || {}).plan);
  map.invalidateSize({ animate: false });
  if (view) map.setView(view[0], view[1], { animate: false });
  else home(state);
  state.watch = new ResizeObserver(() => map.invalidateSize({ animate: false }));
  state.watch.observe(node);
  for (const layer of features(map)) {
    // A browser stops at each region that has a tooltip: a keyboard chooses in the table or the bar.
    layer.getElement()?.setAttribute("tabindex", "-1");
    layer.on("click", (event) => {
      if (!state.data.regions) return;
      L.DomEvent.stopPropagation(event);
      state.outbox.emit("region", { adcode: layer.feature.properties.adcode });
    });
  }
  listen(state, map);
  map.once("tongcunpoints", () => requestAnimationFrame(() => report(state)));
  window.tongcunMap = map;
};

// Rows of what a click has drawn, below those of the map itself.
const drawLegend = (state, rows) => {
  if (state.legend) state.legend.remove();
  state.legend = rows && rows.length ? L.tongcunLegend({ title: "", rows }).addTo(state.map) : null;
};

const decorate = (state) => {
  const { map, data } = state;
  if (!map) return;
  map.tcCaption = data.caption;
  map.getContainer().classList.toggle("placing", data.clicks);
  window.tongcunProfile(state.profile, map, data.profile);
  const overlay = data.overlay || {};
  const text = JSON.stringify(overlay);
  if (text === state.drawn) return;
  const moved = overlay.selected !== state.selected;
  // The first drawing fits the province by itself; later only a new choice moves the view.
  const fit = moved && overlay.fit && (state.selected !== undefined || overlay.selected);
  state.drawn = text;
  state.selected = overlay.selected;
  L.tongcunSites(state.group, overlay);
  drawLegend(state, overlay.legend);
  L.tongcunRaster(map, overlay.raster);
  L.tongcunPlan(map, overlay.plan);
  for (const layer of features(map)) {
    const on = layer.feature.properties.adcode === overlay.selected;
    if (on || layer.tcOn) layer.setStyle(on ? CHOSEN : layer.feature.properties.style);
    layer.tcOn = on;
    if (on) layer.bringToFront();
  }
  if (fit) home(state);
  const look = JSON.stringify(overlay.look || null);
  if (overlay.look && look !== state.look) map.fitBounds(overlay.look, { padding: [12, 12], animate: false });
  state.look = look;
  if (overlay.mark) {
    const [lat, lon] = overlay.mark;
    L.circleMarker([lat, lon], { radius: 12, ...CHOSEN, fill: false, interactive: false }).addTo(state.group);
    if (!map.getBounds().pad(-0.1).contains([lat, lon])) map.setView([lat, lon], Math.max(map.getZoom(), 10), { animate: false });
  }
};

// Called when the page goes, but also by a run that was overtaken: then the map is still in use.
const release = (box, state) => {
  if (box.isConnected) return;
  state.digest = null;
  if (state.watch) state.watch.disconnect();
  if (window.tongcunProfile) window.tongcunProfile(state.profile, state.map, null);
  // Leaflet listens to the window: what is not removed is never forgotten.
  if (state.map) state.map.remove();
  if (window.tongcunMap === state.map) delete window.tongcunMap;
  state.map = null;
  maps.delete(box);
};

export default function host({ parentElement, data, setTriggerValue }) {
  const box = parentElement.querySelector(".tc-host");
  let state = maps.get(box);
  if (!state) {
    state = { digest: null, outbox: newOutbox(), profile: parentElement.querySelector(".tc-profile") };
    maps.set(box, state);
  }
  state.data = data;
  box.style.height = `${data.height}px`;
  state.outbox.repeat(setTriggerValue, data.heard);
  const leave = () => release(box, state);
  if (state.digest === data.digest) {
    if (state.map) decorate(state);
    return leave;
  }
  state.digest = data.digest;
  state.drawn = null;
  state.selected = undefined;
  mount(box, state, data).then(
    () => decorate(state),
    (error) => {
      box.textContent = `${data.failed} (${error.message})`;
      report(state);
    },
  );
  return leave;
}

// Puts a folium map on a Streamlit page: runs the map's own script once per digest, keeps the view,
// and turns clicks into triggers. What changes with a click arrives as a small overlay: sites, an
// image by its address, a terrain profile that is drawn below the map and linked with it.
const maps = new WeakMap();

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

// Fits the province and moves it to the right, no farther than the legend on the left needs.
const fitBesideLegend = (map, node, bounds) => {
  map.fitBounds(bounds, { padding: [8, 8], animate: false });
  const open = [...node.querySelectorAll(".tc-legend")].filter((box) => box.querySelector("details[open]"));
  if (!open.length) return;
  const legend = Math.max(...open.map((box) => box.getBoundingClientRect().right));
  const [a, b] = bounds.map((corner) => map.latLngToContainerPoint(corner));
  const room = map.getSize().x - Math.max(a.x, b.x) - 8;
  const need = legend - node.getBoundingClientRect().left + 12 - Math.min(a.x, b.x);
  const step = Math.min(room, need);
  if (step > 0) map.panBy([-step, 0], { animate: false });
};

// Marks the map as loaded or failed for a page that waits for it.
const report = (state) => {
  if (state.data.report) state.send("drawn", { at: Date.now() });
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
  node.classList.toggle("dark", data.dark);
  window.tongcunBase = base();
  const map = make();
  state.map = map;
  state.place = data.place;
  state.group = L.layerGroup().addTo(map);
  if (view) map.setView(view[0], view[1], { animate: false });
  else fitBesideLegend(map, node, bounds);
  state.watch = new ResizeObserver(() => map.invalidateSize({ animate: false }));
  state.watch.observe(node);
  for (const layer of features(map)) {
    layer.on("click", (event) => {
      if (!state.data.regions) return;
      L.DomEvent.stopPropagation(event);
      state.send("region", { adcode: layer.feature.properties.adcode, at: Date.now() });
    });
  }
  // A double click would zoom and count twice.
  map.doubleClickZoom.disable();
  map.on("click", (event) => {
    if (!state.data.clicks || event.originalEvent.detail > 1) return;
    const { lat, lng } = event.latlng.wrap();
    state.last = Math.max(Date.now(), (state.last || 0) + 1);
    state.clicks.push({ id: state.last, lat: Number(lat.toFixed(6)), lon: Number(lng.toFixed(6)) });
    state.send("click", { clicks: state.clicks });
  });
  map.once("tongcunpoints", () => requestAnimationFrame(() => report(state)));
  window.tongcunMap = map;
};

// A click that comes while the page is being drawn can be lost on its way: it is said again until
// the page has heard it.
const repeat = (state) => {
  state.clicks = state.clicks.filter((click) => click.id > state.data.heard);
  if (state.clicks.length) state.send("click", { clicks: state.clicks });
};

const decorate = (state) => {
  const { map, data } = state;
  if (!map) return;
  window.tongcunProfile(state.profile, map, data.profile && { ...data.profile, dark: data.dark });
  const overlay = data.overlay || {};
  const text = JSON.stringify(overlay);
  if (text === state.drawn) return;
  const moved = overlay.selected !== state.selected;
  // The first drawing fits the province by itself; later only a new choice moves the view.
  const fit = moved && overlay.fit && (state.selected !== undefined || overlay.selected);
  state.drawn = text;
  state.selected = overlay.selected;
  L.tongcunSites(state.group, overlay);
  L.tongcunRaster(map, overlay.raster);
  L.tongcunPlan(map, overlay.plan);
  for (const layer of features(map)) {
    const on = layer.feature.properties.adcode === overlay.selected;
    if (on || layer.tcOn) layer.setStyle({ weight: on ? 3.5 : 1 });
    layer.tcOn = on;
    if (on) layer.bringToFront();
  }
  if (fit) map.fitBounds(overlay.fit, { padding: [12, 12], animate: false });
  const look = JSON.stringify(overlay.look || null);
  if (overlay.look && look !== state.look) map.fitBounds(overlay.look, { padding: [12, 12], animate: false });
  state.look = look;
  if (overlay.mark) {
    const [lat, lon] = overlay.mark;
    L.circleMarker([lat, lon], { radius: 12, color: "#d946ef", weight: 3, fill: false, interactive: false }).addTo(state.group);
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
    state = { digest: null, clicks: [], profile: parentElement.querySelector(".tc-profile") };
    maps.set(box, state);
  }
  state.data = data;
  state.send = setTriggerValue;
  box.style.height = `${data.height}px`;
  repeat(state);
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

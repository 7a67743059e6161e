// The search box: looks through the places of the province in the browser, line by line, as one
// types. The server hears only what was picked.
import { newOutbox } from "./events.js";

const SHOWN = 12;
const KINDS = ["p", "c", "t", "v", "s"];

// Returns the places whose name, letters or code fit; regions first, then those that begin so.
export const places = (hay, text, wanted) => {
  const found = [];
  const seen = new Set();
  const look = (needle, limit) => {
    for (let at = hay.indexOf(needle); at >= 0 && found.length < limit; ) {
      const start = hay.lastIndexOf("\n", at) + 1;
      const after = hay.indexOf("\n", at + needle.length - 1);
      const end = after < 0 ? hay.length : after;
      const fields = text.slice(start, end).split("\t");
      // The needle stands in a name, the letters or the code, not in a coordinate.
      const inside = hay.slice(start, end).split("\t").slice(1, 5).some((field) => field.includes(needle.trim()));
      if (inside && !seen.has(start)) {
        seen.add(start);
        const [kind, id, zh, en, , adcode, lon, lat] = fields;
        found.push({ kind, id, zh, en, adcode, lon: Number(lon), lat: Number(lat) });
      }
      at = hay.indexOf(needle, end);
    }
  };
  const needle = wanted.trim().toLowerCase();
  if (!needle) return [];
  look(`\t${needle}`, 5 * SHOWN);
  if (found.length < SHOWN) look(needle, SHOWN);
  return found.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind)).slice(0, SHOWN);
};

// Whether a text is a pair of coordinates: two groups of digits or more, and no word of a name.
export const isPosition = (wanted) =>
  (wanted.match(/\d+(?:[.．]\d+)?/g) || []).length >= 2 && /[,，;；\s°度]/.test(wanted.trim()) && !/[a-df-mo-rt-vx-z]{2}/i.test(wanted);

const loaded = new Map();

const load = async (url) => {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`search ${answer.status}`);
  const text = await new Response(answer.body.pipeThrough(new DecompressionStream("gzip"))).text();
  return { text, hay: text.toLowerCase() };
};

const base = () => {
  const main = document.querySelector('script[type="module"][src*="static/"]');
  const at = main ? new URL(main.src).pathname : "/";
  const cut = at.indexOf("static/");
  return new URL(cut >= 0 ? at.slice(0, cut) : "/", window.location.origin);
};

const boxes = new WeakMap();

const title = (place, words) => (words.names === "zh" ? place.zh || place.en : place.en || place.zh) || place.id;

const rows = (state) => {
  const { data, index } = state;
  const wanted = state.input.value;
  const found = index && wanted.trim() ? places(index.hay, index.text, wanted) : [];
  const options = found.map((place) => ({
    pick: { kind: place.kind, id: place.id, adcode: place.adcode, lat: place.lat, lon: place.lon },
    name: title(place, data.words),
    about: [data.words.kinds[place.kind], place.kind === "p" ? "" : data.regions[place.adcode], place.kind === "t" ? "" : place.id].filter(Boolean).join(" · "),
  }));
  if (isPosition(wanted)) options.unshift({ pick: { kind: "position", text: wanted }, name: wanted.trim(), about: data.words.position });
  return options;
};

const close = (state) => {
  state.list.hidden = true;
  state.input.setAttribute("aria-expanded", "false");
  state.input.removeAttribute("aria-activedescendant");
  state.at = -1;
};

const mark = (state, at) => {
  const options = [...state.list.querySelectorAll("[role=option]")];
  if (!options.length) return;
  state.at = (at + options.length) % options.length;
  options.forEach((option, i) => option.setAttribute("aria-selected", String(i === state.at)));
  state.input.setAttribute("aria-activedescendant", options[state.at].id);
  options[state.at].scrollIntoView({ block: "nearest" });
};

const pick = (state, option) => {
  state.input.value = "";
  close(state);
  state.input.blur();
  state.outbox.emit("pick", { pick: option.pick });
};

const draw = (state) => {
  const wanted = state.input.value.trim();
  if (!wanted) {
    close(state);
    return;
  }
  state.options = rows(state);
  state.list.replaceChildren(
    ...state.options.map((option, i) => {
      const line = document.createElement("div");
      line.id = `tc-find-${i}`;
      line.role = "option";
      line.className = "tc-find-row";
      const name = document.createElement("b");
      name.textContent = option.name;
      const about = document.createElement("span");
      about.textContent = option.about;
      line.append(name, about);
      line.addEventListener("mousedown", (event) => {
        event.preventDefault();
        pick(state, option);
      });
      return line;
    }),
  );
  if (!state.options.length) {
    const line = document.createElement("div");
    line.className = "tc-find-none";
    line.textContent = state.failed || (state.index ? state.data.words.none : state.data.words.loading);
    state.list.append(line);
  }
  state.list.hidden = false;
  state.input.setAttribute("aria-expanded", "true");
  state.at = -1;
  if (state.options.length) mark(state, 0);
};

// The places are fetched when the box is used for the first time, not with every page.
const prepare = (state) => {
  const url = String(new URL(state.data.url.replace(/^\//, ""), base()));
  if (state.url === url) return;
  state.url = url;
  state.index = null;
  state.failed = "";
  if (!loaded.has(url)) {
    loaded.clear();
    loaded.set(url, load(url));
  }
  loaded.get(url).then(
    (index) => {
      if (state.url !== url) return;
      state.index = index;
      if (document.activeElement === state.input) draw(state);
    },
    (error) => {
      loaded.delete(url);
      state.url = "";
      state.failed = `${state.data.words.failed} (${error.message})`;
    },
  );
};

const keys = (state, event) => {
  if (event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    mark(state, state.at + (event.key === "ArrowDown" ? 1 : -1));
  } else if (event.key === "Enter" && !state.list.hidden && state.at >= 0) {
    event.preventDefault();
    pick(state, state.options[state.at]);
  } else if (event.key === "Escape") {
    state.input.value = "";
    close(state);
    state.input.blur();
  }
  // A letter typed here is no shortcut of the page.
  event.stopPropagation();
};

const begin = (parentElement) => {
  const input = parentElement.querySelector("input");
  const list = parentElement.querySelector("[role=listbox]");
  const state = { input, list, at: -1, options: [], url: "", outbox: newOutbox() };
  input.addEventListener("focus", () => prepare(state));
  input.addEventListener("input", () => draw(state));
  input.addEventListener("keydown", (event) => keys(state, event));
  input.addEventListener("blur", () => close(state));
  state.focus = (event) => {
    const at = event.target;
    const typing = at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName));
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
  };
  document.addEventListener("keydown", state.focus);
  return state;
};

export default function find({ parentElement, data, setTriggerValue }) {
  let state = boxes.get(parentElement);
  if (!state) {
    state = begin(parentElement);
    boxes.set(parentElement, state);
  }
  state.data = data;
  state.outbox.repeat(setTriggerValue, data.heard);
  state.input.placeholder = data.words.placeholder;
  state.input.setAttribute("aria-label", data.words.label);
  state.input.title = data.words.help;
  state.list.setAttribute("aria-label", data.words.label);
  if (document.activeElement === state.input) prepare(state);
  return () => {
    if (parentElement.isConnected) return;
    document.removeEventListener("keydown", state.focus);
    boxes.delete(parentElement);
  };
}

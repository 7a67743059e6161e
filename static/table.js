// A table of figures: rows by key, sorted in the browser, a foot with the total, bars of each row's
// share of its own target. The server hears only which row was chosen
// and which switch was turned.
import { newOutbox } from "./events.js";

const tables = new WeakMap();

const el = (tag, cls, parent, text) => {
  const node = document.createElement(tag);
  if (cls) node.className = cls;
  if (text !== undefined && text !== null) node.textContent = text;
  if (parent) parent.append(node);
  return node;
};

// The axis of a bar ends at 120 % of the target.
const AXIS = 1.2;
const at = (share) => `${(Math.min(Math.max(share, 0), AXIS) / AXIS) * 100}%`;

const piece = (parent, cls, from, to) => {
  if (!(to > from) || from >= AXIS) return;
  const node = el("i", `tct-${cls}`, parent);
  node.style.left = at(from);
  node.style.width = `calc(${at(to)} - ${at(from)})`;
};

// Draws built, planned, gap, the target's tick and the interval's whisker; shares of the target.
export const bar = (parent, shape) => {
  const track = el("div", `tct-bar ${shape.state} ${shape.villages ? "villages" : ""}`, parent);
  if (shape.state !== "known") return track;
  const planned = shape.built + shape.planned;
  piece(track, "built", 0, shape.built);
  piece(track, "planned", shape.built, planned);
  piece(track, "gap", planned, 1);
  const whisker = shape.low !== null && shape.high !== null && shape.low < shape.high;
  if (whisker) {
    const line = el("u", "tct-whisker", track);
    line.style.left = at(shape.low);
    line.style.width = `calc(${at(shape.high)} - ${at(shape.low)})`;
    if (shape.low < 0) line.classList.add("below");
    if (shape.high > AXIS) line.classList.add("above");
  }
  el("b", "tct-target", track).style.left = at(1);
  return track;
};

// A switch of its own: pressing it chooses no row.
const toggle = (cell, content, key) => {
  const button = el("button", "tct-switch", cell);
  button.type = "button";
  button.dataset.at = `switch ${key}`;
  button.setAttribute("role", "switch");
  button.setAttribute("aria-checked", String(content.on));
};

const fill = (cell, content, column, key) => {
  if (column.kind === "bar") {
    if (content.shape) bar(cell, content.shape);
  } else if (column.kind === "switch") {
    if (content.on !== undefined) toggle(cell, content, key);
  } else if (content.chip) {
    el("span", `tc-chip ${content.look || ""}`, cell, content.text);
  } else if (content.look === "unknown" || content.look === "none") {
    el("span", `tct-flag ${content.look}`, cell, content.text);
  } else {
    cell.append(content.text ?? "");
  }
  if (content.help) cell.title = content.help;
  if (content.label) cell.setAttribute("aria-label", content.label);
  if (content.strong) cell.classList.add("strong");
  if (content.look === "met") cell.classList.add("met");
};

const order = (rows, sort) => {
  if (!sort) return rows;
  const value = (row) => row.cells[sort.key]?.value ?? null;
  return [...rows].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    // What is unknown stands last, whichever way the table is sorted.
    if (x === null || y === null) return (x === null) - (y === null);
    const way = typeof x === "string" ? x.localeCompare(y) : x - y;
    return sort.down ? -way : way;
  });
};

const line = (state, body, row, columns, foot) => {
  const tr = el("tr", row.selected ? "selected" : "", body);
  for (const [i, column] of columns.entries()) {
    const cell = el(i ? "td" : "th", `${column.kind || "text"} ${column.edge ? "edge" : ""}`, tr);
    const content = row.cells[column.key] || {};
    if (i) {
      fill(cell, content, column, row.key);
      continue;
    }
    cell.scope = "row";
    if (foot || !row.key || !state.data.pick) {
      fill(cell, content, column);
      continue;
    }
    const button = el("button", "tct-pick", cell, content.text);
    button.type = "button";
    button.dataset.at = `row ${row.key}`;
    button.title = content.help || state.data.words.pick;
    button.setAttribute("aria-pressed", String(Boolean(row.selected)));
  }
  if (!foot && row.key && state.data.pick) {
    tr.classList.add("pickable");
    tr.addEventListener("click", (event) => {
      const turned = event.target.closest(".tct-switch");
      if (turned) {
        const on = turned.getAttribute("aria-checked") !== "true";
        turned.setAttribute("aria-checked", String(on));
        state.outbox.emit("turned", { key: row.key, on });
        return;
      }
      // Shown at once; the page follows.
      for (const other of body.querySelectorAll("tr.selected")) other.classList.remove("selected");
      tr.classList.add("selected");
      state.outbox.emit("row", { key: row.key });
    });
  }
};

const drawHead = (state, parent, section, redraw) => {
  const box = el("thead", "", parent);
  if (section.groups) {
    const tr = el("tr", "tct-groups", box);
    for (const group of section.groups) {
      const cell = el("th", group.title ? "edge" : "", tr);
      cell.colSpan = group.span;
      cell.dataset.span = group.span;
      cell.scope = "colgroup";
      el("b", "", cell, group.title);
      if (group.note) el("span", "tct-note", cell, ` ${group.note}`);
      if (group.chip) el("span", `tc-chip ${group.look || ""}`, cell, group.chip);
    }
  }
  const tr = el("tr", "", box);
  const sort = state.sorts.get(section.key) ?? section.sort;
  for (const column of section.columns) {
    const cell = el("th", `${column.kind || "text"} ${column.edge ? "edge" : ""} ${column.optional ? "optional" : ""}`, tr);
    cell.scope = "col";
    if (column.help) cell.title = column.help;
    if (!column.sortable) {
      el("span", "", cell, column.title);
      continue;
    }
    const chosen = sort && sort.key === column.key;
    cell.setAttribute("aria-sort", chosen ? (sort.down ? "descending" : "ascending") : "none");
    const button = el("button", "tct-sort", cell, `${column.title}${chosen ? (sort.down ? " ▾" : " ▴") : ""}`);
    button.type = "button";
    button.dataset.at = `sort ${section.key} ${column.key}`;
    button.title = column.help || state.data.words.sort;
    button.addEventListener("click", () => {
      state.sorts.set(section.key, { key: column.key, down: chosen ? !sort.down : column.kind !== "text" });
      redraw();
    });
  }
};

// Leaves out optional columns, one by one, while a table would scroll sideways.
const fit = (box) => {
  for (const table of box.querySelectorAll("table")) {
    const heads = [...table.querySelectorAll("thead tr:last-child th")];
    const groups = [...table.querySelectorAll("tr.tct-groups th")];
    for (const [i, head] of heads.entries()) {
      if (!head.classList.contains("optional") || box.scrollWidth <= box.clientWidth) continue;
      let upTo = 0;
      const group = groups.find((one) => (upTo += Number(one.dataset.span)) > i);
      for (const row of table.rows) if (!row.classList.contains("tct-groups")) row.cells[i].hidden = true;
      if (group) group.colSpan -= 1;
    }
  }
};

// What has the focus is drawn anew: it keeps it.
const focused = (box) => {
  const active = document.activeElement;
  return box.contains(active) && active.dataset.at ? `[data-at="${CSS.escape(active.dataset.at)}"]` : "";
};

const draw = (state) => {
  const { box, data } = state;
  const focus = focused(box);
  box.replaceChildren();
  box.style.setProperty("--tct-row", `${data.row_px || 26}px`);
  box.style.maxHeight = data.tall ? `${data.tall}px` : "";
  const scrolled = box.scrollTop;
  for (const section of data.sections) {
    if (section.title) {
      const title = el("div", "tct-title", box);
      el("b", "", title, section.title);
      if (section.chip) el("span", `tc-chip ${section.look || ""}`, title, section.chip);
      if (section.note) el("span", "tct-note", title, section.note);
    }
    const table = el("table", "", box);
    table.setAttribute("aria-label", section.label || section.title || data.words.label);
    if (section.columns.some((column) => column.title)) drawHead(state, table, section, () => draw(state));
    const body = el("tbody", "", table);
    const sort = state.sorts.get(section.key) ?? section.sort;
    for (const row of order(section.rows, sort)) line(state, body, row, section.columns, false);
    if (section.foot) line(state, el("tfoot", "", table), section.foot, section.columns, true);
  }
  if (data.legend.length) {
    const legend = el("div", "tct-legend", box);
    for (const { look, text } of data.legend) {
      const entry = el("span", "", legend);
      el("i", `tct-key ${look}`, entry);
      entry.append(text);
    }
  }
  if (data.note) el("div", "tct-foot-note", box, data.note);
  fit(box);
  box.scrollTop = scrolled;
  if (focus) box.querySelector(focus)?.focus({ preventScroll: true });
  state.width = box.clientWidth;
};

export default function figures({ parentElement, data, setTriggerValue }) {
  const box = parentElement.querySelector(".tct");
  let state = tables.get(box);
  if (!state) {
    state = { box, sorts: new Map(), outbox: newOutbox() };
    tables.set(box, state);
    new ResizeObserver(() => {
      if (state.data && box.clientWidth !== state.width) draw(state);
    }).observe(box);
  }
  state.outbox.repeat(setTriggerValue, data.heard);
  const text = JSON.stringify({ ...data, heard: 0 });
  if (text !== state.drawn) {
    state.drawn = text;
    state.data = data;
    draw(state);
  }
  return () => {};
}

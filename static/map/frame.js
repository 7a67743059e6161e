// The frame of a map: tools above it, legend, credits and the pointer's coordinates below it, so
// that nothing but names, scale and north lies over the province.
//
// Options: words {home, zoom_in, zoom_out, measure, full, picture, pointer, north, failed_picture}, credit.
(function () {
  "use strict";
  const el = L.DomUtil.create;
  const PATHS = {
    home: "M3 8.5 8 4l5 4.5M4.5 8v5h7V8",
    zoomIn: "M8 3v10M3 8h10",
    zoomOut: "M3 8h10",
    measure: "M2 10 10 2l4 4-8 8zM5 9l1.5 1.5M7.5 6.5 9 8M10 4l1.5 1.5",
    full: "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3",
    picture: "M8 3v7M5 7.5 8 10.5l3-3M3 13h10",
  };

  // Text through textContent only: it may carry names from a file.
  L.tongcunText = (tag, cls, parent, text) => {
    const node = el(tag, cls, parent);
    if (text !== undefined) node.textContent = text;
    return node;
  };

  const tool = (parent, name, title, run) => {
    const button = el("button", `tc-tool tc-tool-${name}`, parent);
    button.type = "button";
    button.title = title;
    button.setAttribute("aria-label", title);
    button.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${PATHS[name]}"/></svg>`;
    button.addEventListener("click", () => run(button));
    return button;
  };

  const full = (box) => (document.fullscreenElement ? document.exitFullscreen() : box.requestFullscreen());

  const north = (title) => {
    const control = L.control({ position: "topright" });
    control.onAdd = () => {
      const box = L.tongcunText("div", "tc-north", undefined, "N");
      box.title = title;
      return box;
    };
    return control;
  };

  L.tongcunFrame = ({ words, credit }) => ({
    addTo(map) {
      const canvas = map.getContainer();
      const box = canvas.parentElement;
      const tools = el("div", "tc-tools");
      const foot = el("div", "tc-foot");
      canvas.before(tools);
      canvas.after(foot);
      const left = el("div", "tc-tools-left", tools);
      const buttons = el("div", "tc-tools-right", tools);
      buttons.setAttribute("role", "toolbar");
      const legends = el("div", "tc-legends", foot);
      const last = el("div", "tc-credit", foot);
      L.tongcunText("span", "", last, credit);
      const pointer = el("span", "tc-pointer", last);
      map.tcFrame = { box, left, buttons, legends, words };
      tool(buttons, "home", words.home, () => map.fire("tongcunhome"));
      tool(buttons, "zoomIn", words.zoomIn, () => map.zoomIn());
      tool(buttons, "zoomOut", words.zoomOut, () => map.zoomOut());
      tool(buttons, "measure", words.measure, (button) => L.tongcunMeasure(map, button));
      tool(buttons, "full", words.full, () => full(box));
      tool(buttons, "picture", words.picture, (button) => L.tongcunPicture(map, button));
      map.on("mousemove", ({ latlng }) => {
        const { lat, lng } = latlng.wrap();
        pointer.textContent = `${words.pointer} ${lat.toFixed(5)}, ${lng.toFixed(5)}`;
      });
      map.on("mouseout", () => (pointer.textContent = ""));
      L.control.scale({ imperial: false, maxWidth: 90 }).addTo(map);
      north(words.north).addTo(map);
      return this;
    },
  });

  // A word in the strip above the map, such as that its data are invented.
  L.tongcunBanner = (text) => ({
    addTo(map) {
      L.tongcunText("span", "tc-banner tc-chip illustrative", map.tcFrame.left, text);
      return this;
    },
  });
})();

// A raster over the map: classes of received power, or best server. It comes by address and is
// drawn with hard cell edges, since a blur would invent what lies between two cells.
//
// Options: url, bounds [[south, west], [north, east]], opacity, legend {title, unit, rows, notes},
// words {opacity}. A url with {z}/{x}/{y} is of tiles, for what is larger than one picture; tiles:
// deepest zoom that shows more. One at a time; null takes it away. The map beneath stays as it is.
(function () {
  "use strict";

  const slider = (box, raster, image) => {
    const line = L.DomUtil.create("label", "tc-legend-row tc-opacity", box);
    L.DomUtil.create("span", "", line).textContent = raster.words.opacity;
    const input = L.DomUtil.create("input", "", line);
    input.type = "range";
    input.min = 0;
    input.max = 1;
    input.step = 0.05;
    input.value = image.options.opacity;
    input.addEventListener("input", () => image.setOpacity(Number(input.value)));
  };

  L.tongcunRaster = (map, raster) => {
    const old = map.tcRaster;
    const text = JSON.stringify(raster || null);
    if (old && old.text === text) return;
    if (old) {
      old.image.remove();
      old.legend.remove();
      delete map.tcRaster;
    }
    if (!raster) return;
    if (!map.getPane("raster")) {
      // Above the regions' fill, below points and names.
      map.createPane("raster").style.zIndex = 420;
      map.getPane("raster").style.pointerEvents = "none";
    }
    const base = window.tongcunBase || window.location.href;
    // What the reader set for the last one holds for the next.
    const opacity = old ? old.image.options.opacity : raster.opacity;
    const look = { opacity, pane: "raster", className: "tc-raster", interactive: false };
    // The braces of a template must stay as they are.
    const image = raster.tiles
      ? L.tileLayer(new URL(".", base).href + raster.url, { ...look, bounds: raster.bounds, maxNativeZoom: raster.tiles, maxZoom: 18 })
      : L.imageOverlay(new URL(raster.url.replace(/^\//, ""), base).href, raster.bounds, look);
    image.addTo(map);
    const legend = L.tongcunLegend(raster.legend).addTo(map);
    slider(legend.getContainer(), raster, image);
    map.tcRaster = { text, image, legend };
  };
})();

// Tile background, off unless configured. Options: url (of this server where it names none), gcj02,
// minZoom, maxZoom: zooms that exist.
//
// Tiles drawn in GCJ-02 are moved under the map instead of the map's data: everything the planner
// sees, clicks and exports stays WGS84. The shift at the middle of the view serves the whole view:
// over a screen it changes by less than a pixel.
(function () {
  "use strict";
  const { toGcj02 } = window.tongcunFormulas;
  const moved = (center) => L.latLng(toGcj02([center.lat, center.lng]));

  const Shifted = L.TileLayer.extend({
    _getTiledPixelBounds(center) {
      return L.TileLayer.prototype._getTiledPixelBounds.call(this, moved(L.latLng(center)));
    },
    _setZoomTransform(level, center, zoom) {
      L.TileLayer.prototype._setZoomTransform.call(this, level, moved(L.latLng(center)), zoom);
    },
  });

  L.tongcunGcj02 = toGcj02;
  L.tongcunTiles = ({ url, gcj02, minZoom, maxZoom }) => {
    // The braces of the template must stay as they are.
    const at = url.includes("://") ? url : new URL(".", window.tongcunBase || window.location.href).href + url;
    // Where only close zooms exist the map is plain above them, not stretched.
    const settings = { minZoom: minZoom || 0, maxNativeZoom: maxZoom || 18, maxZoom: 18, zIndex: 1 };
    return gcj02 ? new Shifted(at, settings) : L.tileLayer(at, settings);
  };

  // Roads as thin lines on a canvas of their own, fetched when the map is close enough to show them.
  // Options: url of [[[lat, lon], …], …], colour, minZoom.
  const Roads = L.LayerGroup.extend({
    initialize(options) {
      L.LayerGroup.prototype.initialize.call(this, [], options);
    },
    onAdd(map) {
      if (!map.getPane("roads")) {
        map.createPane("roads").style.zIndex = 410;
        map.getPane("roads").style.pointerEvents = "none";
      }
      L.LayerGroup.prototype.onAdd.call(this, map);
      map.on("zoomend", this._fit, this);
      this._fit();
    },
    onRemove(map) {
      map.off("zoomend", this._fit, this);
      L.LayerGroup.prototype.onRemove.call(this, map);
    },
    async _fit() {
      const on = this._map.getZoom() >= this.options.minZoom;
      this._map.getPane("roads").style.display = on ? "" : "none";
      if (!on || this._asked) return;
      this._asked = true;
      const { url, colour } = this.options;
      const answer = await fetch(new URL(url.replace(/^\//, ""), window.tongcunBase || window.location.href));
      const lines = answer.ok ? await answer.json() : [];
      const renderer = L.canvas({ pane: "roads" });
      this.addLayer(L.polyline(lines, { renderer, pane: "roads", color: colour, weight: 1.3, interactive: false }));
    },
  });
  L.tongcunRoads = (options) => new Roads(options);
})();

// Tile background, off unless configured. Options: url, attribution (escaped), gcj02.
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
  L.tongcunTiles = (options) => {
    const settings = { attribution: options.attribution, maxZoom: 18 };
    return options.gcj02 ? new Shifted(options.url, settings) : L.tileLayer(options.url, settings);
  };
})();

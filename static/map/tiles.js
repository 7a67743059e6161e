// Tile background, off unless configured. Options: url, attribution (escaped), gcj02.
//
// Tiles drawn in GCJ-02 are moved under the map instead of the map's data: everything the planner
// sees, clicks and exports stays WGS84. The shift at the middle of the view serves the whole view:
// over a screen it changes by less than a pixel.
(function () {
  "use strict";
  const A = 6378245;
  const E2 = 0.006693421622965943;
  const sin = (t) => Math.sin(t * Math.PI);

  // The same formula as geo.crs.wgs84_to_gcj02.
  const toGcj02 = ([lat, lon]) => {
    const x = lon - 105;
    const y = lat - 35;
    const common = ((20 * sin(6 * x) + 20 * sin(2 * x)) * 2) / 3;
    const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + common +
      ((20 * sin(x) + 40 * sin(x / 3) + 150 * sin(x / 12) + 300 * sin(x / 30)) * 2) / 3;
    const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + common +
      ((20 * sin(y) + 40 * sin(y / 3) + 160 * sin(y / 12) + 320 * sin(y / 30)) * 2) / 3;
    const phi = (lat * Math.PI) / 180;
    const magic = 1 - E2 * Math.sin(phi) ** 2;
    const degrees = 180 / Math.PI;
    return [
      lat + (degrees * north * magic ** 1.5) / (A * (1 - E2)),
      lon + (degrees * east * Math.sqrt(magic)) / (A * Math.cos(phi)),
    ];
  };
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

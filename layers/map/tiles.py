"""Tile background by configuration: a base map of the planner's own, or tiles of other machines.

``TONGCUN_BASEMAP`` names an MBTiles or PMTiles file or a folder of tiles; this server answers with
its tiles at :data:`ROUTE`. Without it, and off by default since they leave the machine:

``TONGCUN_TILES`` names ``osm``, ``amap`` or ``tianditu`` (with the planner's own key in
``TONGCUN_TIANDITU_KEY``), or is an address of WGS84 tiles with ``{z}/{x}/{y}``, such as a server
in the planner's own network.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from data import basemap
from geo.errors import InputError, UnknownNameError
from layers.map.render import Tiles

ENVIRONMENT = "TONGCUN_TILES"
KEY = "TONGCUN_TIANDITU_KEY"
#: Where this server gives the tiles of the planner's own base map.
ROUTE = "basemap/{z}/{x}/{y}"

_KNOWN: Mapping[str, Tiles] = {
    "osm": Tiles("https://tile.openstreetmap.org/{z}/{x}/{y}.png", "© OpenStreetMap contributors"),
    "amap": Tiles(
        "https://webrd01.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8"
        "&x={x}&y={y}&z={z}",
        "© 高德地图 Amap",
        gcj02=True,
    ),
    "tianditu": Tiles(
        "https://t0.tianditu.gov.cn/vec_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
        "&LAYER=vec&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}"
        "&TILECOL={x}&tk=",
        "© 天地图 Tianditu",
    ),
}


def background(environment: Mapping[str, str] = os.environ) -> Tiles | None:
    """Return the configured tiles, None by default; the planner's own come first.

    Parameters
    ----------
    environment
        Variables that name them.

    Returns
    -------
    tiles
        Address and attribution.

    Raises
    ------
    UnknownNameError
        If the name is none of the known ones and no address.
    InputError
        If Tianditu is asked for without a key, or the base map cannot be read.
    """
    own = environment.get(basemap.ENVIRONMENT, "").strip()
    if own:
        opened = basemap.open_basemap(own)
        return Tiles(ROUTE, opened.attribution, zooms=opened.zooms)
    wanted = environment.get(ENVIRONMENT, "").strip()
    if not wanted:
        return None
    if "{x}" in wanted:
        return Tiles(wanted, "")
    if wanted not in _KNOWN:
        raise UnknownNameError("tile_background", wanted, tuple(_KNOWN), where=ENVIRONMENT)
    tiles = _KNOWN[wanted]
    if wanted != "tianditu":
        return tiles
    key = environment.get(KEY, "").strip()
    if not key.isalnum():
        raise InputError("map.tile_key", where=KEY, key=KEY, environment=ENVIRONMENT)
    return Tiles(tiles.url + key, tiles.attribution)

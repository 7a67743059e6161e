"""Tile background by configuration; off by default, since tiles are asked from other machines.

``TONGCUN_TILES`` names ``osm``, ``amap`` or ``tianditu`` (with the planner's own key in
``TONGCUN_TIANDITU_KEY``), or is an address of WGS84 tiles with ``{z}/{x}/{y}``, such as a server
in the planner's own network.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from geo.errors import InputError, UnknownNameError
from layers.map.render import Tiles

ENVIRONMENT = "TONGCUN_TILES"
KEY = "TONGCUN_TIANDITU_KEY"

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
    """Return the configured tiles, None by default.

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
        If Tianditu is asked for without a key.
    """
    wanted = environment.get(ENVIRONMENT, "").strip()
    if not wanted:
        return None
    if "{x}" in wanted:
        return Tiles(wanted, "")
    if wanted not in _KNOWN:
        raise UnknownNameError("tile background", wanted, tuple(_KNOWN), where=ENVIRONMENT)
    tiles = _KNOWN[wanted]
    if wanted != "tianditu":
        return tiles
    key = environment.get(KEY, "").strip()
    if not key.isalnum():
        raise InputError(
            "Tianditu's tiles need a key of your own",
            where=KEY,
            repair=f"set {KEY} to the key that Tianditu gave you, or unset {ENVIRONMENT}",
        )
    return Tiles(tiles.url + key, tiles.attribution)

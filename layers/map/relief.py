"""The backdrop of a map: coarse elevation as shades of grey."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import folium
import numpy as np
import pandas as pd
import shapely

from data.tables.reader import Pack
from geo.earth.hillshade import hillshade
from layers.map.render import Sheet

#: Lamp of the backdrop above the horizon [°], and its factor on heights: cells are 8 km wide.
_LAMP_DEG, _RELIEF_TIMES = 35.0, 40.0
#: Parts of a cell along each side, so that the border cuts it.
_FINER = 5


@dataclass(frozen=True)
class Backdrop:
    """The relief as a picture.

    Attributes
    ----------
    url
        The picture itself, as an address that holds it, in the map's projection.
    bounds
        South-west and north-east corner [lat, lon °].
    """

    url: str
    bounds: list[list[float]]


def add_relief(sheet: Sheet, pack: Pack) -> None:
    """Offer the coarse elevation as shades within the border; it says nothing about line of sight.

    Over tiles it would hide them, so there it is left out.

    Parameters
    ----------
    sheet
        Map in the making; it is added to.
    pack
        The province.
    """
    drawn = None if sheet.tiled else _of_pack(
        pack, pack.digest_of("relief"), pack.digest_of("regions")
    )  # fmt: skip
    if drawn is None:
        return
    overlay = folium.raster_layers.ImageOverlay(
        drawn.url, bounds=drawn.bounds, interactive=False, show=False, class_name="tc-relief"
    )
    overlay.add_to(sheet.map)
    sheet.layers["relief"] = overlay
    sheet.rows.append({"text": sheet.words.relief, "colour": sheet.ink["unknown"],
                       "layer": "relief", "off": True})  # fmt: skip


# Every map of a province has the same one, and drawing it costs more than the rest of the map.
@lru_cache(maxsize=8)
def _of_pack(pack: Pack, relief: str, regions: str) -> Backdrop | None:
    del relief, regions
    border = pack.geo("regions").set_index("level").geometry["province"]
    return backdrop(pack.table("relief"), border)


def backdrop(relief: pd.DataFrame, border: shapely.Geometry) -> Backdrop | None:
    """Draw the coarse elevation as shades within a border.

    Parameters
    ----------
    relief
        Table ``relief`` of a pack: lon, lat [°], elevation_m.
    border
        Outline of the province [°].

    Returns
    -------
    backdrop
        None where there are not two cells each way.
    """
    table = relief.pivot_table(index="lat", columns="lon", values="elevation_m")
    lat, lon = table.index.to_numpy(float), table.columns.to_numpy(float)
    if len(lat) < 2 or len(lon) < 2:
        return None
    step = float(np.median(np.diff(lon)))
    metres = table.to_numpy(float)[::-1]
    filled = np.nan_to_num(metres, nan=float(np.nanmean(metres)))
    shade = _shade(filled, lat[-1], step)
    fine = np.kron(shade, np.ones((_FINER, _FINER)))
    rows, columns = fine.shape
    x = lon[0] - step / 2 + (np.arange(columns) + 0.5) * step / _FINER
    y = lat[-1] + step / 2 - (np.arange(rows) + 0.5) * step / _FINER
    inside = shapely.contains_xy(border, *np.meshgrid(x, y))
    image = np.dstack([fine, fine, fine, np.where(inside, 0.8, 0.0)])
    bounds = [[lat[0] - step / 2, lon[0] - step / 2], [lat[-1] + step / 2, lon[-1] + step / 2]]
    overlay = folium.raster_layers.ImageOverlay(image, bounds=bounds, mercator_project=True)
    return Backdrop(str(overlay.url), bounds)


def _shade(metres: np.ndarray, north: float, step: float) -> np.ndarray:
    """Return the backdrop's brightness; flat ground is 0.77, so that figures stay readable."""
    flat = np.sin(np.radians(_LAMP_DEG))
    shade = hillshade(
        metres, north, (step, step), altitude_deg=_LAMP_DEG, exaggeration=_RELIEF_TIMES
    )
    return np.asarray(np.clip(0.35 + 0.42 * shade / flat, 0, 1))

"""The backdrop of a map: coarse elevation as shades of grey."""

from __future__ import annotations

import folium
import numpy as np
import pandas as pd

from geo.earth.hillshade import hillshade
from layers.map.render import Sheet

#: Lamp of the backdrop above the horizon [°], and its factor on heights: cells are 8 km wide.
_LAMP_DEG, _RELIEF_TIMES = 35.0, 40.0


def add_relief(sheet: Sheet, relief: pd.DataFrame) -> None:
    """Draw the coarse elevation as shaded backdrop; it says nothing about line of sight.

    Over tiles it would hide them, so there it is left out.

    Parameters
    ----------
    sheet
        Map in the making; it is added to.
    relief
        Table ``relief`` of the pack: lon, lat [°], elevation_m.
    """
    if sheet.tiled:
        return
    table = relief.pivot_table(index="lat", columns="lon", values="elevation_m")
    lat, lon = table.index.to_numpy(float), table.columns.to_numpy(float)
    if len(lat) < 2 or len(lon) < 2:
        return
    step = float(np.median(np.diff(lon)))
    metres = table.to_numpy(float)[::-1]
    filled = np.nan_to_num(metres, nan=float(np.nanmean(metres)))
    shade = _shade(filled, lat[-1], step)
    alpha = np.where(np.isfinite(metres), 0.55, 0.0)
    image = np.dstack([shade, shade, shade, alpha])
    overlay = folium.raster_layers.ImageOverlay(
        image,
        bounds=[[lat[0] - step / 2, lon[0] - step / 2], [lat[-1] + step / 2, lon[-1] + step / 2]],
        opacity=0.8,
        mercator_project=True,
        interactive=False,
    )
    overlay.add_to(sheet.map)
    sheet.layers["relief"] = overlay
    sheet.rows.append({"text": sheet.words.relief, "colour": "#9aa3ad", "layer": "relief"})


def _shade(metres: np.ndarray, north: float, step: float) -> np.ndarray:
    """Return the backdrop's brightness; flat ground is 0.77, so that figures stay readable."""
    flat = np.sin(np.radians(_LAMP_DEG))
    shade = hillshade(
        metres, north, (step, step), altitude_deg=_LAMP_DEG, exaggeration=_RELIEF_TIMES
    )
    return np.asarray(np.clip(0.35 + 0.42 * shade / flat, 0, 1))

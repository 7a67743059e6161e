"""GeoTIFF of an area of predicted levels; its tags state the inputs and the uncertainty.

Same area and tags, same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import rasterio
from rasterio.io import MemoryFile
from rasterio.transform import from_origin

from data.wording.catalogue import text
from geo.errors import InputError
from geo.radio.area_prediction import AreaPrediction

#: Bands of the file: what each holds, and its unit.
BANDS = (("area_band.level", "dBm"), ("area_band.server", ""), ("area_band.known", ""))


def area_geotiff(area: AreaPrediction, tags: Mapping[str, str]) -> bytes:
    """Return an area as GeoTIFF in WGS84 degrees (EPSG:4326), three float32 bands.

    Parameters
    ----------
    area
        Levels on cells.
    tags
        How the area was predicted, for the tags of the file.

    Returns
    -------
    content
        The file; bands as :data:`BANDS` says.

    Raises
    ------
    InputError
        If the area has no cell.
    """
    rows, columns = area.rsrp_dBm.shape
    if not rows or not columns:
        raise InputError("export.no_cell")
    (south, west), (north, east) = area.bounds
    del south, east
    bands = np.stack([area.rsrp_dBm, area.server + 1, area.known]).astype(np.float32)
    profile = {
        "driver": "GTiff", "width": columns, "height": rows, "count": len(BANDS),
        "dtype": "float32", "crs": "EPSG:4326", "nodata": float("nan"),
        "transform": from_origin(west, north, area.step_lon, area.step_lat),
        "compress": "deflate", "predictor": 3, "zlevel": 6,
    }  # fmt: skip
    # One thread: the order of blocks, and so the bytes, do not depend on the machine.
    with rasterio.Env(GDAL_NUM_THREADS="1"), MemoryFile() as memory:
        with memory.open(**profile) as file:
            file.write(bands)
            file.descriptions = tuple(text(key, "en") for key, _ in BANDS)
            file.units = tuple(unit for _, unit in BANDS)
            file.update_tags(**dict(sorted(tags.items())))
        content: bytes = memory.read()
    return content

"""GeoTIFF of predicted levels, of few sites or of all; its tags state inputs and uncertainty.

Same area and tags, same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.io import MemoryFile
from rasterio.shutil import copy
from rasterio.transform import from_origin

from data.wording.catalogue import text
from geo.errors import InputError
from geo.radio.area_prediction import AreaPrediction
from geo.radio.sweep import NOTHING, Swept

#: Bands of the area of all sites.
WHOLE_BANDS = (
    ("whole_area_band.level", "dBm"), ("whole_area_band.server", ""),
    ("whole_area_band.servers", ""), ("whole_area_band.known", ""),
)  # fmt: skip
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


def whole_area_geotiff(
    swept: Swept,
    servers: NDArray[np.uint16],
    corner: tuple[float, float, float, float],
    tags: Mapping[str, str],
    path: Path,
) -> None:
    """Write the area of all sites as a cloud-optimised GeoTIFF with overviews, int32 bands.

    Parameters
    ----------
    swept
        Level, best server and unknown cells.
    servers
        (rows, columns) number of sites within 10 dB of the best.
    corner
        Centre of the first cell and steps [°].
    tags
        How the area was predicted.
    path
        File to write; bands as :data:`WHOLE_BANDS` says.
    """
    west, north, step_lon, step_lat = corner
    rows, columns = swept.level.shape
    bands = (swept.level, swept.server + np.int32(1), servers, ~swept.unknown)
    profile = {
        "driver": "GTiff", "width": columns, "height": rows, "count": len(WHOLE_BANDS),
        "dtype": "int32", "crs": "EPSG:4326", "nodata": NOTHING, "tiled": True,
        "transform": from_origin(west - step_lon / 2, north + step_lat / 2, step_lon, step_lat),
        "compress": "deflate", "predictor": 2, "zlevel": 1, "bigtiff": "if_safer",
        "interleave": "band",
    }  # fmt: skip
    plain = path.with_name(f"{path.name}.plain.tif")
    # One thread: the order of blocks, and so the bytes, do not depend on the machine.
    with rasterio.Env(GDAL_NUM_THREADS="1", GDAL_TIFF_INTERNAL_MASK=True):
        try:
            with rasterio.open(plain, "w", **profile) as file:
                for number, band in enumerate(bands, start=1):
                    file.write(band.astype(np.int32), number)
                file.descriptions = tuple(text(key, "en") for key, _ in WHOLE_BANDS)
                file.units = tuple(unit for _, unit in WHOLE_BANDS)
                file.scales = (0.1, 1.0, 1.0, 1.0)
                file.update_tags(**dict(sorted(tags.items())))
            # Neighbours are not averaged: the mean of two servers is no server.
            copy(
                plain, path, driver="COG", compress="DEFLATE", level=6, predictor="YES",
                overview_resampling="NEAREST", num_threads=1, bigtiff="IF_SAFER",
            )  # fmt: skip
        finally:
            plain.unlink(missing_ok=True)

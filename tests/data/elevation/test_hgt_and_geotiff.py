"""An SRTM tile and a GeoTIFF of one place give one ground, and what is void in them is unknown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from data.doctor.diagnosis import FileOrigin
from data.elevation.mosaic import dem_in_force
from data.importing import RasterFile, commit_raster
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue
from data.workspace.effective import effective_pack

PACK = Pack.load("yunnan")
POSTS, STEP = 1201, 1 / 1200
VOID = -32_768


def ground() -> np.ndarray:
    """A plane of one metre a post to the east and two to the south, with a void."""
    south, east = np.mgrid[0:POSTS, 0:POSTS]
    heights: np.ndarray = (1500 + east + 2 * south).astype(">i2")
    heights[100:110, 200:210] = VOID
    return heights


def hgt(folder: Path) -> Path:
    path = folder / "N25E102.hgt"
    path.write_bytes(ground().tobytes())
    return path


def geotiff(folder: Path) -> Path:
    path = folder / "tile.tif"
    corner = from_origin(102 - STEP / 2, 26 + STEP / 2, STEP, STEP)
    with rasterio.open(
        path, "w", driver="GTiff", height=POSTS, width=POSTS, count=1, dtype="int16",
        crs="EPSG:4326", transform=corner,
    ) as made:  # fmt: skip
        made.write(ground().astype("int16"), 1)
    return path


@pytest.mark.parametrize("make", [hgt, geotiff])
def test_heights_stand_at_their_posts_and_voids_are_unknown(tmp_path: Path, make) -> None:
    with Catalogue(tmp_path / "workspace") as store:
        file = RasterFile(make(tmp_path), "m")
        commit_raster(store, file, PACK, kind="dem", origin=FileOrigin())
    mosaic = dem_in_force(effective_pack(PACK, tmp_path / "workspace"))
    assert mosaic is not None
    grid = mosaic.window(102.15, 25.9, 102.2, 25.95)
    rows, columns = grid.heights_m.shape
    lat = grid.north - np.arange(rows) * grid.step_lat
    lon = grid.west + np.arange(columns) * grid.step_lon
    plane = 1500 + (lon - 102)[None, :] / STEP + 2 * ((26 - lat)[:, None] / STEP)
    void = np.isnan(grid.heights_m)
    # Half a cell is half a metre to the east and one to the south.
    assert np.nanmax(np.abs(grid.heights_m - plane)) < 0.5
    assert 81 <= void.sum() <= 121

"""Elevation comes as map tiles too, and gives the heights that a GeoTIFF of the place gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer

from data.doctor.diagnosis import FileOrigin
from data.doctor.process.guarded import raster_info
from data.elevation.mosaic import dem_in_force
from data.importing import RasterFile, commit_raster
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue
from data.workspace.effective import effective_pack
from geo.errors import DataError
from tests.data.elevation import map_tiles

PACK = Pack.load("yunnan")
TERRARIUM = map_tiles.tiles(map_tiles.terrarium)
RGB = map_tiles.tiles(map_tiles.terrain_rgb)


def grid_of(folder: Path, source: Path | bytes, name: str):
    with Catalogue(folder / "workspace") as store:
        file = RasterFile(source, "m", name)
        commit_raster(store, file, PACK, kind="dem", origin=FileOrigin())
    mosaic = dem_in_force(effective_pack(PACK, folder / "workspace"))
    assert mosaic is not None
    return mosaic.window(102.31, 25.5, 102.99, 26.1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("dem.zip", map_tiles.zipped(TERRARIUM)),
        ("tms.zip", map_tiles.zipped(RGB, tms=True)),
        ("dem.mbtiles", map_tiles.mbtiles(RGB)),
        ("dem.pmtiles", map_tiles.pmtiles(TERRARIUM)),
        ("folder", None),
    ],
    ids=["zip", "zip from the south", "mbtiles", "pmtiles", "folder"],
)
def test_each_container_gives_the_ground_and_its_voids(tmp_path: Path, name, content) -> None:
    source = content or map_tiles.folder(TERRARIUM, tmp_path / "tiles")
    grid = grid_of(tmp_path, source, name)
    rows, columns = grid.heights_m.shape
    lat = grid.north - np.arange(rows) * grid.step_lat
    lon = grid.west + np.arange(columns) * grid.step_lon
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    truth = map_tiles.height_at(*to_metres.transform(*np.meshgrid(lon, lat)))
    off = np.abs(grid.heights_m - truth)
    # Half a cell of 153 m is 2 m to the east and 4 m to the north; only rims of voids come near it.
    assert np.nanmax(off) < 3.8
    assert np.nanquantile(off, 0.99) < 0.1
    # Four holes of 100 cells each, and their rims.
    assert 380 <= np.isnan(grid.heights_m).sum() <= 520


def test_the_description_says_what_was_read() -> None:
    info = raster_info(map_tiles.zipped(TERRARIUM), name="dem.zip")
    assert (info.driver, info.width, info.height) == ("terrarium", 512, 512)
    (remark,) = info.remarks
    assert remark.arguments["zoom"] == map_tiles.ZOOM
    assert remark.arguments["missing"] == 0
    assert "第 10 级" in remark.text("zh")


FLAT = np.full((256, 256, 3), 77, np.uint8)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.zip", map_tiles.zipped({(10, 803, 435): map_tiles.picture(FLAT)}), "no heights"),
        ("a.zip", map_tiles.zipped({(10, 803, 435): map_tiles.picture(FLAT[:99])}), "99 pixels"),
        ("a.zip", map_tiles.zipped({(10, 803, 435): b"\xff\xd8\xff"}), "cannot be read"),
        ("a.mbtiles", b"SQLite format 3\0" + bytes(2_000), "cannot be read"),
        ("a.mbtiles", map_tiles.mbtiles({(3, 9, 1): map_tiles.picture(FLAT)}), "cannot be read"),
        ("a.pmtiles", b"PMTiles\3" + b"\xff" * 200, "cannot be read"),
        ("a.zip", map_tiles.zipped({(20, 0, 0): RGB[10, 803, 435], (20, 900_000, 900_000): b""}),
         "claims"),
    ],
    ids=["flat", "size", "jpeg", "sqlite", "beyond", "header", "far"],
)  # fmt: skip
def test_what_is_no_terrain_is_refused_in_a_sentence(name, content, said) -> None:
    with pytest.raises(DataError, match=said):
        raster_info(content, name=name)


def test_links_of_a_folder_lead_nowhere(tmp_path: Path) -> None:
    root = map_tiles.folder(TERRARIUM, tmp_path / "tiles")
    (root / "10/803/1.png").symlink_to("/etc/hostname")
    assert raster_info(root).height == 512

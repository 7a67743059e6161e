"""What other parts read from a workspace: tables and rasters in force, typed."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio

from data.doctor.base import ImportChoice
from data.doctor.diagnosis import FileOrigin
from data.importing import RasterFile, commit_raster
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue
from data.workspace.effective import effective_pack, imported_rasters, imported_table
from geo.errors import DataError, UnknownNameError
from tests.data.doctor.examining import commit_table, examine

PACK = Pack.load("yunnan")
DECLARED = FileOrigin("declared", "2026-06-30")


@pytest.fixture
def store(tmp_path: Path):
    with Catalogue(tmp_path) as opened:
        yield opened


def roads(store: Catalogue) -> None:
    content = (
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"road_id":"r1",'
        b'"road_class":"S2","lanes":4},"geometry":{"type":"LineString","coordinates":'
        b"[[102.7,25.0],[102.8,25.1]]}}]}"
    )
    found = examine(
        content,
        PACK,
        ImportChoice(kind="roads", crs="WGS84"),
        origin=DECLARED,
        name="roads.geojson",
    )
    commit_table(store, found)


def test_a_pack_of_its_own_has_no_imports() -> None:
    assert imported_table(PACK, "roads") is None
    assert imported_rasters(PACK) == ()


def test_roads_in_force_come_with_geometry_extras_and_source(store: Catalogue) -> None:
    roads(store)
    pack = effective_pack(PACK, store.folder)
    assert pack.digest != PACK.digest
    table = imported_table(pack, "roads")
    assert isinstance(table, gpd.GeoDataFrame)
    assert table.crs.to_epsg() == 4326
    assert table.geometry.iloc[0].geom_type == "LineString"
    row = table.iloc[0]
    assert (row["road_id"], row["evidence"], row["lanes"]) == ("r1", "declared", 4)
    assert row["length_km"] == pytest.approx(14.99, abs=0.02)
    listed = pack.table("SOURCES").set_index("table").loc["roads"]
    assert (listed["package"], listed["file"]) == ("import", "roads.geojson")
    assert imported_table(pack, "power_lines") is None
    store.undo("yunnan", "roads")
    assert imported_table(effective_pack(PACK, store.folder), "roads") is None


def test_the_villages_in_force_keep_what_the_pack_has_no_column_for(store: Catalogue) -> None:
    some = PACK.table("natural_villages").head(40)
    rows = pd.DataFrame(
        {"自然村编号": some["village_id"], "经度": some["lon"], "纬度": some["lat"],
         "户数": some["households"], "行政村": "甲村"}
    )  # fmt: skip
    choice = ImportChoice(kind="natural_villages", crs="EPSG:4326")
    commit_table(store, examine(rows.to_csv(index=False).encode(), PACK, choice, origin=DECLARED,
                                name="v.csv"))  # fmt: skip
    table = imported_table(effective_pack(PACK, store.folder), "natural_villages")
    assert table is not None
    assert set(table["admin_village"]) == {"甲村"}


def test_rasters_in_force_say_where_they_lie(store: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "N25E102.hgt"
    np.full((1201, 1201), 1900, dtype=">i2").tofile(path)
    commit_raster(store, RasterFile(path, "m"), PACK, kind="dem", origin=DECLARED)
    (tile,) = imported_rasters(effective_pack(PACK, store.folder), "dem")
    assert (tile.unit, tile.evidence, tile.as_of, tile.source) == (
        "m", "declared", "2026-06-30", "N25E102.hgt",
    )  # fmt: skip
    assert np.allclose(tile.box, (102, 25, 103, 26), atol=0.001)
    assert tile.nodata == -32768
    with rasterio.open(tile.path) as cells:
        assert cells.read(1, window=((5, 6), (5, 6))).item() == 1900
    assert imported_rasters(effective_pack(PACK, store.folder), "population") == ()


def test_unknown_kinds_and_broken_files_are_told(store: Catalogue) -> None:
    with pytest.raises(UnknownNameError, match="roadz"):
        imported_table(PACK, "roadz")
    with pytest.raises(UnknownNameError, match="roads"):
        imported_rasters(PACK, "roads")
    roads(store)
    pack = effective_pack(PACK, store.folder)
    dict(pack.imported)["roads"].write_bytes(b"PAR1")
    with pytest.raises(DataError, match="cannot be read"):
        imported_table(pack, "roads")

"""Every cell from all sites: the same bytes from any engine and grouping, shares, resumed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio.transform import from_origin

from data.doctor.diagnosis import FileOrigin
from data.importing import RasterFile, commit_raster
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue
from data.workspace.effective import effective_pack
from geo.errors import InputError, UnknownNameError
from geo.radio.prediction import Cancelled
from planning.coverage import whole_area as module
from planning.coverage.area import area_prediction
from planning.coverage.prediction import CoverageOrder
from planning.coverage.whole_area import WholeArea, whole_area
from planning.coverage.whole_area_shares import whole_area_evidence, whole_area_shares
from planning.engine import Engine
from planning.exports.area import write_whole_area

PLAN = Scenario(province="yunnan")
#: Part of a county, 3 arc-seconds.
WEST, NORTH, SIDE = 98.75, 27.05, 300
COUNTY = "533323"
ORDER = CoverageOrder("4g_800", reach_m=6_000.0)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """A rough model over a part of one county; its south is void."""
    folder = tmp_path_factory.mktemp("workspace")
    draw = np.random.default_rng(5)
    wide = np.repeat(np.repeat(draw.uniform(0, 1500, (16, 16)), 20, 0), 20, 1)[:SIDE, :SIDE]
    heights = (1500 + wide + np.cumsum(draw.normal(0, 4, (SIDE, SIDE)), axis=1)).astype(np.float32)
    heights[280:] = -9999
    path = folder / "made.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=SIDE, height=SIDE, count=1, dtype="float32",
        crs="EPSG:4326", transform=from_origin(WEST, NORTH, 1 / 1200, 1 / 1200), nodata=-9999,
    ) as dataset:  # fmt: skip
        dataset.write(heights, 1)
    own = Pack.load("yunnan")
    with Catalogue(folder / "w") as store:
        commit_raster(store, RasterFile(path, "m"), own, kind="dem",
                      origin=FileOrigin("measured", ""))  # fmt: skip
    return effective_pack(own, folder / "w")


@pytest.fixture(scope="module")
def area(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> WholeArea:
    folder = tmp_path_factory.mktemp("parts")
    return whole_area(pack, PLAN, ORDER, COUNTY, folder, Engine(workers=1))


def same(a: WholeArea, b: WholeArea) -> bool:
    """Return whether all bytes are equal."""
    pairs = [(getattr(a.swept, name), getattr(b.swept, name))
             for name in ("level", "server", "unknown")]  # fmt: skip
    return all(x.tobytes() == y.tobytes() for x, y in [*pairs, (a.servers, b.servers)])


def test_two_workers_and_smaller_groups_give_the_same_bytes(
    pack: Pack, area: WholeArea, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_GROUP", 15)
    dask = Engine("dask", workers=2)
    other = whole_area(pack, PLAN, ORDER, COUNTY, tmp_path, dask)
    assert len(list(tmp_path.glob("level-*"))) > 2
    assert same(area, other)


def test_levels_are_near_those_of_the_full_prediction(pack: Pack, area: WholeArea) -> None:
    """Of the site that serves most cells, on the cells that it serves."""
    numbers, cells = np.unique(area.swept.server[area.swept.server >= 0], return_counts=True)
    busiest = int(numbers[cells.argmax()])
    full = area_prediction(pack, PLAN, [str(area.ids[busiest])], ORDER, 6_000.0)
    rows, columns = np.nonzero(area.swept.server == busiest)
    lat = area.raster.north - rows * area.raster.step_lat
    lon = area.raster.west + columns * area.raster.step_lon
    y = np.rint((full.north - lat) / full.step_lat).astype(int)
    x = np.rint((lon - full.west) / full.step_lon).astype(int)
    error = np.abs(area.swept.level[rows, columns] / 10.0 - full.rsrp_dBm[y, x])
    assert len(error) > 500
    assert np.median(error) < 0.15
    # Steps of hundreds of metres from one block to the next are no relief; tests/geo has one.
    assert np.percentile(error, 80) < 1.0


def test_servers_are_counted_where_a_cell_is_covered(area: WholeArea) -> None:
    assert ((area.servers > 0) == area.covered).all()
    assert area.servers.max() > 1


def test_what_the_model_does_not_reach_is_unknown_not_uncovered(
    pack: Pack, area: WholeArea
) -> None:
    table = whole_area_shares(pack, area, "county", "modelled").set_index("adcode")
    row = table.loc[COUNTY]
    parts = row["covered_km2"] + row["below_km2"] + row["unknown_km2"]
    assert parts == pytest.approx(row["area_km2"], rel=0.01)
    # The model is a small part of the county.
    assert row["unknown_km2"] > 0.5 * row["area_km2"]
    assert row["covered_km2"] > 0
    people = row["covered_households"] + row["below_households"] + row["unknown_households"]
    assert people == row["households"] > 0
    assert row["covered_household_share"] == row["covered_households"] / row["households"]
    assert whole_area_evidence(pack, PLAN) == "illustrative"


def test_a_stopped_run_goes_on(pack: Pack, area: WholeArea, tmp_path: Path) -> None:
    shares: list[float] = []
    with pytest.raises(Cancelled):
        whole_area(pack, PLAN, ORDER, COUNTY, tmp_path, Engine(workers=1),
                   progress=shares.append, cancel=lambda: max(shares, default=0) > 0.5)  # fmt: skip
    there = {path: path.stat().st_mtime_ns for path in tmp_path.glob("level-*")}
    assert there
    again = whole_area(pack, PLAN, ORDER, COUNTY, tmp_path, Engine(workers=1))
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("level-*")} == there
    assert same(area, again)


def test_the_raster_has_overviews_and_says_what_it_is(
    pack: Pack, area: WholeArea, tmp_path: Path
) -> None:
    out = tmp_path / "area.tif"
    shares = write_whole_area(pack, PLAN, ORDER, area, out)
    with rasterio.open(out) as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert file.tags()["evidence"] == "illustrative"
        assert "stamp_en" in file.tags()
        assert (file.read(1) == area.swept.level).all()
        assert (file.read(2) == area.swept.server + 1).all()
        assert (file.read(3) == area.servers).all()
        assert file.scales[0] == pytest.approx(0.1)
    first = out.read_bytes()
    write_whole_area(pack, PLAN, ORDER, area, out)
    assert out.read_bytes() == first
    table = pd.read_csv(tmp_path / "area-shares.csv", dtype={"adcode": str})
    assert list(table["adcode"]) == list(shares["adcode"])
    assert "pack:dem" in table["source_ids"].iloc[0]
    assert len(pd.read_csv(tmp_path / "area-servers.csv")) == len(area.ids)
    assert len(list(tmp_path.iterdir())) == 3


def test_faults_are_named(pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownNameError, match="999999"):
        whole_area(pack, PLAN, ORDER, "999999", tmp_path, Engine())
    monkeypatch.setattr(module, "MAX_CELLS", 1_000)
    with pytest.raises(InputError, match="--region"):
        whole_area(pack, PLAN, ORDER, COUNTY, tmp_path, Engine())

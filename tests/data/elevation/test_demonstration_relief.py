"""The invented hills: real in the mean of a cell, marked as invented, the same on each build."""

import numpy as np
import pytest
import rasterio
import shapely

from data.elevation.mosaic import DEMONSTRATION_FILE, demonstration_dem
from data.provinces.illustrative.counties import County
from data.provinces.relief import Relief
from data.tables.reader import Pack
from geo.earth.terrain import heights, profiles
from tests.provinces import WITH_RELIEF
from tools.packs.demonstration import FINE, demonstration_relief, write_demonstration


@pytest.fixture
def county():
    shape = shapely.box(100.05, 25.05, 100.4, 25.3)
    return County("990101", "990100", shape, 900, (100.2, 25.2), 1, 1, 1, 1, 1, 1)


@pytest.fixture
def relief():
    lat, lon = np.arange(26, 24, -1 / 12), np.arange(99.5, 101, 1 / 12)
    rows, columns = np.indices((len(lat), len(lon)))
    return Relief(1_800 + 700 * np.sin(rows) * np.cos(columns * 0.8), lat, lon)


def means(cells):
    cells = np.where(cells == -32768, np.nan, cells.astype(float))
    blocks = cells.reshape(cells.shape[0] // FINE, FINE, -1, FINE)
    return blocks.mean(axis=(1, 3)), blocks.std(axis=(1, 3))


def test_every_cell_has_the_real_mean(county, relief):
    cells, left, top = demonstration_relief(county, relief)
    found, _ = means(cells)
    row = round((relief.lat[0] - (top - 1 / 24)) * 12)
    column = round((left + 1 / 24 - relief.lon[0]) * 12)
    real = relief.elevation[row : row + found.shape[0], column : column + found.shape[1]]
    known = np.isfinite(found)
    assert np.abs(found - real)[known].max() < 0.1
    assert known.any()


def test_the_county_and_its_surroundings_have_heights(county, relief):
    cells, left, top = demonstration_relief(county, relief)
    inside = shapely.buffer(county.polygon, 0.099)
    y, x = np.indices(cells.shape)
    lon, lat = left + (x + 0.5) / 1200, top - (y + 0.5) / 1200
    assert (cells[shapely.contains_xy(inside, lon, lat)] != -32768).all()


def test_rough_land_has_high_hills(county, relief):
    rough = Relief(relief.elevation * 3, relief.lat, relief.lon)
    low = np.nanmean(means(demonstration_relief(county, relief)[0])[1])
    high = np.nanmean(means(demonstration_relief(county, rough)[0])[1])
    assert high == pytest.approx(3 * low, rel=0.02)
    flat = Relief(np.full_like(relief.elevation, 1500), relief.lat, relief.lon)
    assert 5 < np.nanmean(means(demonstration_relief(county, flat)[0])[1]) < 20


def test_the_same_bytes_each_time(county, relief, tmp_path):
    first = write_demonstration(tmp_path, county, relief).read_bytes()
    assert write_demonstration(tmp_path, county, relief).read_bytes() == first


@pytest.fixture(params=WITH_RELIEF)
def pack(request):
    return Pack.load(request.param)


def test_the_packs_relief_agrees_with_its_real_one(pack):
    with rasterio.open(pack.folder / DEMONSTRATION_FILE) as kept:
        cells, left, top = kept.read(1), kept.transform.c, kept.transform.f
        assert kept.tags()["EVIDENCE"] == "illustrative"
        assert "ILLUSTRATIVE" in kept.tags()["TIFFTAG_IMAGEDESCRIPTION"]
    found, _ = means(cells)
    row, column = np.nonzero(np.isfinite(found))
    there = {
        (round(lon, 3), round(lat, 3)): height
        for lon, lat, height in pack.table("relief").itertuples(index=False)
    }
    lon, lat = left + (column + 0.5) / 12, top - (row + 0.5) / 12
    pairs = [
        (there[key], mean)
        for key, mean in zip(
            zip(lon.round(3), lat.round(3), strict=True), found[row, column], strict=True
        )
        if key in there
    ]
    assert len(pairs) > 50
    real, made = np.transpose(pairs)
    # The table holds whole metres.
    assert np.abs(real - made).max() < 0.6


def test_the_packs_relief_is_offered_as_what_it_is(pack):
    mosaic = demonstration_dem(pack)
    assert mosaic is not None
    assert mosaic.is_illustrative
    grid = mosaic.window(*mosaic.bounds)
    assert grid.provenance.evidence == "illustrative"
    assert any("no hill of it is real" in remark.text("en") for remark in grid.provenance.remarks)
    assert grid.spacing_m == pytest.approx(92.6 * np.cos(np.radians(grid.north)), rel=0.02)
    villages = pack.table("natural_villages")
    dark = villages[~villages["has_4g"]]
    height = heights(grid, dark["lon"], dark["lat"])
    assert np.isfinite(height).sum() >= 40
    sites = pack.table("sites")
    known = np.isfinite(heights(grid, sites["lon"], sites["lat"]))
    first, last = sites[known].iloc[0], sites[known].iloc[1]
    path = profiles(grid, first["lon"], first["lat"], last["lon"], last["lat"])
    assert len(path) == 1


def test_it_is_small():
    sizes = [(Pack.load(name).folder / DEMONSTRATION_FILE).stat().st_size for name in WITH_RELIEF]
    assert max(sizes) < 1e6


def test_a_pack_without_one_says_so(tmp_path):
    assert demonstration_dem(Pack(tmp_path)) is None

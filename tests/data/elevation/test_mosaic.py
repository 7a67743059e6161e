"""Elevation models read from rasters that the tests make: every dialect, every fault."""

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from rasterio.transform import Affine, from_origin
from rasterio.warp import transform_bounds

from data.doctor.diagnosis import FileOrigin
from data.elevation import mosaic as dem, window as dem_window
from data.elevation.mosaic import dem_in_force, open_dem
from data.elevation.products import recognised
from data.importing import RasterFile, commit_raster
from data.tables.reader import Pack
from data.wording.catalogue import Message
from data.workspace.catalogue import Catalogue
from data.workspace.effective import effective_pack
from geo.earth.terrain import heights
from geo.errors import DataError, InputError, PlannerError, RangeError, StorageError

STEP = 1 / 1200
PACK = Pack.load("yunnan")


def surface(lon, lat):
    """Return a hilly height [m] at each place."""
    return 1900 + 300 * np.sin(lon * 40) * np.cos(lat * 35) + 40 * np.sin(lon * 300)


def told(remarks):
    return [remark.text("en") for remark in remarks]


def write(path, cells, transform, crs="EPSG:4326", **options):
    options = {"nodata": None, "dtype": cells.dtype, "driver": "GTiff"} | options
    unit = options.pop("unit", None)
    with rasterio.open(
        path, "w", height=cells.shape[0], width=cells.shape[1], count=1, crs=crs,
        transform=transform, **options,
    ) as made:  # fmt: skip
        made.write(cells, 1)
        if unit:
            made.units = [unit]
    return path


def tile(path, west, north, size=(120, 120), step=STEP, **options):
    """Write a tile whose first centre lies at ``west``, ``north``."""
    y, x = np.indices(size)
    cells = surface(west + x * step, north - y * step).astype(options.pop("dtype", "float32"))
    void = options.pop("void", None)
    if void is not None:
        cells[void] = options.get("nodata", -32768)
    return write(path, cells, from_origin(west - step / 2, north + step / 2, step, step), **options)


@pytest.fixture
def four(tmp_path):
    """Return a mosaic of 2 × 2 tiles without a gap."""
    side = 120 * STEP
    return open_dem([
        tile(tmp_path / f"{i}{j}.tif", 102 + j * side, 25 - i * side)
        for i in range(2) for j in range(2)
    ])  # fmt: skip


def test_a_window_over_four_tiles_has_no_seam(four):
    grid = four.window(102.05, 24.85, 102.15, 24.95)
    assert grid.void_share == 0
    rows, columns = np.indices(grid.heights_m.shape)
    expected = surface(grid.west + columns * STEP, grid.north - rows * STEP)
    assert grid.heights_m == pytest.approx(expected, abs=1e-3)
    west, south, east, north = grid.bounds
    edges = np.array([102.05 - west, 24.85 - south, east - 102.15, north - 24.95])
    assert ((edges > -1e-9) & (edges < STEP)).all()
    assert grid.heights_m.size == four.cells(102.05, 24.85, 102.15, 24.95)


def test_a_window_is_clipped_to_the_tiles_and_beyond_nothing_is_known(four):
    grid = four.window(101, 24, 103, 26)
    assert grid.bounds == pytest.approx(four.bounds)
    assert np.isnan(heights(grid, [101.5, 102.1], [24.9, 25.5])).all()
    nowhere = four.window(80, 30, 81, 31)
    assert nowhere.void_share == 1
    assert nowhere.provenance.remarks == (Message("elevation.nowhere"),)
    assert np.isnan(heights(nowhere, [80.5], [30.5])).all()


def test_overlapping_tiles_of_srtm_agree_and_the_first_valid_wins(tmp_path):
    left = tile(tmp_path / "a.tif", 102, 25, void=np.s_[:, 100:], nodata=-32768, dtype="int16")
    right = tile(tmp_path / "b.tif", 102 + 90 * STEP, 25, dtype="int16")
    with rasterio.open(right, "r+") as made:
        made.write(made.read(1) + 1000, 1)
    grid = open_dem([left, right]).window(102, 24.91, 102.17, 25)
    rows, columns = np.indices(grid.heights_m.shape)
    expected = surface(grid.west + columns * STEP, grid.north - rows * STEP)
    expected = np.trunc(expected) + np.where(columns >= 100, 1000, 0)
    assert np.abs(grid.heights_m - expected).max() <= 1
    assert (np.abs(grid.heights_m - expected) > 0).mean() < 0.01


def test_an_hgt_tile_with_voids(tmp_path):
    y, x = np.indices((1201, 1201))
    cells = surface(102 + x * STEP, 26 - y * STEP).astype(">i2")
    cells[500:520, 300:340] = -32768
    path = tmp_path / "N25E102.hgt"
    cells.tofile(path)
    mosaic = open_dem([path])
    assert mosaic.bounds == pytest.approx((102, 25, 103, 26))
    assert mosaic.provenance.vertical_datum == "EGM96"
    assert mosaic.provenance.accuracy_m == 16
    grid = mosaic.window(102.2, 25.5, 102.4, 25.7)
    assert 0 < grid.void_share < 0.1
    assert any("no elevation" in remark.text("en") for remark in grid.provenance.remarks)
    assert np.isnan(heights(grid, 102 + 320 * STEP, 26 - 510 * STEP)[0])
    there = heights(grid, 102.21, 25.69)[0]
    assert there == pytest.approx(surface(102.21, 25.69), abs=3)


@pytest.mark.parametrize("crs", ["EPSG:32647", "EPSG:4543", "EPSG:4522"])
def test_a_projected_raster_is_warped_at_its_own_spacing(tmp_path, crs):
    """UTM zone 47 and two CGCS2000 zones, 90 m cells; the answer is the surface itself."""
    from geo.earth.projections import to_wgs84

    x0, y0 = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(102.0, 25.0)
    y, x = np.indices((150, 160))
    lon, lat = to_wgs84((x0 + x * 90 + 45).ravel(), (y0 - y * 90 - 45).ravel(), crs)
    cells = surface(lon, lat).reshape(y.shape).astype("float32")
    path = write(tmp_path / "p.tif", cells, from_origin(x0, y0, 90, 90), crs)
    mosaic = open_dem([path])
    grid = mosaic.window(102.02, 24.9, 102.1, 24.97)
    assert grid.spacing_m == pytest.approx(90, rel=0.01)
    assert grid.void_share == 0
    assert "warped to WGS84 degrees, bilinear" in told(grid.provenance.remarks)
    rng = np.random.default_rng(1)
    a, b = rng.uniform(102.02, 102.1, 2000), rng.uniform(24.9, 24.97, 2000)
    error = heights(grid, a, b) - surface(a, b)
    # Twice bilinear on waves of 2.3 km: a metre where they bend most.
    assert np.abs(error).max() < 2
    assert abs(error.mean()) < 0.1
    west, south, east, north = transform_bounds(crs, "EPSG:4326", x0, y0 - 13500, x0 + 14400, y0)
    assert mosaic.bounds == pytest.approx((west, south, east, north), abs=STEP)


def test_a_rotated_raster_is_warped(tmp_path):
    turned = Affine.translation(102.0, 25.0) * Affine.rotation(20) * Affine.scale(STEP, -STEP)
    y, x = np.indices((150, 150))
    lon, lat = turned * (x + 0.5, y + 0.5)
    path = write(tmp_path / "r.tif", surface(lon, lat).astype("float32"), turned)
    grid = open_dem([path]).window(102.03, 24.95, 102.12, 25.0)
    known = ~np.isnan(grid.heights_m)
    rows, columns = np.nonzero(known)
    expected = surface(grid.west + columns * grid.step_lon, grid.north - rows * grid.step_lat)
    assert known.any()
    assert np.median(np.abs(grid.heights_m[known] - expected)) < 1


def test_another_lattice_is_warped_onto_the_finest(tmp_path):
    fine = tile(tmp_path / "fine.tif", 102, 25)
    coarse = tile(tmp_path / "coarse.tif", 101.95, 25.05, (60, 60), 3.3 * STEP)
    mosaic = open_dem([coarse, fine])
    assert [t.source for t in mosaic.tiles] == ["fine.tif", "coarse.tif"]
    grid = mosaic.window(101.96, 24.92, 102.08, 25.02)
    assert grid.step_lat == pytest.approx(STEP)
    assert grid.void_share == 0
    exact = heights(grid, [102.02], [24.95])[0]
    assert exact == pytest.approx(surface(102.02, 24.95), abs=1)
    assert heights(grid, [101.97], [25.01])[0] == pytest.approx(surface(101.97, 25.01), abs=15)


def test_a_vrt_is_imported_not_opened_as_it_is(tmp_path):
    tile(tmp_path / "t.tif", 102, 25)
    (tmp_path / "m.vrt").write_text("""<VRTDataset rasterXSize="120" rasterYSize="120">
    <VRTRasterBand dataType="Float32" band="1"><SimpleSource>
    <SourceFilename relativeToVRT="1">t.tif</SourceFilename><SourceBand>1</SourceBand>
    </SimpleSource></VRTRasterBand></VRTDataset>""")
    with pytest.raises(DataError, match=r"no GeoTIFF or \.hgt"):
        open_dem([tmp_path / "m.vrt"])


@pytest.mark.parametrize("stated", ["by the file", "by the planner"])
def test_feet_become_metres(tmp_path, stated):
    y, x = np.indices((50, 50))
    cells = (surface(102 + x * STEP, 25 - y * STEP) / 0.3048).astype("float32")
    unit = "ft" if stated == "by the file" else None
    path = write(tmp_path / "f.tif", cells, from_origin(102 - STEP / 2, 25 + STEP / 2, STEP, STEP),
                 unit=unit)  # fmt: skip
    mosaic = open_dem([path], unit="m" if unit else "ft")
    assert "feet turned into metres" in told(mosaic.provenance.remarks)
    grid = mosaic.window(102, 24.97, 102.03, 25)
    assert grid.heights_m[0, 0] == pytest.approx(surface(102, 25), abs=1e-2)


def test_absurd_cells_without_a_mark_are_void(tmp_path):
    y, x = np.indices((50, 50))
    cells = surface(102 + x * STEP, 25 - y * STEP).astype("float32")
    cells[3, 3], cells[4, 4], cells[5, 5], cells[6, 6] = -9999, 65535, np.inf, np.nan
    path = write(tmp_path / "a.tif", cells, from_origin(102, 25, STEP, STEP))
    grid = open_dem([path]).window(102, 24.9, 102.1, 25)
    assert np.isnan(grid.heights_m).sum() == 4
    assert np.isnan(np.diag(grid.heights_m)[3:7]).all()


def test_the_files_own_void_scale_and_offset_hold(tmp_path):
    y, x = np.indices((50, 50))
    cells = ((surface(102 + x * STEP, 25 - y * STEP) - 100) / 0.5).astype("int16")
    cells[7, 7] = 1234
    corner = from_origin(102 - STEP / 2, 25 + STEP / 2, STEP, STEP)
    path = write(tmp_path / "s.tif", cells, corner, nodata=1234)
    with rasterio.open(path, "r+") as made:
        made.scales, made.offsets = [0.5], [100.0]
    grid = open_dem([path]).window(102, 24.97, 102.03, 25)
    assert np.argwhere(np.isnan(grid.heights_m)).tolist() == [[7, 7]]
    assert grid.heights_m[0, 0] == pytest.approx(surface(102, 25), abs=0.5)


def test_a_thinned_window_is_a_mean_and_says_so(four):
    grid = four.window(102.0, 24.85, 102.15, 25.0, thinned=10)
    assert grid.step_lat == pytest.approx(10 * STEP)
    assert grid.void_share == 0
    assert "each height is the mean of 10 × 10 cells" in told(grid.provenance.remarks)
    whole = four.window(102.0, 24.85, 102.15, 25.0)
    first = whole.heights_m[:10, :10].astype(float).mean()
    assert grid.heights_m[0, 0] == pytest.approx(first, abs=0.5)
    with pytest.raises(RangeError, match="have no mean"):
        four.window(102.0, 24.85, 102.15, 25.0, thinned=0)


def test_a_window_that_is_too_large_is_refused_before_anything_is_read(four, monkeypatch):
    monkeypatch.setattr(dem, "MAX_CELLS", 10_000)
    monkeypatch.setattr(dem_window, "opened", None)
    with pytest.raises(InputError, match=r"the window has .* cells, more than 10,000"):
        four.window(102.0, 24.85, 102.15, 25.0)


def test_pieces_cover_a_box_with_their_reach_in_small_windows(four):
    box = (102.0, 24.85, 102.15, 25.0)
    pieces = list(four.pieces(*box, reach_m=1500, max_cells=9_000))
    assert len(pieces) > 1
    area = sum((p.core[2] - p.core[0]) * (p.core[3] - p.core[1]) for p in pieces)
    assert area == pytest.approx(0.15 * 0.15)
    for piece in pieces:
        assert four.window(*piece.box).heights_m.size <= 9_000 * 1.1
        from geo.earth.crs import geodesic_m

        for lat in (piece.core[1], piece.core[3]):
            assert geodesic_m(piece.box[0], lat, piece.core[0], lat) >= 1500
        assert geodesic_m(102, piece.box[1], 102, piece.core[1]) >= 1500
    assert len(list(four.pieces(*box, reach_m=0))) == 1
    with pytest.raises(RangeError, match="needs more than 1,000 cells"):
        list(four.pieces(*box, reach_m=5000, max_cells=1000))


def test_memory_is_bounded_by_the_window_not_by_the_file(tmp_path):
    """A sparse file of 160,000 × 160,000 cells, 102 GB unpacked, weighs nothing here."""
    path = tmp_path / "huge.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=160_000, height=160_000, count=1, dtype="float32",
        crs="EPSG:4326", transform=from_origin(98, 29, 5e-5, 5e-5), tiled=True, sparse_ok=True,
        bigtiff="yes", nodata=-9999,
    ) as made:  # fmt: skip
        made.write(np.full((64, 64), 1500, "float32"), 1,
                   window=rasterio.windows.Window(80_000, 80_000, 64, 64))  # fmt: skip
    mosaic = open_dem([path])
    grid = mosaic.window(102.0, 24.99, 102.01, 25.0)
    assert grid.heights_m.size < 50_000
    assert np.nanmax(grid.heights_m) == 1500
    with pytest.raises(InputError, match="work county by county"):
        mosaic.window(98, 21, 106, 29)


# -- faults


def faulty(tmp_path, fault):
    path = tmp_path / "fault.tif"
    cells, place = np.full((20, 20), 1500, "float32"), from_origin(102, 25, STEP, STEP)
    far = from_origin(500_000, 2_700_000, 30, 30)
    made = {
        "no system": (cells, place, None), "no place": (cells, Affine.identity()),
        "metres called degrees": (cells, far), "one pixel": (cells[:1, :1], place),
        "one row": (cells[:1], place),
        "cut": (np.random.default_rng(0).normal(size=(300, 300)), place),
    }  # fmt: skip
    if fault in made:
        write(path, *made[fault])
    if fault == "cut":
        path.write_bytes(path.read_bytes()[:100])
    if fault == "text":
        path.write_text("lon,lat,height\n")
    if fault == "picture":
        shape = {"height": 20, "width": 20, "count": 3, "dtype": "uint8"}
        with rasterio.open(
            path, "w", driver="GTiff", crs="EPSG:4326", transform=place, **shape
        ) as picture:
            picture.write(np.zeros((3, 20, 20), "uint8"))
    return path


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("no system", "does not say its coordinate system"), ("no place", "does not say"),
        ("metres called degrees", "counts degrees, but the raster reaches from 500000"),
        ("one pixel", "1 × 1 cells: no terrain"), ("one row", "20 × 1 cells"),
        ("picture", "a picture, not heights"), ("text", "no GeoTIFF or .hgt"),
        ("cut", "cut off"),
    ],
)  # fmt: skip
def test_a_raster_that_is_no_elevation_model_is_refused(tmp_path, fault, said):
    with pytest.raises(DataError, match=said) as caught:
        open_dem([faulty(tmp_path, fault)])
    assert caught.value.where == "fault.tif"
    assert caught.value.repair


def test_a_raster_that_breaks_in_the_middle_is_told(tmp_path):
    path = tile(tmp_path / "cut.tif", 102, 25, (600, 600), compress="deflate", tiled=True)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match="cut off"):
        open_dem([path]).window(102, 24.5, 102.5, 25)
    path.unlink()
    with pytest.raises(StorageError, match="is missing"):
        open_dem([path])


def test_calls_that_ask_for_nothing_are_refused(four, tmp_path):
    with pytest.raises(InputError, match="no rasters were given"):
        open_dem([])
    with pytest.raises(InputError, match="heights in 'yard'"):
        open_dem([tmp_path / "t.tif"], unit="yard")
    for box in ((103, 24, 102, 25), (102, 25, 103, 24), (102, 24, 190, 25), (np.nan, 1, 2, 3)):
        with pytest.raises(RangeError, match="is no box on Earth"):
            four.window(*box)
    with pytest.raises(RangeError, match="a reach of -1 m"):
        list(four.pieces(102, 24.9, 102.1, 25, reach_m=-1))


# -- products and the workspace


@pytest.mark.parametrize(
    ("name", "model", "datum", "accuracy"),
    [
        ("Copernicus_DSM_COG_10_N25_00_E102_00_DEM.tif", "GLO-30", "EGM2008", 4),
        ("Copernicus_DSM_COG_30_N25_00_E102_00_DEM.tif", "GLO-90", "EGM2008", 4),
        ("n25e102.hgt", "SRTM", "EGM96", 16),
        ("ALPSMLC30_N025E102_DSM.tif", "AW3D30", "EGM96", 8.2),
        ("dem.tif", "unknown", "unknown", None),
    ],
)  # fmt: skip
def test_known_models_bring_datum_and_accuracy(name, model, datum, accuracy):
    found = recognised([name])
    assert model in found.name
    assert (found.vertical_datum, found.accuracy_m) == (datum, accuracy)
    assert bool(found.accuracy_source) == (accuracy is not None)


def test_a_mixture_of_models_is_not_given_the_accuracy_of_one():
    found = recognised(["n25e102.hgt", "Copernicus_DSM_COG_10_N25_00_E102_00_DEM.tif"])
    assert found.accuracy_m is None
    assert "SRTM" in found.remarks[0].text("en")
    assert "GLO-30" in found.remarks[0].text("en")


@pytest.fixture
def store(tmp_path):
    with Catalogue(tmp_path / "workspace") as opened:
        yield opened


def test_what_was_imported_is_the_model_in_force(store, tmp_path):
    assert dem_in_force(effective_pack(PACK, store.folder)) is None
    for k, name in enumerate(("Copernicus_DSM_COG_30_N25_00_E102_00_DEM.tif",
                              "Copernicus_DSM_COG_30_N25_00_E103_00_DEM.tif")):  # fmt: skip
        path = tile(tmp_path / name, 102 + k * 120 * STEP, 25)
        commit_raster(
            store,
            RasterFile(path, "m"),
            PACK,
            kind="dem",
            origin=FileOrigin("modelled", "2021-06-01"),
        )
    mosaic = dem_in_force(effective_pack(PACK, store.folder))
    assert mosaic is not None
    assert not mosaic.is_illustrative
    known = mosaic.provenance
    assert (known.name, known.version) == ("Copernicus DEM GLO-90", "as of 2021-06-01")
    assert (known.vertical_datum, known.accuracy_m, known.evidence) == ("EGM2008", 4.0, "modelled")
    grid = mosaic.window(102.05, 24.91, 102.15, 24.99)
    assert grid.void_share == 0
    assert heights(grid, 102.1, 24.95)[0] == pytest.approx(surface(102.1, 24.95), abs=1)
    store.undo("yunnan", "dem")
    store.undo("yunnan", "dem")
    assert dem_in_force(effective_pack(PACK, store.folder)) is None


def test_a_model_in_feet_is_imported_as_such(store, tmp_path):
    y, x = np.indices((50, 50))
    cells = (surface(102 + x * STEP, 25 - y * STEP) / 0.3048).astype("float32")
    path = write(tmp_path / "f.tif", cells, from_origin(102 - STEP / 2, 25 + STEP / 2, STEP, STEP))
    commit_raster(
        store, RasterFile(path, "ft"), PACK, kind="dem", origin=FileOrigin("declared", "")
    )
    mosaic = dem_in_force(effective_pack(PACK, store.folder))
    assert mosaic.window(102, 24.97, 102.03, 25).heights_m[0, 0] == pytest.approx(
        surface(102, 25), abs=0.01
    )


@pytest.mark.parametrize("fault", ["all voids", "feet called metres", "one pixel", "picture"])
def test_an_import_that_holds_no_heights_is_refused(store, tmp_path, fault):
    place = from_origin(102, 25, STEP, STEP)
    if fault in ("all voids", "feet called metres"):
        cells = np.full((700, 700), -32768 if fault == "all voids" else 12_000, "int16")
        path = write(tmp_path / "fault.tif", cells, place, nodata=-32768)
    else:
        path = faulty(tmp_path, fault)
    with pytest.raises(PlannerError) as caught:
        commit_raster(
            store, RasterFile(path, "m"), PACK, kind="dem", origin=FileOrigin("declared", "")
        )
    assert caught.value.repair
    assert store.history() == []


def test_one_valid_cell_in_a_large_void_is_enough(store, tmp_path):
    cells = np.full((700, 700), -32768, "int16")
    cells[601, 333] = 1500
    path = write(tmp_path / "v.tif", cells, from_origin(102, 25, STEP, STEP), nodata=-32768)
    commit_raster(store, RasterFile(path, "m"), PACK, kind="dem", origin=FileOrigin("declared", ""))
    assert dem_in_force(effective_pack(PACK, store.folder)) is not None

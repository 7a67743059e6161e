"""Every format that planners bring, written here by another program or byte by byte, read back."""

from __future__ import annotations

import gzip
import io
import sqlite3
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import rasterio
import shapely

from data.doctor.base import ROW, ImportChoice, RawTable
from data.doctor.process.guarded import raster_info, read, sniff
from data.doctor.reading.delimited_text import GEONAMES, OPENCELLID
from data.tables.reader import Pack
from geo.errors import DataError, UnknownNameError
from tests.data.doctor import biff, making
from tests.data.doctor.examining import examine


def positions(table: RawTable) -> list[tuple[float, float]]:
    assert table.geometry is not None
    return [
        (round(x, 5), round(y, 5))
        for x, y in shapely.get_coordinates(np.asarray(table.geometry)).tolist()
    ]


TWO = [(100.22, 25.59), (102.75, 25.05)]
THREE = list(zip(making.LON, making.LAT, strict=True))


# -- MapInfo


@pytest.mark.parametrize(
    ("charset", "encoding"), [("WindowsSimpChinese", "gb18030"), ("Neutral", "utf-8")]
)
def test_mapinfo_interchange_is_read_whatever_its_charset_line_says(
    charset: str, encoding: str
) -> None:
    files = {
        "村.mif": making.MIF.format(charset=charset).encode(encoding),
        "村.mid": making.MID.encode(encoding),
    }
    table = read(making.zipped(files), name="村.zip")
    assert table.sniffed.format == "mapinfo"
    assert positions(table) == TWO
    assert table.frame["名称"].tolist() == ["大理", "昆明"]
    assert table.frame["户数"].tolist() == [20, 21]
    assert table.sniffed.declared_crs == "EPSG:4326"


def test_mapinfo_interchange_lies_beside_its_table_on_disk(tmp_path: Path) -> None:
    (tmp_path / "v.mif").write_text(making.MIF.format(charset="Neutral"), encoding="utf-8")
    (tmp_path / "V.MID").write_text(making.MID, encoding="utf-8")
    assert read(tmp_path / "v.mif").frame["户数"].tolist() == [20, 21]


def test_mapinfo_native_table_is_read_from_its_zip() -> None:
    files = making.written("MapInfo File", ".tab", FORMAT="MIF/TAB", ENCODING="UTF-8")
    assert {Path(name).suffix for name in files} >= {".tab", ".dat", ".map", ".id"}
    table = read(making.zipped(files), name="v.zip")
    assert table.sniffed.format == "mapinfo"
    assert positions(table) == THREE
    assert table.frame["名称"].tolist() == list(making.NAMES)


def test_a_mapinfo_table_without_its_map_says_what_is_missing() -> None:
    files = making.written("MapInfo File", ".tab", ENCODING="UTF-8")
    alone = {name: content for name, content in files.items() if name.endswith((".tab", ".dat"))}
    table = read(making.zipped(alone), name="v.zip")
    assert table.rows_read == 3
    assert table.geometry is None or shapely.is_missing(np.asarray(table.geometry)).all()
    assert any("without its .map, .id" in remark.text("en") for remark in table.sniffed.remarks)
    del alone["villages.dat"]
    with pytest.raises(DataError) as caught:
        read(making.zipped(alone), name="v.zip")
    assert caught.value.repair


# -- DXF, TopoJSON, KML and KMZ


def test_dxf_points_are_read_with_their_layer() -> None:
    content = making.DXF.encode("gb18030")
    table = read(content, name="站.dxf")
    assert positions(table) == [(100.5, 25.5), (100.7, 25.7)]
    assert table.frame["Layer"].tolist() == ["基站", "村"]
    assert table.sniffed.layers == ("基站", "村")
    one = read(content, ImportChoice(layer="村"), name="站.dxf")
    assert positions(one) == [(100.7, 25.7)]
    with pytest.raises(UnknownNameError, match="路"):
        read(content, ImportChoice(layer="路"), name="站.dxf")


def test_topojson_is_read_and_declares_no_system() -> None:
    table = read(making.TOPOJSON.encode(), name="t.json")
    assert table.sniffed.format == "topojson"
    assert positions(table) == TWO[:1]
    assert table.frame["名"].tolist() == ["甲"]
    assert table.sniffed.declared_crs == ""


def test_topojson_arcs_are_unpacked() -> None:
    text = (
        '{"type":"Topology","transform":{"scale":[0.1,0.1],"translate":[100,25]},"objects":'
        '{"road":{"type":"GeometryCollection","geometries":[{"type":"LineString","arcs":[0],'
        '"properties":{"name":"G56"}}]}},"arcs":[[[0,0],[10,0],[0,10]]]}'
    )
    table = read(text.encode(), name="road.topojson")
    assert table.sniffed.geometry == "line"
    assert positions(table) == [(100.0, 25.0), (101.0, 25.0), (101.0, 26.0)]


def test_fields_of_kml_keep_their_names_in_either_quote() -> None:
    text = making.KML.format(encoding="UTF-8").replace('name="挂高"', "name='挂高'")
    assert read(text.encode(), name="a.kml").frame["挂高"].tolist()[0] == "30"


@pytest.mark.parametrize("name", ["doc.kml", "站.kml"])
def test_kmz_is_its_kml(name: str) -> None:
    text = making.KML.format(encoding="UTF-8").encode()
    plain = read(text, name="a.kml")
    packed = read(making.zipped({name: text, "files/icon.png": b"\x89PNG"}), name="a.kmz")
    for table in (plain, packed):
        assert positions(table) == TWO
        assert table.frame["挂高"].tolist()[0] == "30"
        assert table.frame.filter(regex="(?i)^name$").iloc[1, 0] == "=1+1"


# -- GeoPackage, GeoParquet


def gpkg(folder: Path, **layers: gpd.GeoDataFrame) -> bytes:
    path = folder / "many.gpkg"
    for name, data in layers.items():
        pyogrio.write_dataframe(data, path, layer=name, driver="GPKG", append=path.exists())
    return path.read_bytes()


def test_of_several_layers_the_largest_is_read_and_any_can_be_chosen(tmp_path: Path) -> None:
    three = making.frame()
    content = gpkg(tmp_path, 少=three.head(1), 多=three, 中=three.head(2))
    table = read(content, name="m.gpkg")
    assert (table.sniffed.layer, table.rows_read) == ("多", 3)
    assert set(table.sniffed.layers) == {"少", "多", "中"}
    assert any("not 少" in remark.text("en") for remark in table.sniffed.remarks)
    assert read(content, ImportChoice(layer="中"), name="m.gpkg").rows_read == 2
    with pytest.raises(UnknownNameError, match="没有"):
        read(content, ImportChoice(layer="没有"), name="m.gpkg")


def test_a_geopackage_of_attributes_alone_is_a_table_without_positions(tmp_path: Path) -> None:
    plain = pd.DataFrame({"村名": ["甲"], "户数": [3]})
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(plain, path, driver="GPKG")
    table = read(path)
    assert table.geometry is None or table.sniffed.geometry == ""
    assert table.frame["户数"].tolist() == [3]


def test_an_sqlite_file_that_is_no_geopackage_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    with sqlite3.connect(path) as base:
        base.execute("create table t(x)")
    base.close()
    with pytest.raises(DataError):
        read(path)


def test_geoparquet_keeps_types_system_and_row_numbers() -> None:
    table = read(making.geoparquet(making.frame("EPSG:4326").to_crs("EPSG:4543")), name="v.parquet")
    assert table.sniffed.format == "geoparquet"
    assert table.sniffed.declared_crs == "EPSG:4543"
    assert table.frame["户数"].tolist() == [20, 21, 22]
    assert table.frame[ROW].tolist() == [1, 2, 3]


def test_of_two_geometry_columns_the_declared_one_counts_and_the_other_stays_text() -> None:
    table = read(making.geoparquet(making.two_geometries()), name="v.parquet")
    assert positions(table) == THREE
    assert table.frame["second"].tolist() == ["POINT (1 2)"] * 3
    assert any("several geometry columns" in remark.text("en") for remark in table.sniffed.remarks)


def test_of_two_wkt_columns_the_first_counts() -> None:
    text = "wkt,geom,户数\nPOINT (100.22 25.59),POINT (1 2),20\n"
    table = read(text.encode(), name="v.csv")
    assert positions(table) == TWO[:1]
    assert table.frame["geom"].tolist() == ["POINT (1 2)"]
    assert any("several geometry columns" in remark.text("en") for remark in table.sniffed.remarks)


def test_plain_parquet_of_a_data_frame_is_read() -> None:
    sink = io.BytesIO()
    pd.DataFrame({"村名": ["甲", None], "户数": pd.array([1, None], "Int64")}).to_parquet(sink)
    table = read(sink.getvalue(), name="v.parquet")
    assert table.sniffed.format == "parquet"
    assert table.frame["村名"].isna().tolist() == [False, True]
    assert table.frame["户数"].isna().tolist() == [False, True]


# -- XLS


def test_an_old_workbook_is_read_sheet_title_and_merged_cells() -> None:
    rows: list[list[biff.Cell]] = [
        ["云南省自然村台账", None, None, None],
        ["村名", "经度", "纬度", "户数"],
        ["甲村", 100.22, 25.59, 20.0],
        [None, 102.75, 25.05, 21.0],
    ]
    content = biff.workbook({"台账": rows, "说明": [["请勿修改"]]}, merged=[(2, 3, 0, 0)])
    table = read(content, name="a.xls")
    assert (table.sniffed.format, table.sniffed.sheet) == ("xls", "台账")
    assert table.sniffed.sheets == ("台账", "说明")
    assert table.sniffed.header_row == 2
    assert table.frame["村名"].tolist() == ["甲村", "甲村"]
    assert table.frame["户数"].tolist() == [20, 21]
    assert table.frame[ROW].tolist() == [3, 4]
    with pytest.raises(UnknownNameError, match="没有"):
        read(content, ImportChoice(sheet="没有"), name="a.xls")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_an_old_workbook_cut_off_is_refused_or_whole(share: float) -> None:
    rows: list[list[biff.Cell]] = [["村名", "户数"]]
    rows += [[f"村{i}", float(i)] for i in range(400)]
    content = biff.workbook({"a": rows})
    try:
        table = read(content[: int(len(content) * share)], name="a.xls")
    except DataError as error:
        assert error.repair  # noqa: PT017  either answer is right
        return
    assert table.rows_read <= 400


# -- OpenStreetMap


def test_an_extract_gives_places_roads_power_and_towers(tmp_path: Path) -> None:
    content = making.osm_pbf(tmp_path)
    places = read(content, name="yn.osm.pbf")
    assert places.frame["name"].tolist() == ["甲村", "乙村"]
    assert positions(places) == [(100.1, 25.1), (100.2, 25.2)]
    assert places.frame["other_tags"].dropna().tolist() == ['{"source": "survey"}']
    roads = read(content, ImportChoice(kind="roads"), name="yn.osm.pbf")
    assert roads.frame["ref"].iloc[0] == "G56"
    assert shapely.get_num_points(np.asarray(roads.geometry)).tolist() == [3, 2]
    power = read(content, ImportChoice(layer="power"), name="yn.osm.pbf")
    assert power.frame["voltage"].tolist()[0] == "220000"
    assert shapely.is_missing(np.asarray(power.geometry)).tolist() == [True, False]
    towers = read(content, ImportChoice(kind="sites"), name="yn.osm.pbf")
    assert towers.frame["height"].tolist() == ["35"]
    assert sniff(content, name="yn.osm.pbf").layers == ("places", "roads", "power", "towers")


def test_roads_of_an_extract_become_a_table(tmp_path: Path) -> None:
    found = examine(
        making.osm_pbf(tmp_path), Pack.load("yunnan"), ImportChoice(kind="roads"), name="yn.osm.pbf"
    )
    assert (found.counts.read, found.counts.rejected) == (2, 0)
    assert found.accepted["road_class"].tolist() == ["primary", "track"]


def test_an_extract_cut_in_half_is_refused(tmp_path: Path) -> None:
    content = making.osm_pbf(tmp_path)
    with pytest.raises(DataError, match="cut off or damaged"):
        read(content[: len(content) // 2], name="yn.osm.pbf")


# -- plain text of other programs


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_opencellid_with_and_without_header_packed_or_not(header: bool, packed: bool) -> None:
    content = making.cells_csv(50, header=header)
    name = "460.csv.gz" if packed else "460.csv"
    table = read(gzip.compress(content) if packed else content, name=name)
    assert table.sniffed.format == "opencellid"
    assert table.sniffed.header_row == int(header)
    assert table.sniffed.declared_crs == "EPSG:4326"
    assert table.rows_read == 50
    assert [str(name) for name in table.frame.columns if name != ROW] == list(OPENCELLID)
    assert table.frame[ROW].iloc[0] == 1 + header


def test_a_gz_cut_off_is_refused() -> None:
    content = gzip.compress(making.cells_csv(500))
    with pytest.raises(DataError, match="gz archive is cut off"):
        read(content[: len(content) // 2], name="460.csv.gz")


def test_a_geonames_dump_has_no_header_and_its_quotes_are_letters() -> None:
    text = making.geonames_line() + making.geonames_line(1814992)
    table = read(text.encode(), name="CN.txt")
    assert table.sniffed.format == "geonames"
    assert [str(name) for name in table.frame.columns if name != ROW] == list(GEONAMES)
    assert table.frame["name"].tolist() == ['Dali "Gu"'] * 2
    assert table.sniffed.declared_crs == "EPSG:4326"


# -- rasters


def tile(path: Path, west: float, *, unit: str = "int16", value: float = 3) -> Path:
    place = rasterio.transform.from_origin(west, 26.0, 0.1, 0.1)
    with rasterio.open(
        path, "w", driver="GTiff", width=10, height=10, count=1, dtype=unit, crs="EPSG:4326",
        transform=place, nodata=-9999,
    ) as made:  # fmt: skip
        made.write(np.full((10, 10), value, unit), 1)
    return path


VRT = """<VRTDataset rasterXSize="20" rasterYSize="10"><SRS>EPSG:4326</SRS>
<GeoTransform>102.0, 0.1, 0.0, 26.0, 0.0, -0.1</GeoTransform>
<VRTRasterBand dataType="Int16" band="1">{sources}</VRTRasterBand></VRTDataset>"""
SOURCE = """<SimpleSource><SourceFilename relativeToVRT="{own}">{name}</SourceFilename>
<SourceBand>1</SourceBand><SrcRect xOff="0" yOff="0" xSize="10" ySize="10"/>
<DstRect xOff="{at}" yOff="0" xSize="10" ySize="10"/></SimpleSource>"""


def vrt(names: list[str], *, own: int = 1) -> bytes:
    sources = [SOURCE.format(name=name, at=10 * i, own=own) for i, name in enumerate(names)]
    return VRT.format(sources="".join(sources)).encode()


def test_an_srtm_tile_is_described_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "n25e102.hgt"
    path.write_bytes(making.hgt())
    info = raster_info(path)
    assert info.driver == "SRTMHGT"
    assert np.allclose(info.bounds, (102, 25, 103, 26), atol=0.001)
    packed = raster_info(making.zipped({"N25E102.hgt": making.hgt()}), name="N25E102.SRTMGL3.zip")
    assert packed.bounds == info.bounds
    with pytest.raises(DataError, match="only by its name"):
        raster_info(making.hgt(), name="tile.hgt")


def test_a_vrt_reads_the_tiles_beside_it(tmp_path: Path) -> None:
    for name, west in (("a.tif", 102.0), ("b.tif", 103.0)):
        tile(tmp_path / name, west)
    (tmp_path / "mosaic.vrt").write_bytes(vrt(["a.tif", "b.tif"]))
    info = raster_info(tmp_path / "mosaic.vrt")
    assert (info.driver, info.width) == ("VRT", 20)
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert raster_info(making.zipped(files), name="dem.zip").bounds == info.bounds


@pytest.mark.parametrize(
    "content",
    [
        vrt(["../a.tif"]), vrt(["/etc/passwd"], own=0), vrt(["/vsicurl/http://x/a.tif"]),
        vrt(["missing.tif"]),
    ],
)  # fmt: skip
def test_a_vrt_that_reads_elsewhere_is_refused(tmp_path: Path, content: bytes) -> None:
    tile(tmp_path / "a.tif", 102.0)
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "mosaic.vrt"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        raster_info(path)
    assert caught.value.repair


def test_a_population_raster_is_described(tmp_path: Path) -> None:
    info = raster_info(tile(tmp_path / "chn_ppp.tif", 102.0, unit="float32", value=1.5))
    assert (info.dtype, info.nodata, info.declared_crs) == ("float32", -9999, "EPSG:4326")


def test_a_raster_without_a_place_and_a_table_as_raster_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="where it lies"):
        raster_info(making.raster(tmp_path, placed=False), name="a.tif")
    with pytest.raises(DataError, match="not a raster"):
        raster_info(making.villages_csv(3), name="a.csv")
    with pytest.raises(DataError, match="not a table"):
        read(making.raster(tmp_path), name="a.tif")


# -- shapefiles


@pytest.mark.parametrize("without", [(), (".cpg",), (".cpg", ".prj"), (".shx",)])
def test_a_shapefile_in_gbk_comes_in_with_parts_missing(without: tuple[str, ...]) -> None:
    table = read(making.zipped(making.shapefile(without=without)), name="v.zip")
    assert table.frame["NAME"].tolist() == list(making.NAMES)
    assert positions(table) == THREE
    assert table.sniffed.declared_crs == ("" if ".prj" in without else "EPSG:4326")


def test_a_parquet_of_nested_cells_becomes_text() -> None:
    sink = io.BytesIO()
    table = pa.table({"a": [[1, 2], None], "b": [{"x": 1}, {"x": None}], "c": [b"\x00\xff", None]})
    pq.write_table(table, sink)
    read_back = read(sink.getvalue(), name="n.parquet").frame
    assert read_back["a"].tolist()[0] == "[1, 2]"
    assert read_back["c"].tolist()[0] == "00ff"


def test_features_without_attributes_are_rows_too() -> None:
    without = read(making.zipped(making.shapefile(without=(".dbf",))), name="v.zip")
    assert (without.rows_read, positions(without)) == (3, THREE)
    assert any("without its .dbf" in remark.text("en") for remark in without.sniffed.remarks)
    line = {"type": "LineString", "coordinates": [[102.7, 25.0], [102.8, 25.1]]}
    found = examine(
        making.geojson((line, {})),
        Pack.load("yunnan"),
        ImportChoice(kind="roads"),
        name="r.geojson",
    )
    assert (found.counts.accepted, found.counts.rejected) == (1, 0)
    assert found.accepted["road_id"].notna().all()

"""Make the files that planners have, in each dialect, clean and dirty."""

from __future__ import annotations

import io
import json
import struct
import tempfile
import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pyogrio
import shapely

NAMES = ("大理白族自治州", "盘龙区", "甘肃省")
LON = (100.22, 102.75, 103.83)
LAT = (25.59, 25.05, 36.06)
HEADER = ("村名", "经度", "纬度", "户数")
ROWS = tuple(
    (name, str(lon), str(lat), str(20 + i))
    for i, (name, lon, lat) in enumerate(zip(NAMES, LON, LAT, strict=True))
)
CELL = "LTE,460,0,{},{},0,{:.6f},{:.6f},1000,12,1,1459692342,1459692342,0"


def csv_text(*, delimiter: str = ",", header: bool = True, title: str = "") -> str:
    rows = [HEADER, *ROWS] if header else list(ROWS)
    return title + "".join(delimiter.join(row) + "\n" for row in rows)


def cells_csv(rows: int, *, header: bool = False) -> bytes:
    random = np.random.default_rng(7)
    lon, lat = random.uniform(97.5, 106, rows), random.uniform(21.2, 29.2, rows)
    area = random.integers(1, 60000, rows)
    lines = [CELL.format(area[i], 10**7 + i, lon[i], lat[i]) for i in range(rows)]
    first = "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,"
    head = [first + "averageSignal"] if header else []
    return "\n".join([*head, *lines, ""]).encode()


def villages_csv(rows: int) -> bytes:
    random = np.random.default_rng(3)
    lon, lat = random.uniform(97.5, 106, rows), random.uniform(21.2, 29.2, rows)
    lines = [f"530{i:09d},村{i},大理州,{lon[i]:.6f},{lat[i]:.6f},{i % 90}" for i in range(rows)]
    return "\n".join(["编号,村名,州市,经度,纬度,户数", *lines, ""]).encode()


def geonames_line(number: int = 1814991) -> str:
    return "\t".join(
        [
            str(number), 'Dali "Gu"', "Dali", "大理,Ta-li", "25.58", "100.21", "P", "PPLA2", "CN",
            "", "29", "", "", "", "40000", "", "1976", "Asia/Shanghai", "2020-01-02",
        ]
    ) + "\n"  # fmt: skip


def workbook(
    *sheets: tuple[str, list[list[object]], list[str]], hidden: tuple[str, ...] = ()
) -> bytes:
    """Make an XLSX of (name, rows, merged ranges)."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows, merged in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cells in merged:
            sheet.merge_cells(cells)
        if name in hidden:
            sheet.sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def zipped(files: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            # Without a date: names of tests must be the same in each worker that collects them.
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return stream.getvalue()


def frame(crs: str | None = "EPSG:4326") -> gpd.GeoDataFrame:
    data = {"名称": list(NAMES), "户数": [20, 21, 22]}
    return gpd.GeoDataFrame(data, geometry=gpd.points_from_xy(LON, LAT), crs=crs)


def written(
    driver: str, suffix: str, *, data: gpd.GeoDataFrame | None = None, **options: object
) -> dict[str, bytes]:
    """Write by GDAL; return file name → content of everything it made."""
    data = frame() if data is None else data
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / f"villages{suffix}"
        pyogrio.write_dataframe(data, path, driver=driver, **options)
        return {item.name: item.read_bytes() for item in Path(folder).iterdir()}


def shapefile(
    *, encoding: str = "GBK", without: tuple[str, ...] = (), crs: str | None = "EPSG:4326"
) -> dict[str, bytes]:
    data = frame(crs).rename(columns={"名称": "NAME", "户数": "HH"})
    files = written("ESRI Shapefile", ".shp", data=data, encoding=encoding)
    return {name: content for name, content in files.items() if Path(name).suffix not in without}


def geoparquet(data: gpd.GeoDataFrame | None = None) -> bytes:
    stream = io.BytesIO()
    (frame() if data is None else data).to_parquet(stream)
    return stream.getvalue()


MIF = """Version 300
Charset "{charset}"
Delimiter ","
CoordSys Earth Projection 1, 104
Columns 2
  名称 Char(20)
  户数 Integer
Data

Point 100.22 25.59
Point 102.75 25.05
"""
MID = '"大理",20\n"昆明",21\n'

DXF = """  0
SECTION
  2
HEADER
  9
$ACADVER
  1
AC1015
  9
$DWGCODEPAGE
  3
ANSI_936
  0
ENDSEC
  0
SECTION
  2
ENTITIES
  0
POINT
  8
基站
 10
100.5
 20
25.5
  0
POINT
  8
村
 10
100.7
 20
25.7
  0
ENDSEC
  0
EOF
"""

KML = """<?xml version="1.0" encoding="{encoding}"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>站</name>
<Placemark><name>大理站</name><ExtendedData>
<Data name="挂高"><value>30</value></Data></ExtendedData>
<Point><coordinates>100.22,25.59,0</coordinates></Point></Placemark>
<Placemark><name>=1+1</name><Point><coordinates>102.75,25.05,0</coordinates></Point></Placemark>
</Folder></Document></kml>
"""

TOPOJSON = json.dumps(
    {
        "type": "Topology",
        "objects": {
            "villages": {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "Point", "coordinates": [100.22, 25.59], "properties": {"名": "甲"}}
                ],
            }
        },
        "arcs": [],
    }
)


def geojson(*features: tuple[object, dict[str, object]], **more: object) -> bytes:
    body = [{"type": "Feature", "geometry": g, "properties": p} for g, p in features]
    whole = {"type": "FeatureCollection", "features": body, **more}
    return json.dumps(whole, ensure_ascii=False).encode()


def point(lon: float, lat: float) -> dict[str, object]:
    return {"type": "Point", "coordinates": [lon, lat]}


def osm_pbf(folder: Path) -> bytes:
    import osmium
    from osmium.osm.mutable import Node, Way

    path = folder / "made.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for i, tags in enumerate(
            (
                {"place": "village", "name": "甲村", "population": "120"},
                {"place": "hamlet", "name": "乙村", "source": "survey"},
                {"man_made": "mast", "tower:type": "communication", "height": "35"},
                {"man_made": "surveillance"},
                {},
            ),
            start=1,
        ):
            writer.add_node(Node(id=i, location=(100 + i / 10, 25 + i / 10), tags=tags))
        writer.add_way(Way(id=1, nodes=[1, 2, 3], tags={"highway": "primary", "ref": "G56"}))
        writer.add_way(Way(id=2, nodes=[1, 2, 99], tags={"highway": "track"}))
        writer.add_way(Way(id=3, nodes=[1, 98], tags={"power": "line", "voltage": "220000"}))
        writer.add_way(Way(id=4, nodes=[3, 4], tags={"power": "minor_line"}))
    return path.read_bytes()


def raster(folder: Path, *, crs: str | None = "EPSG:4326", placed: bool = True) -> bytes:
    import rasterio
    from rasterio.transform import from_origin

    path = folder / "made.tif"
    profile = {"driver": "GTiff", "width": 5, "height": 4, "count": 1, "dtype": "int16"}
    if placed:
        profile["transform"] = from_origin(100, 26, 0.1, 0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(path, "w", crs=crs, nodata=-32768, **profile) as dataset:
            dataset.write(np.ones((1, 4, 5), "int16"))
    return path.read_bytes()


def hgt() -> bytes:
    return np.zeros(1201 * 1201, ">i2").tobytes()


def lying_zip(name: str, packed: bytes) -> bytes:
    """Make a zip whose directory claims that its member is small."""
    data = bytearray(zipped({name: packed}))
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.find(magic)
        data[at + offset : at + offset + 4] = struct.pack("<I", 10)
    return bytes(data)


def two_geometries() -> gpd.GeoDataFrame:
    data = frame()
    data["second"] = gpd.GeoSeries(shapely.points([[1, 2]] * 3), crs="EPSG:4326")
    return data

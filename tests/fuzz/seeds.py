"""One small file of every format: what the fuzzer bends."""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

from tests.data.doctor import biff, making
from tests.data.elevation import map_tiles

#: Names that a file may come under; the first byte of an input chooses one.
NAMES = (
    "a.csv", "a.xlsx", "a.xls", "a.geojson", "a.topojson", "a.gpkg", "a.zip", "a.kml", "a.kmz",
    "a.parquet", "a.mif", "a.dxf", "a.osm.pbf", "a.csv.gz", "CN.txt", "a.tif", "N25E102.hgt",
    "a.vrt", "a.mbtiles", "a.pmtiles",
)  # fmt: skip
VRT = """<VRTDataset rasterXSize="5" rasterYSize="4"><SRS>EPSG:4326</SRS>
<GeoTransform>100, 0.1, 0, 26, 0, -0.1</GeoTransform><VRTRasterBand dataType="Int16" band="1">
<NoDataValue>-1</NoDataValue><SimpleSource><SourceFilename relativeToVRT="1">a.tif</SourceFilename>
<SourceBand>1</SourceBand><SrcRect xOff="0" yOff="0" xSize="5" ySize="4"/>
<DstRect xOff="0" yOff="0" xSize="5" ySize="4"/></SimpleSource></VRTRasterBand></VRTDataset>"""


def files() -> dict[str, bytes]:
    """Return name → content."""
    shape = making.shapefile()
    tiles = map_tiles.small()
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        pbf, tif = making.osm_pbf(folder), making.raster(folder)
    mif = making.MIF.format(charset="WindowsSimpChinese").encode("gb18030")
    return {
        "utf8.csv": making.csv_text().encode(),
        "gbk.csv": making.csv_text(title="云南省台账\n").encode("gb18030"),
        "quoted.csv": '村名,经度,纬度,户数\n"甲\n村",E102°42′44″,"25,5",约20\n'.encode(),
        "cells.csv": making.cells_csv(3),
        "cells.csv.gz": gzip.compress(making.cells_csv(2)),
        "geonames.txt": making.geonames_line().encode(),
        "a.xlsx": making.workbook(("a", [["村名", "户数"], ["甲", 20]], [])),
        "a.xls": biff.workbook({"a": [["村名", "户数"], ["甲", 20.0]]}),
        "a.geojson": making.geojson((making.point(100.2, 25.6), {"户数": 20})),
        "a.topojson": making.TOPOJSON.encode(),
        "a.gpkg": next(iter(making.written("GPKG", ".gpkg").values())),
        "shape.zip": making.zipped(shape, method=0),
        "a.kml": making.KML.format(encoding="UTF-8").encode(),
        "a.parquet": making.geoparquet(),
        "mif.zip": making.zipped({"a.mif": mif, "a.mid": making.MID.encode("gb18030")}, method=0),
        "a.dxf": making.DXF.encode("gb18030"),
        "a.osm.pbf": pbf,
        "a.tif": tif,
        "a.vrt": VRT.encode(),
        "vrt.zip": making.zipped({"a.vrt": VRT.encode(), "a.tif": tif}, method=0),
        "tiles.zip": map_tiles.zipped(tiles),
        "a.mbtiles": map_tiles.mbtiles(tiles),
        "a.pmtiles": map_tiles.pmtiles(tiles),
        "a.kmz": making.zipped({"doc.kml": making.KML.format(encoding="UTF-8").encode()}),
        "aimed.kml": b"<!-- <kml --><OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>a.csv"
        b"</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
        "aimed.geojson": b'{"type":"gdal_streamed_alg",'
        b'"command_line":"gdal vector pipeline ! read a"}',
        "crs.geojson": making.geojson(
            (making.point(100.2, 25.6), {}),
            crs={"type": "name", "properties": {"name": "EPSG:4490"}},
        ),
    }


def corpus(folder: Path, *, apart: bool = True) -> None:
    """Write the seeds as inputs of the fuzzer: a byte for the name, then the content.

    Without ``apart`` those are left out that are slow: read in a process of their own, or taken
    through the whole doctor.

    A first byte from 128 on takes the file through the whole doctor, not through the reader alone.
    """
    for name, content in files().items():
        if not apart and name in ("a.xls", "a.dxf", "mif.zip"):
            continue
        suffix = name[name.index(".") :]
        which = next((i for i, known in enumerate(NAMES) if known.endswith(suffix)), 0)
        through = which + 128 // len(NAMES) * len(NAMES) + len(NAMES)
        (folder / name).write_bytes(bytes([which]) + content)
        if apart:
            (folder / f"whole-{name}").write_bytes(bytes([through]) + content)

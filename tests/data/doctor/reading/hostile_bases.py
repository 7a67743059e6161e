"""Hostile GeoPackages and containers of map tiles, made here."""

from __future__ import annotations

import gzip
import sqlite3
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.data.doctor import making
from tests.data.elevation import map_tiles

Hostile = tuple[str, str, bytes]


_ODS = (
    "{head}<office:document-content xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0'"
    " xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0'"
    " xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0'"
    " xmlns:xlink='http://www.w3.org/1999/xlink'><office:body><office:spreadsheet>"
    "<table:table table:name='{name}'>{rows}</table:table>{after}"
    "</office:spreadsheet></office:body></office:document-content>"
)

_ODS_PARTS = {
    "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
    "META-INF/manifest.xml": b"<manifest:manifest xmlns:manifest="
    b"'urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'/>",
}


def opendocument(*, head: str = "", name: str = "a", rows: str = "", after: str = "") -> bytes:
    """Make an OpenDocument spreadsheet of one sheet."""
    content = _ODS.format(head=head, name=name, rows=rows, after=after)
    return making.zipped({**_ODS_PARTS, "content.xml": content.encode()})


def ods_row(*cells: object, more: str = "", repeated: int = 1) -> str:
    """Return one row of it; ``more`` holds attributes of every cell."""
    inside = "".join(
        f"<table:table-cell office:value-type='string' {more}><text:p>{cell}</text:p>"
        "</table:table-cell>"
        for cell in cells
    )
    return f"<table:table-row table:number-rows-repeated='{repeated}'>{inside}</table:table-row>"


def spreadsheets(aims: dict[str, str]) -> Iterator[Hostile]:
    """Yield OpenDocument spreadsheets with entities, links, endless repetitions and depth."""
    for aim in ("file", "url"):
        entity = f"<!DOCTYPE a [<!ENTITY e SYSTEM '{aims[aim]}'>]>"
        yield f"ods-entity-{aim}", "a.ods", opendocument(head=entity, rows=ods_row("&e;", "b"))
        link = f"<table:table-source xlink:href='{aims[aim]}' table:table-name='a'/>"
        rows = link + ods_row("经度", "纬度") + ods_row(1, 2)
        yield f"ods-source-{aim}", "a.ods", opendocument(rows=rows)
        formula = f"table:formula=\"of:='{aims[aim]}'#$a.A1\""
        yield f"ods-formula-{aim}", "a.ods", opendocument(rows=ods_row("a", "b", more=formula))
    many = "".join(f"<!ENTITY e{i} '{f'&e{i - 1};' * 10}'>" for i in range(1, 10))
    laughs = f"<!DOCTYPE a [<!ENTITY e0 'aaaaaaaaaa'>{many}]>"
    yield "ods-laughs", "a.ods", opendocument(head=laughs, rows=ods_row("&e9;", "b"))
    for i, (across, down) in enumerate(
        ((1, 2**31), (2**31, 1), (16_384, 1_048_576), (2**63, 2**63))
    ):
        wide = f"table:number-columns-repeated='{across}'"
        yield (
            f"ods-repeated-{i}",
            "a.ods",
            opendocument(rows=ods_row("a", more=wide, repeated=down)),
        )
    yield "ods-deep", "a.ods", opendocument(rows="<text:p>" * 200_000)
    yield "ods-name", "a.ods", opendocument(name="{0.__class__}&lt;b&gt;", rows=ods_row("a", "b"))
    yield "ods-cut", "a.ods", opendocument(rows=ods_row("a", "b"))[:-30]
    yield (
        "ods-bent",
        "a.ods",
        making.zipped(
            {
                "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
                "content.xml": b"\0" * 99,
            }
        ),
    )


def services(_aims: dict[str, str]) -> Iterator[Hostile]:
    """Yield JSON of a service: lists in lists, deep and wide objects around none."""
    yield "json-list-deep", "a.json", (b'{"a":' * 50_000) + b"1" + b"}" * 50_000
    yield "json-list-lists", "a.json", b'{"data":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    yield "json-list-wide", "a.json", ("{" + ",".join(f'"{i}":[{{}}]' for i in range(200_000)) + "}").encode()  # fmt: skip
    yield "json-list-name", "a.json", '{"{0.__class__}":[{"村名":"甲","经度":"1e999"}]}'.encode()


def geopackages(aims: dict[str, str]) -> Iterator[Hostile]:
    """Yield GeoPackages whose views, triggers and names lead elsewhere or never end."""
    plain = next(iter(making.written("GPKG", ".gpkg").values()))
    view = "CREATE VIEW v AS {what}; INSERT INTO gpkg_contents(table_name, data_type, srs_id) VALUES('v', 'features', 4326); INSERT INTO gpkg_geometry_columns VALUES('v', 'geom', 'POINT', 4326, 0, 0)"  # fmt: skip
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS fid, geom FROM c, villages"  # fmt: skip
    statements = {
        "endless": view.format(what=endless),
        "cross": view.format(what="SELECT a.fid, a.geom FROM villages a" + ", villages" * 40),
        "blob": view.format(what="SELECT 1 AS fid, zeroblob(2000000000) AS geom"),
        "geocode": view.format(what="SELECT fid, ogr_geocode('a') AS geom FROM villages"),
        "load": view.format(what=f"SELECT fid, ogr_datasource_load_layers('{aims['curl']}') AS geom FROM villages"),
        "readfile": view.format(what=f"SELECT fid, readfile('{aims['file']}') AS geom FROM villages"),
        "extension": view.format(what="SELECT fid, load_extension('a') AS geom FROM villages"),
        "contents": f"ALTER TABLE gpkg_contents RENAME TO old; CREATE VIEW gpkg_contents AS {endless}",
        "trigger": "CREATE TRIGGER t AFTER INSERT ON villages BEGIN SELECT load_extension('a'); END",
        "generated": "ALTER TABLE villages ADD COLUMN g TEXT GENERATED ALWAYS AS (hex(zeroblob(100000000))) VIRTUAL",
        "name": "ALTER TABLE villages RENAME TO \"x'); DROP TABLE gpkg_contents;--\"",
        "srs": f"UPDATE gpkg_spatial_ref_sys SET definition = '{aims['url']}'",
        "extensions": "INSERT INTO gpkg_extensions VALUES(NULL, NULL, 'a', 'b', 'read-write')",
        "long": 'UPDATE villages SET "名称" = hex(zeroblob(3000000))',
    }  # fmt: skip
    for name, statement in statements.items():
        yield f"gpkg-{name}", "a.gpkg", _told(plain, statement)
    virtual = (
        f"CREATE VIRTUAL TABLE v USING VirtualOGR('{aims['csv']}')",
        f"CREATE VIRTUAL TABLE v USING VirtualText('{aims['file']}')",
        "CREATE VIRTUAL TABLE v USING dbstat",
        "CREATE VIRTUAL TABLE v USING zipfile('a')",
    )
    for i, sql in enumerate(virtual):
        yield f"gpkg-virtual-{i}", "a.gpkg", _told(
            plain, "PRAGMA writable_schema = ON; INSERT INTO sqlite_master VALUES"
            f"('table', 'v', 'v', 0, '{sql.replace(chr(39), chr(39) * 2)}')",
        )  # fmt: skip
    for at in (16, 28, 56, 100, 108, 4096, 8200):
        yield f"gpkg-bent-{at}", "a.gpkg", plain[:at] + b"\xff" * 12 + plain[at + 12 :]


def tiles(aims: dict[str, str]) -> Iterator[Hostile]:
    """Yield map tiles in containers that never end, overflow or lead elsewhere."""
    one = map_tiles.small()
    base, archive = map_tiles.mbtiles(one), map_tiles.pmtiles(one)
    views = {
        "endless": "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) "
        "SELECT 10 AS zoom_level, x % 1024 AS tile_column, 1 AS tile_row, '' AS tile_data FROM c",
        "blob": "SELECT 1 AS zoom_level, 1 AS tile_column, 1 AS tile_row, "
        "zeroblob(2000000000) AS tile_data",
        "load": "SELECT 1 AS zoom_level, 1 AS tile_column, 1 AS tile_row, "
        "load_extension('a') AS tile_data",
        "file": "SELECT 1 AS zoom_level, 1 AS tile_column, 1 AS tile_row, "
        f"readfile('{aims['file']}') AS tile_data",
        "places": "SELECT 'a' AS zoom_level, NULL AS tile_column, 1e300 AS tile_row, 1 AS tile_data",
    }
    for name, view in views.items():
        yield (
            f"mbtiles-{name}",
            "a.mbtiles",
            _told(base, f"DROP VIEW tiles; CREATE VIEW tiles AS {view}"),
        )
    # A leaf of the directory that is the root again; a run of a thousand million tiles.
    for name, entry in {"loop": b"\1\0\0\x7f\1", "run": b"\1\0\xff\xff\xff\xff\7\x7f\1"}.items():
        root = gzip.compress(entry)
        header = bytearray(archive[:127])
        header[8:24] = struct.pack("<QQ", 127, len(root))
        header[40:56] = struct.pack("<QQ", 127, len(root))
        yield f"pmtiles-{name}", "a.pmtiles", bytes(header) + root
    for at in (8, 16, 40, 56, 97, 98):
        yield f"pmtiles-bent-{at}", "a.pmtiles", archive[:at] + b"\xff" * 8 + archive[at + 8 :]
    bomb = map_tiles.picture(map_tiles.terrarium(np.full((1, 1), 1500.0)))
    wide = bomb[:16] + struct.pack(">II", 0x7FFFFFFF, 0x7FFFFFFF) + bomb[24:]
    yield "tiles-bomb", "a.zip", making.zipped({"10/803/435.png": wide})
    yield "tiles-deep", "a.zip", making.zipped({f"{'9' * 2}/1/1.png": bomb, "22/0/0.png": bomb})
    yield (
        "tiles-json",
        "a.zip",
        making.zipped({"10/803/435.png": one[10, 803, 435], "metadata.json": b"[" * 100_000}),
    )


def _told(plain: bytes, statements: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        path.write_bytes(plain)
        base = sqlite3.connect(path)
        # What the triggers of its index ask for.
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            base.create_function(name, 1, lambda _shape: 0)
        with base:
            base.executescript(statements)
        base.close()
        return path.read_bytes()

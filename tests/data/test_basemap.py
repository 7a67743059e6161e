"""Tiles of a planner's own base map: three kinds of file, the same tile; nothing beside it."""

from __future__ import annotations

import asyncio
import gzip
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette

from data import basemap
from data.basemap import open_basemap, tile_id
from geo.errors import InputError
from layers.map.tiles import background
from ui import server

#: A tile of zoom 2: column 3, row 1 from the north.
AT = (2, 3, 1)
PNG = b"\x89PNG\r\n\x1a\n the tile"


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def ask(path: str) -> tuple[int, bytes, str]:
    """Return status, body and type of the server's answer."""
    said: list[dict] = []

    async def send(message: dict) -> None:
        said.append(message)

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    app = Starlette(routes=server.routes())
    scope = {"type": "http", "method": "GET", "path": unquote(path), "raw_path": path.encode(),
             "query_string": b"", "headers": [], "root_path": "", "scheme": "http"}  # fmt: skip
    # In a thread of its own: a browser's test may have left its loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(app(scope, receive, send))).result()
    head, *parts = said
    kinds = dict(head["headers"]).get(b"content-type", b"").decode()
    return head["status"], b"".join(part.get("body", b"") for part in parts), kinds


def folder(root: Path) -> Path:
    place = root / "tiles"
    file = place / "2" / "3" / "1.png"
    file.parent.mkdir(parents=True)
    file.write_bytes(PNG)
    (root / "secret.png").write_bytes(PNG)
    (place / "2" / "3" / "2.png").symlink_to(root / "secret.png")
    return place


def mbtiles(root: Path) -> Path:
    place = root / "map.mbtiles"
    with sqlite3.connect(place) as file:
        file.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        file.execute("INSERT INTO metadata VALUES ('attribution', '<a href=x>Survey</a> 2024')")
        file.execute("CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data BLOB)")
        # Rows run from the south: row 1 of 4 from the north is row 2.
        file.execute("INSERT INTO tiles VALUES (2, 3, 2, ?)", (PNG,))
    file.close()
    return place


def pmtiles(root: Path, *, kind: int = 2) -> Path:
    """Write a root directory that leads to a leaf with one tile, both gzipped."""
    leaf = gzip.compress(b"".join(map(varint, (1, tile_id(*AT), 1, len(PNG), 1))))
    top = gzip.compress(b"".join(map(varint, (1, tile_id(2, 0, 0), 0, len(leaf), 1))))
    about = gzip.compress(json.dumps({"attribution": "Survey 2024"}).encode())
    start = 127
    spots = (
        start, len(top), start + len(top), len(about), start + len(top) + len(about), len(leaf),
        start + len(top) + len(about) + len(leaf), len(PNG),
    )  # fmt: skip
    head = b"PMTiles\x03" + b"".join(n.to_bytes(8, "little") for n in (*spots, 1, 1, 1))
    head += bytes([1, 2, 1, kind, 2, 2])
    place = root / "map.pmtiles"
    place.write_bytes(head.ljust(start, b"\0") + top + about + leaf + PNG)
    return place


@pytest.mark.parametrize("make", [folder, mbtiles, pmtiles])
def test_one_tile_is_read_from_each_kind_of_file(make, tmp_path: Path) -> None:
    opened = open_basemap(str(make(tmp_path)))
    assert opened.tile(*AT) == (PNG, "image/png")
    assert opened.zooms == (2, 2)
    for other in ((2, 3, 3), (2, 4, 1), (2, 0, 0), (1, 1, 0), (3, 3, 1), (2, -1, 1)):
        assert opened.tile(*other) is None


def test_what_is_no_raster_map_says_what_to_give(tmp_path: Path) -> None:
    wrong = tmp_path / "map.tif"
    wrong.write_bytes(b"II*\0")
    short = tmp_path / "cut.pmtiles"
    short.write_bytes(b"PMTiles\x03")
    empty = tmp_path / "empty"
    empty.mkdir()
    (tmp_path / "vector").mkdir()
    for place in (wrong, short, empty, tmp_path / "gone", pmtiles(tmp_path / "vector", kind=1)):
        with pytest.raises(InputError, match="base map"):
            open_basemap(str(place))


def test_hilbert_numbers_are_those_of_the_specification() -> None:
    assert [tile_id(*at) for at in ((1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0))] == [1, 2, 3, 4]
    assert tile_id(12, 3423, 1763) == 19_078_479


def test_the_server_gives_tiles_of_the_map_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask("/basemap/2/3/1")[0] == 404
    monkeypatch.setenv(basemap.ENVIRONMENT, str(folder(tmp_path)))
    assert ask("/basemap/2/3/1") == (200, PNG, "image/png")
    for path in (
        "2/3/2", "2/3/-1", "2/3/1.png", "2/3/..%2f..%2f..%2fsecret", "../secret.png", "2/3/one",
        "2/3/" + "9" * 5_000, "2/3/%C2%B2",
    ):  # fmt: skip
        assert ask(f"/basemap/{path}")[0] == 404, path


def test_the_map_takes_the_planners_own_tiles_first(tmp_path: Path) -> None:
    named = {basemap.ENVIRONMENT: str(mbtiles(tmp_path)), "TONGCUN_TILES": "osm"}
    tiles = background(named)
    assert tiles is not None
    assert (tiles.url, tiles.attribution, tiles.zooms) == (
        "basemap/{z}/{x}/{y}", "Survey 2024", (2, 2)
    )  # fmt: skip

"""A planner's own base map: tiles z/x/y of an MBTiles or PMTiles file, or of a folder.

Only raster tiles are read: PNG, JPEG or WebP, in Web Mercator.

References
----------
MBTiles 1.3 (rows run from the south); PMTiles 3, https://github.com/protomaps/PMTiles.
"""

from __future__ import annotations

import bisect
import gzip
import json
import re
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Protocol

from data.wording.catalogue import Message
from geo.errors import InputError

#: Variable that names the map.
ENVIRONMENT = "TONGCUN_BASEMAP"
#: Names of the tile formats by the first bytes of a tile.
_MEDIA = ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"), (b"RIFF", "image/webp"))
_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
_HEADER = struct.Struct("<7sB8Q3Q4B2B")
#: Directories below this depth do not exist in a valid file.
_DEPTH = 4
#: Longest directory or metadata that is read [bytes].
_LONGEST = 16 * 2**20


class Source(Protocol):
    """Where tiles come from."""

    def read(self, z: int, x: int, y: int) -> bytes | None:
        """Return the bytes of a tile.

        Parameters
        ----------
        z, x, y
            Zoom, column from the west, row from the north.

        Returns
        -------
        tile
            None where there is none.
        """


@dataclass(frozen=True)
class Basemap:
    """A base map that is open.

    Attributes
    ----------
    source
        Its tiles.
    zooms
        First and last zoom that it has.
    attribution
        What it asks to be credited with, as plain text; empty where it says nothing.
    """

    source: Source
    zooms: tuple[int, int]
    attribution: str = ""

    def tile(self, z: int, x: int, y: int) -> tuple[bytes, str] | None:
        """Return a raster tile.

        Parameters
        ----------
        z, x, y
            Zoom, column from the west, row from the north.

        Returns
        -------
        tile
            Bytes and media type; None outside the map, or where the tile is no raster.
        """
        first, last = self.zooms
        if not first <= z <= last or not (0 <= x < 2**z and 0 <= y < 2**z):
            return None
        content = self.source.read(z, x, y)
        if content is None:
            return None
        media = next((name for start, name in _MEDIA if content.startswith(start)), None)
        return None if media is None else (content, media)


@lru_cache(maxsize=2)
def open_basemap(path: str) -> Basemap:
    """Open a base map.

    Parameters
    ----------
    path
        MBTiles or PMTiles file, or folder of ``z/x/y.png`` (or jpg, webp).

    Returns
    -------
    basemap
        Kept open for the life of the process.

    Raises
    ------
    InputError
        If there is no such file, or it is no such map.
    """
    opened = _opened(Path(path).expanduser())
    if opened is None:
        raise InputError(
            Message("basemap.refused", {"path": path}), where=ENVIRONMENT,
            repair=Message("basemap.repair"),
        )  # fmt: skip
    return opened


def _opened(place: Path) -> Basemap | None:
    try:
        if place.is_dir():
            return _folder(place)
        with place.open("rb") as file:
            start = file.read(16)
        if start.startswith(b"PMTiles"):
            return _pmtiles(place)
        if start.startswith(b"SQLite format 3"):
            return _mbtiles(place)
    except (OSError, ValueError, KeyError, struct.error, sqlite3.Error, EOFError):
        return None
    return None


@dataclass(frozen=True)
class _Folder:
    root: Path

    def read(self, z: int, x: int, y: int) -> bytes | None:
        for suffix in _SUFFIXES:
            file = self.root / str(z) / str(x) / f"{y}{suffix}"
            if file.is_file() and file.resolve().is_relative_to(self.root):
                return file.read_bytes()
        return None


def _folder(place: Path) -> Basemap:
    root = place.resolve()
    zooms = [int(entry.name) for entry in root.iterdir() if entry.name.isdecimal()]
    return Basemap(_Folder(root), (min(zooms), max(zooms)))


@dataclass(frozen=True)
class _MBTiles:
    address: str

    def read(self, z: int, x: int, y: int) -> bytes | None:
        # A connection belongs to one thread; opening one is cheap beside the answer.
        with closing(sqlite3.connect(self.address, uri=True)) as file:
            row = file.execute(
                "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? "
                "AND tile_row = ?",
                (z, x, 2**z - 1 - y),
            ).fetchone()
        return None if row is None else bytes(row[0])


def _mbtiles(place: Path) -> Basemap:
    address = f"{place.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as file:
        first, last = file.execute("SELECT MIN(zoom_level), MAX(zoom_level) FROM tiles").fetchone()
        known = dict(file.execute("SELECT name, value FROM metadata").fetchall())
    if first is None or str(known.get("format", "png")) == "pbf":
        raise ValueError(place)
    return Basemap(_MBTiles(address), (int(first), int(last)), _plain(known.get("attribution")))


@dataclass(frozen=True)
class _PMTiles:
    place: Path
    root: tuple[int, int]
    leaves: int
    tiles: int
    zipped: bool

    def read(self, z: int, x: int, y: int) -> bytes | None:
        wanted = tile_id(z, x, y)
        at, length = self.root
        with self.place.open("rb") as file:
            for _ in range(_DEPTH):
                entry = _entry(_directory(_part(file, at, length), zipped=self.zipped), wanted)
                if entry is None:
                    return None
                _, offset, length, run = entry
                if run:
                    return _part(file, self.tiles + offset, length)
                at = self.leaves + offset
        return None


def _pmtiles(place: Path) -> Basemap:
    with place.open("rb") as file:
        header = _HEADER.unpack(file.read(_HEADER.size))
        (_, version, root, root_length, about, about_length, leaves, _, tiles, *_, internal, packed,
         kind, first, last) = header  # fmt: skip
        # Version 3; directories plain or gzip; tiles as they are; PNG, JPEG, WebP.
        if version != 3 or internal not in {1, 2} or packed != 1 or kind not in {2, 3, 4}:
            raise ValueError(place)
        text = _part(file, about, about_length)
    known = json.loads(gzip.decompress(text) if internal == 2 else text) if text else {}
    source = _PMTiles(place, (root, root_length), leaves, tiles, internal == 2)
    return Basemap(source, (first, last), _plain(known.get("attribution")))


def _part(file: BinaryIO, at: int, length: int) -> bytes:
    if length > _LONGEST:
        raise ValueError(length)
    file.seek(at)
    return file.read(length)


def _directory(content: bytes, *, zipped: bool) -> list[tuple[int, int, int, int]]:
    """Return (tile, offset, length, run) of each entry; a run of 0 is a directory below."""
    numbers = _numbers(gzip.decompress(content) if zipped else content)
    count = next(numbers)
    tiles, at = [], 0
    for _ in range(count):
        at += next(numbers)
        tiles.append(at)
    runs = [next(numbers) for _ in range(count)]
    lengths = [next(numbers) for _ in range(count)]
    offsets: list[int] = []
    for i in range(count):
        offset = next(numbers)
        # 0: right behind the entry before.
        offsets.append(offset - 1 if offset else offsets[i - 1] + lengths[i - 1])
    return list(zip(tiles, offsets, lengths, runs, strict=True))


def _numbers(content: bytes) -> Iterator[int]:
    """Decode numbers of seven bits a byte, the lowest first."""
    number = shift = 0
    for byte in content:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            yield number
            number = shift = 0


def _entry(
    entries: Sequence[tuple[int, int, int, int]], wanted: int
) -> tuple[int, int, int, int] | None:
    """Return the last entry that begins at or before a tile, if it holds it."""
    at = bisect.bisect_right(entries, wanted, key=lambda entry: entry[0]) - 1
    if at < 0:
        return None
    first, _, _, run = entries[at]
    return entries[at] if run == 0 or wanted < first + run else None


def tile_id(z: int, x: int, y: int) -> int:
    """Return the number of a tile: zooms one after the other, each along a Hilbert curve.

    Parameters
    ----------
    z, x, y
        Zoom, column from the west, row from the north.

    Returns
    -------
    number
        0 for the world in one tile.

    Examples
    --------
    >>> [tile_id(0, 0, 0), tile_id(1, 0, 0), tile_id(1, 1, 0), tile_id(2, 0, 0)]
    [0, 1, 4, 5]
    """
    number: int = (4**z - 1) // 3
    side = 2 ** (z - 1) if z else 0
    while side:
        right, low = bool(x & side), bool(y & side)
        number += side * side * ((3 * right) ^ low)
        if not low:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        side //= 2
    return number


def _plain(text: object) -> str:
    """Return a credit without its markup."""
    return re.sub(r"<[^>]*>", "", str(text or "")).strip()[:200]

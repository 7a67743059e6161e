"""Elevation as web map tiles: MBTiles, PMTiles and zipped folders of z/x/y pictures.

Their colours are heights, as terrain-RGB or terrarium; which of the two is decided by the heights
that result. Of several levels the finest is read. A place without a tile, a transparent pixel and
a black one (−32,768 m or −10,000 m) are unknown.

References
----------
MBTiles 1.3; PMTiles 3; Mapbox Terrain-RGB v1; Tilezen joerd, formats.md (terrarium).
"""

from __future__ import annotations

import gzip
import io
import itertools
import json
import mmap
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from data.wording.catalogue import Message
from geo.errors import DataError

#: Value of unknown heights in what is made of tiles.
VOID = -32_768.0
#: Side of the square of web Mercator [m].
_WORLD_M = 2 * 20_037_508.342789244
#: Sides of tiles [pixel], and the most bytes that one has.
_SIDES, _TILE_BYTES = (256, 512, 1024), 8 << 20
#: Even tiles of the sea take so many bytes each, with their place in the directory.
_BYTES_PER_TILE, _FEW_TILES, _MOST_ZOOM = 32, 1_000, 22
#: Tiles that are looked at for the meaning of their colours.
_LOOKED_AT = 24
_PLACE = re.compile(r"(?:^|/)(\d{1,2})/(\d{1,7})/(\d{1,7})(?:@2x)?\.(?:png|webp)$", re.IGNORECASE)
#: Files of a folder that say that rows count from the south.
_FROM_SOUTH = ("tilemapresource.xml",)
_DESCRIPTIONS = ("metadata.json", "tile.json", "tilejson.json", "tiles.json")
#: Errors of the libraries for a container or a picture that is damaged.
_DAMAGED = (
    sqlite3.Error, zipfile.BadZipFile, ValueError, KeyError, IndexError, EOFError, OSError,
    OverflowError, RecursionError, TypeError, SyntaxError, NotImplementedError,
)  # fmt: skip

Place = tuple[int, int, int]
Heights = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TerrainTiles:
    """The finest level of a pyramid.

    Attributes
    ----------
    encoding
        ``terrain-RGB`` or ``terrarium``.
    zoom, levels
        The level that is read, and all that there are.
    side
        Of a tile [pixel].
    west, north, east, south
        First and last column and row of tiles, inclusive.
    count
        Tiles of the level.
    """

    encoding: str
    zoom: int
    levels: tuple[int, ...]
    side: int
    west: int
    north: int
    east: int
    south: int
    count: int

    @property
    def width(self) -> int:
        """Columns of cells."""
        return (self.east - self.west + 1) * self.side

    @property
    def height(self) -> int:
        """Rows of cells."""
        return (self.south - self.north + 1) * self.side

    @property
    def cell_m(self) -> float:
        """Side of a cell in web Mercator [m]."""
        return _WORLD_M / (1 << self.zoom) / self.side

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in EPSG:3857 [m]."""
        tile = _WORLD_M / (1 << self.zoom)
        half = _WORLD_M / 2
        return (
            self.west * tile - half, half - (self.south + 1) * tile,
            (self.east + 1) * tile - half, half - self.north * tile,
        )  # fmt: skip

    @property
    def remark(self) -> Message:
        """What was read, and where a tile is missing."""
        places = (self.east - self.west + 1) * (self.south - self.north + 1)
        said = {
            "encoding": self.encoding, "zoom": self.zoom, "lowest": min(self.levels),
            "tiles": self.count, "missing": places - self.count,
        }  # fmt: skip
        return Message("reader.tiles", said)


def is_folder(names: Iterable[str]) -> bool:
    """Test whether the files of an archive are map tiles by their paths.

    Parameters
    ----------
    names
        Paths inside the archive.

    Returns
    -------
    folder
        True if at least half are z/x/y pictures.

    Examples
    --------
    >>> is_folder(["a/7/100/54.png", "a/metadata.json"]), is_folder(["a/b.png"])
    (True, False)
    """
    found = [bool(_PLACE.search(name)) for name in names]
    return 2 * sum(found) >= max(1, len(found)) and any(found)


def is_wanted(name: str) -> bool:
    """Test whether a file of a folder of tiles is read.

    Parameters
    ----------
    name
        Path inside the folder, with slashes.

    Returns
    -------
    wanted
        True for pictures and for what describes them.
    """
    last = name.rpartition("/")[2].lower()
    return bool(_PLACE.search(name)) or last in (*_FROM_SOUTH, *_DESCRIPTIONS)


def describe(path: Path, name: str) -> TerrainTiles:
    """Describe the finest level of a container of tiles.

    Parameters
    ----------
    path
        MBTiles, PMTiles or a zip.
    name
        File name, for messages.

    Returns
    -------
    tiles
        Their meaning and extent.

    Raises
    ------
    DataError
        If the container is damaged, or its pictures are no heights.
    """
    with _opened(path, name) as (places, read):
        return _described(places, read, name)


def write(path: Path, target: Path, name: str) -> None:
    """Write the heights of the finest level into a GeoTIFF in EPSG:3857.

    Parameters
    ----------
    path
        MBTiles, PMTiles or a zip.
    target
        File to write.
    name
        File name, for messages.

    Raises
    ------
    DataError
        If the container is damaged, or its pictures are no heights.
    """
    import rasterio
    from rasterio.transform import from_origin
    from rasterio.windows import Window

    with _opened(path, name) as (places, read):
        tiles = _described(places, read, name)
        west, _, _, north = tiles.bounds
        with rasterio.open(
            target, "w", driver="GTiff", width=tiles.width, height=tiles.height, count=1,
            dtype="float32", nodata=VOID, crs="EPSG:3857", tiled=True, blockxsize=tiles.side,
            blockysize=tiles.side, compress="zstd", bigtiff="if_safer", sparse_ok=True,
            transform=from_origin(west, north, tiles.cell_m, tiles.cell_m),
        ) as made:  # fmt: skip
            for (zoom, x, y), which in places.items():
                if zoom != tiles.zoom:
                    continue
                colours = _colours(read(which), name, side=tiles.side)
                left, top = (x - tiles.west) * tiles.side, (y - tiles.north) * tiles.side
                window = Window(left, top, tiles.side, tiles.side)
                made.write(_heights(colours, tiles.encoding), 1, window=window)


@contextmanager
def _opened(path: Path, name: str) -> Iterator[tuple[dict[Place, Any], Callable[[Any], bytes]]]:
    """Yield z, x, y → handle of a tile, and what reads one."""
    with path.open("rb") as stream:
        head = stream.read(7)
    opener = _zip if head.startswith(b"PK") else _pmtiles if head == b"PMTiles" else _mbtiles
    try:
        with opener(path) as (places, read):
            yield places, read
    except _DAMAGED as error:
        raise DataError(
            Message("reader.tiles_damaged.what"), where=name,
            repair=Message("reader.tiles_damaged.repair"),
        ) from error  # fmt: skip


@contextmanager
def _zip(path: Path) -> Iterator[tuple[dict[Place, Any], Callable[[Any], bytes]]]:
    with zipfile.ZipFile(path) as archive:

        def read(info: zipfile.ZipInfo) -> bytes:
            with archive.open(info) as stream:
                return stream.read(_TILE_BYTES)

        places, from_south = {}, False
        for info in archive.infolist():
            last = info.filename.rpartition("/")[2].lower()
            if numbers := _PLACE.search(info.filename):
                zoom, x, y = map(int, numbers.groups())
                places[zoom, x, y] = info
            elif last in _FROM_SOUTH:
                from_south = True
            elif last in _DESCRIPTIONS:
                said = json.loads(read(info))
                from_south = isinstance(said, Mapping) and said.get("scheme") == "tms"
        found = (
            ((zoom, x, 2**zoom - 1 - y if from_south else y), info)
            for (zoom, x, y), info in places.items()
        )
        yield _counted(path, found), read


@contextmanager
def _mbtiles(path: Path) -> Iterator[tuple[dict[Place, Any], Callable[[Any], bytes]]]:
    """Yield the tiles of an SQLite file; its rows count from the south."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as base:
        base.execute("PRAGMA trusted_schema = OFF")
        base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _TILE_BYTES)
        keys = base.execute("SELECT zoom_level, tile_column, tile_row FROM tiles")

        def read(which: Place) -> bytes:
            found = base.execute(
                "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? "
                "AND tile_row = ?", which,
            ).fetchone()  # fmt: skip
            return bytes(found[0])

        found = (((z, x, 2 ** min(z, 30) - 1 - y), (z, x, y)) for z, x, y in keys)
        yield _counted(path, found), read


@contextmanager
def _pmtiles(path: Path) -> Iterator[tuple[dict[Place, Any], Callable[[Any], bytes]]]:
    from pmtiles.reader import traverse
    from pmtiles.tile import Compression, deserialize_header

    with path.open("rb") as stream:
        content = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))

    def part(offset: int, length: int) -> memoryview:
        return content[offset : offset + length]

    header = deserialize_header(part(0, 127))
    packed = header["tile_compression"] == Compression.GZIP

    def read(which: memoryview) -> bytes:
        if not packed:
            return bytes(which[:_TILE_BYTES])
        with gzip.open(io.BytesIO(which)) as stream:
            return stream.read(_TILE_BYTES)

    found = traverse(part, header, header["root_offset"], header["root_length"])  # type: ignore[no-untyped-call]  # the package types its other module only
    yield _counted(path, found), read


def _counted(path: Path, found: Iterable[tuple[Place, Any]]) -> dict[Place, Any]:
    """Return the places of tiles; refuse more than there can be, and places outside the world."""
    most = max(_FEW_TILES, path.stat().st_size // _BYTES_PER_TILE)
    places = {}
    for place, which in itertools.islice(found, most + 1):
        zoom, x, y = place
        if not (0 <= zoom <= _MOST_ZOOM and 0 <= x < 2**zoom and 0 <= y < 2**zoom):
            raise ValueError("a tile outside the world")
        places[place] = which
    if not 0 < len(places) <= most:
        raise ValueError("no tiles, or too many")
    return places


def _described(
    places: Mapping[Place, Any], read: Callable[[Any], bytes], name: str
) -> TerrainTiles:
    levels = tuple(sorted({zoom for zoom, _, _ in places}))
    finest = sorted(place for place in places if place[0] == levels[-1])
    columns, rows = [x for _, x, _ in finest], [y for _, _, y in finest]
    side, encoding = 0, ""
    for place in finest[:: max(1, len(finest) // _LOOKED_AT)]:
        colours = _colours(read(places[place]), name, side=side)
        side, encoding = colours.shape[0], _encoding(colours, name)
        if encoding:
            break
    if not encoding:
        _refuse_colours(name)
    return TerrainTiles(
        encoding, levels[-1], levels, side, min(columns), min(rows), max(columns), max(rows),
        len(finest),
    )  # fmt: skip


def _colours(content: bytes, name: str, *, side: int = 0) -> NDArray[np.uint8]:
    """Return the pixels of a tile as red, green, blue and opacity."""
    from PIL import Image

    with Image.open(io.BytesIO(content), formats=("PNG", "WEBP")) as picture:
        width, height = picture.size
        if width != height or width not in ((side,) if side else _SIDES):
            raise DataError(
                Message("reader.tiles_size.what", {"width": width, "height": height}),
                where=name, repair=Message("reader.tiles_size.repair"),
            )  # fmt: skip
        return np.asarray(picture.convert("RGBA"))


def _encoding(colours: NDArray[np.uint8], name: str) -> str:
    """Return the encoding that gives heights of land; empty where every pixel is unknown."""
    from data.elevation.tile import HIGHEST_M, LOWEST_M

    for encoding in ("terrarium", "terrain-RGB"):
        heights = _heights(colours, encoding)
        known = heights[heights != VOID]
        if not known.size:
            return ""
        if ((known >= LOWEST_M) & (known <= HIGHEST_M)).mean() > 0.5:
            return encoding
    return _refuse_colours(name)


def _heights(colours: NDArray[np.uint8], encoding: str) -> Heights:
    """Return heights [m]; unknown ones are :data:`VOID`."""
    red, green, blue = (colours[..., i].astype(np.float64) for i in range(3))
    if encoding == "terrarium":
        heights = red * 256 + green + blue / 256 - 32_768
    else:
        heights = (red * 65_536 + green * 256 + blue) / 10 - 10_000
    unknown = (colours[..., 3] == 0) | ~colours[..., :3].any(axis=-1)
    return np.where(unknown, VOID, heights).astype(np.float32)


def _refuse_colours(name: str) -> NoReturn:
    raise DataError(
        Message("reader.tiles_colours.what"), where=name,
        repair=Message("reader.tiles_colours.repair"),
    )  # fmt: skip

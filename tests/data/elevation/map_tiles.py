"""Elevation as map tiles of every container, made of one slope."""

from __future__ import annotations

import io
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ZOOM, SIDE = 10, 256
#: North-western tile of four from 102.30° E, 26.11° N to the south-east.
FIRST = (803, 435)
WORLD_M = 2 * 20_037_508.342789244
#: In each tile these cells are unknown.
HOLE = (slice(40, 50), slice(60, 70))
Colours = NDArray[np.uint8]


def height_at(x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the slope [m]: a metre for 40 m to the east, and for 20 m to the north."""
    rise: NDArray[np.float64] = 1500 + (x_m - 11_370_000) / 40 + (y_m - 2_970_000) / 20
    return rise


def terrarium(heights: NDArray[np.float64]) -> Colours:
    """Return the colours of heights; NaN is black."""
    value = np.where(np.isnan(heights), 0, np.round((heights + 32_768) * 256)).astype(np.int64)
    return np.stack([value >> 16, value >> 8 & 255, value & 255], axis=-1).astype(np.uint8)


def terrain_rgb(heights: NDArray[np.float64]) -> Colours:
    """Return the colours of heights; NaN is black."""
    value = np.where(np.isnan(heights), 0, np.round((heights + 10_000) * 10)).astype(np.int64)
    return np.stack([value >> 16, value >> 8 & 255, value & 255], axis=-1).astype(np.uint8)


def picture(colours: Colours, form: str = "PNG") -> bytes:
    """Return an image file."""
    buffer = io.BytesIO()
    Image.fromarray(colours).save(buffer, form, lossless=True)
    return buffer.getvalue()


def tiles(paint: Callable[[NDArray[np.float64]], Colours]) -> dict[tuple[int, int, int], bytes]:
    """Return z, x, y (from the north) → picture: four tiles of the slope, and one above them."""
    step = WORLD_M / 2**ZOOM / SIDE
    made = {}
    for column in range(2):
        for row in range(2):
            x, y = FIRST[0] + column, FIRST[1] + row
            east = (x * SIDE + np.arange(SIDE) + 0.5) * step - WORLD_M / 2
            north = WORLD_M / 2 - (y * SIDE + np.arange(SIDE) + 0.5) * step
            heights = height_at(*np.meshgrid(east, north))
            heights[HOLE] = np.nan
            made[ZOOM, x, y] = picture(paint(heights), "WEBP" if column else "PNG")
    coarse = np.full((SIDE, SIDE), 900.0)
    made[ZOOM - 1, FIRST[0] // 2, FIRST[1] // 2] = picture(paint(coarse))
    return made


def small() -> dict[tuple[int, int, int], bytes]:
    """Return one tile of a plain at 1,500 m."""
    return {(ZOOM, *FIRST): picture(terrarium(np.full((SIDE, SIDE), 1500.0)))}


def folder(made: dict[tuple[int, int, int], bytes], root: Path) -> Path:
    """Write tiles as z/x/y.png."""
    for (z, x, y), content in made.items():
        path = root / f"{z}/{x}/{y}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def zipped(made: dict[tuple[int, int, int], bytes], *, tms: bool = False) -> bytes:
    """Return a zip of z/x/y.png; with ``tms`` its rows count from the south, as it says."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for (z, x, y), content in made.items():
            archive.writestr(f"dem/{z}/{x}/{2**z - 1 - y if tms else y}.png", content)
        if tms:
            archive.writestr("dem/metadata.json", '{"scheme": "tms"}')
    return buffer.getvalue()


def mbtiles(made: dict[tuple[int, int, int], bytes]) -> bytes:
    """Return an SQLite file whose tiles are a view, as usual."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "a.mbtiles"
        with closing(sqlite3.connect(path)) as base, base:
            base.execute("CREATE TABLE map (zoom_level, tile_column, tile_row, tile_id)")
            base.execute("CREATE TABLE images (tile_id, tile_data)")
            base.execute(
                "CREATE VIEW tiles AS SELECT zoom_level, tile_column, tile_row, tile_data "
                "FROM map JOIN images USING (tile_id)"
            )
            for number, ((z, x, y), content) in enumerate(made.items()):
                base.execute("INSERT INTO map VALUES (?, ?, ?, ?)", (z, x, 2**z - 1 - y, number))
                base.execute("INSERT INTO images VALUES (?, ?)", (number, content))
        return path.read_bytes()


def pmtiles(made: dict[tuple[int, int, int], bytes]) -> bytes:
    """Return a PMTiles 3 file."""
    from pmtiles.tile import Compression, TileType, zxy_to_tileid
    from pmtiles.writer import Writer

    buffer = io.BytesIO()
    writer = Writer(buffer)
    for number, content in sorted((zxy_to_tileid(*place), one) for place, one in made.items()):
        writer.write_tile(number, content)
    writer.finalize(
        {
            "tile_type": TileType.PNG, "tile_compression": Compression.NONE,
            "min_zoom": ZOOM - 1, "max_zoom": ZOOM,
        },
        {},
    )  # fmt: skip
    return buffer.getvalue()

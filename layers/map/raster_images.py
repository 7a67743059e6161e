"""Rasters as pictures for the map: received power by class, best server; unknown is hatched.

A picture is an indexed PNG whose rows are evenly spaced in Mercator, as the map stretches it
between its corners. Nothing is interpolated: each pixel shows one cell.
"""

from __future__ import annotations

import itertools
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import InputError
from layers.map.palette import PALETTE

#: Lower limits of the power classes, strongest first [dBm]: the grades of field measurement in
#: China, −85 / −95 / −105 / −115; weak coverage in published reports is below −105.
POWER_LIMITS_DBM = (-85.0, -95.0, -105.0, -115.0)
#: Colour and opacity per power class: shades of covered at or above −105 dBm, of uncovered below,
#: nearly clear where there is no service.
POWER_LOOKS = (
    ("#0B4F44", 1.0),
    ("#2E9C86", 1.0),
    ("#A5DCCF", 1.0),
    ("#C79A6B", 1.0),
    ("#7A3E00", 0.35),
)
#: Hatch of what is not predicted, on light and dark ground alike.
UNKNOWN = PALETTE["unknown"][0]
#: Okabe and Ito (2008): the eight sites that serve most cells; all others share the last.
SERVER_COLOURS = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#332288",
)  # fmt: skip
OTHER_SERVER = "#c9b79c"
#: Sites within 10 dB of the best, from these numbers on: many that compete disturb each other.
SERVER_STEPS = (1, 2, 3, 5, 8)
#: Cividis (Nuñez, Anderton and Renslow, 2018): ordered, also for the colour-blind.
_COUNT_COLOURS = ("#c9d3dc", "#7b9acc", "#3b5f8a", "#8a7a4a", "#e0b53a")

Bounds = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Picture:
    """A raster as the map draws it.

    Attributes
    ----------
    content
        PNG with a palette; transparent where nothing was asked.
    bounds
        (south, west), (north, east) [°].
    rows
        Rows of the legend: ``colour``, ``text`` and ``hatch``.
    """

    content: bytes
    bounds: Bounds
    rows: tuple[dict[str, Any], ...]


def power_classes(rsrp_dBm: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """Return the class of each power: 0 strongest; a limit belongs to the class above it.

    Parameters
    ----------
    rsrp_dBm
        Power per resource element [dBm], any shape.

    Returns
    -------
    classes
        Class of each power, in the same shape.

    Examples
    --------
    >>> power_classes(np.array([-60.0, -85.0, -100.0, -105.1, -140.0])).tolist()
    [0, 0, 2, 3, 4]
    """
    limits = -np.asarray(POWER_LIMITS_DBM)
    found: NDArray[np.uint8] = np.searchsorted(limits, -rsrp_dBm, side="left").astype(np.uint8)
    return found


def power_picture(
    rsrp_dBm: NDArray[np.floating[Any]],
    asked: NDArray[np.bool_],
    bounds: Bounds,
    *,
    unknown: str,
) -> Picture:
    """Return received power by class.

    Parameters
    ----------
    rsrp_dBm
        (rows, cols) power per resource element [dBm], northernmost row first; NaN is unknown.
    asked
        (rows, cols) whether a cell belongs to the answer; the others stay transparent.
    bounds
        Outer edges of the cells, (south, west), (north, east) [°].
    unknown
        What the legend says of cells without a prediction.

    Returns
    -------
    picture
        Image, box and rows of the legend.

    Raises
    ------
    InputError
        If the shapes differ or the raster is empty.
    """
    known = np.isfinite(rsrp_dBm)
    codes = power_classes(np.where(known, rsrp_dBm, 0.0))
    rows = [
        {"colour": colour, "text": text}
        for (colour, _), text in zip(POWER_LOOKS, _power_texts(), strict=True)
    ]
    return _picture(codes, known, asked, bounds, looks=POWER_LOOKS, rows=rows, unknown=unknown)


def server_picture(
    server: NDArray[np.integer[Any]],
    asked: NDArray[np.bool_],
    bounds: Bounds,
    *,
    names: Sequence[str],
    words: tuple[str, str],
) -> Picture:
    """Return which site serves each cell best.

    Parameters
    ----------
    server
        (rows, cols) index into ``names``; negative is unknown.
    asked, bounds
        As in :func:`power_picture`.
    names
        Name of each site for the legend.
    words
        What the legend says of the sites beyond the eighth, and of unknown cells.

    Returns
    -------
    picture
        Image, box and rows of the legend.

    Raises
    ------
    InputError
        If the shapes differ or the raster is empty.
    """
    known = server >= 0
    cells = np.bincount(server[known & asked], minlength=len(names))
    order = np.argsort(-cells, kind="stable")[: int((cells > 0).sum())]
    rank = np.full(len(names) + 1, len(SERVER_COLOURS), np.uint8)
    first = order[: len(SERVER_COLOURS)]
    rank[first] = np.arange(len(first))
    rows = [{"colour": SERVER_COLOURS[i], "text": names[s]} for i, s in enumerate(first)]
    if len(order) > len(first):
        rows.append({"colour": OTHER_SERVER, "text": words[0]})
    looks = [*((colour, 1.0) for colour in SERVER_COLOURS), (OTHER_SERVER, 1.0)]
    codes = rank[np.where(known, server, len(names))]
    return _picture(codes, known, asked, bounds, looks=looks, rows=rows, unknown=words[1])


def count_picture(
    servers: NDArray[np.integer[Any]], asked: NDArray[np.bool_], bounds: Bounds, *, unknown: str
) -> Picture:
    """Return how many sites are within 10 dB of the best.

    Parameters
    ----------
    servers
        (rows, cols) number; negative is unknown, 0 is none and not drawn.
    asked, bounds, unknown
        As in :func:`power_picture`.

    Returns
    -------
    picture
        Image, box and rows of the legend.

    Raises
    ------
    InputError
        If the shapes differ or the raster is empty.
    """
    steps = np.asarray(SERVER_STEPS)
    codes = np.maximum(np.searchsorted(steps, servers, side="right") - 1, 0).astype(np.uint8)
    ends = [
        f"{low}" if high == low + 1 else f"{low}–{high - 1}"
        for low, high in itertools.pairwise(SERVER_STEPS)
    ]
    texts = [*ends, f"≥ {SERVER_STEPS[-1]}"]
    rows = [{"colour": colour, "text": text}
            for colour, text in zip(_COUNT_COLOURS, texts, strict=True)]  # fmt: skip
    looks = [(colour, 1.0) for colour in _COUNT_COLOURS]
    known, asked = servers >= 0, asked & (servers != 0)
    return _picture(codes, known, asked, bounds, looks=looks, rows=rows, unknown=unknown)


def many_servers_picture(
    server: NDArray[np.integer[Any]], asked: NDArray[np.bool_], bounds: Bounds, *,
    words: tuple[str, str],
) -> Picture:  # fmt: skip
    """Return where the best server changes, of more sites than there are colours.

    Parameters
    ----------
    server
        (rows, cols) number of the site; negative is unknown.
    asked, bounds
        As in :func:`power_picture`.
    words
        What the legend says of the colours, and of unknown cells.

    Returns
    -------
    picture
        Image, box and rows of the legend.

    Raises
    ------
    InputError
        If the shapes differ or the raster is empty.
    """
    known = server >= 0
    # Neighbours have numbers that follow each other: a multiplier parts their colours.
    codes = (np.where(known, server, 0).astype(np.int64) * 5 % len(SERVER_COLOURS)).astype(np.uint8)
    rows = [{"colour": SERVER_COLOURS[0], "text": words[0]}]
    looks = [(colour, 1.0) for colour in SERVER_COLOURS]
    return _picture(codes, known, asked, bounds, looks=looks, rows=rows, unknown=words[1])


def _power_texts() -> list[str]:
    limits = [f"{limit:.0f}".replace("-", "−") for limit in POWER_LIMITS_DBM]
    between = [f"{low} … {high}" for high, low in itertools.pairwise(limits)]
    return [f"≥ {limits[0]}", *between, f"< {limits[-1]}"]


def _picture(  # noqa: PLR0913  one picture, its masks and its legend
    codes: NDArray[np.uint8],
    known: NDArray[np.bool_],
    asked: NDArray[np.bool_],
    bounds: Bounds,
    *,
    looks: Sequence[tuple[str, float]],
    rows: Sequence[dict[str, Any]],
    unknown: str,
) -> Picture:
    if codes.shape != asked.shape or codes.ndim != 2 or not codes.size:
        raise InputError("map.shapes", shape=codes.shape, shape_2=asked.shape)
    clear, hatch = len(looks), len(looks) + 1
    stripes = np.add.outer(np.arange(codes.shape[0]), np.arange(codes.shape[1])) // 3 % 2 == 0
    drawn = np.where(known, codes, np.where(stripes, hatch, clear))
    drawn = np.where(asked, drawn, clear).astype(np.uint8)
    palette = [*(_rgba(*look) for look in looks), (0, 0, 0, 0), _rgba(UNKNOWN, 1.0)]
    legend = list(rows)
    if (asked & ~known).any():
        legend.append({"colour": UNKNOWN, "text": unknown, "hatch": PALETTE["unknown-ground"][0]})
    return Picture(_png(_mercator(drawn, bounds), palette), bounds, tuple(legend))


def _mercator(codes: NDArray[np.uint8], bounds: Bounds) -> NDArray[np.uint8]:
    """Return the rows at even steps of Mercator's northing, nearest cell each."""
    count = codes.shape[0]
    (south, _), (north, _) = bounds
    y_south, y_north = (np.arctanh(np.sin(np.radians(lat))) for lat in (south, north))
    y = y_north + (np.arange(count) + 0.5) / count * (y_south - y_north)
    lat = np.degrees(np.arcsin(np.tanh(y)))
    row = np.clip(((north - lat) / (north - south) * count).astype(np.int64), 0, count - 1)
    found: NDArray[np.uint8] = codes[row]
    return found


def _rgba(colour: str, opacity: float) -> tuple[int, int, int, int]:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue, round(255 * opacity)


def _png(codes: NDArray[np.uint8], palette: Sequence[tuple[int, int, int, int]]) -> bytes:
    """Return an indexed PNG (W3C PNG specification, third edition, colour type 3)."""
    height, width = codes.shape
    # Every line begins with its filter: 0, none.
    lines = np.concatenate([np.zeros((height, 1), np.uint8), codes], axis=1).tobytes()
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = (
        (b"IHDR", head),
        (b"PLTE", bytes(part for entry in palette for part in entry[:3])),
        (b"tRNS", bytes(entry[3] for entry in palette)),
        (b"IDAT", zlib.compress(lines, 6)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )

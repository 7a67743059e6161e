"""Download of the Copernicus DEM: the tiles of a province, checked.

The model is free to use with its credit line (:data:`data.elevation.products.COPERNICUS_CREDIT`),
which travels with the provenance of every grid. The network is used only on
request of the planner.
"""

from __future__ import annotations

import math
import os
import shutil
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from data.atomic import atomic_path, storage_errors
from data.elevation.tile import ROWS, opened
from data.wording.catalogue import Message
from geo.errors import DataError, InputError, StorageError
from geo.sentence import Sentence

#: Environment variable with the address of the tiles.
ENVIRONMENT = "TONGCUN_DEM_URL"
#: Where the tiles lie: the public buckets of the Registry of Open Data on AWS. ``{resolution}`` is
#: 30 or 90; a mirror has the same folders below its own address.
DEFAULT_URL = "https://copernicus-dem-{resolution}m.s3.amazonaws.com"
#: Spacing [m] → spacing in tenths of an arc-second, as in the names of the tiles.
RESOLUTIONS = {30: 10, 90: 30}

#: Silence of a server after which the request is repeated [s].
_TIMEOUT_S = 30.0
#: Attempts on each tile, and the pause before the second; each pause is twice the one before [s].
_ATTEMPTS, _PAUSE_S = 4, 1.0
_CHUNK_BYTES = 256 * 1024
#: Answers that another attempt may better.
_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
#: Requests for sizes at a time.
_REQUESTS = 8


@dataclass(frozen=True, slots=True)
class FetchOrder:
    """What to download, and the folder for it.

    Attributes
    ----------
    resolution
        30 or 90 [m].
    folder
        Folder of the tiles; complete ones in it are not downloaded again.
    base_url
        Address of the tiles; empty for ``TONGCUN_DEM_URL``, else the public one.
    timeout_s, pause_s
        Silence after which a request is given up, pause before the second attempt [s].
    """

    resolution: int
    folder: Path
    base_url: str = ""
    timeout_s: float = _TIMEOUT_S
    pause_s: float = _PAUSE_S


@dataclass(frozen=True, slots=True)
class Fetched:
    """Result of a download.

    Attributes
    ----------
    files
        All tiles of the area, downloaded now or before, ordered by name.
    absent
        Names of tiles that the server does not have: open sea.
    downloaded_bytes
        Bytes transferred by this call.
    """

    files: tuple[Path, ...]
    absent: tuple[str, ...]
    downloaded_bytes: int


def tile_names(area: BaseGeometry, resolution: int) -> list[str]:
    """Return the names of the 1° tiles that an area touches, by latitude and longitude.

    Parameters
    ----------
    area
        WGS84 polygon [°].
    resolution
        30 or 90 [m].

    Returns
    -------
    names
        Without the suffix.

    Raises
    ------
    InputError
        If there is no model of that resolution.

    Examples
    --------
    >>> tile_names(shapely.box(102.2, 25.2, 103.4, 25.8), 90)
    ['Copernicus_DSM_COG_30_N25_00_E102_00_DEM', 'Copernicus_DSM_COG_30_N25_00_E103_00_DEM']
    """
    if resolution not in RESOLUTIONS:
        raise InputError(
            "download.resolution", resolution=resolution, known=", ".join(map(str, RESOLUTIONS))
        )
    west, south, east, north = area.bounds
    corners = [
        (lon, lat)
        for lat in range(math.floor(south), math.ceil(north))
        for lon in range(math.floor(west), math.ceil(east))
    ]
    x, y = ([corner[axis] for corner in corners] for axis in (0, 1))
    squares = shapely.box(x, y, [v + 1 for v in x], [v + 1 for v in y])
    touched = shapely.intersects(area, squares)
    return [
        f"Copernicus_DSM_COG_{RESOLUTIONS[resolution]}_{_degrees(lat, 'NS', 2)}_00_"
        f"{_degrees(lon, 'EW', 3)}_00_DEM"
        for (lon, lat), inside in zip(corners, touched, strict=True)
        if inside
    ]


def _degrees(value: int, letters: str, width: int) -> str:
    return f"{letters[value < 0]}{abs(value):0{width}d}"


def fetch(
    area: BaseGeometry,
    order: FetchOrder,
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    report: Callable[[Sentence], None] = lambda _line: None,
) -> Fetched:
    """Download the tiles that an area touches; a tile is saved only if it is complete and readable.

    Parameters
    ----------
    area
        WGS84 polygon [°].
    order
        Resolution, folder and address.
    progress
        Called repeatedly with the bytes done and the bytes in total.
    report
        Called with a line on what will be downloaded, before it begins, and on what the server
        lacks.

    Returns
    -------
    fetched
        Files of the tiles, and what the server does not have.

    Raises
    ------
    InputError
        If there is no such resolution, the address is not a web address, or the server has no tile
        of the area.
    StorageError
        If the server does not answer or refuses, the folder cannot be written to, or the disk has
        no space. What was downloaded is kept: the next call continues from there.
    DataError
        If what the server sends is not an elevation model.
    """
    names = tile_names(area, order.resolution)
    base = _base_url(order)
    with storage_errors(order.folder):
        order.folder.mkdir(parents=True, exist_ok=True)
    missing = [name for name in names if not _is_complete(order.folder / f"{name}.tif")]
    sizes = _sizes(order, base, missing)
    absent = tuple(name for name, size in sizes.items() if size is None)
    wanted = {name: size for name, size in sizes.items() if size is not None}
    total = sum(wanted.values())
    report(
        Message(
            "terminal.dem_tiles",
            {"resolution": order.resolution, "tiles": len(names),
             "here": len(names) - len(missing), "wanted": len(wanted),
             "megabytes": total / 1e6, "absent": len(absent)},
        )
    )  # fmt: skip
    if len(absent) == len(names):
        raise InputError("download.no_tiles", where=base, environment=ENVIRONMENT)
    _check_space(order.folder, total)
    done = 0
    for name in wanted:
        done += _download(
            order, _url(base, name), order.folder / f"{name}.tif",
            partial(_forward, progress, done, total),
        )  # fmt: skip
    files = tuple(order.folder / f"{name}.tif" for name in names if name not in absent)
    return Fetched(files, absent, done)


def _forward(progress: Callable[[int, int], None], before: int, total: int, part: int) -> None:
    progress(before + part, total)


def _base_url(order: FetchOrder) -> str:
    chosen = order.base_url or os.environ.get(ENVIRONMENT) or DEFAULT_URL
    base = chosen.replace("{resolution}", str(order.resolution)).rstrip("/")
    if urllib.parse.urlsplit(base).scheme not in ("http", "https"):
        raise InputError("download.address", base=base)
    return base


def _url(base: str, name: str) -> str:
    return f"{base}/{name}/{name}.tif"


def _sizes(order: FetchOrder, base: str, names: Sequence[str]) -> dict[str, int | None]:
    """Return the size of each tile [byte], 0 where the server does not say, None where it has none.

    The first request is sent alone: a server that does not answer is found at once.
    """
    found = {name: _size(order, _url(base, name)) for name in names[:1]}
    pool = ThreadPoolExecutor(_REQUESTS)
    try:
        rest = pool.map(lambda name: _size(order, _url(base, name)), names[1:])
        found |= dict(zip(names[1:], rest, strict=True))
    finally:
        pool.shutdown(cancel_futures=True)
    return found


def _size(order: FetchOrder, url: str) -> int | None:
    def size() -> int:
        with _response(order, url, "HEAD") as answer:
            return int(answer.headers.get("Content-Length") or 0)

    try:
        return _tried(order, url, size)
    except _AbsentError:
        return None


def _download(order: FetchOrder, url: str, target: Path, progress: Callable[[int], None]) -> int:
    """Download one tile, whole and readable or not at all; return its size [byte]."""

    def get() -> int:
        with atomic_path(target) as part, _response(order, url, "GET") as answer:
            size = _copy(answer, part, progress)
            _check_raster(part, url)
            return size

    try:
        return _tried(order, url, get)
    except _AbsentError as error:
        raise StorageError("download.gone", where=url) from error


class _BrokenOffError(Exception):
    """The connection or the server failed: the request is repeated."""


class _AbsentError(Exception):
    """The server does not have it."""


def _tried(order: FetchOrder, url: str, call: Callable[[], int]) -> int:
    """Return the result of a call, repeated after failures of the connection."""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(order.pause_s * 2 ** (attempt - 1))
        try:
            return call()
        except _BrokenOffError as error:
            problem = str(error)
    raise StorageError(
        "download.incomplete", where=url, attempts=_ATTEMPTS, problem=problem,
        environment=ENVIRONMENT,
    )  # fmt: skip


@contextmanager
def _response(order: FetchOrder, url: str, method: str) -> Iterator[Any]:
    """Yield the answer of a server; its faults and the line's are distinguished."""
    request = urllib.request.Request(url, method=method)  # noqa: S310 — http(s), see _base_url
    try:
        answer = urllib.request.urlopen(request, timeout=order.timeout_s)  # noqa: S310 — the same
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == HTTPStatus.NOT_FOUND:
            raise _AbsentError from error
        if error.code in _PASSING or error.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _BrokenOffError(f"{error.code} {error.reason}") from error
        raise StorageError(
            "download.refused", where=url, status=error.code, reason=error.reason,
            environment=ENVIRONMENT,
        ) from error  # fmt: skip
    except (OSError, HTTPException) as error:
        raise _BrokenOffError(str(getattr(error, "reason", "") or error)) from error
    with answer:
        yield answer


def _copy(answer: Any, part: Path, progress: Callable[[int], None]) -> int:
    """Write an answer to a file piece by piece; return its size [byte]."""
    promised = int(answer.headers.get("Content-Length") or 0)
    done = 0
    with part.open("wb") as stream:
        while True:
            try:
                piece = answer.read(_CHUNK_BYTES)
            except (OSError, HTTPException) as error:
                raise _BrokenOffError(str(error)) from error
            if not piece:
                break
            stream.write(piece)
            done += len(piece)
            progress(done)
    if done < promised or not done:
        raise _BrokenOffError(f"{done:,} of {promised:,} bytes came")
    return done


def _check_raster(path: Path, url: str) -> None:
    """Read every cell once: what is damaged is found now, not when a plan needs it."""
    from rasterio.windows import Window

    try:
        with opened(path) as dataset:
            for top in range(0, dataset.height, ROWS):
                rows = min(ROWS, dataset.height - top)
                dataset.read(1, window=Window(0, top, dataset.width, rows))
    except DataError as error:
        raise DataError("download.no_model", where=url, environment=ENVIRONMENT) from error


def _is_complete(path: Path) -> bool:
    """Return whether a tile is there and readable to its last row."""
    from rasterio.windows import Window

    try:
        with opened(path) as dataset:
            dataset.read(1, window=Window(0, dataset.height - 1, dataset.width, 1))
    except (DataError, StorageError):
        return False
    return True


def _check_space(folder: Path, wanted_bytes: int) -> None:
    with storage_errors(folder):
        free = shutil.disk_usage(folder).free
    if wanted_bytes > free:
        raise StorageError(
            "download.disk", where=str(folder), size=wanted_bytes / 1000000.0, free=free / 1000000.0
        )

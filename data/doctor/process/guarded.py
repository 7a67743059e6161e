"""Read files from outside in a child process with bounded time, memory, files and system calls.

A damaged or hostile file ends that process, not this one: a table of 5 KB makes its reader request
all memory, a view of a GeoPackage never ends. The process has none of this one's environment. Its
result is JSON and Arrow (:mod:`data.doctor.process.exchange`). Nothing is locked while
it works, and a planner may stop it.

On Linux one process is kept that has loaded its libraries and forks for each file
(:mod:`data.doctor.process.child`); elsewhere each file starts one.
"""

from __future__ import annotations

import errno
import json
import logging
import math
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

from data.atomic import storage_errors
from data.doctor.base import FileDescription, ImportChoice, RawTable
from data.doctor.process import exchange
from data.doctor.process.kept import DISK_FULL, OUT_OF_MEMORY, begun
from data.doctor.process.sandbox import Bounds
from data.doctor.reading.limits import MIB, FileLimits
from data.doctor.reading.raster import RasterInfo
from data.doctor.reading.source import LandedFile, Source, landed
from data.doctor.reading.text_document import PROGRESS, DocumentText
from data.wording.catalogue import Message
from data.wording.errors import RefusedFileError, Stopped

#: Processor time that the smallest file may take, and more for each MiB of a file [s].
SECONDS, SECONDS_PER_MIB = 8.0, 2.0
#: The same for the smallest document: 300 pages of a PDF take a quarter of it [s].
DOCUMENT_SECONDS = 60.0
#: Memory that the child may allocate [byte].
MEMORY_BYTES = 1280 * MIB
#: A child that waits is ended after this multiple of its processor time [s/s].
_PATIENCE = 4.0
#: Interval between checks for a stop [s].
_LOOK_S = 0.05

_LOG = logging.getLogger("tongcun")
_AUTOMATIC = ImportChoice()
_USUAL = FileLimits()
Stop = Callable[[], bool]


def never() -> bool:
    """Never stop the work.

    Returns
    -------
    stop
        False.
    """
    return False


def sniff(
    source: Source,
    choice: ImportChoice = _AUTOMATIC,
    *,
    name: str = "",
    limits: FileLimits = _USUAL,
    stop: Stop = never,
) -> FileDescription:
    """Detect how a file would be read.

    Parameters
    ----------
    source
        Path, or the content of an upload.
    choice
        What the planner overrides.
    name
        File name of an upload; of a path, its own.
    limits
        Upper bounds on the size of the file.
    stop
        Returns True to give up.

    Returns
    -------
    description
        Format, encoding, layers and the like.

    Raises
    ------
    DataError
        If the file is empty, damaged, harmful, too large or of no known format.
    InputError
        If a choice does not fit the file.
    StorageError
        If there is no such file.
    Stopped
        If the planner stops it.
    """
    with landed(source, name, limits) as file:
        folder = _done(exchange.Order("sniff", file, choice), stop)
        with _checked(file):
            return exchange.read_description(folder)


def read(
    source: Source,
    choice: ImportChoice = _AUTOMATIC,
    *,
    name: str = "",
    limits: FileLimits = _USUAL,
    stop: Stop = never,
) -> RawTable:
    """Read a file as one table.

    Parameters
    ----------
    source
        Path, or the content of an upload.
    choice
        Settings of the planner; what is unset is detected.
    name
        File name of an upload; of a path, its own.
    limits
        Upper bounds on the size of the file.
    stop
        Returns True to give up.

    Returns
    -------
    table
        Cells as text, or numbers where the format has them; empty cells are missing.

    Raises
    ------
    DataError
        If the file is empty, damaged, harmful, too large, a raster, or of no known format.
    InputError
        If a choice does not fit the file.
    StorageError
        If there is no such file.
    Stopped
        If the planner stops it.
    """
    with landed(source, name, limits) as file:
        folder = _done(exchange.Order("read", file, choice), stop)
        with _checked(file):
            return exchange.read_table(folder, file)


def raster_info(
    source: Source,
    choice: ImportChoice = _AUTOMATIC,
    *,
    name: str = "",
    limits: FileLimits = _USUAL,
    stop: Stop = never,
) -> RasterInfo:
    """Describe a raster.

    Parameters
    ----------
    source
        Path, or the content of an upload.
    choice
        Settings of the planner; what is unset is detected.
    name
        File name of an upload; of a path, its own.
    limits
        Upper bounds on the size of the file.
    stop
        Returns True to give up.

    Returns
    -------
    info
        Without the cells.

    Raises
    ------
    DataError
        If the file is no raster, is damaged, or does not say where it lies.
    StorageError
        If there is no such file.
    Stopped
        If the planner stops it.
    """
    with landed(source, name, limits) as file:
        folder = _done(exchange.Order("raster", file, choice), stop)
        with _checked(file):
            return exchange.read_raster(folder, file)


@contextmanager
def converted_raster(
    source: Source, *, name: str = "", crs: str, unit: str = "", stop: Stop = never
) -> Iterator[Path]:
    """Convert a raster into a tiled GeoTIFF.

    Parameters
    ----------
    source
        Path, or the content of an upload.
    name
        File name of an upload; of a path, its own.
    crs
        System that it is in.
    unit
        Unit of its heights, which are checked; empty where it holds none.
    stop
        Returns True to give up.

    Yields
    ------
    path
        The GeoTIFF, deleted afterwards.

    Raises
    ------
    DataError
        If the file is no raster or is damaged, or its heights are none.
    StorageError
        If there is no such file.
    Stopped
        If the planner stops it.
    """
    with landed(source, name, _USUAL) as file:
        order = exchange.Order("copy", file, _AUTOMATIC, {"crs": crs, "unit": unit})
        folder = _done(order, stop)
        with _checked(file):
            path = exchange.read_copy(folder)
        yield path


def document_text(
    file: LandedFile, *, progress: Callable[[int, int], None] | None = None, stop: Stop = never
) -> DocumentText:
    """Read the text of a document.

    Parameters
    ----------
    file
        The file on disk.
    progress
        Called with pages read and pages in all.
    stop
        Returns True to give up.

    Returns
    -------
    document
        Its text.

    Raises
    ------
    DataError
        If the file is empty, encrypted, damaged, harmful or without text.
    Stopped
        If the planner stops it.
    """

    def look() -> bool:
        pages = file.scratch / PROGRESS
        if progress is not None and pages.exists():
            numbers = pages.read_text(encoding="ascii", errors="replace").split()
            if len(numbers) == 2 and all(number.isdecimal() for number in numbers):
                progress(int(numbers[0]), int(numbers[1]))
        return stop()

    folder = _done(exchange.Order("text", file, _AUTOMATIC), look, least_s=DOCUMENT_SECONDS)
    with _checked(file):
        return exchange.read_text(folder)


def _done(order: exchange.Order, stop: Stop, *, least_s: float = 0.0) -> Path:
    """Let a child carry out an order; return the folder of its result."""
    file = order.file
    folder = file.scratch
    size = file.path.stat().st_size
    seconds = max(SECONDS, least_s) + SECONDS_PER_MIB * size / MIB
    streamed = order.task == "copy"
    room = 2 * size + 4096 * MIB if streamed else 2 * file.limits.file_bytes
    bounds = Bounds(math.ceil(seconds), MEMORY_BYTES, room)
    with storage_errors(folder):
        order.write(folder)
        (folder / "bounds.json").write_text(json.dumps(asdict(bounds)), encoding="utf-8")
    with begun(folder) as ended:
        deadline = time.monotonic() + _PATIENCE * seconds
        while (code := ended(_LOOK_S)) is None:
            if stop():
                raise Stopped
            if time.monotonic() > deadline:
                _refuse_slow(file, math.ceil(_PATIENCE * seconds))
    if code:
        _explain(code, file, bounds)
    return folder


def _explain(code: int, file: LandedFile, bounds: Bounds) -> NoReturn:
    """Raise the error that explains why a child ended without a result."""
    if code in _ended_by("SIGXCPU", "SIGKILL"):
        _refuse_slow(file, bounds.seconds)
    if code == DISK_FULL:
        with storage_errors(file.scratch):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if code == OUT_OF_MEMORY or code in _ended_by("SIGABRT", "SIGSEGV"):
        needs = {"mebibytes": bounds.memory_bytes // MIB}
        raise RefusedFileError(
            Message("reader.too_much_memory.what", needs), where=file.name,
            repair=Message("reader.too_much_memory.repair"),
        )  # fmt: skip
    with suppress(OSError):
        trace = (file.scratch / exchange.TRACE).read_text(encoding="utf-8", errors="replace")
        _LOG.warning("a reader broke on %r:\n%s", file.name, trace[-4000:])
    _refuse_broken(file)


def _ended_by(*names: str) -> set[int]:
    """Return the exit codes of a process that one of these signals ended; Windows lacks some."""
    return {-int(getattr(signal, name)) for name in names if hasattr(signal, name)}


def _refuse_slow(file: LandedFile, seconds: int) -> NoReturn:
    raise RefusedFileError(
        Message("reader.too_slow.what", {"seconds": seconds}), where=file.name,
        repair=Message("reader.too_slow.repair"),
    )  # fmt: skip


def _refuse_broken(file: LandedFile) -> NoReturn:
    raise RefusedFileError(
        Message("reader.failed.what"), where=file.name, repair=Message("reader.failed.repair")
    )


@contextmanager
def _checked(file: LandedFile) -> Iterator[None]:
    """Refuse a result that no reader writes: its process was taken over, or the disk was full."""
    from pyarrow import ArrowException
    from shapely.errors import ShapelyError

    try:
        yield
    except (
        ValueError, KeyError, TypeError, AttributeError, OSError, ArrowException, ShapelyError,
    ):  # fmt: skip
        _refuse_broken(file)

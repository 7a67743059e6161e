"""The process that reads files from outside: ``python -m data.doctor.process.child``.

On Linux it is started once, loads its libraries, and forks a process of its own for each file
(:func:`keep`); elsewhere one is started per file. That process bounds itself
(:mod:`data.doctor.process.sandbox`), reads one file and ends.
"""

from __future__ import annotations

import errno
import functools
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from data.doctor.base import FileDescription, ImportChoice, RawTable
from data.doctor.process import exchange
from data.doctor.process.kept import DISK_FULL, FAILED, OUT_OF_MEMORY
from data.doctor.process.sandbox import Bounds, confine, limit_resources
from data.doctor.reading import gdal
from data.doctor.reading.raster import RasterInfo
from data.doctor.reading.readers import copy_raster, describe, describe_raster, read_table
from data.doctor.reading.source import LandedFile
from data.doctor.reading.text_document import DocumentText, document_text
from geo.errors import PlannerError

BOUNDS = "bounds.json"
#: A kept process that waits so long, or is asked again, serves more than one small table: it loads
#: what any format needs. Before, a file's own process loads what its format needs [s].
IDLE_S = 4.0
_ROOT = Path(__file__).resolve().parents[3]
#: What libraries read besides their own files.
_SYSTEM = (
    "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/urandom",
    "/proc/meminfo", "/proc/cpuinfo", "/sys/devices/system/cpu",
)  # fmt: skip
_TASKS: dict[
    str,
    Callable[[LandedFile, ImportChoice], FileDescription | RawTable | RasterInfo | DocumentText],
] = {
    "sniff": describe,
    "read": read_table,
    "raster": describe_raster,
    "text": document_text,
}


@dataclass(frozen=True)
class _Running:
    """A process that reads a file: its number, a handle of it, and the socket for its end."""

    pid: int
    handle: int
    channel: socket.socket


@functools.cache
def preload() -> None:
    """Load what readers need, and leave GDAL only what may ever read a file."""
    import osmium
    import pyarrow.parquet
    import pyogrio
    import python_calamine
    import rasterio.shutil

    del osmium, pyarrow, pyogrio, python_calamine, rasterio
    gdal.keep_drivers("pyogrio", gdal.VECTOR_DRIVERS)
    gdal.keep_drivers("rasterio", gdal.RASTER_DRIVERS)


def keep(control: socket.socket) -> None:
    """Fork a process for each folder that is named on ``control``, until it is closed.

    The folder is sent with a socket: the end of the process is reported on it; closing the other
    side ends the process.

    Parameters
    ----------
    control
        Connection to the parent process.
    """
    patience: float | None = IDLE_S
    asked = False
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        while True:
            ready = selector.select(patience)
            if not ready:
                preload()
                patience = None
            for key, _ in ready:
                if key.fileobj is control:
                    message, handles, *_ = socket.recv_fds(control, 1 << 16, 1)
                    if not message:
                        _end_all(selector)
                        return
                    if asked:
                        preload()
                    _begin(selector, message.decode(), socket.socket(fileno=handles[0]))
                    asked = True
                elif key.fileobj is key.data.channel:
                    selector.unregister(key.fileobj)
                    with suppress(ProcessLookupError):
                        os.kill(key.data.pid, signal.SIGKILL)
                else:
                    _ended(selector, key.data)


def _begin(selector: selectors.BaseSelector, folder: str, channel: socket.socket) -> None:
    pid = os.fork()
    if not pid:
        _let_go(selector, channel)
        os._exit(work(Path(folder)))
    running = _Running(pid, os.pidfd_open(pid), channel)
    selector.register(running.handle, selectors.EVENT_READ, running)
    selector.register(channel, selectors.EVENT_READ, running)


def _let_go(selector: selectors.BaseSelector, channel: socket.socket) -> None:
    """Close what belongs to the kept process; files that libraries hold open stay."""
    for key in list(selector.get_map().values()):
        os.close(key.fd)
    selector.close()
    channel.close()


def _ended(selector: selectors.BaseSelector, running: _Running) -> None:
    _, status, usage = os.wait4(running.pid, 0)
    selector.unregister(running.handle)
    os.close(running.handle)
    with suppress(KeyError):  # where the parent has closed it
        selector.unregister(running.channel)
    with suppress(OSError), running.channel as channel:
        code = os.waitstatus_to_exitcode(status)
        channel.send(json.dumps({"code": code, "peak": usage.ru_maxrss}).encode())


def _end_all(selector: selectors.BaseSelector) -> None:
    for key in list(selector.get_map().values()):
        if isinstance(key.data, _Running):
            with suppress(ProcessLookupError):
                os.kill(key.data.pid, signal.SIGKILL)


def work(folder: Path) -> int:
    """Carry out the order in a folder; the result is written into the same folder.

    Parameters
    ----------
    folder
        Folder of the exchange.

    Returns
    -------
    code
        0 if there is an answer.
    """
    try:
        order = exchange.Order.read(folder)
        bounds = Bounds(**json.loads((folder / BOUNDS).read_text(encoding="utf-8")))
        _bind(order, folder, bounds)
        _answer(order, folder)
    except MemoryError:
        return OUT_OF_MEMORY
    except BaseException as error:  # noqa: BLE001  the parent reports it in a sentence
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return DISK_FULL
        with suppress(OSError):
            (folder / exchange.TRACE).write_text(traceback.format_exc()[-4000:], encoding="utf-8")
        return FAILED
    return 0


def _bind(order: exchange.Order, folder: Path, bounds: Bounds) -> None:
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    gdal.ONE_FILE.set()
    os.environ.update(gdal.SETTINGS, TMPDIR=str(folder))
    os.chdir(folder)
    limit_resources(bounds)
    confine(_readable(order), folder, listed=[order.file.path.parent])


def _readable(order: exchange.Order) -> Iterator[Path]:
    """Yield the files that the process reads: libraries, this program, the file, its companions."""
    libraries = {Path(name).resolve() for name in (sys.prefix, sys.base_prefix, *sys.path) if name}
    yield from libraries - {_ROOT}
    yield from (_ROOT / "data", _ROOT / "geo")
    yield from map(Path, _SYSTEM)
    path = order.file.path
    yield path
    if path.suffix.lower() == ".vrt":
        yield path.parent
    elif path.suffix.lower() in (".shp", ".mif", ".tab", ".gpkg"):
        stem = path.stem.lower()
        yield from (other for other in path.parent.iterdir() if other.stem.lower() == stem)


def _answer(order: exchange.Order, folder: Path) -> None:
    try:
        if order.task == "copy":
            copy_raster(order.file, folder / exchange.COPY, order.options)
            return
        exchange.write_answer(folder, _TASKS[order.task](order.file, order.choice))
    except PlannerError as error:
        exchange.write_error(folder, error)


if __name__ == "__main__":
    if sys.argv[1] == "keep":
        keep(socket.socket(fileno=int(sys.argv[2])))
        # Nothing is to be tidied up: a command that ends waits for this.
        os._exit(0)
    else:
        preload()
        sys.exit(work(Path(sys.argv[1])))

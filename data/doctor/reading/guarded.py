"""Read formats whose libraries do not stop on damaged files in a child process.

A drawing of 300 bytes keeps GDAL busy without end, an old workbook of 3 KiB makes its reader ask
for all memory: both were found by ``tests/fuzz``. The time of the child is bounded and, where the
operating system allows it, its memory; the result is returned as Parquet and JSON.
"""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

import geo.errors
from data.doctor.base import FileDescription, ImportChoice
from data.doctor.reading.geometry import Geometries
from data.doctor.reading.limits import MIB, FileLimits
from data.doctor.reading.source import OpenedFile
from data.wording.catalogue import Message
from geo.errors import DataError, PlannerError

#: Formats that are read in a process of their own.
GUARDED = ("xls", "dxf", "mapinfo")
#: Time that starting and the smallest file may take, and more for each MiB of the file [s].
SECONDS, SECONDS_PER_MIB = 10.0, 1.0
#: Address space of the child, most of it libraries that are only mapped [byte].
MEMORY_BYTES = 3072 * MIB
ROOT = Path(__file__).resolve().parents[3]
_WKB = "_wkb"

Read = tuple[pd.DataFrame, Geometries | None, FileDescription]


def read_guarded(opened: OpenedFile, choice: ImportChoice) -> Read:
    """Read one table in a child process with bounded time and memory.

    Parameters
    ----------
    opened
        The file on disk, its format known.
    choice
        Settings of the planner; what is unset is detected.

    Returns
    -------
    frame, geometry, sniffed
        As of the format's own reader.

    Raises
    ------
    DataError
        If the file takes more time or memory than a file of its size ever needs.
    """
    folder = opened.scratch / "guarded"
    folder.mkdir(exist_ok=True)
    order = {
        "opened": {**asdict(opened), "path": str(opened.path), "scratch": str(opened.scratch)},
        "choice": {**asdict(choice), "repairs": sorted(choice.repairs)},
    }
    (folder / "order.json").write_text(json.dumps(order), encoding="utf-8")
    seconds = SECONDS + SECONDS_PER_MIB * opened.path.stat().st_size / MIB
    command = [sys.executable, "-m", "data.doctor.reading.guarded", str(folder)]
    command += [f"{seconds:.0f}", str(MEMORY_BYTES)]
    try:
        done = subprocess.run(  # noqa: S603  our own program
            command, cwd=ROOT, timeout=3 * seconds, check=False, capture_output=True
        ).returncode
    except subprocess.TimeoutExpired:
        done = -1
    if done or not (folder / "answer.json").exists():
        raise DataError(
            f"the {opened.format} file is damaged: it takes more time or memory than a file of "
            "its size ever needs",
            where=opened.name,
            repair="export it again, or save it as CSV, XLSX or GeoPackage",
        )
    return _answer(folder)


def _answer(folder: Path) -> Read:
    said: dict[str, Any] = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    if "error" in said:
        raise _error(said["error"], said["texts"])
    frame = pd.read_parquet(folder / "rows.parquet")
    geometry = None
    if _WKB in frame.columns:
        geometry = np.asarray(shapely.from_wkb(frame.pop(_WKB).to_numpy(object)), dtype=object)
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in said["sniffed"].items()
    }
    fields["remarks"] = _messages(said["sniffed"]["remarks"])
    return frame, geometry, FileDescription(**fields)


def _messages(written: list[dict[str, Any]]) -> tuple[Message, ...]:
    """Return messages as :func:`dataclasses.asdict` writes them."""
    return tuple(Message(item["key"], item["arguments"]) for item in written)


def _error(name: str, texts: dict[str, str]) -> PlannerError:
    """Return the child's error: same class, same texts."""
    kind: type[PlannerError] = getattr(geo.errors, name, DataError)
    error = kind.__new__(kind)
    PlannerError.__init__(error, texts["what"], where=texts["where"], repair=texts["repair"])
    return error


def _read(opened: OpenedFile, choice: ImportChoice) -> Read:
    if opened.format == "xls":
        from data.doctor.reading.workbooks import read_sheets

        frame, sniffed = read_sheets(opened, choice)
        return frame, None, sniffed
    from data.doctor.reading.vector import read_vector

    return read_vector(opened, choice)


def _work(folder: Path) -> None:
    """Read the file that the order names; write rows and answer into the folder."""
    order = json.loads((folder / "order.json").read_text(encoding="utf-8"))
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in order["opened"].items()
    }
    given["limits"] = FileLimits(**given["limits"])
    given["remarks"] = _messages(order["opened"]["remarks"])
    given |= {name: Path(given[name]) for name in ("path", "scratch")}
    opened = OpenedFile(**given)
    choice = replace(
        ImportChoice(**order["choice"]), repairs=frozenset(order["choice"]["repairs"])
    )  # fmt: skip
    try:
        frame, geometry, sniffed = _read(opened, choice)
    except PlannerError as error:
        texts = {"what": error.what, "where": error.where, "repair": error.repair}
        said: dict[str, Any] = {"error": type(error).__name__, "texts": texts}
    else:
        if geometry is not None:
            frame = frame.assign(**{_WKB: shapely.to_wkb(geometry)})
        frame.to_parquet(folder / "rows.parquet", index=False)
        said = {"sniffed": dataclasses.asdict(sniffed)}
    (folder / "answer.json").write_text(json.dumps(said), encoding="utf-8")


def _bound(seconds: int, memory: int) -> None:
    """Bound this process where the operating system can."""
    try:
        import resource
    except ImportError:  # Windows: only the parent bounds its time
        return
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _bound(int(sys.argv[2]), int(sys.argv[3]))
    _work(Path(sys.argv[1]))

"""Orders to the process that reads a file, and its results: JSON and Arrow, no pickle.

The result is data of a process that a file may have taken over, so each part is checked: kinds of
columns, keys of messages, classes of errors.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

import geo.errors
from data.doctor.base import FileDescription, ImportChoice, RawTable
from data.doctor.reading.limits import FileLimits
from data.doctor.reading.raster import RasterInfo
from data.doctor.reading.source import LandedFile
from data.doctor.reading.text_document import DocumentText
from data.wording.catalogue import Message, fields as fields_of, sentences
from geo.errors import DataError, InputError, PlannerError, StorageError, UnknownNameError
from geo.sentence import Sentence

ORDER, ANSWER, ROWS, COPY = "order.json", "answer.json", "rows.arrow", "raster.tif"
#: Where a fault of a reader is written for the log.
TRACE = "trace.txt"
#: Errors that a reader raises.
_ERRORS = (DataError, InputError, StorageError, UnknownNameError)
_NUMBERS = frozenset(
    {"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64",
     "bool"}
)  # fmt: skip
_NULLABLE: dict[str, Any] = {
    "Int64": pd.Int64Dtype(),
    "boolean": pd.BooleanDtype(),
    "str": pd.StringDtype(na_value=np.nan),
}


@dataclass(frozen=True, slots=True)
class Order:
    """Order to the process: what to do with a file.

    Attributes
    ----------
    task
        ``sniff``, ``read``, ``raster``, ``text`` or ``copy``.
    file
        The file on disk.
    choice
        Settings of the planner; what is unset is detected.
    options
        Of ``copy``: ``crs``, ``unit``, ``heights``.
    """

    task: str
    file: LandedFile
    choice: ImportChoice
    options: Mapping[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the order.

        Parameters
        ----------
        folder
            Folder of the exchange.
        """
        file = self.file
        paths = {"path": str(file.path), "scratch": str(file.scratch)}
        content = {
            "task": self.task, "options": dict(self.options),
            "file": {**asdict(file), **paths},
            "choice": {**asdict(self.choice), "repairs": sorted(self.choice.repairs)},
        }  # fmt: skip
        (folder / ORDER).write_text(json.dumps(content), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Order:
        """Read an order.

        Parameters
        ----------
        folder
            Folder of the exchange.

        Returns
        -------
        order
            As it was written.
        """
        content = json.loads((folder / ORDER).read_text(encoding="utf-8"))
        file, choice = content["file"], ImportChoice(**content["choice"])
        file["limits"] = FileLimits(**file["limits"])
        landed = LandedFile(**file | {name: Path(file[name]) for name in ("path", "scratch")})
        choice = replace(choice, repairs=frozenset(choice.repairs))
        return cls(content["task"], landed, choice, content["options"])


def write_answer(
    folder: Path, found: FileDescription | RawTable | RasterInfo | DocumentText
) -> None:
    """Write what was found in a file.

    Parameters
    ----------
    folder
        Folder of the exchange.
    found
        Description, rows, raster or text.
    """
    if not isinstance(found, RawTable):
        _say(folder, {"found": asdict(found)})
        return
    columns = list(found.frame.columns)
    kinds = [str(dtype) for dtype in found.frame.dtypes]
    _say(folder, {"found": asdict(found.sniffed), "columns": columns, "kinds": kinds})
    _write_rows(folder / ROWS, found)


def write_error(folder: Path, error: PlannerError) -> None:
    """Write why a file cannot be read.

    Parameters
    ----------
    folder
        Folder of the exchange.
    error
        The reader's error.
    """
    kind = next((one for one in _ERRORS if type(error) is one), DataError)
    parts = [part if isinstance(part, str) else _told(part) for part in error.parts]
    _say(folder, {"error": kind.__name__, "parts": parts})


def _told(part: Sentence) -> object:
    """Return a part of an error for JSON: a message with its key, all else in English."""
    if not isinstance(part, Message):
        return part.text("en")
    if part.key not in sentences("en"):
        return ""
    given = {
        name: _told(value) if isinstance(value, Sentence) else value
        for name, value in part.arguments.items()
    }
    return {"key": part.key, "arguments": given}


def _say(folder: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, default=_plain)
    (folder / ANSWER).write_text(text, encoding="utf-8")


def _plain(value: Any) -> object:
    return value.item() if isinstance(value, np.generic) else str(value)


def _write_rows(path: Path, found: RawTable) -> None:
    import pyarrow as pa

    # Of the array, not the series: text is in Arrow already, and stays as it is.
    arrays = [
        pa.array(found.frame.iloc[:, i].array, from_pandas=True)
        for i in range(found.frame.shape[1])
    ]
    if found.geometry is not None:
        wkb = shapely.to_wkb(np.asarray(found.geometry, dtype=object))
        arrays.append(pa.array(wkb, pa.large_binary()))
    table = pa.table(arrays, names=[str(i) for i in range(len(arrays))])
    table = table.replace_schema_metadata({})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def read_table(folder: Path, file: LandedFile) -> RawTable:
    """Return the rows of a file.

    Parameters
    ----------
    folder
        Folder of the exchange.
    file
        The file that was read.

    Returns
    -------
    table
        Cells as the reader found them.

    Raises
    ------
    PlannerError
        What the reader raised.
    ValueError
        If the answer is none that a reader gives.
    """
    import pyarrow as pa

    answer = _answer(folder)
    columns, kinds = list(map(str, answer["columns"])), answer["kinds"]
    with pa.OSFile(str(folder / ROWS)) as source:
        table = pa.ipc.open_file(source).read_all()
    table.validate(full=True)
    if len(columns) != len(set(columns)) or not 0 <= table.num_columns - len(columns) <= 1:
        raise ValueError("the columns are not as they are named")
    series = {
        name: _series(table.column(i), kind)
        for i, (name, kind) in enumerate(zip(columns, kinds, strict=True))
    }
    frame = pd.DataFrame(series, index=pd.RangeIndex(table.num_rows), copy=False)
    geometry = None
    if table.num_columns > len(columns):
        wkb = table.column(len(columns)).to_numpy()
        geometry = np.asarray(shapely.from_wkb(wkb), dtype=object)
    return RawTable(
        file.name, _description(answer["found"]), frame, geometry, len(frame), file.sha256
    )


def _series(column: Any, kind: str) -> pd.Series:
    if kind in _NULLABLE:
        return pd.Series(_NULLABLE[kind].__from_arrow__(column))
    if kind in _NUMBERS:
        return pd.Series(np.asarray(column.to_numpy(), dtype=np.dtype(kind)))
    raise ValueError(f"a column of kind {kind!r}")


def read_description(folder: Path) -> FileDescription:
    """Return how a file would be read.

    Parameters
    ----------
    folder
        Folder of the exchange.

    Returns
    -------
    found
        Format, encoding, layers and the like.
    """
    return _description(_answer(folder)["found"])


def read_text(folder: Path) -> DocumentText:
    """Return the text of a document.

    Parameters
    ----------
    folder
        Folder of the exchange.

    Returns
    -------
    document
        Its text and where its pages begin.

    Raises
    ------
    ValueError
        If the answer is none that a reader gives.
    """
    found = _answer(folder)["found"]
    text, pages, tables = found["text"], found["pages"], found["tables"]
    if not isinstance(text, str) or not all(type(at) is int and at >= 0 for at in pages + tables):
        raise ValueError("no text of a document")
    return DocumentText(text, tuple(pages), tuple(tables))


def read_raster(folder: Path, file: LandedFile) -> RasterInfo:
    """Return the description of a raster.

    Parameters
    ----------
    folder
        Folder of the exchange.
    file
        The file that was read; its name and checksum are taken from here.

    Returns
    -------
    info
        Without the cells.

    Raises
    ------
    ValueError
        If the answer is none that a reader gives.
    """
    found = _fields(RasterInfo, _answer(folder)["found"])
    numbers = (*found["bounds"], *found["resolution"], found["width"], found["height"])
    if not all(isinstance(value, int | float) for value in numbers):
        raise ValueError("the raster has no size")
    return RasterInfo(**found | {"name": file.name, "sha256": file.sha256})


def read_copy(folder: Path) -> Path:
    """Return the GeoTIFF that was made of a raster.

    Parameters
    ----------
    folder
        Folder of the exchange.

    Returns
    -------
    path
        A plain file.

    Raises
    ------
    PlannerError
        What the reader raised.
    ValueError
        If there is none.
    """
    if (folder / ANSWER).exists():
        _answer(folder)
    path = folder / COPY
    if path.is_symlink() or not path.is_file():
        raise ValueError("there is no raster")
    return path


def _answer(folder: Path) -> dict[str, Any]:
    """Return the result, or raise the error that the process wrote."""
    answer: dict[str, Any] = json.loads((folder / ANSWER).read_text(encoding="utf-8"))
    if "error" not in answer:
        return answer
    if answer["error"] not in {one.__name__ for one in _ERRORS}:
        raise ValueError(f"an error of kind {answer['error']!r}")
    kind: type[PlannerError] = getattr(geo.errors, answer["error"])
    what, where, repair = (
        part if isinstance(part, str) else _message(part) for part in answer["parts"]
    )
    error = kind.__new__(kind)
    PlannerError.__init__(error, what, where=where, repair=repair)
    raise error


def _description(found: dict[str, Any]) -> FileDescription:
    return FileDescription(**_fields(FileDescription, found))


def _fields(kind: type, found: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a record: lists as tuples, remarks as messages with known keys."""
    known = {item.name for item in fields(kind)}
    values = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in found.items()
        if name in known
    }
    values["remarks"] = tuple(_message(item) for item in found["remarks"])
    return values


def _message(said: dict[str, Any]) -> Message:
    key = said["key"]
    arguments = {
        name: _message(value) if isinstance(value, dict) else value
        for name, value in said["arguments"].items()
    }
    known = isinstance(key, str) and fields_of(sentences("en").get(key, "{}")) <= set(arguments)
    if not known or not all(
        isinstance(value, str | int | float | Message) for value in arguments.values()
    ):
        raise ValueError(f"a message of key {key!r}")
    return Message(key, arguments)

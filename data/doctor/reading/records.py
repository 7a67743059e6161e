"""Lists of records in JSON: one object a row, its fields the columns."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from data.doctor.base import ROW, FileDescription
from data.doctor.reading.header_row import unique_headers
from data.doctor.reading.source import OpenedFile
from data.wording.catalogue import Message
from geo.errors import DataError

#: How many objects may lie around a list of records.
_DEPTH = 3


def read_records(opened: OpenedFile) -> tuple[pd.DataFrame, FileDescription]:
    """Read a list of records; what is nested inside one stays as JSON text.

    Parameters
    ----------
    opened
        The file on disk, a list of objects.

    Returns
    -------
    frame, sniffed
        Rows with their numbers, and how they were read.

    Raises
    ------
    DataError
        If the list is damaged or holds something else.
    """
    try:
        rows = json.loads(opened.path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise DataError("json.damaged", where=opened.name) from error
    where, rows = _listed(rows)
    if rows is None:
        raise DataError("json.kind", where=opened.name)
    if where:
        opened = opened.remark(Message("reader.json_list", {"path": where}))
    fields = list(dict.fromkeys(str(name) for row in rows for name in row))
    opened.limits.check_table(len(rows), len(fields), where=opened.name)
    names, remarks = unique_headers(fields, len(fields), opened.limits.header_characters)
    frame = pd.DataFrame(
        {
            name: pd.Series([_cell(row.get(field)) for row in rows], dtype="str")
            for name, field in zip(names, fields, strict=True)
        }
    )
    frame[ROW] = np.arange(1, len(rows) + 1, dtype=np.int64)
    return frame, FileDescription(
        "json", encoding="utf-8", remarks=(*opened.remarks, *remarks),
        layer=opened.part, layers=opened.parts,
    )  # fmt: skip


def _listed(content: Any, path: str = "") -> tuple[str, list[dict[str, Any]] | None]:
    """Return the longest list of objects and where it is: answers of a service wrap it."""
    if isinstance(content, list):
        is_rows = bool(content) and all(isinstance(row, dict) for row in content)
        return path, content if is_rows else None
    found: tuple[str, list[dict[str, Any]] | None] = (path, None)
    # Depth is bounded: rows deeper inside belong to other objects.
    if isinstance(content, dict) and path.count(".") < _DEPTH:
        for name, part in content.items():
            inner = _listed(part, f"{path}.{name}".lstrip(".")[:80])
            if len(inner[1] or ()) > len(found[1] or ()):
                found = inner
    return found


def _cell(value: Any) -> str | None:
    """Return a value as a spreadsheet would write it."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)

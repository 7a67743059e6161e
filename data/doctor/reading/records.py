"""Lists of records in JSON: one object a row, its fields the columns."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from data.doctor.base import ROW, FileDescription
from data.doctor.reading.header_row import unique_headers
from data.doctor.reading.source import OpenedFile
from geo.errors import DataError


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
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataError("json.kind", where=opened.name)
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


def _cell(value: Any) -> str | None:
    """Return a value as a spreadsheet would write it."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)

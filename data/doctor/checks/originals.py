"""What a file says beyond its declared columns: cells as they were written, the system it is of."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from data.doctor.checks.findings import FindingTable
from data.doctor.headers.vocabulary import fold
from data.doctor.vocabulary import vocabulary

#: Rules on cells that are read as empty, or as another number than they say.
_REWRITTEN = ("not_a_number", "number_about", "boolean_unreadable", "date_unreadable")
_STATIONS: Mapping[str, list[str]] = vocabulary("headers")["stations"]


def with_originals(
    typed: pd.DataFrame, own: pd.DataFrame, found: FindingTable, renaming: Mapping[str, str]
) -> pd.DataFrame:
    """Add a column as it was written where a cell of it could not be read: nothing is lost.

    Parameters
    ----------
    typed
        Rows with typed columns.
    own
        The same rows before.
    found
        Findings of the conversion.
    renaming
        Header of the file → column.

    Returns
    -------
    rows
        With further columns, named by their headers; the same frame where all cells were read.
    """
    lost = found.frame.loc[found.frame["rule"].isin(_REWRITTEN), "column"]
    headers = {column: header for header, column in renaming.items()}
    added = {}
    for column in dict.fromkeys(map(str, lost)):
        name = headers.get(column, column)
        while name in typed.columns:
            name += "*"
        added[name] = own[column].astype("str")
    return typed.assign(**added) if added else typed


def technology_of(headers: Mapping[str, str]) -> str:
    """Return the technology that the header of the stations' ids says: eNodeB or gNodeB.

    Parameters
    ----------
    headers
        Header of the file → column.

    Returns
    -------
    technology
        Empty where the headers say none, or have a column of it.
    """
    if "technology" in headers.values():
        return ""
    ids = [fold(header) for header, column in headers.items() if column in ("station_id", "name")]
    said = {
        word for word, marks in _STATIONS.items() for mark in marks for one in ids if mark in one
    }
    return said.pop() if len(said) == 1 else ""

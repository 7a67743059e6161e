"""Which row of a sheet or text names the columns; titles above it, none at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from data.doctor.base import ROW
from data.doctor.vocabulary import vocabulary
from data.wording.catalogue import Message

#: Rows in which a header is searched for.
SEARCHED = 40
#: Column for the text of rows that have more cells than the header.
BEYOND = "beyond the header"
#: Rows below that are compared with it.
COMPARED = 30
#: A header fills at least this share of the table's width.
FILLED = 0.6

_WORDS = vocabulary("reading")
_NUMBER = re.compile(
    r"[+-]?(\d[\d,]*)?\.?\d+(e[+-]?\d+)?%?"  # number
    rf"|\d{{2,4}}([-/.{_WORDS['year']}])\d{{1,2}}"  # date
    rf"([-/.{_WORDS['month']}]\d{{1,2}}{_WORDS['day']}?)?([ T][\d:.]+Z?)?"
    rf"|[{_WORDS['directions']}]?\s*\d+(\.\d+)?\s*[{_WORDS['degrees']}].*",  # angle
    re.IGNORECASE,
)
_YEAR = re.compile(r"(19|20)\d\d(\.0)?")

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class HeaderPosition:
    """Rows of the header and of the first data.

    Attributes
    ----------
    index
        Index of its row among the rows, −1 where there is none.
    first
        Index of the first row of data.
    """

    index: int
    first: int


def find_header(rows: Sequence[Row]) -> HeaderPosition:
    """Find the header: the first row as wide as the table that is not data itself.

    Parameters
    ----------
    rows
        First rows of the file.

    Returns
    -------
    header
        Index −1 where the first row is data.

    Examples
    --------
    >>> find_header([["某省自然村", "", ""], ["名称", "经度", "纬度"], ["甲", "100", "25"]])
    HeaderPosition(index=1, first=2)
    >>> find_header([["甲", "100", "25"], ["乙", "101", "26"]])
    HeaderPosition(index=-1, first=0)
    """
    width = table_width(rows)
    for index, row in enumerate(rows[:SEARCHED]):
        filled = [cell for cell in row if cell.strip()]
        if len(filled) < max(1, FILLED * width) or _is_title(filled, width):
            continue
        body = [below for below in rows[index + 1 : index + 1 + COMPARED] if any(below)]
        if _is_data(row, body):
            return HeaderPosition(-1, index)
        return HeaderPosition(index, index + 1)
    first = next((index for index, row in enumerate(rows) if any(row)), 0)
    return HeaderPosition(-1, first)


def table_width(rows: Sequence[Row]) -> int:
    """Return the number of columns that most rows use.

    Parameters
    ----------
    rows
        First rows of the file.

    Returns
    -------
    width
        0 for blank rows.
    """
    used = [max((i + 1 for i, cell in enumerate(row) if cell.strip()), default=0) for row in rows]
    widths = Counter(width for width in used if width)
    if not widths:
        return 0
    most = max(widths.values())
    return max(width for width, count in widths.items() if count * 2 >= most)


def _is_title(filled: Row, width: int) -> bool:
    """Test for a title: one text, maybe repeated by merged cells."""
    return width > 1 and len(set(filled)) == 1


def _is_data(row: Row, body: Sequence[Row]) -> bool:
    """Test for a row of data: it holds numbers where the rows below do."""
    numeric = [i for i, cell in enumerate(row) if is_number(cell)]
    if not numeric:
        return False
    texts = sum(bool(cell.strip()) for cell in row) - len(numeric)
    if texts and all(_YEAR.fullmatch(row[i].strip()) for i in numeric):
        below = [below[i] for below in body for i in numeric if i < len(below) and below[i].strip()]
        return bool(below) and all(_YEAR.fullmatch(cell.strip()) for cell in below)
    return texts < len(numeric) or 2 * len(numeric) >= 1 + sum(
        any(i < len(below) and is_number(below[i]) for below in body) for i in range(len(row))
    )


def is_number(cell: str) -> bool:
    """Test whether a cell is a number, a date or an angle rather than a name.

    Parameters
    ----------
    cell
        Text of the cell.

    Returns
    -------
    number
        True if it is.

    Examples
    --------
    >>> [is_number(cell) for cell in ("100.5", "25°30′", "2020-12-31", "经度", "x")]
    [True, True, True, False, False]
    """
    return bool(_NUMBER.fullmatch(cell.strip()))


def unique_headers(cells: Row, width: int, longest: int) -> tuple[list[str], list[Message]]:
    """Make a column name of each header.

    Headers are kept as they are, but for those that are empty, repeated or too long.

    Parameters
    ----------
    cells
        Header row.
    width
        Number of columns of the table.
    longest
        Length to which headers are cut [character].

    Returns
    -------
    names, remarks
        ``width`` different names, and what was changed.
    """
    names: list[str] = []
    repairs: Counter[str] = Counter()
    taken = {ROW}
    numbers: Counter[str] = Counter()
    for index in range(width):
        name = cells[index] if index < len(cells) else ""
        if not name.strip():
            name = f"column {index + 1}"
        if len(name) > longest:
            name = name[: longest - 1] + "…"
            repairs["cut"] += 1
        base = name
        while name in taken:
            numbers[base] += 1
            name = f"{base} ({numbers[base] + 1})"
        if name != base:
            repairs["numbered"] += 1
        taken.add(name)
        names.append(name)
    remarks = {
        "cut": Message("reader.headers_long", {"count": repairs["cut"], "limit": longest}),
        "numbered": Message("reader.headers_repeated", {"count": repairs["numbered"]}),
    }
    return names, [remarks[repair] for repair in repairs]


def drop_nameless(frame: pd.DataFrame, cells: Row) -> tuple[pd.DataFrame, list[Message]]:
    """Drop columns that have neither header nor cell.

    Parameters
    ----------
    frame
        Rows as read.
    cells
        Header row; empty without one.

    Returns
    -------
    frame, remarks
        Without these columns, and a remark on columns that have cells only.
    """
    columns = [name for name in frame.columns if name not in (ROW, BEYOND)]
    nameless = [
        name for index, name in enumerate(columns) if not "".join(cells[index : index + 1]).strip()
    ]
    empty = [name for name in nameless if frame[name].isna().all()]
    kept = len(nameless) - len(empty)
    remarks = []
    if not cells:
        remarks.append(Message("reader.header_none"))
    elif kept:
        remarks.append(Message("reader.headers_empty", {"count": kept}))
    return frame.drop(columns=empty), remarks

"""Workbooks: the best sheet, merged cells filled, titles skipped, stored results of formulas."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from data.doctor.base import ROW, FileDescription, ImportChoice
from data.doctor.reading.archive import DAMAGED
from data.doctor.reading.header_row import (
    HeaderPosition,
    drop_nameless,
    find_header,
    unique_headers,
)
from data.doctor.reading.limits import FileLimits
from data.doctor.reading.source import CHUNK, OpenedFile, check_unpacked
from data.doctor.vocabulary import vocabulary
from data.wording.catalogue import Message
from geo.errors import DataError, InputError, UnknownNameError

Cell = str | float | bool | dt.date | dt.time | dt.timedelta
Range = tuple[tuple[int, int], tuple[int, int]]

#: Rows that are looked at to find the header.
HEAD_ROWS = 200
#: References of cells; either quote, either case, and any length are XML that readers take.
_LETTERS = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]+)""")
_NUMBERS = re.compile(rb"""\br\s*=\s*["']\s*[A-Za-z]*(\d+)""")
#: A cell whose value is an error such as #N/A.
_ERROR = re.compile(rb"""<c\s[^>]*\bt=["']e["']""")
#: A row that is hidden by hand or by a filter.
_HIDDEN = re.compile(rb"""<row\s[^>]*\bhidden\s*=\s*["'](?:1|true)["']""")
_NO_RESULT = re.compile(rb"(?:</f>|<f/>)(?:<v\s*/>|<v></v>)?</c>")
#: No cell is longer: 32,767 characters [byte].
_TAIL = 256 * 1024


#: Names of sheets that explain a table.
_NOTES = frozenset(vocabulary("reading")["notes_sheets"])


@dataclass(frozen=True, slots=True)
class WorkbookSheet:
    """One sheet as rows of cells from A1 on, merged cells filled.

    Attributes
    ----------
    name
        Name of the sheet.
    rows
        Cells by row.
    header
        Rows of the header and of the first data.
    cells
        Texts of the header row.
    filled
        Number of cells that hold something.
    """

    name: str
    rows: list[list[Cell]]
    header: HeaderPosition
    cells: tuple[str, ...]
    filled: int


def read_sheets(opened: OpenedFile, choice: ImportChoice) -> tuple[pd.DataFrame, FileDescription]:
    """Read the chosen sheet, else the visible one that holds the largest table.

    Parameters
    ----------
    opened
        The file on disk, its format known.
    choice
        Settings of the planner; what is unset is detected.

    Returns
    -------
    frame, sniffed
        Rows with their numbers, and how they were read.

    Raises
    ------
    DataError
        If the workbook is damaged, locked, empty or too large.
    UnknownNameError
        If there is no such sheet.
    """
    remarks = list(opened.remarks)
    if opened.format in ("xlsx", "ods"):
        remarks += _check_parts(opened)
    names, hidden, sheet = _choose(opened, choice)
    header = sheet.header
    cells = sheet.cells
    body = sheet.rows[header.first :]
    width = max(len(cells), max((len(row) for row in body[:1]), default=0))
    opened.limits.check_table(len(body), width, where=opened.name)
    columns, repaired = unique_headers(cells, width, opened.limits.header_characters)
    frame = _frame(body, columns, header.first + 1)
    frame, nameless = drop_nameless(frame, cells)
    if not len(frame):
        remarks.append(Message("reader.sheet_empty"))
    if header.index > 0:
        remarks.append(Message("reader.title_rows", {"count": header.index}))
    if len(names) > 1:
        others = ", ".join(name for name in names if name != sheet.name)
        remarks.append(Message("reader.sheet_read", {"sheet": sheet.name, "others": others[:200]}))
    if hidden:
        remarks.append(Message("reader.sheets_hidden", {"names": ", ".join(hidden)[:200]}))
    return frame, FileDescription(
        opened.format, sheet=sheet.name, sheets=names, header_row=header.index + 1,
        layer=opened.part, layers=opened.parts, remarks=(*remarks, *repaired, *nameless),
        titles=tuple(dict.fromkeys(
            _text(cell) for row in sheet.rows[: max(header.index, 0)] for cell in row if cell != ""
        )),
    )  # fmt: skip


def _check_parts(opened: OpenedFile) -> list[Message]:
    """Unpack every part once without keeping it: sizes, checksums, extent of the sheets."""
    counts = np.zeros(3, dtype=int)
    try:
        with zipfile.ZipFile(opened.path) as archive:
            for info in archive.infolist():
                if info.filename.startswith("xl/worksheets/"):
                    counts += _check_sheet(archive, info, opened)
                else:
                    _drain(archive, info, opened)
    except (*DAMAGED, RuntimeError) as error:  # a RuntimeError is a password
        raise DataError("workbook.damaged", where=opened.name) from error
    keys = ("reader.formulas", "reader.error_cells", "reader.rows_hidden")
    return [
        Message(key, {"count": int(count)})
        for key, count in zip(keys, counts, strict=True)
        if count
    ]


def _drain(archive: zipfile.ZipFile, info: zipfile.ZipInfo, opened: OpenedFile) -> None:
    size = 0
    with archive.open(info) as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            check_unpacked(size, info.compress_size, opened.limits, opened.name)


def _check_sheet(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, opened: OpenedFile
) -> tuple[int, int, int]:
    """Return formulas without result, error cells, hidden rows; refuse what memory cannot hold."""
    size = rows = columns = unfinished = errors = hidden = 0
    tail = b""
    with archive.open(info) as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            check_unpacked(size, info.compress_size, opened.limits, opened.name)
            text = tail + chunk
            cut = max(text.rfind(b"<c "), len(text) - _TAIL)  # a cell cut in two waits
            text, tail = text[:cut], text[cut:]
            unfinished += len(_NO_RESULT.findall(text)) if b"<f" in text else 0
            errors += len(_ERROR.findall(text))
            hidden += len(_HIDDEN.findall(text))
            columns = max([columns, *map(_column, set(_LETTERS.findall(text)))])
            rows = max([rows, *map(_row, set(_NUMBERS.findall(text)))])
            _check_span(rows, columns, opened.limits, opened.name)
    columns = max([columns, *map(_column, _LETTERS.findall(tail))])
    rows = max([rows, *map(_row, _NUMBERS.findall(tail))])
    _check_span(rows, columns, opened.limits, opened.name)
    unfinished += len(_NO_RESULT.findall(tail))
    return unfinished, errors + len(_ERROR.findall(tail)), hidden + len(_HIDDEN.findall(tail))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:8]:
        number = number * 26 + letter - 64
    return number


def _row(digits: bytes) -> int:
    return int(digits[:18])


def _check_span(rows: int, columns: int, limits: FileLimits, name: str) -> None:
    if rows * columns > limits.sheet_cells:
        raise DataError("workbook.far_cells", where=name, rows=rows, columns=columns)


def _choose(
    opened: OpenedFile, choice: ImportChoice
) -> tuple[tuple[str, ...], tuple[str, ...], WorkbookSheet]:
    """Return the names of all visible sheets and of the hidden ones, and the sheet to read."""
    import python_calamine as calamine

    try:
        book = calamine.load_workbook(opened.path)
        seen = {
            item.name: item.visible is calamine.SheetVisibleEnum.Visible
            for item in book.sheets_metadata
            if item.typ is calamine.SheetTypeEnum.WorkSheet
        }
        names = tuple(name for name, shown in seen.items() if shown or name == choice.sheet)
        if choice.sheet is not None and choice.sheet not in names:
            raise UnknownNameError("sheet", choice.sheet, names, where=opened.name)
        best: WorkbookSheet | None = None
        for name in names if choice.sheet is None else (choice.sheet,):
            sheet = _sheet(book, name, choice, opened)
            if best is None or _rank(sheet) > _rank(best):
                best = sheet
    except calamine.PasswordError as error:
        raise DataError("workbook.locked", where=opened.name) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise DataError("workbook.unknown", where=opened.name) from error
    if best is None or not best.filled:
        raise DataError("workbook.no_table", where=opened.name)
    return names, tuple(name for name in seen if name not in names), best


def _rank(sheet: WorkbookSheet) -> tuple[bool, bool, int]:
    """Rank tables before notes on them, then the larger first."""
    return sheet.filled > 0, sheet.name.strip().lower() not in _NOTES, sheet.filled


def _sheet(book: Any, name: str, choice: ImportChoice, opened: OpenedFile) -> WorkbookSheet:
    sheet = book.get_sheet_by_name(name)
    _check_span(sheet.total_height, sheet.total_width, opened.limits, opened.name)
    rows = sheet.to_python(skip_empty_area=False)
    filled = sum(len(row) - row.count("") for row in rows)
    merged = list(sheet.merged_cell_ranges or ())
    _fill(rows, merged)
    header = _found(rows, choice)
    cells = [] if header.index < 0 else [_text(cell) for cell in rows[header.index]]
    if choice.header_row is None and _only_groups(rows, header, merged):
        header = HeaderPosition(header.index + 1, header.first + 1)
        cells = _joined(cells, [_text(cell) for cell in rows[header.index]])
    return WorkbookSheet(name, rows, header, tuple(cells), filled)


def _fill(rows: list[list[Cell]], merged: Sequence[Range]) -> None:
    """Give every cell of a merged range the value of its first one."""
    for (top, left), (bottom, right) in merged:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        if value == "":
            continue
        for row in rows[top : bottom + 1]:
            last = min(right + 1, len(row))
            row[left:last] = [value] * (last - left)


def _found(rows: list[list[Cell]], choice: ImportChoice) -> HeaderPosition:
    if choice.header_row is None:
        return find_header([[_text(cell) for cell in row] for row in rows[:HEAD_ROWS]])
    if not 0 <= choice.header_row <= len(rows):
        raise InputError("table.header_row", row=choice.header_row, rows=len(rows))
    return HeaderPosition(choice.header_row - 1, choice.header_row)


def _only_groups(rows: list[list[Cell]], header: HeaderPosition, merged: Sequence[Range]) -> bool:
    """Test for a header that only groups the columns which the next row names."""
    below = rows[header.first] if 0 <= header.index < len(rows) - 1 else []
    spans = any(
        top == bottom == header.index and left < right for (top, left), (bottom, right) in merged
    )
    names = [cell for cell in below if cell != ""]
    return spans and bool(names) and all(isinstance(cell, str) for cell in names)


def _joined(groups: list[str], names: list[str]) -> list[str]:
    """Return the lower names; where two are equal, the group's name is put before."""
    repeated = {name for name in names if names.count(name) > 1}
    return [
        f"{group} {name}" if name in repeated and name != group else name or group
        for group, name in zip(groups, names, strict=True)
    ]


def _frame(body: list[list[Cell]], columns: list[str], first: int) -> pd.DataFrame:
    numbers = np.array(
        [first + index for index, row in enumerate(body) if any(cell != "" for cell in row)],
        dtype=np.int64,
    )
    kept = [body[number - first] for number in numbers]
    series = zip(*kept, strict=True) if kept else ((),) * len(columns)
    frame = pd.DataFrame(
        {name: _series(cells) for name, cells in zip(columns, series, strict=True)}
    )
    frame[ROW] = numbers
    return frame


def _series(cells: Sequence[Cell]) -> pd.Series:
    """Return numbers where every cell is one, else text; empty cells are missing."""
    kinds = {type(cell) for cell in cells if cell != ""}
    if kinds and kinds <= {int, float}:
        values = np.array([np.nan if cell == "" else cell for cell in cells], dtype=float)
        known = values[~np.isnan(values)]
        if np.array_equal(known, np.trunc(known)) and (np.abs(known) < 2**53).all():
            return pd.Series(values, dtype="Int64" if len(known) < len(values) else "int64")
        return pd.Series(values)
    texts = cells if kinds == {str} else [_text(cell) for cell in cells]
    return pd.Series([cell or None for cell in texts], dtype="str")


def _text(cell: Cell) -> str:
    """Return a cell as a spreadsheet would write it.

    Examples
    --------
    >>> [_text(cell) for cell in (530112.0, 0.5, True, dt.datetime(2020, 12, 31), "甲")]
    ['530112', '0.5', 'TRUE', '2020-12-31', '甲']
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time()
        return cell.date().isoformat() if midnight else cell.isoformat(" ", "seconds")
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)

"""Sheets for people: title and sources above, units in words, a total, one page wide in print."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from data.export.bundle import Cell, ReadingSheet, WordedNumber, printable

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

#: A font that shows Chinese on every system.
FONT = "Microsoft YaHei"
BASE_FORMAT: Mapping[str, Any] = {"font_name": FONT, "font_size": 10, "valign": "top"}
#: What no name of a sheet may contain, and how long it may be.
_NOT_IN_NAMES, _LONGEST_NAME = re.compile(r"[\[\]:*?/\\\\]"), 31
_A4 = 9
#: Narrowest and widest column [characters].
_WIDTHS = (8, 44)
#: Height of a line of text [points].
_LINE = 15.0


def sheet_name(wanted: str, taken: Collection[str]) -> str:
    """Return a name that every spreadsheet accepts and no other sheet has.

    Parameters
    ----------
    wanted
        Any text.
    taken
        Names of the other sheets.

    Returns
    -------
    name
        At most 31 characters.

    Examples
    --------
    >>> sheet_name("5G/4G: 'all'", ["5G_4G_ 'all"])
    "5G_4G_ 'all 2"
    """
    plain = _NOT_IN_NAMES.sub("_", printable(wanted)).strip(" '") or "_"
    used = {name.casefold() for name in taken}
    name, number = _cut(plain, _LONGEST_NAME), 2
    while name.casefold() in used:
        end = f" {number}"
        name, number = _cut(plain, _LONGEST_NAME - len(end)) + end, number + 1
    return name


def add_reading_sheets(
    book: xlsxwriter.Workbook,
    sheets: Sequence[ReadingSheet],
    taken: Collection[str],
    formats: Mapping[str, Format],
) -> None:
    """Add sheets for people to a workbook.

    Parameters
    ----------
    book
        The workbook.
    sheets
        What is written, in this order.
    taken
        Names that other sheets will have.
    formats
        Formats of the workbook by name.
    """
    names, known = list(taken), dict(formats)
    cells = [cell for sheet in sheets for row in sheet.rows for cell in row]
    for word in {cell.word for cell in cells if isinstance(cell, WordedNumber)}:
        shown = f'"{printable(word)}"#,##0.######'
        known[_worded(word)] = book.add_format({**BASE_FORMAT, "num_format": shown})
    for sheet in sheets:
        names.append(sheet_name(sheet.name, names))
        _write(book.add_worksheet(names[-1]), sheet, known)


def _worded(word: str) -> str:
    """Return the name of the format that shows a word before a number."""
    return f"number after {word}"


def _write(page: Worksheet, sheet: ReadingSheet, formats: Mapping[str, Format]) -> None:
    widths = [_width([title, *(str(row[j]) for row in sheet.rows)])
              for j, title in enumerate(sheet.head)]  # fmt: skip
    page.write_string(0, 0, printable(sheet.title), formats["title"])
    for i, line in enumerate(sheet.lines, start=1):
        # Merged and wrapped: a long line would make the printed page as wide as itself.
        page.merge_range(i, 0, i, max(1, len(sheet.head) - 1), "", formats["wrap"])
        page.write_string(i, 0, printable(line), formats["wrap"])
        page.set_row(i, _LINE * math.ceil(_cells_wide(line) * 1.1 / sum(widths)))
    head = len(sheet.lines) + 2
    for j, title in enumerate(sheet.head):
        page.write_string(head, j, printable(title), formats["wrapped head"])
    for i, row in enumerate(sheet.rows, start=head + 1):
        _row(page, i, row, formats)
    if sheet.total:
        bold = {**formats, "number": formats["total"], "wrap": formats["total"]}
        _row(page, head + 1 + len(sheet.rows), sheet.total, bold)
    for j, width in enumerate(widths):
        page.set_column(j, j, width)
    page.freeze_panes(head + 1, 1)
    page.repeat_rows(head)
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)
    page.set_footer("&C&P / &N")


def _cut(text: str, length: int) -> str:
    """Return the beginning of a text, counted as spreadsheets do: in units of UTF-16."""
    units = text.encode("utf-16-le")[: 2 * length]
    return units.decode("utf-16-le", errors="ignore").rstrip(" '") or "_"


def _row(page: Worksheet, at: int, cells: Sequence[Cell], formats: Mapping[str, Format]) -> None:
    # A cell written as a string is never run, whatever it begins with: nothing is escaped.
    for j, cell in enumerate(cells):
        if isinstance(cell, str):
            page.write_string(at, j, printable(cell), formats["wrap"])
        elif isinstance(cell, WordedNumber):
            page.write_number(at, j, cell.value, formats[_worded(cell.word)])
        else:
            page.write_number(at, j, cell, formats["number"])


def _width(texts: Sequence[str]) -> int:
    """Return the width of a column; its head, the first text, may break once."""
    head, *cells = map(_cells_wide, texts)
    return min(max(_WIDTHS[0], head // 2 + 4, max(cells, default=0) + 2), _WIDTHS[1])


def _cells_wide(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)

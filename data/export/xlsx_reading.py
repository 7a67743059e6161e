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
_MAX_CELL = 32_767
#: Formats of numbers: of fractions, and of whole numbers, which would else end in a point.
_PLACES = ("#,##0.######", "#,##0")
#: Narrowest and widest column, and the narrowest that one is cut to [characters].
_WIDTHS, _NARROW = (8, 44), 14
#: Width of a landscape page at seven tenths of full size [characters]; a wider table wraps.
_PAGE = 185
#: Height of a line of text and of the title [points].
_LINE, _TITLE = 15.0, 21.0
#: No row can be higher [points].
_HIGHEST = 409.0
#: What a text does not fill of its column, since words break and no two programs measure alike.
_SLACK = 1.1


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
    for cell in cells:
        if isinstance(cell, WordedNumber) and (name := _worded(cell)) not in known:
            shown = f'"{printable(cell.word)}"{_PLACES[cell.value % 1 == 0]}'
            known[name] = book.add_format({**BASE_FORMAT, "num_format": shown})
    for sheet in sheets:
        names.append(sheet_name(sheet.name, names))
        _write(book.add_worksheet(names[-1]), sheet, known)


def _worded(cell: WordedNumber) -> str:
    """Return the name of the format that shows a word before a number."""
    return f"{'whole ' * (cell.value % 1 == 0)}number after {cell.word}"


def _write(page: Worksheet, sheet: ReadingSheet, formats: Mapping[str, Format]) -> None:
    rows = [*sheet.rows, *([sheet.total] if sheet.total else [])]
    columns = [[row[j] for row in rows] for j in range(len(sheet.head))]
    widths = _widths([[title, *map(str, cells)]
                      for title, cells in zip(sheet.head, columns, strict=True)])  # fmt: skip
    page.write_string(0, 0, printable(sheet.title), formats["title"])
    page.set_row(0, _TITLE)
    for i, line in enumerate(sheet.lines, start=1):
        # Merged and wrapped: a long line would make the printed page as wide as itself.
        page.merge_range(i, 0, i, max(1, len(sheet.head) - 1), "", formats["line"])
        page.write_string(i, 0, printable(line), formats["line"])
        page.set_row(i, _height([line], [sum(widths)]))
    head = len(sheet.lines) + 2
    numeric = [any(not isinstance(cell, str) for cell in cells) for cells in columns]
    for j, title in enumerate(sheet.head):
        style = formats["right head" if numeric[j] else "wrapped head"]
        page.write_string(head, j, printable(title), style)
    page.set_row(head, _height(sheet.head, widths))
    bold = {**formats, "integer": formats["total"], "number": formats["broken total"],
            "wrap": formats["total"], "right": formats["right total"]}  # fmt: skip
    for i, row in enumerate(rows, start=head + 1):
        _row(page, i, row, numeric, bold if i > head + len(sheet.rows) else formats)
        page.set_row(i, _height([*map(str, row)], widths))
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


def _row(
    page: Worksheet, at: int, cells: Sequence[Cell], numeric: Sequence[bool],
    formats: Mapping[str, Format],
) -> None:  # fmt: skip
    # A cell written as a string is never run, whatever it begins with: nothing is escaped.
    for j, cell in enumerate(cells):
        if isinstance(cell, str):
            style = formats["right" if numeric[j] else "wrap"]
            page.write_string(at, j, fitting(printable(cell)), style)
        elif isinstance(cell, WordedNumber):
            page.write_number(at, j, cell.value, formats[_worded(cell)])
        else:
            page.write_number(at, j, cell, formats["integer" if cell % 1 == 0 else "number"])


def _widths(columns: Sequence[Sequence[str]]) -> list[int]:
    """Return the widths of the columns; where they exceed a page the widest are cut, and wrap."""
    widths = [_width(texts) for texts in columns]
    fitting = (most for most in range(_WIDTHS[1], _NARROW, -1)
               if sum(min(width, most) for width in widths) <= _PAGE)  # fmt: skip
    most = next(fitting, _NARROW)
    return [min(width, most) for width in widths]


def _width(texts: Sequence[str]) -> int:
    """Return the width of a column; its head, the first text, may break once."""
    head, *cells = map(cells_wide, texts)
    return min(max(_WIDTHS[0], head // 2 + 4, max(cells, default=0) + 3), _WIDTHS[1])


def _height(texts: Sequence[str], widths: Sequence[float]) -> float:
    """Return the height of a row in which every text is seen, as far as a row can be so high."""
    lines = (
        sum(math.ceil(cells_wide(line) * _SLACK / width) or 1 for line in text.split("\n"))
        for text, width in zip(texts, widths, strict=True)
    )
    return min(_LINE * max(lines), _HIGHEST)


def fitting(text: str) -> str:
    """Return a text that a cell holds; a longer one ends in an ellipsis.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    text
        At most 32,767 characters.
    """
    return text if len(text) <= _MAX_CELL else f"{text[: _MAX_CELL - 1]}…"


def cells_wide(text: str) -> int:
    """Return the width of a text in cells of a spreadsheet; a Chinese character takes two.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    width
        Number of cells.
    """
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)

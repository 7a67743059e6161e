"""XLSX: one sheet per table, frozen header, number formats, a font safe for Chinese.

Sheets for people come first, where the bundle has some; the tables with their codes are then
hidden.

Row 1 has the column names of the table, so that another program reads the file directly; the
meaning of a column, in both languages, is the note of its header cell and a line of the sheet
``about``. Illustrative rows are tinted, and a sheet that
has some says so in its tab colour, in the note of ``evidence`` and in its print header.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.export.bundle import (
    ExportBundle,
    cells,
    escape_formula,
    is_illustrative,
    is_text,
    number_text,
)
from data.export.captions import caption
from data.export.xlsx_reading import BASE_FORMAT, FONT, add_reading_sheets, cells_wide, fitting
from geo.errors import InputError

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

#: No clock goes into the file: the same inputs give the same bytes.
_CREATED = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
_MAX_ROWS = 1_048_575
_TINT = "#FFF2CC"
_DATE = re.compile(r"(19|20)\d\d-\d\d-\d\d")
_FORMATS: dict[str, dict[str, Any]] = {
    "text": {},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "integer": {"num_format": "#,##0"},
    "number": {"num_format": "#,##0.######"},
    "share": {"num_format": "0.00%"},
    "degree": {"num_format": "0.000000"},
}


def to_xlsx(bundle: ExportBundle) -> bytes:
    """Return the workbook: the main table, the extra ones, and ``about``.

    Parameters
    ----------
    bundle
        Tables and provenance.

    Returns
    -------
    content
        The file.

    Raises
    ------
    InputError
        If a table has more rows than a sheet.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        title = f"{bundle.title_zh} / {bundle.title_en}"
        book.set_properties({"title": title, "comments": bundle.stamp, "created": _CREATED})
        formats = _formats(book)
        tables = {name[:31]: frame for name, frame in bundle.tables.items()}
        add_reading_sheets(book, bundle.reading, [*tables, "about"], formats)
        for name, frame in tables.items():
            _table(book.add_worksheet(name), frame, formats, bundle.stamp)
        _about(book.add_worksheet("about"), bundle, formats)
        if bundle.reading:
            for name in (*tables, "about"):
                book.get_worksheet_by_name(name).hide()
    return buffer.getvalue()


def cell_text(text: str) -> str:
    """Return text that a spreadsheet shows completely and never runs.

    Parameters
    ----------
    text
        Text of a cell.

    Returns
    -------
    text
        Escaped; text longer than a cell ends in ….
    """
    return fitting(escape_formula(text).replace("\r\n", "\n").replace("\r", "\n"))


def _formats(book: xlsxwriter.Workbook) -> dict[str, Format]:
    base = BASE_FORMAT
    head = {**base, "bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "border": 1}
    total = {**base, "bold": True, "top": 1, "num_format": "#,##0"}
    made = {
        "head": book.add_format(head),
        "line": book.add_format({**base, "text_wrap": True}),
        # Indented: a text stands apart from the number to the left of it.
        "wrap": book.add_format({**base, "text_wrap": True, "indent": 1}),
        "right": book.add_format({**base, "text_wrap": True, "align": "right"}),
        "title": book.add_format({**base, "font_size": 14, "bold": True}),
        "wrapped head": book.add_format({**head, "text_wrap": True, "indent": 1}),
        "right head": book.add_format({**head, "text_wrap": True, "align": "right"}),
        "total": book.add_format(total),
        "broken total": book.add_format({**total, "num_format": "#,##0.######"}),
        "right total": book.add_format({**total, "align": "right"}),
        "stamp": book.add_format({**base, "text_wrap": True, "bold": True, "bg_color": _TINT}),
    }
    for key, extra in _FORMATS.items():
        made[key] = book.add_format({**base, **extra})
        made[f"{key} illustrative"] = book.add_format({**base, **extra, "bg_color": _TINT})
    return made


def _table(sheet: Worksheet, frame: pd.DataFrame, formats: dict[str, Format], stamp: str) -> None:
    if len(frame) > _MAX_ROWS:
        raise InputError(
            "export.many_rows", where=sheet.get_name(), rows=len(frame), most=_MAX_ROWS
        )
    tint = is_illustrative(frame).tolist()
    for j, name in enumerate(frame.columns):
        kind = _kind(name, frame[name])
        styles = [formats[kind], formats[f"{kind} illustrative"]]
        _head(sheet, j, name, formats["head"], stamp if any(tint) else "")
        for i, (value, invented) in enumerate(zip(cells(frame[name]), tint, strict=True), 1):
            _write(sheet, (i, j), kind, value, styles[invented])
        sheet.set_column(j, j, _width(name, frame[name]))
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    if len(frame.columns):
        sheet.autofilter(0, 0, max(len(frame), 1), len(frame.columns) - 1)
    if any(tint):
        sheet.set_tab_color(_TINT)
        sheet.set_header(f"&C{stamp.replace('&', '&&')}"[:250])


def _head(sheet: Worksheet, column: int, name: str, style: Format, stamp: str) -> None:
    sheet.write_string(0, column, cell_text(name), style)
    note = "\n".join(part for part in (caption(name), stamp if name == "evidence" else "") if part)
    if note:
        sheet.write_comment(0, column, note, {"x_scale": 1.8, "font_name": FONT, "font_size": 9})


def _write(sheet: Worksheet, at: tuple[int, int], kind: str, value: Any, style: Format) -> None:
    if value is None:
        sheet.write_blank(*at, None, style)
    elif kind == "date":
        sheet.write_datetime(*at, dt.date.fromisoformat(value), style)
    elif isinstance(value, str):
        sheet.write_string(*at, cell_text(value), style)
    elif isinstance(value, bool):
        sheet.write_boolean(*at, value, style)
    else:
        sheet.write_number(*at, value, style)


def _kind(name: str, column: pd.Series) -> str:
    if is_text(column):
        known = column.dropna().unique()
        return "date" if len(known) and all(map(_is_date, known)) else "text"
    if name in {"lon", "lat"}:
        return "degree"
    if name == "share" or name.endswith("_share"):
        return "share"
    return "integer" if (column.dropna() % 1 == 0).all() else "number"


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _width(name: str, column: pd.Series) -> float:
    """Return a column width that fits Chinese, two cells a character, and the filter's button."""
    texts = map(number_text, cells(column.head(200)))
    longest = max((cells_wide(text[:80]) for text in texts), default=0)
    return min(max(longest + 2, cells_wide(name) + 4, 8), 60)


def _about(sheet: Worksheet, bundle: ExportBundle, formats: dict[str, Format]) -> None:
    columns = dict.fromkeys(str(name) for table in bundle.tables.values() for name in table.columns)
    rows = {
        "title": f"{bundle.title_zh} / {bundle.title_en}",
        **bundle.provenance,
        **{f"column {name}": caption(name) for name in columns if caption(name)},
    }
    sheet.write_string(0, 0, "item", formats["head"])
    sheet.write_string(0, 1, "value", formats["head"])
    for i, (item, value) in enumerate(rows.items(), start=1):
        style = "stamp" if item.startswith("stamp_") else "wrap"
        sheet.write_string(i, 0, cell_text(item), formats["text"])
        sheet.write_string(i, 1, cell_text(value), formats[style])
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 100)
    sheet.freeze_panes(1, 0)

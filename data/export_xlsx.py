"""XLSX: one sheet per table, frozen header, number formats, a font safe for Chinese.

Row 1 holds the machine's column names, so that another program reads the file as it is; the
``about`` sheet says what each means. Illustrative rows are tinted.
"""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import pandas as pd
import xlsxwriter

from data.export import ExportBundle, escape_formula, printable, text_columns

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

#: On every Chinese Windows; other systems replace it by a font that has the characters.
_FONT = "Microsoft YaHei"
#: No clock goes into the file: the same inputs give the same bytes.
_CREATED = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
_MAX_CELL = 32_767
_MAX_ROWS = 1_048_575
_TINT = "#FFF2CC"

_ABOUT_COLUMNS = {
    "adcode": "行政区划代码 / code of the region (GB/T 2260)",
    "as_of": "已建数时点 / date of what counts as built",
    "target": "目标 / target; empty: no target stated",
    "built": "已建 / built; empty: unknown",
    "planned": "方案拟建 / added by the scenario",
    "gap": "缺口 = 目标 − 已建 − 拟建 / gap = target − built − planned",
    "gap_low": "缺口下限 / low end of the gap",
    "gap_high": "缺口上限 / high end of the gap",
    "evidence": "依据类别 / evidence class of the row",
    "source_ids": "来源编号，见 sources / source ids, see sheet sources",
    "unit": "计量单位 / unit of count",
}


def to_xlsx(bundle: ExportBundle) -> bytes:
    """Return the workbook: the main table, the extra ones, and ``about``."""
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties(
            {
                "title": printable(f"{bundle.title_zh} / {bundle.title_en}"),
                "comments": printable(bundle.stamp),
                "created": _CREATED,
            }
        )
        formats = _formats(book)
        for name, frame in {bundle.kind: bundle.main, **bundle.extra}.items():
            _table(book.add_worksheet(name[:31]), frame, formats)
        _about(book.add_worksheet("about"), bundle, formats)
    return buffer.getvalue()


def _formats(book: xlsxwriter.Workbook) -> dict[str, Format]:
    base: dict[str, Any] = {"font_name": _FONT, "font_size": 10, "valign": "top"}
    head = {**base, "bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "border": 1}
    kinds = {
        "text": {},
        "integer": {"num_format": "#,##0"},
        "number": {"num_format": "#,##0.######"},
        "degree": {"num_format": "0.000000"},
    }
    made = {"head": book.add_format(head), "wrap": book.add_format({**base, "text_wrap": True})}
    for key, extra in kinds.items():
        made[key] = book.add_format({**base, **extra})
        made[f"{key} illustrative"] = book.add_format({**base, **extra, "bg_color": _TINT})
    return made


def _table(sheet: Worksheet, frame: pd.DataFrame, formats: dict[str, Format]) -> None:
    if len(frame) > _MAX_ROWS:
        frame = frame.head(_MAX_ROWS)
    texts = set(text_columns(frame))
    tint = (
        (frame["evidence"] == "illustrative").tolist()
        if "evidence" in frame.columns
        else [False] * len(frame)
    )
    for j, column in enumerate(frame.columns):
        sheet.write_string(0, j, str(column), formats["head"])
        kind = "text" if column in texts else _kind(str(column), frame[column])
        plain, tinted = formats[kind], formats[f"{kind} illustrative"]
        write = _write_text if kind == "text" else _write_number
        for i, value in enumerate(frame[column].tolist(), start=1):
            write(sheet, i, j, value, tinted if tint[i - 1] else plain)
        sheet.set_column(j, j, _width(str(column), frame[column]))
    sheet.freeze_panes(1, 0)
    if len(frame.columns):
        sheet.autofilter(0, 0, max(len(frame), 1), len(frame.columns) - 1)


def _write_text(sheet: Worksheet, row: int, column: int, value: object, style: Format) -> None:
    if value is None or value != value:  # noqa: PLR0124  NaN is unequal to itself
        sheet.write_blank(row, column, None, style)
    else:
        sheet.write_string(row, column, cell_text(str(value)), style)


def _write_number(sheet: Worksheet, row: int, column: int, value: Any, style: Format) -> None:
    if value is None or value != value or abs(value) == float("inf"):  # noqa: PLR0124  NaN
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    else:
        sheet.write_number(row, column, value, style)


def cell_text(text: str) -> str:
    """Return text that a spreadsheet shows and never runs."""
    return escape_formula(printable(text))[:_MAX_CELL]


def _kind(name: str, values: pd.Series) -> str:
    if name in {"lon", "lat"}:
        return "degree"
    known = values.dropna()
    whole = bool((known.astype(float) % 1 == 0).all()) if len(known) else True
    return "integer" if whole else "number"


def _width(name: str, values: pd.Series) -> float:
    """Return a column width that fits Chinese, two cells a character."""
    sample = [name, *values.head(200).dropna().astype(str)]
    longest = max(sum(2 if east_asian_width(ch) in "WF" else 1 for ch in s[:80]) for s in sample)
    return min(max(longest + 3, 8), 60)


def _about(sheet: Worksheet, bundle: ExportBundle, formats: dict[str, Format]) -> None:
    rows = [("title", f"{bundle.title_zh} / {bundle.title_en}"), *bundle.about.items()]
    rows += [
        (f"column {name}", text)
        for name, text in _ABOUT_COLUMNS.items()
        if name in bundle.main.columns
    ]
    sheet.write_string(0, 0, "item", formats["head"])
    sheet.write_string(0, 1, "value", formats["head"])
    for i, (item, value) in enumerate(rows, start=1):
        sheet.write_string(i, 0, cell_text(item), formats["text"])
        sheet.write_string(i, 1, cell_text(value), formats["wrap"])
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 100)
    sheet.freeze_panes(1, 0)

"""Blank templates made from the declared tables: headers with units, one example row, notes.

The example row carries a mark in its first column (:data:`EXAMPLE_MARKS`), so that a planner who
forgets to delete it imports no invented place.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import xlsxwriter

from data.doctor.examples import EXAMPLE, marked_column
from data.export.bundle import escape_formula
from data.tables.imports import FILLED, REQUIRED, table_of_rows
from data.tables.pack import Column, Table
from geo.errors import UnknownNameError

if TYPE_CHECKING:
    from data.doctor.base import Language

SUFFIXES = (".xlsx", ".csv")
_FONT = "Microsoft YaHei"
#: Header of geometries that a table holds as text.
_WKT = Column("wkt", "text")
_SHAPES = {
    "line": "LINESTRING (100.20 25.60, 100.25 25.63)",
    "polygon": "POLYGON ((100.2 25.6, 100.3 25.6, 100.3 25.7, 100.2 25.7, 100.2 25.6))",
}
#: Example cells; others follow from the column's kind.
_CELLS = {
    "name": ("示例", "Example"), "name_zh": ("示例", "示例"), "name_en": ("Example", "Example"),
    "lon": "100.267600", "lat": "25.606500", "households": "35", "population": "128",
    "adcode": "532901", "parent": "532900", "antenna_height_m": "30", "frequency_mhz": "763",
    "bandwidth_mhz": "20", "azimuth_deg": "120", "tilt_deg": "6", "tx_power_dbm": "46",
    "range_m": "2000", "sheath_km": "6.5", "fibres": "24", "voltage_kv": "10", "pue": "1.25",
    "standard_racks": "1000", "used_racks": "400", "it_mw": "2.5", "band": "n28", "mnc": "00",
    "value": "19000", "value_low": "", "value_high": "", "layer": "mobile_5g", "unit": "station",
    "metric": "base_stations", "preset": "", "rsrp_dbm": "-97.5", "stretch": "1",
}  # fmt: skip
_MEASURED = frozenset({"m", "km", "°", "MHz", "dBm", "kV", "MW", "km²"})
_YES = ("是", "yes")
_NOTE_ZH = (
    "第一行为表头，不要修改；示例行请删除。空单元格表示未知，不等于 0。"
    "坐标可用 WGS84、GCJ-02、BD-09 或 CGCS2000 投影坐标，导入时会检验。"
)
_NOTE_EN = (
    "The first row names the columns: do not change it; delete the example row. An empty cell is "
    "unknown, not 0. Positions may be WGS84, GCJ-02, BD-09 or projected: the import tests them."
)


@dataclass(frozen=True)
class _Words:
    required: str
    header: tuple[str, ...]
    notes: str
    intro: str
    kinds: dict[str, str]


_WORDS = {
    "zh": _Words(
        "必填", ("列", "字段名", "必填", "类型", "单位", "可用的词", "含义"), "说明", _NOTE_ZH,
        {"text": "文本", "integer": "整数", "number": "数", "boolean": "是/否",
         "date": "日期 YYYY-MM-DD"},
    ),
    "en": _Words(
        "required",
        ("header", "column", "required", "kind", "unit", "words", "meaning"), "notes", _NOTE_EN,
        {"text": "text", "integer": "integer", "number": "number", "boolean": "yes/no",
         "date": "date YYYY-MM-DD"},
    ),
}  # fmt: skip


def template(kind: str, language: Language = "zh", suffix: str = ".xlsx") -> bytes:
    """Return a blank file for a table: ``.xlsx`` (with a sheet of notes) or ``.csv``.

    Parameters
    ----------
    kind
        Table of :data:`data.tables.imports.IMPORTABLE` that is not made from a raster.

    Raises
    ------
    UnknownNameError
        If there is no such table or suffix.
    InputError
        If the table is made from a raster.
    """
    table = table_of_rows(kind)
    if suffix.lower() not in SUFFIXES:
        raise UnknownNameError("template format", suffix, SUFFIXES, where="suffix")
    columns = template_columns(table)
    headers = [header_of(column, language) for column in columns]
    cells = [_example(column, table, language) for column in columns]
    notes = [_note(column, table, language) for column in columns]
    if suffix.lower() == ".csv":
        return _csv(headers, cells, notes, language)
    return _xlsx(table, headers, cells, notes, language)


def template_columns(table: Table) -> tuple[Column, ...]:
    """Return what a file may give: the columns that the doctor does not fill, and the geometry."""
    needed = {*table.key, *REQUIRED.get(table.name, ())}
    own = tuple(c for c in table.columns if c.name not in FILLED or c.name in needed)
    extra = () if table.geometry in (None, "point") else (_WKT,)
    dated = tuple(c for c in table.columns if c.name == "as_of" and c not in own)
    return own + extra + dated


def header_of(column: Column, language: Language) -> str:
    """Return a column's header with its unit.

    Examples
    --------
    >>> from data.tables.imports import IMPORTABLE
    >>> columns = {column.name: column for column in IMPORTABLE["base_stations"].columns}
    >>> header_of(columns["antenna_height_m"], "zh")
    '挂高（m）'
    """
    # Households and persons say by their names what is counted.
    unit = column.unit if column.unit in _MEASURED else ""
    if column is _WKT:
        return column.name
    if language == "zh":
        meaning = column.meaning("zh")
        return f"{meaning}（{unit}）" if unit else meaning
    return f"{column.name} ({unit})" if unit else column.name


def _example(column: Column, table: Table, language: Language) -> str:
    if column.name == marked_column(table):
        return EXAMPLE[language]
    if column is _WKT:
        return _SHAPES[table.geometry or "line"]
    known = _CELLS.get(column.name)
    if known is not None:
        return known if isinstance(known, str) else known[language == "en"]
    if column.words:
        return column.words[0]
    by_kind = {"boolean": _YES[language == "en"], "date": "2026-06-30", "text": ""}
    return by_kind.get(column.kind, "1")


def _note(column: Column, table: Table, language: Language) -> tuple[str, ...]:
    words = _WORDS[language]
    needed = column.name in REQUIRED.get(table.name, ()) or column is _WKT
    return (
        header_of(column, language),
        column.name,
        words.required if needed else "",
        words.kinds[column.kind],
        column.unit,
        " ".join(column.words),
        column.meaning(language),
    )


def _csv(
    headers: list[str], cells: list[str], notes: list[tuple[str, ...]], language: Language
) -> bytes:
    """Return text whose first record, one cell with line breaks, is the notes."""
    words = _WORDS[language]
    told = [f"# {words.intro}"]
    for header, name, needed, kind, _unit, allowed, meaning in notes:
        parts = (f"{name}: {meaning}", kind, allowed, needed)
        told.append(f"# {header} = " + "; ".join(part for part in parts if part))
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(["\n".join(told)])
    writer.writerow([escape_formula(text) for text in headers])
    writer.writerow(cells)
    return stream.getvalue().encode("utf-8-sig")


def _xlsx(
    table: Table,
    headers: list[str],
    cells: list[str],
    notes: list[tuple[str, ...]],
    language: Language,
) -> bytes:
    import datetime as dt

    words = _WORDS[language]
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        # The same bytes whenever it is made; workbooks know no time zone.
        made = dt.datetime(2000, 1, 1)  # noqa: DTZ001
        book.set_properties({"title": table.title("en"), "created": made})
        base = {"font_name": _FONT, "font_size": 10}
        head = book.add_format({**base, "bold": True, "bg_color": "#1F4E79", "font_color": "white"})
        need = book.add_format({**base, "bold": True, "bg_color": "#7A3E00", "font_color": "white"})
        plain = book.add_format(base)
        example = book.add_format({**base, "italic": True, "bg_color": "#FFF2CC"})
        sheet = book.add_worksheet(table.name[:31])
        for j, (header, cell, note) in enumerate(zip(headers, cells, notes, strict=True)):
            sheet.write_string(0, j, header, need if note[2] else head)
            sheet.write_comment(0, j, "\n".join(text for text in note[1:] if text))
            sheet.write_string(1, j, cell, example)
            sheet.set_column(j, j, max(12, 2 * len(header)), plain)
        sheet.freeze_panes(1, 0)
        told = book.add_worksheet(words.notes)
        told.write_string(0, 0, words.intro, plain)
        for j, text in enumerate(words.header):
            told.write_string(2, j, text, head)
        for i, note in enumerate(notes, start=3):
            for j, text in enumerate(note):
                told.write_string(i, j, text, plain)
        told.set_column(0, len(words.header) - 1, 24)
    return stream.getvalue()

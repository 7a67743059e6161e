"""Blank templates made from the declared tables: headers with units, one example row, notes.

The example row carries a mark in its first column (:data:`EXAMPLE_MARKS`), so that a planner who
forgets to delete it imports no invented place.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from functools import lru_cache
from pathlib import Path

from data.doctor.checks.findings import column_label
from data.doctor.examples import marked_column
from data.export.bundle import escape_formula
from data.tables.imports import FILLED, REQUIRED, table_of_rows
from data.tables.pack import Column, Table
from data.wording.catalogue import DEFAULT, text
from geo.errors import UnknownNameError

SUFFIXES = (".xlsx", ".csv")
_FONT = "Microsoft YaHei"
#: Header of geometries that a table holds as text.
_WKT = Column("wkt", "text")
_SHAPES = {
    "line": "LINESTRING (100.20 25.60, 100.25 25.63)",
    "polygon": "POLYGON ((100.2 25.6, 100.3 25.6, 100.3 25.7, 100.2 25.7, 100.2 25.6))",
}
#: Example cells by column; others follow from the column's kind.
EXAMPLE_CELLS = Path(__file__).with_name("example_cells.csv")
_MEASURED = frozenset({"m", "km", "°", "MHz", "dBm", "kV", "MW", "km²"})
_NOTES = ("header", "column", "required", "kind", "unit", "words", "meaning")


def template(kind: str, language: str = DEFAULT, suffix: str = ".xlsx") -> bytes:
    """Return a blank file for a table: ``.xlsx`` (with a sheet of notes) or ``.csv``.

    Parameters
    ----------
    kind
        Table of :data:`data.tables.imports.IMPORTABLE` that is not made from a raster.
    language
        Code of a language of :mod:`data.wording`.
    suffix
        ``.xlsx`` or ``.csv``.

    Returns
    -------
    content
        The file.

    Raises
    ------
    UnknownNameError
        If there is no such table or suffix.
    InputError
        If the table is made from a raster.
    """
    table = table_of_rows(kind)
    if suffix.lower() not in SUFFIXES:
        raise UnknownNameError("template_format", suffix, SUFFIXES)
    columns = template_columns(table)
    headers = [header_of(column, language) for column in columns]
    cells = [_example(column, table, language) for column in columns]
    notes = [_note(column, table, language) for column in columns]
    if suffix.lower() == ".csv":
        return _csv(headers, cells, notes, language)
    return _xlsx(table, headers, cells, notes, language)


def template_columns(table: Table) -> tuple[Column, ...]:
    """Return the columns that a file may give: those not filled by the import, and the geometry.

    Parameters
    ----------
    table
        Table that the file becomes.

    Returns
    -------
    columns
        In the order of the template.
    """
    needed = {*table.key, *REQUIRED.get(table.name, ())}
    own = tuple(c for c in table.columns if c.name not in FILLED or c.name in needed)
    extra = () if table.geometry in (None, "point") else (_WKT,)
    dated = tuple(c for c in table.columns if c.name == "as_of" and c not in own)
    return own + extra + dated


def header_of(column: Column, language: str) -> str:
    """Return a column's header with its unit.

    Parameters
    ----------
    column
        A declared column.
    language
        Code of a language of :mod:`data.wording`.

    Returns
    -------
    header
        As in the template.

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
    label = column_label(column)
    return (
        text("template.header_unit", language, label=label, unit=unit)
        if unit
        else label.text(language)
    )


def _example(column: Column, table: Table, language: str) -> str:
    if column.name == marked_column(table):
        return text("template.example", language)
    if column is _WKT:
        return _SHAPES[table.geometry or "line"]
    if column.name == "name":
        return text("template.example_name", language)
    by_kind = {"boolean": text("template.yes", language), "date": "2026-06-30", "text": ""}
    usual = column.words[0] if column.words else by_kind.get(column.kind, "1")
    return _example_cells().get(column.name, usual)


@lru_cache(maxsize=1)
def _example_cells() -> dict[str, str]:
    with EXAMPLE_CELLS.open(encoding="utf-8", newline="") as file:
        return {row["column"]: row["cell"] for row in csv.DictReader(file)}


def _note(column: Column, table: Table, language: str) -> tuple[str, ...]:
    needed = column.name in REQUIRED.get(table.name, ()) or column is _WKT
    return (
        header_of(column, language),
        column.name,
        text("template.required", language) if needed else "",
        text(f"template.kind_{column.kind}", language),
        column.unit,
        " ".join(column.words),
        column.meaning(language),
    )


def _csv(
    headers: list[str], cells: list[str], notes: list[tuple[str, ...]], language: str
) -> bytes:
    """Return text whose first record, one cell with line breaks, is the notes."""
    lines = [f"# {text('template.intro', language)}"]
    for header, name, needed, kind, _unit, allowed, meaning in notes:
        parts = (f"{name}: {meaning}", kind, allowed, needed)
        lines.append(f"# {header} = " + "; ".join(part for part in parts if part))
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(["\n".join(lines)])
    writer.writerow([escape_formula(header) for header in headers])
    writer.writerow(cells)
    return stream.getvalue().encode("utf-8-sig")


def _xlsx(
    table: Table,
    headers: list[str],
    cells: list[str],
    notes: list[tuple[str, ...]],
    language: str,
) -> bytes:
    import xlsxwriter

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
            sheet.write_comment(0, j, "\n".join(part for part in note[1:] if part))
            sheet.write_string(1, j, cell, example)
            sheet.set_column(j, j, max(12, 2 * len(header)), plain)
        sheet.freeze_panes(1, 0)
        about = book.add_worksheet(text("template.notes", language))
        about.write_string(0, 0, text("template.intro", language), plain)
        for j, key in enumerate(_NOTES):
            about.write_string(2, j, text(f"template.note_{key}", language), head)
        for i, note in enumerate(notes, start=3):
            for j, cell in enumerate(note):
                about.write_string(i, j, cell, plain)
        about.set_column(0, len(_NOTES) - 1, 24)
    return stream.getvalue()

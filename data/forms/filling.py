"""Fill a form: values go to the cells that carry the names of the fields, nothing else changes."""

from __future__ import annotations

import io
import re
import zipfile
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.export.bundle import printable
from data.export.writers import zipped
from data.forms.fields import PREFIX, Cell, Form, FormContent, form_of
from data.wording.catalogue import Message
from geo.errors import InputError

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

#: Largest template, packed and unpacked [bytes], and most parts in it.
_PACKED, _UNPACKED, _PARTS = 20_000_000, 200_000_000, 2_000
#: Characters of a cell at most.
_CELL = 32_767
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_NO_CLOCK = rb"\g<1>2000-01-01T00:00:00Z\g<2>"
#: Parts of the look of a cell.
_LOOK = ("font", "border", "fill", "number_format", "protection", "alignment")
_REPAIR = Message("form.repair")


@dataclass(frozen=True)
class Filled:
    """A filled form.

    Attributes
    ----------
    content
        The workbook.
    missing
        Fields with a value that the template has no cell for.
    """

    content: bytes
    missing: tuple[str, ...]


def read_template(path: Path) -> bytes:
    """Return the content of an office's own template.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    content
        Its bytes.

    Raises
    ------
    InputError
        If it cannot be read or is too large.
    """
    try:
        if path.stat().st_size > _PACKED:
            raise InputError(Message("form.too_large"), where=str(path), repair=_REPAIR)
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            Message("form.unreadable", {"reason": str(error.strerror or error)}),
            where=str(path),
            repair=_REPAIR,
        ) from error


def filled(template: bytes, kind: str, content: FormContent, *, where: str = "") -> Filled:
    """Return a form with its values.

    Parameters
    ----------
    template
        Workbook whose defined names are the fields.
    kind
        Key of :data:`data.forms.fields.FORMS`.
    content
        What goes in.
    where
        Name of the template, for messages.

    Returns
    -------
    filled
        The workbook; equal templates and values give equal bytes.

    Raises
    ------
    InputError
        If the template is no plain workbook, has none of the fields, or something stands below
        the first row of its list.
    UnknownNameError
        If there is no such form.
    """
    form, name = form_of(kind), where or kind
    _check(template, name)
    book = _opened(template, name)
    places = _places(book, form)
    if not places:
        raise InputError(Message("form.no_fields"), where=name, repair=_REPAIR)
    for field in form.singles:
        if field in places:
            sheet, row, column = places[field]
            _put(sheet.cell(row, column), content.values.get(field))
    _list(places, form, content, name)
    given = {key for key, value in content.values.items() if value not in (None, "")}
    given |= {key for row in content.rows for key, value in row.items() if value is not None}
    buffer = io.BytesIO()
    book.save(buffer)
    missing = tuple(sorted(given - set(places)))
    return Filled(_without_clock(buffer.getvalue()), missing)


def _check(template: bytes, where: str) -> None:
    """Refuse what no template needs: macros, links to other files, entities, bombs."""
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as archive:
            parts = archive.infolist()
            if len(parts) > _PARTS or sum(part.file_size for part in parts) > _UNPACKED:
                raise InputError(Message("form.too_large"), where=where, repair=_REPAIR)
            for part in parts:
                lower = part.filename.lower()
                if "vbaproject" in lower or "externallink" in lower or "embeddings" in lower:
                    raise InputError(
                        Message("form.foreign_part", {"part": part.filename}),
                        where=where, repair=_REPAIR,
                    )  # fmt: skip
                if lower.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(part):
                    raise InputError(Message("form.document_type"), where=where, repair=_REPAIR)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputError(
            Message("form.no_workbook", {"reason": str(error)}), where=where, repair=_REPAIR
        ) from error


def _opened(template: bytes, where: str) -> Workbook:
    import openpyxl

    try:
        return openpyxl.load_workbook(io.BytesIO(template))
    except Exception as error:  # the library raises what its parts raise
        raise InputError(
            Message("form.no_workbook", {"reason": str(error)}), where=where, repair=_REPAIR
        ) from error


def _places(book: Workbook, form: Form) -> dict[str, tuple[Worksheet, int, int]]:
    """Return sheet, row and column of each field that the workbook has."""
    from openpyxl.utils.cell import range_boundaries

    found: dict[str, tuple[Worksheet, int, int]] = {}
    names = [*book.defined_names.items()]
    for sheet in book.worksheets:
        names += sheet.defined_names.items()
    for name, defined in names:
        field = name.lower().removeprefix(PREFIX)
        if not name.lower().startswith(PREFIX) or field not in (*form.singles, *form.columns):
            continue
        for written, cells in defined.destinations:
            # A formula doubles the quote in the name of a sheet.
            title = written if written in book.sheetnames else written.replace("''", "'")
            if title in book.sheetnames:
                column, row, _, _ = range_boundaries(cells)
                found[field] = (book[title], row, column)
    return found


def _list(
    places: dict[str, tuple[Worksheet, int, int]], form: Form, content: FormContent, where: str
) -> None:
    columns = {field: places[field] for field in form.columns if field in places}
    for field, (sheet, first, column) in columns.items():
        below = sheet.iter_rows(min_row=first + 1, max_row=sheet.max_row, min_col=column,
                                max_col=column)  # fmt: skip
        taken = next((cell for (cell,) in below if cell.value is not None), None)
        if taken is not None and len(content.rows) > 1:
            raise InputError(
                Message("form.in_the_way", {"cell": taken.coordinate, "sheet": sheet.title,
                                            "field": f"{PREFIX}{field}"}),
                where=where, repair=Message("form.above"),
            )  # fmt: skip
        look = sheet.cell(first, column)
        for place, row in enumerate(content.rows):
            cell = sheet.cell(first + place, column)
            if place:
                for part in _LOOK:
                    setattr(cell, part, copy(getattr(look, part)))
            _put(cell, row.get(field))


def _put(cell: Any, value: Cell) -> None:
    """Write a value; text stays text, whatever it begins with."""
    if value is None:
        cell.value = None
    elif isinstance(value, str):
        text = printable(value)
        cell.value = text if len(text) <= _CELL else f"{text[: _CELL - 1]}…"
        cell.data_type, cell.quotePrefix = "s", text.startswith(("=", "+", "-", "@"))
    else:
        cell.value = value


def _without_clock(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {part.filename: archive.read(part) for part in archive.infolist()}
    core = "docProps/core.xml"
    parts[core] = _MODIFIED.sub(_NO_CLOCK, parts[core])
    return zipped(parts)

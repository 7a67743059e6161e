"""Blank templates of the forms: an office changes their look and keeps the names of the fields."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

import xlsxwriter

from data.forms.fields import PREFIX, Form, form_of
from data.wording.catalogue import text

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_FONT = "Microsoft YaHei"
#: No clock goes into the file: the same form gives the same bytes.
_CREATED = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
_PAIRS_IN_A_LINE = 2


def form_template(kind: str) -> bytes:
    """Return the template of a form.

    Parameters
    ----------
    kind
        Key of :data:`data.forms.fields.FORMS`.

    Returns
    -------
    content
        Workbook with one defined name for each field, and a sheet that explains them.

    Raises
    ------
    UnknownNameError
        If there is no such form.
    """
    form = form_of(kind)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": text(f"form.{kind}", "zh"), "created": _CREATED})
        sheet = book.add_worksheet(text(f"form.{kind}", "zh")[:31])
        _fill(book, sheet, kind, form)
        _explain(book, kind, form)
    return buffer.getvalue()


def _fill(book: Any, sheet: Worksheet, kind: str, form: Form) -> None:
    base = {"font_name": _FONT, "font_size": 10, "valign": "vcenter"}
    plain = book.add_format({**base, "border": 1, "text_wrap": True})
    bold = book.add_format({**base, "bold": True})
    head = book.add_format({**base, "bold": True, "border": 1, "text_wrap": True,
                            "align": "center", "bg_color": "#E9ECF0"})  # fmt: skip
    title = book.add_format({**base, "bold": True, "font_size": 16, "align": "center"})
    last = max(len(form.columns) - 1, 5)
    sheet.merge_range(0, 0, 0, last, text(f"form.{kind}", "zh"), title)
    sheet.write_string(1, 0, text("form.not_official", "zh"), bold)
    row = 2
    for place, name in enumerate(form.singles):
        row, column = 2 + place // _PAIRS_IN_A_LINE, 3 * (place % _PAIRS_IN_A_LINE)
        sheet.write_string(row, column, text(f"form_field.{name}", "zh"), bold)
        sheet.write_blank(row, column + 1, None, plain)
        _name(book, sheet, name, row, column + 1)
    row += 2
    for column, name in enumerate(form.columns):
        sheet.write_string(row, column, text(f"form_field.{name}", "zh"), head)
        sheet.write_blank(row + 1, column, None, plain)
        _name(book, sheet, name, row + 1, column)
    sheet.set_column(0, last, 13)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(row)


def _name(book: Any, sheet: Worksheet, field: str, row: int, column: int) -> None:
    from xlsxwriter.utility import xl_rowcol_to_cell

    cell = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
    book.define_name(f"{PREFIX}{field}", f"='{sheet.get_name()}'!{cell}")


def _explain(book: Any, kind: str, form: Form) -> None:
    sheet = book.add_worksheet(text("form.fields_sheet", "zh"))
    wrap = book.add_format({"font_name": _FONT, "font_size": 10, "text_wrap": True,
                            "valign": "top"})  # fmt: skip
    lines = [(text(f"form.{kind}", "zh"), text(f"form.{kind}", "en")),
             (text("form.not_official", "zh"), text("form.not_official", "en")),
             (text("form.replace", "zh"), text("form.replace", "en"))]  # fmt: skip
    for row, (zh, en) in enumerate(lines):
        sheet.write_string(row, 1, zh, wrap)
        sheet.write_string(row, 2, en, wrap)
    for row, name in enumerate((*form.singles, *form.columns), start=len(lines) + 1):
        sheet.write_string(row, 0, f"{PREFIX}{name}", wrap)
        sheet.write_string(row, 1, text(f"form_field.{name}", "zh"), wrap)
        sheet.write_string(row, 2, text(f"form_field.{name}", "en"), wrap)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 2, 60)

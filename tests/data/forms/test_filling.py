"""Forms: templates with named fields, filled without running anything or moving a cell."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from data.forms.fields import FORMS, PREFIX, FormContent
from data.forms.filling import filled, read_template
from data.forms.template import form_template
from geo.errors import InputError

HOSTILE = ('=cmd|"/c calc"!A1', "<script>alert(1)</script>", "长" * 300, "\u202e村🏔️", "#N/A", "+1")
ROWS = tuple({"natural_village": name, "households": 30 + i} for i, name in enumerate(HOSTILE))


def field(book: openpyxl.Workbook, name: str) -> Any:
    ((title, cell),) = book.defined_names[f"{PREFIX}{name}"].destinations
    return book[title][cell.replace("$", "")]


@pytest.mark.parametrize("kind", FORMS)
def test_a_template_names_every_field_and_says_that_it_is_not_official(kind: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(form_template(kind)))
    fields = {*FORMS[kind].singles, *FORMS[kind].columns}
    assert set(book.defined_names) - {"_xlnm.Print_Titles"} == {f"{PREFIX}{f}" for f in fields}
    texts = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert any("未找到主管部门现行表格的准确栏目" in text for text in texts)
    assert {f"{PREFIX}{name}" for name in fields} <= texts
    assert form_template(kind) == form_template(kind)


def test_values_stand_in_the_named_cells_and_none_is_a_formula() -> None:
    content = FormContent({"project_name": "=1+1", "budget_total_wan": 12.5}, ROWS)
    result = filled(form_template("site_list"), "site_list", content)
    book = openpyxl.load_workbook(io.BytesIO(result.content))
    assert field(book, "project_name").value == "=1+1"
    assert field(book, "project_name").data_type == "s"
    assert field(book, "budget_total_wan").value == 12.5
    first = field(book, "natural_village")
    cells = [first.offset(row=i) for i in range(len(HOSTILE))]
    assert [cell.value for cell in cells] == list(HOSTILE)
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.border.left.style for cell in cells] == ["thin"] * len(HOSTILE)
    assert b"<f>" not in b"".join(
        zipfile.ZipFile(io.BytesIO(result.content)).read(name)
        for name in zipfile.ZipFile(io.BytesIO(result.content)).namelist()
    )
    assert filled(form_template("site_list"), "site_list", content) == result
    assert result.missing == ()


def own_template(tmp_path: Path, note: str | None = None) -> bytes:
    """Return an office's file: another order, one field of the list and one value."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "本局 表'1"
    for name, cell in (("natural_village", "$D$7"), ("project_name", "$B$2")):
        title = sheet.title.replace("'", "''")
        defined = DefinedName(f"{PREFIX}{name}", attr_text=f"'{title}'!{cell}")
        book.defined_names[defined.name] = defined
    sheet["A1"], sheet["D8"] = "某局抬头", note
    book.save(tmp_path / "own.xlsx")
    return read_template(tmp_path / "own.xlsx")


def test_an_offices_own_file_is_filled_where_it_has_the_names(tmp_path: Path) -> None:
    content = FormContent({"project_name": "某县项目", "department": "某局"}, ROWS[1:3])
    result = filled(own_template(tmp_path), "site_list", content)
    sheet = openpyxl.load_workbook(io.BytesIO(result.content)).active
    assert sheet["A1"].value == "某局抬头"
    assert sheet["B2"].value == "某县项目"
    assert [sheet["D7"].value, sheet["D8"].value] == list(HOSTILE[1:3])
    assert result.missing == ("department", "households")


def test_what_stands_below_a_list_is_never_overwritten(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="D8"):
        filled(own_template(tmp_path, "合计"), "site_list", FormContent({}, ROWS))


def parts(**added: bytes) -> bytes:
    buffer = io.BytesIO(form_template("site_list"))
    with zipfile.ZipFile(buffer, "a") as archive:
        for name, content in added.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("template", "words"),
    [
        (b"PK no workbook", "no workbook"),
        (parts(xl__vbaProject=b"x"), "not taken over"),
        (parts(xl__externalLinks__a_xml=b"<a/>"), "not taken over"),
        (parts(xl__b_xml=b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'), "document type"),
        (form_template("acceptance")[:900], "no workbook"),
    ],
)
def test_a_template_that_may_do_harm_is_refused(template: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        filled(template, "site_list", FormContent({}))


def test_a_workbook_without_fields_is_refused() -> None:
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    with pytest.raises(InputError, match="none of the fields"):
        filled(buffer.getvalue(), "site_list", FormContent({}))

"""Sheets for people: names that every spreadsheet takes, nothing escaped, one page wide."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pandas as pd
from hypothesis import given, strategies as st

from data.export.bundle import Cell, ExportBundle, ReadingSheet, WordedNumber
from data.export.writers import to_bytes
from data.export.xlsx_reading import sheet_name
from data.wording.catalogue import Bilingual


def workbook(*sheets: ReadingSheet) -> openpyxl.Workbook:
    table = pd.DataFrame({"adcode": ["990101"], "gap": [3]})
    bundle = ExportBundle("gaps", Bilingual("缺口", "gaps"), table, reading=sheets)
    return openpyxl.load_workbook(io.BytesIO(to_bytes(bundle, ".xlsx")))


def sheet(name: str = "5G基站", *cells: Cell) -> ReadingSheet:
    row = cells or ("西县", 12.0)
    return ReadingSheet(name, "标题", ("来源：甲",), ("地区", "缺口（个）"), (row,), ("合计", 12.0))


def test_people_see_their_sheet_and_codes_are_hidden() -> None:
    book = workbook(sheet())
    states = {page.title: page.sheet_state for page in book}
    assert states == {"5G基站": "visible", "gaps": "hidden", "about": "hidden"}
    rows = [
        [cell for cell in row if cell is not None]
        for row in book["5G基站"].iter_rows(values_only=True)
    ]
    assert rows == [["标题"], ["来源：甲"], [], ["地区", "缺口（个）"], ["西县", 12], ["合计", 12]]


def test_a_word_before_a_number_leaves_it_a_number() -> None:
    cell = workbook(sheet("a", "西县", WordedNumber(5000.0, "约")))["a"].cell(5, 2)
    assert (cell.value, cell.number_format) == (5000, '"约"#,##0')


def test_every_row_is_as_high_as_its_longest_text() -> None:
    wide = ReadingSheet("a", "t", (), ("地区", "Added by the scenario (base stations)"),
                        (("县" * 60, 2.5), ("西县", 7.0), ("未知", "未知")))  # fmt: skip
    page = workbook(wide)["a"]
    head, long, short = (page.row_dimensions[i].height for i in (3, 4, 5))
    assert (head, long, short or 15) == (30, 45, 15)
    assert [page.cell(i, 2).alignment.horizontal for i in (3, 6)] == ["right", "right"]
    # A whole number does not end in a point.
    assert [page.cell(i, 2).number_format for i in (4, 5)] == ["#,##0.######", "#,##0"]


def test_a_list_prints_one_page_wide_with_its_head_on_each_page() -> None:
    page = workbook(sheet())["5G基站"]
    assert page.page_setup.orientation == "landscape"
    # One page wide is the default, which the file leaves out.
    assert (page.page_setup.fitToWidth or 1, page.page_setup.fitToHeight) == (1, 0)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.print_title_rows == "$4:$4"


def test_a_qualifier_stays_itself_and_a_formula_is_text() -> None:
    page = workbook(sheet("a", '=cmd|"/c calc"!A1', "="))["a"]
    assert [page.cell(5, column).value for column in (1, 2)] == ['=cmd|"/c calc"!A1', "="]
    # openpyxl guesses a formula from the sign; the file itself has none.
    bundle = ExportBundle(
        "gaps", Bilingual("缺口", "gaps"), pd.DataFrame({"a": [1]}),
        reading=(sheet("a", "=1", "="),),
    )  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(to_bytes(bundle, ".xlsx"))) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_without_sheets_for_people_nothing_is_hidden() -> None:
    assert {page.sheet_state for page in workbook()} == {"visible"}


@given(st.lists(st.text(max_size=50), min_size=1, max_size=6))
def test_any_names_make_a_valid_workbook(names: list[str]) -> None:
    book = workbook(*(sheet(name) for name in names))
    assert len(book.sheetnames) == len(names) + 2


def test_long_equal_and_forbidden_names() -> None:
    first = sheet_name("长" * 40, [])
    second = sheet_name("长" * 40, [first])
    assert len(first) == len(second) == 31
    assert first != second
    assert sheet_name("a/b[c]", []) == "a_b_c_"
    assert sheet_name("GAPS", ["gaps"]) == "GAPS 2"
    assert sheet_name("''", []) == "_"

"""What office programs write: hidden sheets and rows, OpenDocument, texts as formulas, JSON."""

from __future__ import annotations

import io
import json

import openpyxl
import pytest

from data.doctor.base import ImportChoice
from data.doctor.process.guarded import read
from geo.errors import DataError
from tests.data.doctor import making
from tests.data.doctor.reading.hostile_bases import ods_row, opendocument

ROWS: list[list[object]] = [
    ["自然村", "经度", "纬度"],
    ["甲村", 103.29, 24.77],
    ["乙村", 103.3, 24.78],
]


def test_hidden_sheets_are_named_and_read_on_demand() -> None:
    book = making.workbook(("村", ROWS, []), ("旧数据", ROWS[:2], []), hidden=("旧数据",))
    table = read(book, name="a.xlsx")
    assert (table.sniffed.sheet, len(table.frame)) == ("村", 2)
    (said,) = [one for one in table.sniffed.remarks if one.key == "reader.sheets_hidden"]
    assert "旧数据" in said.text("zh")
    assert len(read(book, ImportChoice(sheet="旧数据"), name="a.xlsx").frame) == 1


def test_filtered_rows_are_read_and_told() -> None:
    book = openpyxl.load_workbook(io.BytesIO(making.workbook(("村", ROWS, []))))
    book.active.row_dimensions[3].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    table = read(stream.getvalue(), name="a.xlsx")
    assert table.frame["自然村"].tolist() == ["甲村", "乙村"]
    (said,) = [one for one in table.sniffed.remarks if one.key == "reader.rows_hidden"]
    assert said.arguments == {"count": 1}


def test_an_opendocument_spreadsheet_is_read_whatever_follows_its_last_row() -> None:
    rest = (
        "<table:table-row table:number-rows-repeated='1048570'>"
        "<table:table-cell table:number-columns-repeated='16384'/></table:table-row>"
    )
    rows = "".join(ods_row(*row) for row in ROWS)
    table = read(opendocument(name="村表", rows=rows + rest), name="a.ods")
    assert (table.sniffed.format, table.sniffed.sheet) == ("ods", "村表")
    assert table.frame["经度"].tolist() == ["103.29", "103.3"]


def test_a_text_that_is_written_as_a_formula_is_that_text() -> None:
    frame = read(
        '编码,区号\n="530126001001","=""0871"""\n=1+1,="a"&b\n'.encode(), name="a.csv"
    ).frame
    assert frame["编码"].tolist() == ["530126001001", "=1+1"]
    assert frame["区号"].tolist() == ["0871", '="a"&b']


def test_the_answer_of_a_service_is_the_list_inside_it() -> None:
    rows = [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]
    answer = {"code": 0, "data": {"list": rows, "pages": [{"n": 1}]}}
    table = read(json.dumps(answer, ensure_ascii=False).encode(), name="a.json")
    assert table.frame["自然村"].tolist() == ["甲村", "乙村"]
    assert "data.list" in table.sniffed.remarks[-1].text("en")


@pytest.mark.parametrize(
    ("content", "said"),
    [('{"a": {"b": [1, 2]}}', "list of records"), ("<gpx><wpt lat='1' lon='2'/></gpx>", "GPX")],
)
def test_what_is_no_table_is_refused_for_what_it_is(content: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read(content.encode(), name="a.json" if content.startswith("{") else "a.gpx")

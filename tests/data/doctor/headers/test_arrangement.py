"""Tables that are arranged otherwise than one object a row under one header."""

from __future__ import annotations

import pandas as pd
import pytest

from data.doctor.base import ROW, FileDescription, RawTable
from data.doctor.headers import arrangement as module
from data.doctor.headers.arrangement import arranged

HEADER = "自然村,经度,纬度,户数"
VILLAGES = ["大可村,103.29,24.77,35", "海宜,103.42,24.72,61", "上蒲草,103.41,24.71,58"]


def table(*lines: str) -> RawTable:
    """Return rows as they are read: text, empty cells missing, numbered from the second line."""
    head, *rows = (line.split(",") for line in lines)
    cells = [[cell or None for cell in row] for row in rows]
    frame = pd.DataFrame(cells, columns=head, dtype="str")
    frame[ROW] = range(2, len(frame) + 2)
    return RawTable("a.csv", FileDescription("csv", header_row=1), frame, None, len(frame), "")


def told(raw: RawTable) -> list[str]:
    return [remark.key.removeprefix("reader.") for remark in raw.sniffed.remarks]


def test_a_row_that_names_a_place_alone_gives_it_to_the_rows_below() -> None:
    lines = [
        HEADER, "一、大可乡,,,", "（二）小石桥村委会：,,,", VILLAGES[0], "2.长湖镇（共2个）,,,",
        *VILLAGES[1:],
    ]  # fmt: skip
    found = arranged(table(*lines))
    assert found.frame["自然村"].tolist() == ["大可村", "海宜", "上蒲草"]
    assert found.frame["township"].tolist() == ["大可乡", "长湖镇", "长湖镇"]
    assert found.frame["admin_village"].fillna("").tolist() == ["小石桥村委会", "", ""]
    assert found.frame[ROW].tolist() == [4, 6, 7]
    assert (found.rows_read, told(found)) == (3, ["sections"])
    assert arranged(found) is found


def test_the_text_of_a_merged_row_is_a_section_too() -> None:
    found = arranged(table(HEADER, ",".join(["大可乡"] * 4), *VILLAGES))
    assert found.frame["township"].tolist() == ["大可乡"] * 3


@pytest.mark.parametrize(
    "lines",
    [
        # A table that has the column needs no section; its short row stays to be reported.
        [f"{HEADER},乡镇", "大可乡,,,,", *(f"{row},大可乡" for row in VILLAGES)],
        # Most rows are short: places without data.
        [HEADER, "大可乡,,,", "长湖镇,,,", "圭山镇,,,", VILLAGES[0]],
        # A village whose data are missing.
        [HEADER, "海宜,,,", *VILLAGES],
    ],
)
def test_short_rows_that_may_be_objects_stay(lines: list[str]) -> None:
    raw = table(*lines)
    assert arranged(raw) is raw


@pytest.mark.parametrize(
    "row",
    ["name,longitude,latitude,households", "文字,十进制度,十进制度,户", ",(度),(度),(户)"],
)
def test_a_row_that_explains_the_header_is_no_object(row: str) -> None:
    found = arranged(table(HEADER, row, *VILLAGES))
    assert found.frame["自然村"].tolist() == ["大可村", "海宜", "上蒲草"]
    assert (found.rows_read, told(found)) == (3, ["header_explained"])


@pytest.mark.parametrize("row", ["海宜,不详,不详,约二十", "海宜,待测,待测,", "海宜,,,户"])
def test_a_first_row_whose_values_are_words_stays(row: str) -> None:
    raw = table(HEADER, row, *VILLAGES)
    assert arranged(raw) is raw


def test_the_header_under_a_row_of_groups_is_the_one_that_counts() -> None:
    found = arranged(table("基本信息,坐标,column 3,住户", HEADER, "文字,度,度,户", *VILLAGES))
    assert list(found.frame.columns) == [*HEADER.split(","), ROW]
    assert len(found.frame) == 3


def test_a_table_on_its_side_is_turned() -> None:
    across = [
        ",".join(cells) for cells in zip(*(r.split(",") for r in [HEADER, *VILLAGES]), strict=True)
    ]
    found = arranged(table(*across))
    assert list(found.frame.columns) == [*HEADER.split(","), ROW]
    assert found.frame["户数"].tolist() == ["35", "61", "58"]
    assert found.frame[ROW].tolist() == [2, 3, 4]
    assert (found.rows_read, told(found)) == (3, ["on_its_side"])


def test_places_that_are_called_like_headers_are_none() -> None:
    raw = table("名称,经度,纬度", "街道,103.29,24.77", "村名,103.42,24.72", "小区,103.41,24.71")
    assert arranged(raw) is raw


def test_a_usual_table_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = table(HEADER, *VILLAGES)
    assert arranged(raw) is raw
    sectioned = table(HEADER, "大可乡,,,", *VILLAGES)
    monkeypatch.setattr(module, "MOST_SHORT", 0)
    assert arranged(sectioned) is sectioned

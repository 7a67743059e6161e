"""Report, rejected rows and templates: golden, escaped, and readable by the doctor itself."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from data.doctor.base import ImportChoice
from data.doctor.diagnosis import Diagnosis, FileOrigin
from data.doctor.report.files import REPORTS, report
from data.doctor.report.rejects import rejected_file
from data.doctor.report.templates import template, template_columns
from data.tables.imports import IMPORTABLE, RASTERS, REQUIRED
from data.tables.reader import Pack
from data.wording.catalogue import text
from geo.errors import InputError, UnknownNameError
from tests.data.doctor.examining import examine

GOLDEN = Path(__file__).parent / "golden"
YUNNAN = Pack.load("yunnan")
FILE = """村编号,村名,县,经度,纬度,户数,4G,备注
V1,龙尾村,大理市,100.2345,25.6012,34,有,
V2,=cmd|calc,大理市,100.2401,25.6101,-5,无,<script>alert(1)</script>
V2,海东村,大理市,100.3201,25.7001,52,也许,
V4,下关村,大理市,0,0,41,有,
V5,山后村,漾濞县,99.9512,25.6712,37,无,
""".encode("gb18030")
TABLES = [name for name in IMPORTABLE if name not in RASTERS]


@lru_cache(maxsize=2)
def found(*, mended: bool = False) -> Diagnosis:
    repairs = frozenset({"new_id"} if mended else ())
    return examine(
        FILE, YUNNAN, ImportChoice(kind="natural_villages", repairs=repairs),
        origin=FileOrigin("declared", "2026-06-30", dt.date(2026, 11, 20)), name="大理<村>.csv",
    )  # fmt: skip


@pytest.mark.parametrize("suffix", REPORTS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_is_as_it_was(suffix: str, language: str) -> None:
    """Set TONGCUN_GOLDEN=1 to write the report anew, then read the difference."""
    path = GOLDEN / f"report_{language}{suffix}"
    content = report(found(), suffix, language)
    if os.environ.get("TONGCUN_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    assert content.decode().splitlines() == path.read_text(encoding="utf-8").splitlines()


def test_counts_add_up_in_every_format() -> None:
    told = json.loads(report(found(), ".json", "en"))
    counts = told["counts"]
    assert counts == {"read": 5, "accepted": 2, "repaired": 0, "rejected": 3}
    assert told["crs"]["status"] in {"decided", "undecided"}
    assert {item["row"] for item in told["findings"] if item["severity"] == "error"} == {3, 4, 5}
    rows = list(csv.DictReader(io.StringIO(report(found(), ".csv", "en").decode("utf-8-sig"))))
    assert len(rows) == len(told["findings"])
    assert "5 rows read = 2 accepted + 0 repaired + 3 rejected" in report(
        found(), ".html", "en"
    ).decode()  # fmt: skip


def test_nothing_from_the_file_runs() -> None:
    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.seen: set[str] = set()

        def handle_starttag(self, tag: str, _attrs: object) -> None:
            self.seen.add(tag)

    reader = Tags()
    page = report(found(), ".html", "zh").decode()
    reader.feed(page)
    assert "script" not in reader.seen
    assert "村" not in reader.seen
    assert "&lt;script&gt;" in page
    rows = csv.reader(io.StringIO(report(found(), ".csv", "zh").decode("utf-8-sig")))
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+"))]


def test_a_repaired_row_is_told_apart() -> None:
    told = json.loads(report(found(mended=True), ".json"))
    assert told["counts"] == {"read": 5, "accepted": 2, "repaired": 1, "rejected": 2}
    assert told["repairs"]["consented"] == ["new_id"]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_rejected_rows_stand_in_the_layout_of_the_file(suffix: str) -> None:
    content = rejected_file(found(), suffix)
    if suffix == ".csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        rows = [["" if c is None else str(c) for c in row] for row in sheet.values]
    header = FILE.decode("gb18030").splitlines()[0].split(",")
    assert rows[0] == [text("import_report.reason", "zh"), *header]
    assert [row[1] for row in rows[1:]] == ["V2", "V2", "V4"]
    assert rows[1][2] == "'=cmd|calc"
    assert rows[1][6] == "-5"
    assert all(row[0] for row in rows[1:])


def test_unknown_formats_are_named() -> None:
    with pytest.raises(UnknownNameError, match="report format"):
        report(found(), ".pdf")
    with pytest.raises(UnknownNameError, match="rejected"):
        rejected_file(found(), ".shp")
    with pytest.raises(UnknownNameError, match="template"):
        template("sites", "zh", ".doc")
    with pytest.raises(InputError, match="raster"):
        template("dem")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", TABLES)
def test_a_template_is_read_by_the_doctor_as_its_own_table(name: str, language: str) -> None:
    for suffix in (".xlsx", ".csv"):
        content = template(name, language, suffix)
        seen = examine(content, YUNNAN, name=f"template{suffix}")
        assert seen.kind == name
        assert seen.headers.extras == ()
        wanted = {column.name for column in template_columns(IMPORTABLE[name])} - {"wkt"}
        assert set(seen.headers.mapped.values()) == wanted
        assert set(REQUIRED[name]) <= wanted
        # The example row is left out, and nothing but its mark is wrong with it.
        assert (seen.counts.read, seen.counts.rejected) == (1, 1)
        rules = set(seen.findings.frame["rule"])
        assert "template_example" in rules
        assert rules <= {"template_example", "unknown_code"}


def test_a_template_without_its_example_is_an_empty_table() -> None:
    rows = template("sites", "zh", ".csv").decode("utf-8-sig")
    filled = rows.replace(text("template.example", "zh"), "S1")
    seen = examine(filled.encode(), YUNNAN, name="sites.csv")
    assert (seen.kind, seen.counts.accepted) == ("sites", 1)


def test_a_template_tells_units_words_and_what_is_needed() -> None:
    book = openpyxl.load_workbook(io.BytesIO(template("base_stations", "zh")))
    sheet, notes = book.worksheets
    assert "挂高（m）" in [cell.value for cell in sheet[1]]
    told = {row[1]: row for row in notes.iter_rows(min_row=4, values_only=True)}
    assert told["lon"][2] == "必填"
    assert "4G" in told["technology"][5]
    lines = template("base_stations", "en", ".csv").decode("utf-8-sig")
    assert "antenna_height_m (m)" in lines
    assert "required" in lines


def test_a_report_speaks_one_language_throughout() -> None:
    file = "云南省台账,,,,\n名称,县,代码,经度,纬度\n甲,无此县,,100.2,25.6\n乙,呈贡县,,度,25.6\n"
    seen = examine(file.encode(), YUNNAN, ImportChoice(kind="natural_villages"), name="v.csv")
    assert {"unknown_name", "former_name", "unreadable_coordinate"} <= set(
        seen.findings.frame["rule"]
    )
    chinese, english = (json.loads(report(seen, ".json", language)) for language in ("zh", "en"))
    assert chinese["read_as"]["remarks"] == ["表头上方的 1 行是标题，未读入"]
    assert english["read_as"]["remarks"] == [
        "1 row(s) above the header are titles and were left out"
    ]
    assert all(any(char > "\u2e7f" for char in item["title"]) for item in chinese["rules"])
    assert all(item["title"].isascii() for item in english["rules"])

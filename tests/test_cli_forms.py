"""Forms and the life of a site in the terminal, and hand-over by the ending of --out."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.terminal import run_here

pytestmark = pytest.mark.usefixtures("toy_listed")


def test_the_life_of_a_site_ends_in_the_list_of_acceptances(tmp_path: Path) -> None:
    home = ["--workspace", tmp_path / "w", "--province", "toy"]
    file = tmp_path / "steps.csv"
    file.write_text(
        "site_id,stage,as_of,villages,technology,rsrp_dbm,photographs,result\n"
        "s1,accepted,2023-06-30,v03;v06,4G,-92,=a.jpg,passed\ns2,已批复,2023-06-30,,,,,\n",
        encoding="utf-8",
    )
    run_here("site-life", file, *home)
    assert "approved" in run_here("site-life", *home).stdout
    out = tmp_path / "x.xlsx"
    run_here("form", "acceptance", *home, "--field", "department=某局", "--out", out)
    sheet = openpyxl.load_workbook(out).worksheets[0]
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value}
    assert {"v03", "v06", "某局", -92, "合格"} <= set(cells)
    assert cells["=a.jpg"].data_type == "s"


def test_a_step_backwards_is_one_line(tmp_path: Path) -> None:
    home = ["--workspace", tmp_path, "--province", "toy", "--site", "s1", "--date", "2023-06-30"]
    run_here("site-life", *home, "--stage", "operational")
    failed = run_here("site-life", *home, "--stage", "proposed", code=2)
    assert "cannot go back" in failed.stderr


def test_an_offices_own_template_is_filled(tmp_path: Path) -> None:
    own, out = tmp_path / "own.xlsx", tmp_path / "out.xlsx"
    run_here("form-template", "acceptance", own)
    home = ["--workspace", tmp_path / "w", "--province", "toy"]
    run_here("form", "acceptance", *home, "--template", own, "--out", out)
    assert openpyxl.load_workbook(out).worksheets[0]["A1"].value == "验收清单"
    failed = run_here("form", "acceptance", *home, "--template", tmp_path / "no", "--out", out,
                      code=2)  # fmt: skip
    assert "cannot be read" in failed.stderr


@pytest.mark.parametrize(
    ("suffix", "beside"),
    [(".kmz", ()), (".tab", (".map", "-about.tab")), (".dxf", ()), (".qgz", (".gpkg",))],
)
def test_gaps_for_other_programs(suffix: str, beside: tuple[str, ...], tmp_path: Path) -> None:
    run_here("gaps", "-p", "toy", "-l", "mobile_5g", "--out", tmp_path / f"甲{suffix}")
    written = {path.name for path in tmp_path.iterdir()}
    assert {f"甲{ending}" for ending in (suffix, *beside)} <= written
    if suffix in {".kmz", ".qgz"}:
        content = (tmp_path / f"甲{suffix}").read_bytes()
        assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


def test_open_fibre_data_of_gaps_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    failed = run_here("gaps", "-p", "toy", "--out", tmp_path / "x.ofds.json", code=2)
    assert "no links" in failed.stderr
    assert list(tmp_path.iterdir()) == []

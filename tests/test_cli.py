"""The terminal door: every sub-command, every format, exit codes, one-line errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from commands.options import print_table
from data.export.writers import SUFFIXES
from planning.gaps import GAP_COLUMNS
from tests.terminal import ROOT, run_command, run_here


def read(path: Path):
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype={"adcode": str})
    if path.suffix == ".xlsx":
        return pd.read_excel(path, sheet_name="gaps", dtype={"adcode": str}, engine="openpyxl")
    if path.suffix == ".parquet":
        return gpd.read_parquet(path)
    return gpd.read_file(path, **({"layer": "gaps"} if path.suffix == ".gpkg" else {}))


def test_help_names_every_command() -> None:
    text = run_command("--help").stdout
    for name in (
        "gaps",
        "villages",
        "whatif",
        "sources",
        "import",
        "imports",
        "undo",
        "template",
        "ledger",
        "place",
        "plan",
    ):
        assert name in text


def test_a_printed_table_is_whole_and_aligned(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A narrow terminal cuts nothing; Chinese characters take two cells; nothing is decorated."""
    monkeypatch.setenv("COLUMNS", "20")
    long = "x" * 200
    table = pd.DataFrame(
        {"name": ["昆明市", None, "[red]a[/]"], "gap": [1200.0, 3.5, float("nan")], "n": [7, 8, 9]}
    )
    table["text"] = [long, "line\nbreak", "é"]
    print_table(table, right=("gap", "n"))
    assert capsys.readouterr().out.splitlines() == [
        "name         gap  n  text",
        f"昆明市     1,200  7  {long}",
        "—            3.5  8  line break",
        "[red]a[/]      —  9  é",
    ]
    print_table(table.head(0))
    assert capsys.readouterr().out == "name  gap  n  text\n"


@pytest.mark.parametrize("suffix", [s for s in SUFFIXES if s != ".kml"])
def test_gaps_in_every_format(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"gaps{suffix}"
    layer, tables = ("all", 5) if suffix == ".xlsx" else ("mobile_5g", 1)
    run_here(
        "gaps", "--province", "yunnan", "--layer", layer, "--level", "prefecture", "--out", path
    )
    frame = read(path)
    assert list(frame.columns)[:15] == list(GAP_COLUMNS)
    assert len(frame) == tables * 16
    mine = frame[frame["layer"] == "mobile_5g"]
    assert mine["target"].sum() == 159_000
    assert mine["built"].sum() == 19_000


def test_gaps_as_kml_is_read_by_gdal(tmp_path: Path) -> None:
    path = tmp_path / "gaps.kml"
    run_here("gaps", "--province", "gansu", "--layer", "mobile_4g", "--out", path)
    assert len(gpd.read_file(path, layer=0)) >= 14


def test_gansu_by_one_switch_and_a_table_on_the_screen() -> None:
    text = run_command(
        "gaps", "--province", "gansu", "--level", "county", "--layer", "fibre"
    ).stdout
    assert text.splitlines()[0].split() == list(GAP_COLUMNS)
    assert len(text.splitlines()) == 88


def test_later_date(tmp_path: Path) -> None:
    path = tmp_path / "g.csv"
    run_here("gaps", "-p", "yunnan", "-l", "mobile_5g", "--as-of", "2023-12-31", "-o", path)
    assert read(path)["built"].sum() == 98_689


def test_villages_of_one_prefecture(tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    run_here(
        "villages", "-p", "yunnan", "--state", "uncovered", "--prefecture", "533300", "-o", path
    )
    frame = pd.read_csv(path, dtype={"prefecture": str})
    assert len(frame) > 0
    assert set(frame["prefecture"]) == {"533300"}
    assert set(frame["state"]) == {"uncovered"}
    assert set(frame["evidence"]) == {"illustrative"}


def test_all_uncovered_villages_number_five_thousand(tmp_path: Path) -> None:
    path = tmp_path / "v.parquet"
    run_here("villages", "-p", "yunnan", "--state", "uncovered", "-o", path)
    assert len(gpd.read_parquet(path)) == 5_000


def test_rule_a_agrees_with_the_flags(tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    run_here("villages", "-p", "yunnan", "--state", "uncovered", "--radius-m", "5000", "-o", path)
    assert len(pd.read_csv(path)) == 5_000


def test_whatif(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    run_here(
        "whatif", "-p", "yunnan", "--site", "25.04,102.71,40,5g_700", "-s", "27.0,98.9", "-o", path
    )
    book = pd.read_excel(path, sheet_name=None, engine="openpyxl")
    assert {"whatif", "villages", "effect", "sources", "about"} <= set(book)
    assert len(book["whatif"]) == 2
    text = run_here("whatif", "-p", "yunnan", "--site", "25.04,102.71").stdout
    assert "circle: no terrain data" in text


def test_sources_lead_to_quotes() -> None:
    text = run_here("sources", "--province", "gansu").stdout
    assert "gs-4g-2020" in text
    assert "004_5417c4b8c648fc12.txt" in text


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["gaps", "--province", "yunan"], 2, "did you mean 'yunnan'"),
        (["gaps", "-p", "yunnan", "--layer", "mobile_6g"], 2, "mobile_5g"),
        (["gaps", "-p", "yunnan", "--layer", "backbone,fibre"], 2, "overlay"),
        (["gaps", "-p", "yunnan", "--layer", "fibre", "--metric", "reech"], 2, "'reach'"),
        (["needs", "-p", "yunnan", "--layer", "backbone"], 2, "mobile_5g"),
        (["gaps", "-p", "yunnan", "--level", "town"], 2, "town"),
        (["gaps", "-p", "yunnan", "--as-of", "31.12.2021"], 2, "YYYY-MM-DD"),
        (["gaps", "-p", "yunnan", "--out", "gaps.doc"], 2, ".xlsx"),
        (["gaps", "-p", "yunnan", "--out", "/nowhere/at/all/gaps.csv"], 1, "/nowhere"),
        (["whatif", "-p", "yunnan", "--site", "102.71,25.04"], 2, "swapped"),
        (["whatif", "-p", "yunnan", "--site", "31.2,121.5"], 2, "outside"),
        (["whatif", "-p", "yunnan", "--site", "here"], 2, "LAT,LON"),
        (["villages", "-p", "yunnan", "--radius-m", "0"], 2, "radius"),
        (["villages", "-p", "yunnan", "--prefecture", "999999"], 2, "999999"),
        (["gaps", "-p", "yunnan", "--scenario", "missing.json"], 2, "missing.json"),
        (["fly"], 2, "fly"),
    ],
)
def test_bad_calls_say_what_where_and_how(arguments: list[str], code: int, words: str) -> None:
    done = run_here(*arguments, code=code)
    assert words in done.stderr
    assert done.stdout == ""


def test_a_broken_pack_is_named(tmp_path: Path) -> None:
    """A pack file cut in half gives its path and the repair, not a traceback."""
    import shutil

    shutil.copytree(
        ROOT,
        tmp_path / "app",
        ignore=shutil.ignore_patterns(
            ".git", ".venv", ".cache", "node_modules", "tests", "docs", ".*_cache", ".hypothesis"
        ),
    )
    broken = tmp_path / "app/data/packs/yunnan/regions.parquet"
    broken.write_bytes(broken.read_bytes()[:1000])
    command = [sys.executable, "cli.py", "gaps", "-p", "yunnan"]
    done = subprocess.run(
        command, cwd=tmp_path / "app", capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 1
    assert "regions.parquet" in done.stderr
    assert "make data" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_is_imported_listed_used_and_taken_back(tmp_path: Path) -> None:
    file, folder = tmp_path / "自然村.csv", tmp_path / "workspace"
    file.write_bytes(
        "自然村编号,经度,纬度,户数,是否有4G\na,102.7,25.03,30,否\nb,102.71,25.04,40,是\n"
        "c,102.72,25.02,-1,是\n".encode("gb18030")
    )
    where = ("--province", "yunnan", "--workspace", folder)
    mended = tmp_path / "rejected.csv"
    order = ("import", file, *where, "--as-of", "2024-06-30", "--evidence", "measured")
    assert "nothing was committed" in run_here(*order, "--dry-run").stdout
    assert not folder.exists()
    said = run_here(*order, "--report", tmp_path / "r.json", "--rejected", mended).stdout
    assert "3 rows read = 2 accepted + 0 repaired + 1 rejected" in said
    assert (tmp_path / "r.json").exists()
    assert "c,102.72,25.02,-1" in mended.read_text(encoding="utf-8-sig")
    assert "in force" in run_here("imports", "--workspace", folder).stdout
    out = tmp_path / "villages.csv"
    run_here("villages", *where, "--state", "all", "--out", out)
    rows = pd.read_csv(out)
    assert list(rows["village_id"]) == ["a", "b"]
    assert set(rows["evidence"]) == {"measured"}
    assert "自然村.csv" in run_here("sources", *where).stdout
    assert "a" in run_here("ledger", *where, "--as-of", "2024-07-01").stdout
    assert "has_4g" in run_here("ledger", *where).stdout
    assert "pack's own" in run_here("undo", "natural_villages", *where).stdout
    assert "自然村.csv" in run_here("undo", "natural_villages", *where, "--redo").stdout


def test_a_template_is_written_and_faults_are_told(tmp_path: Path) -> None:
    run_here("template", "sites", tmp_path / "t.xlsx")
    run_here("template", "sites", tmp_path / "t.pdf", code=2)
    run_here("import", tmp_path / "absent.csv", "--province", "yunnan", code=1)
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    assert "empty" in run_here("import", empty, "--province", "yunnan", code=1).stderr
    bad = tmp_path / "bad.csv"
    bad.write_text("自然村编号,经度,纬度,户数\na,102.7,25.03,-1\n", encoding="utf-8")
    told = run_here("import", bad, "--province", "yunnan", "--workspace", tmp_path / "w", code=2)
    assert "households negative" in told.stdout
    assert "no row was accepted" in told.stderr
    again = run_here("import", empty, "--province", "yunnan", "--evidence", "illustrative", code=2)
    assert "declared" in again.stderr

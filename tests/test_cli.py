"""The terminal door: every sub-command, every format, exit codes, one-line errors."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from commands.options import print_table
from data.export.writers import PLAIN
from data.ledger.anomalies import anomaly_table
from data.tables.reader import Pack
from planning.gaps import EXTRA_COLUMNS, GAP_COLUMNS
from tests.terminal import run_command, run_here
from tests.toy import EAST

pytestmark = pytest.mark.usefixtures("toy_listed")


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


def test_a_printed_year_has_no_separator_of_thousands(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(pd.DataFrame({"year": [2026], "price_year": [2025], "households": [2026]}))
    assert capsys.readouterr().out.split("\n")[1].split() == ["2026", "2025", "2,026"]


def test_a_printed_amount_keeps_its_size_and_its_hundredths(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An exponent or six digits would no longer be the amount of the page and the files."""
    print_table(pd.DataFrame({"low": [1_155_284.5], "base": [730_408.1], "per": [0.25]}))
    assert capsys.readouterr().out.split("\n")[1].split() == ["1,155,284.50", "730,408.10", "0.25"]


@pytest.mark.parametrize("suffix", [s for s in PLAIN if s != ".kml"])
def test_gaps_in_every_format(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"gaps{suffix}"
    layer, tables = ("all", 7) if suffix == ".xlsx" else ("mobile_5g", 1)
    run_here("gaps", "--province", "toy", "--layer", layer, "--level", "prefecture", "--out", path)
    frame = read(path)
    assert list(frame.columns)[:15] == list(GAP_COLUMNS)
    assert len(frame) == tables * 2
    mine = frame[frame["layer"] == "mobile_5g"]
    assert mine["target"].sum() == 1_003
    assert mine["built"].sum() == 300
    assert list(frame.columns)[15 : 15 + len(EXTRA_COLUMNS)] == list(EXTRA_COLUMNS)
    assert set(mine["target_as_of"].astype(str).str[:10]) == {"2025-12-31"}
    assert set(mine["target_status"]) == {"derived"}
    assert set(mine["rule"]) == {"urban_population"}
    assert mine["built_low"].tolist() == [109, 37]
    assert mine["built_high"].tolist() == [263, 191]
    assert set(mine["denominator_en"]) == {"all base stations of all operators in the region"}


def test_gaps_as_kml_is_read_by_gdal(tmp_path: Path) -> None:
    path = tmp_path / "gaps.kml"
    run_here("gaps", "--province", "toy", "--layer", "mobile_4g", "--out", path)
    assert len(gpd.read_file(path, layer=0)) >= 2


def test_counties_as_a_table_on_the_screen() -> None:
    text = run_command("gaps", "--province", "toy", "--level", "county", "--layer", "fibre").stdout
    more = ["metric", "target_as_of", "target_status", "rule", "denominator", "built_low",
            "built_high", "note"]  # fmt: skip
    assert text.splitlines()[0].split() == [*GAP_COLUMNS, *more]
    assert len(text.splitlines()) == 5


def test_the_word_stands_before_the_number_on_the_screen() -> None:
    printed = run_here("gaps", "-p", "yunnan", "-l", "natural_villages", "--level", "province",
                       "--as-of", "2020-12-31").stdout  # fmt: skip
    assert "about 5,000" in printed
    assert "assumption all covered" in printed


def test_a_file_carries_what_a_reader_of_the_figures_needs(tmp_path: Path) -> None:
    path = tmp_path / "g.csv"
    run_here("gaps", "-p", "yunnan", "-l", "mobile_5g", "--level", "province", "--as-of",
             "2021-12-31", "-o", path)  # fmt: skip
    (row,) = read(path).to_dict("records")
    assert (row["target_as_of"], row["target_status"]) == ("2025-12-31", "derived")
    assert (row["evidence"], row["built_qualifier"]) == ("derived", "about")
    assert (row["built_low"], row["built_high"]) == (41_050, 41_150)


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("gaps -l data_centres --level province", "more than 40,000"),
        ("needs -l data_centres", "more than 40,000"),
        ("needs -l mobile_5g --as-of 2022-06-30", " about 3,"),
        ("progress -l mobile_5g --level province --as-of 2026-11-30", "about 102,259"),
        ("sources", "about 41,100"),
    ],
)
def test_the_word_stands_before_the_number(command: str, shown: str) -> None:
    printed = run_here(*command.split(), "-p", "yunnan").stdout
    assert shown in printed
    assert "qualifier" not in printed.splitlines()[0]


def test_needs_follow_the_date(tmp_path: Path) -> None:
    for day, first, built in (("2020-12-31", 2021, 300), ("2024-06-30", 2024, 353)):
        path = tmp_path / f"{day}.csv"
        run_here("needs", "-p", "toy", "-l", "mobile_5g", "--as-of", day, "-o", path)
        frame = pd.read_csv(path)
        years = [name for name in frame.columns if name.startswith("year_")]
        assert years[0] == f"year_{first}"
        assert frame["built"].sum() == built
        assert frame[years].sum().sum() == frame["gap"].sum() == 1_003 - built


def test_the_other_target_in_the_terminal(tmp_path: Path) -> None:
    options = ("-p", "gansu", "-l", "mobile_4g", "-m", "base_stations_all_kinds")
    path = tmp_path / "g.csv"
    run_here("gaps", *options, "--target-date", "2017-12-31", "-o", path)
    assert read(path)["target"].sum() == 70_000
    run_here("gaps", *options, "-o", path)
    assert read(path)["target"].sum() == 90_000
    run_here("needs", *options, "--target-date", "2017-12-31", "-o", path)
    assert read(path)["target"].sum() == 70_000


def test_later_date(tmp_path: Path) -> None:
    path = tmp_path / "g.csv"
    run_here("gaps", "-p", "toy", "-l", "mobile_4g", "--as-of", "2022-12-31", "-o", path)
    assert read(path)["built"].sum() == 970


def test_villages_of_one_prefecture(tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    run_here("villages", "-p", "toy", "--state", "uncovered", "--prefecture", EAST, "-o", path)
    frame = pd.read_csv(path, dtype={"prefecture": str})
    assert frame["village_id"].tolist() == ["v09", "v12", "v15"]
    assert set(frame["prefecture"]) == {EAST}
    assert set(frame["state"]) == {"uncovered"}
    assert set(frame["evidence"]) == {"declared"}


def test_villages_as_a_map(tmp_path: Path) -> None:
    path = tmp_path / "v.parquet"
    run_here("villages", "-p", "toy", "--state", "uncovered", "-o", path)
    assert len(gpd.read_parquet(path)) == 6


def test_states_by_distance_replace_the_flags(tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    run_here("villages", "-p", "toy", "--state", "uncovered", "--radius-m", "900", "-o", path)
    assert len(pd.read_csv(path)) == 15


def test_whatif(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    run_here(
        "whatif", "-p", "toy", "--site", "25.3,100.302,40,5g_700", "-s", "25.1,100.6", "-o", path
    )
    book = pd.read_excel(path, sheet_name=None, engine="openpyxl")
    assert {"whatif", "villages", "effect", "sources", "about"} <= set(book)
    assert len(book["whatif"]) == 2
    text = run_here("whatif", "-p", "toy", "--site", "25.3,100.302").stdout
    assert "2 villages, 37 households newly reached; circle: no terrain data" in text


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_sources_in_every_format_carry_quotes_links_and_anomalies(
    suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"sources{suffix}"
    run_here("sources", "--province", "yunnan", "--out", path)
    if suffix == ".xlsx":
        table = pd.read_excel(path, engine="openpyxl")
    else:
        table = pd.read_csv(path) if suffix == ".csv" else pd.read_parquet(path)
    table = table.set_index("id")
    seen = table.loc["obs-530000-mobile_5g-20230930"]
    assert seen["link"] == "http://en.c114.com.cn/583/a1247411.html"
    assert seen["qualifier"] == "="
    assert table.loc["obs-530000-mobile_5g-20201231", "quote"] == "完成5G基站建设1.9万个"
    assert table.loc["yn-5g-2020", "source_file"].startswith("002_")
    derived = table.loc["obs-530000-mobile_5g-20211231", "note"]
    assert "no source states it" in derived
    found = anomaly_table(Pack.load("yunnan"))
    listed = table[table.index.str.startswith("anomaly:")]
    assert listed["metric_zh"].tolist() == found["text_zh"].tolist()
    text = run_here("sources", "--province", "yunnan").stdout
    assert found["text_en"].iloc[0][:40] in text


def test_a_layer_with_gaps_lists_its_rows_too(tmp_path: Path) -> None:
    path = tmp_path / "backbone.csv"
    run_here("gaps", "-p", "yunnan", "-l", "backbone", "--list", "-o", path)
    rows = pd.read_csv(path).set_index("id")
    assert rows.loc["yn-backbone-2020", "quote"] == "省际互联网带宽能力达28Tbps"
    gaps = tmp_path / "gaps.csv"
    run_here("gaps", "-p", "yunnan", "-l", "backbone", "--level", "province", "-o", gaps)
    assert pd.read_csv(gaps)[["unit", "built"]].to_numpy().tolist() == [["tbit_per_s", 28]]
    zones = tmp_path / "zones.geojson"
    run_here("gaps", "-p", "yunnan", "-l", "policy_zones", "-o", zones)
    assert len(gpd.read_file(zones)) == 28
    wrong = run_here("gaps", "-p", "yunnan", "-l", "fibre", "--list", code=2)
    assert "no list of rows" in wrong.stderr


def test_sources_lead_to_quotes() -> None:
    text = run_here("sources", "--province", "toy").stdout
    assert "toy-mobile_4g-2020" in text
    assert "toy.txt" in text


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["gaps", "--province", "toyy"], 2, "did you mean 'toy'"),
        (["gaps", "-p", "toy", "--layer", "mobile_6g"], 2, "mobile_5g"),
        (["gaps", "-p", "toy", "--layer", "policy_zones,fibre"], 2, "overlay"),
        (["gaps", "-p", "toy", "--layer", "fibre", "--metric", "subscriber"], 2, "'subscribers'"),
        (["needs", "-p", "toy", "--layer", "backbone"], 2, "metric bandwidth_out has no list"),
        (["gaps", "-p", "toy", "--level", "town"], 2, "town"),
        (["gaps", "-p", "toy", "--as-of", "31.12.2021"], 2, "YYYY-MM-DD"),
        (["gaps", "-p", "toy", "--out", "gaps.doc"], 2, ".xlsx"),
        (["gaps", "-p", "toy", "--out", "/nowhere/at/all/gaps.csv"], 1, "/nowhere"),
        (["whatif", "-p", "toy", "--site", "102.71,25.04"], 2, "swapped"),
        (["whatif", "-p", "toy", "--site", "31.2,121.5"], 2, "outside"),
        (["whatif", "-p", "toy", "--site", "here"], 2, "LAT,LON"),
        (["villages", "-p", "toy", "--radius-m", "0"], 2, "radius"),
        (["villages", "-p", "toy", "--prefecture", "999999"], 2, "999999"),
        (["gaps", "-p", "toy", "--scenario", "missing.json"], 2, "missing.json"),
        (["fly"], 2, "fly"),
    ],
)
def test_bad_calls_say_what_where_and_how(arguments: list[str], code: int, words: str) -> None:
    done = run_here(*arguments, code=code)
    assert words in done.stderr
    assert done.stdout == ""


def test_a_broken_pack_is_named(toy: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pack file cut in half gives its path and the repair, not a traceback."""
    monkeypatch.setenv("TONGCUN_PACKS", str(tmp_path))
    broken = shutil.copytree(toy.folder, tmp_path / "toy") / "regions.parquet"
    broken.write_bytes(broken.read_bytes()[:1000])
    done = run_command("gaps", "-p", "toy", code=1)
    assert str(broken) in done.stderr
    assert "make data" in done.stderr


def test_a_file_is_imported_listed_used_and_taken_back(tmp_path: Path) -> None:
    file, folder = tmp_path / "自然村.csv", tmp_path / "workspace"
    file.write_bytes(
        "自然村编号,经度,纬度,户数,是否有4G\na,100.2,25.23,30,否\nb,100.21,25.24,40,是\n"
        "c,100.22,25.22,-1,是\n".encode("gb18030")
    )
    where = ("--province", "toy", "--workspace", folder)
    mended = tmp_path / "rejected.csv"
    order = ("import", file, *where, "--as-of", "2024-06-30", "--evidence", "measured")
    assert "nothing was committed" in run_here(*order, "--dry-run").stdout
    assert not folder.exists()
    assert "undecided" in run_here(*order, code=1).stderr
    decided = (*order, "--crs", "WGS84")
    said = run_here(*decided, "--report", tmp_path / "r.json", "--rejected", mended).stdout
    assert "3 rows read = 2 accepted + 0 repaired + 1 rejected" in said
    assert (tmp_path / "r.json").exists()
    assert "c,100.22,25.22,-1" in mended.read_text(encoding="utf-8-sig")
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
    run_here("import", tmp_path / "absent.csv", "--province", "toy", code=1)
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    assert "empty" in run_here("import", empty, "--province", "toy", code=1).stderr
    bad = tmp_path / "bad.csv"
    bad.write_text("自然村编号,经度,纬度,户数\na,100.2,25.23,-1\n", encoding="utf-8")
    told = run_here("import", bad, "--province", "toy", "--workspace", tmp_path / "w", code=2)
    assert "households negative" in told.stdout
    assert "no row was accepted" in told.stderr
    again = run_here("import", empty, "--province", "toy", "--evidence", "illustrative", code=2)
    assert "declared" in again.stderr

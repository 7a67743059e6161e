"""The terminal door to coverage over terrain: rules, villages, one path, an area, what-if."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import rasterio

from data.tables.reader import Pack
from tests.terminal import run_here as run

PACK = Pack.load("yunnan")
#: Lushui, where the demonstration relief lies.
COUNTY = "533301"


@pytest.fixture(scope="module")
def village() -> pd.Series:
    rows = PACK.table("natural_villages")
    inside = rows[(rows["adcode"].astype(str) == COUNTY) & (rows["lat"].between(25.9, 26.1))]
    without = inside[~inside["has_4g"].fillna(value=True).astype(bool)]
    return without.iloc[0]


@pytest.fixture
def site(village: pd.Series) -> str:
    return f"{village['lat']:.5f},{village['lon'] + 0.005:.5f},35,4g_800"


def test_rules_are_listed_with_what_was_verified() -> None:
    text = run("rules").stdout
    assert "miit_2018_a" in text
    assert "verified" in text


def test_without_a_model_the_way_to_one_is_told(tmp_path: Path) -> None:
    told = run("coverage", "-p", "yunnan", "--workspace", tmp_path, code=2).stderr
    assert "dem fetch" in told


def test_coverage_of_a_county_as_a_table_and_a_file(tmp_path: Path) -> None:
    call = ("coverage", "-p", "yunnan", "--demonstration", "--region", COUNTY)
    shown = run(*call, "--workspace", tmp_path)
    assert "illustrative relief" in shown.stdout
    out = tmp_path / "coverage.xlsx"
    run(*call, "--preset", "4g_800", "--workspace", tmp_path, "--out", out)
    book = pd.read_excel(out, sheet_name=None, engine="openpyxl")
    assert set(book) >= {"regions", "link_budget", "sources", "about"}
    villages = next(iter(book.values()))
    assert (villages["evidence"] == "illustrative").all()
    row = book["regions"].iloc[0]
    assert row["covered"] + row["uncovered"] + row["unknown"] == len(villages)
    listed = PACK.table("natural_villages").query("adcode.astype('str') == @COUNTY")
    assert len(villages) == (listed["households"] >= 20).sum()
    assert row["not_asked"] == (listed["households"] < 20).sum()
    assert row["reached_low"] < row["reached_expected"] < row["reached_high"]
    exact = tmp_path / "exact.xlsx"
    bare = ("--common-error-db", "0", "--correlation-m", "0")
    run(*call, "--preset", "4g_800", *bare, "--workspace", tmp_path, "--out", exact)
    alone = pd.read_excel(exact, sheet_name="regions", engine="openpyxl").iloc[0]
    assert alone["covered"] == row["covered"]
    assert alone["reached_high"] - alone["reached_low"] < row["reached_high"] - row["reached_low"]


def test_two_rules_are_compared(tmp_path: Path) -> None:
    out = tmp_path / "rules.csv"
    call = ("compare", "miit_2018_a", "miit_2018_b", "-p", "yunnan", "--demonstration")
    run(*call, "--region", COUNTY, "--workspace", tmp_path, "--out", out)
    assert set(pd.read_csv(out)["outcome"]) >= {"both", "only_a"}
    # A county is no prefecture, and a village too small for a rule is not unknown.
    own = ("compare", "miit_2018_a", "natural_village", "-p", "yunnan", "--demonstration")
    text = run(*own, "--region", COUNTY, "--workspace", tmp_path).stdout
    head, row = (line.split() for line in text.splitlines()[:2])
    assert row[0] == COUNTY
    small = PACK.table("natural_villages").query("adcode.astype('str') == @COUNTY")
    few = int((small["households"] < 20).sum())
    assert row[head.index("not_asked") - len(head)] == str(few)
    wrong = run("compare", "miit_2018", "fcc_like", "-p", "yunnan", "-w", tmp_path, code=2)
    assert "did you mean" in wrong.stderr


def test_one_path_line_by_line(tmp_path: Path, site: str, village: pd.Series) -> None:
    call = ("path", site, village["village_id"], "-p", "yunnan", "--demonstration")
    text = run(*call, "--preset", "4g_800", "--workspace", tmp_path).stdout
    assert "rsrp_dBm" in text
    assert "diffraction_dB" in text
    lines = [line.split() for line in text.splitlines() if line[0] in "+−"]
    total = sum((1 if sign == "+" else -1) * float(value) for sign, _, value, *_ in lines)
    level = next(float(line.split()[1]) for line in text.splitlines() if " rsrp_dBm " in line)
    assert total == pytest.approx(level, abs=0.03)
    nobody = run("path", site, "nobody", "-p", "yunnan", "--demonstration", "-w", tmp_path, code=2)
    assert "natural_villages has no 'nobody'" in nobody.stderr


def test_a_path_obeys_the_preset_of_its_site(tmp_path: Path, village: pd.Series) -> None:
    place = f"{village['lat']:.5f},{village['lon'] + 0.02:.5f},35"
    call = ("-p", "yunnan", "--demonstration", "-w", tmp_path)
    texts = {
        key: run("path", f"{place},{key}", village["village_id"], *call).stdout
        for key in ("5g_700", "4g_800", "4g_1800")
    }
    assert (
        run("path", place, village["village_id"], *call).stdout.splitlines()[1:]
        == texts["4g_1800"].splitlines()[1:]
    )
    for key, frequency, eirp in (("5g_700", "0.7 GHz", 35.47), ("4g_800", "0.8 GHz", 31.22)):
        assert f"{key}, {frequency}" in texts[key]
        line = next(row for row in texts[key].splitlines() if "eirp_per_re_dBm" in row)
        assert float(line.split()[2]) == pytest.approx(eirp, abs=0.01)
        assert "uplink: not computed" in texts[key]
    option = run("path", place, village["village_id"], *call, "--preset", "5g_700").stdout
    assert option.splitlines()[1:] == texts["5g_700"].splitlines()[1:]
    clash = ("path", f"{place},5g_700", village["village_id"], *call, "--preset", "4g_800")
    assert "the site says 5g_700, --preset says 4g_800" in run(*clash, code=2).stderr
    assert "the rule asks for 4G" in texts["5g_700"]
    counted = run("path", f"{place},5g_700", village["village_id"], *call, "--5g-counts-as-4g")
    assert "the rule asks for 4G" not in counted.stdout


def test_an_area_is_a_georeferenced_raster(tmp_path: Path, site: str, village: pd.Series) -> None:
    out = tmp_path / "area.tif"
    call = ("area", out, "-p", "yunnan", "--demonstration", "--site", site, "--radius-km", "3")
    run(*call, "--preset", "4g_800", "--workspace", tmp_path)
    with rasterio.open(out) as raster:
        assert raster.crs.to_epsg() == 4326
        level = next(raster.sample([(village["lon"], village["lat"])]))[0]
        assert -140 < level < -30
        assert "stamp_en" in raster.tags()
    assert ".tif" in run("area", tmp_path / "a.png", "-p", "yunnan", "-s", site, code=2).stderr
    assert "--all-sites" in run("area", out, "-p", "yunnan", code=2).stderr
    assert "spark" in run("area", out, "-p", "yunnan", "--all-sites", "--engine", "spark",
                          code=2).stderr  # fmt: skip


def test_a_placed_site_over_terrain_says_so(tmp_path: Path, site: str) -> None:
    call = ("whatif", "-p", "yunnan", "--site", site, "--level", "province", "-w", tmp_path)
    assert "circle: no terrain data" in run(*call).stdout
    over = run(*call, "--demonstration").stdout
    assert "terrain: invented demonstration relief" in over
    out = tmp_path / "effect.xlsx"
    run(*call, "--demonstration", "--out", out)
    book = pd.read_excel(out, sheet_name=None, engine="openpyxl")
    assert "missed" in book
    assert book["villages"]["rsrp_dBm"].notna().all()

"""``pack check``: a sound pack has no fault; each kind of fault is found, all of them at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from data.tables.checks.pack import check_pack
from data.tables.pack import TABLES
from data.tables.reader import Pack, pack_names
from data.wording.catalogue import LANGUAGES, sentences
from layers.registry import ledger_metrics
from tests import toy as toy_pack
from tests.terminal import run_here

Change = Callable[[pd.DataFrame], pd.DataFrame]
#: Table, what is broken, rule of the fault.
Case = tuple[str, Change, str]
SHAPED = {name for name, table in TABLES.items() if table.geometry in ("polygon", "line")}


@pytest.fixture
def home(toy: Pack, tmp_path: Path) -> Path:
    return shutil.copytree(toy.folder, tmp_path / "toy")


def rules(home: Path) -> list[tuple[str, str]]:
    """Return file and rule of each fault; what the changed bytes alone cause is left out."""
    found = check_pack(home, layer_metrics=ledger_metrics()).faults
    pairs = [(fault.file, fault.message.key.removeprefix("pack_fault.")) for fault in found]
    return [pair for pair in pairs if pair != ("SOURCES.csv", "changed")]


def change(home: Path, table: str, how: Change) -> None:
    """Rewrite one table of the pack."""
    rows = Pack(home).geo(table) if table in SHAPED else Pack(home).table(table)
    toy_pack.write_table(home, table, how(rows))


def put(row: int, column: str, value: object) -> Change:
    """Return a change of one cell."""

    def how(rows: pd.DataFrame) -> pd.DataFrame:
        rows[column] = rows[column].astype(object)
        rows.loc[rows.index[row], column] = value
        return rows

    return how


def number(row: int, column: str, value: float) -> Change:
    """Return a change of one numeric cell."""

    def how(rows: pd.DataFrame) -> pd.DataFrame:
        rows[column] = rows[column].astype(float)
        rows.loc[rows.index[row], column] = value
        return rows

    return how


def shape(row: int, made: shapely.Geometry | None) -> Change:
    """Return a change of one geometry."""

    def how(rows: pd.DataFrame) -> pd.DataFrame:
        shapes = rows["geometry"].to_numpy().copy()
        shapes[row] = made
        rest = rows.drop(columns="geometry")
        made_over: pd.DataFrame = gpd.GeoDataFrame(rest, geometry=shapes, crs="EPSG:4326")
        return made_over

    return how


def other_text(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(source_file="absent.txt")


BOW = shapely.Polygon([(100, 25), (101, 25.5), (101, 25), (100, 25.5)])
WIDE = shapely.box(100.0, 25.0, 100.6, 25.5)
#: What is broken → (file, rule) that is found, among others it may bring about.
CASES: list[Case] = [
    ("places", put(3, "adcode", "990301"), "unknown_counties"),
    ("places", number(3, "lon", 100.2), "outside_county"),
    ("places", lambda rows: rows.drop(columns="kind"), "no_column"),
    ("places", lambda rows: rows.assign(colour="red", size=1), "extra_columns"),
    ("places", put(1, "place_id", "p990101"), "repeated_key"),
    ("places", put(2, "kind", None), "empty_cells"),
    ("places", put(2, "kind", "village"), "unknown_words"),
    ("places", lambda rows: rows.assign(lon="east"), "not_numeric"),
    ("places", number(0, "lon", float("inf")), "infinite"),
    ("places", number(0, "population", 1.5), "not_whole"),
    ("places", number(0, "population", -1), "below"),
    ("places", number(0, "lat", 60), "above"),
    ("natural_villages", lambda rows: rows.assign(has_4g="yes"), "not_boolean"),
    ("natural_villages", lambda rows: rows.assign(adcode=990101), "not_text"),
    ("targets", put(0, "as_of", "2020-13-31"), "not_dates"),
    ("targets", put(0, "value", "many"), "unreadable"),
    ("targets", put(0, "province", "980000"), "other_province"),
    ("targets", put(0, "layer", "mobile5g"), "misspelt"),
    ("targets", put(0, "metric", "base_station"), "misspelt"),
    ("observations", put(0, "metric", "basestations"), "misspelt"),
    ("observations", put(0, "derived_from", "nowhere"), "unknown_rows"),
    ("observations", put(0, "source_file", "absent.txt"), "no_text"),
    ("observations", put(0, "source_file", "toy.txt"), "no_quote"),
    ("targets", put(0, "quote", "从未写过"), "no_quote"),
    ("targets", put(0, "quote", " "), "no_quote"),
    ("targets", other_text, "no_text"),
    ("observations", put(0, "adcode", "990300"), "unknown_regions"),
    ("policy_zones", put(0, "regions", "990100;990300"), "unknown_regions"),
    ("unit_costs", number(0, "low", 1e9), "not_ascending"),
    ("regions", put(4, "adcode", "98010"), "odd_codes"),
    ("regions", put(0, "adcode", "990001"), "province_code"),
    ("regions", lambda rows: rows[rows["level"] != "county"], "no_level"),
    ("regions", put(4, "parent", "990300"), "no_parent"),
    ("regions", lambda rows: rows[rows["parent"] != toy_pack.EAST], "no_children"),
    ("regions", number(4, "population", 1), "sums"),
    ("regions", number(4, "urban_population", 1e6), "part_above_whole"),
    ("regions", shape(4, WIDE), "overlap"),
    ("regions", shape(1, WIDE), "not_covered"),
    ("regions", number(4, "area_km2", 1), "area"),
    ("regions", number(4, "label_lon", 110), "label_outside"),
    ("regions", shape(4, None), "empty_geometry"),
    ("regions", shape(4, BOW), "invalid_geometry"),
    ("regions", shape(4, shapely.Point(100, 25)), "wrong_geometry"),
    ("regions", lambda rows: rows.to_crs("EPSG:4490"), "wrong_crs"),
    ("rivers", lambda rows: rows.set_crs(None, allow_override=True), "wrong_crs"),
    ("SOURCES", lambda rows: rows[rows["table"] != "rivers"], "no_source"),
    ("SOURCES", put(0, "table", "roads"), "no_table"),
    ("unit_costs", lambda rows: rows.head(0), "no_rows"),
    ("SOURCES", put(0, "sha256", "?"), "odd_checksum"),
]  # fmt: skip


@pytest.mark.parametrize("name", pack_names())
def test_the_embedded_packs_are_sound(name: str) -> None:
    report = check_pack(Pack.load(name).folder, layer_metrics=ledger_metrics())
    assert [fault.line("en") for fault in report.faults] == []
    assert set(report.rows) == set(TABLES)


def test_the_toy_is_sound(toy: Pack) -> None:
    assert rules(toy.folder) == []


def rounds() -> list[list[Case]]:
    """Return the cases in rounds of one per table: faults of several tables are told at once."""
    by_table = [[case for case in CASES if case[0] == table] for table in TABLES]
    return [[case for case in found if case] for found in zip_longest(*by_table)]


@pytest.mark.parametrize("cases", rounds(), ids=lambda cases: "-".join(rule for *_, rule in cases))
def test_each_fault_is_found(home: Path, cases: list[Case]) -> None:
    for table, how, _ in cases:
        change(home, table, how)
    expected = {(f"{table}{TABLES[table].suffix}", rule) for table, _, rule in cases}
    assert expected <= set(rules(home))


def test_missing_extra_and_damaged_files(home: Path) -> None:
    (home / "sites.parquet").unlink()
    (home / "rivers.parquet").write_bytes(b"PAR1")
    (home / "places.csv").write_text("x", encoding="utf-8")
    (home / "pack.toml").write_text('adcode = "990000"', encoding="utf-8")
    assert set(rules(home)) >= {
        ("sites.parquet", "no_file"), ("rivers.parquet", "unreadable"),
        ("places.csv", "extra_file"), ("pack.toml", "settings"), ("SOURCES.csv", "no_table"),
    }  # fmt: skip


def test_a_file_that_changed_since_its_checksum(home: Path) -> None:
    change(home, "places", put(0, "name_zh", "改"))
    (fault,) = check_pack(home).faults
    assert (fault.file, fault.message.key) == ("SOURCES.csv", "pack_fault.changed")
    assert "places.parquet" in fault.line("en")


def test_every_fault_that_has_words_is_tried_here() -> None:
    tried = {rule for _, _, rule in CASES}
    tried |= {"no_file", "extra_file", "settings", "changed"}
    for language in LANGUAGES:
        told = {key for key in sentences(language) if key.startswith("pack_fault.")}
        assert {key.removeprefix("pack_fault.") for key in told} == tried


def test_the_terminal_names_every_fault_at_once(home: Path) -> None:
    said = run_here("pack", "check", home)
    assert said.stdout == ""
    assert "12 tables" in said.stderr
    change(home, "places", number(0, "lat", 60))
    change(home, "targets", put(3, "quote", "从未写过"))
    (home / "sites.parquet").unlink()
    said = run_here("pack", "check", home, code=1)
    for words in ("column lat: 1 values above 54 °, first row 1", "toy-mobile_4g-2022",
                  "sites.parquet: the file is missing"):  # fmt: skip
        assert words in said.stdout
    assert "缺少文件" in run_here("pack", "check", home, "--language", "zh", code=1).stdout
    assert "no folder" in run_here("pack", "check", home / "absent", code=2).stderr


def test_the_terminal_lists_what_a_pack_must_hold() -> None:
    whole = run_here("pack", "tables").stdout
    assert all(f"{name}{table.suffix}: " in whole for name, table in TABLES.items())
    villages = run_here("pack", "tables", "--table", "natural_villages").stdout
    assert "households" in villages
    assert TABLES["natural_villages"].title("en") in villages
    assert "method" not in villages
    assert "regions.parquet" not in villages
    assert "natural_villages" in run_here("pack", "tables", "--table", "village", code=2).stderr

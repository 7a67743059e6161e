"""One question, three ways to ask it: page, terminal and Python give the same figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data.scenario.coverage_rules import rule
from data.scenario.scenario import PlannedSite, Scenario
from data.tables.reader import Pack
from data.workspace.environment import ENVIRONMENT
from data.workspace.folder import Workspace
from layers.registry import gap_layers, metric_of
from planning.coverage.per_region import region_prediction
from planning.coverage.prediction import village_prediction
from planning.coverage.rule_comparison import RuleOrder, order_of, rule_comparison, rule_counts
from planning.elevation import terrain_of
from planning.gaps import gap_table
from planning.whatif import effect
from tests.terminal import run_here as run
from ui.shell import state
from ui.widgets import background

APP = Path(__file__).resolve().parents[3] / "app.py"
COUNTY = "533301"
PACK = Pack.load("yunnan")
WHERE = ("-p", "yunnan", "--demonstration")


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    monkeypatch.setattr(background, "PATIENCE_S", 300.0)
    return Workspace(tmp_path)


def scenario(**fields: object) -> Scenario:
    return Scenario(name="demo", province="yunnan", demonstration_terrain=True, **fields)


def page(name: str, plan: Scenario) -> AppTest:
    """Open a page with the scenario from the workspace; its relief takes it to the county."""
    Workspace.open().save(plan)
    app = AppTest.from_file(str(APP), default_timeout=300)
    app.session_state["_map_seen"] = True
    app.query_params["lang"], app.query_params["scenario"] = "en", "demo"
    app._page_hash = calc_hash(name)
    app.run()
    assert not app.exception
    assert not app.error
    assert app.session_state[state.REGION] == ("county", COUNTY)
    return app


def words(app: AppTest) -> str:
    return "\n".join(str(part.value) for part in (*app.caption, *app.markdown))


def test_coverage_of_a_county(tmp_path: Path) -> None:
    plan = scenario()
    order = order_of(rule("natural_village"), RuleOrder((COUNTY,)))
    villages = village_prediction(PACK, plan, order)
    (python,) = region_prediction(villages, PACK, "county", order, plan.errors).to_dict("records")
    listed = PACK.table("natural_villages").query("adcode.astype('str') == @COUNTY")
    small = listed["households"] < 20
    assert python["villages"] == (~small).sum()
    assert python["not_asked"] == small.sum() > 0

    out = tmp_path / "coverage.xlsx"
    run("coverage", *WHERE, "--region", COUNTY, "--out", out)
    book = pd.read_excel(out, sheet_name=None, engine="openpyxl", dtype={"adcode": str})
    (terminal,) = book["regions"].to_dict("records")
    assert terminal == pytest.approx(python)
    assert next(iter(book.values()))["village_id"].tolist() == villages["village_id"].tolist()
    printed = run("coverage", *WHERE, "--region", COUNTY).stdout
    head, row = (line.split("  ") for line in printed.splitlines()[:2])
    cells = dict(zip([c.strip() for c in head if c], [c.strip() for c in row if c], strict=True))
    for name in ("villages", "covered", "uncovered", "unknown", "not_asked", "reached_low"):
        assert float(cells[name].replace(",", "")) == python[name]
    assert "assumed common error of 4 dB" in printed

    app = page("coverage", plan)
    metrics = [int(metric.value.replace(",", "")) for metric in app.metric]
    assert metrics == [python[name] for name in ("covered", "uncovered", "unknown")]
    shown = app.dataframe[0].value.iloc[0]
    for name in ("villages", "covered", "uncovered", "unknown", "not_asked", "households"):
        assert shown[name] == python[name]
    assert shown["expected"] == round(python["reached_expected"])
    low, high = f"{python['reached_low']:,.0f}", f"{python['reached_high']:,.0f}"
    assert f"**{low} – {high}**" in words(app)
    assert (low in shown["interval"], high in shown["interval"]) == (True, True)
    assert f"**{python['not_asked']:,}** villages with fewer than 20" in words(app)


def test_two_rules_in_a_county(tmp_path: Path) -> None:
    plan, pair = scenario(), ("miit_2018_a", "natural_village")
    table = rule_comparison(PACK, plan, rule(pair[0]), rule(pair[1]), RuleOrder((COUNTY,)))
    (python,) = rule_counts(table, PACK, "prefecture", (COUNTY,)).to_dict("records")
    assert (python["adcode"], python["level"]) == (COUNTY, "county")
    assert python["not_asked"] > 0

    out = tmp_path / "rules.xlsx"
    run("compare", *pair, *WHERE, "--region", COUNTY, "--out", out)
    book = pd.read_excel(out, sheet_name=None, engine="openpyxl", dtype={"adcode": str})
    assert book["regions"].to_dict("records") == [python]
    covered = (table["state_b"] == "covered").sum()
    order = order_of(rule("natural_village"), RuleOrder((COUNTY,)))
    assert covered == (village_prediction(PACK, plan, order)["state"] == "covered").sum()

    app = page("rules", plan)
    app.selectbox(key="rules_b").select("natural_village").run()
    shown = app.dataframe[0].value.iloc[0]
    for name in ("both", "only_a", "only_b", "neither", "unknown", "not_asked"):
        assert shown[name] == python[name]


@pytest.mark.parametrize("counts", [False, True])
def test_a_5g_site_in_what_if_and_gaps(tmp_path: Path, counts: bool) -> None:
    terrain = terrain_of(PACK, scenario())
    rows = PACK.table("natural_villages").query("adcode.astype('str') == @COUNTY")
    bare = rows[rows["has_4g"].eq(other=False) & (rows["households"] >= 20)]
    known = terrain.knows(bare["lon"].to_numpy(float), bare["lat"].to_numpy(float))
    village = bare[known].iloc[0]
    site = PlannedSite(lat=round(float(village["lat"]), 5), lon=round(float(village["lon"]), 5),
                       preset="5g_700")  # fmt: skip
    plan = scenario(sites=(site,), five_g_counts_as_4g=counts)
    found = effect(PACK, plan.sites, terrain=terrain, five_g_counts_as_4g=counts)
    python = found.regions.sum(numeric_only=True)
    gained = int(python["villages_after"] - python["villages_before"])
    assert (gained > 0) is counts

    place = f"{site.lat},{site.lon},35,5g_700"
    option = ("--5g-counts-as-4g",) if counts else ()
    printed = run("whatif", *WHERE, "--site", place, "--level", "province", *option).stdout
    assert f"{found.villages:,} villages, {found.households:,} households" in printed
    stored = tmp_path / "plan.json"
    stored.write_text(plan.to_json(), encoding="utf-8")
    out = tmp_path / "gaps.csv"
    run("gaps", "-p", "yunnan", "-l", "natural_villages", "--level", "province",
        "--scenario", stored, "--out", out)  # fmt: skip
    assert pd.read_csv(out)["planned"].tolist() == [gained]
    table = gap_table(PACK, ["natural_villages"], level="province", scenario=plan)
    assert table["planned"].tolist() == [gained]

    app = page("what-if", plan)
    # The page shows the county that the relief took it to.
    counties = effect(PACK, plan.sites, level="county", terrain=terrain, five_g_counts_as_4g=counts)
    county = counties.regions.set_index("adcode").loc[COUNTY]
    before, after = (f"{county[f'villages_{when}']:,.0f}" for when in ("before", "after"))
    assert app.metric[0].value == f"{before} → {after}"
    assert app.toggle(key="_five_g_counts_as_4g").value is counts


FIGURES = ["target", "built", "planned", "gap", "gap_low", "gap_high"]


def asked(name: str, **query: str) -> AppTest:
    """Open a page of a link."""
    app = AppTest.from_file(str(APP), default_timeout=300)
    app.session_state["_map_seen"] = True
    for key, value in query.items():
        app.query_params[key] = value
    app._page_hash = calc_hash(name)
    app.run()
    assert not app.exception
    assert not app.error
    return app


def table_of(app: AppTest, key: str) -> dict[str, Any]:
    """Return what a table of the page was given to draw."""
    (found,) = [
        part.proto for part in app.get("bidi_component") if part.proto.id.endswith(key)
    ]  # fmt: skip
    content: dict[str, Any] = json.loads(found.json)
    return content


@pytest.mark.parametrize("key", [item.key for item in gap_layers()])
@pytest.mark.parametrize("province", ["yunnan", "gansu"])
def test_every_layer_on_page_in_terminal_and_in_python(
    tmp_path: Path, province: str, key: str
) -> None:
    date, pack = "2026-11-30", Pack.load(province)
    python = {level: gap_table(pack, [key], level=level, as_of=date)
              for level in ("province", "prefecture")}  # fmt: skip
    for level, table in python.items():
        out = tmp_path / f"{level}.csv"
        run("gaps", "-p", province, "-l", key, "--level", level, "--as-of", date, "--out", out)
        terminal = pd.read_csv(out, dtype={"adcode": str}, keep_default_na=False)
        numbers = terminal[FIGURES].apply(pd.to_numeric)
        pd.testing.assert_frame_equal(numbers, table[FIGURES], check_dtype=False)
        for name in ("adcode", "as_of", "evidence", "target_status", "note_en", "gap_qualifier"):
            assert terminal[name].tolist() == table[name].tolist(), name

    query = {"province": province, "layer": key, "as_of": date, "lang": "en", "level": "prefecture"}
    (section,) = table_of(asked("gap-lists", **query), f"gap-list-{key}")["sections"]
    cells = {part["key"]: part["cells"] for part in section["rows"]}
    rows = python["prefecture"].set_index("adcode")
    assert set(cells) == set(rows.index)
    whole = python["province"].iloc[0]
    digits = metric_of(key, str(whole["metric"]))[1].digits
    for shown, row in [*((cells[code], row) for code, row in rows.iterrows()),
                       (section["foot"]["cells"], whole)]:  # fmt: skip
        for name in ("target", "built", "gap"):
            known = row[name]
            assert shown[name]["value"] == (None if pd.isna(known) else pytest.approx(known))
            if pd.notna(known):
                assert f"{known:,.{digits}f}" in shown[name]["text"], name
        assert shown["date"]["value"] == row["as_of"]

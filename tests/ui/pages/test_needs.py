"""The page of needs: each layer in both languages, years that sum, unknown that stays unknown."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data.doctor.base import ImportChoice
from data.doctor.diagnosis import FileOrigin
from data.import_orders import ImportOrder, import_files
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.wording.catalogue import LANGUAGES, sentences
from data.workspace.environment import ENVIRONMENT
from layers.registry import layer
from planning.needs import NeedOptions, need_table
from ui.needs import settings as needs_settings
from ui.shell import state

APP = Path(__file__).resolve().parents[3] / "app.py"


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    return tmp_path


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.session_state["_map_seen"] = True
    for key, value in {"lang": "en", "province": "yunnan", **query}.items():
        app.query_params[key] = value
    app._page_hash = calc_hash("needs")
    app.run()
    assert not app.exception
    assert not app.error
    return app


def texts(app: AppTest) -> str:
    parts = (*app.markdown, *app.caption, *app.info)
    return "\n".join(str(part.value) for part in parts)


def scenario_of(app: AppTest, province: str = "yunnan"):
    return app.session_state["_histories"][province].present


@pytest.mark.parametrize("language", LANGUAGES)
def test_5g_by_year_sums_to_the_target_of_the_plan(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGCUN_TODAY", "2026-06-30")
    app = opened(lang=language)
    # Honghe's newer figure is part of the province's sum.
    word = "约" if language == "zh" else "about "
    counted, missing = f"{word}102,259", f"{word}56,741"
    assert [metric.value for metric in app.metric] == [counted, "159,000", missing, missing]
    table = app.dataframe[0].value
    years = [str(year) for year in range(2026, 2031)]
    assert table[years].sum(axis=None) == 56_741
    assert (table[years].sum(axis=1) == table["gap"]).all()
    assert set(table["evidence"]) == {sentences(language)["evidence.allocated"]}
    assert sentences(language)["needs.late"].format(due=2025, last=2030) in texts(app)
    app.number_input(key="plan_years.count").set_value(2).run()
    app.selectbox(key=needs_settings.PATH).select("s_curve").run()
    assert scenario_of(app).plan.years.count == 2
    table = app.dataframe[0].value
    assert table[["2026", "2027"]].sum(axis=None) == 56_741
    assert "2028" not in table


def test_a_region_chosen_has_its_own_figures_and_an_earlier_date_its_own_gap() -> None:
    app = opened()
    app.session_state[state.REGION] = ("prefecture", "530100")
    app.run()
    counties = app.dataframe[0].value
    assert len(counties) == (Pack.load("yunnan").regions("county")["parent"] == "530100").sum()
    total = f"{counties['gap'].sum():,.0f}"
    assert app.metric[2].value == app.metric[3].value == total
    assert "Kunming" in texts(app)


def test_what_is_unknown_is_not_split() -> None:
    app = opened(province="gansu", layer="mobile_4g")
    assert app.metric[3].value == "—"
    assert "0 – 43,000" in texts(app)
    assert app.dataframe[0].value["2021"].isna().all()
    assert "late" not in texts(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_demand_sets_the_target_of_racks_and_undo_takes_it_back(language: str) -> None:
    app = opened(layer="data_centres", lang=language)
    assert sentences(language)["needs.no_target"] in texts(app)
    app.number_input(key=needs_settings.DEMAND).set_value(225.0).run()
    assert scenario_of(app).targets == {"data_centres": 90_000}
    shown = [metric.value for metric in app.metric]
    # A quarter is in use: 30,000 of the 40,000 are filled before new ones are built.
    more, about = {"zh": ("超", "约"), "en": ("more than ", "about ")}[language]
    built, spare = f"{more}40,000", f"{about}30,000"
    assert shown == [built, spare, "90,000", "50,000", "50,000", "125.0 MW"]
    app.number_input(key=needs_settings.RACK).set_value(10.0).run()
    assert app.metric[4].value == "12,500"
    app.number_input(key=needs_settings.USE).set_value(90.0).run()
    # What is in use says what is free, and never changes what is missing.
    assert [app.metric[i].value for i in (1, 2, 3)] == [f"{about}4,000", "90,000", "50,000"]
    # Who is named rests on the zones of the plan, not on the count of racks.
    sources = app.dataframe[0].value[sentences(language)["table.sources"]]
    assert set(sources) == {"云南省信息产业发展规划（2016—2020年）"}
    assert not app.error
    app.button(key="needs_undo").click().run()
    assert not scenario_of(app).targets
    assert sentences(language)["needs.no_target"] in texts(app)


def test_racks_without_a_baseline_are_an_interval() -> None:
    app = opened(province="gansu", layer="data_centres", metric="hosting_capacity")
    assert "0 – 4,300" in texts(app)
    # Standard racks: no figure of the province, one plan of a prefecture.
    racks = texts(opened(province="gansu", layer="data_centres"))
    assert sentences("en")["needs.no_target"] in racks
    assert "300,000" in racks


def test_a_share_has_no_need_by_year() -> None:
    app = opened(province="gansu", layer="fibre", metric="urban_users_20_mbps")
    assert "has no units to split over years" in texts(app)


def test_fibre_needs_villages_that_say_they_have_none(workspace: Path) -> None:
    app = opened(layer="fibre")
    assert sentences("en")["needs.no_fibre"] in texts(app)
    seats = Pack.load("yunnan").table("natural_villages").iloc[::4000].head(30)
    rows = pd.DataFrame({"admin_village_id": [f"A{i}" for i in range(30)], "lon": seats["lon"],
                         "lat": seats["lat"], "has_fibre": ["no", "yes", ""] * 10})  # fmt: skip
    rows.to_csv(workspace / "f.csv", index=False)
    wish = ImportOrder(
        ImportChoice(kind="admin_villages", crs="EPSG:4326"), FileOrigin("declared", "2026-06-30")
    )
    import_files([workspace / "f.csv"], "yunnan", wish, folder=workspace)
    app = app.run()
    assert not app.error
    assert app.metric[0].value == "10"
    assert sentences("en")["banner.word"] in texts(app)
    table = app.dataframe[0].value
    assert table["Villages"].sum() == 10
    assert (table["Length of fibre routes (km)"] > 0).all()
    assert set(table["Evidence"]) == {"illustrative"}


def test_fibre_costs_have_their_interval_and_their_date(workspace: Path) -> None:
    from data.workspace.effective import effective_pack

    seats = Pack.load("yunnan").table("natural_villages").iloc[[5, 70_000]]
    rows = pd.DataFrame({"admin_village_id": ["a", "b"], "lon": seats["lon"], "lat": seats["lat"],
                         "has_fibre": ["no", "no"]})  # fmt: skip
    rows.to_csv(workspace / "f.csv", index=False)
    wish = ImportOrder(
        ImportChoice(kind="admin_villages", crs="EPSG:4326"), FileOrigin("declared", "2026-06-30")
    )
    import_files([workspace / "f.csv"], "yunnan", wish, folder=workspace)
    pack = effective_pack(Pack.load("yunnan"), workspace)
    table = need_table(pack, Scenario(province="yunnan"), layer("fibre"), options=NeedOptions())
    assert (table["cost_low"] <= table["cost_base"]).all()
    assert (table["cost_base"] <= table["cost_high"]).all()
    assert set(table["as_of"]) == {"2026-06-30"}


def test_natural_villages_are_the_business_of_the_plan() -> None:
    assert "page Plan" in texts(opened(layer="natural_villages"))

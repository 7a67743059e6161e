"""Sites between What-if and the plan, and the rolling plan: nothing lost, one step to undo."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data.scenario.plan_settings import (
    BuiltSite,
    CandidateSettings,
    Place,
    PlanSettings,
    YearSettings,
    changed,
)
from data.scenario.scenario import PlannedSite, Scenario
from data.wording.catalogue import LANGUAGES, sentences
from data.workspace.environment import ENVIRONMENT
from ui.plan.next_round import next_round
from ui.shell.history import History
from ui.whatif import site_table, sites

APP = Path(__file__).resolve().parents[3] / "app.py"
PROVINCE = "gansu"
HERE, THERE = PlannedSite(lat=35.5, lon=104.6), PlannedSite(lat=35.6, lon=104.7)
LIMIT_S = 120


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))


def opened(page: str, language: str = "en", **fields) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=LIMIT_S)
    app.session_state["_map_seen"] = True
    app.query_params["lang"], app.query_params["province"] = language, PROVINCE
    app._page_hash = calc_hash("sources")
    app.run()
    scenario = Scenario(province=PROVINCE, **fields)
    app.session_state["_histories"] = {PROVINCE: History(scenario)}
    app._page_hash = calc_hash(page)
    app.run()
    assert not app.exception
    return app


def planned(**fields) -> AppTest:
    """Open the plan page and wait for its plan."""
    app = opened("plan", **fields)
    if PROVINCE not in app.session_state["_plan_jobs"]:
        app.button(key="plan_run").click().run()
    assert app.session_state["_plan_jobs"][PROVINCE].done.wait(LIMIT_S)
    return app.run()


def now(app: AppTest):
    return app.session_state["_histories"][PROVINCE].present


def keys(places) -> list[str]:
    return [place.key for place in places]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sites_in_use_become_must_build_in_one_step(language: str) -> None:
    off = THERE.model_copy(update={"enabled": False})
    forbidden = PlanSettings(candidates=CandidateSettings(forbidden=(Place(lat=35.5, lon=104.6),)))
    app = opened("what-if", language, sites=(HERE, HERE, off), plan=forbidden)
    app.button(key="into_locked").click().run()
    assert keys(now(app).plan.candidates.locked) == ["35.50000,104.60000"]
    assert not now(app).plan.candidates.forbidden
    assert now(app).sites == (HERE, HERE, off)
    told = sentences(language)["exchange.taken_locked"].format(new=1, known=0)
    assert told in [item.value for item in app.success]
    # As candidates: what must be built is one already.
    app.button(key="into_own").click().run()
    assert not now(app).plan.candidates.own
    app.button(key="undo").click().run()
    assert now(app).plan == forbidden
    assert now(app).sites == (HERE, HERE, off)


def test_candidates_that_must_be_built_are_no_longer_candidates_only() -> None:
    app = opened("what-if", sites=(HERE, THERE))
    app.button(key="into_own").click().run()
    assert len(now(app).plan.candidates.own) == 2
    app.button(key="into_locked").click().run()
    assert len(now(app).plan.candidates.locked) == 2
    assert not now(app).plan.candidates.own


def test_without_sites_there_is_nothing_to_take() -> None:
    app = opened("what-if")
    assert app.button(key="into_locked").disabled


def test_the_scenario_line_stands_where_a_click_reaches_it() -> None:
    app = opened("what-if", sites=(HERE,))
    line = "sites in use 1"
    assert any(line in str(item.value) for item in app.main.caption)
    assert not any("sites in use" in str(item.value) for item in app.sidebar.caption)
    other = opened("sources", sites=(HERE,))
    assert any(line in str(item.value) for item in other.sidebar.caption)


def test_the_sites_of_a_plan_open_in_what_if_behind_those_there() -> None:
    app = planned(sites=(HERE,), plan=PlanSettings(sites=12, frontier_points=0))
    result = app.session_state["_plan_jobs"][PROVINCE].result
    app.button(key="open_all").click().run()
    sites = now(app).sites
    assert sites[0] == HERE
    assert len(sites) == 13
    assert [site.lat for site in sites[1:]] == result.sites["lat"].round(6).tolist()
    assert {site.antenna_height_m for site in sites[1:]} == {35.0}
    assert now(app).plan == result.scenario.plan
    assert "12 sites added" in "\n".join(str(item.value) for item in app.markdown)
    # Once more: none twice; and back in the plan they are the same places.
    app.button(key="open_all").click().run()
    assert now(app).sites == sites
    app._page_hash = calc_hash("what-if")
    app.run()
    app.button(key="into_locked").click().run()
    wanted = set(result.sites["candidate_id"])
    assert wanted < set(keys(now(app).plan.candidates.locked))
    # Thirteen are more than the list shows: all of them go by one button.
    app._page_hash = calc_hash("plan")
    app.run()
    app.button(key="plan_drop_all_locked").click().run()
    assert not now(app).plan.candidates.locked


def test_a_press_in_the_table_follows_the_row_not_its_position(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session: dict[str, object] = {}
    plan = [Scenario(province=PROVINCE, sites=(HERE, THERE))]
    monkeypatch.setattr("streamlit.session_state", session)
    monkeypatch.setattr("ui.shell.state.plan", lambda: plan[0])
    monkeypatch.setattr(
        "ui.shell.state.change",
        lambda *, sites: plan.append(plan.pop().model_copy(update={"sites": sites})),
    )
    second = site_table.key_of(2, THERE)
    site_table.turn(second, on=False)
    assert [site.enabled for site in plan[0].sites] == [True, False]
    site_table.choose(second)
    assert session[sites.CHOSEN] == 2
    (south, west), (north, east) = sites.look() or []
    assert south < THERE.lat < north
    assert west < THERE.lon < east
    # Rows of a page that has changed meanwhile.
    before = plan[0]
    site_table.turn(site_table.key_of(2, HERE), on=True)
    site_table.choose(site_table.key_of(7, THERE))
    assert (plan[0], session[sites.CHOSEN]) == (before, 2)


def test_a_double_click_takes_back_what_its_first_click_placed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    empty = Scenario(province=PROVINCE)
    kept = [History(empty).push(empty.model_copy(update={"sites": (HERE,)}))]
    monkeypatch.setattr("streamlit.session_state", {})
    monkeypatch.setattr("ui.shell.state.history", lambda: kept[-1])
    monkeypatch.setattr("ui.shell.state.keep", kept.append)
    sites.unplace()
    assert kept[-1].present == empty
    # A step that placed nothing stays.
    kept.append(History(empty.model_copy(update={"sites": (HERE,)})))
    sites.unplace()
    assert kept[-1].present.sites == (HERE,)


def test_what_was_built_is_fixed_and_the_next_round_begins() -> None:
    app = planned(plan=PlanSettings(sites=12, frontier_points=0))
    before = app.session_state["_plan_jobs"][PROVINCE].result.sites
    app.slider(key="plan_year").set_value(2021).run()
    app.button(key="plan_round").click().run()
    done = before[before["year"] <= 2021]
    plan = now(app).plan
    assert sorted(keys(plan.candidates.built)) == sorted(done["candidate_id"])
    assert (plan.years.first, plan.years.count) == (2022, 4)
    app.button(key="plan_run").click().run()
    assert app.session_state["_plan_jobs"][PROVINCE].done.wait(LIMIT_S)
    app.run()
    after = app.session_state["_plan_jobs"][PROVINCE].result.sites
    stands = after[after["status"] == "built"]
    assert set(stands["candidate_id"]) == set(done["candidate_id"])
    assert stands["cost_base"].sum() == 0
    app.button(key="plan_undo").click().run()
    assert not now(app).plan.candidates.built
    assert now(app).plan.years.first == 2021


def test_a_round_drops_budgets_of_past_years_and_what_stands_is_no_wish() -> None:
    plan = PlanSettings(
        years=YearSettings(first=2026, count=4, annual_budgets=(1e6, 2e6, 3e6)),
        candidates=CandidateSettings(
            locked=(Place(lat=36, lon=103), Place(lat=36.1, lon=103)),
            own=(Place(lat=36, lon=103),), built=(BuiltSite(lat=37, lon=102, year=2024),),
        ),
    )  # fmt: skip
    done = [{"lat": 36.0, "lon": 103.0, "year": 2027}]
    after = changed(plan, next_round(plan, done, 2027))
    assert after.years == YearSettings(first=2028, count=2, annual_budgets=(3e6,))
    assert keys(after.candidates.locked) == ["36.10000,103.00000"]
    assert not after.candidates.own
    assert [site.year for site in after.candidates.built] == [2024, 2027]
    # The last year of all: one year stays, at the last budget.
    last = changed(plan, next_round(plan, done, 2029))
    assert last.years == YearSettings(first=2030, count=1, annual_budgets=(3e6,))


def test_built_places_and_border_areas_are_named_on_the_page() -> None:
    app = planned(plan=PlanSettings(sites=12, frontier_points=0))
    app.selectbox(key="plan_typed_kind").select("built").run()
    app.number_input(key="plan_typed_year").set_value(2023)
    app.text_input(key="plan_typed").set_value("36.05,103.8")
    app.button(key="plan_add").click().run()
    assert now(app).plan.candidates.built == (BuiltSite(lat=36.05, lon=103.8, year=2023),)
    app.button(key="plan_drop_built_0").click().run()
    assert not now(app).plan.candidates.built
    app.multiselect(key="plan_money.border").set_value(["620900", "620921"]).run()
    assert now(app).plan.money.border == ("620900", "620921")
    assert not app.exception

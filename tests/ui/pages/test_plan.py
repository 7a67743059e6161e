"""The plan page: a plan that is asked for and found again, wishes, undo, faults that are told."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.wording.catalogue import LANGUAGES, sentences
from data.workspace.environment import ENVIRONMENT
from data.workspace.folder import Workspace
from planning.plan.candidates import demand
from ui.plan import map as plan_map
from ui.shell.history import History

APP = Path(__file__).resolve().parents[3] / "app.py"
PROVINCE = "gansu"
LIMIT_S = 120


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))


def opened(language: str = "en", **wishes) -> AppTest:
    """Open the page with wishes and wait for its plan, without a curve of plans beside it."""
    app = AppTest.from_file(str(APP), default_timeout=LIMIT_S)
    app.session_state["_map_seen"] = True
    app.query_params["lang"] = language
    app.query_params["province"] = PROVINCE
    plan = PlanSettings.model_validate({"sites": 20, "frontier_points": 0, **wishes})
    app.session_state["_plan_jobs"] = {}
    app._page_hash = calc_hash("sources")
    app.run()
    app.session_state["_histories"] = {PROVINCE: History(Scenario(province=PROVINCE, plan=plan))}
    app._page_hash = calc_hash("plan")
    app.run()
    # The process may have the answer of another test.
    if PROVINCE not in app.session_state["_plan_jobs"]:
        app.button(key="plan_run").click().run()
    return waited(app)


def waited(app: AppTest) -> AppTest:
    job = app.session_state["_plan_jobs"][PROVINCE]
    assert job.done.wait(LIMIT_S)
    return app.run()


def is_told_old(app: AppTest) -> bool:
    """Return whether the page says that its figures answer older settings."""
    told = sentences("en")["plan.stale"]
    return any(told in part.proto.body for part in app.get("html"))


def visited(**query: str) -> AppTest:
    """Open the page in a session of its own, by its address."""
    app = AppTest.from_file(str(APP), default_timeout=LIMIT_S)
    app.session_state["_map_seen"] = True
    app.query_params.update({"province": PROVINCE, "lang": "en", **query})
    app._page_hash = calc_hash("plan")
    return app.run()


def test_a_page_that_is_opened_again_finds_its_plan_and_others_do_not() -> None:
    first = opened(sites=7)
    result = first.session_state["_plan_jobs"][PROVINCE].result
    token = first.query_params["run"]
    # Its unsaved settings come back, too; undo leads to those without a choice.
    again = visited(run=token[0] if isinstance(token, list) else token)
    assert again.session_state["_plan_jobs"][PROVINCE].result is result
    assert plan_of(again).sites == 7
    assert cards(again)[0] == "7"
    other = visited()
    assert PROVINCE not in other.session_state["_plan_jobs"], "no plan starts unasked"
    assert not cards(other)
    assert sentences("en")["plan.none_yet"] in [item.value for item in other.info]


def test_figures_of_older_settings_say_so_and_those_of_another_scenario_go() -> None:
    app = opened(sites=7)
    kept = app.session_state["_histories"][PROVINCE].present
    app.number_input(key="plan_sites").set_value(8).run()
    assert is_told_old(app)
    assert cards(app)[0] == "7"
    other = kept.model_copy(update={"name": "other", "plan": plan_of(app)})
    app.session_state["_histories"] = {PROVINCE: History(other)}
    app.run()
    assert not cards(app)
    # Back at settings that were answered, the answer is there at once.
    app.session_state["_histories"] = {PROVINCE: History(kept)}
    app.run()
    assert cards(app)[0] == "7"


def html(app: AppTest) -> str:
    return "".join(part.proto.body for part in app.get("html"))


def cards(app: AppTest) -> list[str]:
    """Return the key figures of the page."""
    return re.findall(r'<div class="figure after"><b>(.*?)</b>', html(app))


def plan_of(app: AppTest):
    return app.session_state["_histories"][PROVINCE].present.plan


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_that_is_asked_for_shows_its_figures(language: str) -> None:
    app = opened(language, frontier_points=4)
    assert not app.exception
    assert not app.error
    result = app.session_state["_plan_jobs"][PROVINCE].result
    assert cards(app)[:3] == ["20", f"{len(result.villages):,}", f"{result.choice.value:,.0f}"]
    ranked = next(item.value for item in app.dataframe if "rank" in item.value)
    assert list(ranked["rank"]) == list(range(1, 21))
    words = sentences(language)
    text = "\n".join(str(item.value) for item in (*app.markdown, *app.caption)) + html(app)
    assert words["banner.word"] in text
    assert words["plan.basis_circle"] in text
    assert f"{result.most_household_years:,.0f}" in text


def test_a_changed_wish_makes_the_plan_stale_and_undo_makes_it_fresh() -> None:
    app = opened()
    app.number_input(key="plan_sites").set_value(10).run()
    assert plan_of(app).sites == 10
    assert is_told_old(app)
    app.button(key="plan_run").click().run()
    app = waited(app)
    assert cards(app)[0] == "10"
    app.button(key="plan_undo").click().run()
    assert plan_of(app).sites == 20
    assert app.number_input(key="plan_sites").value == 20
    assert not is_told_old(app)
    assert cards(app)[0] == "20"


def test_budget_in_ten_thousands_and_amounts_per_year() -> None:
    app = opened()
    app.selectbox(key="plan_objective").select("budget").run()
    app.number_input(key="plan_budget").set_value(1500.0).run()
    assert plan_of(app).budget == 15_000_000
    app.text_input(key="plan_years.annual_budgets").set_value("800，900").run()
    assert plan_of(app).years.annual_budgets == (8e6, 9e6)
    app.text_input(key="plan_years.annual_budgets").set_value("much").run()
    assert len(app.error) == 1
    assert plan_of(app).years.annual_budgets == (8e6, 9e6)


def test_a_chosen_site_is_locked_and_forbidden() -> None:
    app = opened()
    first = app.session_state["_plan_jobs"][PROVINCE].result.sites.iloc[0]
    app.session_state[plan_map.CHOSEN] = first["candidate_id"]
    app.run()
    words = sentences("en")
    # Of the one site: the list says the evidence of all.
    [told] = [str(item.value) for item in app.caption if words["plan.when"] in str(item.value)]
    for key in (f"when_{first['year_reason']}", f"link_{first['link_reasons'].split(';')[0]}"):
        assert words[f"plan.{key}"] in told
    assert words[f"evidence.{first['evidence']}"] in told
    app.button(key="plan_locked_it").click().run()
    assert [place.key for place in plan_of(app).candidates.locked] == [first["candidate_id"]]
    app.button(key="plan_forbidden_it").click().run()
    assert not plan_of(app).candidates.locked
    assert [place.key for place in plan_of(app).candidates.forbidden] == [first["candidate_id"]]
    app.button(key="plan_drop_forbidden_0").click().run()
    assert not plan_of(app).candidates.forbidden


def test_a_plan_that_cannot_be_says_why() -> None:
    app = opened(min_households=100_000)
    assert len(app.error) == 1
    assert "no village" in app.error[0].value
    assert not app.exception


def test_the_plan_before_stays_dimmed_until_there_is_another() -> None:
    app = opened(sites=7)
    app.number_input(key="plan_min_households").set_value(100_000).run()
    app.button(key="plan_run").click().run()
    waited(app)
    assert len(app.error) == 1, "there is no new plan"
    assert cards(app)[0] == "7"
    assert sentences("en")["plan.failed"] in html(app)
    # What is asked again is answered at once, and nothing is old.
    app.button(key="plan_undo").click().run()
    assert cards(app)[0] == "7"
    assert sentences("en")["plan.failed"] not in html(app)


def test_before_a_plan_the_page_says_what_it_would_be_for() -> None:
    app = visited(region="620100")
    shown = html(app)
    assert sentences("en")["plan.prospect"] in shown
    scenario = Scenario(province=PROVINCE, plan=PlanSettings(regions=("620100",)))
    lacking = demand(Pack.load(PROVINCE), scenario)
    assert f"<dd>{len(lacking):,}, {lacking['households'].sum():,} households" in shown
    assert not app.slider, "no year of a plan that is not there"


def test_a_locked_site_in_a_forbidden_area_is_explained() -> None:
    home = demand(Pack.load(PROVINCE), Scenario(province=PROVINCE)).iloc[0]
    lon, lat = float(home["lon"]), float(home["lat"])
    ring = [(lon - 0.1, lat - 0.1), (lon + 0.1, lat - 0.1), (lon, lat + 0.1)]
    app = opened(candidates={"locked": [{"lat": lat, "lon": lon}],
                             "forbidden_areas": [{"ring": ring}]})  # fmt: skip
    assert "forbidden" in app.error[0].value


def test_typed_places_and_areas_are_taken_or_refused() -> None:
    app = opened()
    box = "plan_typed"
    home = app.session_state["_plan_jobs"][PROVINCE].result.sites.iloc[0]
    app.text_input(key=box).set_value(f"{home['lat']},{home['lon']}")
    app.button(key="plan_add").click().run()
    assert [place.key for place in plan_of(app).candidates.own] == [home["candidate_id"]]
    app.selectbox(key="plan_typed_kind").select("forbidden_areas")
    app.text_input(key=box).set_value("36,103; 36,103.1; 36.1,103.05")
    app.button(key="plan_add").click().run()
    assert plan_of(app).candidates.forbidden_areas[0].ring[1] == (103.1, 36.0)
    app.text_input(key=box).set_value("36,103; 36,103.1")
    app.button(key="plan_add").click().run()
    assert "corners" in app.error[0].value
    assert app.text_input(key=box).value == "36,103; 36,103.1"


def test_a_click_on_the_map_does_what_its_mode_says(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened()
    caught: dict = {}

    def listen(_content, overlay, *, on_click, height, planned):
        del height, planned
        caught.update(click=on_click, plan=overlay["plan"])

    monkeypatch.setattr("ui.map.maps.plan_map", listen)
    first = app.session_state["_plan_jobs"][PROVINCE].result.sites.iloc[0]
    app.run()
    assert caught["plan"]["url"]
    assert caught["plan"]["years"] == [2021, 2025]
    app.session_state[plan_map.MODE] = "area"
    app.session_state[plan_map.CORNERS] = [(103.0, 36.0), (103.1, 36.0), (103.0, 36.1)]
    app.run()
    app.button(key="plan_close").click().run()
    assert len(plan_of(app).candidates.forbidden_areas) == 1
    app.session_state[plan_map.CHOSEN] = first["candidate_id"]
    app.run()
    shown = "\n".join(str(item.value) for item in app.markdown).replace("\\", "")
    assert first["candidate_id"] in shown


def test_another_price_year_and_no_subsidy() -> None:
    app = opened()
    app.number_input(key="plan_money.price_year").set_value(2020).run()
    app.toggle(key="plan_money.subsidy").set_value(False).run()
    app.number_input(key="plan_money.discount_rate").set_value(8.0).run()
    money = plan_of(app).money
    assert (money.price_year, money.subsidy, money.discount_rate) == (2020, False, 0.08)


def test_forms_and_lives_of_sites_are_made_by_hand() -> None:
    app = opened(sites=2)
    app.button(key="form_make").click().run()
    kind, content, missing = app.session_state["_form_made"]
    assert (kind, missing) == ("site_list", ())
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    sites = app.session_state["_plan_jobs"][PROVINCE].result.sites["candidate_id"]
    assert set(sites) <= {cell.value for row in sheet.iter_rows() for cell in row}
    step = next(button for button in app.button if button.label == "Enter the step")
    step.click().run()
    assert not app.exception
    assert "proposed" in set(app.dataframe[-1].value["stage"])
    app.selectbox(key="life_stage").set_value("accepted")
    next(button for button in app.button if button.label == "Enter the step").click().run()
    assert "illustrative" in app.error[-1].value


def test_the_plan_is_for_the_region_in_force_and_keeps_one_per_region() -> None:
    app = opened()
    jobs = app.session_state["_plan_jobs"]
    whole = jobs[PROVINCE]
    code = str(whole.result.villages["prefecture"].iloc[0])
    app.session_state["region"] = ("prefecture", code)
    app.run()
    assert not cards(app), "no plan starts unasked"
    app.button(key="plan_run").click().run()
    place = f"{PROVINCE}/{code}"
    assert jobs[place].done.wait(LIMIT_S)
    app.run()
    found = jobs[place].result
    assert found.scenario.plan.regions == (code,)
    assert set(found.villages["prefecture"]) == {code}
    assert cards(app)[1] == f"{len(found.villages):,}"
    # The scenario itself names no region until it is saved: any other page solves what is saved.
    assert plan_of(app).regions == ()
    app.text_input(key="save_name").set_value("part").run()
    app.button(key="save").click().run()
    assert Workspace.open().load("part").plan.regions == (code,)
    assert Workspace.open().result("part") is not None
    assert cards(app)[1] == f"{len(found.villages):,}"
    app.button(key="plan_undo").click().run()
    app.session_state["region"] = ("", "")
    app.run()
    assert cards(app)[1] == f"{len(whole.result.villages):,}"
    assert not is_told_old(app)

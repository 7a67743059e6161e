"""Every page, both languages, every province: no error, true figures, no lost step."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any, NoReturn

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data.scenario.scenario import PlannedSite, Scenario
from data.tables.reader import Pack, pack_names
from data.wording.catalogue import LANGUAGES, sentences, text
from data.workspace.environment import ENVIRONMENT
from data.workspace.folder import Workspace
from geo.errors import InputError
from layers.figures import RULES
from layers.registry import layer
from layers.villages import village_table
from planning.gaps import gap_table
from planning.progress import STATUSES, progress_table
from planning.whatif import effect
from ui.plan import job as plan_job
from ui.shell import first_paint, state
from ui.shell.history import History
from ui.whatif import sites
from ui.widgets import background

APP = Path(__file__).resolve().parents[3] / "app.py"
PAGES = {
    "": "overview",
    "gap-lists": "gap_lists",
    "what-if": "what_if",
    "plan": "plan",
    "needs": "needs",
    "sources": "sources",
    "import": "import",
}
PROVINCE = pack_names()[0]


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    return Workspace(tmp_path)


@pytest.fixture(autouse=True)
def unfinished_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the plan that its page starts without a choice running: its own tests await it."""

    def plan(*_args: object, cancel: Callable[[], bool], **_fields: object) -> NoReturn:
        while not cancel():
            time.sleep(0.02)
        raise InputError("cancelled")

    monkeypatch.setattr(plan_job, "plan", plan)
    monkeypatch.setattr(background, "watch", lambda: None)


def opened(page: str, **query: str) -> AppTest:
    """Open a page as a link would, its map already drawn: no browser will say so here."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.session_state["_map_seen"] = True
    for key, value in query.items():
        app.query_params[key] = value
    app._page_hash = calc_hash(page) if page else ""
    return app.run()


def texts(app: AppTest) -> str:
    """Return what stands on the page as one text."""
    parts = (*app.markdown, *app.caption, *app.warning, *app.error, *app.info, *app.success)
    return "\n".join([*(str(part.value) for part in parts), *html(app)])


def html(app: AppTest) -> list[str]:
    return [part.proto.body for part in app.get("html") if "<style>" not in part.proto.body]


def cards(app: AppTest) -> list[list[str]]:
    """Return the texts of each card of key figures, in the order of the layers."""
    found = re.findall(r'<section class="tc-card".*?</section>', "".join(html(app)))
    return [[unescape(text) for text in re.findall(r">([^<]+)<", card)] for card in found]


def layer_named(key: str) -> str:
    return layer(key).title("en")


def drawn(app: AppTest, key: str) -> dict[str, Any]:
    """Return what a component of our own was given to draw."""
    (found,) = [
        part.proto for part in app.get("bidi_component") if part.proto.id.endswith(key)
    ]  # fmt: skip
    content: dict[str, Any] = json.loads(found.json)
    return content


def first_card(app: AppTest) -> tuple[str, str, str]:
    """Return gap, built and target of the first layer."""
    words = cards(app)[0]
    return words[3], words[6 if "met" not in words else 7], words[9]


def inside(app: AppTest) -> Pack:
    return Pack.load(app.session_state[state.PROVINCE])


def test_a_province_from_outside_opens_and_one_at_fault_is_named(
    toy_listed: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = tmp_path / "absent"
    monkeypatch.setenv("TONGCUN_PACKS", f"{toy_listed.folder.parent}{os.pathsep}{absent}")
    app = opened("", province="toy", lang="en")
    assert not app.exception
    assert inside(app) == toy_listed
    told = [str(box.value) for box in app.sidebar.warning]
    assert len(told) == 1
    assert "A province was left out" in told[0]
    assert "absent" in told[0]
    assert "Toy Province" in app.selectbox[0].options


def test_the_first_page_is_the_map_alone_until_it_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Something is asked, but the map has not been reported.
    monkeypatch.setattr(first_paint, "waiting_request", lambda: "page")
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["province"] = PROVINCE
    app.run()
    assert not app.exception
    assert not app.selectbox
    assert not cards(app)
    app.session_state["_map_seen"] = True
    app.run()
    assert app.selectbox
    assert cards(app)


def test_a_browser_that_reports_no_map_gets_the_rest_after_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(first_paint, "_LIMIT_S", 0.1)
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["province"] = PROVINCE
    app.run()
    assert not app.exception
    assert app.selectbox
    assert cards(app)


@pytest.mark.parametrize(("language", "province"), [("zh", "gansu"), ("en", "yunnan")])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_by_its_link(page: str, language: str, province: str) -> None:
    app = opened(page, lang=language, province=province)
    assert not app.exception
    assert not app.error
    assert app.session_state[state.PROVINCE] == province
    assert app.query_params["province"] == province
    if page not in {"needs", "sources", "import"}:
        made = (inside(app).table("natural_villages")["evidence"] == "illustrative").any()
        assert (sentences(language)["banner.word"] in texts(app)) == made


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("level", state.MAP_LEVELS)
def test_overview_shows_the_figures_of_the_gap_table(language: str, level: str) -> None:
    app = opened("", lang=language, level=level)
    row = gap_table(inside(app), ["mobile_5g"], level="province").iloc[0]
    assert first_card(app) == tuple(f"{row[name]:,.0f}" for name in ("gap", "built", "target"))
    status = progress_table(inside(app), "mobile_5g")["status"]
    counts = {word: int((status == word).sum()) for word in STATUSES}
    assert counts["behind"] + counts["uncertain"] + counts["on_path"] + counts["not_counted"]
    assert text("progress.behind_count", language, **counts) in texts(app)


@pytest.mark.parametrize(
    "layer", ["mobile_5g", "mobile_4g", "fibre", "data_centres", "natural_villages"]
)
@pytest.mark.parametrize("province", pack_names())
def test_overview_draws_every_layer_and_unknown_is_a_dash(layer: str, province: str) -> None:
    app = opened("", layer=layer, province=province, lang="en")
    assert not app.exception
    assert not app.error
    row = gap_table(inside(app), [layer], level="province").iloc[0]
    if row["target_status"] == "none stated":
        (card,) = [words for words in cards(app) if layer_named(layer) in words[0]]
        assert sentences("en")["status.none_stated"] in card
        assert card[card.index("Target") + 1] == "—"


def test_what_is_stated_of_natural_villages_comes_first() -> None:
    app = opened("", layer="natural_villages", lang="zh")
    (card,) = [words for words in cards(app) if "自然村" in words]
    assert card[2:4] == ["未覆盖", "约5,000"]
    assert card[-1] == "假设：全部覆盖"
    assert "2020-12-31" in card


def test_the_other_target_is_chosen_on_the_page() -> None:
    app = opened("", layer="fibre", province="gansu", metric="rural_access_rate", lang="en")
    (card,) = [words for words in cards(app) if "rural access rate" in words[0]]
    assert card[-2:] == ["≥8.0", "2020-12-31"]
    choice = app.selectbox(key="_target_date")
    assert choice.options[1:] == ["2017-12-31", "2020-12-31"]
    choice.select("2017-12-31").run()
    (card,) = [words for words in cards(app) if "rural access rate" in words[0]]
    assert card[-2:] == ["≥4.0", "2017-12-31 past"]


def test_an_own_target_goes_into_the_scenario_and_gives_a_gap() -> None:
    app = opened("", layer="data_centres", lang="en")
    app.number_input(key="_own_target").set_value(90_000).run()
    (card,) = [words for words in cards(app) if layer_named("data_centres") in words[0]]
    assert card[card.index("Target") + 1] == "90,000"
    assert sentences("en")["status.none_stated"] not in card
    assert "See the source" in "".join(e.label for e in app.expander)


def test_every_rule_can_be_chosen() -> None:
    app = opened("", lang="en")
    choice = app.selectbox(key="_own_rule")
    assert choice.options == [sentences("en")[f"rule.{rule}"] for rule in RULES]
    # Each kind once: by a column, by what was built before, by own weights.
    for rule in (choice.options[1], *choice.options[-2:]):
        app.selectbox(key="_own_rule").select(rule).run()
        assert not app.error, rule
        assert not app.exception, rule


def test_a_later_date_counts_what_was_built_since() -> None:
    app = opened("", as_of="2022-12-31", lang="en")
    assert first_card(app)[1] == "66,000"
    app.select_slider(key="_as_of_slider").set_value("2023-09-30").run()
    assert first_card(app)[1] == "98,689"
    assert app.query_params["as_of"] == "2023-09-30"


@pytest.mark.parametrize(
    ("page", "key", "value"),
    [("", "province", "atlantis"), ("", "layer", "<b>x</b>"), ("", "as_of", "31.12.2021"),
     ("", "lang", "tlh"), ("", "scenario", "../../etc/passwd"), ("", "scenario", "nobody"),
     *((page, "level", "galaxy") for page in PAGES)],
)  # fmt: skip
def test_an_unknown_value_in_the_link_is_named_and_the_default_stands(
    page: str, key: str, value: str
) -> None:
    app = opened(page, **{key: value})
    assert not app.exception
    assert not app.error
    assert len(app.warning) == 1
    app.run()
    assert not app.warning


def test_typed_coordinates_place_a_site_and_undo_takes_it_back() -> None:
    app = opened("what-if", lang="en")
    before = [metric.value for metric in app.metric]
    place = inside(app).table("places").iloc[0]
    app.text_input(key="site_typed").set_value(f"{place['lat']}, {place['lon']}")
    app.button(key="add").click().run()
    assert not app.error
    plan: Scenario = app.session_state["_histories"][PROVINCE].present
    assert [(s.lat, s.lon) for s in plan.sites] == [(place["lat"], place["lon"])]
    app.button(key="undo").click().run()
    assert [metric.value for metric in app.metric] == before
    app.button(key="redo").click().run()
    assert app.session_state["_histories"][PROVINCE].present == plan


@pytest.mark.parametrize("text", ["", "here", "91,500", "0,0", "25.0", "25,102,-4"])
def test_a_site_that_cannot_stand_says_why_and_loses_nothing(text: str) -> None:
    app = opened("what-if", lang="en")
    app.text_input(key="site_typed").set_value(text)
    app.button(key="add").click().run()
    assert len(app.error) == 1
    assert "How to fix" in app.error[0].value
    assert app.text_input(key="site_typed").value == text
    assert not app.exception


def test_a_site_that_is_off_counts_nothing_and_the_chosen_one_is_edited_and_deleted() -> None:
    app = opened("what-if", lang="en")
    pack = inside(app)
    missing = pack.table("natural_villages")
    bare = missing[missing["has_4g"].eq(other=False) & (missing["households"] >= 20)].iloc[0]
    site = PlannedSite(lat=float(bare["lat"]), lon=float(bare["lon"]))
    for enabled in (True, False):
        placed = site.model_copy(update={"enabled": enabled})
        scenario = Scenario(province=pack.name, sites=(placed,))
        app.session_state["_histories"] = {pack.name: History(scenario)}
        app.run()
        after = int(effect(pack, [placed]).regions["villages_after"].sum())
        assert app.metric[0].value.endswith(f"→ {after:,}")
    before, same = app.metric[0].value.split(" → ")
    assert before == same
    # Without terrain, too, all of it can be changed.
    app.session_state[sites.CHOSEN] = 1
    app.run()
    app.slider(key="tuned_height").set_value(60.0).run()
    app.text_input(key="tuned_place").set_value("here").run()
    assert "How to fix" in app.error[0].value
    app.text_input(key="tuned_place").set_value(f"{bare['lat'] + 0.01},{bare['lon']}").run()
    changed = app.session_state["_histories"][pack.name].present.sites[0]
    assert (changed.antenna_height_m, changed.lat) == (60.0, round(float(bare["lat"]) + 0.01, 6))
    app.button(key="delete-site").click().run()
    assert not app.session_state["_histories"][pack.name].present.sites


def test_a_scenario_is_saved_loaded_and_linked(workspace: Workspace) -> None:
    app = opened("what-if", lang="en")
    place = inside(app).table("places").iloc[0]
    app.text_input(key="site_typed").set_value(f"{place['lat']},{place['lon']}")
    app.button(key="add").click().run()
    app.text_input(key="save_name").set_value("方案 1")
    app.button(key="save").click().run()
    assert workspace.names() == ("方案 1",)
    linked = opened("", scenario="方案 1", lang="en")
    assert not linked.warning
    assert linked.query_params["scenario"] == "方案 1"
    assert linked.session_state["_histories"][PROVINCE].present.sites
    app.selectbox(key="load_name").select("方案 1")
    app.button(key="delete").click().run()
    assert workspace.names() == ("方案 1",), "it asks first"
    app.button(key="delete_sure").click().run()
    assert workspace.names() == ()
    app.button(key="save_undo").click().run()
    assert workspace.load("方案 1").sites


def test_of_two_who_change_a_scenario_the_second_sees_both_and_merges(
    workspace: Workspace,
) -> None:
    place = Pack.load(PROVINCE).table("places").iloc[0]
    site = PlannedSite(lat=place["lat"], lon=place["lon"])
    workspace.save(Scenario(name="s", province=PROVINCE, five_g_counts_as_4g=False))
    app = opened("what-if", scenario="s", lang="en")
    theirs = workspace.load("s").model_copy(update={"sites": (site,)})
    workspace.save(theirs)
    mine = app.session_state["_histories"][PROVINCE].present
    history = History(mine.model_copy(update={"five_g_counts_as_4g": True}))
    app.session_state["_histories"][PROVINCE] = history
    app.button(key="save").click().run()
    assert workspace.load("s") == theirs, "nothing was overwritten"
    assert "somebody else" in texts(app)
    app.button(key="merge_mine").click().run()
    both = workspace.load("s")
    assert (both.sites, both.five_g_counts_as_4g) == ((site,), True)
    app.button(key="save_undo").click().run()
    assert workspace.load("s") == theirs


def test_a_name_that_is_no_file_name_is_refused_on_the_page() -> None:
    app = opened("what-if", lang="en")
    app.text_input(key="save_name").set_value("../x")
    app.button(key="save").click().run()
    assert len(app.error) == 1


def test_a_failing_page_says_so_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("ui.gaps.key_figures.show", fail)
    app = opened("", lang="en")
    assert not app.exception
    assert [e.value for e in app.error] == [sentences("en")["error.unexpected"]]


@pytest.mark.parametrize("view", ["regions", "villages"])
def test_gap_lists_show_regions_and_villages(view: str) -> None:
    app = opened("gap-lists", lang="en")
    app.session_state["lists_view"] = view
    app.run()
    assert not app.error
    assert not app.exception
    if view == "villages":
        assert len(app.dataframe[0].value) > 0
        return
    (section,) = drawn(app, "gap-list-mobile_5g")["sections"]
    row = gap_table(inside(app), ["mobile_5g"], level="province").iloc[0]
    assert len(section["rows"]) == len(inside(app).regions("prefecture"))
    assert section["foot"]["cells"]["gap"]["text"] == f"{row['gap']:,.0f}"


def test_the_drill_down_reaches_a_countys_villages() -> None:
    app = opened("gap-lists", lang="en")
    app.session_state["lists_view"] = "villages"
    pack = inside(app)
    villages = village_table(pack, state="uncovered", min_households=20)
    code = villages["county"].value_counts().index[0]
    county = pack.regions("county").set_index("adcode", drop=False).loc[code]
    app.session_state[state.REGION] = ("county", county["adcode"])
    app.run()
    assert set(app.dataframe[0].value["county"]) == {county["name_en"]}
    assert app.selectbox(key="_prefecture").value == county["parent"]

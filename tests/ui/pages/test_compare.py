"""The page that compares: the figures of Python, the causes, and what is kept of scenarios."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.wording.catalogue import LANGUAGES, sentences
from data.workspace.environment import ENVIRONMENT
from data.workspace.folder import Workspace
from planning.comparison.comparison import compare
from planning.comparison.kept import keep_rollout, known_rollout
from planning.exports.comparison.words import figure_name, figure_text, scenario_text
from planning.exports.report.reader import Reader, records
from planning.plan.rollout import plan
from tests import toy
from ui.plan import job as plan_job
from ui.widgets import background

APP = Path(__file__).resolve().parents[3] / "app.py"
A = Scenario(name="A", province="toy", plan={"sites": 2, "frontier_points": 0})
B = A.model_copy(update={"name": "B", "plan": A.plan.model_copy(update={"sites": 4})})


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pack:
    monkeypatch.setenv("TONGCUN_PACKS", str(tmp_path / "packs"))
    monkeypatch.setenv("TONGCUN_TODAY", "2023-12-31")
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "own"))
    monkeypatch.setattr(background, "PATIENCE_S", 300.0)
    made = toy.write(tmp_path / "packs", natural_villages=toy.many_villages(60))
    for one in (A, B):
        Workspace.open().save(one)
    return made


def opened(language: str = "en", page: str = "compare", **query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=300)
    app.session_state["_map_seen"] = True
    for key, value in {"lang": language, "province": "toy", **query}.items():
        app.query_params[key] = value
    app._page_hash = calc_hash(page)
    app.run()
    assert not app.exception
    return app


def table_of(app: AppTest) -> dict[str, dict[str, Any]]:
    """Return the cells of the table of figures by the name of the figure."""
    found: dict[str, dict[str, Any]] = {}
    for part in app.get("bidi_component"):
        content = getattr(part.proto, "json", "") or "{}"
        for section in json.loads(content).get("sections", ()):
            found |= {row["cells"]["figure"]["text"]: row["cells"] for row in section["rows"]}
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_has_the_figures_of_python(language: str, pack: Pack) -> None:
    Workspace.open().set_baseline("toy", B.name)
    app = opened(language, scenario="A")
    assert not app.error
    found, reader = compare(pack, [B, A]), Reader(language)
    shown = table_of(app)
    assert len(shown) > 10
    for row in records(found.figures):
        cells = shown.get(figure_name(row, language))
        if cells is not None:
            for letter in "ab":
                assert cells[letter]["text"] == scenario_text(row, letter, reader)
    homes = records(found.figures[found.figures["figure"] == "households"])[0]
    text = figure_text(homes, homes["b_minus_a"], reader, signed=True)
    assert any(text in str(part.value) for part in app.markdown)
    assert Workspace.open().result("A") is not None
    assert sentences(language)["compare.method"] in "".join(str(p.value) for p in app.markdown)


def test_a_loaded_scenario_shows_the_plan_that_it_keeps(
    pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    solved = plan(pack, A)
    assert keep_rollout(pack, A, solved, Workspace.open())
    monkeypatch.setattr(plan_job, "plan", None)
    app = opened(page="plan", scenario="A")
    assert not app.error
    assert app.session_state["_plan_jobs"]["toy"].result.proof == solved.proof
    assert sentences("en")["plan.stale"] not in "".join(str(part.value) for part in app.markdown)


def test_a_plan_that_is_solved_is_kept_by_its_scenario(pack: Pack) -> None:
    app = opened(page="plan", scenario="B")
    app.button(key="plan_run").click().run()
    assert app.session_state["_plan_jobs"]["toy"].done.wait(300)
    app.run()
    kept = known_rollout(pack, Workspace.open().load("B"), Workspace.open())
    assert kept is not None
    assert kept.proof == app.session_state["_plan_jobs"]["toy"].result.proof


def test_scenarios_are_renamed_copied_annotated_and_marked(pack: Pack) -> None:
    for one in (A, B):
        keep_rollout(pack, one, plan(pack, A), Workspace.open())
    app, store = opened(scenario="A"), Workspace.open()
    app.text_input(key="compare_new_name").set_value("A2").run()
    app.button(key="compare_do_copy").click().run()
    assert store.names() == ("A", "A2", "B")
    app.text_input(key="compare_new_name").set_value("C").run()
    app.button(key="compare_do_rename").click().run()
    assert store.names() == ("A2", "B", "C")
    assert app.selectbox(key="compare_managed").value == "C"
    app.button(key="compare_do_make_baseline").click().run()
    assert store.baseline("toy") == "C"
    app.text_area(key="compare_notes_C").set_value("先西后东").run()
    app.button(key="compare_do_notes").click().run()
    assert store.load("C").notes == "先西后东"
    app.text_input(key="compare_new_name").set_value("B").run()
    app.button(key="compare_do_rename").click().run()
    assert len(app.error) == 1
    assert store.names() == ("A2", "B", "C")


def test_without_a_saved_scenario_the_page_says_what_to_do(pack: Pack) -> None:
    for one in (A, B):
        Workspace.open().delete(one.name)
    assert sentences("en")["compare.need_two"] in [str(part.value) for part in opened().info]

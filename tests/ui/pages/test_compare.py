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
from planning.exports.comparison.words import figure_name, figure_text
from planning.exports.report.reader import Reader, records
from tests import toy
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
    found = {}
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
                assert cells[letter]["text"] == figure_text(row, row[letter], reader)
    homes = records(found.figures[found.figures["figure"] == "households"])[0]
    text = figure_text(homes, homes["b_minus_a"], reader, signed=True)
    assert any(text in str(part.value) for part in app.markdown)
    assert Workspace.open().result("A") is not None
    assert sentences(language)["compare.method"] in "".join(str(p.value) for p in app.markdown)

"""Layers on the pages: overlays and dropped-in files are chosen, drawn, listed and needed."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data.scenario.scenario import Scenario
from data.tables.reader import Pack, pack_names
from data.wording.catalogue import LANGUAGES
from data.workspace.environment import ENVIRONMENT
from data.workspace.folder import Workspace
from layers.discovery import LAYERS_ENVIRONMENT
from layers.registry import layer, layers
from planning.gaps import gap_table
from ui.map import mapview
from ui.widgets import layer_choice

ROOT = Path(__file__).resolve().parents[3]
DROPPED = ROOT / "tests/layers/dropped"
OVERLAYS = [item.key for item in layers() if item.is_overlay]


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    return Workspace(tmp_path)


@pytest.fixture
def dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the folder with the counted layer and the overlay of the tests."""
    folder = tmp_path / "layers"
    shutil.copytree(DROPPED, folder)
    monkeypatch.setenv(LAYERS_ENVIRONMENT, str(folder))


@pytest.fixture
def charts(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Collect what each map is made of."""
    found: list[dict[str, Any]] = []
    show: Callable[..., None] = mapview.show

    def seen(chart: mapview.Drawn, **options: Any) -> None:
        found.append(json.loads(chart.content))
        show(chart, **options)

    monkeypatch.setattr(mapview, "show", seen)
    return found


def opened(page: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.session_state["_map_seen"] = True
    for key, value in query.items():
        app.query_params[key] = value
    app._page_hash = calc_hash(page) if page else ""
    app.run()
    assert not app.exception
    assert not app.error
    return app


def words_on(app: AppTest) -> str:
    parts = (*app.markdown, *app.caption, *app.info, *app.title, *app.header)
    return "\n".join([*(str(part.value) for part in parts), *html(app)])


def html(app: AppTest) -> list[str]:
    return [part.proto.body for part in app.get("html") if "<style>" not in part.proto.body]


def table_of(app: AppTest, key: str) -> dict[str, Any]:
    """Return what a table of the page was given to draw."""
    (found,) = [
        part.proto for part in app.get("bidi_component") if part.proto.id.endswith(key)
    ]  # fmt: skip
    content: dict[str, Any] = json.loads(found.json)
    return content


def card(app: AppTest, heading: str) -> list[str]:
    """Return the texts of the card of key figures with a heading."""
    found = re.findall(r'<section class="tc-card".*?</section>', "".join(html(app)))
    (words,) = [re.findall(r">([^<]+)<", one) for one in found if f">{heading}<" in one]
    return words


def legend_of(chart: dict[str, Any]) -> str:
    """Return the call that draws the legend."""
    script: str = chart["script"]
    start = script.index("L.tongcunLegend")
    call = script[start : script.index("L.tongcunSwitches", start)]
    return re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), call)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", OVERLAYS)
def test_an_overlay_is_chosen_by_url_drawn_and_listed(
    key: str, language: str, charts: list[dict[str, Any]]
) -> None:
    app = opened("gap-lists", layer=key, lang=language)
    assert app.selectbox(key=layer_choice.LAYER_BOX).value == key
    title = layer(key).title(language)
    assert title in words_on(app)
    assert title in legend_of(charts[-1])
    assert len(app.dataframe) == 1
    assert len(app.dataframe[0].value)


@pytest.mark.parametrize("key", OVERLAYS)
def test_an_overlay_has_no_need_and_says_so(key: str) -> None:
    app = opened("needs", layer=key, lang="en")
    assert "has no need by year" in words_on(app)


def test_layers_of_one_metric_offer_no_choice() -> None:
    app = opened("", layer="natural_villages")
    assert layer_choice.METRIC_BOX not in {box.key for box in app.selectbox}


def test_a_prefecture_that_no_plan_names_says_so() -> None:
    app = opened("gap-lists", province="gansu", layer="data_centres", lang="zh",
                 metric="hosting_capacity")  # fmt: skip
    (section,) = table_of(app, "gap-list-data_centres")["sections"]
    words = {row["cells"]["region"]["text"]: row["cells"]["evidence"]["text"]
             for row in section["rows"]}  # fmt: skip
    assert {name[:2]: word for name, word in words.items() if name[:2] in ("天水", "金昌")} == {
        "天水": "无规划", "金昌": "分解"
    }  # fmt: skip
    overview = opened("", province="gansu", layer="fibre", lang="zh")
    assert "口径：全省城市宽带用户" in words_on(overview)
    backbone = gap_table(Pack.load("yunnan"), ["backbone"], level="province")
    assert "5.6 倍，年均 +46.6%" in backbone["note_zh"].item()


def test_without_a_choice_the_first_metric_with_a_figure_is_shown() -> None:
    app = opened("", province="gansu", layer="fibre")
    assert app.selectbox(key=layer_choice.METRIC_BOX).value == "urban_users_20_mbps"
    assert "metric" not in app.query_params
    app.selectbox(key=layer_choice.METRIC_BOX).select("admin_villages").run()
    assert app.query_params["metric"] in ("admin_villages", ["admin_villages"])


@pytest.mark.usefixtures("dropped")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dropped_layer_is_counted_in_the_metric_that_is_chosen(
    language: str, charts: list[dict[str, Any]], workspace: Workspace
) -> None:
    plan = Scenario(name="edge", province=pack_names()[0],
                    targets={"edge_nodes": 1_200, "edge_nodes.use": 80})  # fmt: skip
    workspace.save(plan)
    item = layer("edge_nodes")
    app = opened("", layer="edge_nodes", lang=language, scenario="edge")
    assert "1,200" in card(app, item.heading(item.metric("nodes"), language))
    assert item.title(language) in legend_of(charts[-1])
    assert "metric" not in app.query_params
    app.selectbox(key=layer_choice.METRIC_BOX).select("use").run()
    # A share of the province alone has no card: it is a row of the table.
    assert "80.0" in json.dumps(table_of(app, "dashboard"))
    assert app.query_params["metric"] in ("use", ["use"])
    assert item.heading(item.metric("use"), language) in legend_of(charts[-1])
    app.selectbox(key=layer_choice.LAYER_BOX).select("mobile_5g").run()
    assert "metric" not in app.query_params
    linked = opened("gap-lists", layer="edge_nodes", metric="use", lang=language)
    assert item.heading(item.metric("use"), language) in words_on(linked)


@pytest.mark.usefixtures("dropped")
def test_a_metric_that_the_layer_lacks_is_refused_and_named() -> None:
    app = opened("", layer="edge_nodes", metric="weight", lang="en")
    assert "weight" in "".join(str(warning.value) for warning in app.warning)
    assert app.selectbox(key=layer_choice.METRIC_BOX).value == "nodes"


@pytest.mark.usefixtures("dropped")
def test_the_marks_of_a_dropped_overlay_can_be_switched_on_every_map(
    charts: list[dict[str, Any]],
) -> None:
    opened("", layer="mobile_5g", lang="en")
    script = charts[-1]["script"]
    for name, colour in (("charging_zones", "#123456"), ("charging_zones_1", "#654321"),
                         ("charging_zones_2", "#abcdef")):  # fmt: skip
        assert f"{name}: " in script
        assert colour in script
    # A row of the legend is there while its mark is drawn: off, until its switch is pressed.
    waits = re.compile(r'"layer": "charging_zones\w*",[^}]*"off": (\w+)')
    assert waits.findall(legend_of(charts[-1])) == ["true"] * 3
    opened("gap-lists", layer="charging_zones", lang="en")
    legend = legend_of(charts[-1])
    assert waits.findall(legend) == ["false"] * 3
    assert legend.count("Charging zones") == 4
    assert "Charging zones · " in legend


@pytest.mark.usefixtures("dropped")
def test_a_dropped_layer_has_its_page_of_needs(workspace: Workspace) -> None:
    plan = Scenario(name="edge", province=pack_names()[0], targets={"edge_nodes": 1_200})
    workspace.save(plan)
    app = opened("needs", layer="edge_nodes", lang="en", scenario="edge")
    assert "Edge nodes" in words_on(app)
    assert app.metric[1].value == "1,200"

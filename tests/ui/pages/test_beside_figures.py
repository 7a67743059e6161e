"""What stands beside a figure of a page: its unit, date, evidence, publication and address."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data.doctor.base import ImportChoice
from data.doctor.diagnosis import FileOrigin
from data.import_orders import ImportOrder, import_files
from data.tables.reader import Pack
from data.workspace.environment import ENVIRONMENT
from data.workspace.folder import Workspace

APP = Path(__file__).resolve().parents[3] / "app.py"


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    return Workspace(tmp_path)


def opened(page: str, **query: str) -> AppTest:
    """Open a page of Yunnan in Chinese as a link would, its map already drawn."""
    app = AppTest.from_file(str(APP), default_timeout=300)
    app.session_state["_map_seen"] = True
    for key, value in {"lang": "zh", "province": "yunnan", **query}.items():
        app.query_params[key] = value
    app._page_hash = calc_hash(page) if page else ""
    app.run()
    assert not app.exception
    return app


def html(app: AppTest) -> str:
    return unescape("".join(part.proto.body for part in app.get("html")))


def test_the_built_figure_has_its_publication_and_address_beside_it() -> None:
    """98,689 stations of 2023 are no figure of a plan: their publication is one click away."""
    link = 'href="http://en.c114.com.cn/583/a1247411.html"'
    query = {"layer": "mobile_5g"}
    assert link in html(opened("", **query, as_of="2023-12-31"))
    assert link not in html(opened("", **query, as_of="2020-12-31"))


def test_the_start_page_dates_its_gaps_and_names_the_plan_it_quotes() -> None:
    said = html(opened("start", as_of="2026-11-30"))
    assert "目标期限 2025-12-31 · 已建截至 2023-09-30 · 依据：分解" in said
    assert "”（《云南省“十四五”信息产业发展规划》发布稿" in said


def test_every_card_with_a_figure_has_its_unit() -> None:
    said = html(opened("", as_of="2026-11-30"))
    assert "约223,381 个<" in said
    assert "超40,000 标准机架<" in said
    gansu = html(opened("", province="gansu", layer="mobile_4g"))
    assert '0 – 43,000</b><span class="unit">个</span>' in gansu


def test_figures_of_the_province_alone_have_their_unit() -> None:
    app = opened("", as_of="2026-11-30")
    boards = [json.loads(part.proto.json) for part in app.get("bidi_component")]
    rows = [row["cells"]["layer"]["text"] for board in boards
            for section in board.get("sections", ()) if section["key"] == "whole"
            for row in section["rows"]]  # fmt: skip
    assert rows
    assert all(" · " in row for row in rows)
    assert any(row.endswith("Tbit/s") for row in rows)


def test_the_banner_names_the_illustrative_tables_in_force(workspace: Workspace) -> None:
    assert "natural villages, sites, fibre nodes." in html(opened("", lang="en"))
    # What a page is about does not displace what of it is invented.
    for page in ("gap-lists", "what-if", "plan"):
        assert "自然村、站址、光缆接入点均为示例" in html(opened(page))
    rows = Pack.load("yunnan").table("natural_villages").head(50)
    rows = rows[["village_id", "lon", "lat", "households", "has_4g"]]
    file = workspace.folder / "villages.csv"
    rows.to_csv(file, index=False)
    order = ImportOrder(
        ImportChoice(kind="natural_villages", crs="EPSG:4326"), FileOrigin("measured", "2023-12-31")
    )
    import_files([file], "yunnan", order, folder=workspace.folder)
    for page in ("", "what-if"):
        said = html(opened(page, lang="en"))
        assert "not to be built on: sites, fibre nodes." in said


def test_the_start_page_shows_the_gaps_of_the_region_in_force() -> None:
    shown = html(opened("start", lang="en", region="533300"))
    assert "Lushui" in shown
    assert "Guandu" not in shown


def test_a_target_is_past_on_the_day_of_the_figures_not_on_the_clocks() -> None:
    query = {"layer": "mobile_5g"}
    assert "2025-12-31 已过" not in html(opened("", **query, as_of="2021-06-30"))
    # A day beyond those of the box is drawn like any other.
    assert "2025-12-31 已过" in html(opened("", **query, as_of="2999-01-01"))

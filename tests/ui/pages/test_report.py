"""The page of the report: made on request, of the regions chosen, stale after a change."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data.wording.catalogue import sentences
from tests.toy import EAST, NAME
from ui.shell import state

APP = Path(__file__).resolve().parents[3] / "app.py"


@pytest.fixture
def page(toy_listed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("TONGCUN_WORKSPACE", str(tmp_path))
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.query_params["province"], app.query_params["lang"] = NAME, "en"
    app._page_hash = calc_hash("report")
    return app.run()


def test_nothing_is_made_until_asked_for(page: AppTest) -> None:
    assert not page.exception
    assert not page.get("image")


def test_it_follows_the_region_in_force_and_says_what_it_will_hold(page: AppTest) -> None:
    held = "".join(part.proto.body for part in page.get("html"))
    assert sentences("en")["report.holds_sources"] in held
    assert sentences("en")["report.holds_plan"] not in held, "there is no plan"
    page.session_state[state.REGION] = ("prefecture", EAST)
    page.run()
    assert page.multiselect(key="report_regions").value == [EAST]
    # What the planner chooses stays.
    page.multiselect(key="report_regions").set_value([]).run()
    assert page.multiselect(key="report_regions").value == []


def test_the_report_is_made_of_the_regions_chosen_and_goes_with_a_change(page: AppTest) -> None:
    page.multiselect(key="report_regions").select(EAST).run()
    page.button(key="report_make").click().run()
    assert not page.exception
    assert len(page.get("image")) == 1
    labels = [element.proto.label for element in page.get("download_button")]
    assert labels == ["Download PDF", "Download DOCX"]
    page.selectbox(key="report_language").set_value("zh").run()
    assert not page.get("image")

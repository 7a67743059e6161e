"""The invented relief ends with its page, is named where it acts, and stands in exports."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from data.scenario.scenario import PlannedSite, Scenario
from data.tables.reader import Pack
from data.wording.catalogue import text
from planning.elevation import terrain_of
from planning.exports.gaps import provenance, whatif_bundle
from planning.whatif import effect

PACK = Pack.load("yunnan")


def page() -> None:
    import streamlit as st

    from ui.shell import demonstration, state

    state.begin(("zh", "en"))
    demonstration.settle(st.session_state["go"])
    if st.session_state.pop("switch", False):
        demonstration.switch(on=True)


def says(app: AppTest, go: str) -> bool:
    app.session_state["go"] = go
    app.run(timeout=60)
    assert not app.exception
    return any(text("terrain.acts", "zh") in item.value for item in app.markdown)


@pytest.fixture
def app() -> AppTest:
    made = AppTest.from_function(page)
    made.session_state["switch"] = True
    assert not says(made, "coverage")
    return made


def test_it_is_named_on_its_page_and_ends_on_another(app: AppTest) -> None:
    assert says(app, "coverage")
    assert not says(app, "plan")
    assert not says(app, "coverage")


def test_it_stays_where_it_is_kept_on_purpose(app: AppTest) -> None:
    assert says(app, "coverage")
    app.toggle("_relief_kept").set_value(True)
    assert says(app, "plan")


@pytest.mark.parametrize("on", [True, False])
def test_exports_say_that_they_rest_on_it(on: bool) -> None:
    site = PlannedSite(lat=25.9, lon=98.85)
    plan = Scenario(province="yunnan", sites=(site,), demonstration_terrain=on)
    result = effect(PACK, plan.sites, terrain=terrain_of(PACK, plan))
    about = whatif_bundle(PACK, plan, result).about
    assert ("relief_zh" in about) is on
    assert "relief_zh" not in provenance(PACK, plan, evidence=())

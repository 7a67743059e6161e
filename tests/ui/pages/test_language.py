"""The language is chosen at the foot of the sidebar and kept, whatever the browser missed."""

from __future__ import annotations

from tests.ui.pages.test_pages import opened
from ui.shell import state
from ui.widgets import layer_choice


def test_language_changes_every_title_and_keeps_the_choice() -> None:
    app = opened("", layer="fibre", lang="zh")
    before = app.selectbox(key=layer_choice.LAYER_BOX)
    app.segmented_control(key="_language_box").set_value("en").run()
    after = app.selectbox(key=layer_choice.LAYER_BOX)
    assert before.value == after.value == "fibre"
    assert not set(before.options) & set(after.options)


def test_a_browser_that_missed_the_language_does_not_change_it() -> None:
    app = opened("import", lang="en")
    app.segmented_control(key="_language_box").set_value(None).run()
    assert app.session_state[state.LANGUAGE] == "en"
    assert app.query_params["lang"] == "en"

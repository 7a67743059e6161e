"""Long work beside a page: a bar with a stop, the result when it is there, errors in the page."""

from __future__ import annotations

import threading
import time

import pytest
from streamlit.testing.v1 import AppTest

from geo.errors import InputError
from geo.radio.prediction import Cancelled
from ui.widgets import background


def page() -> None:
    import streamlit as st

    from ui.widgets import background

    found = background.result_of(
        "here", st.session_state["key"], st.session_state["work"], label="counting"
    )
    st.text("none" if found is None else str(found))


def opened(work: object, key: str = "a") -> AppTest:
    app = AppTest.from_function(page, default_timeout=30)
    app.session_state["lang"] = "en"
    app.session_state["key"], app.session_state["work"] = key, work
    return app.run()


def settled(app: AppTest) -> AppTest:
    """Run the page again once its work is over."""
    job = app.session_state["_background"]["here"][app.session_state["key"]]
    assert job.over.wait(10)
    return app.run()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "PATIENCE_S", 0.02)


def test_what_is_done_at_once_needs_no_bar_and_is_done_once() -> None:
    calls = []

    def work(_tell, _stop):
        calls.append(1)
        return "ready"

    app = settled(opened(work))
    assert app.text[0].value == "ready"
    assert not app.button
    app.run()
    assert calls == [1]


def test_a_bar_stands_while_it_runs_and_the_planner_may_stop_and_start_again() -> None:
    begun = threading.Event()

    def work(tell, stop):
        tell(0.4)
        begun.set()
        while not stop():
            time.sleep(0.005)
        raise Cancelled

    app = opened(work)
    assert app.text[0].value == "none"
    assert begun.wait(5)
    app.run()
    assert "40%" in app.get("progress")[0].proto.text
    app.button(key="stop-here").click()
    app.run()
    app = settled(app)
    assert "counting" in app.warning[0].value
    app.session_state["work"] = lambda _tell, _stop: "again"
    app.button(key="again-here").click().run()
    app = settled(app)
    assert app.text[0].value == "again"


def test_another_question_stops_the_first() -> None:
    stopped = threading.Event()

    def endless(_tell, stop):
        while not stop():
            time.sleep(0.005)
        stopped.set()
        raise Cancelled

    app = opened(endless)
    app.session_state["key"], app.session_state["work"] = "b", lambda _tell, _stop: "second"
    app.run()
    assert stopped.wait(5)
    app = settled(app)
    assert app.text[0].value == "second"


def test_an_error_is_raised_in_the_page_and_does_not_stay() -> None:
    def fail(_tell, _stop):
        raise InputError("no", where="here", repair="mend")

    app = opened(fail)
    assert app.exception or app.run().exception
    app.session_state["work"] = lambda _tell, _stop: "mended"
    app.run()
    app = settled(app)
    assert not app.exception
    assert app.text[0].value == "mended"

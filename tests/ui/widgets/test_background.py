"""Long work beside a page: a bar with a stop, the result when it is there, errors in the page."""

from __future__ import annotations

import ast
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from geo.errors import InputError
from geo.radio.prediction import Cancelled
from ui.widgets import background

UI = Path(background.__file__).parents[1]


def page() -> None:
    import streamlit as st

    from ui.widgets import background

    session = st.session_state
    session["runs"] = session.get("runs", 0) + 1
    background.begin()
    found = background.result_of("here", session["key"], session["work"], label="counting")
    st.text("none" if found is None else str(found))
    background.watch()


def opened(work: object, key: str = "a") -> AppTest:
    app = AppTest.from_function(page, default_timeout=30)
    app.session_state["lang"] = "en"
    app.session_state["key"], app.session_state["work"] = key, work
    return app.run()


def job_of(app: AppTest) -> background.Job:
    job: background.Job = app.session_state["_background"]["here"][app.session_state["key"]]
    return job


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "PATIENCE_S", 0.02)


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every run of a page end at once, as if another one had been asked for."""
    monkeypatch.setattr(background, "waiting_request", lambda: "page")


def test_what_is_done_at_once_needs_no_bar_and_is_done_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []

    def work(_tell, _stop):
        calls.append(1)
        return "ready"

    monkeypatch.setattr(background, "PATIENCE_S", 10.0)
    app = opened(work)
    assert app.text[0].value == "ready"
    assert not app.button
    assert app.session_state["runs"] == 1
    app.run()
    assert calls == [1]


def test_the_page_waits_in_its_run_and_is_drawn_again_when_the_work_is_done() -> None:
    def work(_tell, _stop):
        time.sleep(0.3)
        return "ready"

    app = opened(work)
    assert app.text[0].value == "ready"
    assert not app.button
    assert app.session_state["runs"] == 2


def test_the_bar_moves_while_the_page_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "_LOOK_S", 0.01)
    seen: list[str] = []
    follow = background.follow

    def noted(place, bar, job, words) -> None:
        def told(job: background.Job) -> str:
            seen.append(words(job))
            return seen[-1]

        follow(place, bar, job, told)

    monkeypatch.setattr(background, "follow", noted)

    def work(tell, _stop):
        for share in (0.2, 0.1, 0.6):
            tell(share)
            time.sleep(0.2)

    opened(work)
    assert list(dict.fromkeys(seen))[-2:] == ["counting · 20%", "counting · 60%"]


@pytest.mark.usefixtures("interrupted")
def test_the_planner_may_stop_and_start_again() -> None:
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
    assert job_of(app).done.wait(10)
    app.run()
    assert "counting" in app.warning[0].value
    app.session_state["work"] = lambda _tell, _stop: "again"
    app.button(key="again-here").click().run()
    assert job_of(app).done.wait(10)
    app.run()
    assert app.text[0].value == "again"


@pytest.mark.usefixtures("interrupted")
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
    assert job_of(app).done.wait(5)
    app.run()
    assert app.text[0].value == "second"


def test_an_error_is_raised_in_the_page_and_does_not_stay() -> None:
    def fail(_tell, _stop):
        raise InputError("no", where="here", repair="mend")

    app = opened(fail)
    assert app.exception
    app.session_state["work"] = lambda _tell, _stop: "mended"
    app.run()
    assert not app.exception
    assert app.text[0].value == "mended"


def watching() -> None:
    """A page with one running job, whose ``news`` happen while the page is drawn."""
    import streamlit as st

    from ui.widgets import background

    session = st.session_state
    session["runs"] = session.get("runs", 0) + 1
    background.begin()
    if session["runs"] == 1:
        job = background.Job("key")
        background.follow("here", st.empty(), job, lambda _job: "words")
        session["news"](job)
    background.watch()


def runs_after(news: Callable[[background.Job], object]) -> int:
    app = AppTest.from_function(watching, default_timeout=30)
    app.session_state["news"] = news
    app.run()
    assert not app.exception
    return int(app.session_state["runs"])


def test_what_ends_or_gives_a_first_result_while_the_page_is_drawn_is_drawn_too() -> None:
    assert runs_after(lambda job: job.done.set()) == 2
    assert runs_after(lambda job: job.show("a first result")) == 2


@pytest.mark.parametrize(
    ("asked", "in_part", "runs"),
    [
        # The whole page is asked for and comes after this run; one more would forget which page.
        ("page", False, 1),
        ("page", True, 1),
        # The part may be gone after this run: the whole page is drawn, with the press.
        ("part", False, 2),
        ("part", True, 1),
    ],
)
def test_a_request_ends_the_wait(
    monkeypatch: pytest.MonkeyPatch, asked: str, in_part: bool, runs: int
) -> None:
    monkeypatch.setattr(background, "waiting_request", lambda: asked)
    monkeypatch.setattr(background, "in_part", lambda: in_part)
    assert runs_after(lambda _job: None) == runs


def test_no_page_draws_itself_by_a_clock() -> None:
    clocks = [
        f"{path.relative_to(UI)}:{call.lineno}"
        for path in UI.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and any(argument.arg in {"run_every", "parallel"} for argument in call.keywords)
    ]
    assert clocks == []


def test_every_fragment_watches_its_jobs() -> None:
    """A fragment that does not would leave a bar standing after a press in it."""
    bare = [
        str(path.relative_to(UI))
        for path in UI.rglob("*.py")
        if "st.fragment" in path.read_text(encoding="utf-8") and path.stem != "background"
    ]
    assert bare == []

"""Events of components: each is handled once, in its order, and acknowledged."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import RerunData, RerunException

from ui.shell import frame
from ui.shell.callbacks import hear, heard


def told(*numbers: int) -> SimpleNamespace:
    return SimpleNamespace(events={"events": [{"id": n, "kind": "row"} for n in numbers]})


def test_an_event_that_is_repeated_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    session: dict[str, object] = {"table": told(1, 2)}
    monkeypatch.setattr(st, "session_state", session)
    done: list[int] = []
    assert heard("table") == 0
    hear("table", lambda event: done.append(event["id"]))
    session["table"] = told(2, 5)
    hear("table", lambda event: done.append(event["id"]))
    assert done == [1, 2, 5]
    assert (heard("table"), heard("map")) == (5, 0)


def test_an_event_that_is_cut_off_is_handled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {"table": told(1, 2)})
    later = RerunException(RerunData())
    cuts, done = [later], list[int]()

    def handle(event: dict[str, int]) -> None:
        if event["id"] == 2 and cuts:
            raise cuts.pop()
        done.append(event["id"])

    with pytest.raises(RerunException):
        hear("table", handle)
    assert done == [1, 2]


@pytest.mark.parametrize("name", ["host.js", "table.js", "find.js"])
def test_a_script_for_streamlit_stands_alone(name: str) -> None:
    text = frame.component(name)
    assert "import " not in text
    assert text.count("const newOutbox") == 1
    assert text.count("export ") >= 1

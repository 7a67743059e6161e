"""What a planner asks is done whole and once, whatever else the page asks at that moment."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import RerunData, RerunException

from ui.shell.callbacks import once, standing, whole

UI = Path(__file__).resolve().parents[3] / "ui"
HEARD = {"on_click", "on_change", "on_select"}
#: An event; steps whose work lies outside the session and must not be done twice; Streamlit's own.
FREE = {"job.cancel.set", "_commit", "_commit_raster", "_step", "_delete", "st.logout"}
#: What a click on a map does is called by the whole callback of the map.
MAPS = ("mapview.", "maps.")


def test_a_callback_cut_off_is_done_to_its_end_and_the_later_request_follows() -> None:
    later = RerunException(RerunData())
    cuts, done = [later], list[str]()

    @whole
    def step(word: str) -> None:
        if cuts:
            raise cuts.pop()
        done.append(word)

    with pytest.raises(RerunException) as told:
        step("undone")
    assert told.value is later
    assert done == ["undone"]
    step("again")
    assert done == ["undone", "again"]


def test_a_press_that_comes_twice_counts_once_per_drawing() -> None:
    pressed: list[str] = []
    drawn = once(pressed.append)
    drawn("first")
    drawn("first")
    once(pressed.append)("second")
    assert pressed == ["first", "second"]


def test_a_widget_that_was_replaced_is_not_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {})
    heard = []
    old = standing("chart", "of-the-old-plan", lambda: heard.append("old"))
    old()
    new = standing("chart", "of-the-new-plan", lambda: heard.append("new"))
    standing("table", "beside", lambda: None)
    old()
    new()
    assert heard == ["old", "new"]


def named() -> Iterator[tuple[str, str]]:
    """Find every function of ours that a widget calls, with the file that says so."""
    for path in sorted(UI.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and not ast.unparse(call.func).startswith(MAPS):
                for argument in call.keywords:
                    name = called(argument.value) if argument.arg in HEARD else ""
                    if name:
                        yield path.relative_to(UI).as_posix(), name


def called(value: ast.expr) -> str:
    """Return the function that a callback names; none if it is a word, or made whole there."""
    if isinstance(value, ast.Lambda):
        return called(value.body)
    if not isinstance(value, ast.Call):
        return ast.unparse(value) if isinstance(value, ast.Name | ast.Attribute) else ""
    how = ast.unparse(value.func)
    if how in {"whole", "standing"}:
        return ""
    return called(value.args[0]) if how == "once" else how


def modules_of(path: Path) -> dict[str, Path]:
    """Return the modules of ours that a file imports, by the name it gives them."""
    return {
        alias.asname or alias.name: UI.parent
        / (f"{node.module}.{alias.name}".replace(".", "/") + ".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ui")
        for alias in node.names
    }


def whole_ones(path: Path) -> set[str]:
    """Return the functions of a file that are decorated."""
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and any(ast.unparse(mark) == "whole" for mark in node.decorator_list)
    }


def test_every_callback_of_a_widget_is_whole() -> None:
    asked = set(named())
    assert len(asked) > 40
    missing = []
    for file, name in sorted(asked):
        module, _, function = name.rpartition(".")
        assert not module or module in modules_of(UI / file) or name in FREE, (file, name)
        home = modules_of(UI / file).get(module, UI / file)
        if name not in FREE and function not in whole_ones(home):
            missing.append(f"{file}: {name}")
    assert missing == []

"""Manage saved scenarios: another name, a copy, notes, the baseline."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from data.scenario.scenario import Scenario
from data.workspace.folder import Workspace
from geo.errors import PlannerError
from ui.shell import localised_select, state
from ui.shell.callbacks import once, whole
from ui.shell.frame import explain
from ui.shell.i18n import t
from ui.shell.provenance import plain

_CHOSEN, _NEW, _NOTES = "compare_managed", "compare_new_name", "compare_notes"
_FAULT, _DONE = "_compare_fault", "_compare_done"


def show(known: dict[str, Scenario]) -> None:
    """Draw the form.

    Parameters
    ----------
    known
        Name → saved scenario of the province.
    """
    with st.expander(t("compare.manage")):
        fault = st.session_state.pop(_FAULT, None)
        if fault is not None:
            explain(fault)
        done = st.session_state.pop(_DONE, None)
        if done is not None:
            st.success(t("compare.done", name=plain(done)))
        if not known:
            return
        names = {name: name for name in known}
        if st.session_state.get(_CHOSEN) not in known:
            st.session_state[_CHOSEN] = next(iter(known))
        cells = st.columns([1, 1, 0.5, 0.5, 0.8], vertical_alignment="bottom")
        name = str(localised_select.selectbox(
            cells[0], t("compare.managed"), list(names), key=_CHOSEN,
            format_func=names.__getitem__,
        ))  # fmt: skip
        cells[1].text_input(t("compare.new_name"), key=_NEW, max_chars=60)
        is_baseline = Workspace.open().baseline(state.province()) == name
        for cell, word, step in (
            (cells[2], "rename", _rename), (cells[3], "copy", _copy),
            (cells[4], "drop_baseline" if is_baseline else "make_baseline", _baseline),
        ):  # fmt: skip
            cell.button(t(f"compare.{word}"), key=f"compare_do_{word}", width="stretch",
                        on_click=once(whole(_tried)), args=(step, name))  # fmt: skip
        key = f"{_NOTES}_{name}"
        st.session_state.setdefault(key, known[name].notes)
        st.text_area(t("compare.notes"), key=key, max_chars=5_000)
        st.button(t("compare.save_notes"), key="compare_do_notes",
                  on_click=once(whole(_tried)), args=(_note, name))  # fmt: skip


def _tried(step: Callable[[Workspace, str], str], name: str) -> None:
    """Do one thing; what goes wrong is told when the form is drawn again."""
    try:
        st.session_state[_DONE] = step(Workspace.open(), name)
    except PlannerError as error:
        st.session_state[_FAULT] = error


def _rename(workspace: Workspace, name: str) -> str:
    renamed = workspace.rename(name, str(st.session_state[_NEW]))
    if state.plan().name == name:
        state.change(name=renamed.name)
    state.loaded().pop(name, None)
    state.loaded()[renamed.name] = renamed
    st.session_state[_CHOSEN] = renamed.name
    return renamed.name


def _copy(workspace: Workspace, name: str) -> str:
    return workspace.copy(name, str(st.session_state[_NEW])).name


def _baseline(workspace: Workspace, name: str) -> str:
    is_baseline = workspace.baseline(state.province()) == name
    workspace.set_baseline(state.province(), "" if is_baseline else name)
    return name


def _note(workspace: Workspace, name: str) -> str:
    before = workspace.load(name)
    noted = before.noted(str(st.session_state[f"{_NOTES}_{name}"]))
    workspace.save(noted, replaces=before.digest)
    state.loaded()[name] = noted
    if state.plan().name == name:
        state.change(notes=noted.notes)
    return name

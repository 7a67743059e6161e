"""Save, load and delete scenarios by name; nothing is lost when a folder is read-only or full."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from data.workspace.folder import Workspace, checked_name
from geo.errors import PlannerError
from ui.shell import state
from ui.shell.callbacks import once, whole
from ui.shell.frame import explain
from ui.shell.i18n import t

_NAME, _CHOSEN, _FAULT, _DONE = "save_name", "load_name", "_save_fault", "_save_done"


def show() -> None:
    """Draw the form."""
    workspace = Workspace.open()
    with st.expander(t("save.title"), expanded=True):
        error = st.session_state.pop(_FAULT, None)
        if error is not None:
            explain(error)
        done = st.session_state.pop(_DONE, None)
        if done is not None:
            st.success(done)
        cells = st.columns([2, 1, 2, 1, 1], vertical_alignment="bottom", gap="small")
        st.session_state.setdefault(_NAME, state.plan().name)
        cells[0].text_input(t("save.name"), key=_NAME, max_chars=60)
        cells[1].button(t("save.save"), key="save", on_click=_save, width="stretch")
        try:
            names = workspace.names()
        except PlannerError as broken:
            explain(broken)
            return
        cells[2].selectbox(
            t("save.saved"), names, key=_CHOSEN, index=None, placeholder=t("save.choose")
        )
        cells[3].button(
            t("save.load"), key="load", on_click=_load, disabled=not names, width="stretch"
        )
        cells[4].button(
            t("save.delete"),
            key="delete",
            on_click=once(_delete),
            disabled=not names,
            width="stretch",
        )
        st.caption(t("save.where", folder=workspace.place))


@whole
def _save() -> None:
    try:
        name = checked_name(st.session_state[_NAME])
        as_of = dt.date.fromisoformat(st.session_state[state.AS_OF])
        scenario = state.plan().model_copy(update={"name": name, "as_of": as_of})
        Workspace.open().save(scenario)
    except PlannerError as error:
        st.session_state[_FAULT] = error
        return
    state.keep(state.history().push(scenario))
    st.session_state[_DONE] = t("save.done", name=name)


@whole
def _load() -> None:
    name = st.session_state[_CHOSEN]
    if not name:
        return
    try:
        scenario = Workspace.open().load(name)
        state.adopt(scenario)
    except PlannerError as error:
        st.session_state[_FAULT] = error
        return
    st.session_state[_NAME] = name
    st.session_state[_DONE] = t("save.loaded", name=name, sites=len(scenario.sites))


def _delete() -> None:
    name = st.session_state[_CHOSEN]
    if not name:
        return
    try:
        Workspace.open().delete(name)
    except PlannerError as error:
        st.session_state[_FAULT] = error
        return
    st.session_state[_CHOSEN] = None
    st.session_state[_DONE] = t("save.deleted", name=name)

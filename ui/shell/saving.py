"""Save, load and delete scenarios by name: no other's change is lost, each step can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import streamlit as st
from pydantic import ValidationError

from data.scenario.merging import Side, differences, merged
from data.scenario.scenario import Scenario, ScenarioConflictError
from data.workspace.folder import Workspace, checked_name
from geo.errors import PlannerError
from ui.shell import state
from ui.shell.callbacks import once, whole
from ui.shell.frame import explain
from ui.shell.i18n import t
from ui.shell.provenance import plain

_NAME, _CHOSEN, _FAULT, _DONE = "save_name", "load_name", "_save_fault", "_save_done"
_CONFLICT, _UNDO, _ASKED = "_save_conflict", "_save_undo", "_save_delete_asked"


@dataclass(frozen=True)
class _Conflict:
    """What the planner wants to save, what is saved by now, and what both began with."""

    mine: Scenario
    theirs: Scenario | None
    base: Scenario


@dataclass(frozen=True)
class _Step:
    """What the last step replaced or deleted, and the digest of what is there since."""

    before: Scenario
    now: str


def show(asked: Callable[[], Scenario] = state.dated) -> None:
    """Draw the form.

    Parameters
    ----------
    asked
        Returns what is saved: the scenario as the page asks it, such as with its area.
    """
    workspace = Workspace.open()
    with st.expander(t("save.title"), expanded=True):
        error = st.session_state.pop(_FAULT, None)
        if error is not None:
            explain(error)
        _said()
        cells = st.columns([2, 1, 2, 1, 1], vertical_alignment="bottom", gap="small")
        st.session_state.setdefault(_NAME, state.plan().name)
        cells[0].text_input(t("save.name"), key=_NAME, max_chars=60)
        cells[1].button(t("save.save"), key="save", on_click=_save, args=(asked,), width="stretch")
        try:
            names = workspace.names()
        except PlannerError as broken:
            explain(broken)
            return
        cells[2].selectbox(
            t("save.saved"), names, key=_CHOSEN, index=None, placeholder=t("save.choose"),
            on_change=_not_asked,
        )  # fmt: skip
        cells[3].button(
            t("save.load"), key="load", on_click=_load, disabled=not names, width="stretch"
        )
        cells[4].button(
            t("save.delete"), key="delete", on_click=_ask, disabled=not names, width="stretch"
        )
        _deleting()
        _conflict()
        st.caption(t("save.where", folder=plain(workspace.place)))


def _said() -> None:
    """Draw what the last step did, and the button that takes it back."""
    done = st.session_state.pop(_DONE, None)
    if done is not None:
        st.success(done)
    step: _Step | None = st.session_state.get(_UNDO)
    if step is not None:
        st.button(
            t("save.undo", name=plain(step.before.name)), key="save_undo", on_click=once(_undo)
        )


def _deleting() -> None:
    """Draw the question before a scenario is deleted."""
    name = st.session_state.get(_ASKED)
    if not name:
        return
    st.warning(t("save.delete_sure", name=plain(name)))
    with st.container(horizontal=True):
        st.button(t("save.delete"), key="delete_sure", on_click=once(_delete), type="primary")
        st.button(t("save.keep"), key="delete_not", on_click=_not_asked)


def _conflict() -> None:
    """Draw both scenarios where another one is saved, and what can be done."""
    conflict: _Conflict | None = st.session_state.get(_CONFLICT)
    if conflict is None:
        return
    theirs = conflict.theirs
    name = plain(conflict.mine.name)
    st.warning(t("save.gone" if theirs is None else "save.conflict", name=name))
    both = False
    if theirs is not None:
        found = differences(conflict.base, conflict.mine, theirs)
        both = any(item.both for item in found)
        st.dataframe(
            pd.DataFrame(
                {
                    t("save.field"): [item.field for item in found],
                    t("save.base"): [item.base for item in found],
                    t("save.mine"): [item.mine for item in found],
                    t("save.theirs"): [item.theirs for item in found],
                    t("save.both"): [item.both for item in found],
                }
            ),
            hide_index=True,
        )
    with st.container(horizontal=True):
        if theirs is not None and theirs.province == conflict.mine.province:
            sides: tuple[Side, ...] = ("mine", "theirs") if both else ("mine",)
            for side in sides:
                st.button(
                    t(f"save.merge_{side}") if both else t("save.merge"), key=f"merge_{side}",
                    on_click=once(_merge), args=(side,),
                )  # fmt: skip
        st.button(t("save.overwrite"), key="overwrite", on_click=once(_overwrite))
        st.button(t("save.cancel"), key="save_cancel", on_click=_cancel)
    st.caption(t("save.other_name"))


@whole
def _save(asked: Callable[[], Scenario]) -> None:
    try:
        name = checked_name(st.session_state[_NAME])
        scenario = asked().model_copy(update={"name": name})
        before = state.loaded().get(name)
        _keep(scenario, before)
    except ScenarioConflictError as conflict:
        base = before or Scenario(province=scenario.province)
        st.session_state[_CONFLICT] = _Conflict(scenario, conflict.there, base)
    except PlannerError as error:
        st.session_state[_FAULT] = error


@whole
def _overwrite() -> None:
    conflict: _Conflict = st.session_state[_CONFLICT]
    _resolve(conflict, conflict.mine)


@whole
def _merge(side: Side) -> None:
    conflict: _Conflict = st.session_state[_CONFLICT]
    if conflict.theirs is None:
        return
    try:
        whole = merged(conflict.base, conflict.mine, conflict.theirs, prefer=side)
    except ValidationError:
        # What both changed does not fit together: the side that is preferred is whole.
        st.session_state[_DONE] = t("save.not_merged")
        return
    _resolve(conflict, whole)


def _resolve(conflict: _Conflict, scenario: Scenario) -> None:
    """Save in the place of what the planner has seen; if it changed again, show that."""
    try:
        _keep(scenario, conflict.theirs)
    except ScenarioConflictError as again:
        st.session_state[_CONFLICT] = _Conflict(conflict.mine, again.there, conflict.base)
    except PlannerError as error:
        st.session_state[_FAULT] = error


def _keep(scenario: Scenario, before: Scenario | None) -> None:
    """Save a scenario in the place of ``before`` and take it as the present one."""
    replaces = "" if before is None else before.digest
    Workspace.open().save(scenario, replaces=replaces)
    state.keep(state.history().push(scenario))
    state.loaded()[scenario.name] = scenario
    changed = before is not None and before.digest != scenario.digest
    _set(_UNDO, _Step(before, scenario.digest) if before is not None and changed else None)
    _set(_CONFLICT, None)
    st.session_state[_DONE] = t("save.done", name=plain(scenario.name))


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
    _set(_CONFLICT, None)
    st.session_state[_NAME] = name
    st.session_state[_DONE] = t("save.loaded", name=plain(name), sites=len(scenario.sites))


@whole
def _ask() -> None:
    st.session_state[_ASKED] = st.session_state[_CHOSEN]


@whole
def _not_asked() -> None:
    _set(_ASKED, None)


@whole
def _cancel() -> None:
    _set(_CONFLICT, None)


@whole
def _delete() -> None:
    name = st.session_state.get(_ASKED)
    if not name:
        return
    workspace = Workspace.open()
    try:
        before = workspace.load(name)
        workspace.delete(name, replaces=before.digest)
    except PlannerError as error:
        st.session_state[_FAULT] = error
        return
    state.loaded().pop(name, None)
    _set(_UNDO, _Step(before, ""))
    _set(_ASKED, None)
    st.session_state[_CHOSEN] = None
    st.session_state[_DONE] = t("save.deleted", name=plain(name))


@whole
def _undo() -> None:
    step: _Step = st.session_state[_UNDO]
    try:
        Workspace.open().save(step.before, replaces=step.now)
    except PlannerError as error:
        st.session_state[_FAULT] = error
        return
    state.loaded()[step.before.name] = step.before
    _set(_UNDO, None)
    st.session_state[_DONE] = t("save.undone", name=plain(step.before.name))


def _set(key: str, value: object) -> None:
    if value is None:
        st.session_state.pop(key, None)
    else:
        st.session_state[key] = value

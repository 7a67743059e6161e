"""Which scenarios are compared: saved ones of the province, and the one of the session."""

from __future__ import annotations

import streamlit as st

from data.scenario.scenario import Scenario
from data.workspace.folder import Workspace
from geo.errors import PlannerError
from planning.comparison.comparison import LETTERS
from ui.shell import localised_select, state
from ui.shell.i18n import t

#: Stands for the scenario of the session, and for no scenario: no saved one has such a name.
_PRESENT, _NONE = "/present", "/none"


def saved() -> dict[str, Scenario]:
    """Return name → scenario of those saved for the province; broken ones are left out."""
    workspace = Workspace.open()
    found = {}
    for name in workspace.names():
        try:
            scenario = workspace.load(name)
        except PlannerError:
            continue
        if scenario.province == state.province():
            found[name] = scenario
    return found


def chosen(known: dict[str, Scenario]) -> list[Scenario]:
    """Draw a box for each scenario; return what they say, the first ones first.

    Parameters
    ----------
    known
        Name → saved scenario.
    """
    baseline = Workspace.open().baseline(state.province())
    titles = {_PRESENT: t("compare.present"), **{name: name for name in known}}
    if baseline in titles:
        titles[baseline] = t("compare.baseline_mark", name=baseline)
    picked = []
    cells = st.columns(len(LETTERS))
    for cell, letter, default in zip(cells, LETTERS, _defaults(known, baseline), strict=True):
        options = titles if letter in {"a", "b"} else {_NONE: t("compare.none_chosen"), **titles}
        key = f"compare_{letter}"
        if st.session_state.get(key) not in options:
            st.session_state[key] = default
        name = localised_select.selectbox(
            cell, t("compare.choose", letter=letter.upper()), list(options), key=key,
            format_func=options.__getitem__,
        )  # fmt: skip
        if name != _NONE:
            picked.append(_present() if name == _PRESENT else known[str(name)])
    return picked


def _defaults(known: dict[str, Scenario], baseline: str) -> tuple[str, str, str, str]:
    """Return what the boxes say at first: the baseline, and the scenario in force."""
    first = baseline if baseline in known else next(iter(known))
    own = state.plan().name
    second = own if own in known and own != first else _PRESENT
    return first, second, _NONE, _NONE


def _present() -> Scenario:
    return state.dated().model_copy(update={"name": t("compare.present")})

"""The scenarios that the plan of a report is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui.compare import choice
from ui.shell.i18n import t

if TYPE_CHECKING:
    from data.scenario.scenario import Scenario
    from planning.plan.rollout import Rollout

#: Names that are chosen, in the session.
KEY = "report_compare"
#: A comparison holds four scenarios, the report's own among them.
_MOST = 3


def choose(rollout: Rollout | None) -> None:
    """Draw the choice; only beside the chapter of a plan."""
    names = list(choice.saved())
    if rollout is None or not names:
        st.session_state[KEY] = []
        return
    st.multiselect(
        t("report.compare"), names, key=KEY, max_selections=_MOST,
        placeholder=t("report.compare_none"),
    )  # fmt: skip


def chosen() -> list[Scenario]:
    """Return the scenarios that are chosen and still saved."""
    known = choice.saved()
    return [known[name] for name in st.session_state.get(KEY, ()) if name in known]

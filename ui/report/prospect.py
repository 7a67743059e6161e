"""What a report would be of and hold, before it is asked for."""

from __future__ import annotations

from html import escape

import streamlit as st

from ui.shell import region, state
from ui.shell.i18n import t

#: Province and prefecture that the choice of regions followed last.
_FOLLOWED = "_report_followed"
_CHAPTERS = ("summary", "layers", "plan", "method", "sources", "illustrative")


def follow_region(key: str) -> None:
    """Let the report be of the prefecture in force until the planner says otherwise.

    Parameters
    ----------
    key
        Key of the box of regions.
    """
    here = (state.province(), region.chosen()[0])
    if st.session_state.get(_FOLLOWED) != here:
        st.session_state[_FOLLOWED] = here
        st.session_state[key] = [here[1]] if here[1] else []


def show(*, with_plan: bool) -> None:
    """List the chapters and what each holds."""
    items = "".join(
        f"<dt>{escape(t(f'report.chapter_{name}'))}</dt><dd>{escape(t(f'report.holds_{name}'))}</dd>"
        for name in _CHAPTERS if with_plan or name != "plan"
    )  # fmt: skip
    st.html(
        f'<section class="tc-card tc-words"><div class="row"><span class="name">'
        f"{escape(t('report.holds'))}</span></div><dl>{items}</dl></section>"
    )

"""The option whether a 5G site also counts for 4G, in one line of the pages that it changes."""

from __future__ import annotations

import streamlit as st

from ui.shell import state
from ui.shell.callbacks import whole
from ui.shell.i18n import t

_KEY = "_five_g_counts_as_4g"


def show() -> None:
    """Draw what a 5G site counts for, as a switch."""
    st.session_state[_KEY] = state.plan().five_g_counts_as_4g
    st.toggle(t("whatif.five_g"), key=_KEY, on_change=_take, help=t("whatif.five_g_help"))


@whole
def _take() -> None:
    state.change(five_g_counts_as_4g=bool(st.session_state[_KEY]))

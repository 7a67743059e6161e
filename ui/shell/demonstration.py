"""The invented relief of the demonstration: it ends with its page and is named where it acts."""

from __future__ import annotations

import streamlit as st

from planning.elevation import terrain_of
from ui.shell import cache, state
from ui.shell.callbacks import whole
from ui.shell.i18n import t

_PAGE, _HOME, _KEPT = "_page_shown", "_relief_home", "_relief_kept"


def switch(*, on: bool) -> None:
    """Turn the relief on for the page that is shown, or off.

    Parameters
    ----------
    on
        Whether the scenario uses it.
    """
    state.change(demonstration_terrain=on)
    if on:
        st.session_state[_HOME] = st.session_state.get(_PAGE, "")
        st.session_state[_KEPT] = False


def settle(page: str) -> None:
    """End the relief that another page switched on unless it is kept, and say where it acts.

    Parameters
    ----------
    page
        Address of the page that is about to be drawn.
    """
    session = st.session_state
    session[_PAGE] = page
    if not state.plan().demonstration_terrain:
        session.pop(_HOME, None)
        return
    # A scenario that was loaded with it, or from which it was kept, has it on purpose.
    home = session.get(_HOME)
    if home is not None and home != page and not session.get(_KEPT):
        state.change(demonstration_terrain=False)
        session.pop(_HOME, None)
        return
    if acts():
        _notice(on_home=home is not None)


def acts() -> bool:
    """Return whether the invented relief is what the pages compute with."""
    found = terrain_of(cache.pack(), state.plan())
    return found is not None and found.is_demonstration


def _notice(*, on_home: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        name, says = t("terrain.demonstration_name"), t("terrain.acts")
        st.markdown(f":orange-badge[{name}] :small[{says}]", width="content")
        if on_home:
            st.session_state.setdefault(_KEPT, False)
            st.toggle(t("terrain.keep"), key=_KEPT, help=t("terrain.keep_help"))
        st.button(t("terrain.end"), key="_relief_end", type="tertiary", on_click=_end)


@whole
def _end() -> None:
    switch(on=False)

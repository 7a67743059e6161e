"""The first sight of a session: the map alone; everything else once it stands.

Charts and date boxes bring a megabyte of scripts that the browser would otherwise run before the
map: drawn after it, they are there half a second later and the map more than a second earlier.
"""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.shell import sidebar

_SEEN = "_map_seen"
_TURNS = "_map_waits"
#: A browser that cannot draw the map gets the rest of the page after two turns of this [s].
_TURN_S = 2.0


def begins() -> bool:
    """Return whether this session has not seen its first map."""
    return not st.session_state.get(_SEEN, False)


def takes(page: StreamlitPage) -> bool:
    """Draw a first sight if it is time for one and the page is the map's; else say no."""
    if not begins() or page.url_path:
        done()
        return False
    sidebar.hold_place()
    page.run()
    _wait()
    return True


def done() -> None:
    """Note that the map stands, or never will: the page may draw the rest."""
    st.session_state[_SEEN] = True


@st.fragment(run_every=_TURN_S)
def _wait() -> None:
    """Draw the rest in time even if no word comes from the map."""
    turns = st.session_state.get(_TURNS, 0)
    st.session_state[_TURNS] = turns + 1
    if turns >= 2:
        done()
        st.rerun()

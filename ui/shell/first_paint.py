"""The first page of a session: the map alone; everything else once it is loaded.

Charts and date boxes bring a megabyte of scripts that the browser would otherwise run before the
map: drawn after it, they are there half a second later and the map more than a second earlier.
"""

from __future__ import annotations

import time

import streamlit as st

from ui.shell import context_bar, navigation
from ui.shell.streamlit_internals import StreamlitPage, waiting_request

_SEEN, _UNTIL = "_map_seen", "_map_until"
#: A browser that does not report its map gets the rest of the page after this [s].
_LIMIT_S = 4.0
#: How often the run looks for the report [s].
_LOOK_S = 0.02


def begins() -> bool:
    """Return whether this session has not loaded its first map."""
    return not st.session_state.get(_SEEN, False)


def takes(page: StreamlitPage) -> bool:
    """Draw the map alone if the session begins with it; else return False.

    The run stays here until the browser reports the map, or the limit is over.

    Parameters
    ----------
    page
        The page that was asked for.

    Returns
    -------
    drawn
        Whether the page is drawn.
    """
    if not begins() or page.url_path not in ("", next(iter(navigation.PAGES.values()))):
        done()
        return False
    context_bar.hold_place()
    page.run()
    until = st.session_state.setdefault(_UNTIL, time.monotonic() + _LIMIT_S)
    while not waiting_request():
        if time.monotonic() >= until:
            done()
            st.rerun()
        time.sleep(_LOOK_S)
    return True


def done() -> None:
    """Mark the first map as loaded or failed: the page may draw the rest."""
    st.session_state[_SEEN] = True

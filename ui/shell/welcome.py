"""Whether a visit begins with the start page: at the bare address, unless a browser opted out."""

from __future__ import annotations

import streamlit as st

from ui.shell import navigation
from ui.shell.i18n import t
from ui.shell.streamlit_internals import StreamlitPage

_ASKED, _CHOICE = "_welcome_asked", "_welcome_skip"
#: Cookie of a browser that goes straight to the overview; kept for a year.
_COOKIE, _YEAR_S = "tongcun_skip_start", 365 * 24 * 3600


def is_due(page: StreamlitPage) -> bool:
    """Return whether the session begins now, at the address without page or choice."""
    first = not st.session_state.get(_ASKED, False)
    st.session_state[_ASKED] = True
    bare = not page.url_path and not st.query_params.to_dict()
    return first and bare and _COOKIE not in st.context.cookies


def lead(page: StreamlitPage) -> None:
    """Go to the start page if it is due; from the first page's own name to its place in the menu.

    Parameters
    ----------
    page
        The page that was asked for.
    """
    if is_due(page):
        st.switch_page(navigation.page_of("start"))
    if navigation.is_alias(page):
        st.switch_page(navigation.page_of("overview"))


def choice() -> None:
    """Draw the switch that leaves the start page out next time; the browser keeps it."""
    known = _COOKIE in st.context.cookies
    chosen = st.toggle(t("start.skip"), value=known, key=_CHOICE, help=t("start.skip_help"))
    st.html(f"<script>{script(keeps=chosen)}</script>", unsafe_allow_javascript=True)


def script(*, keeps: bool) -> str:
    """Return the script that keeps the choice or drops it; the server lets no other run."""
    age = _YEAR_S if keeps else 0
    return f"document.cookie = '{_COOKIE}=1; path=/; max-age={age}; SameSite=Lax'"

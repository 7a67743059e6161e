"""The pages of the web interface, in the order of the menu."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Callable

import streamlit as st

from ui.shell.i18n import t
from ui.shell.streamlit_internals import StreamlitPage

#: Module under ``ui/pages`` → path in the address. The first page is the default.
PAGES = {
    "overview": "overview",
    "gap_lists": "gap-lists",
    "what_if": "what-if",
    "plan": "plan",
    "needs": "needs",
    "coverage": "coverage",
    "terrain_path": "path",
    "coverage_rules": "rules",
    "reading": "read-plan",
    "imports": "import",
    "sources": "sources",
}


def pages() -> list[StreamlitPage]:
    """Return the pages; the first is the default."""
    first, path = next(iter(PAGES.items()))
    # The first page is at the root; its own name in an address leads there, too.
    alias = st.Page(_show(first), title=t(f"page.{first}"), url_path=path, visibility="hidden")
    return [*(page_of(module) for module in PAGES), alias]


def page_of(module: str) -> StreamlitPage:
    """Return the page of a module of ``ui/pages``, to open it from another."""
    if module == next(iter(PAGES)):
        return st.Page(_show(module), title=t(f"page.{module}"), default=True)
    return st.Page(_show(module), title=t(f"page.{module}"), url_path=PAGES[module])


def _show(module: str) -> Callable[[], None]:
    """Return what draws a page; its module is read at the first visit, so the map need not wait.

    What was read lives as long as the process: it is taken out of the reach of the garbage
    collector, through which Streamlit sends all objects after each run of a page.
    """
    name = f"ui.pages.{module}"

    def show() -> None:
        known = name in sys.modules
        page = importlib.import_module(name)
        if not known:
            gc.freeze()
        page.show()

    return show

"""The pages of the web interface, in groups: what each answers, its icon and its address."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from ui.shell.i18n import t
from ui.shell.streamlit_internals import StreamlitPage


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A page of the menu.

    Attributes
    ----------
    path
        Where it stands in the address.
    icon
        Name of a Material symbol; Streamlit ships the font.
    """

    path: str
    icon: str


#: Group → module under ``ui/pages`` → page. The first page is the default.
GROUPS = {
    "gaps": {
        "overview": PageEntry("overview", "grid_view"),
        "gap_lists": PageEntry("gap-lists", "format_list_bulleted"),
        "needs": PageEntry("needs", "calendar_month"),
    },
    "sites": {
        "what_if": PageEntry("what-if", "location_on"),
        "plan": PageEntry("plan", "add_location_alt"),
        "compare": PageEntry("compare", "compare"),
    },
    "coverage": {
        "coverage": PageEntry("coverage", "landscape"),
        "terrain_path": PageEntry("path", "show_chart"),
        "coverage_rules": PageEntry("rules", "rule"),
    },
    "data": {
        "reading": PageEntry("read-plan", "article"),
        "imports": PageEntry("import", "download"),
        "report": PageEntry("report", "description"),
        "sources": PageEntry("sources", "menu_book"),
    },
}
#: Pages that are reached from the foot of the sidebar or from a link, not from the menu.
HIDDEN = {
    "start": PageEntry("start", "flag"),
    "help": PageEntry("help", "help"),
    "shared_work": PageEntry("shared-work", "groups"),
}
_ALL = {**{module: page for group in GROUPS.values() for module, page in group.items()}, **HIDDEN}
#: Module → path in the address.
PAGES = {module: entry.path for module, entry in _ALL.items()}


def groups() -> dict[str, list[StreamlitPage]]:
    """Return the pages of each group of the menu; the first page is the default."""
    found = {
        t(f"page_group.{group}"): [page_of(module) for module in pages]
        for group, pages in GROUPS.items()
    }
    first, path = next(iter(PAGES.items()))
    # The first page is at the root; its own name in an address leads there, too.
    alias = st.Page(_show(first), title=t(f"page.{first}"), url_path=path, visibility="hidden")
    next(iter(found.values())).extend([alias, *(page_of(module) for module in HIDDEN)])
    return found


def is_alias(page: StreamlitPage) -> bool:
    """Return whether a page is the first one under its own name: the menu marks it at the root."""
    return page.url_path == next(iter(PAGES.values()))


def page_of(module: str) -> StreamlitPage:
    """Return the page of a module of ``ui/pages``, to open it from another."""
    entry = _ALL[module]
    first = module == next(iter(PAGES))
    return st.Page(
        _show(module),
        title=t(f"page.{module}"),
        icon=f":material/{entry.icon}:",
        help=t(f"page_about.{module}"),
        default=first,
        url_path=None if first else entry.path,
        visibility="hidden" if module in HIDDEN else "visible",
    )


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

"""The foot of the sidebar: the scenario in force, language, help."""

from __future__ import annotations

import streamlit as st

from data.tables.found_packs import find_packs
from data.wording.catalogue import LANGUAGES
from ui.shell import localised_select, navigation, search, state
from ui.shell.callbacks import whole
from ui.shell.frame import explain
from ui.shell.i18n import language, t
from ui.shell.provenance import plain

_LANGUAGE_BOX = "_language_box"


def show(*, told_elsewhere: bool = False) -> None:
    """Draw the foot of the sidebar.

    Parameters
    ----------
    told_elsewhere
        Whether the page itself tells the scenario in force: a page that draws a part of itself
        anew cannot reach the sidebar, where the line would be stale.
    """
    with st.sidebar:
        for fault in find_packs().faults:
            st.warning(t("sidebar.pack_left_out", fault=plain(fault.text(language()))))
        if not told_elsewhere:
            scenario()
        with st.container(key="sidebar_foot", horizontal=True, vertical_alignment="center"):
            st.session_state[_LANGUAGE_BOX] = language()
            st.segmented_control(
                t("sidebar.lang"),
                list(LANGUAGES),
                key=_LANGUAGE_BOX,
                required=True,
                on_change=_take_language,
                format_func=LANGUAGES.__getitem__,
                label_visibility="collapsed",
            )
            help_page = navigation.page_of("help")
            st.page_link(help_page, label=t("page.help"), help=t("page_about.help"))


def faults() -> None:
    """Say once what URL or search asked for in vain, what is known, and what is used instead."""
    missed = search.take_fault()
    if missed is not None:
        explain(missed)
    comma = t("list.comma")
    for fault in state.take_faults():
        st.warning(
            t(
                "error.url",
                name=t(f"url.{fault.key}"),
                asked=plain(fault.asked),
                known=plain(comma.join(fault.known)) or t("error.none_known"),
                used=plain(fault.used) or t("error.nothing"),
            )
        )


def scenario() -> None:
    """Draw the line that tells the scenario in force."""
    plan = state.plan()
    enabled = sum(site.enabled for site in plan.sites)
    changed = len(plan.targets) + len(plan.rules)
    name = plain(plan.name) if plan.name else t("sidebar.unnamed")
    st.caption(t("sidebar.plan", name=name, sites=enabled, changed=changed))


@whole
def _take_language() -> None:
    """Take what the box says; a browser that missed its first value says nothing."""
    chosen = st.session_state[_LANGUAGE_BOX]
    if chosen in LANGUAGES:
        st.session_state[state.LANGUAGE] = chosen
        localised_select.refresh_labels()

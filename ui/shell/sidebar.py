"""The sidebar of every page: language, province, layer, level, date, and the scenario in force."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from data.tables.found_packs import find_packs
from data.tables.reader import Pack, pack_names
from data.wording.catalogue import LANGUAGES
from layers.registry import layer, layers
from ui.shell import localised_select, state
from ui.shell.callbacks import whole
from ui.shell.i18n import language, name_language, t
from ui.shell.provenance import plain

_DATE = "_as_of_input"
#: Earliest and latest date that the plans speak of.
_DATES = (dt.date(2010, 1, 1), dt.date(2035, 12, 31))


def show(*, told_elsewhere: bool = False) -> None:
    """Draw the sidebar; every choice is kept in the session and in the URL.

    Parameters
    ----------
    told_elsewhere
        Whether the page itself tells the scenario in force: a page that draws a part of itself
        anew cannot reach the sidebar, where the line would be stale.
    """
    with st.sidebar:
        _language()
        localised_select.selectbox(
            st,
            t("sidebar.province"),
            pack_names(),
            key=state.PROVINCE,
            format_func={name: _province_title(name) for name in pack_names()}.__getitem__,
            on_change=state.change_province,
        )
        for fault in find_packs().faults:
            st.warning(t("sidebar.pack_left_out", fault=plain(fault)))
        localised_select.selectbox(
            st,
            t("sidebar.layer"),
            [item.key for item in layers()],
            key=state.LAYER,
            format_func={item.key: item.title(language()) for item in layers()}.__getitem__,
            help=layer(st.session_state[state.LAYER]).about(language()),
        )
        _metric()
        st.segmented_control(
            t("sidebar.level"),
            state.MAP_LEVELS,
            key=state.LEVEL,
            required=True,
            format_func={level: t(f"level.{level}") for level in state.MAP_LEVELS}.__getitem__,
        )
        st.session_state[_DATE] = dt.date.fromisoformat(st.session_state[state.AS_OF])
        st.date_input(
            t("sidebar.as_of"),
            key=_DATE,
            min_value=_DATES[0],
            max_value=_DATES[1],
            on_change=_take_date,
            help=t("sidebar.as_of_help"),
        )
        if not told_elsewhere:
            scenario()


def hold_place() -> None:
    """Keep the sidebar open while it is still empty."""
    st.sidebar.caption(t("sidebar.drawing"))


def faults() -> None:
    """Say once what the URL asked for in vain, what is known, and what is used instead."""
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


def _language() -> None:
    st.segmented_control(
        t("sidebar.lang"),
        list(LANGUAGES),
        key=state.LANGUAGE,
        required=True,
        on_change=localised_select.refresh_labels,
        format_func=LANGUAGES.__getitem__,
        label_visibility="collapsed",
    )


def _metric() -> None:
    """Draw the choice of metric where the layer offers several."""
    chosen = layer(st.session_state[state.LAYER])
    if len(chosen.metrics) < 2:
        return
    titles = {item.key: chosen.metric_title(item, language()) for item in chosen.metrics}
    st.session_state[state.METRIC] = state.metric_of(chosen).key
    localised_select.selectbox(
        st,
        t("sidebar.metric"),
        list(titles),
        key=state.METRIC,
        format_func=titles.__getitem__,
        help=t("sidebar.metric_help"),
    )


def _province_title(name: str) -> str:
    return str(Pack.load(name).meta[f"name_{name_language()}"])


@whole
def _take_date() -> None:
    chosen = st.session_state[_DATE]
    if chosen is not None:
        st.session_state[state.AS_OF] = chosen.isoformat()


def scenario() -> None:
    """Draw the line that tells the scenario in force."""
    plan = state.plan()
    enabled = sum(site.enabled for site in plan.sites)
    changed = len(plan.targets) + len(plan.rules)
    name = plain(plan.name) if plan.name else t("sidebar.unnamed")
    st.caption(t("sidebar.plan", name=name, sites=enabled, changed=changed))

"""The bar above every page: province › prefecture › county, search, date of the figures."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from data.tables.reader import Pack
from ui import packs
from ui.shell import cache, localised_select, region, search, state
from ui.shell.callbacks import whole
from ui.shell.i18n import brief_name, name_language, t

#: The boxes' own keys: the session keeps what they say under keys that no box can lose.
_PROVINCE, _PREFECTURE, _COUNTY, _DATE = "_province", "_prefecture", "_county", "_as_of_input"
#: Earliest and latest date that the plans speak of.
_DATES = (dt.date(2010, 1, 1), dt.date(2035, 12, 31))
_KEY = "context"


def show() -> None:
    """Draw the bar; every choice is kept in the session and in the URL."""
    with st.container(key=_KEY, horizontal=True, vertical_alignment="center", gap="xsmall"):
        names = {name: _province_title(name) for name in packs.readable()}
        st.session_state[_PROVINCE] = state.province()
        localised_select.selectbox(
            st, t("sidebar.province"), list(names), key=_PROVINCE,
            format_func=names.__getitem__, on_change=_take_province,
            label_visibility="collapsed", width=112,
        )  # fmt: skip
        _regions()
        search.box()
        _date()


def hold_place() -> None:
    """Keep the place of the bar while it is still empty."""
    with st.container(key=_KEY, horizontal=True):
        st.markdown(t("sidebar.drawing"))


def _regions() -> None:
    """Draw the boxes of prefecture and county."""
    name = f"name_{name_language()}"
    pack = cache.pack()
    prefectures, counties = pack.regions("prefecture"), pack.regions("county")
    prefecture, county = region.chosen()
    inside = counties[counties["parent"] == prefecture] if prefecture else counties
    titles = {"": t("bar.prefectures", count=len(prefectures))}
    titles |= {
        code: brief_name(title, with_kind=True)
        for code, title in zip(prefectures["adcode"], prefectures[name], strict=True)
    }
    names = {"": t("bar.counties", count=len(inside))}
    names |= {
        code: brief_name(title, with_kind=True)
        for code, title in zip(inside["adcode"], inside[name], strict=True)
    }
    st.session_state[_PREFECTURE], st.session_state[_COUNTY] = prefecture, county
    for key, label, options in (
        (_PREFECTURE, t("level.prefecture"), titles), (_COUNTY, t("level.county"), names),
    ):  # fmt: skip
        st.html('<span aria-hidden="true" class="tc-step">›</span>', width="content")
        mark = "_chosen" if st.session_state[key] else ""
        with st.container(key=f"{_KEY}{key}{mark}", width=152):
            localised_select.selectbox(
                st, label, list(options), key=key, format_func=options.__getitem__,
                on_change=_take_region, label_visibility="collapsed",
            )  # fmt: skip


def _date() -> None:
    """Draw the date up to which what is built counts."""
    day = str(st.session_state[state.AS_OF])
    with st.popover(t("bar.as_of", date=day), help=t("sidebar.as_of_help")):
        chosen = st.session_state[_DATE] = dt.date.fromisoformat(day)
        # An address or a scenario may ask for a day beyond the usual ones.
        first, last = min(_DATES[0], chosen), max(_DATES[1], chosen)
        st.date_input(
            t("sidebar.as_of"), key=_DATE, min_value=first, max_value=last,
            on_change=_take_date, help=t("sidebar.as_of_help"), format="YYYY-MM-DD",
        )  # fmt: skip


def _province_title(name: str) -> str:
    return str(Pack.load(name).meta[f"name_{name_language()}"])


@whole
def _take_province() -> None:
    state.change_province(st.session_state[_PROVINCE])


@whole
def _take_region() -> None:
    """Take what either box says: another prefecture drops the county."""
    before, _ = region.chosen()
    prefecture, county = st.session_state[_PREFECTURE], st.session_state[_COUNTY]
    if county and (prefecture == before or not before):
        region.choose("county", county)
    else:
        region.choose("prefecture", prefecture)


@whole
def _take_date() -> None:
    chosen = st.session_state[_DATE]
    if chosen is not None:
        st.session_state[state.AS_OF] = chosen.isoformat()

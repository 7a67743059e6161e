"""Region → county: two boxes that share one chosen region with the tables and the map."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.shell import cache, localised_select, state
from ui.shell.callbacks import whole
from ui.shell.i18n import name_language, t

_PREFECTURE, _COUNTY = "_prefecture", "_county"


def show(left: DeltaGenerator, right: DeltaGenerator) -> None:
    """Draw the boxes of prefecture and county."""
    name = f"name_{name_language()}"
    pack = cache.pack()
    prefectures, counties = pack.regions("prefecture"), pack.regions("county")
    prefecture, county = chosen()
    inside = counties[counties["parent"] == prefecture]
    titles = {"": t("lists.whole", count=len(prefectures))}
    titles |= dict(zip(prefectures["adcode"], prefectures[name], strict=True))
    names = {"": t("lists.all_counties")}
    names |= dict(zip(inside["adcode"], inside[name], strict=True))
    st.session_state[_PREFECTURE], st.session_state[_COUNTY] = prefecture, county
    localised_select.selectbox(
        left,
        t("level.prefecture"),
        list(titles),
        key=_PREFECTURE,
        format_func=titles.__getitem__,
        on_change=_take_prefecture,
    )
    localised_select.selectbox(
        right,
        t("table.county"),
        list(names),
        key=_COUNTY,
        format_func=names.__getitem__,
        on_change=_take_county,
        disabled=not prefecture,
    )


def chosen() -> tuple[str, str]:
    """Return the adcodes of the chosen prefecture and county; empty where none is."""
    level, adcode = state.region()
    if level == "county":
        counties = cache.pack().regions("county").set_index("adcode")["parent"]
        return str(counties.get(adcode, "")), adcode
    return (adcode, "") if level == "prefecture" else ("", "")


def choose(level: str, adcode: str) -> None:
    """Make a region the chosen one: everything on the page follows."""
    st.session_state[state.REGION] = (level, adcode) if adcode else state.NO_REGION


@whole
def _take_prefecture() -> None:
    choose("prefecture", st.session_state[_PREFECTURE])


@whole
def _take_county() -> None:
    county = st.session_state[_COUNTY]
    choose(*(("county", county) if county else ("prefecture", st.session_state[_PREFECTURE])))


def controls() -> str:
    """Draw the drill-down and the choice of list; return the list."""
    cells = st.columns([1, 1, 1.1], vertical_alignment="bottom")
    show(cells[0], cells[1])
    view = cells[2].segmented_control(
        t("lists.view"),
        ["regions", "villages"],
        key="lists_view",
        default="regions",
        required=True,
        format_func={name: t(f"view.{name}") for name in ("regions", "villages")}.__getitem__,
    )
    return str(view)

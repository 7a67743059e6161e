"""Gap lists: region → county → village, filtered, selected in the table or on the map, exported."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.evidence import EVIDENCE_CLASSES
from layers.registry import layer, unit_name
from layers.villages import MIN_HOUSEHOLDS, STATES
from ui.gaps import listing, village_card
from ui.map import maps
from ui.shell import cache, exporting, state
from ui.shell.frame import guarded, head
from ui.shell.i18n import language, t
from ui.shell.provenance import see_sources
from ui.widgets import drilldown, tables

_MAP_HEIGHT = 560
#: Rows of villages that the table shows; the export holds all.
_SHOWN = 5_000


@guarded
def show() -> None:
    """Draw the page."""
    chosen = layer(st.session_state[state.LAYER])
    if chosen.is_overlay:
        listing.page(chosen, height=_MAP_HEIGHT)
        return
    head(
        t("lists.title", layer=chosen.heading(state.metric_of(chosen), language())),
        invented=cache.illustrative("natural_villages", "fibre_nodes"),
    )
    view = drilldown.controls()
    left, right = st.columns([0.62, 0.38], gap="small")
    if view == "villages":
        with left:
            shown = _villages()
        with right:
            maps.village_map(shown, key="lists-villages", height=_MAP_HEIGHT)
        village_card.show()
        return
    with left:
        table = _regions(chosen.key)
    with right:
        level = "county" if state.region()[0] else str(st.session_state[state.LEVEL])
        maps.gap_map(cache.gaps(chosen.key, level), key="lists", height=_MAP_HEIGHT)
    see_sources(table["source_ids"])


def _regions(key: str) -> pd.DataFrame:
    """Draw the gaps of the regions under the chosen one."""
    level = state.region()[0]
    below = cache.gaps(key, "county" if level else str(st.session_state[state.LEVEL]))
    if level:
        below = below[below["parent"] == drilldown.chosen()[0]]
    cells = st.columns([1, 1])
    words = cells[0].multiselect(
        t("table.evidence"),
        [word for word in EVIDENCE_CLASSES if word in set(below["evidence"])],
        format_func={word: t(f"evidence.{word}") for word in EVIDENCE_CLASSES}.__getitem__,
        placeholder=t("lists.any"),
    )
    found = tables.searched(below, cells[1].text_input(t("lists.search"), key="lists_search"))
    if words:
        found = found[found["evidence"].isin(words)]
    unit = unit_name(str(below["unit"].iloc[0]), language()) if len(below) else ""
    tables.gap_frame(found, unit, key=f"gaps-{key}-{drilldown.chosen()[0]}")
    stem = f"{state.province()}-gaps-{key}-{level or state.LEVEL}"
    exporting.buttons(t("export.gaps"), stem, tables.gap_bundle(found))
    return found


def _villages() -> pd.DataFrame:
    """Draw the villages of the chosen region; return those shown."""
    cells = st.columns([1.2, 1, 1.2, 1.4])
    chosen = cells[0].multiselect(
        t("table.state"),
        list(STATES),
        default=["uncovered"],
        key="lists_states",
        format_func={name: t(f"state.{name}") for name in STATES}.__getitem__,
        placeholder=t("lists.any"),
    )
    least = cells[1].number_input(
        t("lists.min_households"), min_value=1, max_value=10_000, value=MIN_HOUSEHOLDS
    )
    words = cells[2].multiselect(
        t("table.evidence"),
        list(EVIDENCE_CLASSES),
        key="lists_village_evidence",
        format_func={word: t(f"evidence.{word}") for word in EVIDENCE_CLASSES}.__getitem__,
        placeholder=t("lists.any"),
    )
    text = cells[3].text_input(t("lists.search"), key="lists_village_search")
    found = tables.villages_of(
        state.region(), states=chosen, min_households=int(least), evidence=words, text=text
    )
    st.caption(
        t(
            "lists.counted",
            villages=f"{len(found):,}",
            households=f"{int(found['households'].sum()):,}",
            shown=f"{min(len(found), _SHOWN):,}",
        )
    )
    tables.village_frame(found.head(_SHOWN), key="villages")
    stem = f"{state.province()}-villages"
    exporting.buttons(t("export.villages"), stem, tables.village_bundle(found))
    return found

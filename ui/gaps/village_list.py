"""The villages of the region in force: filters, table, map and export."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.evidence import EVIDENCE_CLASSES
from layers.villages import MIN_HOUSEHOLDS, STATES
from ui.map import maps
from ui.shell import cache, exporting, region, state
from ui.shell.frame import head
from ui.shell.i18n import t
from ui.widgets import tables

_MAP_HEIGHT = 430
#: Rows of villages that the table shows; the export holds all.
_SHOWN = 5_000


def show(
    left: st.delta_generator.DeltaGenerator, right: st.delta_generator.DeltaGenerator,
    title: st.delta_generator.DeltaGenerator, actions: st.delta_generator.DeltaGenerator,
) -> None:  # fmt: skip
    """Draw the villages of the region in force."""
    with left:
        found = _found_villages()
        tables.village_frame(found.head(_SHOWN), key="villages")
        st.markdown(
            t(
                "lists.counted",
                villages=f"{len(found):,}",
                households=f"{int(found['households'].sum()):,}",
                shown=f"{min(len(found), _SHOWN):,}",
            )
        )
    with right:
        maps.village_map(found, key="lists-villages", height=_MAP_HEIGHT)
    with title:
        head(
            t("lists.villages_title", place=region.name()),
            invented=cache.illustrative(),
        )
    place = actions.container(horizontal=True, horizontal_alignment="right")
    with place, exporting.opened_menu(t("lists.export")):
        exporting.menu(
            t("export.about", place=region.name(), what=t("view.villages"), rows=len(found)),
            f"{region.name()}_{t('view.villages')}",
            tables.village_bundle(found),
        )


def _found_villages() -> pd.DataFrame:
    """Draw the filters of villages; return those that pass."""
    cells = st.columns([1.2, 0.9, 1.2, 1.4])
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
    return tables.villages_of(
        state.region(), states=chosen, min_households=int(least), evidence=words, text=text
    )

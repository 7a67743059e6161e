"""The village chosen in the list: what its file says, its history, sources and nearest site."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planning.village import village_facts
from ui.shell import cache, navigation, state
from ui.shell.frame import guarded
from ui.shell.i18n import UNKNOWN, name_language, number, t
from ui.shell.provenance import plain
from ui.widgets import tables

#: Columns that the page says elsewhere, or that repeat another in codes.
_SHOWN_OTHERWISE = {
    "source_ids", "state", "evidence", "prefecture", "county", "prefecture_zh", "prefecture_en",
    "county_zh", "county_en",
}  # fmt: skip


@guarded
def show() -> None:
    """Draw the chosen village; nothing where none is."""
    chosen = st.session_state.get(state.VILLAGE)
    villages = cache.villages()
    if not chosen or chosen not in set(villages["village_id"]):
        return
    found = village_facts(cache.pack(), str(chosen))
    row = found.village
    name = row.get("name")
    with st.expander(t("village.title", name=plain(chosen if pd.isna(name) else str(name))),
                     expanded=True):  # fmt: skip
        end = name_language()
        facts = {
            t("level.prefecture"): row[f"prefecture_{end}"],
            t("table.county"): row[f"county_{end}"],
        } | {
            tables.column_label(str(column)): str(value)
            for column, value in row.dropna().items()
            if column not in _SHOWN_OTHERWISE
        }
        st.dataframe(
            pd.DataFrame({"fact": facts.keys(), "value": facts.values()}),
            hide_index=True, height=240,
            column_config={"fact": t("village.fact"), "value": t("village.value")},
        )  # fmt: skip
        if len(found.site):
            st.caption(
                t("village.nearest", site=plain(str(found.site["site_id"])),
                  km=number(found.site["distance_km"], digits=2),
                  evidence=t(f"evidence.{found.site['evidence']}"))
            )  # fmt: skip
        st.page_link(navigation.page_of("terrain_path"), label=t("village.path"))
        st.caption(t("village.history", count=len(found.history)))
        if len(found.history):
            st.dataframe(found.history, hide_index=True, placeholder=UNKNOWN)

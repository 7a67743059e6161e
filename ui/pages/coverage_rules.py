"""Rules: two coverage rules side by side, which villages pass one and fail the other."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from layers.map import features
from planning.exports.coverage import RulePair, rules_bundle
from ui.coverage import rule_pair, terrain_bar as terrain
from ui.map import mapview
from ui.shell import cache, exporting, state
from ui.shell.frame import guarded, head
from ui.shell.i18n import t
from ui.shell.provenance import see_sources

_MAP_HEIGHT = 520


@guarded
def show() -> None:
    """Draw the page."""
    head(t("rules.title"), invented=cache.illustrative())
    model = terrain.show()
    pair, order = rule_pair.ask()
    if model is None and rule_pair.needs_terrain(pair):
        st.info(t("rules.no_terrain"))
        return
    table = rule_pair.compared(pair, order)
    if table is None:
        st.empty()  # Takes the place of the results of another question at once.
        return
    if table.empty:
        st.info(t("coverage.empty"))
        return
    with st.container():
        _results(table, pair)


def _results(table: pd.DataFrame, pair: RulePair) -> None:
    """Draw figures, map and tables of a comparison."""
    regions = rule_pair.counted(table)
    rule_pair.metrics(table)
    left, right = st.columns([0.56, 0.44], gap="small")
    with left:
        pack, (level, adcode) = cache.pack(), state.region()
        box = features.region_bounds(pack, level, adcode) if adcode else features.bounds(pack)
        mapview.show(
            rule_pair.chart(table), key="map-rules", height=_MAP_HEIGHT,
            overlay={"selected": adcode, "fit": box},
        )  # fmt: skip
    with right:
        tabs = st.tabs([t("rules.tab_regions"), t("rules.tab_villages")])
        with tabs[0]:
            rule_pair.region_frame(regions)
        with tabs[1]:
            rule_pair.village_frame(table)
        plan = state.plan()
        exporting.buttons(
            t("export.rules"),
            f"{pack.name}-rules",
            lambda _geometry: rules_bundle(pack, plan, pair, table, regions),
            handover=exporting.MAPS,
        )
    see_sources(table["source_ids"].unique())

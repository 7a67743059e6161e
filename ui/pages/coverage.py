"""Coverage: which villages the sites reach over the terrain, by which rule, and how surely."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planning.coverage.prediction import CoverageOrder
from planning.exports.coverage import coverage_bundle
from ui.coverage import (
    all_sites,
    calibration_view,
    error_settings,
    predictions,
    results as coverage_view,
    site_raster,
    terrain_bar as terrain,
)
from ui.map import mapview
from ui.shell import cache, exporting, state
from ui.shell.frame import guarded, head
from ui.shell.i18n import t
from ui.shell.provenance import see_sources
from ui.widgets.background import part

_MAP_HEIGHT = 560


@guarded
def show() -> None:
    """Draw the page."""
    head(t("coverage.title"), invented=cache.illustrative())
    model = terrain.show()
    rule, order = predictions.ask()
    coverage_view.stamp(rule)
    if model is None:
        coverage_view.circle(order)
        return
    table = predictions.villages(order)
    if table is None:
        st.empty()  # Takes the place of the results of another question at once.
        return
    if table.empty:
        st.info(t("coverage.empty"))
        return
    with st.container():
        table, common = calibration_view.applied(table, order)
        _results(table, order, common)


@part
def _results(table: pd.DataFrame, order: CoverageOrder, calibrated_dB: float | None) -> None:
    """Draw what was predicted; a click on the map draws this part alone."""
    regions = coverage_view.counted(table, order, error_settings.in_force(calibrated_dB))
    left, right = st.columns([0.6, 0.4], gap="small")
    with right:
        coverage_view.metrics(table, regions, order)
        error_settings.show(calibrated_dB)
        area = all_sites.panel(order) if all_sites.asked() else site_raster.panel(table, order)
        coverage_view.chips(table["reason"])
    with left:
        invented = "illustrative" in set(table["evidence"])
        overlay = coverage_view.focus(table) | site_raster.overlay(area.raster if area else None)
        mapview.show(
            coverage_view.chart(table, illustrative=invented),
            key="map-coverage", height=_MAP_HEIGHT, overlay=overlay,
            events=mapview.MapEvents(on_click=site_raster.choose),
        )  # fmt: skip
        st.caption(f"{terrain.badge()} {t('coverage.model')}")
    tabs = st.tabs([t(f"coverage.tab_{name}") for name in ("regions", "villages", "budget")])
    with tabs[0]:
        coverage_view.region_frame(regions)
        if area is not None:
            with st.container():
                area.shares()
        else:
            st.empty()  # Takes the place of the shares of other sites at once.
    with tabs[1]:
        coverage_view.village_frame(table)
    with tabs[2]:
        coverage_view.budget_frame(order)
    measured = None if calibrated_dB is None else error_settings.in_force(calibrated_dB)
    pack, plan = cache.pack(), state.plan()
    exporting.buttons(
        t("export.coverage"),
        f"{pack.name}-coverage",
        lambda _geometry: coverage_bundle(pack, plan, order, table, regions, measured),
        handover=exporting.MAPS,
    )
    if area is not None:
        area.download()
    else:
        st.empty()
    see_sources([*table["source_ids"].unique(), f"preset:{order.preset}"])

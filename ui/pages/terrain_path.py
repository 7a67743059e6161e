"""Path: the terrain between a village and a site, what it costs in level, and where it blocks."""

from __future__ import annotations

import functools

import pandas as pd
import streamlit as st

from geo.errors import PlannerError
from planning.coverage.path_profile import PathView
from planning.coverage.prediction import CoverageOrder
from ui.coverage import (
    path_ends,
    path_view,
    predictions,
    profile_chart,
    results as coverage_view,
    terrain_bar as terrain,
)
from ui.map import maps, mapview
from ui.shell import cache
from ui.shell.frame import explain, guarded, head
from ui.shell.i18n import t
from ui.shell.provenance import see_sources
from ui.widgets.background import part

_MAP_HEIGHT = 330


@guarded
def show() -> None:
    """Draw the page."""
    head(t("path.title"), invented=cache.illustrative())
    model = terrain.show()
    _, order = predictions.ask()
    if model is None:
        st.info(t("path.no_terrain"))
        return
    if not predictions.regions():
        path_ends.typed()
        st.info(t("path.no_region"))
        return
    table = predictions.villages(order)
    if table is None:
        st.empty()  # Takes the place of the results of another question at once.
        return
    if table.empty:
        st.info(t("coverage.empty"))
        return
    with st.container():
        _path(table, order)


@part
def _path(table: pd.DataFrame, order: CoverageOrder) -> None:
    """Draw the ends and the path; a click on the map draws this part alone."""
    cells = st.columns([1.5, 1.5, 0.9], vertical_alignment="bottom")
    with cells[2]:
        path_ends.typed()
    with cells[0]:
        place = path_ends.village(table)
    found = path_ends.servers(place, order)
    if found.empty:
        st.warning(t("path.no_site", km=f"{order.reach_m / 1000:g}"))
        _map(table, found, None, None)
        return
    with cells[1]:
        server = path_ends.site(found)
    left, right = st.columns([0.64, 0.36], gap="small")
    view = None
    with right:
        try:
            view = path_ends.view(place, server, order)
            path_view.verdict(view, order)
            path_view.level_frame(view)
            path_view.loss_frame(view)
        except PlannerError as error:
            explain(error)
    with left:
        _map(table, found, view, server)
        st.caption(f"{terrain.badge()} {t('coverage.model')}")
    used = order.preset if view is None else view.preset
    see_sources([*table["source_ids"].unique(), f"preset:{used}"])


def _map(
    table: pd.DataFrame, found: pd.DataFrame, view: PathView | None, server: pd.Series | None
) -> None:
    """Draw the map and, linked with it, the profile below."""
    chosen = "" if server is None else path_ends.site_title(server)
    marks = {"stations": path_ends.marks(found, chosen)}
    overlay = {**marks, "legend": maps.marks_legend(marks)}
    profile = None
    if view is not None and server is not None:
        key = predictions.key_of(view.village.key, chosen, view.preset)
        profile = profile_chart.content(view, key=key, site=chosen, village=view.village.key)
    invented = "illustrative" in set(table["evidence"])
    events = mapview.MapEvents(on_click=functools.partial(path_ends.clicked, table))
    mapview.show(
        coverage_view.chart(table, illustrative=invented), key="map-path", height=_MAP_HEIGHT,
        overlay=overlay, events=events, profile=profile,
    )  # fmt: skip

"""Needs: what the other layers must build in each year, where, and at what cost."""

from __future__ import annotations

import functools

import pandas as pd
import streamlit as st

from layers.base import Layer
from layers.offers import RackNeed, RouteNeed, SiteNeed, UnitNeed
from layers.registry import layer
from planning.needs import FibreTree, fibre_tree, places_without
from ui.gaps import assumptions
from ui.needs import (
    progress as needs_progress,
    settings as needs_settings,
    title as needs_title,
    view as needs_view,
)
from ui.shell import cache, exporting, navigation, region, state
from ui.shell.frame import guarded
from ui.shell.i18n import interval, language, t
from ui.shell.provenance import plain, see_sources
from ui.widgets.background import result_of


@guarded
def show() -> None:
    """Draw the page for the layer that is chosen on it."""
    chosen = layer(st.session_state[state.LAYER])
    match None if chosen.is_overlay else chosen.need_of(state.metric_of(chosen)):
        case UnitNeed():
            _units(chosen)
        case RouteNeed() as routes:
            _routes(chosen, routes)
        case RackNeed() as racks:
            _racks(chosen, racks)
        case SiteNeed():
            needs_title.show(chosen)
            st.info(t("needs.villages_elsewhere"))
            st.page_link(navigation.page_of("plan"), label=t("page.plan"))
        case _:
            needs_title.show(chosen)
            st.info(needs_title.nothing(chosen))


def _units(chosen: Layer) -> None:
    needs_title.show(chosen)
    row = cache.gaps(chosen.key, "province").iloc[0]
    level = region.level_below()
    needs_settings.years(state.dated(), with_map=True)
    parts = region.inside(needs_settings.units(state.dated(), chosen, level))
    own = region.own_row(needs_settings.units(state.dated(), chosen, region.level()))
    whole = own.to_frame().T.infer_objects()
    title = chosen.heading(state.metric_of(chosen), language())
    needs_view.stations(parts, whole, title, level)
    see_sources([*whole["source_ids"], *parts["source_ids"]])
    _export(region.inside(needs_settings.units(state.dated(), chosen, "county")), chosen)
    needs_progress.show(chosen, state.dated(), level)
    assumptions.show(chosen, row)


def _routes(chosen: Layer, need: RouteNeed) -> None:
    pack, plan = cache.pack(), state.dated()
    if places_without(pack, need).empty:
        needs_title.show(chosen)
        st.info(t("needs.no_fibre"))
        st.page_link(navigation.page_of("imports"), label=t("page.imports"))
        return
    work = functools.partial(fibre_tree, pack, plan, need)
    key = f"{pack.digest}|{cache.key_of(plan)}"
    tree: FibreTree | None = result_of(
        "needs-fibre", key, lambda _progress, _cancel: work(), label=t("needs.fibre_working")
    )
    if tree is None:
        needs_title.show(chosen)
        st.empty()  # Takes the place of the results of another question at once.
        return
    needs_title.show(chosen, cache.illustrative())
    with st.container():
        needs_view.fibre(tree)
        see_sources(tree.table["source_ids"])
        _export(tree.table, chosen)


def _racks(chosen: Layer, need: RackNeed) -> None:
    needs_title.show(chosen)
    row = cache.gaps(chosen.key, "province").iloc[0]
    needs_settings.years(state.dated(), with_map=False)
    needs_settings.power(chosen)
    if pd.isna(row["built"]):
        known = "needs.no_target" if pd.isna(row["target"]) else "needs.no_baseline"
        st.info(t(known, interval=interval(row["gap_low"], row["gap_high"])))
        st.caption(plain(row[f"note_{language()}"]))
    else:
        table = needs_settings.racks(state.dated(), chosen, need)
        needs_view.racks(table, row)
        see_sources(table["source_ids"])
        _export(table, chosen)
    assumptions.show(chosen, row)


def _export(table: pd.DataFrame, chosen: Layer) -> None:
    from planning.exports.plan import need_bundle

    pack, plan, tongue = cache.pack(), state.dated(), language()
    exporting.buttons(
        t("needs.export"), f"{region.name()}_{t('page.needs')}_{chosen.title(language())}",
        lambda _geometry: need_bundle(pack, plan, table, chosen, language=tongue),
        handover=exporting.MAPS,
    )  # fmt: skip

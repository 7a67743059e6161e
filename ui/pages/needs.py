"""Needs: what the other layers must build in each year, where, and at what cost."""

from __future__ import annotations

import datetime as dt
import functools

import pandas as pd
import streamlit as st

from data.scenario.scenario import Scenario
from layers.base import Layer
from layers.registry import layer
from planning.needs import FibreTree, fibre_tree, without_fibre
from ui.gaps import assumptions
from ui.needs import settings as needs_settings, view as needs_view
from ui.shell import cache, exporting, navigation, state
from ui.shell.frame import guarded, head
from ui.shell.i18n import interval, language, t
from ui.shell.provenance import see_sources
from ui.widgets.background import result_of


@guarded
def show() -> None:
    """Draw the page for the layer of the sidebar."""
    chosen = layer(st.session_state[state.LAYER])
    title = t("needs.title", layer=chosen.title(language()))
    if chosen.key == "natural_villages":
        head(title)
        st.info(t("needs.villages_elsewhere"))
        st.page_link(navigation.page_of("plan"), label=t("page.plan"))
        return
    row = cache.gaps(chosen.key, "province").iloc[0]
    if chosen.key == "fibre":
        _fibre(title)
    elif chosen.key == "data_centres":
        head(title)
        _racks(row)
    else:
        head(title)
        _stations(chosen)
    if chosen.key != "fibre":
        assumptions.show(chosen, row)


def _stations(chosen: Layer) -> None:
    level = str(st.session_state[state.LEVEL])
    needs_settings.years(with_map=True)
    parts = needs_settings.stations(_scenario(), chosen.key, level)
    whole = needs_settings.stations(_scenario(), chosen.key, "province")
    needs_view.stations(parts, whole, chosen.title(language()), level)
    see_sources([*whole["source_ids"], *parts["source_ids"]])
    _export(needs_settings.stations(_scenario(), chosen.key, "county"), chosen.key)


def _fibre(title: str) -> None:
    pack, plan = cache.pack(), _scenario()
    if without_fibre(pack).empty:
        head(title)
        st.info(t("needs.no_fibre"))
        st.page_link(navigation.page_of("imports"), label=t("page.imports"))
        return
    work = functools.partial(fibre_tree, pack, plan)
    key = f"{pack.digest}|{cache.key_of(plan)}"
    tree: FibreTree | None = result_of(
        "needs-fibre", key, lambda _progress, _cancel: work(), label=t("needs.fibre_working")
    )
    if tree is None:
        head(title)
        return
    head(title, evidence=tree.table["evidence"], what=t("needs.nodes_invented"))
    needs_view.fibre(tree)
    see_sources(tree.table["source_ids"])
    _export(tree.table, "fibre")


def _racks(row: pd.Series) -> None:
    needs_settings.years(with_map=False)
    needs_settings.power()
    if pd.isna(row["target"]):
        st.info(t("needs.no_target"))
    elif pd.isna(row["built"]):
        st.info(t("needs.no_baseline", interval=interval(row["gap_low"], row["gap_high"])))
    else:
        table = needs_settings.racks(_scenario())
        needs_view.racks(table, row)
        see_sources(table["source_ids"])
        _export(table, "data_centres")


def _scenario() -> Scenario:
    """Return the scenario with the sidebar's date: only what was built by then counts."""
    date = dt.date.fromisoformat(st.session_state[state.AS_OF])
    return state.plan().model_copy(update={"as_of": date})


def _export(table: pd.DataFrame, key: str) -> None:
    from planning.exports.plan import need_bundle

    pack, plan = cache.pack(), _scenario()
    exporting.buttons(
        t("needs.export"), f"{pack.name}-needs-{key}",
        lambda _geometry: need_bundle(pack, plan, table, key),
    )  # fmt: skip

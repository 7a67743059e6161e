"""Download buttons of a plan: all its tables in one file, or one table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from planning.exports.plan import TABLES, plan_bundle
from planning.plan.rollout import Rollout
from ui.shell import cache, exporting, localised_select
from ui.shell.i18n import language, t

if TYPE_CHECKING:
    from data.export.bundle import ExportBundle
    from data.tables.reader import Pack

#: Formats that hold all tables, and those that hold one.
_WHOLE, _ONE_TABLE = (".xlsx", ".gpkg", ".geojson", ".kml"), (".csv", ".parquet")


def show(found: Rollout) -> None:
    """Draw the buttons."""
    pack = cache.pack()
    exporting.buttons(
        t("plan.export"),
        _stem(pack, found),
        _bundle(pack, found, "sites"),
        suffixes=_WHOLE,
        # A plan without fibre or microwave links has no open fibre data.
        handover=tuple(exporting.HANDOVER) if len(found.routes) else exporting.MAPS,
    )
    titles = {name: t(f"plan.table_{name}") for name in TABLES}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = localised_select.selectbox(
            st, t("plan.export_one"), list(titles), format_func=titles.__getitem__, width=260,
            key="plan_table",
        )  # fmt: skip
        stem = f"{_stem(pack, found)}-{name}"
        exporting.buttons(titles[name], stem, _bundle(pack, found, name), suffixes=_ONE_TABLE)


def _stem(pack: Pack, found: Rollout) -> str:
    """Return the name of a file: the province, the one region that the plan is for, the plan."""
    codes = found.scenario.plan.regions
    return f"{pack.name}-{codes[0]}-plan" if len(codes) == 1 else f"{pack.name}-plan"


def _bundle(pack: Pack, found: Rollout, name: str) -> Callable[[bool], ExportBundle]:
    tongue = language()
    return lambda _geometry: plan_bundle(pack, found, name, language=tongue)

"""Plan: what to build, where, for how much, in which year; worked out beside the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from layers.plan_bundles import TABLES, plan_bundle
from layers.rollout import Rollout
from ui import (
    cache,
    exporting,
    plan_charts,
    plan_job,
    plan_list,
    plan_map,
    plan_money,
    plan_run,
    saving,
)
from ui import plan_wishes as wishes
from ui.frame import guarded, head
from ui.i18n import t

if TYPE_CHECKING:
    from data.export import ExportBundle
    from data.pack import Pack

_MAP_HEIGHT = 520
_YEAR = "plan_year"
#: Formats of one table; the others hold all of them and stand once.
_ONE_TABLE = (".csv", ".parquet")


@guarded
def show() -> None:
    """Draw the page."""
    head(t("plan.title"), evidence=cache.village_evidence(), what=t("banner.villages"))
    if plan_job.last() is None:
        # A first plan comes without a choice.
        plan_job.start()
    left, right = st.columns([0.27, 0.73], gap="small")
    with left:
        _wishes()
    with right:
        plan_run.bar()
        found = plan_run.result()
        if found is not None:
            plan_run.figures(found)
        _map(found)
    if found is not None:
        _tables(found)
        _exports(found)
    saving.show()


def _wishes() -> None:
    """Draw what the planner asks."""
    wishes.fault()
    wishes.goal()
    with st.expander(t("plan.limits")):
        wishes.limits()
    with st.expander(t("plan.candidates")):
        wishes.candidates()
    with st.expander(t("plan.named"), expanded=True):
        plan_list.wishes()
        st.caption(t("plan.named_help"))


def _map(found: Rollout | None) -> None:
    years = (found.scenario.plan if found is not None else wishes.settings()).years
    last = years.first + years.count - 1
    cells = st.columns([0.62, 0.38], vertical_alignment="center")
    with cells[0]:
        plan_map.modes()
    year = last
    if years.count > 1:
        if not years.first <= st.session_state.get(_YEAR, last) <= last:
            st.session_state[_YEAR] = last
        year = cells[1].slider(t("plan.year_slider"), years.first, last, last, key=_YEAR)
    plan_map.show(found, year, height=_MAP_HEIGHT)
    if found is None or found.basis == "circle":
        st.caption(f":orange-badge[{t('whatif.circle')}] {t('plan.circle_why')}")


def _tables(found: Rollout) -> None:
    names = ("list", "years", "costs", "lost")
    tabs = st.tabs([t(f"plan.tab_{name}") for name in names])
    with tabs[0]:
        plan_list.ranked(found)
    with tabs[1]:
        cells = st.columns(2)
        cells[0].vega_lite_chart(plan_charts.years(found.yearly))
        cells[1].vega_lite_chart(plan_charts.gantt(found.sites))
    with tabs[2]:
        plan_money.bill(found)
        plan_money.costs()
    with tabs[3]:
        plan_list.unreachable(found)


def _exports(found: Rollout) -> None:
    pack = cache.pack()
    for name in TABLES:
        exporting.buttons(
            t(f"plan.table_{name}"), f"{pack.name}-plan-{name}", _bundle(pack, found, name),
            suffixes=tuple(exporting.FORMATS) if name == "sites" else _ONE_TABLE,
        )  # fmt: skip


def _bundle(pack: Pack, found: Rollout, name: str) -> Callable[[bool], ExportBundle]:
    return lambda _geometry: plan_bundle(pack, found, name)

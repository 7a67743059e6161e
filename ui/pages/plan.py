"""Plan: what to build, where, for how much, in which year; worked out beside the page."""

from __future__ import annotations

import streamlit as st

from planning.plan.rollout import Rollout
from ui.plan import (
    charts as plan_charts,
    exports as plan_exports,
    frontier as plan_frontier,
    job as plan_job,
    map as plan_map,
    money as plan_money,
    named_places,
    next_round,
    prospect,
    run as plan_run,
    settings as fields,
    site_list as plan_list,
    summary,
    universal_service,
)
from ui.shell import cache, saving
from ui.shell.frame import guarded, head
from ui.shell.i18n import t
from ui.shell.provenance import see_sources
from ui.whatif import five_g

_MAP_HEIGHT = 520
_YEAR = "plan_year"


@guarded
def show() -> None:
    """Draw the page."""
    head(t("plan.title", place=fields.area()), invented=cache.illustrative())
    plan_job.settle()
    plan_job.take_kept()
    left, right = st.columns([0.22, 0.78], gap="small")
    with left:
        _wishes()
    with right:
        plan_run.bar()
        found = plan_run.result()
        plan_job.keep()
        # Each part has its place, there or not: a page that stays in its run drops nothing yet.
        with plan_run.answer("figures"):
            if found is not None:
                summary.cards(found)
                plan_run.notes(found)
        canvas, beside = st.columns([0.5, 0.5], gap="small")
        with canvas, plan_run.answer("map"):
            _map(found)
        with beside, plan_run.answer("proof"):
            if found is None:
                prospect.show()
            else:
                summary.proof(found)
                summary.prices(found)
    with plan_run.answer("tables"):
        if found is not None:
            _tables(found)
            plan_exports.show(found)
            see_sources([*found.sites["source_ids"], *found.bill["source_ids"]])
            universal_service.show(found)
    saving.show(fields.scenario)  # with its area: else another page solves it for the province


def _wishes() -> None:
    """Draw what the planner asks."""
    fields.fault()
    fields.goal()
    five_g.show()
    with st.expander(t("plan.limits")):
        fields.limits()
        named_places.by_prefecture()
    with st.expander(t("plan.candidates")):
        fields.candidates()
    with st.expander(t("plan.named")):
        named_places.typed()
        named_places.named()
        st.caption(t("plan.named_help"))


def _map(found: Rollout | None) -> None:
    """Draw the map with what a click does and the year slider."""
    years = (found.scenario.plan if found is not None else fields.settings()).years
    last = years.first + years.count - 1
    plan_map.modes()
    year = last
    if years.count > 1 and found is not None:
        if not years.first <= st.session_state.get(_YEAR, last) <= last:
            st.session_state[_YEAR] = last
        year = st.slider(t("plan.year_slider"), years.first, last, last, key=_YEAR)
    plan_map.show(found, year, height=_MAP_HEIGHT)
    if found is not None:
        next_round.built(found, year)
    if found is not None and found.basis != "terrain":
        st.caption(f":orange-badge[{t('whatif.circle')}] {t(f'plan.basis_{found.basis}')}")


def _tables(found: Rollout) -> None:
    names = ("list", "curve", "years", "costs", "lost")
    tabs = st.tabs([t(f"plan.tab_{name}") for name in names])
    with tabs[0]:
        plan_list.ranked(found)
    with tabs[1]:
        left, right = st.columns([0.6, 0.4])
        with left:
            plan_frontier.show(found)
        with right:
            plan_frontier.others(found)
    with tabs[2]:
        left, right = st.columns(2)
        with left:
            summary.years(found)
            st.vega_lite_chart(plan_charts.years(found.yearly))
        right.vega_lite_chart(plan_charts.gantt(found.sites))
    with tabs[3]:
        plan_money.counting()
        left, right = st.columns([0.48, 0.52])
        with left:
            plan_money.over_years(found)
        with right:
            plan_money.bill(found)
        plan_money.drivers(found)
        plan_money.costs()
    with tabs[4]:
        plan_list.unreachable(found)

"""The frontier: a curve to click, and the other plans that are as good."""

from __future__ import annotations

import streamlit as st

from planning.plan.rollout import Rollout
from ui.plan import charts as plan_charts, job as plan_job, settings as plan_settings
from ui.shell.callbacks import standing
from ui.shell.i18n import number, t


def show(found: Rollout) -> None:
    """Draw the curve; a click on a point makes it the goal and plans again."""
    points = found.frontier
    if points.empty:
        job = plan_job.last()
        running = job is not None and not job.done.is_set()
        st.info(t("plan.frontier_coming") if running else t("plan.frontier_none"))
        return
    by_cost = bool((points["measure"] == "cost").any())
    sites = found.sites
    cost = float(sites["cost_base"].sum())
    chosen = cost if by_cost else float((sites["status"] != "built").sum())
    key = f"plan-curve-{found.scenario.digest}"
    st.vega_lite_chart(
        plan_charts.frontier(points, chosen), key=key,
        on_select=standing("plan_curve", key, lambda: _take(key, by_cost=by_cost)),
    )  # fmt: skip
    st.caption(t("plan.frontier_help"))


def others(found: Rollout) -> None:
    """Draw the other plans."""
    plan_settings.figure("alternatives", t("plan.alternatives"), found.scenario.plan.alternatives,
                       (0, 20, 1), whole=True, note=t("plan.alternatives_help"))  # fmt: skip
    table = found.alternatives
    if len(table):
        counts = found.sites["regret"].value_counts()
        st.caption(
            t("plan.regret_count", needed=number(counts.get("needed", 0)),
              replaceable=number(counts.get("replaceable", 0)),
              undecided=number(counts.get("undecided", 0)))
        )  # fmt: skip
        names = {
            "plan": t("plan.rank"), "covered": t("plan.households"), "bound": t("plan.bound"),
            "sites": t("plan.sites_built"), "shared": t("plan.shared_sites"),
        }  # fmt: skip
        st.dataframe(table[list(names)].rename(columns=names), hide_index=True, row_height=28)


def _take(key: str, *, by_cost: bool) -> None:
    picked = st.session_state[key].selection.get(plan_charts.PICK) or []
    if not picked:
        return
    amount = float(picked[0]["amount"])
    wanted = (
        {"objective": "budget", "budget": amount}
        if by_cost
        else {"objective": "sites", "sites": round(amount)}
    )
    if plan_settings.put_at(wanted):
        plan_job.start()

"""Start and cancel a plan; say whether what is shown still answers the settings."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo.errors import PlannerError
from geo.siting import InfeasibleError
from planning.plan.rollout import Rollout
from ui.plan import job as plan_job
from ui.shell import cache, state
from ui.shell.callbacks import once, whole
from ui.shell.frame import explain
from ui.shell.i18n import language, name_language, number, t
from ui.widgets import background


def bar() -> None:
    """Draw the buttons, undo and redo, and the progress of a run under way."""
    job = plan_job.last()
    running = job is not None and not job.done.is_set()
    history = state.history()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(t("plan.run"), key="plan_run", type="primary",
                  on_click=once(whole(plan_job.start)), disabled=running)  # fmt: skip
        st.button(t("plan.cancel"), key="plan_cancel", on_click=_cancel, disabled=not running)
        st.button("↶", key="plan_undo", help=t("whatif.undo"), on_click=once(_back),
                  disabled=not history.past)  # fmt: skip
        st.button("↷", key="plan_redo", help=t("whatif.redo"), on_click=once(_again),
                  disabled=not history.future)  # fmt: skip
    # Emptied at once: a page that stays in its run drops nothing that it does not draw again.
    note = st.empty()
    if job is None:
        note.info(t("plan.none_yet"))
    elif is_old():
        word = "stale" if job.key != plan_job.key_now() else "failed" if not running else "before"
        note.html(f'<div class="tc-note past">{t(f"plan.{word}")}</div>')
    # The container exists without a bar too: what follows keeps its position on the page.
    place = st.container().empty()
    if job is not None and running:
        background.follow(
            "plan", place, job, lambda job: f"{t(f'plan.step_{job.step}')} {job.text}".strip()
        )


def is_old() -> bool:
    """Return whether the figures on the page answer older settings than those in force."""
    job = plan_job.last()
    if job is None:
        return False
    of_before = job.result is None and plan_job.shown() is not None
    return of_before or job.key != plan_job.key_now()


def answer(part: str) -> DeltaGenerator:
    """Return the place of a part of the answer; figures of older settings are dimmed there."""
    return st.container(key=f"plan_{'old' if is_old() else 'now'}_{part}")


def result() -> Rollout | None:
    """Return the plan to show; what went wrong is shown."""
    job = plan_job.last()
    if job is None:
        return None
    if isinstance(job.error, PlannerError):
        explain(job.error)
        _conflicts(job.error)
    elif job.error is not None:
        st.error(t("error.unexpected"))
    return plan_job.shown()


def notes(found: Rollout) -> None:
    """Draw warnings, and what the figures leave out."""
    for warning in found.warnings:
        st.warning(warning.text(language()))
    st.caption(" ".join(t(f"plan.note_{note}") for note in found.notes))


def _conflicts(error: PlannerError) -> None:
    """List the limits that conflict, with the nearest value that fits."""
    if not isinstance(error, InfeasibleError) or not error.conflicts:
        return
    regions = cache.pack().regions("prefecture").set_index("adcode")[f"name_{name_language()}"]
    rows = [
        {
            t("plan.limit"): t(f"plan.limit_{one.limit}"),
            t("table.region"): regions.get(one.subject, one.subject),
            t("plan.asked"): number(one.asked),
            t("plan.possible"): number(one.possible),
        }
        for one in error.conflicts
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True)


@whole
def _cancel() -> None:
    job = plan_job.last()
    if job is not None:
        job.cancel.set()


@whole
def _back() -> None:
    state.keep(state.history().undo())


@whole
def _again() -> None:
    state.keep(state.history().redo())

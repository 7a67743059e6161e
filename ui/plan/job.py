"""A plan is computed beside the pages: started, looked up, and kept by what it answers.

Finished plans are shared by all sessions of the process; a running one belongs to the session that
started it. Two run at a time, others wait their turn. A saved scenario keeps its plan.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import streamlit as st

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.workspace.folder import Workspace
from geo.errors import PlannerError
from planning.comparison.inputs import plan_key, without_extras
from planning.comparison.kept import keep_rollout, kept_rollout
from planning.plan.rollout import Rollout, plan
from ui.shell import cache, state
from ui.shell.frame import explain
from ui.widgets.background import Job

_LOG = logging.getLogger("tongcun")
_JOBS = "_plan_jobs"
#: For which scenario a kept result was looked up, and for which one was kept.
_TAKEN, _KEPT_FOR = "_plan_taken", "_plan_kept"
_KEPT = 8


@dataclass
class _Desk:
    """What the sessions of a process share."""

    turns: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(2))
    lock: threading.Lock = field(default_factory=threading.Lock)
    kept: OrderedDict[str, Rollout] = field(default_factory=OrderedDict)

    def get(self, key: str) -> Rollout | None:
        with self.lock:
            return self.kept.get(key)

    def keep(self, key: str, result: Rollout) -> None:
        with self.lock:
            self.kept[key] = result
            while len(self.kept) > _KEPT:
                self.kept.popitem(last=False)


def key_now() -> str:
    """Return the identity of what the session asks for now."""
    return plan_key(cache.pack(), state.plan())


def start() -> None:
    """Start a run for the session's settings; the one before is cancelled."""
    jobs, before = _jobs(), last()
    pack, scenario, desk = cache.pack(), state.plan(), _desk()
    if before is not None:
        before.cancel.set()
    job = Job(plan_key(pack, scenario), step="waiting")
    found = desk.get(job.key)
    if found is not None:
        job.finish(found)
    else:
        job.start(lambda job: _work(job, pack, scenario, desk))
    jobs[pack.name] = job


def last() -> Job | None:
    """Return the session's last run for the chosen province."""
    return _jobs().get(state.province())


def take_kept() -> None:
    """Show the result that the loaded scenario keeps, unless the session has one that answers."""
    before, name = last(), state.plan().name
    if before is not None and (not before.done.is_set() or before.key == key_now()):
        return
    if not _first_time(_TAKEN, name):
        return
    pack, scenario = cache.pack(), state.plan()
    try:
        result = Workspace.open().result(name)
        found = None if result is None else kept_rollout(result, where=name)
    except PlannerError:
        # The plan is computed again: nothing is lost.
        return
    if result is None:
        return
    # A result without frontier and alternatives answers too.
    is_plain = result.key == plan_key(pack, without_extras(scenario))
    _jobs()[pack.name] = Job(key_now() if is_plain else result.key).finish(found)


def keep() -> None:
    """Let the saved scenario keep the plan that answers it."""
    job, scenario = last(), state.plan()
    if job is None or not job.done.is_set() or job.result is None or job.key != key_now():
        return
    if _first_time(_KEPT_FOR, f"{scenario.name} {job.results}"):
        try:
            keep_rollout(cache.pack(), scenario, job.result, Workspace.open())
        except PlannerError as error:
            explain(error)


def _first_time(place: str, what: str) -> bool:
    """Return whether something is done for the first time for the session's scenario."""
    now = (what, state.plan().digest, key_now())
    is_first = bool(state.plan().name) and st.session_state.get(place) != now
    st.session_state[place] = now
    return is_first


def _jobs() -> dict[str, Job]:
    jobs: dict[str, Job] = st.session_state.setdefault(_JOBS, {})
    return jobs


def _work(job: Job, pack: Pack, scenario: Scenario, desk: _Desk) -> Rollout:
    """Compute a plan in the job's thread: nothing of Streamlit is touched here."""
    try:
        with desk.turns:
            result = plan(
                pack, scenario, progress=job.report, cancel=job.cancel.is_set, first=job.show
            )
    except PlannerError:
        raise
    except Exception:
        _LOG.exception("plan failed")
        raise
    if result.choice.stopped != "cancelled":
        desk.keep(job.key, result)
    return result


@st.cache_resource(show_spinner=False)
def _desk() -> _Desk:
    return _Desk()

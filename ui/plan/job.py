"""A plan is computed beside the pages: started, looked up, and kept by what it answers.

Finished plans are shared by all sessions of the process; a running one belongs to the session that
started it. Two run at a time, others wait their turn.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import streamlit as st

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.errors import PlannerError
from planning.plan.rollout import Rollout, plan
from ui.plan import settings
from ui.shell import cache, state
from ui.widgets.background import Job

_LOG = logging.getLogger("tongcun")
_JOBS = "_plan_jobs"
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
    return _key(cache.pack(), settings.scenario())


def start() -> None:
    """Start a run for the session's settings and region; those under way are cancelled."""
    jobs, pack, scenario, desk = _jobs(), cache.pack(), settings.scenario(), _desk()
    for name, before in list(jobs.items()):
        if not before.done.is_set():
            # What is left of it is no plan of its region: there one begins again.
            before.cancel.set()
            del jobs[name]
    job = Job(_key(pack, scenario), step="waiting")
    found = desk.get(job.key)
    if found is not None:
        job.finish(found)
    else:
        job.start(lambda job: _work(job, pack, scenario, desk))
    jobs[_place()] = job


def last() -> Job | None:
    """Return the session's last run for the region in force."""
    return _jobs().get(_place())


def _place() -> str:
    """Return the name of the region in force among the session's runs."""
    adcode = state.region()[1]
    return f"{state.province()}/{adcode}" if adcode else state.province()


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


def _key(pack: Pack, scenario: Scenario) -> str:
    """Only what the plan looks at counts: placing a what-if site does not make it stale."""
    options = scenario.demonstration_terrain, scenario.five_g_counts_as_4g
    return f"{pack.digest} {options} {scenario.plan.model_dump_json()}"


@st.cache_resource(show_spinner=False)
def _desk() -> _Desk:
    return _Desk()

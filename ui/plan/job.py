"""A plan is computed beside the pages: started when asked for, and found again by what it answers.

Runs are kept by the process, not by the session: a page whose connection was lost, or another
session with the same settings, finds the run under way or its result. The address names the run of
the page, so that a page that is opened again finds its unsaved settings, too. Two run at a time,
others wait their turn.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import streamlit as st

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.errors import PlannerError
from planning.plan.rollout import Rollout, plan
from ui.shell import cache, state
from ui.widgets.background import Job

_LOG = logging.getLogger("tongcun")
#: Jobs by province; tokens of those that the session started; name of the scenario they answer.
_JOBS, _OWN, _NAMED = "_plan_jobs", "_plan_own", "_plan_named"
_KEPT = 8


@dataclass(frozen=True)
class _Run:
    """A run and the scenario that it answers."""

    job: Job
    scenario: Scenario

    @property
    def is_kept(self) -> bool:
        """Whether it is still of use: under way, or done with a result that was not cut short."""
        if not self.job.done.is_set():
            return not self.job.cancel.is_set()
        result = self.job.result
        return self.job.error is None and result.choice.stopped != "cancelled"


@dataclass
class _Desk:
    """What the sessions of a process share."""

    turns: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(2))
    lock: threading.Lock = field(default_factory=threading.Lock)
    runs: OrderedDict[str, _Run] = field(default_factory=OrderedDict)

    def get(self, token: str) -> _Run | None:
        """Return the run of a token, None where there is none that is of use."""
        with self.lock:
            run = self.runs.get(token)
            return run if run is not None and run.is_kept else None

    def keep(self, token: str, run: _Run) -> None:
        """Keep a run in the place of the oldest that is done."""
        with self.lock:
            self.runs[token] = run
            self.runs.move_to_end(token)
            done = [name for name, one in self.runs.items() if one.job.done.is_set()]
            for name in done[: max(len(self.runs) - _KEPT, 0)]:
                del self.runs[name]


def key_now() -> str:
    """Return the identity of what the session asks for now."""
    return _key(cache.pack(), state.plan())


def start() -> None:
    """Start a run for the session's settings; the one that it started before is cancelled."""
    jobs, before = _jobs(), last()
    pack, scenario, desk = cache.pack(), state.plan(), _desk()
    key = _key(pack, scenario)
    token = _token(key)
    if before is not None and before.key != key and _token(before.key) in _own():
        before.cancel.set()
    run = desk.get(token)
    if run is None:
        run = _Run(Job(key, step="waiting"), scenario)
        desk.keep(token, run)
        run.job.start(lambda job: _work(job, pack, scenario, desk))
        _own().add(token)
    jobs[pack.name] = run.job
    st.session_state[_NAMED], st.session_state[state.RUN] = scenario.name, token


def reopen() -> None:
    """Take the scenario of the run that the address names, once; called before a page is drawn."""
    asked = st.session_state.pop(state.RUN_ASKED, "")
    run = _desk().get(asked) if asked else None
    if run is not None and run.scenario.province == state.province():
        state.adopt(run.scenario)


def settle() -> None:
    """Take the run that answers the settings in force.

    The figures of another scenario that was loaded meanwhile go; those of older settings of the
    same scenario stay, to be shown as such.
    """
    jobs, job, name = _jobs(), last(), state.plan().name
    key = key_now()
    if job is None or job.key != key:
        found = _desk().get(_token(key))
        if found is not None:
            jobs[state.province()] = found.job
            st.session_state[state.RUN] = _token(key)
        elif job is not None and st.session_state.get(_NAMED) != name:
            del jobs[state.province()]
            return
        else:
            return
    st.session_state[_NAMED] = name


def last() -> Job | None:
    """Return the session's last run for the chosen province."""
    return _jobs().get(state.province())


def _own() -> set[str]:
    own: set[str] = st.session_state.setdefault(_OWN, set())
    return own


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
    return result


def _key(pack: Pack, scenario: Scenario) -> str:
    """Only what the plan looks at counts: placing a what-if site does not make it stale."""
    settings = scenario.plan.model_dump_json()
    options = scenario.demonstration_terrain, scenario.five_g_counts_as_4g
    return f"{pack.digest} {options} {settings}"


def _token(key: str) -> str:
    """Return the name of a run in the address."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


@st.cache_resource(show_spinner=False)
def _desk() -> _Desk:
    return _Desk()

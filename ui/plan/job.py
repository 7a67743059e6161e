"""A plan is computed beside the pages: started when asked for, and found again by what it answers.

Runs are kept by the process, not by the session: a page whose connection was lost, or another
session with the same settings, finds the run under way or its result. The address names the run of
the page, so that a page that is opened again finds its unsaved settings, too. Two run at a time,
others wait their turn. A saved scenario keeps its plan.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import streamlit as st

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.workspace.access import desk as access
from data.workspace.folder import Workspace
from geo.errors import PlannerError
from planning.comparison.inputs import plan_key, without_extras
from planning.comparison.kept import keep_rollout, kept_rollout
from planning.plan.rollout import Rollout, plan
from ui.plan import settings
from ui.shell import cache, state
from ui.shell.frame import explain
from ui.widgets.background import Job

_LOG = logging.getLogger("tongcun")
#: Jobs by province; keys of those that the session started; name of the scenario they answer.
_JOBS, _OWN, _NAMED = "_plan_jobs", "_plan_own", "_plan_named"
#: By province and region: the plan that stood when the run under way began.
_BEFORE = "_plan_before"
#: For which scenario a kept result was looked up, and for which one was kept.
_TAKEN, _KEPT_FOR = "_plan_taken", "_plan_kept"
_KEPT = 8


@dataclass(frozen=True)
class _Run:
    """A run, the scenario that it answers, and the account that began it."""

    job: Job
    scenario: Scenario
    account: str

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

    def get(self, key: str) -> _Run | None:
        """Return the run of a key, None where there is none that is of use."""
        with self.lock:
            run = self.runs.get(key)
            return run if run is not None and run.is_kept else None

    def keep(self, key: str, run: _Run) -> None:
        """Keep a run in the place of the oldest that is done."""
        with self.lock:
            self.runs[key] = run
            self.runs.move_to_end(key)
            done = [name for name, one in self.runs.items() if one.job.done.is_set()]
            for name in done[: max(len(self.runs) - _KEPT, 0)]:
                del self.runs[name]


def key_now() -> str:
    """Return the identity of what the session asks for now."""
    return plan_key(cache.pack(), settings.scenario())


def start() -> None:
    """Start a run for the session's settings and region; its other runs under way are cancelled."""
    jobs, desk, pack, scenario = _jobs(), _desk(), cache.pack(), settings.scenario()
    key = plan_key(pack, scenario)
    if (standing := shown()) is not None:
        _before()[_place()] = standing
    for place, before in list(jobs.items()):
        if before.key != key and not before.done.is_set() and before.key in _own():
            # What is left of it is no plan of its region: there one begins again.
            before.cancel.set()
            del jobs[place]
    run = desk.get(key)
    if run is None:
        run = _Run(Job(key, step="waiting"), state.plan(), access.present().name)
        desk.keep(key, run)
        run.job.start(lambda job: _work(job, pack, scenario, desk))
        _own().add(key)
    jobs[_place()] = run.job
    st.session_state[_NAMED], st.session_state[state.RUN] = state.plan().name, key


def reopen() -> None:
    """Take the scenario of the run that the address names, once; called before a page is drawn.

    The run of another account is not found: its scenario may be a draft that nobody else reaches.
    """
    asked = st.session_state.pop(state.RUN_ASKED, "")
    run = _desk().get(asked) if asked else None
    if (
        run is not None
        and run.account == access.present().name
        and run.scenario.province == state.province()
    ):
        state.adopt(run.scenario)


def settle() -> None:
    """Take the run that answers the settings in force.

    The figures of another scenario that was loaded meanwhile go; those of older settings of the
    same scenario stay, to be shown as such.
    """
    jobs, job, name = _jobs(), last(), state.plan().name
    key = key_now()
    if job is None or job.key != key:
        found = _desk().get(key)
        if found is not None:
            jobs[_place()] = found.job
            st.session_state[state.RUN] = key
        elif job is not None and st.session_state.get(_NAMED) != name:
            del jobs[_place()]
            _before().pop(_place(), None)
            return
        else:
            return
    st.session_state[_NAMED] = name


def last() -> Job | None:
    """Return the session's last run for the region in force."""
    return _jobs().get(_place())


def shown() -> Rollout | None:
    """Return the plan to show: the latest, or the one before while the run has none."""
    job = last()
    if job is None:
        return None
    found: Rollout | None = job.result
    return _before().get(_place()) if found is None else found


def elsewhere() -> list[Rollout]:
    """Return the session's plans for other areas of the province."""
    here = _place()
    return [
        job.result for place, job in _jobs().items()
        if place != here and place.split("/")[0] == state.province() and job.result is not None
    ]  # fmt: skip


def _before() -> dict[str, Rollout]:
    before: dict[str, Rollout] = st.session_state.setdefault(_BEFORE, {})
    return before


def _place() -> str:
    """Return the name of the region in force among the session's runs."""
    adcode = state.region()[1]
    return f"{state.province()}/{adcode}" if adcode else state.province()


def _own() -> set[str]:
    own: set[str] = st.session_state.setdefault(_OWN, set())
    return own


def take_kept() -> None:
    """Show the result that the loaded scenario keeps, unless the session has one that answers."""
    before, name = last(), state.plan().name
    if before is not None and (not before.done.is_set() or before.key == key_now()):
        return
    if not _first_time(_TAKEN, name):
        return
    pack, scenario = cache.pack(), settings.scenario()
    try:
        result = Workspace.open().result(name)
        found = None if result is None else kept_rollout(result, where=name)
    except PlannerError:
        # The plan is computed again: nothing is lost.
        return
    if result is None:
        return
    # A result without frontier and alternatives answers too.
    answers = result.key in (key_now(), plan_key(pack, without_extras(scenario)))
    if not answers and state.region()[1]:
        # It is of another area.
        return
    _jobs()[_place()] = Job(key_now() if answers else result.key).finish(found)
    st.session_state[_NAMED] = name


def keep() -> None:
    """Let the saved scenario keep the plan that answers it."""
    job, scenario = last(), state.plan()
    if job is None or not job.done.is_set() or job.result is None:
        return
    if job.key != plan_key(cache.pack(), scenario):
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
    return result


@st.cache_resource(show_spinner=False)
def _desk() -> _Desk:
    return _Desk()

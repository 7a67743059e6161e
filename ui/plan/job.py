"""A plan is worked out beside the pages: started, watched, cancelled, and kept by what it answers.

The script thread only looks at it. Finished plans are shared by all sessions of the process; a
running one belongs to the session that started it. Two run at a time, others wait their turn.
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
from ui.shell import cache, state

_LOG = logging.getLogger("tongcun")
_JOBS = "_plan_jobs"
_KEPT = 8


@dataclass
class Job:
    """One run.

    Attributes
    ----------
    key
        Identity of pack and wishes.
    step, share, text
        What it is at, how much of the whole is done, what is known so far.
    cancel
        Set to end the choice of sites with the best so far.
    """

    key: str
    step: str = "waiting"
    share: float = 0.0
    text: str = ""
    result: Rollout | None = None
    error: PlannerError | None = None
    failed: bool = False
    cancel: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    def show(self, result: Rollout) -> None:
        """Take the plan before its frontier is known."""
        self.result = result

    def tell(self, step: str, share: float, text: str) -> None:
        """Note how far the work is."""
        self.step, self.share, self.text = step, min(max(share, self.share), 1.0), text


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
    return _key(cache.pack(), state.plan())


def start() -> None:
    """Start a run for the session's wishes; the one before is cancelled."""
    jobs, before = _jobs(), last()
    pack, scenario = cache.pack(), state.plan()
    if before is not None:
        before.cancel.set()
    job = Job(_key(pack, scenario))
    found = _desk().get(job.key)
    if found is not None:
        job.result = found
        job.done.set()
    else:
        arguments = (job, pack, scenario, _desk())
        threading.Thread(target=_work, args=arguments, daemon=True, name="plan").start()
    jobs[pack.name] = job


def last() -> Job | None:
    """Return the session's last run for the chosen province."""
    return _jobs().get(state.province())


def _jobs() -> dict[str, Job]:
    jobs: dict[str, Job] = st.session_state.setdefault(_JOBS, {})
    return jobs


def _work(job: Job, pack: Pack, scenario: Scenario, desk: _Desk) -> None:
    """Run in a thread of its own: nothing of Streamlit is touched here."""
    try:
        with desk.turns:
            job.result = plan(
                pack, scenario, progress=job.tell, cancel=job.cancel.is_set, first=job.show
            )
        if job.result.choice.stopped != "cancelled":
            desk.keep(job.key, job.result)
    except PlannerError as error:
        job.error = error
    except Exception:  # noqa: BLE001  the last door of this thread: the page says that it failed
        _LOG.exception("plan failed")
        job.failed = True
    finally:
        job.done.set()


def _key(pack: Pack, scenario: Scenario) -> str:
    """Only what the plan looks at counts: placing a what-if site does not make it stale."""
    wishes = scenario.plan.model_dump_json()
    return f"{pack.digest} {scenario.demonstration_terrain} {wishes}"


@st.cache_resource(show_spinner=False)
def _desk() -> _Desk:
    return _Desk()

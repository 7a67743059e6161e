"""Long work beside the page: a thread does it, the page tells its share, the planner may stop.

One place on a page holds one piece of work, named by a key of all it depends on; another key stops
the old one. What is done soon is shown at once, without a bar. The last results of a session are
kept, so that a step back does not compute anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import streamlit as st

from geo.radio.prediction import Cancelled
from ui.shell.callbacks import whole
from ui.shell.i18n import t

T = TypeVar("T")
Progress = Callable[[float], None]
Cancel = Callable[[], bool]
#: What is computed: it hears where to tell its share (0–1), and whom to ask whether to stop.
Work = Callable[[Progress, Cancel], T]

#: A page waits this long before it draws a bar [s].
PATIENCE_S = 1.2
#: How often the bar moves [s].
_TURN_S = 0.5
#: Results that a place keeps.
_KEPT = 3
_JOBS = "_background"


@dataclass(eq=False)
class Job:
    """One piece of work in its thread."""

    work: Work[Any]
    share: float = 0.0
    result: Any = None
    error: BaseException | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin; the thread ends with the process."""
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self.result = self.work(self._tell, self.stop.is_set)
        except BaseException as error:  # noqa: BLE001  raised again in the page's own thread
            self.error = error
        finally:
            self.over.set()

    def _tell(self, share: float) -> None:
        self.share = min(1.0, max(0.0, share))


def result_of(place: str, key: str, work: Work[T], *, label: str) -> T | None:
    """Return what the work gives, or None while it runs or after it was stopped.

    Until it is done a bar with a button to stop stands where this is called; then the page is drawn
    anew.

    Parameters
    ----------
    place
        Name of the place on the page.
    key
        Text that changes with everything the result depends on.
    work
        Runs outside the session: it must not draw, and must hold what it needs.
    label
        What is being done, for the reader.

    Raises
    ------
    PlannerError
        What the work raises is raised here.
    """
    jobs: dict[str, Job] = st.session_state.setdefault(_JOBS, {}).setdefault(place, {})
    for other, job in jobs.items():
        if other != key and not job.over.is_set():
            job.stop.set()
    if key not in jobs:
        _forget(jobs)
        jobs[key] = Job(work)
        jobs[key].start()
        jobs[key].over.wait(PATIENCE_S)
    job = jobs[key]
    if not job.over.is_set():
        _bar(place, key, label)
        return None
    if isinstance(job.error, Cancelled) or (job.stop.is_set() and job.result is None):
        _stopped(place, key, label)
        return None
    if job.error is not None:
        del jobs[key]
        raise job.error
    result: T = job.result
    return result


def _forget(jobs: dict[str, Job]) -> None:
    """Drop what was stopped, and the oldest results beyond those that are kept."""
    for key in [key for key, job in jobs.items() if job.over.is_set() and job.stop.is_set()]:
        del jobs[key]
    while len(jobs) >= _KEPT:
        del jobs[next(iter(jobs))]


@st.fragment(run_every=_TURN_S)
def _bar(place: str, key: str, label: str) -> None:
    job: Job | None = st.session_state.get(_JOBS, {}).get(place, {}).get(key)
    if job is None or job.over.is_set():
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(job.share, text=f"{label} · {job.share:.0%}")
        st.button(
            t("work.stop"), key=f"stop-{place}", on_click=job.stop.set, disabled=job.stop.is_set()
        )


def _stopped(place: str, key: str, label: str) -> None:
    @whole
    def again() -> None:
        st.session_state[_JOBS][place].pop(key, None)

    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(t("work.stopped", what=label))
        st.button(t("work.again"), key=f"again-{place}", on_click=again)

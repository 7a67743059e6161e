"""Long work in a thread of its own, and the page that shows its progress until it is done.

The run of the page stays at its end (:func:`watch`), moves the bars, and draws the page again when
a job is done or has a first result. A timer in the browser is not an alternative: it loses or
doubles presses of buttons (streamlit issue 16708). A press while the run waits ends the wait, so
its callback is called at once, and exactly once.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ParamSpec, Self, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from data.wording.catalogue import call_prefectures, called_prefectures
from data.workspace.access.desk import bound
from geo.radio.prediction import Cancelled
from ui.shell.callbacks import whole
from ui.shell.frame import guarded
from ui.shell.i18n import t
from ui.shell.streamlit_internals import in_part, waiting_request

P = ParamSpec("P")
T = TypeVar("T")
Progress = Callable[[float], None]
Cancel = Callable[[], bool]
#: Takes a function that reports the share done (0–1) and one that says whether to stop.
Work = Callable[[Progress, Cancel], T]

#: A page waits this long before it draws a bar [s].
PATIENCE_S = 1.2
#: How often a waiting run looks at its jobs and for requests [s].
_LOOK_S = 0.1
#: Results that a place keeps.
_KEPT = 3
_JOBS, _WATCHED = "_background", "_watched"
#: Fragment that is being drawn; empty for the page itself.
_PART: ContextVar[str] = ContextVar("part", default="")


@dataclass(eq=False)
class Job:
    """One piece of work in its thread.

    Attributes
    ----------
    key
        Text that changes with everything the result depends on.
    step, share, text
        What is being done, how much of the whole is done (0–1), what is known so far.
    result
        What the work gave, or a first result while it goes on.
    error
        What the work raised.
    results
        Number of results so far: a page that has drawn fewer is out of date.
    cancel
        Set to ask the work to stop.
    done
        Set when the work has ended, however it ended.
    """

    key: str
    step: str = ""
    share: float = 0.0
    text: str = ""
    result: Any = None
    error: BaseException | None = None
    results: int = 0
    cancel: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    def start(self, work: Callable[[Self], Any]) -> Self:
        """Begin the work in a thread that ends with the process; return the job."""
        word = called_prefectures()

        with_account = bound(self._run)

        def run() -> None:
            call_prefectures(word)
            with_account(work)

        threading.Thread(target=run, daemon=True, name="work").start()
        return self

    def finish(self, result: object) -> Self:
        """Take a result that is already known; return the job."""
        self.show(result)
        self.done.set()
        return self

    def show(self, result: object) -> None:
        """Take a first result: the page shows it while the work goes on."""
        self.result = result
        self.results += 1

    def report(self, step: str, share: float, text: str) -> None:
        """Note the progress; the share never falls."""
        self.step, self.share, self.text = step, min(max(share, self.share), 1.0), text

    def _run(self, work: Callable[[Self], Any]) -> None:
        try:
            self.show(work(self))
        except BaseException as error:  # noqa: BLE001  raised again in the page's own thread
            self.error = error
        finally:
            self.done.set()


@dataclass(frozen=True)
class _Watched:
    """A bar on the page: its job, what the page has drawn of it, and the fragment it belongs to."""

    job: Job
    results: int
    bar: DeltaGenerator
    words: Callable[[Job], str]
    part: str


def follow(place: str, bar: DeltaGenerator, job: Job, words: Callable[[Job], str]) -> None:
    """Let :func:`watch` show a job's progress.

    Parameters
    ----------
    place
        Name of the place on the page.
    bar
        Where the progress bar is drawn.
    job
        The job; its results so far are those that this run of the page draws.
    words
        Returns the text above the bar.
    """
    bar.progress(job.share, words(job))
    _watched()[place] = _Watched(job, job.results, bar, words, _PART.get())


def begin() -> None:
    """Forget the bars of the page before; called before a page is drawn."""
    _watched().clear()


def watch() -> None:
    """Stay in the run until a job has news or something else is asked; called last.

    Raises
    ------
    RerunException
        Draws the page again.
    """
    watched = list(_watched().values())
    shown: dict[int, tuple[float, str]] = {}
    while watched and not any(one.job.done.is_set() or _news(one) for one in watched):
        if waiting_request():
            break
        for i, one in enumerate(watched):
            now = (round(one.job.share, 2), one.words(one.job))
            if shown.get(i) != now:
                one.bar.progress(*now)
                shown[i] = now
        watched[0].job.done.wait(_LOOK_S)
    asked = waiting_request()
    # A whole page that is asked for comes anyway, and may be another one. Of a request for a part
    # the run of the page makes a run of the page: the part may be gone.
    if watched and asked != "page" and not (asked == "part" and in_part()):
        st.rerun()


def part(show: Callable[P, None]) -> Callable[P, None]:
    """Make a function a fragment that shows its errors and watches its own jobs.

    A press inside it draws this part alone; the rest of the page stays as it is.
    """

    @st.fragment
    @functools.wraps(show)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with _drawing(show.__qualname__):
            guarded(show)(*args, **kwargs)
        if in_part():
            watch()

    return run


@contextmanager
def _drawing(name: str) -> Iterator[None]:
    """Forget the bars that a fragment drew before, and name it the owner of those it draws now."""
    watched = _watched()
    for place in [place for place, one in watched.items() if one.part == name]:
        del watched[place]
    token = _PART.set(name)
    try:
        yield
    finally:
        _PART.reset(token)


def result_of(
    place: str, key: str, work: Work[T], *, label: str | Callable[[float], str]
) -> T | None:
    """Return what the work gives, or None while it runs or after it was stopped.

    Until it is done a bar with a button to stop is shown where this is called; then the page is
    drawn again. What is done soon is shown at once. Another key stops the work before. The last
    results of a session are kept, so that a step back computes nothing.

    Parameters
    ----------
    place
        Name of the place on the page.
    key
        Text that changes with everything the result depends on.
    work
        Runs outside the session: it must not draw, and must hold what it needs.
    label
        What is being done, for the reader; or what is done at a share of the work.

    Returns
    -------
    result
        What the work gave; None if there is nothing yet.

    Raises
    ------
    PlannerError
        What the work raises is raised here.
    """
    jobs: dict[str, Job] = st.session_state.setdefault(_JOBS, {}).setdefault(place, {})
    for other, job in jobs.items():
        if other != key and not job.done.is_set():
            job.cancel.set()
    if key not in jobs:
        _forget(jobs)
        jobs[key] = Job(key).start(
            lambda job: work(lambda share: job.report("", share, ""), job.cancel.is_set)
        )
        jobs[key].done.wait(PATIENCE_S)
    job = jobs[key]
    words = label if callable(label) else lambda _share: label
    # The container exists without a bar too: what follows keeps its position on the page.
    with st.container():
        if not job.done.is_set():
            _bar(place, job, words)
            return None
        if isinstance(job.error, Cancelled) or (job.cancel.is_set() and job.result is None):
            _stopped(place, key, words(job.share))
            return None
    if job.error is not None:
        del jobs[key]
        raise job.error
    result: T = job.result
    return result


def drop(place: str) -> None:
    """Forget the results of a place: they are large, or kept elsewhere."""
    st.session_state.get(_JOBS, {}).pop(place, None)


def _forget(jobs: dict[str, Job]) -> None:
    """Drop what was stopped, and the oldest results beyond those that are kept."""
    for key in [key for key, job in jobs.items() if job.done.is_set() and job.cancel.is_set()]:
        del jobs[key]
    while len(jobs) >= _KEPT:
        del jobs[next(iter(jobs))]


def _bar(place: str, job: Job, words: Callable[[float], str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        bar = st.empty()
        st.button(
            t("work.stop"), key=f"stop-{place}", on_click=job.cancel.set,
            disabled=job.cancel.is_set(),
        )  # fmt: skip
    follow(place, bar, job, lambda job: f"{words(job.share)} · {job.share:.0%}")


def _stopped(place: str, key: str, label: str) -> None:
    @whole
    def again() -> None:
        st.session_state[_JOBS][place].pop(key, None)

    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(t("work.stopped", what=label))
        st.button(t("work.again"), key=f"again-{place}", on_click=again)


def _news(one: _Watched) -> bool:
    return one.job.results != one.results


def _watched() -> dict[str, _Watched]:
    watched: dict[str, _Watched] = st.session_state.setdefault(_WATCHED, {})
    return watched

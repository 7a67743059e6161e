"""Clock of a solver run: elapsed time, cancellation and progress reports."""

from __future__ import annotations

import time

import numpy as np

from geo.siting.problem import SolverRun

#: Share of the time limit reserved for building the answer after the last step.
_RESERVED = 0.015


class SolverClock:
    """Track the time limit, cancellation, first answer and progress of a run.

    Parameters
    ----------
    run
        Limits and callbacks; the clock starts when it is made.

    Attributes
    ----------
    first_s
        Time to the first complete answer [s]; inf before it.
    cancelled
        True once the run was cancelled.
    """

    def __init__(self, run: SolverRun) -> None:
        self.run = run
        self.begin = time.perf_counter()
        self.first_s = np.inf
        self.cancelled = False
        self._reported: tuple[float, float, float] | None = None

    @property
    def seconds(self) -> float:
        """Time since the run began [s]."""
        return time.perf_counter() - self.begin

    @property
    def left_s(self) -> float:
        """Time left for solver steps [s], at least 0."""
        return max(0.0, self.run.time_limit_s * (1.0 - _RESERVED) - self.seconds)

    def over(self) -> bool:
        """Check whether the run must end.

        Returns
        -------
        ended
            True after the time limit or a cancellation; a cancelled run stays cancelled.
        """
        if not self.cancelled and self.run.cancel is not None:
            self.cancelled = bool(self.run.cancel())
        return self.cancelled or self.left_s <= 0

    def report(self, share: float, covered: float, bound: float) -> None:
        """Report progress; the first report sets the time of the first answer.

        Parameters
        ----------
        share
            Share of the work done, 0–1; never reported lower than before.
        covered, bound
            Objective value and bound.
        """
        self.first_s = min(self.first_s, self.seconds)
        before = self._reported[0] if self._reported else 0.0
        state = (min(max(share, before), 1.0), covered, bound)
        if self.run.progress is not None and state != self._reported:
            self.run.progress(*state)
        self._reported = state

    def enough(self, covered: float, bound: float) -> bool:
        """Check whether the gap is within the requested one.

        Parameters
        ----------
        covered, bound
            Objective value and upper bound.

        Returns
        -------
        enough
            True if bound − covered is at most the requested share of the bound.
        """
        return bound - covered <= self.run.gap * bound

    def why(self, covered: float, bound: float) -> str:
        """Return why the run ended.

        Parameters
        ----------
        covered, bound
            Objective value and upper bound.

        Returns
        -------
        reason
            One of the values of :attr:`~geo.siting.problem.SitingPlan.stopped`.
        """
        if self.enough(covered, bound):
            return "proven"
        if self.cancelled:
            return "cancelled"
        return "time" if self.left_s <= 0 else "effort"

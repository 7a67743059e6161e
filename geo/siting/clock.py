"""The time of a run: when it began, whether it must end, who hears of it."""

from __future__ import annotations

import time

import numpy as np

from geo.siting.problem import Run

#: Share of the time limit that is kept for reading off the answer once the last step has ended.
_LAST = 0.015


class Clock:
    """Watch a run: its limit, its cancel question, its first answer, its progress."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.begin = time.perf_counter()
        self.first_s = np.inf
        self.cancelled = False
        self._told: tuple[float, float, float] | None = None

    @property
    def seconds(self) -> float:
        """Time since the run began [s]."""
        return time.perf_counter() - self.begin

    @property
    def left_s(self) -> float:
        """Time left for steps [s], at least 0."""
        return max(0.0, self.run.time_limit_s * (1.0 - _LAST) - self.seconds)

    def over(self) -> bool:
        """Return True once the run must end; a cancelled run stays cancelled."""
        if not self.cancelled and self.run.cancel is not None:
            self.cancelled = bool(self.run.cancel())
        return self.cancelled or self.left_s <= 0

    def tell(self, share: float, covered: float, bound: float) -> None:
        """Report the state; the first report is the time of the first answer."""
        self.first_s = min(self.first_s, self.seconds)
        told = (min(max(share, self._told[0] if self._told else 0.0), 1.0), covered, bound)
        if self.run.progress is not None and told != self._told:
            self.run.progress(*told)
        self._told = told

    def enough(self, covered: float, bound: float) -> bool:
        """Return True if the gap is as small as was wished."""
        return bound - covered <= self.run.gap * bound

    def why(self, covered: float, bound: float) -> str:
        """Return why the run ended, as :class:`~geo.siting.problem.Plan` names it."""
        if self.enough(covered, bound):
            return "proven"
        if self.cancelled:
            return "cancelled"
        return "time" if self.left_s <= 0 else "effort"

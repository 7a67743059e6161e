"""Time things fairly: a warm-up, then the candidates in turn, the median of several runs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Fact:
    """A promise that is no time: how much memory, how many right; ``text`` says both sides."""

    text: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Attributes
    ----------
    runs_s
        Time of each run [s].
    baseline, baseline_s
        What it is compared with in the same run, and that one's times [s].
    limit_s
        Longest time that we promise [s]; None where only the ratio counts.
    ratio_limit
        Largest promised time as a multiple of the baseline; below 1 the baseline must be slower.
    facts
        What else is promised of the same runs.
    """

    what: str
    runs_s: tuple[float, ...]
    limit_s: float | None = None
    baseline: str = ""
    baseline_s: tuple[float, ...] = ()
    ratio_limit: float | None = None
    facts: tuple[Fact, ...] = ()

    @property
    def median_s(self) -> float:
        """Median time [s]."""
        return median(self.runs_s)

    @property
    def ratio(self) -> float | None:
        """Median over the rounds of our time as a multiple of the baseline's in the same round."""
        if not self.baseline_s:
            return None
        rounds = zip(self.runs_s, self.baseline_s, strict=True)
        return median(ours / theirs for ours, theirs in rounds)

    @property
    def holds(self) -> bool | None:
        """True if every promise is kept; None where nothing is promised."""
        kept = [fact.holds for fact in self.facts]
        if self.limit_s is not None:
            kept.append(self.median_s <= self.limit_s)
        if self.ratio_limit is not None and self.ratio is not None:
            kept.append(self.ratio <= self.ratio_limit)
        return all(kept) if kept else None


def in_turn(
    candidates: Mapping[str, Callable[[], object]], *, runs: int
) -> dict[str, tuple[float, ...]]:
    """Time each candidate ``runs`` times, one after the other in each round, after a warm-up.

    Returns
    -------
    dict
        Name → times [s] in order of the rounds.
    """
    for call in candidates.values():
        call()
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(runs):
        for name, call in candidates.items():
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    return {name: tuple(found) for name, found in times.items()}


def python(*arguments: str) -> Callable[[], object]:
    """Return a call that runs our Python with ``arguments`` and fails if that fails."""

    def call() -> object:
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    return call


#: Runs a command quietly and prints the most memory that it took.
_WATCH = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(slots=True)
class Watched:
    """A call that runs our Python in a process of its own and notes the most memory it took.

    Attributes
    ----------
    peaks_MB
        Largest resident set of each run [10⁶ byte].
    """

    arguments: tuple[str, ...]
    peaks_MB: list[float] = field(default_factory=list)  # noqa: N815  MB is the unit's symbol

    def __call__(self) -> None:
        """Run once; fail if the process fails."""
        # A process counts the memory of the one that made it: a small one is put between.
        command = [sys.executable, "-c", _WATCH, sys.executable, *self.arguments]
        done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        # Linux counts in KiB.
        self.peaks_MB.append(int(done.stdout) * 1024 / 1e6)


def modules(room: str) -> Sequence[str]:
    """Return the dotted names of the modules of a flat room."""
    paths = sorted((ROOT / room).glob("*.py"))
    return [f"{room}.{path.stem}" for path in paths if path.stem != "__init__"]

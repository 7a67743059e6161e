"""Why nothing fits, and what would: the least that has to give way.

Each limit gets a slack, counted relative to what was asked; the choice with the least sum of slacks
shows which limits conflict and the nearest values with which the rest fits (elastic program:
Chinneck (2008), Feasibility and Infeasibility in Optimization, chapter 6,
doi:10.1007/978-0-387-74932-7).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from geo.errors import PlannerError, RangeError
from geo.siting import exact, highs
from geo.siting.clock import Clock
from geo.siting.model import TOLERANCE, Floats, Model, reached
from geo.siting.problem import Run
from geo.siting.reduction import Core

#: Time for the explanation [s]: a planner waits for it after the run.
_SECONDS = 20.0


@dataclass(frozen=True)
class Conflict:
    """One limit that stands in the way.

    Attributes
    ----------
    limit
        "p", "budget", "least_share" (a weight, not a share) or "share".
    subject
        The group, for a least share; empty otherwise.
    asked, possible
        What the problem asks, and the nearest value with which the rest fits.
    """

    limit: str
    subject: str
    asked: float
    possible: float

    def __str__(self) -> str:
        """Return one clause.

        Examples
        --------
        >>> print(Conflict("budget", "", 10.0, 12.0))
        budget: asked 10, possible 12
        """
        name = f"{self.limit} of {self.subject}" if self.subject else self.limit
        return f"{name}: asked {self.asked:.10g}, possible {self.possible:.10g}"


class InfeasibleError(RangeError):
    """No choice of sites keeps all limits; ``conflicts`` names those that stand in the way."""

    def __init__(self, what: str, conflicts: tuple[Conflict, ...], repair: str = "") -> None:
        self.conflicts = conflicts
        nearest = "; ".join(map(str, conflicts))
        super().__init__(what, where="limits", repair=repair or f"nearest that fits: {nearest}")


class StillUnmetError(PlannerError):
    """The time ended before any choice was found that keeps all limits; there may be one."""


def check_fixed(model: Model) -> None:
    """Raise :class:`InfeasibleError` if the fixed options alone exceed a limit."""
    count, cost = int(model.fixed.sum()), float(model.costs[model.fixed].sum())
    conflicts = []
    if count > model.p:
        conflicts.append(Conflict("p", "", model.p, count))
    if cost > model.budget:
        conflicts.append(Conflict("budget", "", model.budget, cost))
    if conflicts:
        raise InfeasibleError("the fixed sites alone exceed p or the budget", tuple(conflicts))


def check_reach(model: Model) -> None:
    """Raise :class:`InfeasibleError` if a group's least share is out of all options' reach."""
    able = reached(model.reach, model.allowed)
    most = np.bincount(model.groups[able], model.weights[able], minlength=len(model.least))
    short = np.flatnonzero(model.least > most * (1 + TOLERANCE) + TOLERANCE)
    if len(short):
        conflicts = tuple(
            Conflict("least_share", str(model.labels[g]), float(model.least[g]), float(most[g]))
            for g in short
        )
        raise InfeasibleError("no candidate reaches enough of some groups", conflicts)


def infeasible(core: Core, model: Model) -> InfeasibleError:
    """Return the error that says which limits conflict and what is nearest."""
    conflicts = elastic(core, model)
    if not conflicts:
        return InfeasibleError(
            "no choice of sites keeps all limits", (),
            "raise p or the budget, or ask for smaller shares",
        )  # fmt: skip
    names = ", ".join(sorted({conflict.limit for conflict in conflicts}))
    return InfeasibleError(f"no choice of sites keeps all limits: {names} conflict", conflicts)


def elastic(core: Core, model: Model) -> tuple[Conflict, ...]:
    """Return the limits that give way, with the least sum of relative slacks."""
    free = replace(core, p=len(core.options), budget=np.inf, least=np.zeros(len(core.least)))
    program = exact.program(free)
    asked = np.flatnonzero(core.least > 0)
    width, options = len(program.gain), len(core.options)
    rows: list[Floats] = []
    limits: list[tuple[str, str, float, float]] = []
    finite = [("p", np.ones(options), float(core.p), float(model.p))]
    if np.isfinite(core.budget):
        finite.append(("budget", core.costs, core.budget, model.budget))
    for name, factors, most, given in finite:
        rows.append(np.concatenate([-factors, np.zeros(width - options)]))
        limits.append((name, "", -most, given))
    for g, factors in zip(asked, exact.by_group(core)[asked].toarray(), strict=True):
        rest = np.zeros(width - options - len(factors))
        rows.append(np.concatenate([np.zeros(options), factors, rest]))
        limits.append(("least_share", str(model.labels[g]), core.least[g], model.least[g]))
    count = len(rows)
    block = sp.hstack([sp.csr_array(np.array(rows)), sp.eye_array(count)])
    scale = np.array([1.0 / max(given, 1.0) for *_, given in limits])
    relaxed = highs.Program(
        np.concatenate([np.zeros(width), -scale]),
        sp.csc_array(sp.vstack([sp.hstack([program.matrix, sp.csr_array(
            (program.matrix.shape[0], count))]), block])),
        np.concatenate([program.low, [low for _, _, low, _ in limits]]),
        np.concatenate([program.high, np.full(count, np.inf)]),
        np.concatenate([program.least, np.zeros(count)]),
        np.concatenate([program.most, np.full(count, np.inf)]),
        np.concatenate([program.whole, np.zeros(count, dtype=bool)]),
    )  # fmt: skip
    outcome = highs.maximise(relaxed, Clock(Run(time_limit_s=_SECONDS)))
    if outcome.values is None:
        return ()
    return tuple(
        Conflict(name, subject, given, given + (slack if low <= 0 else -slack))
        for (name, subject, low, given), slack in zip(limits, outcome.values[width:], strict=True)
        if slack > TOLERANCE * max(1.0, given)
    )

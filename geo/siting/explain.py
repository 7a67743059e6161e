"""Explanation of infeasible limits: which conflict, and the nearest feasible values.

Each limit gets a slack, relative to what was asked; the selection with the least sum of slacks
shows which limits conflict and the nearest values with which the rest fits (elastic program:
Chinneck (2008), Feasibility and Infeasibility in Optimization, chapter 6,
doi:10.1007/978-0-387-74932-7).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np
import scipy.sparse as sp

from geo.errors import PlannerError, RangeError
from geo.sentence import Message, Several
from geo.siting import exact, highs
from geo.siting.clock import SolverClock
from geo.siting.model import FEN, ROUNDING, TOLERANCE, Floats, SitingModel, reached
from geo.siting.problem import SolverRun
from geo.siting.reduction import ReducedProblem, reduce

#: Time limit of the explanation [s]: a planner waits for it after the run.
_SECONDS = 20.0


@dataclass(frozen=True)
class LimitConflict:
    """One of the limits that conflict.

    Attributes
    ----------
    limit
        "p", "budget" [CNY], "least_share" (a weight, not a share), "share" or "fixed".
    subject
        The group, for a least share; empty otherwise.
    asked, possible
        What the problem asks, and the nearest value with which the rest fits.
    """

    limit: str
    subject: str
    asked: float
    possible: float

    def text(self, language: str) -> str:
        """Return one clause in a language.

        Parameters
        ----------
        language
            Code of a language of the catalogue.

        Returns
        -------
        clause
            The limit, what is asked and what is possible.
        """
        key = "fault_part.limit_of" if self.subject else "fault_part.limit"
        limit = Message(f"fault_limit.{self.limit}")
        return Message(key, {**asdict(self), "limit": limit}).text(language)


class InfeasibleError(RangeError):
    """No selection of sites keeps all limits.

    Parameters
    ----------
    what
        Code of what is wrong.
    conflicts
        The limits that conflict, with the nearest feasible values.
    """

    def __init__(self, what: str, conflicts: tuple[LimitConflict, ...]) -> None:
        self.conflicts = conflicts
        names = sorted({conflict.limit for conflict in conflicts})
        limits = [Message(f"fault_limit.{name}") for name in names]
        super().__init__(what, nearest=Several(conflicts), limits=limits)


class NoPlanInTimeError(PlannerError):
    """The time ended before a selection was found that keeps all limits; one may exist."""


def no_plan_in_time() -> NoPlanInTimeError:
    """Build the error of a run that ended without a plan and without a proof that there is none.

    Returns
    -------
    error
        To be raised.
    """
    return NoPlanInTimeError("siting.no_time")


def check_fixed(model: SitingModel) -> None:
    """Check that the fixed options keep ``p`` and the budget.

    Parameters
    ----------
    model
        The problem.

    Raises
    ------
    InfeasibleError
        If the fixed options alone exceed a limit.
    """
    count, fen = int(model.fixed.sum()), float(model.fen[model.fixed].sum())
    conflicts = []
    if count > model.p:
        conflicts.append(LimitConflict("p", "", model.p, count))
    if fen > model.budget:
        conflicts.append(LimitConflict("budget", "", model.budget / FEN, fen / FEN))
    if conflicts:
        raise InfeasibleError("siting.fixed_exceed", tuple(conflicts))


def check_reach(model: SitingModel) -> None:
    """Check that the allowed options together reach every group's least share.

    Parameters
    ----------
    model
        The problem.

    Raises
    ------
    InfeasibleError
        If a group's least share is more than all options reach.
    """
    able = reached(model.reach, model.allowed)
    most = np.bincount(model.groups[able], model.weights[able], minlength=len(model.least))
    short = np.flatnonzero(model.least > most * (1 + ROUNDING))
    if len(short):
        conflicts = tuple(
            LimitConflict(
                "least_share", str(model.labels[g]), float(model.least[g]), float(most[g])
            )
            for g in short
        )
        raise InfeasibleError("siting.groups_beyond", conflicts)


def check_core(core: ReducedProblem, model: SitingModel) -> None:
    """Check that the options that can be afforded together reach every group's least share.

    Parameters
    ----------
    core
        The reduced problem.
    model
        The problem before the reduction.

    Raises
    ------
    infeasible
        An :class:`InfeasibleError` if a group's least share is more than they reach.
    """
    most = np.bincount(core.groups, core.weights, minlength=len(core.least))
    if (core.least > most + exact.rounding(core, most)).any():
        raise infeasible(core, model)


def infeasible(core: ReducedProblem, model: SitingModel) -> InfeasibleError:
    """Build the error that names the conflicting limits and the nearest feasible values.

    Parameters
    ----------
    core
        The reduced problem, without a feasible selection.
    model
        The problem before the reduction.

    Returns
    -------
    error
        To be raised.
    """
    conflicts = _elastic(core, model)
    if not conflicts:
        return InfeasibleError("siting.infeasible", ())
    return InfeasibleError("siting.limits_conflict", conflicts)


@dataclass(frozen=True, eq=False)
class _Soft:
    """A limit that may be exceeded: ``sign * (factors @ columns) <= sign * limit``."""

    limit: str
    subject: str
    factors: Floats
    sign: float
    value: float
    #: Part of the limit that the core does not count, its unit as shown, and its rounding.
    used: float
    unit: float
    rounding: float

    def conflict(self, values: Floats) -> LimitConflict | None:
        """Return the conflict if the columns exceed the limit."""
        sum_ = float(self.factors @ values)
        if self.sign * (sum_ - self.value) <= self.rounding:
            return None
        asked, possible = ((part + self.used) / self.unit for part in (self.value, sum_))
        return LimitConflict(self.limit, self.subject, asked, possible)


def _elastic(core: ReducedProblem, model: SitingModel) -> tuple[LimitConflict, ...]:
    """Return the limits that give way, with the least sum of relative slacks."""
    # Options dearer than the budget return: they may be what is missing.
    free = reduce(replace(model, p=len(model.fen), budget=np.inf, least=np.zeros(len(core.least))))
    program = exact.program(free)
    soft = _soft_limits(core, free, model, len(program.gain))
    width, count = len(program.gain), len(soft)
    scale = np.array([one.value or 1.0 for one in soft])
    factors = [one.sign * one.factors / size for one, size in zip(soft, scale, strict=True)]
    block = sp.hstack([sp.csr_array(np.array(factors)), -sp.eye_array(count)])
    wider = sp.hstack([program.matrix, sp.csr_array((program.matrix.shape[0], count))])
    limits = [one.sign * one.value / size for one, size in zip(soft, scale, strict=True)]
    relaxed = highs.IntegerProgram(
        np.concatenate([np.zeros(width), -np.ones(count)]),
        sp.csc_array(sp.vstack([wider, block])),
        np.concatenate([program.low, np.full(count, -np.inf)]),
        np.concatenate([program.high, limits]),
        np.concatenate([program.least, np.zeros(count)]),
        np.concatenate([program.most, np.full(count, np.inf)]),
        np.concatenate([program.whole, np.zeros(count, dtype=bool)]),
    )
    outcome = highs.maximise(relaxed, SolverClock(SolverRun(time_limit_s=_SECONDS)))
    if outcome.values is None:
        return ()
    values = outcome.values[:width]
    values[: len(free.options)] = np.round(values[: len(free.options)])
    if free.capacity is None:
        values = exact.columns(free, values[: len(free.options)] > 0.5)
    conflicts = (one.conflict(values) for one in soft)
    return tuple(conflict for conflict in conflicts if conflict is not None)


def _soft_limits(
    core: ReducedProblem, free: ReducedProblem, model: SitingModel, width: int
) -> list[_Soft]:
    """Return the limits of a core as rows over the columns of its unlimited program."""
    options = len(free.options)
    gone = model.fixed if core.capacity is None else np.zeros_like(model.fixed)

    def wide(factors: Floats, first: int) -> Floats:
        row = np.zeros(width)
        row[first : first + len(factors)] = factors
        return row

    one, paid = wide(np.ones(options), 0), wide(free.fen, 0)
    soft = [_Soft("p", "", one, 1.0, float(core.p), float(gone.sum()), 1.0, 0.5)]
    if np.isfinite(core.budget):
        spent = float(model.fen[gone].sum())
        soft.append(_Soft("budget", "", paid, 1.0, core.budget, spent, FEN, 0.5))
    asked = np.flatnonzero(core.least > 0)
    for g, factors in zip(asked, exact.by_group(free)[asked].toarray(), strict=True):
        least, label = float(core.least[g]), str(model.labels[g])
        covered = float(model.least[g]) - least if core.capacity is None else 0.0
        row, rounding = wide(factors, options), TOLERANCE * least
        soft.append(_Soft("least_share", label, row, -1.0, least, covered, 1.0, rounding))
    return soft

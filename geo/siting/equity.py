"""Equity plan: the largest possible share for the worst group, then the most weight in all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from geo.errors import InputError
from geo.siting import cover, exact, explain, greedy, highs, kernels
from geo.siting.clock import SolverClock
from geo.siting.model import ROUNDING, Floats, Ints, SitingModel, checked, reached
from geo.siting.problem import SitingPlan, SitingProblem, SolverRun
from geo.siting.reduction import ReducedProblem, missing, reduce
from geo.siting.search import CoreSolution

_RUN = SolverRun()
#: Rounds in which groups with a small share gain weight, and how strongly.
_BALANCING, _FORCE = 30, 2.0


@dataclass(frozen=True)
class EquityPlan:
    """A plan that is best for the group with the smallest share.

    Attributes
    ----------
    plan
        Of all plans with this least share the one that covers most; its bound is for those.
    least
        Smallest covered share of a group's weight, 0–1.
    bound
        Upper bound on the smallest share, 0–1.
    shares
        Group → covered share, 0–1; with capacities what is served counts.
    left_out
        Groups of which no option reaches anything: they are not compared.
    """

    plan: SitingPlan
    least: float
    bound: float
    shares: dict[Any, float]
    left_out: tuple[Any, ...]


def most_equal(problem: SitingProblem, run: SolverRun = _RUN) -> EquityPlan:
    """Maximise the smallest covered share over the groups, then the covered weight.

    Parameters
    ----------
    problem
        The problem, with groups.
    run
        Time limit and callbacks; half of the time is for the smallest share.

    Returns
    -------
    plan
        The plan, the shares and their bound.

    Raises
    ------
    InputError
        If the problem has no groups.
    RangeError, InfeasibleError, NoPlanInTimeError
        As :func:`~geo.siting.cover.solve`.

    Examples
    --------
    >>> fair = most_equal(SitingProblem(coverage=[[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
    ...     weights=[5, 5, 4, 4], p=2, groups=["a", "a", "b", "b"]))
    >>> fair.plan.selected, fair.least
    ((0, 1), 0.5)
    """
    if problem.groups is None:
        raise InputError("siting.equity_groups")
    clock = SolverClock(run)
    model = checked(problem)
    explain.check_fixed(model)
    explain.check_reach(model)
    core = reduce(model)
    explain.check_core(core, model)
    sums = np.bincount(model.groups, model.weights, minlength=len(model.least))
    able = reached(model.reach, model.allowed)
    most = np.bincount(model.groups[able], model.weights[able], minlength=len(sums))
    compared = most > 0
    # Half of the time for each of the two questions.
    early = SolverClock(replace(run, time_limit_s=run.time_limit_s / 2, progress=None))
    least, bound, first = _fairest(core, model, np.where(compared, sums, 0.0), early)
    floor = np.where(compared, np.maximum(model.least, least * sums), model.least)
    done = _base(model, core)
    fair = replace(core, least=missing(model, floor, done))
    found = cover.best(fair, model, clock, first=first)
    plan = cover.finished(model, fair, found, clock)
    return _equity_plan(plan, found, (model, core), np.flatnonzero(compared), bound)


def _equity_plan(
    plan: SitingPlan, found: CoreSolution, problem: tuple[SitingModel, ReducedProblem],
    compared: Ints, bound: float,
) -> EquityPlan:  # fmt: skip
    """Return the plan with the share of each group."""
    model, core = problem
    sums = np.bincount(model.groups, model.weights, minlength=len(model.least))
    flags = np.zeros(len(model.fen), dtype=bool)
    flags[list(plan.selected)] = True
    met = reached(model.reach, flags)
    got = np.bincount(model.groups[met], model.weights[met], minlength=len(sums))
    if core.capacity is not None and found.served is not None:
        got = np.bincount(core.groups, core.weights * found.served, minlength=len(sums))
    shares = {
        label: float(got[g] / sums[g]) if sums[g] else 1.0 for g, label in enumerate(model.labels)
    }
    lowest = min((shares[model.labels[g]] for g in compared), default=1.0)
    left_out = np.setdiff1d(np.flatnonzero(sums > 0), compared)
    bound = bound if bound - lowest > ROUNDING else lowest
    return EquityPlan(plan, lowest, bound, shares, tuple(model.labels[g] for g in left_out))


def _base(model: SitingModel, core: ReducedProblem) -> Floats:
    """Return the weight per group that the fixed options without a row cover."""
    if core.capacity is not None:
        return np.zeros(len(model.least))
    done = reached(model.reach, model.fixed)
    counts = np.bincount(model.groups[done], model.weights[done], minlength=len(model.least))
    return np.asarray(counts, dtype=float)


def _fairest(
    core: ReducedProblem, model: SitingModel, sums: Floats, clock: SolverClock
) -> tuple[float, float, Floats | None]:
    """Return the largest smallest share found, the bound for it, and the columns."""
    asked = np.flatnonzero(sums > 0)
    if not len(asked):
        return 1.0, 1.0, None
    options, villages = core.reach.shape
    done = _base(model, core)[asked]
    fair = _fair_program(core, sums, done, asked)
    first = None
    if core.capacity is None:
        first = _balanced(core, sums, done / sums[asked], asked)
    outcome = highs.maximise(fair, clock, start=first)
    if outcome.infeasible:
        raise explain.infeasible(core, model)
    values = first if outcome.values is None else outcome.values
    if values is not None and not exact.affordable(core, values[:options] > 0.5):
        values = first
    if values is None or not cover.keeps(fair, values):
        return float((done / sums[asked]).min()), min(1.0, outcome.bound), None
    # The solver keeps its rows up to a tolerance; what the selection gives is exact.
    served = values[options : options + villages]
    if core.capacity is None:
        chosen = values[:options] > 0.5
        served = core.met(chosen).astype(float)
        values = np.concatenate([chosen, served, values[-1:]]).astype(float)
    got = np.bincount(core.groups, core.weights * served, minlength=len(sums))[asked]
    least = float(((done + got) / sums[asked]).min())
    return least, max(least, min(1.0, outcome.bound)), values[:-1]


def _fair_program(
    core: ReducedProblem, sums: Floats, done: Floats, asked: Ints
) -> highs.IntegerProgram:
    """Return the program whose last column is the smallest share."""
    program = exact.program(core)
    options, villages = core.reach.shape
    width = len(program.gain)
    # Weights in place of shares: the solver's tolerance is then below one household.
    shares = sp.hstack([
        sp.csr_array((len(asked), options)),
        sp.csr_array(exact.by_group(core)[asked]),
        sp.csr_array((len(asked), width - options - villages)),
        sp.csr_array(-sums[asked][:, None]),
    ])  # fmt: skip
    scale = exact.sum_scale(sums[asked])
    wider = sp.hstack([program.matrix, sp.csr_array((program.matrix.shape[0], 1))])
    return highs.IntegerProgram(
        np.concatenate([np.zeros(width), [1.0]]),
        sp.csc_array(sp.vstack([wider, sp.diags_array(scale) @ sp.csr_array(shares)])),
        np.concatenate([program.low, -done * scale]),
        np.concatenate([program.high, np.full(len(asked), np.inf)]),
        np.concatenate([program.least, [0.0]]),
        np.concatenate([program.most, [1.0]]),
        np.concatenate([program.whole, [False]]),
    )


def _balanced(core: ReducedProblem, sums: Floats, done: Floats, asked: Ints) -> Floats:
    """Return the columns of a selection found by weighting the groups with a small share."""
    factor = np.zeros(len(sums))
    factor[asked] = 1.0 / sums[asked]
    best, top = np.zeros(0), -1.0
    for _ in range(_BALANCING):
        weights = core.weights * factor[core.groups]
        m = kernels.reach_matrix(core.reach, weights, core.fen, core.places)
        chosen = greedy.first_answer(core, m)
        met = core.met(chosen)
        got = np.bincount(core.groups[met], core.weights[met], minlength=len(sums))
        share = done + got[asked] / sums[asked]
        if share.min() > top:
            top = float(share.min())
            best = np.concatenate([chosen, met, [top]]).astype(float)
        factor[asked] *= np.exp(_FORCE * (share.mean() - share))
    return best

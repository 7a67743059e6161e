"""The fairest plan: the group that fares worst fares as well as possible, then all together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from geo.errors import InputError
from geo.siting import cover, exact, explain, greedy, highs, kernels
from geo.siting.clock import Clock
from geo.siting.model import Floats, Ints, Model, checked, reached
from geo.siting.problem import Plan, Problem, Run
from geo.siting.reduction import Core, reduce

_RUN = Run()
#: Rounds in which groups that fare badly gain weight, and how strongly.
_BALANCING, _FORCE = 30, 2.0


@dataclass(frozen=True)
class EquityPlan:
    """A plan that is best for the group that fares worst.

    Attributes
    ----------
    plan
        Of all plans with this least share the one that covers most; its bound is for those.
    least
        Smallest covered share of a group's weight, 0–1.
    bound
        No plan gives every group more than this share.
    shares
        Group → covered share; with capacities what is served counts.
    left_out
        Groups of which no option reaches anything: they are not compared.
    """

    plan: Plan
    least: float
    bound: float
    shares: dict[Any, float]
    left_out: tuple[Any, ...]


def most_equal(problem: Problem, run: Run = _RUN) -> EquityPlan:
    """Maximise the least covered share over the groups, then the covered weight.

    Raises
    ------
    InputError
        If the problem has no groups, and as :func:`~geo.siting.cover.solve`.

    Examples
    --------
    >>> fair = most_equal(Problem(coverage=[[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
    ...     weights=[5, 5, 4, 4], p=2, groups=["a", "a", "b", "b"]))
    >>> fair.plan.selected, fair.least
    ((0, 1), 0.5)
    """
    if problem.groups is None:
        raise InputError("equity needs groups", where="groups", repair="give a group per village")
    clock = Clock(run)
    model = checked(problem)
    explain.check_fixed(model)
    explain.check_reach(model)
    core = reduce(model)
    sums = np.bincount(model.groups, model.weights, minlength=len(model.least))
    able = reached(model.reach, model.allowed)
    most = np.bincount(model.groups[able], model.weights[able], minlength=len(sums))
    compared = most > 0
    # Half of the time for each of the two questions.
    early = Clock(replace(run, time_limit_s=run.time_limit_s / 2, progress=None))
    least, bound, first = _fairest(core, model, np.where(compared, sums, 0.0), early)
    floor = np.where(compared, np.maximum(model.least, least * sums * (1 - 1e-9)), model.least)
    done = _base(model, core)
    fair = replace(core, least=np.maximum(floor - done, 0.0))
    found = cover.best(fair, model, clock, first=first)
    plan = cover.finished(model, fair, found, clock)
    flags = np.zeros(len(model.costs), dtype=bool)
    flags[list(plan.selected)] = True
    met = reached(model.reach, flags)
    got = np.bincount(model.groups[met], model.weights[met], minlength=len(sums))
    if core.capacity is not None and found.served is not None:
        got = np.bincount(core.groups, core.weights * found.served, minlength=len(sums))
    shares = {
        label: float(got[g] / sums[g]) if sums[g] else 1.0 for g, label in enumerate(model.labels)
    }
    lowest = min((shares[model.labels[g]] for g in np.flatnonzero(compared)), default=1.0)
    out = tuple(model.labels[g] for g in np.flatnonzero(~compared & (sums > 0)))
    return EquityPlan(plan, lowest, max(bound, lowest), shares, out)


def _base(model: Model, core: Core) -> Floats:
    """Return the weight per group that the fixed options without a row cover."""
    if core.capacity is not None:
        return np.zeros(len(model.least))
    done = reached(model.reach, model.fixed)
    counts = np.bincount(model.groups[done], model.weights[done], minlength=len(model.least))
    return np.asarray(counts, dtype=float)


def _fairest(
    core: Core, model: Model, sums: Floats, clock: Clock
) -> tuple[float, float, Floats | None]:
    """Return the greatest least share that was found, the bound for it, and the columns."""
    program = exact.program(core)
    asked = np.flatnonzero(sums > 0)
    if not len(asked):
        return 1.0, 1.0, None
    options, villages = core.reach.shape
    width = len(program.gain)
    shares = sp.hstack([
        sp.csr_array((len(asked), options)),
        sp.csr_array(sp.diags_array(1.0 / sums[asked]) @ exact.by_group(core)[asked]),
        sp.csr_array((len(asked), width - options - villages)),
        sp.csr_array(-np.ones((len(asked), 1))),
    ])  # fmt: skip
    wider = sp.hstack([program.matrix, sp.csr_array((program.matrix.shape[0], 1))])
    done = _base(model, core)[asked] / sums[asked]
    fair = highs.Program(
        np.concatenate([np.zeros(width), [1.0]]),
        sp.csc_array(sp.vstack([wider, shares])),
        np.concatenate([program.low, -done]),
        np.concatenate([program.high, np.full(len(asked), np.inf)]),
        np.concatenate([program.least, [0.0]]),
        np.concatenate([program.most, [1.0]]),
        np.concatenate([program.whole, [False]]),
    )
    first = None if core.capacity is not None else _balanced(core, sums, done, asked)
    outcome = highs.maximise(fair, clock, start=first)
    if outcome.infeasible:
        raise explain.infeasible(core, model)
    values = first if outcome.values is None else outcome.values
    if values is None or not cover.keeps(fair, values):
        return float(done.min()), min(1.0, outcome.bound), None
    # The solver's share is met up to its tolerance; what the choice gives is exact.
    served = values[options : options + villages]
    if core.capacity is None:
        chosen = values[:options] > 0.5
        served = (core.reach.T @ chosen.astype(float) > 0).astype(float)
        values = np.concatenate([chosen, served, values[-1:]]).astype(float)
    got = np.bincount(core.groups, core.weights * served, minlength=len(sums))[asked]
    least = float((done + got / sums[asked]).min())
    return least, max(least, min(1.0, outcome.bound)), values[:-1]


def _balanced(core: Core, sums: Floats, done: Floats, asked: Ints) -> Floats:
    """Return the columns of a choice found by weighing up the groups that fare badly."""
    factor = np.zeros(len(sums))
    factor[asked] = 1.0 / sums[asked]
    best, top = np.zeros(0), -1.0
    for _ in range(_BALANCING):
        weights = core.weights * factor[core.groups] * 1e4
        m = kernels.matrix(core.reach, weights, core.costs, core.places)
        chosen, _value = greedy.first_answer(replace(core, weights=weights), m)
        met = np.asarray(core.reach.T @ chosen.astype(float)) > 0
        got = np.bincount(core.groups[met], core.weights[met], minlength=len(sums))
        share = done + got[asked] / sums[asked]
        if share.min() > top:
            top = float(share.min())
            best = np.concatenate([chosen, met, [top]]).astype(float)
        factor[asked] *= np.exp(_FORCE * (share.mean() - share))
    return best

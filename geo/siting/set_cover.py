"""Least-cost covering: all villages, or a share of the weight, at least cost.

Where every village must be covered and no other limit couples the sites, villages that share no
site directly or through others are separate problems.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from geo.errors import RangeError
from geo.siting import capacity, cover, exact, explain, highs
from geo.siting.clock import SolverClock
from geo.siting.explain import InfeasibleError, LimitConflict
from geo.siting.model import (
    FEN,
    ROUNDING,
    Flags,
    Floats,
    Ints,
    SitingModel,
    checked,
    reached,
    unreachable,
)
from geo.siting.problem import SitingProblem, SolverRun
from geo.siting.reduction import ReducedProblem, reduce

_RUN = SolverRun()
#: Time limit for what an infeasible problem can reach, and for who serves whom [s].
_SECONDS = 20.0
#: Rounding of a bound [fen], absolute and relative.
_FEN_ROUNDING, _SUMMED = 1e-2, 1e-12


@dataclass(frozen=True)
class CostPlan:
    """Selected options with the proof of how cheap they are.

    Attributes
    ----------
    selected, covered, seconds, first_s, unreachable
        As in :class:`~geo.siting.problem.SitingPlan`.
    cost
        Total cost [CNY], fixed options included; the number of options where no costs are given.
    bound
        Lower bound on the cost of any selection.
    gap
        (cost − bound) / cost, 0–1; 0 where the plan is proven cheapest.
    stopped
        "proven" (cheapest, or within the requested gap), "time", "cancelled" or "effort".
    """

    selected: tuple[int, ...]
    cost: float
    bound: float
    gap: float
    covered: float
    seconds: float
    first_s: float
    unreachable: tuple[int, ...]
    stopped: str

    def __str__(self) -> str:
        """Return the cost, its lower bound and the gap."""
        return f"costs {self.cost:g}, cannot be below {self.bound:g}, gap {self.gap:.2%}"


def least_cost(problem: SitingProblem, share: float = 1.0, run: SolverRun = _RUN) -> CostPlan:
    """Cover a share of the weight that the allowed options reach, at least cost.

    Villages that no allowed option reaches are listed in the plan and left out of the share. Every
    other limit of the problem is kept; without ``costs`` the number of options is minimised. With
    capacities, what is served counts.

    Parameters
    ----------
    problem
        The problem.
    share
        Share of the weight to cover, 0–1.
    run
        Time limit and callbacks; ``progress`` gets the cost and its lower bound.

    Returns
    -------
    plan
        The selection, its cost and the lower bound; after the time limit or a cancellation the
        cheapest selection so far.

    Raises
    ------
    RangeError
        If the problem is malformed or the share is outside 0–1.
    InfeasibleError
        If the other limits or the fixed options leave too little; it names the possible share.
    NoPlanInTimeError
        If the time ends before a selection is found that keeps all limits.

    Examples
    --------
    >>> plan = least_cost(
    ...     SitingProblem(coverage=[[1, 1, 0], [0, 1, 1], [0, 0, 1]], weights=[5, 1, 7])
    ... )
    >>> plan.selected, plan.cost
    ((0, 1), 2.0)
    """
    if not 0 <= share <= 1:
        raise RangeError("siting.share", share=share)
    clock = SolverClock(run)
    model, unit = checked(problem), FEN
    if problem.costs is None:
        model, unit = replace(model, fen=np.ones(len(model.fen))), 1.0
    explain.check_fixed(model)
    explain.check_reach(model)
    core = reduce(model)
    explain.check_core(core, model)
    return _finished(model, core, _cheapest(model, core, share, (clock, unit)), clock, unit)


def _cheapest(
    model: SitingModel, core: ReducedProblem, share: float, how: tuple[SolverClock, float]
) -> tuple[Flags, float]:
    """Return the cheapest rows found and the lower bound on their cost [fen]."""
    clock, unit = how
    whole = float(model.weights[reached(model.reach, model.allowed)].sum())
    target = share * whole - core.base
    spare = float(exact.rounding(core, np.array([whole]))[0])
    if target > float(core.weights.sum()) + spare:
        raise _too_little(core, model, share, whole)
    target -= spare
    alone = len(core.options) <= core.p and core.fen.sum() <= core.budget
    if core.capacity is None and share == 1 and alone and not core.exclusive:
        return _by_component(core, clock, _given(core, model), unit)
    asked = exact.at_least(core, sp.csr_array(core.weights[None, :]), np.array([target]))
    try:
        return _as_one(core, model, clock, (target, asked, unit))
    except InfeasibleError:
        raise _too_little(core, model, share, whole) from None


def _too_little(
    core: ReducedProblem, model: SitingModel, share: float, whole: float
) -> InfeasibleError:
    """Return the error that names the share that the other limits leave.

    Where they conflict among themselves, that error is raised instead.
    """
    try:
        most = cover.best(core, model, SolverClock(SolverRun(time_limit_s=_SECONDS)))
    except explain.NoPlanInTimeError:
        return InfeasibleError("siting.share_beyond", ())
    possible = (core.base + most.covered) / whole
    return InfeasibleError("siting.share_limited", (LimitConflict("share", "", share, possible),))


def _finished(
    model: SitingModel, core: ReducedProblem, found: tuple[Flags, float], clock: SolverClock,
    unit: float,
) -> CostPlan:  # fmt: skip
    plan = core.plan(found[0], model)
    paid = float(model.fen[plan].sum())
    below = found[1] + _given(core, model)
    # Costs are whole fen.
    bound = min(max(0.0, float(np.ceil(below - _FEN_ROUNDING - _SUMMED * below))), paid)
    gap = (paid - bound) / paid if paid else 0.0
    clock.report(1.0, paid / unit, bound / unit)
    return CostPlan(
        tuple(int(i) for i in np.flatnonzero(plan)), paid / unit, bound / unit, gap,
        _covered(model, core, found[0]), clock.seconds, min(clock.first_s, clock.seconds),
        unreachable(model), clock.why(bound, paid),
    )  # fmt: skip


def _covered(model: SitingModel, core: ReducedProblem, chosen: Flags) -> float:
    """Return the weight that a selection reaches, or serves where capacities limit it."""
    if core.capacity is not None:
        clock = SolverClock(SolverRun(time_limit_s=_SECONDS))
        return float(capacity.amounts(core, chosen, clock).sum())
    return float(model.weights[reached(model.reach, core.plan(chosen, model))].sum())


def _given(core: ReducedProblem, model: SitingModel) -> float:
    """Return the cost [fen] of the fixed options that have no row."""
    return float(model.fen[model.fixed].sum()) if core.capacity is None else 0.0


def _by_component(
    core: ReducedProblem, clock: SolverClock, given: float, unit: float
) -> tuple[Flags, float]:
    """Cover every village; each connected part of sites and villages is solved for itself."""
    chosen = greedy_cover(core, float(core.weights.sum()))
    if not len(core.weights):
        return chosen, 0.0
    parts = _components(core)
    bounds = np.array([charged(reach, core.fen[rows]) for rows, reach in parts])
    paid = np.array([float(core.fen[rows][chosen[rows]].sum()) for rows, _ in parts])
    done = [0]

    def report(cost: float, below: float) -> None:
        share = 0.1 + 0.8 * done[0] / len(core.options)
        values = ((given + fen) / unit for fen in (cost, min(below, cost)))
        clock.report(share, *values)

    def progress(at: int, gain: float, bound: float) -> None:
        rest = float(paid.sum() - paid[at]), float(bounds.sum() - bounds[at])
        report(rest[0] - gain, rest[1] + max(float(bounds[at]), -bound))

    report(float(paid.sum()), float(bounds.sum()))
    for at, (rows, reach) in enumerate(parts):
        if clock.over():
            break
        outcome = _covering(reach, core.fen[rows], chosen[rows], clock, partial(progress, at))
        if np.isfinite(outcome.bound):
            bounds[at] = max(bounds[at], -outcome.bound)
        if outcome.values is not None:
            found = outcome.values > 0.5
            if core.fen[rows][found].sum() < paid[at]:
                chosen[rows] = found
                paid[at] = float(core.fen[rows][found].sum())
        done[0] += len(rows)
        report(float(paid.sum()), float(bounds.sum()))
    return chosen, float(bounds.sum())


def _components(core: ReducedProblem) -> list[tuple[Ints, sp.csr_array]]:
    """Return the rows of each connected part of sites and villages, and their reach."""
    options = core.reach.shape[0]
    graph = sp.block_array([[None, core.reach], [core.reach.T, None]])
    count, part = connected_components(graph, directed=False)
    order = np.argsort(part[:options], kind="stable")
    edges = np.searchsorted(part[:options][order], np.arange(count + 1))
    columns = np.argsort(part[options:], kind="stable")
    borders = np.searchsorted(part[options:][columns], np.arange(count + 1))
    parts = []
    for at in range(count):
        rows = order[edges[at] : edges[at + 1]]
        parts.append((rows, core.reach[rows][:, columns[borders[at] : borders[at + 1]]]))
    return parts


def charged(reach: sp.csr_array, fen: Floats) -> float:
    """Compute a quick lower bound on the cost of covering all villages.

    Each village in turn, the hardest to reach first, is charged what the rows that reach it have
    left of their costs: dual ascent, Bilde and Krarup (1977), Annals of Discrete Mathematics
    1:79–97, doi:10.1016/S0167-5060(08)70728-3.

    Parameters
    ----------
    reach
        (rows, columns) coverage matrix.
    fen
        (rows,) cost [fen].

    Returns
    -------
    bound
        Lower bound [fen].
    """
    left, total = fen.copy(), 0.0
    by_village = sp.csc_array(reach)
    for j in np.argsort(np.diff(by_village.indptr), kind="stable"):
        rows = by_village.indices[by_village.indptr[j] : by_village.indptr[j + 1]]
        charge = float(left[rows].min(initial=np.inf))
        if np.isfinite(charge) and charge > 0.0:
            left[rows] -= charge
            total += charge
    return total


def _covering(
    reach: sp.csr_array, fen: Floats, start: Flags, clock: SolverClock,
    progress: Callable[[float, float], None],
) -> highs.SolverOutcome:  # fmt: skip
    """Solve one set covering problem."""
    options, villages = reach.shape
    program = highs.IntegerProgram(
        -fen, sp.csc_array(reach.T), np.ones(villages), np.full(villages, np.inf),
        np.zeros(options), np.ones(options), np.ones(options, dtype=bool),
    )  # fmt: skip
    return highs.maximise(program, clock, start=start.astype(float), report=progress)


def _as_one(
    core: ReducedProblem, model: SitingModel, clock: SolverClock,
    asked: tuple[float, exact.ProgramRows, float],
) -> tuple[Flags, float]:  # fmt: skip
    """Solve the whole integer program with the least weight as a row."""
    options = len(core.options)
    target, row, unit = asked
    program = exact.program(core, [row])
    gain = np.zeros(len(program.gain))
    gain[:options] = -core.fen
    if core.capacity is not None:
        start: Floats | None = capacity.columns(core, capacity.first_answer(core))
    else:
        start = exact.columns(core, greedy_cover(core, target))
    given = _given(core, model)

    def kept(values: Floats | None) -> bool:
        return values is not None and cover.keeps(program, values) and _exactly(core, values, row)

    if start is not None and kept(start):
        fen = float(core.fen[start[:options] > 0.5].sum())
        clock.report(0.1, (given + fen) / unit, given / unit)
    else:
        start = None

    def progress(value: float, bound: float) -> None:
        cost, below = -value, max(0.0, -bound)
        share = below / cost if cost > 0 else 1.0
        clock.report(0.1 + 0.8 * share, (given + cost) / unit, (given + below) / unit)

    outcome = highs.maximise(replace(program, gain=gain), clock, start=start, report=progress)
    if outcome.infeasible:
        raise InfeasibleError("siting.infeasible", ())
    bound = max(0.0, -outcome.bound) if np.isfinite(outcome.bound) else 0.0
    values = outcome.values if kept(outcome.values) else start
    if values is None:
        raise explain.no_plan_in_time()
    return values[:options] > 0.5, bound


def _exactly(core: ReducedProblem, values: Floats, row: exact.ProgramRows) -> bool:
    """Return True if columns keep number, money and places exactly, and sums up to rounding."""
    chosen = values[: len(core.options)] > 0.5
    if not exact.affordable(core, chosen):
        return False
    if core.capacity is not None:
        return True
    assert row.y is not None  # noqa: S101  for the type checker: it is a sum of covered weights
    enough = bool((row.y @ core.met(chosen).astype(float) >= row.low - 1e-6).all())
    return enough and cover.keeps_shares(core, chosen)


def greedy_cover(core: ReducedProblem, target: float) -> Flags:
    """Add the row that adds most per cost until the target is met, then drop redundant rows.

    Parameters
    ----------
    core
        The reduced problem; ``p``, budget, shares and capacities are ignored.
    target
        Weight to cover.

    Returns
    -------
    chosen
        (rows,) True where built.
    """
    chosen = np.zeros(len(core.options), dtype=bool)
    free = np.ones(len(chosen), dtype=bool)
    left, sum_left = core.weights.copy(), float(core.weights.sum())
    goal, least = sum_left - target, ROUNDING * sum_left
    price = np.maximum(core.fen, 1e-9)
    gain = core.reach @ left
    by_village = sp.csc_array(core.reach)
    while sum_left > goal + least:
        best = int(np.argmax(np.where(free, gain, 0.0) / price)) if len(gain) else 0
        if not len(gain) or gain[best] <= least or not free[best]:
            break
        chosen[best] = True
        free[core.places == core.places[best]] = False
        for j in core.reach.indices[core.reach.indptr[best] : core.reach.indptr[best + 1]]:
            if left[j]:
                gain[by_village.indices[by_village.indptr[j] : by_village.indptr[j + 1]]] -= left[j]
                sum_left -= left[j]
                left[j] = 0.0
    times = np.asarray(core.reach.T @ chosen.astype(float))
    spare = goal - sum_left
    for i in sorted(np.flatnonzero(chosen), key=lambda row: -core.fen[row]):
        own = core.reach.indices[core.reach.indptr[i] : core.reach.indptr[i + 1]]
        loss = float(core.weights[own[times[own] == 1]].sum())
        if loss <= max(spare, 0.0):
            chosen[i] = False
            times[own] -= 1
            spare -= loss
    return chosen

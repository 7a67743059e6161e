"""All villages, or a wished share of the households, at least cost.

Where every village must be covered and nothing else couples the sites, villages that share no site
directly or through others are separate problems.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from geo.errors import RangeError
from geo.siting import capacity, exact, explain, highs
from geo.siting.clock import Clock
from geo.siting.explain import StillUnmetError
from geo.siting.model import TOLERANCE, Flags, Floats, Ints, Model, checked, reached, unreachable
from geo.siting.problem import Problem, Run
from geo.siting.reduction import Core, reduce

_RUN = Run()


@dataclass(frozen=True)
class CostPlan:
    """Chosen options and how cheap the choice is.

    Attributes
    ----------
    selected, covered, seconds, first_s, unreachable, stopped
        As in :class:`~geo.siting.problem.Plan`.
    cost
        Sum of costs, fixed options among them; the number of options where none are given.
    bound
        Cost that no choice can undercut.
    gap
        (cost − bound) / cost; 0 where the plan is proven cheapest.
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
        """Say what is proven."""
        return f"costs {self.cost:g}, cannot be below {self.bound:g}, gap {self.gap:.2%}"


def least_cost(problem: Problem, share: float = 1.0, run: Run = _RUN) -> CostPlan:
    """Cover a share of the weight that can be reached at all, at least cost.

    ``run.progress`` hears of (share of the work done, cost so far, cost that none can undercut); on
    cancel and time-out the cheapest choice so far is returned with that bound.

    Villages that no option reaches are listed in the answer and left out of the share. Every other
    limit of the problem is kept; without ``costs`` the number of options is least.

    Raises
    ------
    RangeError
        If the share is outside 0–1.
    InfeasibleError
        If the other limits leave too little; it says what share they allow.
    StillUnmetError
        If the time ends before any choice is found that keeps all limits.

    Examples
    --------
    >>> plan = least_cost(Problem(coverage=[[1, 1, 0], [0, 1, 1], [0, 0, 1]], weights=[5, 1, 7]))
    >>> plan.selected, plan.cost
    ((0, 1), 2.0)
    """
    if not 0 <= share <= 1:
        raise RangeError(f"the share is {share:g}", where="share", repair="give 0 to 1")
    clock = Clock(run)
    model = checked(problem)
    if problem.costs is None:
        model = replace(model, costs=np.ones(len(model.costs)))
    explain.check_fixed(model)
    explain.check_reach(model)
    core = reduce(model)
    target = share * (core.base + float(core.weights.sum())) - core.base
    whole = share == 1 and core.capacity is None
    alone = whole and len(core.options) <= core.p and core.costs.sum() <= core.budget
    if alone and not core.exclusive:
        chosen, bound = _by_component(core, clock, _given(core, model))
    else:
        chosen, bound = _as_one(core, model, clock, target)
    return _finished(model, core, (chosen, bound), clock)


def _finished(model: Model, core: Core, found: tuple[Flags, float], clock: Clock) -> CostPlan:
    plan = core.plan(found[0], model)
    paid = float(model.costs[plan].sum())
    bound = min(found[1] + _given(core, model), paid)
    if np.all(model.costs == np.round(model.costs)):
        bound = float(np.ceil(bound - TOLERANCE * max(1.0, bound * 1e-6)))
    if paid - bound <= TOLERANCE * max(1.0, paid):
        bound = paid
    gap = (paid - bound) / paid if paid else 0.0
    why = "proven" if gap <= clock.run.gap else "cancelled" if clock.cancelled else "time"
    covered = float(model.weights[reached(model.reach, plan)].sum())
    clock.tell(1.0, paid, bound)
    return CostPlan(
        tuple(int(i) for i in np.flatnonzero(plan)), paid, bound, gap, covered, clock.seconds,
        min(clock.first_s, clock.seconds), unreachable(model), why,
    )  # fmt: skip


def _given(core: Core, model: Model) -> float:
    """Return what the fixed options cost that have no row."""
    return float(model.costs[model.fixed].sum()) if core.capacity is None else 0.0


def _by_component(core: Core, clock: Clock, given: float) -> tuple[Flags, float]:
    """Cover every village; each connected part of sites and villages is solved for itself."""
    chosen = greedy_cover(core, float(core.weights.sum()))
    if not len(core.weights):
        return chosen, 0.0
    parts = _components(core)
    bounds = np.array([charged(reach, core.costs[rows]) for rows, reach in parts])
    paid = np.array([float(core.costs[rows][chosen[rows]].sum()) for rows, _ in parts])
    done = [0]

    def tell(cost: float, below: float) -> None:
        share = 0.1 + 0.8 * done[0] / len(core.options)
        clock.tell(share, given + cost, given + min(below, cost))

    def hear(at: int, gain: float, bound: float) -> None:
        rest = float(paid.sum() - paid[at]), float(bounds.sum() - bounds[at])
        tell(rest[0] - gain, rest[1] + max(float(bounds[at]), -bound))

    tell(float(paid.sum()), float(bounds.sum()))
    for at, (rows, reach) in enumerate(parts):
        if clock.over():
            break
        outcome = _covering(reach, core.costs[rows], chosen[rows], clock, partial(hear, at))
        if np.isfinite(outcome.bound):
            bounds[at] = max(bounds[at], -outcome.bound)
        if outcome.values is not None:
            found = outcome.values > 0.5
            if core.costs[rows][found].sum() < paid[at]:
                chosen[rows] = found
                paid[at] = float(core.costs[rows][found].sum())
        done[0] += len(rows)
        tell(float(paid.sum()), float(bounds.sum()))
    return chosen, float(bounds.sum())


def _components(core: Core) -> list[tuple[Ints, sp.csr_array]]:
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


def charged(reach: sp.csr_array, costs: Floats) -> float:
    """Return a cost that no choice that covers all villages undercuts, found at once.

    Each village in turn, the hardest to reach first, is charged what the rows that reach it have
    left of their costs: dual ascent, Bilde and Krarup (1977), Annals of Discrete Mathematics
    1:79–97, doi:10.1016/S0167-5060(08)70728-3.
    """
    left, total = costs.copy(), 0.0
    by_village = sp.csc_array(reach)
    for j in np.argsort(np.diff(by_village.indptr), kind="stable"):
        rows = by_village.indices[by_village.indptr[j] : by_village.indptr[j + 1]]
        charge = float(left[rows].min(initial=np.inf))
        if np.isfinite(charge) and charge > 0.0:
            left[rows] -= charge
            total += charge
    return total


def _covering(
    reach: sp.csr_array, costs: Floats, start: Flags, clock: Clock,
    hear: Callable[[float, float], None],
) -> highs.Outcome:  # fmt: skip
    """Solve one set covering problem."""
    options, villages = reach.shape
    program = highs.Program(
        -costs, sp.csc_array(reach.T), np.ones(villages), np.full(villages, np.inf),
        np.zeros(options), np.ones(options), np.ones(options, dtype=bool),
    )  # fmt: skip
    return highs.maximise(program, clock, start=start.astype(float), tell=hear)


def _as_one(core: Core, model: Model, clock: Clock, target: float) -> tuple[Flags, float]:
    """Solve the whole integer program with the least weight as a row."""
    options = len(core.options)
    least = exact.Rows(
        np.array([target * (1 - 1e-9)]), np.array([np.inf]), y=sp.csr_array(core.weights[None, :])
    )
    program = exact.program(core, [least])
    gain = np.zeros(len(program.gain))
    gain[:options] = -core.costs
    if core.capacity is None:
        chosen = greedy_cover(core, target)
        start = exact.columns(core, chosen)
    else:
        chosen, served = capacity.first_answer(core)
        start = capacity.columns(core, (chosen, served))
    if not _keeps(program, start):
        start = None
    given = _given(core, model)
    if start is not None:
        clock.tell(0.1, given + float(core.costs[chosen].sum()), given)

    def hear(value: float, bound: float) -> None:
        cost, below = -value, max(0.0, -bound)
        share = below / cost if cost > 0 else 1.0
        clock.tell(0.1 + 0.8 * share, given + cost, given + below)

    outcome = highs.maximise(replace(program, gain=gain), clock, start=start, tell=hear)
    if outcome.infeasible:
        raise _too_little(core, model, target, clock)
    bound = max(0.0, -outcome.bound) if np.isfinite(outcome.bound) else 0.0
    if outcome.values is not None:
        chosen = outcome.values[:options] > 0.5
    elif start is None:
        raise StillUnmetError(
            "the time ended before a choice was found that keeps all limits", where="limits",
            repair="give more time, or loosen p, the budget or the shares",
        )  # fmt: skip
    return chosen, bound


def _keeps(program: highs.Program, values: Floats | None) -> bool:
    if values is None:
        return False
    rows = program.matrix @ values
    return bool(((rows >= program.low - TOLERANCE) & (rows <= program.high + TOLERANCE)).all())


def _too_little(core: Core, model: Model, target: float, clock: Clock) -> explain.InfeasibleError:
    """Return the error that says how much the other limits let be covered."""
    from geo.siting.cover import best

    most = best(core, model, Clock(replace(clock.run, progress=None)))
    whole = core.base + float(core.weights.sum())
    conflict = explain.Conflict(
        "share", "", (core.base + target) / whole, (core.base + most.covered) / whole
    )
    return explain.InfeasibleError("the other limits leave less than the wished share", (conflict,))


def greedy_cover(core: Core, target: float) -> Flags:
    """Take the row that adds most per cost until the target is met, then drop what is needless."""
    chosen = np.zeros(len(core.options), dtype=bool)
    free = np.ones(len(chosen), dtype=bool)
    left, sum_left = core.weights.copy(), float(core.weights.sum())
    goal = sum_left - target
    price = np.maximum(core.costs, 1e-9)
    gain = core.reach @ left
    by_village = sp.csc_array(core.reach)
    while sum_left > goal + TOLERANCE:
        best = int(np.argmax(np.where(free, gain, 0.0) / price)) if len(gain) else 0
        if not len(gain) or gain[best] <= TOLERANCE or not free[best]:
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
    for i in sorted(np.flatnonzero(chosen), key=lambda row: -core.costs[row]):
        own = core.reach.indices[core.reach.indptr[i] : core.reach.indptr[i + 1]]
        loss = float(core.weights[own[times[own] == 1]].sum())
        if loss <= max(spare, 0.0) or loss == 0:
            chosen[i] = False
            times[own] -= 1
            spare -= loss
    return chosen

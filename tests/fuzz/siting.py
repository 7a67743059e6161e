"""Random siting problems against every selection: ``python -m tests.fuzz.siting COUNT [FIRST]``.

Each seed makes one small problem with one goal and some of the limits, budgets and shares often
exactly on the boundary, and costs, weights and capacities of many magnitudes. The solver must agree
with :mod:`tests.geo.siting.every` on the optimum, on the bound, and on what is infeasible.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any

import numpy as np
import pytest

from geo.siting import (
    InfeasibleError,
    SitingPlan,
    SitingProblem,
    SolverRun,
    alternatives,
    frontier,
    least_cost,
    most_equal,
    solve,
)
from geo.siting.clock import SolverClock
from geo.siting.model import checked
from geo.siting.reduction import reduce
from geo.siting.search import CoverSearch
from tests.geo.siting.every import Every

GOALS = ("sites", "budget", "both", "all", "share", "equity", "frontier", "alternatives")
#: Units of weights: whole, decimal, tiny and large ones.
UNITS = (1.0, 1.0, 1.0, 0.1, 1e-9, 1_000_003.0)
#: Units of costs [CNY]: cents, tenths, millions.
MONEY = (0.01, 0.1, 1.0, 0.33, 123_456.78)
ROUNDING = 1e-8
#: Seeds from here on have more options, small weights, fixed options and shared places.
DENSE = 1_000_000


def made(seed: int) -> tuple[str, SitingProblem, float]:
    """Return the goal, the problem and the share of a seed."""
    draw = np.random.default_rng(seed)
    goal = str(draw.choice(GOALS))
    capacity = bool(draw.random() < 0.25) and goal not in ("frontier", "alternatives")
    dense = seed >= DENSE
    least, most = (5, 9) if dense else (1, 8)
    options, villages = draw.integers((least, least), (most, most + 1 + 3 * dense)).tolist()
    if capacity:
        options, villages = 4, 5
    reach = draw.random((options, villages)) < draw.choice([0.15, 0.3, 0.5])
    # Small weights: many selections cover nearly the same.
    weights = draw.integers(0, 4 if dense else 30, villages).astype(float)
    parts: dict[str, Any] = {"coverage": reach, "weights": weights * draw.choice(UNITS)}
    if dense or draw.random() < 0.4:
        parts["places"] = draw.integers(0, options if not dense else options // 2 + 1, options)
    _decided(draw, parts, options, (0, 1, 1, 2) if dense else (0, 0, 0, 1, 2))
    money = goal == "budget" or (goal != "sites" and draw.random() < 0.7)
    if money:
        parts["costs"] = draw.integers(0 if draw.random() < 0.3 else 1, 12, options) * float(
            draw.choice(MONEY)
        )
    if goal in ("sites", "both") or draw.random() < 0.2:
        parts["p"] = int(draw.integers(0, options + 1))
    if money and (goal in ("budget", "both") or draw.random() < 0.3):
        parts["budget"] = _budget(draw, parts["costs"])
    if goal == "equity" or draw.random() < 0.3:
        _grouped(draw, parts, villages, asks=goal != "equity" or draw.random() < 0.3)
    if capacity:
        parts["split"] = bool(draw.random() < 0.5)
        parts["capacity"] = _capacity(draw, parts, options)
    return goal, SitingProblem(**parts), _share(draw, goal, parts)


def _decided(
    draw: np.random.Generator, parts: dict[str, Any], options: int, counts: tuple[int, ...]
) -> None:
    """Fix and forbid some options."""
    order = draw.permutation(options)
    fixed = order[: int(draw.choice(counts))]
    places = parts.get("places", np.arange(options))
    if len(set(places[fixed].tolist())) < len(fixed):
        fixed = fixed[:1]
    parts["fixed"] = tuple(int(i) for i in fixed)
    parts["forbidden"] = tuple(int(i) for i in order[len(fixed) :][: int(draw.choice([0, 0, 1]))])


def _budget(draw: np.random.Generator, costs: np.ndarray) -> float:
    """Return a budget that some options spend exactly, or nearly."""
    some = costs[draw.random(len(costs)) < 0.5]
    # Added one by one, as a planner's sheet does: the sum has its rounding.
    budget = float(sum(some.tolist(), 0.0)) + float(draw.choice([0.0, 0.0, 0.0, 0.01, -0.01]))
    return max(budget, 0.01) if budget <= 0 and costs.min() > 0 else max(budget, 0.0)


def _grouped(
    draw: np.random.Generator, parts: dict[str, Any], villages: int, *, asks: bool
) -> None:
    """Put villages into groups, and ask for least shares, often ones that are met exactly."""
    groups = draw.integers(0, 3, villages)
    parts["groups"] = groups
    if not asks:
        return
    some = parts["coverage"][draw.random(len(parts["coverage"])) < 0.5].any(axis=0)
    weights, least = parts["weights"], {}
    for group in np.unique(groups):
        whole = float(weights[groups == group].sum())
        if draw.random() < 0.5 and whole:
            exact = float(weights[(groups == group) & some].sum()) / whole
            least[group.item()] = exact if draw.random() < 0.7 else float(draw.choice([0.3, 0.5]))
    parts["least_share"] = least


def _capacity(draw: np.random.Generator, parts: dict[str, Any], options: int) -> np.ndarray:
    """Return capacities, often exactly the weight of some villages."""
    weights = parts["weights"]
    some = draw.random((options, len(weights))) < 0.5
    capacity = (some * weights).sum(axis=1)
    capacity[draw.random(options) < 0.15] = np.inf
    positive = weights[weights > 0]
    return np.asarray(np.maximum(capacity, positive.min() if len(positive) else 0.0))


def _share(draw: np.random.Generator, goal: str, parts: dict[str, Any]) -> float:
    """Return the share of the goal, often one that some options cover exactly."""
    if goal == "all":
        return 1.0
    reach, weights = parts["coverage"].copy(), parts["weights"]
    reach[list(parts["forbidden"])] = False
    whole = float(weights[reach.any(axis=0)].sum())
    some = reach[draw.random(len(reach)) < 0.5].any(axis=0)
    if draw.random() < 0.3 or not whole:
        return float(draw.choice([0.0, 0.3, 0.5, 0.9]))
    return float(weights[some].sum()) / whole


def near(found: float, right: float, size: float) -> None:
    """Check a number up to rounding."""
    assert abs(found - right) <= ROUNDING * size, (found, right)


def check(seed: int) -> str:
    """Check the problem of a seed and return its goal and outcome."""
    goal, problem, share = made(seed)
    every = Every(problem)
    run = {
        "all": _cheapest, "share": _cheapest, "equity": _fairest, "frontier": _curve,
        "alternatives": _others,
    }.get(goal, _greatest)  # fmt: skip
    return f"{goal}: {run(every, share)}"


def _greatest(every: Every, _share: float) -> str:
    best = every.greatest()
    if best is None:
        return _refused(every, lambda: solve(every.problem))
    _best_plan(every, solve(every.problem), best)
    return "solved"


def _best_plan(every: Every, plan: SitingPlan, best: float) -> None:
    near(plan.covered, best, every.total)
    near(plan.bound, best, every.total)
    assert (plan.gap, plan.stopped) == (0, "proven"), plan
    assert every.fits(plan.selected), plan
    near(every.covered(plan.selected), plan.covered, every.total)
    near(plan.cost, every.fen(plan.selected) / 100, max(1.0, plan.cost))


def _refused(every: Every, ask: Any) -> str:
    """Check that an infeasible problem is refused, and that what is said to fit does."""
    with pytest.raises(InfeasibleError) as told:
        ask()
    refused = told.value
    conflicts = {(one.limit, one.subject): one for one in refused.conflicts}
    assert all(one.asked != one.possible for one in conflicts.values()), refused
    if "keeps all limits" in refused.what:
        assert conflicts, refused
        assert Every(every.relaxed(refused.conflicts)).greatest() is not None, refused
    return "refused"


def _cheapest(every: Every, share: float) -> str:
    best = every.cheapest(share)
    if best is None:
        return _refused(every, lambda: least_cost(every.problem, share))
    plan = least_cost(every.problem, share)
    unit = 1 if every.problem.costs is None else 100
    near(plan.cost, best / unit, max(1.0, plan.cost))
    near(plan.bound, best / unit, max(1.0, plan.cost))
    assert (plan.gap, plan.stopped) == (0, "proven"), plan
    assert every.fits(plan.selected), plan
    near(plan.covered, every.covered(plan.selected, shares=False), 100 * every.total)
    assert plan.covered >= every.target(share) - 100 * ROUNDING * every.total, plan
    return "solved"


def _fairest(every: Every, _share: float) -> str:
    best = every.fairest()
    if best is None:
        return _refused(every, lambda: most_equal(every.problem))
    fair = most_equal(every.problem)
    near(fair.least, best[0], 100.0)
    near(fair.bound, best[0], 100.0)
    assert fair.bound >= fair.least, fair
    near(fair.plan.covered, best[1], 100 * every.total)
    assert every.fits(fair.plan.selected), fair
    return "solved"


def _curve(every: Every, _share: float) -> str:
    money = every.problem.costs is not None
    if money:
        limits = sorted({every.fen(choice) / 100 for choice in every.choices})[::7]
        limits = [limit for limit in limits if limit > 0] or [1e9]
    else:
        limits = [float(limit) for limit in range(len(every.weights) + 1)]
    name = "budget" if money else "p"
    asked = [every.changed(**{name: x if money else int(x)}) for x in limits]
    if asked[0].greatest() is None:
        return _refused(asked[0], lambda: frontier(every.problem, limits))
    points = frontier(every.problem, limits)
    assert [point.limit for point in points] == limits
    for one, point in zip(asked, points, strict=True):
        best = one.greatest()
        assert best is not None
        _best_plan(one, point.plan, best)
    return "solved"


def _others(every: Every, _share: float) -> str:
    if every.greatest() is None:
        return _refused(every, lambda: alternatives(every.problem, 3))
    found = alternatives(every.problem, 3, tolerance=0.1)
    values = {choice: every.covered(choice) for choice in every.fitting}
    seen: list[set[int]] = []
    for plan in found.plans:
        rest = [v for c, v in values.items() if all(not s <= set(c) for s in seen)]
        near(plan.covered, max(rest), every.total)
        near(plan.bound, max(rest), every.total)
        assert every.fits(plan.selected), plan
        seen.append(set(plan.selected))
    least = 0.9 * found.plans[0].covered - ROUNDING * every.total
    close = [set(choice) for choice, value in values.items() if value >= least]
    assert set(found.no_regret) == set.intersection(*close) & seen[0], found
    assert set(found.no_regret) | set(found.replaceable) == seen[0], found
    assert not found.undecided, found
    return "solved"


def warm_up() -> None:
    """Compile the loops of the search: that takes longer than some problems may."""
    asked = SitingProblem(coverage=np.eye(3), weights=[3, 2, 1], costs=[1, 2, 3], budget=3)
    CoverSearch(reduce(checked(asked)), SolverClock(SolverRun())).round(0)


def main() -> None:
    """Check many seeds; print each that fails, and what the others came to."""
    count, first = int(sys.argv[1]), int((*sys.argv, "0")[2])
    warm_up()
    begun, outcomes = time.perf_counter(), Counter[str]()
    for seed in range(first, first + count):
        try:
            outcomes[check(seed)] += 1
        except Exception as error:  # noqa: BLE001  any failure is the seed's
            outcomes["FAILED"] += 1
            _say(f"seed {seed}, {made(seed)[0]}: {type(error).__name__}: {error}")
    for outcome, times in sorted(outcomes.items()):
        _say(f"{outcome:24} {times:6}")
    _say(f"{count} problems in {time.perf_counter() - begun:.0f} s")
    sys.exit(outcomes["FAILED"] > 0)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

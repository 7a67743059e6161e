"""Small networks with shared fibre against all choices: no false bound, optimum found."""

from __future__ import annotations

import os
from itertools import product

import numpy as np
import pytest
import scipy.sparse as sp

from geo.errors import InputError
from geo.network_design import pricing
from geo.network_design.problem import MoneyGoal, NetworkProblem
from geo.network_design.solve import designed
from geo.siting import SolverRun

#: TONGCUN_BRUTE=500 runs that many instances.
CASES = int(os.environ.get("TONGCUN_BRUTE", "32"))
#: No clock ends a run: what is tested is the work.
RUN = SolverRun(time_limit_s=36_000)
KINDS = ("budget", "share", "all", "groups", "fixed", "standing", "unrooted", "technologies")


def network(seed: int, kind: str) -> NetworkProblem:
    """Return places in a square; some far ones have a second variant without fibre."""
    draw = np.random.default_rng(seed)
    n, villages = int(draw.integers(4, 8)), int(draw.integers(5, 12))
    spots, node = draw.uniform(0, 10, (n, 2)), draw.uniform(0, 10, (1, 2))
    if seed % 3:
        # A distant node: a trunk is shared.
        node -= [8.0, 0.0]
    root = np.hypot(*(spots - node).T)
    far = np.flatnonzero(root > max(4.0, float(np.median(root))))
    ends = np.array([(i, j) for i in range(n) for j in range(i)], dtype=np.int64).reshape(-1, 2)
    money = np.hypot(*(spots[ends[:, 0]] - spots[ends[:, 1]]).T)
    technologies = 2 if kind == "technologies" and n < 7 else 1
    option = np.arange(n * technologies)
    place = np.tile(np.arange(n), technologies)
    both = option[np.isin(place, far)] if technologies == 1 else option[:0]
    reach = draw.random((len(option), villages)) < draw.choice([0.25, 0.4])
    own = draw.uniform(0.5, 5, len(option)) * draw.choice([0.3, 1.0])
    if kind == "standing":
        root[0], own[0] = 0.0, own[0] / 5
    if kind == "unrooted":
        root[far[:1]] = np.inf
    groups = np.arange(villages) % 2 if kind == "groups" else np.zeros(villages, dtype=np.int64)
    weights = draw.integers(1, 50, villages).astype(float)
    least = np.zeros(2 if kind == "groups" else 1)
    if kind == "groups":
        met = reach.any(axis=0)
        least = 0.6 * np.array([weights[met & (groups == g)].sum() for g in (0, 1)])
    return NetworkProblem(
        sp.csr_array(np.vstack([reach, reach[both]]).astype(float)), weights,
        np.concatenate([own, own[both] + 1.5]), np.concatenate([place, place[both]]),
        np.arange(len(option) + len(both)) < len(option), np.concatenate([option, both]),
        (1,) if kind == "fixed" else (), root, ends, money, groups, least,
    )  # fmt: skip


def spanning(km: np.ndarray) -> float:
    """Return the length of the shortest spanning tree (Prim)."""
    near, left, total = km[0].copy(), list(range(1, len(km))), 0.0
    while left:
        at = min(left, key=near.__getitem__)
        left.remove(at)
        total += near[at]
        near = np.minimum(near, km[at])
    return float(total)


def choices(problem: NetworkProblem) -> list[tuple[float, float, np.ndarray]]:
    """Return covered weight, cost and weight per group of every choice."""
    n, reach = len(problem.root), problem.reach.toarray() > 0
    km = np.full((n + 1, n + 1), 0.0)
    km[0, 1:] = problem.root
    km[problem.ends[:, 1] + 1, problem.ends[:, 0] + 1] = problem.money
    km = np.maximum(km, km.T)
    per_place = [[None, *np.flatnonzero(problem.place == at).tolist()] for at in range(n)]
    found = []
    for picked in product(*per_place):
        chosen = [one for one in picked if one is not None]
        if set(problem.fixed) - set(problem.option[chosen].tolist()):
            continue
        fibred = [0, *sorted(problem.place[v] + 1 for v in chosen if problem.fibre[v])]
        tree = spanning(km[np.ix_(fibred, fibred)])
        if np.isinf(tree):
            continue
        served = reach[chosen].any(axis=0)
        per_group = np.bincount(problem.groups[served], problem.weights[served], len(problem.least))
        if (per_group < problem.least - 1e-9).any():
            continue
        found.append((per_group.sum(), problem.own[chosen].sum() + tree, per_group))
    return found


@pytest.mark.parametrize("seed", range(CASES))
def test_the_optimum_is_found_and_no_bound_is_false(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = KINDS[seed % len(KINDS)]
    # Small groups are enumerated: of every other instance all are solved by programs.
    monkeypatch.setattr(pricing, "_FEW", 4 * (seed // len(KINDS) % 2))
    problem = network(seed, kind)
    every = choices(problem)
    if not every:
        with pytest.raises(InputError):
            designed(problem, MoneyGoal(budget=1.0), RUN)
        return
    everything = max(covered for covered, _, _ in every)
    dearest = min(cost for covered, cost, _ in every if covered >= everything)
    least = min(cost for _, cost, _ in every)
    draw = np.random.default_rng(seed)
    share = 1.0 if kind == "all" else draw.uniform(0.2, 0.95)
    budget = least + draw.uniform(0.05, 0.8) * (dearest - least)
    best = max(covered for covered, cost, _ in every if cost <= budget * (1 + 1e-9))
    plan = designed(problem, MoneyGoal(budget=budget), RUN)
    assert plan.cost <= budget * (1 + 1e-9)
    assert plan.bound >= best * (1 - 1e-9)
    assert plan.covered == pytest.approx(best, rel=1e-9)
    assert plan.bound == pytest.approx(best, rel=1e-6)
    cheapest = min(cost for covered, cost, _ in every if covered >= share * everything - 1e-9)
    plan = designed(problem, MoneyGoal(least=share * everything), RUN)
    assert plan.covered >= share * everything * (1 - 1e-9)
    assert plan.bound <= cheapest * (1 + 1e-9)
    assert plan.cost == pytest.approx(cheapest, rel=1e-6)
    assert plan.bound == pytest.approx(cheapest, rel=1e-6)

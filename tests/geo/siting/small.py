"""Small random problems and every choice of their options: what the solver must agree with."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import numpy as np

from geo.siting import SitingProblem


def problem(seed: int, options: int = 7, villages: int = 10) -> dict:
    """Return the arrays of a problem; odd seeds fix an option, one in three forbids one."""
    chance = np.random.default_rng(seed)
    reach = chance.random((options, villages)) < chance.choice([0.15, 0.3, 0.5])
    parts = {
        "coverage": reach,
        "weights": chance.integers(0, 40, villages).astype(float),
        "fixed": (int(chance.integers(options)),) if seed % 2 else (),
        "forbidden": (),
    }
    if seed % 3 == 0:
        free = [i for i in range(options) if i not in parts["fixed"]]
        parts["forbidden"] = (int(chance.choice(free)),)
    return parts


def choices(problem: SitingProblem) -> Iterator[tuple[int, ...]]:
    """Return every choice that keeps p, budget, places, fixed and forbidden."""
    options = len(problem.coverage)
    costs = np.zeros(options) if problem.costs is None else np.asarray(problem.costs)
    places = np.arange(options) if problem.places is None else np.asarray(problem.places)
    for size in range((options if problem.p is None else problem.p) + 1):
        for choice in combinations(range(options), size):
            picked = list(choice)
            if not set(problem.fixed) <= set(choice) or set(problem.forbidden) & set(choice):
                continue
            if problem.budget is not None and costs[picked].sum() > problem.budget:
                continue
            if len(set(places[picked].tolist())) == size:
                yield choice


def covered(problem: SitingProblem, choice: tuple[int, ...]) -> float:
    return float(problem.weights[met(problem, choice)].sum())


def met(problem: SitingProblem, choice: tuple[int, ...]) -> np.ndarray:
    reach = np.asarray(problem.coverage)[list(choice)]
    return np.asarray(reach.any(axis=0))


def shares(problem: SitingProblem, choice: tuple[int, ...]) -> dict:
    """Return the covered share of each group that some allowed option reaches."""
    groups, reach = np.asarray(problem.groups), np.asarray(problem.coverage)
    able = np.delete(reach, list(problem.forbidden), axis=0).any(axis=0)
    found = {}
    for group in np.unique(groups):
        here = groups == group
        if problem.weights[here & able].sum() > 0:
            got = problem.weights[here & met(problem, choice)].sum()
            found[group.item()] = got / problem.weights[here].sum()
    return found


def served_whole(problem: SitingProblem, choice: tuple[int, ...]) -> float:
    """Return the greatest weight that a choice serves when no village is split."""
    reach, capacity = np.asarray(problem.coverage), np.asarray(problem.capacity)
    best = 0.0
    ways = [[-1, *(i for i in choice if reach[i, j])] for j in range(reach.shape[1])]
    for way in product(*ways):
        load = np.zeros(len(reach))
        for j, i in enumerate(way):
            if i >= 0:
                load[i] += problem.weights[j]
        if (load <= capacity + 1e-9).all():
            best = max(best, float(load.sum()))
    return best


def served_split(problem: SitingProblem, choice: tuple[int, ...]) -> float:
    """Return the greatest weight served when villages may be split: the least of all cuts."""
    reach, capacity = np.asarray(problem.coverage), np.asarray(problem.capacity)
    cut = np.inf
    for size in range(len(choice) + 1):
        for inside in combinations(choice, size):
            rest = [i for i in choice if i not in inside]
            open_villages = reach[list(inside)].any(axis=0) if inside else np.zeros(0, dtype=bool)
            weight = problem.weights[open_villages].sum() if inside else 0.0
            cut = min(cut, capacity[rest].sum() + weight)
    return float(cut)

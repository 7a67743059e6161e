"""Ways along roads against every choice of sites: no bound is false, no price too low."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import scipy.sparse as sp
import shapely

from geo.links.backhaul_graph import RouteGraph, route_graph
from geo.links.road_ways import between_sites, with_crossings
from geo.network_design.problem import MoneyGoal, NetworkProblem
from geo.network_design.solve import Search
from geo.siting import SolverRun

RUN = SolverRun(time_limit_s=36_000)
SITES = 5
FACTOR = 1.4


def country(seed: int) -> tuple[np.ndarray, np.ndarray, list[shapely.LineString]]:
    """Return sites, one node, and a crooked grid of roads between them [°]."""
    draw = np.random.default_rng(seed)
    grid = np.array([(x, y) for x in range(4) for y in range(4)]) * 0.03
    at = grid + draw.uniform(-0.008, 0.008, grid.shape) + [100.0, 25.0]
    pairs = [
        (i, j) for i, j in combinations(range(16), 2) if np.abs(grid[i] - grid[j]).sum() < 0.04
    ]
    lines = [shapely.LineString(at[[i, j]]) for i, j in pairs if draw.random() < 0.85]
    return at[draw.permutation(16)[:SITES]] + 0.001, at[:1], lines


def routed(places: np.ndarray, node: np.ndarray, lines: list[shapely.LineString]) -> RouteGraph:
    pairs = np.column_stack(np.triu_indices(len(places), 1)).astype(np.int64)
    return route_graph(tuple(places.T), tuple(node.T), factor=FACTOR, pairs=pairs, roads=lines)


def asked(
    ways: tuple[np.ndarray, np.ndarray, np.ndarray], own: np.ndarray, homes: np.ndarray
) -> NetworkProblem:
    root, ends, km = ways
    which, one = np.arange(SITES), np.zeros(SITES, dtype=np.int64)
    return NetworkProblem(
        sp.csr_array(np.eye(SITES)), homes, own, which, np.ones(SITES, dtype=bool), which, (),
        root, ends, km, one, np.zeros(1),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_no_choice_beats_the_bound_with_crossings(seed: int) -> None:
    sites, node, lines = country(seed)
    graph = routed(sites, node, lines)
    draw = np.random.default_rng(seed)
    own, homes = draw.uniform(0.5, 2, SITES), draw.integers(5, 40, SITES).astype(float)
    plain = asked(between_sites(graph), own, homes)
    crossed = plain.branching(*with_crossings(graph))
    assert len(crossed.root) > SITES
    search = Search(plain, MoneyGoal(budget=1e9), RUN)
    assert len(search.groups) == 1
    every = []
    for count in range(1, SITES + 1):
        for some in combinations(range(SITES), count):
            tree = routed(sites[list(some)], node, lines).tree(np.arange(count))
            chosen = np.isin(np.arange(SITES), some)
            every.append((homes[chosen].sum(), own[chosen].sum() + tree.cost))
            # A tree without branches at crossings is never cheaper, and at most twice as dear.
            group = search.groups[0].group
            km = search.unit * group.cost(chosen) - own[chosen].sum()
            assert tree.cost * (1 - 1e-9) <= km <= 2 * tree.cost
    budget = 0.5 * max(cost for _, cost in every)
    found = Search(crossed, MoneyGoal(budget=budget), RUN)
    found.priced()
    assert found.bound >= max(covered for covered, cost in every if cost <= budget) - 1e-6
    for share, tight in ((0.7, 0.0), (1.0, 0.98)):
        cheapest = min(cost for covered, cost in every if covered >= share * homes.sum())
        found = Search(crossed, MoneyGoal(least=share * homes.sum()), RUN)
        found.priced()
        # Prices of money alone are weak for few sites, except where all must be served.
        assert tight * cheapest <= found.bound * found.unit <= cheapest * (1 + 1e-6)


def test_a_crossing_makes_the_trunk_of_two_sites_cheaper() -> None:
    fork = [shapely.LineString([(100, 25), (100.1, 25), (100.12, 25.03)]),
            shapely.LineString([(100.1, 25), (100.12, 24.97)])]  # fmt: skip
    sites = np.array([[100.12, 25.03], [100.12, 24.97]])
    graph = routed(sites, np.array([[100.0, 25.0]]), fork)
    _, ends, km = between_sites(graph)
    root, ways, lengths = with_crossings(graph)
    assert (len(ends), len(root), len(ways)) == (1, 3, 3)
    trunk = root[2]
    shared = trunk + sum(lengths[(ways == 2).any(axis=1)])
    assert shared == pytest.approx(graph.tree(np.arange(2)).cost)
    assert root[0] + km[0] > shared


def test_ways_pass_no_site_that_may_not_be_built() -> None:
    line = [shapely.LineString([(100.0, 25.0), (100.05, 25.0)]),
            shapely.LineString([(100.05, 25.0002), (100.1, 25.0002)])]  # fmt: skip
    # The second site joins two roads that do not meet.
    sites = np.array([[100.1, 25.0], [100.05, 25.0001]])
    graph = routed(sites, np.array([[100.0, 25.0]]), line)
    alone = routed(sites[:1], np.array([[100.0, 25.0]]), line)
    assert between_sites(graph)[0][0] == pytest.approx(alone.tree(np.arange(1)).cost)

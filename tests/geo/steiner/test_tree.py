"""The Steiner tree: public instances of known optimum, another program's exact answer, bounds."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from scipy.spatial import cKDTree

from geo.links.backhaul import steiner_tree


def hypercube(d: int) -> tuple[np.ndarray, list[int]]:
    """SteinLib instance hc{d}u: unit edges, every second corner is a terminal."""
    pairs = [[v, v ^ (1 << b)] for v in range(1 << d) for b in range(d) if v < v ^ (1 << b)]
    return np.array(pairs), [v for v in range(1 << d) if v.bit_count() % 2 == 0]


def near_pairs(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    places = np.random.default_rng(seed).random((n, 2))
    _, near = cKDTree(places).query(places, k=7)
    pairs = np.unique(np.sort(np.c_[np.repeat(np.arange(n), 6), near[:, 1:].ravel()]), axis=0)
    return pairs, np.linalg.norm(places[pairs[:, 0]] - places[pairs[:, 1]], axis=1)


def dreyfus_wagner(n: int, pairs: np.ndarray, cost: np.ndarray, wanted: list[int]) -> float:
    """Return the optimum: Dreyfus and Wagner (1971), Networks 1:195-207, exact and slow."""
    rows: list[list[tuple[int, float]]] = [[] for _ in range(n)]
    for (a, b), c in zip(pairs.tolist(), cost.tolist(), strict=True):
        rows[a].append((b, c))
        rows[b].append((a, c))
    *most, last = wanted
    best: dict[int, np.ndarray] = {}
    for sets in range(1, 1 << len(most)):
        far = np.full(n, np.inf)
        if sets & (sets - 1) == 0:
            far[most[sets.bit_length() - 1]] = 0.0
        part = (sets - 1) & sets
        while part > sets - part:
            far = np.minimum(far, best[part] + best[sets - part])
            part = (part - 1) & sets
        heap = [(d, v) for v, d in enumerate(far.tolist()) if d < np.inf]
        heapq.heapify(heap)
        while heap:
            d, u = heapq.heappop(heap)
            if d > far[u]:
                continue
            for w, c in rows[u]:
                if d + c < far[w]:
                    far[w] = d + c
                    heapq.heappush(heap, (d + c, w))
        best[sets] = far
    return float(best[(1 << len(most)) - 1][last])


# Optima as published: SteinLib, hypercube instances (Rosseti and others 2001).
@pytest.mark.parametrize(("d", "optimum"), [(6, 39), (7, 77)])
def test_public_hypercube_instances_within_two_percent(d: int, optimum: int) -> None:
    pairs, wanted = hypercube(d)
    tree = steiner_tree(pairs, np.ones(len(pairs)), wanted)
    assert optimum <= tree.cost <= 1.02 * optimum
    assert tree.bound <= optimum


@pytest.mark.parametrize("seed", range(6))
def test_the_optimum_of_an_exact_program_is_met(seed: int) -> None:
    n = 120
    pairs, cost = near_pairs(n, seed)
    if seed % 2:
        cost = np.random.default_rng(seed).integers(1, 10, len(pairs)).astype(float)
    wanted = np.random.default_rng(seed + 99).choice(n, 7, replace=False).tolist()
    optimum = dreyfus_wagner(n, pairs, cost, wanted)
    tree = steiner_tree(pairs, cost, wanted)
    assert tree.bound <= optimum + 1e-9
    assert optimum - 1e-9 <= tree.cost <= 1.005 * optimum


@pytest.mark.parametrize("s", [5, 9])
def test_a_full_grid_of_terminals_needs_one_edge_less_than_nodes(s: int) -> None:
    number = np.arange(s * s).reshape(s, s)
    pairs = np.concatenate(
        [np.c_[number[:, :-1].ravel(), number[:, 1:].ravel()],
         np.c_[number[:-1].ravel(), number[1:].ravel()]]
    )  # fmt: skip
    tree = steiner_tree(pairs, np.ones(len(pairs)), range(s * s))
    assert tree.cost == tree.bound == s * s - 1


def test_large_trees_come_with_a_proof_of_two_percent() -> None:
    pairs, cost = near_pairs(3_000, 5)
    wanted = np.random.default_rng(1).choice(3_000, 200, replace=False)
    tree = steiner_tree(pairs, cost, wanted.tolist())
    assert tree.cost <= 1.02 * tree.bound
    again = steiner_tree(pairs, cost, wanted[::-1].tolist())
    assert again.edges == tree.edges


def test_parallel_edges_and_loops_are_passed_over() -> None:
    tree = steiner_tree([[0, 0], [0, 1], [1, 0], [1, 2]], [0, 5, 3, 1], [0, 2])
    assert (tree.edges, tree.cost) == ((2, 3), 4.0)


def test_edges_that_cost_nothing() -> None:
    tree = steiner_tree([[0, 1], [1, 2], [2, 3], [0, 3]], [0, 0, 0, 5], [0, 3])
    assert (tree.edges, tree.cost, tree.bound) == ((0, 1, 2), 0.0, 0.0)

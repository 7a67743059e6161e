"""The fibre tree: against the exact answer of a slow method, published answers, bad input."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.backhaul import steiner_tree
from geo.errors import InputError, RangeError


def joined(edges: np.ndarray, chosen: tuple[int, ...]) -> list[set[int]]:
    groups: list[set[int]] = []
    for a, b in edges[list(chosen)].tolist():
        touched = [group for group in groups if a in group or b in group]
        groups = [group for group in groups if group not in touched]
        groups.append({a, b}.union(*touched))
    return groups


def exact(nodes: int, edges: np.ndarray, cost: np.ndarray, wanted: set[int]) -> float:
    """Span every set of nodes that holds the terminals; the cheapest spanning tree is best."""
    best = np.inf
    others = sorted(set(range(nodes)) - wanted)
    for n in range(len(others) + 1):
        for more in combinations(others, n):
            inside, total = wanted | set(more), 0.0
            part = {node: node for node in inside}

            def top(node: int, part: dict[int, int] = part) -> int:
                while part[node] != node:
                    node = part[node]
                return node

            for edge in np.argsort(cost):
                a, b = (int(node) for node in edges[edge])
                if a in inside and b in inside and top(a) != top(b):
                    part[top(a)] = top(b)
                    total += cost[edge]
            if len({top(node) for node in inside}) == 1:
                best = min(best, total)
    return best


@given(st.integers(0, 10**6), st.integers(2, 5))
@settings(max_examples=60)
def test_the_tree_joins_all_and_the_optimum_lies_between_bound_and_cost(seed: int, k: int) -> None:
    chance = np.random.default_rng(seed)
    pairs = np.array([[i, i + 1] for i in range(8)] + chance.integers(0, 9, (12, 2)).tolist())
    cost = chance.integers(0, 20, len(pairs)).astype(float)
    wanted = set(chance.choice(9, k, replace=False).tolist())
    tree = steiner_tree(pairs, cost, wanted)
    (group,) = joined(pairs, tree.edges)
    assert wanted <= group
    assert len(tree.edges) == len(group) - 1
    assert tree.cost == cost[list(tree.edges)].sum()
    best = exact(9, pairs, cost, wanted)
    assert tree.bound <= best + 1e-9
    # Shortest paths promise twice the optimum at worst.
    assert best - 1e-9 <= tree.cost <= 2 * best + 1e-9


@pytest.mark.parametrize("n", [4, 6, 9])
def test_a_hub_is_found_where_paths_between_terminals_are_dearer(n: int) -> None:
    # All pairs at 1.9, a hub at 1 from each: the star costs n, any tree without it 1.9 (n - 1).
    pairs = [[i, n] for i in range(n)] + [list(pair) for pair in combinations(range(n), 2)]
    cost = [1.0] * n + [1.9] * (len(pairs) - n)
    tree = steiner_tree(pairs, cost, range(n))
    assert tree.bound <= n
    assert tree.cost == pytest.approx(n)


def test_the_corners_of_a_grid() -> None:
    # The corners of an s × s rectilinear grid need 3 (s - 1) edges.
    s = 8
    number = np.arange(s * s).reshape(s, s)
    pairs = np.concatenate(
        [np.c_[number[:, :-1].ravel(), number[:, 1:].ravel()],
         np.c_[number[:-1].ravel(), number[1:].ravel()]]
    )  # fmt: skip
    corners = [number[0, 0], number[0, -1], number[-1, 0], number[-1, -1]]
    tree = steiner_tree(pairs, np.ones(len(pairs)), corners)
    assert tree.cost == 3 * (s - 1)
    assert tree.bound <= tree.cost


def test_shared_trunks_are_counted_once_and_parallel_edges_once() -> None:
    tree = steiner_tree([[0, 1], [0, 1], [1, 2], [1, 3]], [9, 5, 1, 1], [0, 2, 3])
    assert (tree.edges, tree.cost, tree.bound) == ((1, 2, 3), 7.0, 7.0)


@pytest.mark.parametrize("wanted", [[], [3]])
def test_one_terminal_needs_nothing(wanted: list[int]) -> None:
    tree = steiner_tree([[0, 3]], [1], wanted)
    assert (tree.edges, tree.cost, tree.bound) == ((), 0.0, 0.0)


@pytest.mark.parametrize(
    ("edges", "weights", "wanted", "fault"),
    [
        ([[0, 1], [2, 3]], [1, 1], [0, 3], InputError),
        ([[0, 1]], [1], [0, 7], InputError),
        ([], [], [0, 1], InputError),
        ([[0, 1]], [1, 2], [0, 1], InputError),
        ([[0, 1]], [-1], [0, 1], RangeError),
        ([[0, 1]], [np.nan], [0, 1], RangeError),
        ([[0, -1]], [1], [0, 1], RangeError),
    ],
)
def test_bad_input_is_told(edges: list, weights: list, wanted: list, fault: type) -> None:
    with pytest.raises(fault):
        steiner_tree(edges, weights, wanted)

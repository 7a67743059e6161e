"""Three-valued rules against every way the unknown may turn out; two rules side by side."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from geo.coverage.distance import COVERED, UNCOVERED, UNKNOWN
from geo.coverage.rules import OUTCOMES, compare, distance_state, outcome, village_state
from geo.errors import RangeError

points = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9)), min_size=1, max_size=6)


def decided(states: list[int], weights: list[int], need: str, share: float) -> bool:
    """The rule on known points, by its words."""
    counted = [s for s, w in zip(states, weights, strict=True) if w > 0]
    if need == "all":
        return all(s == COVERED for s in counted)
    if need == "any":
        return any(s == COVERED for s in counted)
    inside = sum(w for s, w in zip(states, weights, strict=True) if s == COVERED)
    return inside >= share * sum(weights) - 1e-9


@settings(max_examples=200, deadline=None)
@given(points, st.sampled_from(["all", "any", "share"]), st.sampled_from([0.3, 0.5, 0.95, 1.0]))
def test_unknown_exactly_when_it_could_turn_either_way(case, need, share) -> None:
    states, weights = [s for s, _ in case], [w for _, w in case]
    got = village_state(states, [0] * len(case), 1, need=need, share=share, weight=weights).item()
    if sum(weights) == 0:
        assert got == UNKNOWN
        return
    ways = {
        decided(list(way), weights, need, share)
        for way in product(*([s] if s != UNKNOWN else [0, 1] for s in states))
    }
    assert got == {(True,): COVERED, (False,): UNCOVERED}.get(tuple(ways), UNKNOWN)


def test_villages_do_not_mix_and_one_without_points_is_unknown() -> None:
    assert village_state([1, 0, 1], [2, 0, 2], 4).tolist() == [0, 2, 1, 2]


def test_distance_is_inclusive_and_knows_what_it_does_not_know() -> None:
    assert distance_state([5_000, np.inf, np.nan], 5_000).tolist() == [COVERED, UNCOVERED, UNKNOWN]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 3)), max_size=40))
def test_a_comparison_adds_up(case) -> None:
    a, b, group = (np.array([row[i] for row in case], dtype=int) for i in range(3))
    weight = np.arange(len(case)) + 0.5
    table = compare(a, b, group, 4, weight=weight)
    assert table.sum(axis=1) == pytest.approx([weight[group == g].sum() for g in range(4)])
    swapped = compare(b, a, group, 4, weight=weight)
    assert table[:, [0, 2, 1, 3, 4]] == pytest.approx(swapped)
    for i, word in enumerate(OUTCOMES):
        expected = {
            "both": (a == 1) & (b == 1),
            "only_a": (a == 1) & (b == 0),
            "only_b": (a == 0) & (b == 1),
            "neither": (a == 0) & (b == 0),
            "unknown": (a == 2) | (b == 2),
        }[word]
        assert ((outcome(a, b) == i) == expected).all()


@pytest.mark.parametrize(
    "call",
    [
        lambda: distance_state([-1], 5_000),
        lambda: distance_state([1], 0),
        lambda: village_state([1], [1], 1),
        lambda: village_state([1], [-1], 1),
        lambda: village_state([1, 1], [0], 1),
        lambda: village_state([1], [0], 1, weight=[-1]),
        lambda: village_state([1], [0], 1, weight=[float("nan")]),
        lambda: village_state([1], [0], 1, need="share", share=0),
        lambda: outcome([1], [1, 0]),
        lambda: compare([1], [1], [2], 2),
    ],
)
def test_what_does_not_fit(call) -> None:
    with pytest.raises(RangeError):
        call()

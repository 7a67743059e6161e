"""Allocation: sums, quota, order, permutation, fixed cells, floors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from geo.errors import InputError
from geo.gaps.allocation import allocate, largest_remainder

TOTALS = st.integers(0, 10**7)
WEIGHTS = st.lists(
    st.floats(0, 1e9, allow_nan=False).map(lambda w: round(w, 3)), min_size=1, max_size=40
).filter(lambda w: sum(w) > 0)


def test_hamilton_by_hand() -> None:
    """Quotas 3.5, 2.5, 4.0: equal remainders go to the larger weight first."""
    assert largest_remainder(10, [35, 25, 40], keys=["a", "b", "c"]).tolist() == [4, 2, 4]


@pytest.mark.parametrize(
    ("total", "weights", "word"),
    [
        (-1, [1.0], "-1"),
        (2.5, [1.0, 1.0], "2.5"),
        (math.nan, [1.0], "nan"),
        (math.inf, [1.0], "inf"),
        (0, [1.0, math.inf], "finite"),
        (5, [0.0, 0.0], "zero"),
        (1, [0.0, 0.0], "zero"),
        (5, [1.0, None], "finite"),
        (5, [1.0, math.nan], "finite"),
        (5, [1.0, -1.0], "negative"),
    ],
)
def test_what_cannot_be_shared_says_so(total: int, weights: list[float], word: str) -> None:
    with pytest.raises(InputError, match=word):
        largest_remainder(total, weights)
    with pytest.raises(InputError, match=word) as caught:
        allocate(total, weights)
    assert caught.value.repair


def test_nothing_is_shared_whatever_the_weights() -> None:
    nothing = largest_remainder(0, [0.0, 0.0])
    assert (nothing.tolist(), nothing.dtype) == ([0, 0], np.dtype("int64"))
    assert allocate(0, [0.0, 0.0]).tolist() == [0, 0]
    assert largest_remainder(1, [0.0, 1.0]).tolist() == [0, 1]


def test_ties_go_to_the_larger_weight_then_by_key_then_by_order() -> None:
    # Quotas 0.5, 1.5 and 1.0.
    assert largest_remainder(3, [1, 3, 2], keys=["a", "b", "c"]).tolist() == [0, 2, 1]
    assert largest_remainder(1, [1, 1], keys=["b", "a"]).tolist() == [0, 1]
    assert largest_remainder(1, [1, 1]).tolist() == [1, 0]
    assert allocate(1, [1, 1], keys=["b", "a"]).tolist() == [0, 1]
    assert allocate(1, [1, 1]).tolist() == [1, 0]
    # By number, not by text: ten regions without keys.
    assert allocate(1, [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]).argmax() == 2


def test_rounding_noise_decides_no_tie() -> None:
    """0.1 + 0.2 is a hair more than 0.3: by key, not by that hair."""
    weights = [0.3, 0.1 + 0.2, 0.6]
    for scale in (1.0, 1e9, 1e-9):
        scaled = [weight * scale for weight in weights]
        assert largest_remainder(2, scaled, keys=["a", "b", "c"]).tolist() == [1, 0, 1]
    # A quota a hair below a whole number is that number: 3 × (1/3) parts.
    assert largest_remainder(3, [0.1, 0.1, 0.1]).tolist() == [1, 1, 1]
    assert largest_remainder(10, [0.7, 0.1, 0.2]).tolist() == [7, 1, 2]


def test_several_floors_are_met_one_after_the_other() -> None:
    """What the first floor takes brings the second cell below its own."""
    assert allocate(100, [60, 30, 10], floor=[0, 28, 40]).tolist() == [32, 28, 40]
    assert allocate(100, [60, 30, 10], floor=[math.nan, 20, 10]).tolist() == [60, 30, 10]


def test_a_cell_at_its_floor_stays_free() -> None:
    """Quotas 0.4, 0.4, 1.2 of 2: fixing the second at its 0 would give the first's unit away."""
    assert allocate(2, [1, 1, 3], floor=[0, 0, 0]).tolist() == [1, 0, 1]


def test_a_broken_floor_is_met_by_the_next_whole_number() -> None:
    assert allocate(10, [9, 1], floor=[0, 2.2]).tolist() == [7, 3]
    with pytest.raises(InputError, match="ask for 11 of a total of 10"):
        allocate(10, [1, 1], floor=[7.5, 2.5])
    assert allocate(11, [1, 1], floor=[7.5, 2.5]).tolist() == [8, 3]


def test_a_floor_of_a_fixed_cell_counts_for_nothing() -> None:
    assert allocate(10, [1, 1], fixed=[4, math.nan], floor=[9, 0]).tolist() == [4, 6]


def test_all_cells_fixed() -> None:
    parts = allocate(10, [1, 1], fixed=[4, 6])
    assert parts.tolist() == [4, 6]
    assert parts.dtype == np.int64
    with pytest.raises(InputError, match="ask for 9 of a total of 10"):
        allocate(10, [1, 1], fixed=[4, 5])
    assert allocate(10, [1, 1], fixed=[10, math.nan]).tolist() == [10, 0]
    assert allocate(10, [1, 1], fixed=[4, None]).tolist() == [4, 6]


def test_arguments_stay_as_they_are() -> None:
    fixed, floor = np.array([4.0, math.nan, math.nan]), np.array([0.0, 0.0, 5.0])
    assert allocate(10, [1, 1, 1], fixed=fixed, floor=floor).tolist() == [4, 1, 5]
    assert np.isnan(fixed[1:]).all()
    assert floor.tolist() == [0.0, 0.0, 5.0]


def test_cells_beyond_the_total_are_refused() -> None:
    with pytest.raises(InputError, match="observed cells ask for 11"):
        allocate(10, [1, 1], fixed=[11, math.nan])
    with pytest.raises(InputError, match="observed cells"):
        allocate(10, [1, 1], fixed=[4, 4])


@given(TOTALS, WEIGHTS)
def test_parts_sum_and_stay_within_one_of_the_quota(total: int, weights: list[float]) -> None:
    parts = largest_remainder(total, weights)
    quota = total * np.array(weights) / math.fsum(weights)
    assert parts.sum() == total
    assert (np.abs(parts - quota) < 1 + 1e-6 * max(1, total)).all()
    assert (parts >= 0).all()


@given(TOTALS, WEIGHTS)
def test_a_larger_weight_never_gets_less(total: int, weights: list[float]) -> None:
    parts = largest_remainder(total, weights)
    order = np.argsort(weights, kind="stable")
    ranked = np.array(weights)[order]
    grown = parts[order]
    strict = np.diff(ranked) > 0
    assert (np.diff(grown)[strict] >= 0).all()


@given(TOTALS, WEIGHTS, st.randoms(use_true_random=False))
def test_the_order_of_regions_does_not_matter(total: int, weights: list[float], random) -> None:
    keys = [f"{i:06d}" for i in range(len(weights))]
    before = dict(zip(keys, largest_remainder(total, weights, keys=keys).tolist(), strict=True))
    pairs = list(zip(keys, weights, strict=True))
    random.shuffle(pairs)
    shuffled_keys = [key for key, _ in pairs]
    parts = largest_remainder(total, [w for _, w in pairs], keys=shuffled_keys)
    assert dict(zip(shuffled_keys, parts.tolist(), strict=True)) == before


@given(TOTALS, WEIGHTS, st.data())
def test_fixed_cells_stay_and_the_rest_sums(total: int, weights: list[float], data) -> None:
    positive = [w + 1 for w in weights] + [1.0]
    cell = data.draw(st.integers(0, total))
    fixed = [float(cell)] + [math.nan] * (len(positive) - 1)
    parts = allocate(total, positive, fixed=fixed)
    assert parts[0] == cell
    assert parts.sum() == total


@given(TOTALS, WEIGHTS, st.data())
def test_floors_hold_and_the_rest_sums(total: int, weights: list[float], data) -> None:
    positive = [w + 1 for w in weights] + [1.0]
    floor = [0.0] * len(positive)
    floor[-1] = float(data.draw(st.integers(0, total)))
    parts = allocate(total, positive, floor=floor)
    assert parts[-1] >= floor[-1]
    assert parts.sum() == total

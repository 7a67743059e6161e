"""Gap = target − built − planned; unknown is not zero."""

from __future__ import annotations

import math

import numpy as np

from geo.gaps.gap import Interval, gap


def test_known_figures() -> None:
    result = gap(Interval.exact([159_000.0]), Interval.exact([19_000.0]), [0])
    assert result.value.tolist() == result.low.tolist() == result.high.tolist() == [140_000.0]


def test_the_interval_takes_the_far_ends() -> None:
    target = Interval(np.array([10.0]), np.array([8.0]), np.array([12.0]))
    built = Interval(np.array([4.0]), np.array([3.0]), np.array([5.0]))
    result = gap(target, built, [1])
    assert (result.low[0], result.value[0], result.high[0]) == (2.0, 5.0, 8.0)


def test_unknown_target_gives_no_gap() -> None:
    result = gap(Interval.unknown(1), Interval.exact([5.0]), [0])
    assert all(math.isnan(x[0]) for x in (result.value, result.low, result.high))


def test_unknown_baseline_gives_an_interval_only() -> None:
    result = gap(Interval.exact([43_000.0]), Interval.unknown(1), [0])
    assert math.isnan(result.value[0])
    assert (result.low[0], result.high[0]) == (0.0, 43_000.0)


def test_more_than_opens_the_lower_end() -> None:
    built = Interval(np.array([40_000.0]), np.array([40_000.0]), np.array([math.nan]))
    result = gap(Interval.exact([60_000.0]), built, [0])
    assert (result.low[0], result.value[0], result.high[0]) == (0.0, 20_000.0, 20_000.0)


def test_ahead_of_target_keeps_its_sign() -> None:
    result = gap(Interval.exact([10.0, 10.0]), Interval.exact([15.0, 5.0]), [0, 0])
    assert result.value.sum() == 0


def test_one_unit_is_one_unit_at_the_open_end() -> None:
    """Known from below only and passed already: the low end is below zero, never above the high."""
    built = Interval(np.array([12.0]), np.array([12.0]), np.array([math.nan]))
    result = gap(Interval.exact([10.0]), built, [1])
    assert (result.low[0], result.value[0], result.high[0]) == (-3.0, -3.0, -3.0)
    unknown = gap(Interval.exact([10.0]), Interval.unknown(1), [4])
    assert (unknown.low[0], unknown.high[0]) == (0.0, 6.0)


def test_whole_numbers_and_lists_are_figures() -> None:
    interval = Interval.exact([1, 2])
    assert interval.value.dtype == float
    assert gap(interval, Interval.exact([1, 1]), [0, 0]).value.tolist() == [0.0, 1.0]

"""Counts as intervals: against every outcome of small cases, scipy, and plain simulation."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.special import ndtr
from scipy.stats import poisson_binom

import geo.radio.counts as module
from geo.errors import RangeError
from geo.radio.counts import (
    PredictionSpread,
    covered_households,
    covered_villages,
    poisson_binomial,
)

shares = st.lists(st.floats(0, 1), max_size=9)


def every_outcome(p: list[float], weight: list[int]) -> dict[int, float]:
    """Return total → probability over all 2ⁿ outcomes."""
    found: dict[int, float] = {}
    for hits in product([0, 1], repeat=len(p)):
        total = sum(w for hit, w in zip(hits, weight, strict=True) if hit)
        chance = math.prod(q if hit else 1 - q for hit, q in zip(hits, p, strict=True))
        found[total] = found.get(total, 0.0) + chance
    return found


@settings(max_examples=60, deadline=None)
@given(shares)
def test_the_distribution_equals_every_outcome(p: list[float]) -> None:
    expected = every_outcome(p, [1] * len(p))
    got = poisson_binomial(p)
    assert got == pytest.approx([expected.get(k, 0.0) for k in range(len(p) + 1)], abs=1e-12)


@pytest.mark.parametrize("n", [1, 2, 31, 200, 1_000])
def test_the_distribution_equals_scipys(n: int) -> None:
    p = np.random.default_rng(n).beta(0.4, 0.6, n)
    expected = poisson_binom(p).pmf(np.arange(n + 1))
    assert np.abs(poisson_binomial(p) - expected).max() < 1e-12


def test_a_provinces_villages_have_the_right_moments() -> None:
    p = np.random.default_rng(1).beta(0.3, 0.3, 30_000)
    pmf, k = poisson_binomial(p), np.arange(30_001)
    mean = pmf @ k
    assert mean == pytest.approx(p.sum(), rel=1e-9)
    assert pmf @ (k - mean) ** 2 == pytest.approx((p * (1 - p)).sum(), rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-20, 20), min_size=1, max_size=9), st.sampled_from([0.5, 0.9, 0.99]))
def test_the_interval_holds_what_it_promises_and_no_end_is_idle(margins, level) -> None:
    found = covered_villages(margins, [0] * len(margins), 1, PredictionSpread(8, level=level))
    chance = every_outcome(ndtr(np.array(margins) / 8).tolist(), [1] * len(margins))
    low, high = int(found.low[0]), int(found.high[0])
    tail = (1 - level) / 2
    assert sum(q for k, q in chance.items() if low <= k <= high) >= level - 1e-9
    assert sum(q for k, q in chance.items() if k < low) <= tail + 1e-9
    assert sum(q for k, q in chance.items() if k > high) <= tail + 1e-9
    assert sum(q for k, q in chance.items() if k <= low) >= tail - 1e-9
    assert found.expected[0] == pytest.approx(sum(k * q for k, q in chance.items()), abs=1e-9)


def test_groups_do_not_mix_and_unknown_widens_upwards_only() -> None:
    margins = [50, -50, 50, math.nan, math.nan]
    found = covered_villages(margins, [2, 2, 0, 2, 3], 4, PredictionSpread(8))
    assert found.low.tolist() == [1, 0, 1, 0]
    assert found.expected.round(6).tolist() == [1, 0, 1, 0]
    assert found.high.tolist() == [1, 0, 2, 1]
    assert found.unknown.tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("n", "own_dB", "common_dB"), [(60, 6, 3), (190, 1, 8), (400, 6, 3), (900, 2, 6)]
)
def test_a_common_error_widens_as_a_simulation_says(n, own_dB, common_dB) -> None:
    """Drawn by drawing the common error and then the count, 20,000 times."""
    draw = np.random.default_rng(5)
    margins = draw.normal(2, 10, n)
    found = covered_villages(margins, np.zeros(n, int), 1, PredictionSpread(own_dB, common_dB))
    common = draw.normal(0, common_dB, (20_000, 1))
    steps = np.sort(draw.normal(0, own_dB, (n, 200)), axis=1)  # own errors, 200 for each village
    own = steps[np.arange(n), draw.integers(0, 200, (20_000, n))]
    counts = (margins + common + own >= 0).sum(axis=1)
    assert found.expected[0] == pytest.approx(counts.mean(), abs=0.01 * n)
    ends = np.quantile(counts, [0.05, 0.95])
    assert [found.low[0], found.high[0]] == pytest.approx(ends, abs=1 + 0.012 * n)
    alone = covered_villages(margins, np.zeros(n, int), 1, PredictionSpread(own_dB))
    assert found.high[0] - found.low[0] > 1.5 * (alone.high[0] - alone.low[0])


def test_exact_and_normal_mixtures_agree(monkeypatch) -> None:
    margins = np.random.default_rng(6).normal(1, 9, 190)
    spread = PredictionSpread(7, 2.5)
    exact = covered_villages(margins, np.zeros(190, int), 1, spread)
    monkeypatch.setattr(module, "_EXACT", 0)
    normal = covered_villages(margins, np.zeros(190, int), 1, spread)
    assert [normal.low[0], normal.high[0]] == pytest.approx([exact.low[0], exact.high[0]], abs=1)


def test_households_equal_every_outcome_of_a_small_case() -> None:
    margins, weights = [1.0, -3.0, 6.0, 0.0, 2.0], [120, 35, 80, 400, 22]
    found = covered_households(margins, weights, [0] * 5, 1, PredictionSpread(8, draws=20_000))
    chance = every_outcome(ndtr(np.array(margins) / 8).tolist(), weights)
    assert found.expected[0] == pytest.approx(sum(k * q for k, q in chance.items()))
    below = sum(q for k, q in chance.items() if k < found.low[0])
    above = sum(q for k, q in chance.items() if k > found.high[0])
    assert below <= 0.05 + 0.005
    assert above <= 0.05 + 0.005
    assert sum(q for k, q in chance.items() if k <= found.low[0]) >= 0.05 - 0.005


def test_households_with_one_each_are_villages() -> None:
    draw = np.random.default_rng(8)
    margins, group = draw.normal(0, 8, 3_000), draw.integers(0, 5, 3_000)
    for spread in (PredictionSpread(8), PredictionSpread(6, 4)):
        count = covered_villages(margins, group, 5, spread)
        same = covered_households(margins, np.ones(3_000), group, 5, spread)
        assert same.expected == pytest.approx(count.expected, rel=1e-9)
        assert same.low == pytest.approx(count.low, abs=25 if spread.common_sigma_dB else 3)
        assert same.high == pytest.approx(count.high, abs=25 if spread.common_sigma_dB else 3)


def test_households_are_seeded_and_certain_ones_are_not_drawn() -> None:
    margins = [0.0, 200.0, -200.0, math.nan]
    first, second = (
        covered_households(margins, [10, 20, 30, 40], [0, 0, 0, 0], 1, PredictionSpread(8))
        for _ in range(2)
    )
    assert first.low.tolist() == second.low.tolist() == [20]
    assert first.expected.tolist() == [25]
    assert first.high.tolist() == [70]
    assert first.unknown.tolist() == [40]


def test_nobody_at_all() -> None:
    assert poisson_binomial([]).tolist() == [1]
    assert covered_villages([], [], 2, PredictionSpread(8)).high.tolist() == [0, 0]
    assert covered_households([], [], [], 2, PredictionSpread(8)).high.tolist() == [0, 0]


@pytest.mark.parametrize(
    "call",
    [
        lambda: poisson_binomial([0.5, 1.1]),
        lambda: poisson_binomial([math.nan]),
        lambda: PredictionSpread(0),
        lambda: PredictionSpread(8, -1),
        lambda: PredictionSpread(8, level=1),
        lambda: PredictionSpread(math.nan),
        lambda: covered_villages([0], [1], 1, PredictionSpread(8)),
        lambda: covered_villages([0, 0], [0], 1, PredictionSpread(8)),
        lambda: covered_households([0], [-1], [0], 1, PredictionSpread(8)),
        lambda: PredictionSpread(8, draws=10),
    ],
)
def test_outside_the_range(call) -> None:
    with pytest.raises(RangeError):
        call()

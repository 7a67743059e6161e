"""Shared shadowing: the interval must hold what a truly correlated field does."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.distance import pdist, squareform

from geo.errors import RangeError
from geo.radio import counts
from geo.radio.counts import PredictionSpread, covered_households, covered_villages
from geo.radio.shadowing import shadowing_cells

Floats = NDArray[np.float64]
LENGTH_M, SIGMA_dB, TRIALS = 2_000.0, 8.0, 600
#: A degree [m] at the place of the tests, near the equator: both ways the same.
DEGREE_M = 111_195.0


def hamlets(seed: int, n: int) -> tuple[Floats, Floats, Floats]:
    """Return places [°] in groups, as villages stand in valleys, and their margins [dB]."""
    draw = np.random.default_rng(seed)
    valley = draw.uniform(0, 50_000, (n // 8, 2))
    place = valley[draw.integers(0, len(valley), n)] + draw.normal(0, 1_500, (n, 2))
    return place[:, 0] / DEGREE_M, place[:, 1] / DEGREE_M, draw.normal(2, 8, n)


def shadowed(lon: Floats, lat: Floats, common_dB: float) -> Floats:
    """Draw TRIALS fields with the correlation exp(−d / L), and an error that all share [dB]."""
    apart = squareform(pdist(np.column_stack((lon, lat)) * DEGREE_M))
    root = np.linalg.cholesky(np.exp(-apart / LENGTH_M) + 1e-9 * np.eye(len(lon)))
    draw = np.random.default_rng(11)
    field = SIGMA_dB * draw.standard_normal((TRIALS, len(lon))) @ root.T
    return np.asarray(field + common_dB * draw.standard_normal((TRIALS, 1)))


@pytest.mark.parametrize("n", [160, 480])
@pytest.mark.parametrize("common_dB", [0.0, 4.0])
def test_the_interval_holds_under_correlated_shadowing(n: int, common_dB: float) -> None:
    lon, lat, margin = hamlets(n, n)
    true = (margin + shadowed(lon, lat, common_dB) >= 0).sum(axis=1)
    spread, one = PredictionSpread(SIGMA_dB, common_dB), np.zeros(n, int)
    cell = shadowing_cells(lon, lat, LENGTH_M)
    found = covered_villages(margin, one, 1, spread, cell)
    held = np.mean((found.low[0] <= true) & (true <= found.high[0]))
    assert 0.85 <= held <= 0.97
    assert found.expected[0] == pytest.approx(true.mean(), rel=0.02)
    homes = covered_households(margin, np.ones(n), one, 1, spread, cell)
    held = np.mean((homes.low[0] <= true) & (true <= homes.high[0]))
    assert 0.85 <= held <= 0.97
    if not common_dB:
        alone = covered_villages(margin, one, 1, spread)
        held = np.mean((alone.low[0] <= true) & (true <= alone.high[0]))
        assert held < 0.75, "the case must tell independence from correlation"


def test_exact_and_normal_counts_of_shared_squares_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    lon, lat, margin = hamlets(3, 190)
    cell, one = shadowing_cells(lon, lat, LENGTH_M), np.zeros(190, int)
    exact = covered_villages(margin, one, 1, PredictionSpread(7, 2.5), cell)
    monkeypatch.setattr(counts, "_EXACT", 0)
    normal = covered_villages(margin, one, 1, PredictionSpread(7, 2.5), cell)
    assert [normal.low[0], normal.high[0]] == pytest.approx([exact.low[0], exact.high[0]], abs=1)


def test_villages_of_one_square_stand_or_fall_together() -> None:
    found = covered_villages([0.0] * 9, [0] * 9, 1, PredictionSpread(8), [4] * 9)
    assert [found.low[0], found.expected[0], found.high[0]] == [0, 4.5, 9]
    # The better of two is above whenever the worse is: 0, 1, 2 with 1 − p, p − q, q.
    found = covered_villages([8.0, -8.0], [0, 0], 1, PredictionSpread(8, level=0.6), [0, 0])
    assert [found.low[0], found.high[0]] == [1, 1]


@pytest.mark.parametrize("lat", [0.0, 27.0, -60.0])
def test_squares_have_the_side_they_promise_everywhere(lat: float) -> None:
    side = math.sqrt(2 * math.pi) * LENGTH_M
    step = side / 20 / DEGREE_M
    north, east = np.mgrid[lat : lat + 200 * step : step, 0 : 200 * step : step]
    cell = shadowing_cells((100 + east / math.cos(math.radians(lat))).ravel(), north.ravel(),
                           LENGTH_M)  # fmt: skip
    sizes = np.bincount(cell)
    assert np.median(sizes) == pytest.approx(400, rel=0.06)
    assert sizes.max() <= 22**2
    assert sorted(set(cell)) == list(range(len(sizes)))


def test_no_length_leaves_everyone_alone_and_a_bad_one_is_refused() -> None:
    assert shadowing_cells([1, 1], [2, 2], 0).tolist() == [0, 1]
    for bad in (-1, math.nan, math.inf):
        with pytest.raises(RangeError, match="correlation length"):
            shadowing_cells([1], [2], bad)
    with pytest.raises(RangeError, match="squares"):
        covered_villages([1.0], [0], 1, PredictionSpread(8), [0, 1])

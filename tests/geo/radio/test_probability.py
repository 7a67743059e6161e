"""Shadowing: published quantiles, area against edge by integration, three states."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.integrate import quad

from geo.errors import RangeError
from geo.radio.probability import (
    area_probability,
    coverage_probability,
    coverage_state,
    edge_probability,
    shadow_margin_dB,
)

shares = st.floats(0.02, 0.98)


# Quantiles of the normal distribution: 90 % 1.2816, 95 % 1.6449, 75 % 0.6745.
@pytest.mark.parametrize(
    ("required", "sigmas"), [(0.5, 0), (0.75, 0.6745), (0.9, 1.2816), (0.95, 1.6449)]
)
def test_margin_is_sigma_times_the_quantile(required: float, sigmas: float) -> None:
    assert float(shadow_margin_dB(8, required)) == pytest.approx(8 * sigmas, abs=1e-3)


@settings(max_examples=60, deadline=None)
@given(st.floats(-140, -50), st.floats(-120, -80), st.floats(0.1, 15))
def test_probability_is_the_normal_tail(level: float, limit: float, sigma: float) -> None:
    expected = 1 - NormalDist(level, sigma).cdf(limit)
    assert float(coverage_probability(level, limit, sigma)) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.5, 12), shares)
def test_the_margin_gives_the_wished_probability_back(sigma: float, required: float) -> None:
    level = -105 + shadow_margin_dB(sigma, required)
    share = coverage_probability(level, -105, sigma)
    assert float(share) == pytest.approx(required, abs=1e-9)
    assert coverage_state(share, required).item() == 1


def test_no_shadowing_answers_yes_or_no_and_unknown_stays() -> None:
    got = coverage_probability([-104, -105, -106, math.nan], -105, [0, 0, 0, 0])
    assert got[:3].tolist() == [1, 1, 0]
    assert np.isnan(got[3])
    assert coverage_state(got, 1.0).tolist() == [1, 1, 0, 2]


@settings(max_examples=40, deadline=None)
@given(shares, st.floats(1, 14), st.floats(1.5, 6))
def test_area_probability_by_integration(edge: float, sigma: float, exponent: float) -> None:
    normal = NormalDist()

    def above(radius: float) -> float:
        margin = normal.inv_cdf(edge) - 10 * exponent * math.log10(radius) / sigma
        return 2 * radius * normal.cdf(margin)

    expected, _ = quad(above, 0, 1, epsabs=1e-10, limit=200)
    assert area_probability(edge, sigma, exponent) == pytest.approx(expected, abs=1e-7)
    assert area_probability(edge, sigma, exponent) >= edge


def test_area_probability_of_practice() -> None:
    """The planners' rule: 75 % at the edge is some 90 % of the area at σ 8 dB."""
    assert area_probability(0.75, 8, 3.5) == pytest.approx(0.90, abs=0.01)


@settings(max_examples=30, deadline=None)
@given(shares, st.floats(1, 14), st.floats(1.5, 6))
def test_edge_and_area_are_inverse(edge: float, sigma: float, exponent: float) -> None:
    area = area_probability(edge, sigma, exponent)
    assert edge_probability(area, sigma, exponent) == pytest.approx(edge, abs=1e-5)


def test_extremes_do_not_overflow() -> None:
    for edge in (1e-6, 0.5, 1 - 1e-9):
        for sigma in (1e-3, 0.5, 50):
            assert 0 <= area_probability(edge, sigma, 3.9) <= 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: shadow_margin_dB(8, 1),
        lambda: shadow_margin_dB(8, [0.5, math.nan]),
        lambda: shadow_margin_dB(-1, 0.5),
        lambda: coverage_probability(-100, -105, math.nan),
        lambda: coverage_state([0.5], 0),
        lambda: coverage_state([0.5], math.nan),
        lambda: area_probability(1, 8, 3.9),
        lambda: area_probability(0.5, 0, 3.9),
        lambda: edge_probability(1.5, 8, 3.9),
    ],
)
def test_outside_the_range(call) -> None:
    with pytest.raises(RangeError):
        call()

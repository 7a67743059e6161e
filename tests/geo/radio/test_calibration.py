"""Calibration: finds what was put in, shrugs off outliers, and refuses where it does not help."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from geo.errors import RangeError
from geo.radio.calibration import MIN_POINTS, calibrate, corrected_dBm


def drive(offset, sigma, n=600, *, seed=1, sites=None, stretch_dB=0.0):
    """Return measured, predicted, site and stretch of a drive with a known error."""
    draw = np.random.default_rng(seed)
    predicted = draw.uniform(-115, -80, n)
    stretch = np.arange(n) // 20
    site = draw.integers(0, 1 if sites is None else len(sites), n)
    shared = draw.normal(0, stretch_dB, n // 20 + 1)[stretch]
    own = 0.0 if sites is None else np.asarray(sites)[site]
    return predicted + offset + own + shared + draw.normal(0, sigma, n), predicted, site, stretch


@settings(max_examples=30, deadline=None)
@given(st.floats(-15, 15), st.floats(1, 9), st.integers(0, 1_000))
def test_offset_and_sigma_are_found(offset: float, sigma: float, seed: int) -> None:
    measured, predicted, _, stretch = drive(offset, sigma, seed=seed)
    found = calibrate(measured, predicted, stretch=stretch)
    if found.helps:
        assert found.offset_dB == pytest.approx(offset, abs=5 * sigma / math.sqrt(600))
        assert found.after.absolute_dB < found.before.absolute_dB
    else:
        assert abs(offset) < sigma
    assert found.sigma_dB == pytest.approx(sigma, rel=0.25)
    assert found.offset_error_dB == pytest.approx(sigma / math.sqrt(600), rel=0.6)


def test_held_out_error_before_and_after() -> None:
    measured, predicted, _, stretch = drive(-8, 6)
    found = calibrate(measured, predicted, stretch=stretch)
    assert found.before.bias_dB == pytest.approx(-8, abs=0.5)
    assert found.before.rms_dB == pytest.approx(10, abs=0.5)
    assert found.after.bias_dB == pytest.approx(0, abs=0.5)
    assert found.after.rms_dB == pytest.approx(6, abs=0.4)


def test_a_tenth_of_wrong_points_moves_little() -> None:
    measured, predicted, _, stretch = drive(-5, 6)
    measured[::10] = -40.0
    found = calibrate(measured, predicted, stretch=stretch)
    assert found.offset_dB == pytest.approx(-5, abs=1.5)
    assert found.sigma_dB == pytest.approx(6, abs=1.5)
    assert abs(np.mean(measured - predicted) + 5) > 4  # the plain mean is led astray


def test_no_offset_is_refused_with_the_numbers() -> None:
    measured, predicted, _, stretch = drive(0, 7)
    found = calibrate(measured, predicted, stretch=stretch)
    assert not found.helps
    assert found.offset_dB == 0
    (reason,) = found.reasons
    assert reason.key == "no_gain"
    assert reason.value <= reason.limit
    assert corrected_dBm(found, predicted).tolist() == predicted.tolist()


def test_stretches_that_differ_do_not_pass_for_many_points() -> None:
    """600 points on 30 stretches 6 dB apart know an offset of 1 dB no better than 30 points do."""
    refused = 0
    for seed in range(10):
        measured, predicted, _, stretch = drive(1, 2, seed=seed, stretch_dB=6)
        found = calibrate(measured, predicted, stretch=stretch)
        refused += not found.helps
        assert 0.5 < found.offset_error_dB < 2
    assert refused >= 8


@pytest.mark.parametrize("n", [0, 1, 10, MIN_POINTS - 1])
def test_too_few_points(n: int) -> None:
    measured, predicted, _, _ = drive(-10, 5)
    found = calibrate(measured[:n], predicted[:n])
    assert found.reasons[0].key == "few_points"
    assert found.offset_dB == 0
    assert found.points == n


def test_too_few_stretches() -> None:
    measured, predicted, _, _ = drive(-10, 5)
    for stretches in (1, 5):
        found = calibrate(measured, predicted, stretch=np.arange(600) % stretches)
        assert [reason.key for reason in found.reasons] == ["few_stretches"]
        assert found.stretches == stretches


def test_sites_get_their_own_offsets_shrunk_by_chance() -> None:
    own = np.array([-9.0, -3.0, 0.0, 4.0, 8.0])
    measured, predicted, site, stretch = drive(-4, 5, 1_000, sites=own)
    one = calibrate(measured, predicted, stretch=stretch)
    each = calibrate(measured, predicted, stretch=stretch, site=site)
    assert each.helps
    assert each.offset_dB + each.site_offset_dB == pytest.approx(own - 4, abs=1.2)
    assert each.sigma_dB == pytest.approx(5, abs=0.5)
    assert one.sigma_dB > each.sigma_dB
    assert each.after.rms_dB < one.after.rms_dB
    # A site with a single, wild point is not believed.
    wild = np.append(measured, -50.0), np.append(predicted, -100.0)
    lone = calibrate(*wild, stretch=np.append(stretch, 99), site=np.append(site, 5))
    assert 0 < lone.site_offset_dB[5] < 0.8 * 54


def test_what_is_held_out_teaches_nothing() -> None:
    """Each site on one stretch: held out, its own offset is unknown, and the error shows it."""
    own = np.random.default_rng(4).normal(0, 8, 30)
    draw = np.random.default_rng(2)
    site = np.arange(600) // 20
    predicted = draw.uniform(-115, -80, 600)
    measured = predicted - 12 + own[site] + draw.normal(0, 2, 600)
    found = calibrate(measured, predicted, stretch=site, site=site)
    assert found.after.rms_dB == pytest.approx(np.sqrt(own.var() + 4), rel=0.15)


def test_sites_alike_get_no_offsets() -> None:
    measured, predicted, site, stretch = drive(-6, 5, 1_000, sites=[0.0] * 8)
    found = calibrate(measured, predicted, stretch=stretch, site=site)
    assert np.abs(found.site_offset_dB).max() < 1
    assert found.site_sigma_dB < 1


def test_a_correction_leaves_the_prediction_untouched_and_unknown_unknown() -> None:
    own = [-6.0, 6.0]
    measured, predicted, site, stretch = drive(-4, 3, 600, sites=own)
    measured[:7] = np.nan
    predicted[7:9] = np.nan
    kept = predicted.copy()
    found = calibrate(measured, predicted, stretch=stretch, site=site)
    assert (found.points, found.left_out) == (591, 9)
    fixed = corrected_dBm(found, predicted, site)
    assert np.array_equal(predicted, kept, equal_nan=True)
    assert np.isnan(fixed[7:9]).all()
    assert fixed[20] == predicted[20] + found.offset_dB + found.site_offset_dB[site[20]]
    unknown_site = corrected_dBm(found, [-100.0], [7])
    assert unknown_site.tolist() == [-100.0 + found.offset_dB]


def test_the_order_of_the_points_is_the_drive_when_no_stretch_is_named() -> None:
    measured, predicted, _, _ = drive(-7, 5)
    assert calibrate(measured, predicted).stretches == 20


def test_it_is_deterministic() -> None:
    measured, predicted, site, stretch = drive(-2, 6, sites=[0, 3])
    first, second = (calibrate(measured, predicted, stretch=stretch, site=site) for _ in range(2))
    assert (first.offset_dB, first.after) == (second.offset_dB, second.after)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: calibrate([-90, 90], [-90, -90]), "such as 90 dBm"),
        (lambda: calibrate([-90], [-90, -90]), "predicted"),
        (lambda: calibrate([-90], [-math.inf]), "infinite"),
        (lambda: calibrate([-90], [-90], folds=1), "folds"),
        (lambda: calibrate([-90], [-90], site=[-1]), "negative"),
    ],
)
def test_what_cannot_be_a_drive_test(call, named) -> None:
    with pytest.raises(RangeError, match=named):
        call()


def test_sites_that_do_not_fit_a_correction() -> None:
    measured, predicted, site, stretch = drive(-4, 3, sites=[-6.0, 6.0])
    found = calibrate(measured, predicted, stretch=stretch, site=site)
    with pytest.raises(RangeError, match="sites for"):
        corrected_dBm(found, [-100.0, -90.0], [0])

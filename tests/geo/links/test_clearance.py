"""Clearance against published figures, smooth earth, and a loop over the points."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from geo.errors import InputError, RangeError
from geo.links import clearance as c


@pytest.mark.parametrize(("k", "bulge"), [(4 / 3, 13.2), (0.6, 29.4)])
def test_the_bulge_of_30_km_is_the_fields_figure(k, bulge):
    assert c.earth_bulge_m(15, 15, k=k) == pytest.approx(bulge, abs=0.05)


def test_the_first_fresnel_zone_is_the_recommendations_17_3():
    """P.530 gives 17.3 √(d1·d2 / (f·d)) with km and GHz."""
    d1, d2 = np.array([0.0, 3, 10, 22]), np.array([25.0, 22, 15, 3])
    expected = 17.3 * np.sqrt(d1 * d2 / (7.5 * 25))
    assert c.fresnel_radius_m(d1, d2, 7.5) == pytest.approx(expected, rel=2e-3)
    assert c.fresnel_radius_m(5, 5, 1.0, zone=4) == pytest.approx(2 * c.fresnel_radius_m(5, 5, 1.0))
    assert c.fresnel_radius_m(0, 0, 1.0) == 0


def test_over_smooth_earth_sight_ends_at_the_radio_horizon():
    """Two antennas see each other up to √(2ka)(√h1 + √h2): P.526-15 eq. (21)."""
    for k in (4 / 3, 0.6):
        horizon = math.sqrt(2 * k * 6371e3) * (math.sqrt(30) + math.sqrt(50)) / 1000
        for share, seen in ((0.999, True), (1.001, False)):
            km = np.linspace(0, horizon * share, 4001)
            path = c.clearance(
                km, np.zeros(4001), h_tx_m=30, h_rx_m=50, frequency_GHz=0.7, k=k
            )  # fmt: skip
            assert path.visible is seen


def test_a_grazed_ridge_has_a_diffraction_parameter_of_0():
    km = np.array([0.0, 4, 10])
    top = 60 - float(c.earth_bulge_m(4, 6))
    path = c.clearance(km, [0, top, 0], h_tx_m=60, h_rx_m=60, frequency_GHz=2.1)
    assert path.nu == pytest.approx(0, abs=1e-9)
    assert not path.free
    higher = c.clearance(km, [0, top + 10, 0], h_tx_m=60, h_rx_m=60, frequency_GHz=2.1)
    # ν = h √(2/λ · (1/d1 + 1/d2)), P.526-15 eq. (26)
    expected = 10 * math.sqrt(2 / (0.299792458 / 2.1) * (1 / 4000 + 1 / 6000))
    assert higher.nu == pytest.approx(expected)
    assert not higher.visible


@given(st.integers(3, 40), st.integers(0, 1000))
def test_the_worst_point_is_the_least_of_all(n, seed):
    rng = np.random.default_rng(seed)
    km = np.concatenate([[0], np.cumsum(rng.uniform(0.05, 1, n - 1))])
    ground = rng.uniform(0, 300, n)
    path = c.clearance(km, ground, h_tx_m=25, h_rx_m=5, frequency_GHz=0.9, k=0.6)
    ratio = path.clearance_m[1:-1] / path.fresnel_m[1:-1]
    assert path.worst == 1 + ratio.argmin()
    assert path.worst_ratio == pytest.approx(ratio.min(), rel=1e-9)
    assert path.visible == (path.clearance_m[1:-1] >= 0).all()
    assert path.clearance_m[0] == pytest.approx(25)
    assert path.clearance_m[-1] == pytest.approx(5)


def test_a_profile_that_is_none_is_refused():
    link = {"h_tx_m": 30, "h_rx_m": 1.5, "frequency_GHz": 0.7}
    for km, ground in (([0, 1], [1, 2]), ([0, 1, 2], [1, np.nan, 2]), ([0, 1, 2], [1, 2])):
        with pytest.raises(InputError, match="three points and no void"):
            c.clearance(km, ground, **link)
    for km in ([1, 2, 3], [0, 2, 2], [0, 2, 1]):
        with pytest.raises(InputError, match="do not rise from 0"):
            c.clearance(km, [1, 2, 3], **link)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"h_tx_m": -1}, "below ground"), ({"h_rx_m": np.nan}, "below ground"),
        ({"frequency_GHz": 0}, "not above 0"), ({"k": 0}, "not above 0"),
    ],
)  # fmt: skip
def test_what_is_out_of_range_is_said(wrong, said):
    link = {"h_tx_m": 30, "h_rx_m": 1.5, "frequency_GHz": 0.7, "k": 4 / 3} | wrong
    with pytest.raises(RangeError, match=said):
        c.clearance([0, 1, 2], [0, 0, 0], **link)
    if "k" in wrong:
        with pytest.raises(RangeError):
            c.earth_bulge_m(1, 1, k=0)
    with pytest.raises(RangeError, match="no Fresnel zone 0"):
        c.fresnel_radius_m(1, 1, 1, zone=0)

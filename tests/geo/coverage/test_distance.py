"""Rule A by distance: against brute force with geodesics, three states, bad radii."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from geo.coverage.distance import COVERED, UNCOVERED, UNKNOWN, distance_coverage
from geo.earth.crs import WGS84, geodesic_m
from geo.errors import RangeError


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(50, 90_000))
def test_equals_brute_force(seed: int, radius_m: float) -> None:
    random = np.random.default_rng(seed)
    village = random.uniform((98, 21), (106, 29), (40, 2))
    site = random.uniform((98, 21), (106, 29), (60, 2))
    metres = geodesic_m(village[:, :1], village[:, 1:], site[:, 0], site[:, 1])
    result = distance_coverage(village[:, 0], village[:, 1], site[:, 0], site[:, 1], radius_m)
    assert (result.state == np.where(metres.min(axis=1) <= radius_m, COVERED, UNCOVERED)).all()
    hit = result.site >= 0
    assert result.site[hit].tolist() == metres.argmin(axis=1)[hit].tolist()
    assert np.allclose(result.distance_m[hit], metres.min(axis=1)[hit], atol=1e-3)


@pytest.mark.parametrize("azimuth", [0, 45, 90, 200])
@pytest.mark.parametrize(("offset_m", "state"), [(-0.01, COVERED), (0.01, UNCOVERED)])
def test_the_edge_is_geodesic_to_a_centimetre(azimuth: float, offset_m: float, state: int) -> None:
    lon, lat, _ = WGS84.fwd(102.7, 25.0, azimuth, 5_000 + offset_m)
    assert distance_coverage([lon], [lat], [102.7], [25.0], 5_000).state[0] == state


def test_a_circle_in_web_mercator_would_be_wrong() -> None:
    """A 5 km buffer in EPSG:3857 reaches 4.53 km at Kunming: a site at 4.8 km does cover."""
    lon, lat, _ = WGS84.fwd(102.7, 25.04, 90, 4_800)
    assert distance_coverage([lon], [lat], [102.7], [25.04]).state[0] == COVERED


def test_unknown_is_a_state_of_its_own() -> None:
    result = distance_coverage(
        [102.7, 103.7, 103.7, float("nan")], [25.0] * 4, [102.7], [25.0],
        sites_known=[False, False, True, True],
    )  # fmt: skip
    assert result.state.tolist() == [COVERED, UNKNOWN, UNCOVERED, UNKNOWN]


def test_no_sites_at_all() -> None:
    assert distance_coverage([102.7], [25.0], [], []).state.tolist() == [UNCOVERED]


@pytest.mark.parametrize("radius_m", [0, -5, float("nan"), float("inf"), 100_001])
def test_bad_radius(radius_m: float) -> None:
    with pytest.raises(RangeError, match="radius"):
        distance_coverage([102.7], [25.0], [102.7], [25.0], radius_m)

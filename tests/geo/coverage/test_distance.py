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
    assert np.allclose(result.distance_m[hit], metres.min(axis=1)[hit], rtol=0, atol=0.01)
    assert set(result.site[~hit]) <= {-1}
    assert np.isnan(result.distance_m[~hit]).all()


@pytest.mark.parametrize("azimuth", [0, 45, 90, 200])
@pytest.mark.parametrize("radius_m", [1.0, 5_000, 50_000, 100_000])
@pytest.mark.parametrize(("offset_m", "state"), [(-1e-4, COVERED), (1e-4, UNCOVERED)])
def test_the_edge_is_geodesic(azimuth: float, radius_m: float, offset_m: float, state: int) -> None:
    """The arc on a sphere is up to 8 mm off at 100 km: at the edge the geodesic itself decides."""
    lon, lat, _ = WGS84.fwd(102.7, 25.0, azimuth, radius_m + offset_m)
    # A second site, far away: the one that decides is not the last.
    found = distance_coverage([lon], [lat], [102.7, 80.0], [25.0, 40.0], radius_m)
    assert found.state[0] == state


def test_exactly_at_the_radius_is_covered() -> None:
    metres = float(geodesic_m(102.7, 25.0, 102.74, 25.01))
    assert distance_coverage([102.74], [25.01], [102.7], [25.0], metres).state[0] == COVERED


@pytest.mark.parametrize("kilometres", [20, 60, 99])
def test_the_distance_of_a_far_site_is_good_to_a_centimetre(kilometres: int) -> None:
    for azimuth in (0, 90):
        lon, lat, _ = WGS84.fwd(102.7, 25.0, azimuth, kilometres * 1_000)
        found = distance_coverage([lon], [lat], [102.7], [25.0], 100_000)
        assert found.distance_m[0] == pytest.approx(kilometres * 1_000, abs=0.01)


def test_below_a_metre() -> None:
    lon, lat, _ = WGS84.fwd(102.7, 25.0, 90, 0.4)
    assert distance_coverage([lon], [lat], [102.7], [25.0], 0.5).state[0] == COVERED
    assert distance_coverage([lon], [lat], [102.7], [25.0], 0.3).state[0] == UNCOVERED


def test_places_that_are_none_are_named() -> None:
    with pytest.raises(RangeError, match="95") as caught:
        distance_coverage([102.7], [95.0], [102.7], [25.0])
    assert "villages" in caught.value.where
    with pytest.raises(RangeError, match="95") as caught:
        distance_coverage([102.7], [25.0], [102.7], [95.0])
    assert "sites" in caught.value.where


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
    assert result.site.tolist() == [0, -1, -1, -1]
    assert result.state.dtype == np.uint8


def test_no_sites_at_all() -> None:
    found = distance_coverage([102.7], [25.0], [], [])
    assert found.state.tolist() == [UNCOVERED]
    assert found.site.tolist() == [-1]
    nowhere = distance_coverage([float("nan")], [25.0], [102.7], [25.0])
    assert (nowhere.state.tolist(), nowhere.site.tolist()) == ([UNKNOWN], [-1])


@pytest.mark.parametrize("radius_m", [0, -5, float("nan"), float("inf"), 100_001])
def test_bad_radius(radius_m: float) -> None:
    with pytest.raises(RangeError, match="radius"):
        distance_coverage([102.7], [25.0], [102.7], [25.0], radius_m)

"""Geodesic measures against pyproj and published offsets of the GCJ-02 shift."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from geo.earth.crs import check_lonlat, ecef, gcj02_to_wgs84, geodesic_m, wgs84_to_gcj02
from geo.errors import RangeError

LON = st.floats(97.5, 108.7)
LAT = st.floats(21.1, 42.8)


@pytest.mark.parametrize(
    ("lon", "lat", "published_m"),
    [(102.7, 25.04, 361), (103.72, 27.34, 433), (103.83, 36.06, 219)],
)
def test_shift_at_published_places(lon: float, lat: float, published_m: float) -> None:
    """Kunming 361 m, Zhaotong 433 m, Lanzhou 219 m (the seats' positions are not stated: ±2 m)."""
    assert geodesic_m(lon, lat, *wgs84_to_gcj02(lon, lat)) == pytest.approx(published_m, abs=2)


@given(LON, LAT)
def test_inverse_is_exact(lon: float, lat: float) -> None:
    back_lon, back_lat = gcj02_to_wgs84(*wgs84_to_gcj02(lon, lat))
    assert abs(back_lon - lon) < 1e-7
    assert abs(back_lat - lat) < 1e-7


def test_outside_china_nothing_moves() -> None:
    lon, lat = wgs84_to_gcj02([2.35, -70.0], [48.85, -33.0])
    assert lon.tolist() == [2.35, -70.0]
    assert lat.tolist() == [48.85, -33.0]


@given(LON, LAT, st.floats(-0.05, 0.05), st.floats(-0.05, 0.05))
def test_chord_is_the_geodesic_below_ten_kilometres(
    lon: float, lat: float, dx: float, dy: float
) -> None:
    a, b = ecef([lon], [lat])[0], ecef([lon + dx], [lat + dy])[0]
    assert np.linalg.norm(a - b) == pytest.approx(
        float(geodesic_m(lon, lat, lon + dx, lat + dy)), rel=1e-6, abs=1e-5
    )


def test_swapped_axes_are_named() -> None:
    with pytest.raises(RangeError, match="swapped"):
        check_lonlat([25.0], [102.7])
    with pytest.raises(RangeError, match="not a place on Earth"):
        check_lonlat([float("nan")], [25.0])

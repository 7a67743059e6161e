"""Patterns against the tables of 3GPP, an independent rotation, and what must hold for any beam."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from geo.errors import RangeError, UnknownNameError
from geo.radio.antenna import PATTERNS, Antenna, Pattern, gain_dB, pattern, pattern_gain_dB

angles = st.floats(-720, 720)
tilts = st.floats(-20, 20)
keys = st.sampled_from(sorted(PATTERNS))


@pytest.mark.parametrize(
    ("key", "bearing", "elevation", "expected"),
    [
        ("sector_36814", 0, 0, 0.0),
        ("sector_36814", 35, 0, -3.0),  # half power at half of 70°
        ("sector_36814", 0, -5, -3.0),  # and of 10°
        ("sector_36814", 70, 0, -12.0),
        ("sector_36814", 180, 0, -25.0),
        ("sector_36814", 0, 30, -20.0),  # SLA_v
        ("sector_36814", 70, 30, -25.0),  # 12 + 20, held at A_m
        ("sector_38901", 32.5, 0, -3.0),
        ("sector_38901", 0, 32.5, -3.0),
        ("sector_38901", 65, 65, -24.0),
        ("sector_38901", 180, 0, -30.0),
        ("omni", 123, 0, 0.0),
        ("omni", 123, -5, -3.0),
        ("omni", 0, 90, -20.0),
        ("isotropic", 77, -66, 0.0),
    ],
)
def test_published_cuts(key: str, bearing: float, elevation: float, expected: float) -> None:
    got = gain_dB(Antenna(pattern(key)), bearing, elevation)
    assert float(got) == pytest.approx(expected, abs=1e-9)


def test_electrical_tilt_moves_the_beam_down_in_every_azimuth() -> None:
    antenna = Antenna(PATTERNS["omni"], electrical_tilt_deg=6)
    assert gain_dB(antenna, np.arange(0, 360, 30), -6).round(9).tolist() == [0.0] * 12
    assert float(gain_dB(antenna, 0, 0)) == pytest.approx(-12 * 0.6**2)


def test_mechanical_tilt_lowers_the_front_and_raises_the_back() -> None:
    antenna = Antenna(PATTERNS["sector_36814"], azimuth_deg=120, mechanical_tilt_deg=8)
    front, side, back = (float(gain_dB(antenna, b, e)) for b, e in ((120, -8), (210, 0), (300, 8)))
    assert front == pytest.approx(0.0, abs=1e-9)
    # At 90° to the side the tilt moves nothing up or down: only the horizontal cut is left.
    assert side == pytest.approx(-min(12 * (90 / 70) ** 2, 25))
    assert back == pytest.approx(-25.0)


@settings(max_examples=60, deadline=None)
@given(keys, angles, st.floats(-90, 90), angles, tilts)
def test_mechanical_tilt_equals_a_rotation_of_the_vector(
    key: str, bearing: float, elevation: float, azimuth: float, tilt: float
) -> None:
    """The mount's axes by matrices, the pattern by its table: nothing shared with the code."""
    shape = PATTERNS[key]
    b, e = math.radians(bearing), math.radians(elevation)
    east, north, up = math.cos(e) * math.sin(b), math.cos(e) * math.cos(b), math.sin(e)
    a, t = math.radians(azimuth), math.radians(tilt)
    x = math.cos(t) * (math.sin(a) * east + math.cos(a) * north) - math.sin(t) * up
    y = math.cos(a) * east - math.sin(a) * north
    z = math.sin(t) * (math.sin(a) * east + math.cos(a) * north) + math.cos(t) * up
    phi, theta = math.degrees(math.atan2(y, x)), math.degrees(math.asin(max(-1.0, min(1.0, z))))
    horizontal = min(12 * (phi / shape.beamwidth_h_deg) ** 2, shape.front_back_dB)
    vertical = min(12 * (theta / shape.beamwidth_v_deg) ** 2, shape.side_lobe_dB)
    expected = -min(horizontal + vertical, shape.front_back_dB)
    got = float(gain_dB(Antenna(shape, azimuth, tilt), bearing, elevation))
    assert got == pytest.approx(expected, abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(keys, angles, st.floats(-90, 90), angles, tilts, tilts)
def test_any_beam_is_bounded_periodic_and_symmetric(
    key: str, bearing: float, elevation: float, azimuth: float, mechanical: float, electrical: float
) -> None:
    antenna = Antenna(PATTERNS[key], azimuth, mechanical, electrical)
    mirrored = 2 * azimuth - bearing
    one, round_, other = gain_dB(antenna, [bearing, bearing + 360, mirrored], elevation)
    assert -PATTERNS[key].front_back_dB <= one <= 0
    assert one == pytest.approx(round_, abs=1e-6)
    assert one == pytest.approx(other, abs=1e-6)


def test_one_path_equals_the_array_to_the_last_bit() -> None:
    draw = np.random.default_rng(3)
    bearing, elevation = draw.uniform(-360, 360, (20, 5)), draw.uniform(-90, 90, (20, 5))
    antenna = Antenna(PATTERNS["sector_36814"], 33, 4, 2)
    one = [
        pattern_gain_dB(b, e, antenna.row())
        for b, e in zip(bearing.ravel(), elevation.ravel(), strict=True)
    ]
    assert gain_dB(antenna, bearing, elevation).ravel().tolist() == one


def test_stacked_rows_serve_many_sites() -> None:
    rows = np.stack([Antenna(PATTERNS["omni"]).row(), Antenna(PATTERNS["sector_36814"], 180).row()])
    assert [pattern_gain_dB(0.0, 0.0, row) for row in rows] == [0.0, -25.0]


@pytest.mark.parametrize("widths", [(0, 10, 25, 20), (70, -1, 25, 20), (70, 10, math.nan, 20)])
def test_no_beam(widths: tuple[float, float, float, float]) -> None:
    with pytest.raises(RangeError, match="above 0"):
        Pattern(*widths)


@pytest.mark.parametrize("angles", [(0, 46, 0), (0, 0, math.nan), (math.inf, 0, 0)])
def test_no_mount(angles: tuple[float, float, float]) -> None:
    with pytest.raises(RangeError, match="antenna"):
        Antenna(PATTERNS["omni"], *angles)


@pytest.mark.parametrize("direction", [(math.nan, 0), (0, 91), (0, math.nan), (math.inf, 0)])
def test_no_direction(direction: tuple[float, float]) -> None:
    with pytest.raises(RangeError, match="elevation is beyond"):
        gain_dB(Antenna(PATTERNS["omni"]), *direction)


def test_unknown_pattern() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'omni'"):
        pattern("omnni")

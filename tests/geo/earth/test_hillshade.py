"""Shaded relief of tilted planes, whose brightness is one cosine."""

import math

import numpy as np
import pytest

from geo.earth.crs import geodesic_m
from geo.earth.hillshade import hillshade
from geo.errors import RangeError

STEP = 1 / 1200


def tilted(slope_east, slope_north):
    width = float(geodesic_m(100, 27, 100 + STEP, 27))
    height = float(geodesic_m(100, 27 - STEP / 2, 100, 27 + STEP / 2))
    y, x = np.indices((41, 41))
    cells = 1000 + slope_east * x * width - slope_north * y * height
    return cells, 27 + 20 * STEP, (STEP, STEP)


@pytest.mark.parametrize(("east", "north"), [(0, 0), (0.5, 0), (0, 0.5), (-0.3, 0.8), (2, -2)])
@pytest.mark.parametrize(("azimuth", "altitude"), [(315, 45), (90, 30), (0, 10), (200, 80)])
def test_brightness_is_the_cosine_with_the_lamp(east, north, azimuth, altitude):
    shade = hillshade(*tilted(east, north), azimuth_deg=azimuth, altitude_deg=altitude)[20, 20]
    lamp = np.array([
        math.cos(math.radians(altitude)) * math.sin(math.radians(azimuth)),
        math.cos(math.radians(altitude)) * math.cos(math.radians(azimuth)),
        math.sin(math.radians(altitude)),
    ])  # fmt: skip
    normal = np.array([-east, -north, 1]) / math.sqrt(1 + east**2 + north**2)
    assert shade == pytest.approx(max(0, normal @ lamp), abs=2e-3)


def test_a_slope_toward_the_lamp_is_bright():
    west_side, east_side = tilted(0.5, 0), tilted(-0.5, 0)
    assert hillshade(*west_side)[20, 20] > hillshade(*east_side)[20, 20]
    steeper = hillshade(*east_side, exaggeration=2)[20, 20]
    assert steeper < hillshade(*east_side)[20, 20]


def test_a_void_stays_void():
    grid = tilted(0.1, 0.1)
    grid[0][10, 10] = np.nan
    dark = np.isnan(hillshade(*grid))
    assert dark[9:12, 9:12].sum() >= 8
    assert dark.sum() <= 9


@pytest.mark.parametrize("wrong", [{"altitude_deg": -1}, {"altitude_deg": 91}, {"exaggeration": 0}])
def test_a_lamp_below_the_horizon_is_refused(wrong):
    with pytest.raises(RangeError, match="show no relief"):
        hillshade(*tilted(0, 0), **wrong)

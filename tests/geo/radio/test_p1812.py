"""P.1812 against two other programs, against closed formulas, and against itself."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from geo.radio.p1812 import Link, basic_transmission_loss

#: 26 profiles with the losses of two programs; the file says where they come from.
CASES = json.loads((Path(__file__).parent / "p1812_cases.json").read_text(encoding="utf-8"))
PLACE = {"lat_tx": 25.0, "lat_rx": 25.1, "lon_tx": 102.7, "lon_rx": 102.7}
LINK = {"frequency_GHz": 0.7, "h_tx_m": 35.0, "h_rx_m": 1.5, **PLACE}


def link(**changes) -> Link:
    return Link(**{**LINK, **changes})


def loss(distance_km, terrain_m, **changes) -> float:
    return basic_transmission_loss(distance_km, terrain_m, **{**LINK, **changes})


def flat(length_km: float, points: int = 151, height_m: float = 1900.0):
    return np.linspace(0.0, length_km, points), np.full(points, height_m)


def hills(seed: int, length_km: float = 12.0, points: int = 151, step_m: float = 12.0):
    draw = np.random.default_rng(seed)
    return np.linspace(0.0, length_km, points), 1900.0 + draw.normal(0, step_m, points).cumsum()


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_agrees_with_two_other_programs(case) -> None:
    points = case["n"]
    clutter = np.full(points, float(case["clutter_m"]))
    clutter[[0, -1]] = 0.0
    found = basic_transmission_loss(
        np.linspace(0.0, case["distance_km"], points),
        case["terrain_m"],
        frequency_GHz=case["frequency_GHz"],
        h_tx_m=case["h_tx_m"],
        h_rx_m=case["h_rx_m"],
        time_percent=case["time_percent"],
        polarization=case["polarization"],
        delta_N=case["delta_N"],
        N0=case["N0"],
        clutter_m=clutter if case["clutter_m"] else None,
        lat_tx=25.0,
        lat_rx=25.0 + math.degrees(case["distance_km"] / 6371.0),
        lon_tx=102.7,
        lon_rx=102.7,
    )
    assert found == pytest.approx(case["loss_dB"], abs=0.01)

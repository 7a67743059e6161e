"""Paths that the tests of P.1812 share: one link, flat ground and hills."""

from __future__ import annotations

import numpy as np

from geo.radio.p1812 import Link, basic_transmission_loss

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

"""Microwave hops and power: masts against a slow check of every pair, unknown terrain, limits."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from geo.earth.terrain import Grid, TerrainProfiles, profiles
from geo.errors import InputError, RangeError
from geo.links.clearance import earth_bulge_m, fresnel_radius_m
from geo.links.microwave import STANDARD_HEIGHTS_M, hop_pairs, solve_masts
from geo.money.power import PowerPrices, power


def paths(*terrains: list[float], length_km: float = 20.0) -> TerrainProfiles:
    """Return profiles of evenly spaced heights [m]."""
    template = profiles(Grid(np.zeros((3, 3)), 100.0, 25.0, 0.001, 0.001), [100.001], [24.999],
                        [100.0015], [24.9985])  # fmt: skip
    sizes = [len(terrain) for terrain in terrains]
    heights = np.concatenate([np.asarray(terrain, float) for terrain in terrains])
    distance = np.concatenate([np.linspace(0, length_km, size) for size in sizes])
    void = np.array([bool(np.isnan(terrain).any()) for terrain in terrains])
    start = np.concatenate([[0], np.cumsum(sizes)])
    return TerrainProfiles(start, distance, heights, void, np.full(len(sizes), length_km * 1e3),
                    template.provenance)  # fmt: skip


def is_clear(terrain: np.ndarray, length_km: float, a: float, b: float) -> bool:
    d1 = np.linspace(0, length_km, len(terrain))[1:-1]
    d2 = length_km - d1
    line = terrain[0] + a + (terrain[-1] + b - terrain[0] - a) * d1 / length_km
    free = 0.6 * fresnel_radius_m(d1, d2, 7.5)
    return all(
        (line - terrain[1:-1] - earth_bulge_m(d1, d2, k=k) >= free - 1e-9).all()
        for k in (4 / 3, 0.6)
    )


@pytest.mark.parametrize("seed", range(12))
def test_masts_are_the_least_pair_that_clears(seed: int) -> None:
    chance = np.random.default_rng(seed)
    terrain = chance.uniform(0, 45, 25)
    terrain[[0, -1]] = chance.uniform(20, 60, 2)
    hop = solve_masts([[0, 1]], paths(terrain.tolist(), length_km=12.0))
    fitting = [a + b for a, b in product(STANDARD_HEIGHTS_M, repeat=2)
               if is_clear(terrain, 12.0, a, b)]  # fmt: skip
    assert bool(hop.clear[0]) == bool(fitting)
    if fitting:
        assert hop.mast_m[0].sum() == min(fitting)
        assert is_clear(terrain, 12.0, *hop.mast_m[0])


def test_a_smooth_plain_needs_masts_for_the_bulge_of_the_earth() -> None:
    # 20 km at k = 0.6: bulge 13.1 m, 0.6 of the zone 8.5 m: at mid-path 21.6 m, so 25 m masts.
    flat = solve_masts([[0, 1]], paths([0.0] * 41))
    assert sorted(flat.mast_m[0]) in ([20.0, 25.0], [25.0, 25.0])


def test_a_ridge_blocks_and_a_void_is_unknown_not_blocked() -> None:
    hops = solve_masts([[0, 1], [0, 2]], paths([0, 500, 0], [0, np.nan, 0]))
    assert hops.clear.tolist() == [False, False]
    assert hops.known.tolist() == [True, False]
    assert np.isnan(hops.mast_m).all()


def test_pairs_are_those_within_a_hop() -> None:
    lon, lat = [100.0, 100.1, 101.0], [25.0, 25.0, 25.0]
    assert hop_pairs(lon, lat, hop_km=30).tolist() == [[0, 1]]
    assert hop_pairs([100.0], [25.0], hop_km=30).shape == (0, 2)
    assert len(solve_masts([], empty()).pairs) == 0


def empty() -> TerrainProfiles:
    one = paths([0.0] * 3)
    return TerrainProfiles(
        np.zeros(1, dtype=np.int64), np.zeros(0), np.zeros(0), np.zeros(0, dtype=bool),
        np.zeros(0), one.provenance,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (lambda: hop_pairs([100.0], [25.0], hop_km=0), RangeError),
        (lambda: hop_pairs([np.nan], [25.0], hop_km=30), RangeError),
        (lambda: solve_masts([[0, 1], [0, 2]], paths([0, 0, 0])), InputError),
        (lambda: solve_masts([[0, 1]], paths([0, 0, 0]), heights_m=[30, 20]), RangeError),
        (lambda: solve_masts([[0, 1]], paths([0, 0, 0]), frequency_GHz=0), RangeError),
    ],
)
def test_bad_hops_are_told(call, fault: type) -> None:
    with pytest.raises(fault):
        call()


# -- power

PRICES = PowerPrices(100_000, 30_000, 250_000, route_factor=1.5, assumed_km=3, limit_km=10)


def test_power_is_the_cheaper_of_grid_and_sun() -> None:
    found = power([0, 1_000, 2_000, 8_000, np.inf, np.nan], PRICES)
    assert found.kind == ("grid", "grid", "solar", "solar", "solar", "grid")
    assert found.reason == ("grid_cheaper", "grid_cheaper", "solar_cheaper", "grid_too_far",
                            "grid_too_far", "grid_assumed")  # fmt: skip
    assert found.cost.tolist() == [30_000, 180_000, 250_000, 250_000, 250_000, 330_000]
    assert found.line_km.tolist() == [0, 1.5, 0, 0, 0, 3]


def test_sun_alone_is_a_choice_and_says_so() -> None:
    found = power([0, np.nan], replace(PRICES, connection=np.inf))
    assert (found.kind, found.reason) == (("solar", "solar"), ("solar_only", "solar_only"))
    assert found.line_km.tolist() == [0, 0]


def test_existing_sites_have_power_and_without_sun_some_have_none() -> None:
    no_sun = PowerPrices(100_000, 30_000, np.inf, route_factor=1.5, assumed_km=0, limit_km=10)
    found = power([2_000, 50_000, 50_000], no_sun, existing=[False, False, True])
    assert found.kind == ("grid", "none", "grid")
    assert found.reason[1:] == ("no_feasible_power", "existing_site")
    assert found.cost.tolist() == [330_000, 0, 0]


def test_bad_power_is_told() -> None:
    negative, low = replace(PRICES, line_per_km=-1), replace(PRICES, route_factor=0.5)
    for metres, prices in (([-1], PRICES), ([1], negative), ([1], low)):
        with pytest.raises(RangeError):
            power(metres, prices)

"""Candidates: reasons, sharing first, merging, locked and forbidden; the coverage matrix."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings, strategies as st

from geo.coverage.candidates import CandidateRule, CandidateSurroundings, candidates, clusters
from geo.coverage.reach import coverage_matrix
from geo.earth.crs import geodesic_m
from geo.earth.lines import nearest_on_lines
from geo.errors import InputError, RangeError

#: Three villages: two within a kilometre, one alone, 30 km to the east.
LON, LAT, HOUSEHOLDS = [102.0, 102.008, 102.3], [25.0, 25.0, 25.0], [30, 60, 25]


def near(lon: float, lat: float, metres: float) -> tuple[float, float]:
    return lon + metres / 100_900.0, lat


def test_existing_sites_come_first_and_only_where_a_village_is_in_reach() -> None:
    around = CandidateSurroundings(existing=([102.03, 104.0], [25.0, 25.0]))
    found = candidates(LON, LAT, HOUSEHOLDS, around)
    assert found.reasons[0] == ("existing_site",)
    assert found.existing.tolist() == [0, -1, -1, -1]
    assert sorted(found.village[1:].tolist()) == [0, 1, 2]


def test_the_larger_village_leads_its_cluster_and_may_stand_alone_for_it() -> None:
    found = candidates(LON, LAT, HOUSEHOLDS, rule=CandidateRule(every_village=False))
    assert found.cluster.tolist() == [1, 1, 2]
    assert sorted(found.village.tolist()) == [1, 2]


def test_high_points_come_from_the_terrain_and_unknown_terrain_brings_none() -> None:
    def highest(lon, lat, within_m):
        top = np.where(lon > 102.2, np.nan, lon + 0.01)
        return top, lat, np.full(len(lon), 2_400.0)

    found = candidates(LON, LAT, HOUSEHOLDS, CandidateSurroundings(high_points=highest))
    tops = [i for i, codes in enumerate(found.reasons) if "high_point" in codes]
    assert [round(float(found.lon[i]), 3) for i in tops] == [102.018]


def test_points_on_lines_are_proposed_and_every_candidate_knows_its_distance() -> None:
    road = shapely.LineString([(101.0, 25.01), (103.0, 25.01)])
    found = candidates(LON, LAT, HOUSEHOLDS, CandidateSurroundings(roads=[road], power=[]))
    on_road = [i for i, codes in enumerate(found.reasons) if codes[0] == "near_road"]
    assert len(on_road) == 2
    assert found.road_m[on_road] == pytest.approx(0, abs=0.5)
    home = int(np.flatnonzero(found.village == 0)[0])
    assert found.road_m[home] == pytest.approx(1_108, rel=0.001)
    assert np.isnan(found.fibre_m).all()
    assert np.isinf(found.power_m).all()


def test_near_duplicates_become_one_that_keeps_all_reasons() -> None:
    lon, lat = near(102.0, 25.0, 40)
    road = shapely.LineString([(101.99, 25.0), (102.01, 25.0)])
    around = CandidateSurroundings(existing=([lon], [lat]), roads=[road])
    found = candidates([102.0], [25.0], [30], around)
    assert len(found) == 1
    assert found.reasons == (("existing_site", "near_road", "village"),)
    assert (found.existing[0], found.village[0], found.lon[0]) == (0, 0, lon)


def test_locked_places_stay_even_when_close_to_each_other() -> None:
    around = CandidateSurroundings(locked=([102.0, near(102.0, 25.0, 30)[0]], [25.0, 25.0]))
    found = candidates([102.0], [25.0], [30], around)
    assert found.locked.tolist() == [True, True]
    assert found.reasons[0] == ("locked", "village")


def test_forbidden_areas_and_places_are_left_out_and_listed() -> None:
    area = shapely.box(102.2, 24.9, 102.4, 25.1)
    around = CandidateSurroundings(forbidden_areas=[area], forbidden=([102.0], [25.0]))
    found = candidates(LON, LAT, HOUSEHOLDS, around)
    assert found.village.tolist() == [1]
    assert {(reason, why) for _, _, reason, why in found.refused} == {
        ("village", "forbidden_area"), ("village", "forbidden_place")
    }  # fmt: skip
    with pytest.raises(InputError, match="forbidden_area"):
        candidates(
            LON, LAT, HOUSEHOLDS,
            CandidateSurroundings(forbidden_areas=[area], locked=([102.3], [25.0])),
        )  # fmt: skip


def test_no_village_leaves_the_locked_sites() -> None:
    assert len(candidates([], [], [])) == 0
    assert len(candidates([], [], [], CandidateSurroundings(locked=([102.0], [25.0])))) == 1


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (lambda: candidates([np.nan], [25.0], [1]), RangeError),
        (lambda: candidates([102.0], [25.0], [-1]), RangeError),
        (lambda: candidates([102.0], [25.0], [1, 2]), InputError),
        (lambda: candidates([102.0], [25.0], [1], rule=CandidateRule(reach_m=0)), RangeError),
        (lambda: candidates([102.0], [25.0], [1], rule=CandidateRule(merge_m=-1)), RangeError),
        (lambda: candidates([25.0], [102.0], [1]), RangeError),
        (lambda: coverage_matrix([102.0], [25.0], [102.0], [25.0], [np.nan]), RangeError),
        (lambda: coverage_matrix([102.0], [25.0], [102.0], [95.0], 100), RangeError),
        (lambda: nearest_on_lines([102.0], [25.0], ["road"]), InputError),
    ],
)
def test_bad_input_is_told(call, fault: type) -> None:
    with pytest.raises(fault):
        call()


@given(st.integers(0, 10**6), st.integers(0, 40))
@settings(max_examples=40)
def test_no_two_candidates_are_nearer_than_the_merge_and_all_villages_stay_in_reach(
    seed: int, n: int
) -> None:
    chance = np.random.default_rng(seed)
    lon, lat = 102 + chance.random(n) * 0.05, 25 + chance.random(n) * 0.05
    around = CandidateSurroundings(
        existing=(102 + chance.random(5) * 0.05, 25 + chance.random(5) * 0.05)
    )
    found = candidates(lon, lat, chance.integers(1, 9, n), around, CandidateRule(merge_m=400))
    if not n:
        return
    apart = geodesic_m(found.lon[:, None], found.lat[:, None], found.lon, found.lat)
    assert (apart[~np.eye(len(found), dtype=bool)] > 399.9).all()
    assert coverage_matrix(found.lon, found.lat, lon, lat, 500).sum(axis=0).all()
    assert (np.diff([REASON_RANK[codes[0]] for codes in found.reasons]) >= 0).all()


REASON_RANK = {"locked": 0, "existing_site": 1, "village": 6}


@given(st.integers(0, 10**6))
@settings(max_examples=30)
def test_the_coverage_matrix_equals_every_distance_measured(seed: int) -> None:
    chance = np.random.default_rng(seed)
    lon, lat = 102 + chance.random(30) * 0.2, 25 + chance.random(30) * 0.2
    radius = chance.uniform(500, 12_000, 12)
    matrix = coverage_matrix(lon[:12], lat[:12], lon, lat, radius)
    metres = geodesic_m(lon[:12, None], lat[:12, None], lon, lat)
    assert (matrix.toarray() == (metres <= radius[:, None])).all()


@given(st.integers(0, 10**6))
@settings(max_examples=20)
def test_clusters_hold_villages_near_a_leader_of_at_least_their_size(seed: int) -> None:
    chance = np.random.default_rng(seed)
    lon, lat = 102 + chance.random(25) * 0.1, 25 + chance.random(25) * 0.1
    size = chance.integers(1, 50, 25)
    leader = clusters(lon, lat, size, 2_000)
    assert (leader[leader] == leader).all()
    assert (size[leader] >= size).all()
    assert geodesic_m(lon, lat, lon[leader], lat[leader]).max() <= 2_000.1


def test_distance_to_lines_is_geodesic_far_from_the_centre() -> None:
    road = shapely.LineString([(98.0, 22.0), (98.0, 23.0)])
    found = nearest_on_lines([98.01, 106.0], [22.5, 29.0], [road])
    assert found.distance_m[0] == pytest.approx(
        float(geodesic_m(98.01, 22.5, 98.0, 22.5)), rel=2e-3
    )
    assert np.isinf(nearest_on_lines([106.0], [29.0], [road], within_m=1_000).distance_m[0])

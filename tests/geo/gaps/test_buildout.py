"""Other layers: years sum to the gap, unknown stays unknown, fibre per region, racks and power."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from geo.errors import InputError, PlannerError, RangeError, UnknownNameError
from geo.gaps.buildout import (
    PATHS,
    candidate_regions,
    fibre_to_villages,
    racks_by_year,
    racks_needed,
    racks_of_demand,
    split_over_years,
    year_shares,
)


@given(st.lists(st.integers(-50, 20_000), min_size=1, max_size=8), st.integers(1, 8),
       st.sampled_from(PATHS))  # fmt: skip
def test_years_sum_to_the_gap_of_each_region(gaps: list[int], years: int, path: str) -> None:
    table = split_over_years(gaps, years, path=path)
    assert table.sum(axis=1).tolist() == [max(gap, 0) for gap in gaps]
    assert (table >= 0).all()
    assert (table == np.round(table)).all()
    assert year_shares(years, path).sum() == pytest.approx(1)


def test_the_s_curve_is_slow_fast_slow_and_symmetric() -> None:
    shares = year_shares(5, "s_curve")
    assert shares == pytest.approx(shares[::-1])
    assert shares[0] < shares[1] < shares[2]
    assert shares[2] / shares[0] == pytest.approx(3.08, abs=0.01)


def test_an_unknown_gap_is_unknown_in_every_year() -> None:
    table = split_over_years([np.nan, 5], 2)
    assert np.isnan(table[0]).all()
    assert table[1].sum() == 5


def test_fibre_of_villages_counts_trunks_once_and_sums_per_region() -> None:
    lon, lat = [100.1, 100.2, 100.3], [25.0, 25.0, 25.0]
    need = fibre_to_villages((lon, lat), ([100.0], [25.0]), [0, 0, 2], cost_per_km=100.0,
                             route_factor=1.5)  # fmt: skip
    assert need.km == pytest.approx([15.14] * 3, rel=1e-3)
    assert need.region_km == pytest.approx([30.28, 0, 15.14], rel=1e-3)
    assert need.cost.sum() == pytest.approx(need.routes[:, 4].sum() * 100)
    assert need.bound_km <= need.km.sum() + 1e-9


def test_without_fibre_nodes_the_length_is_unknown_not_nothing() -> None:
    need = fibre_to_villages(([100.1], [25.0]), ([], []), [0], cost_per_km=1.0, route_factor=1.0)
    assert np.isnan(need.km).all()
    assert np.isnan(need.cost).all()
    empty = fibre_to_villages(([], []), ([100.0], [25.0]), [], cost_per_km=1.0, route_factor=1.0)
    assert len(empty.km) == 0


def test_racks_are_standard_and_physical_and_megawatts() -> None:
    # Gansu's Qingyang: 3,500 physical racks are 30,000 standard ones, 21.4 kW each.
    need = racks_needed(30_000, 0, rack_kw=30_000 * 2.5 / 3_500, pue=1.25)
    assert (need.standard, need.physical) == (30_000, 3_500)
    assert (need.it_mw, need.facility_mw) == (75.0, 93.75)
    assert racks_needed(100, 120, pue=1.3).standard == 0
    assert racks_of_demand(1.0) == 400
    # Half full, twice the racks.
    assert racks_of_demand(1.0, 0.5) == 800


def test_free_racks_are_filled_before_new_ones_are_built() -> None:
    # Yunnan: more than 40,000 racks, about a quarter in use. 60,000 are missing to 100,000
    # whatever is in use: over-capacity is no need for more.
    linear = racks_by_year(100_000, 40_000, 5)
    assert linear.tolist() == [12_000] * 5
    late = racks_by_year(100_000, 40_000, 5, used=10_000)
    assert late.tolist() == [0, 6_000, 18_000, 18_000, 18_000]
    full = racks_by_year(100_000, 40_000, 5, used=40_000)
    assert full.tolist() == linear.tolist()
    # Of 100,000 racks 50,000 are to be filled: those in use double in what they need.
    assert racks_by_year(100_000, 40_000, 5, used=10_000, design_use=0.5).tolist() == [
        0, 12_000, 16_000, 16_000, 16_000,
    ]  # fmt: skip
    # In use more than the design allows: what is short today comes first.
    assert racks_by_year(100, 80, 2, used=80, design_use=0.9).tolist() == [15, 5]
    for used in (0, 5_000, 33_333, 40_000):
        for path in PATHS:
            years = racks_by_year(77_777, 40_000, 7, used=used, design_use=0.8, path=path)
            assert years.sum() == 37_777
            assert (years >= 0).all()
            assert (years == years.round()).all()
    assert racks_by_year(30_000, 40_000, 3, used=10_000).tolist() == [0, 0, 0]


def test_zones_name_prefectures_by_their_counties_too() -> None:
    zones = [("park", "530114;530400"), ("core", "530100"), ("new area", "530900")]
    found = candidate_regions(zones, ["530100", "530400"], kinds=["core", "park"])
    assert list(found.items()) == [("530100", ("core", "park")), ("530400", ("park",))]


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (lambda: split_over_years([1.5], 2), InputError),
        (lambda: split_over_years([np.inf], 2), RangeError),
        (lambda: split_over_years([1], 0), RangeError),
        (lambda: year_shares(3, "curve"), UnknownNameError),
        (lambda: racks_needed(-1, 0, pue=1.3), RangeError),
        (lambda: racks_needed(1, 0, pue=0.9), RangeError),
        (lambda: racks_by_year(1, 0, 2, design_use=0), RangeError),
        (lambda: racks_by_year(9, 5, 2, used=6), RangeError),
        (lambda: racks_of_demand(1, 1.5), RangeError),
        (lambda: racks_needed(1, np.nan, pue=1.3), RangeError),
        (lambda: racks_of_demand(-1), RangeError),
        (lambda: fibre_to_villages(([1.0], [2.0]), ([1.0], [2.0]), [], cost_per_km=1,
                                   route_factor=1), InputError),
        (lambda: fibre_to_villages(([1.0], [2.0]), ([1.0], [2.0]), [0], cost_per_km=-1,
                                   route_factor=1), RangeError),
    ],
)  # fmt: skip
def test_bad_input_is_told(call, fault: type[PlannerError]) -> None:
    with pytest.raises(fault):
        call()

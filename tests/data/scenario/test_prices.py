"""Prices over the plan: by hand, ascending from low to high, dearer the longer the plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data.scenario.unit_costs import unit_costs
from data.tables.reader import Pack, pack_names
from geo.errors import InputError, RangeError, UnknownNameError
from geo.money.cost import npv
from geo.money.prices import Horizon, backhaul_prices, power_prices

TEN = Horizon(years=10, discount_rate=0.06, price_year=2020, price_change=0.0)


@pytest.fixture(scope="module")
def costs():
    return unit_costs(Pack.load(pack_names()[0]))


def test_a_satellite_is_its_terminal_and_ten_years_of_capacity(costs) -> None:
    yearly = 120_000 + 0.1 * 60_000
    # Its equipment lasts ten years: nothing is renewed within the plan.
    by_hand = npv(0.06, [60_000, *[yearly] * 10])
    assert backhaul_prices(costs, TEN).satellite == pytest.approx(by_hand)
    fibre = npv(0.06, [35_000, *[3_500] * 10])
    assert backhaul_prices(costs, TEN).fibre_per_km == pytest.approx(fibre)


def test_solar_pays_for_new_batteries(costs) -> None:
    found = power_prices(costs, TEN)
    by_hand = npv(0.06, [150_000, *[15_000] * 10]) + 60_000 / 1.06**6
    assert found.solar == pytest.approx(by_hand)
    assert found.route_factor == 1.435


def test_low_base_high_ascend_and_longer_plans_cost_more(costs) -> None:
    for make in (backhaul_prices, power_prices):
        low, base, high = (
            make(costs, replace(TEN, value=value)) for value in ("low", "base", "high")
        )
        longer = make(costs, replace(TEN, years=20))
        for name in low.__dataclass_fields__:
            if name not in ("base_mast_m", "limit_km"):
                assert getattr(low, name) < getattr(base, name) < getattr(high, name)
                assert getattr(longer, name) >= getattr(base, name)


def test_a_bad_horizon_is_told(costs) -> None:
    for horizon, fault in (
        (replace(TEN, value="mean"), InputError),
        (replace(TEN, years=0), RangeError),
        (replace(TEN, discount_rate=-0.1), RangeError),
    ):
        with pytest.raises(fault):
            backhaul_prices(costs, horizon)
    with pytest.raises(UnknownNameError, match="fibre_rural"):
        backhaul_prices({k: v for k, v in costs.items() if k != "fibre_rural"}, TEN)

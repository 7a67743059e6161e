"""Prices that decide between links and power: present values over the plan, from unit costs.

A satellite is cheap to build and dear to run, a fibre the other way round; only their cost over the
years of the plan compares them. Each price is the build, its renewals at the end of life, and its
yearly operation, discounted at the stated rate. The bill of materials counts the build alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geo.errors import InputError, RangeError
from geo.links.backhaul import BackhaulPrices
from geo.money.bill import UnitCost, unit_cost
from geo.money.cost import Asset, Money, life_cost
from geo.money.power import PowerPrices

#: Which of the three values is used.
VALUES = ("low", "base", "high")


@dataclass(frozen=True, slots=True)
class Horizon:
    """Over how long and in which money prices are taken.

    Attributes
    ----------
    years
        Years of operation, whole.
    discount_rate
        Share per year.
    price_year
        Year whose prices the result is in.
    price_change
        Yearly change of prices that converts unit costs of other years (share per year).
    value
        ``low``, ``base`` or ``high``: the column of unit costs.
    """

    years: int
    discount_rate: float
    price_year: int
    price_change: float
    value: str = "base"


def backhaul_prices(
    costs: Mapping[str, UnitCost], horizon: Horizon, *, base_mast_m: float = 30.0
) -> BackhaulPrices:
    """Return the present values of backhaul.

    Raises
    ------
    UnknownNameError
        If an item is not in the table.
    InputError, RangeError
        If the horizon is out of range or a currency differs.
    """
    return BackhaulPrices(
        fibre_per_km=_value(costs, horizon, "fibre_rural", "life_fibre"),
        fibre_terminal=_value(costs, horizon, "fibre_terminal", "life_transmission"),
        hop=_value(costs, horizon, "microwave_hop", "life_transmission"),
        mast_per_m=_value(costs, horizon, "mast_height", "life_mast"),
        satellite=_value(
            costs, horizon, "satellite_terminal", "life_transmission", yearly="satellite_capacity"
        ),
        base_mast_m=base_mast_m,
    )


def power_prices(
    costs: Mapping[str, UnitCost], horizon: Horizon, *, limit_km: float = 20.0
) -> PowerPrices:
    """Return the present values of power; solar with new batteries at the end of their life.

    Raises
    ------
    UnknownNameError
        If an item is not in the table.
    InputError, RangeError
        If the horizon is out of range or a currency differs.
    """
    solar = _value(costs, horizon, "solar_power", "life_solar")
    batteries = _renewals(costs, horizon, "solar_battery", "life_battery")
    return PowerPrices(
        line_per_km=_value(costs, horizon, "grid_line", "life_fibre"),
        connection=_value(costs, horizon, "grid_connection", "life_transmission"),
        solar=solar + batteries,
        route_factor=_plain(costs, horizon, "route_factor"),
        limit_km=limit_km,
    )


def _plain(costs: Mapping[str, UnitCost], horizon: Horizon, item: str) -> float:
    if horizon.value not in VALUES:
        raise InputError(f"unknown value {horizon.value!r}", where="value",
                         repair=f"known: {', '.join(VALUES)}")  # fmt: skip
    return float(getattr(unit_cost(costs, item), horizon.value))


def _money(costs: Mapping[str, UnitCost], horizon: Horizon, item: str) -> Money:
    amount = _plain(costs, horizon, item)
    cost = unit_cost(costs, item)
    plain = Money.of(
        amount, amount, amount, currency=cost.money.currency, price_year=cost.price_year
    )
    return plain.in_prices_of(horizon.price_year, price_change=horizon.price_change)


def _life(costs: Mapping[str, UnitCost], life: str) -> int:
    """Return a lifetime [whole years]; always the base value, so that low stays below high."""
    years = round(unit_cost(costs, life).base)
    if years < 1:
        raise RangeError(f"a life of {years} years", where=life, repair="give 1 year or more")
    return years


def _value(
    costs: Mapping[str, UnitCost], horizon: Horizon, item: str, life: str, *, yearly: str = ""
) -> float:
    """Return build, renewals and operation as a present value."""
    build = _money(costs, horizon, item)
    running = build * _plain(costs, horizon, "opex_share")
    if yearly:
        running = running + _money(costs, horizon, yearly)
    done = life_cost(
        [Asset(build, _life(costs, life))], running, years=horizon.years,
        discount_rate=horizon.discount_rate,
    )  # fmt: skip
    return float(done.total.base)


def _renewals(costs: Mapping[str, UnitCost], horizon: Horizon, item: str, life: str) -> float:
    """Return the present value of the renewals alone, without the first build."""
    part = _money(costs, horizon, item)
    done = life_cost(
        [Asset(part, _life(costs, life))], part * 0.0, years=horizon.years,
        discount_rate=horizon.discount_rate,
    )  # fmt: skip
    return float(done.reinvestment.base)

"""Costs of a plan's sites: unit costs in force, quantities and costs per option.

Unit costs come from the pack's table; the settings may replace any of them, and the source of the
row then says so. All amounts are converted to the plan's price year. Items without a table in force
(access roads where no roads are known) are not counted; :func:`unknown_costs` names them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.scenario.plan_settings import PlanSettings
from data.tables.reader import Pack
from data.wording.catalogue import text
from geo.errors import UnknownNameError
from geo.money.bill import UnitCost, unit_cost
from geo.money.cost import Money
from layers.registry import layers, radio_of
from planning.plan.candidate_reach import Reach

Floats = NDArray[np.float64]

#: Items paid each year; not part of the build cost.
YEARLY = (
    "opex_site", "opex_electricity", "opex_solar", "opex_fibre", "opex_microwave",
    "opex_satellite", "satellite_capacity",
)  # fmt: skip


@dataclass(frozen=True)
class UnitPrices:
    """Unit costs in force and the price year of all amounts.

    Attributes
    ----------
    costs
        Item → unit cost in its own price year, with those of the settings.
    price_year, price_change
        Year of all amounts, and the yearly change that converts older unit costs to it (share per
        year).
    discount_rate
        Share per year.
    route_factor
        Length of a route over its geodesic length.
    currency
        ISO 4217 code of all amounts.
    """

    costs: Mapping[str, UnitCost]
    price_year: int
    price_change: float
    discount_rate: float
    route_factor: float
    currency: str = "CNY"

    def money(self, item: str) -> Money:
        """Return the price of one unit of an item in the plan's price year.

        Parameters
        ----------
        item
            Name of the item in the table of unit costs.

        Returns
        -------
        money
            Low, base and high [currency per unit].

        Raises
        ------
        UnknownNameError
            If there is no such item.
        """
        price = unit_cost(self.costs, item).money
        return price.in_prices_of(self.price_year, price_change=self.price_change)

    def amounts(self, item: str, number: Floats) -> Floats:
        """Return the price of quantities in whole fen, so that all sums of them agree.

        Parameters
        ----------
        item
            Name of the item in the table of unit costs.
        number
            (n,) quantity [unit of the item].

        Returns
        -------
        amounts
            (n, 3) low, base, high [currency].
        """
        return np.asarray(np.round(number[:, None] * self.money(item).amounts, 2))

    def value(self, item: str) -> float:
        """Return the base value of a share, ratio or lifetime.

        Parameters
        ----------
        item
            Name of the item in the table of unit costs.

        Returns
        -------
        value
            In the unit of the item.
        """
        return unit_cost(self.costs, item).base

    def total(self, quantities: Mapping[str, Floats]) -> Money:
        """Return the build cost of quantities; yearly items are excluded.

        Parameters
        ----------
        quantities
            Item → (n,) quantity; at least one item.

        Returns
        -------
        money
            (n,) low, base and high [currency].
        """
        amounts = sum(
            (
                self.amounts(item, number)
                for item, number in quantities.items()
                if item not in YEARLY
            ),
            start=np.zeros((1, 3)),
        )
        return Money(np.asarray(amounts), self.currency, self.price_year)


def prices(pack: Pack, settings: PlanSettings) -> UnitPrices:
    """Return the unit costs in force under the settings.

    Parameters
    ----------
    pack
        The province's tables in force.
    settings
        Settings of the plan.

    Returns
    -------
    prices
        Unit costs with those of the settings, price year and rates.

    Raises
    ------
    UnknownNameError
        If the settings name an item that the table does not have.
    """
    money = settings.money
    costs = unit_costs(pack)
    for item, own in money.unit_costs.items():
        if item not in costs:
            raise UnknownNameError("cost_item", item, costs, where="plan.money.unit_costs")
        costs[item] = replace(
            costs[item], low=own.low, base=own.base, high=own.high,
            source=text("cost_source.planner", "en"),
            source_zh=text("cost_source.planner", "zh"),
        )  # fmt: skip
    base = {item: row.base for item, row in costs.items()}
    change, rate, factor = (
        base[item] if own is None else own
        for item, own in (
            ("price_change", money.price_change),
            ("discount_rate", money.discount_rate),
            ("route_factor", settings.links.route_factor),
        )
    )
    return UnitPrices(costs, money.price_year, change, rate, factor, money.currency)


def unit_costs(pack: Pack) -> dict[str, UnitCost]:
    """Return the pack's unit costs.

    Parameters
    ----------
    pack
        The province's tables in force.

    Returns
    -------
    costs
        Item → unit cost, in the order of the table.
    """
    table = pack.table("unit_costs")
    texts = table.fillna({"per": "", "source_zh": table["source"]})
    return {
        row["item"]: UnitCost(
            row["item"], row["meaning"], row["currency_or_unit"], row["per"], float(row["low"]),
            float(row["base"]), float(row["high"]), int(row["price_year"]), row["source"],
            row["meaning_zh"], row["source_zh"],
        )
        for row in texts.to_dict("records")
    }  # fmt: skip


def site_quantities(
    reach: Reach, candidates: pd.DataFrame, settings: PlanSettings, rates: UnitPrices
) -> dict[str, Floats]:
    """Return the quantities to build each option, without power and backhaul.

    A new site takes a mast and, where roads are in force, a track from the nearest. An existing
    site is shared and takes only the radio. A site built earlier takes nothing.

    Parameters
    ----------
    reach
        Coverage matrix, options × villages.
    candidates
        Rows of the candidate table.
    settings
        Settings of the plan.
    rates
        Unit costs in force.

    Returns
    -------
    quantities
        Item → (options,) quantity [unit of the item].
    """
    rows = candidates.iloc[reach.candidate]
    stands = (rows["status"] == "built").to_numpy()
    shared = rows["existing_site"].to_numpy(bool) | stands
    equipment = np.array([_equipment(str(key)) for key in reach.preset])
    new = (~shared).astype(float)
    radios = {item: ((equipment == item) & ~stands).astype(float) for item in radio_items()}
    track_km = rows["road_m"].fillna(0.0).to_numpy(float) * rates.route_factor / 1000
    return {
        **radios,
        "opex_site": np.sum(list(radios.values()), axis=0),
        "mast_foundation": new,
        "mast_height": new * settings.antenna_height_m,
        "access_road": new * np.where(np.isfinite(track_km), track_km, 0.0),
    }


def radio_items() -> tuple[str, ...]:
    """Return the items of the unit costs for the radio of one site, one per technology.

    Returns
    -------
    items
        Names of items, in reverse alphabetical order.
    """
    items = [item.radio.equipment for item in layers() if item.radio is not None]
    return tuple(sorted(set(items), reverse=True))


def _equipment(preset_key: str) -> str:
    radio = radio_of(preset_key)
    return "" if radio is None else radio.equipment


def unknown_costs(candidates: pd.DataFrame, settings: PlanSettings) -> tuple[str, ...]:
    """Return the keys of costs that are omitted or assumed, as no table in force has the data.

    Parameters
    ----------
    candidates
        Rows of the candidate table.
    settings
        Settings of the plan.

    Returns
    -------
    keys
        ``no_roads`` (access tracks are omitted), ``grid_assumed`` (lines of assumed length), or
        none.
    """
    found = []
    if candidates["road_m"].isna().all():
        found.append("no_roads")
    if candidates["power_m"].isna().all() and "grid" in settings.links.power:
        found.append("grid_assumed")
    return tuple(found)

"""Which unit costs and assumptions drive the cost of a plan, each changed alone.

The sites, their links and their years stay as planned: a driver says how the cost of this plan
changes, not which plan another price would lead to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.scenario.plan_settings import PlanSettings
from planning.plan.life_cycle_cost import LIVES, life
from planning.plan.unit_costs import YEARLY, UnitPrices

Floats = NDArray[np.float64]
#: Assumption of a length → item → (n,) part of its quantity that is proportional to the length.
Lengths = Mapping[str, Mapping[str, Floats]]

DRIVER_COLUMNS = (
    "driver_rank", "item", "meaning", "meaning_zh", "unit", "low", "base", "high",
    "build_change_low", "build_change_high", "total_change_low", "total_change_high", "currency",
    "price_year", "years", "evidence", "source", "source_ids", "source_zh",
)  # fmt: skip


def lengths(
    quantities: Mapping[str, Floats], sites: pd.DataFrame, *, along_roads: bool
) -> dict[str, dict[str, Floats]]:
    """Return the quantities that rest on an assumed length.

    Parameters
    ----------
    quantities
        Item → (n,) quantity per site.
    sites
        (n, …) the sites, with ``power_reason``.
    along_roads
        True where fibre follows imported roads: its length is then no assumption.

    Returns
    -------
    lengths
        Parts per assumption; those without a quantity are left out.
    """
    assumed = (sites["power_reason"] == "grid_assumed").to_numpy()
    line = quantities["grid_line"]
    routed = {"access_road": quantities["access_road"], "grid_line": np.where(assumed, 0.0, line)}
    if not along_roads:
        routed |= {item: quantities[item] for item in ("fibre_rural", "opex_fibre")
                   if item in quantities}  # fmt: skip
    both = {"grid_drop": {"grid_line": np.where(assumed, line, 0.0)}, "route_factor": routed}
    kept = {
        name: {item: part for item, part in parts.items() if part.any()}
        for name, parts in both.items()
    }
    return {name: parts for name, parts in kept.items() if parts}


def items_of(
    figure: str, quantities: Mapping[str, Floats], assumed: Lengths, settings: PlanSettings
) -> tuple[str, ...]:
    """Return the rows of the unit costs that a figure of the totals rests on.

    Parameters
    ----------
    figure
        Name of a figure of :func:`planning.plan.life_cycle_cost.totals`.
    quantities
        Item → (n,) quantity of the sites counted.
    assumed
        Quantities that rest on an assumed length.
    settings
        Settings of the plan.

    Returns
    -------
    items
        Names of items, each once.
    """
    used = [item for item, number in quantities.items() if number.any()]
    once = [item for item in used if item not in YEARLY]
    renewed = [life for life, items in LIVES.items() if set(items) & set(once)]
    if "solar_power" in once:
        renewed += ["solar_battery", "life_battery"]
    rents = [item for item in used if item in YEARLY]
    funds = ["subsidy_remote", *(["subsidy_border"] if settings.money.border else [])]
    parts = {
        "reinvestment": [*once, *renewed], "operation": rents, "total": [*once, *renewed, *rents],
        "present_value": [*once, *renewed, *rents, "discount_rate"],
        "subsidy": [*once, *rents, *funds], "left_after_subsidy": [*once, *rents, *funds],
    }  # fmt: skip
    return tuple(dict.fromkeys([*parts.get(figure, once), *assumed, "price_change"]))


def drivers(
    quantities: Mapping[str, Floats], assumed: Lengths, settings: PlanSettings, rates: UnitPrices
) -> pd.DataFrame:
    """Return how each unit cost and assumption, low or high alone, changes the cost of the plan.

    Parameters
    ----------
    quantities
        Item → (n,) quantity of the sites counted.
    assumed
        Quantities that rest on an assumed length.
    settings
        Settings of the plan.
    rates
        Unit costs in force.

    Returns
    -------
    table
        :data:`DRIVER_COLUMNS`, the widest change of the total first: low, base and high of the
        item in its own unit, and the change of the build cost and of the total over the years of
        operation against the base [currency, not discounted].
    """
    years = settings.money.operation_years

    def costs(number: Mapping[str, Floats], prices: UnitPrices) -> Floats:
        n = len(next(iter(number.values())))
        found = life(number, np.ones(n, dtype=bool), years, None, prices)
        return np.array([float(found.build.base), float(found.total.base)])

    base = costs(quantities, rates)
    rows = []
    for item in items_of("total", quantities, assumed, settings):
        row = rates.costs[item]
        low, high = (
            costs(*_changed(item, value, (quantities, assumed), rates)) - base
            for value in (row.low, row.high)
        )
        in_force = {"route_factor": rates.route_factor, "price_change": rates.price_change}
        rows.append(
            {
                "item": item, "meaning": row.meaning, "meaning_zh": row.meaning_zh,
                "unit": f"{row.currency} {row.per}".strip(), "low": row.low,
                "base": in_force.get(item, row.base), "high": row.high,
                "build_change_low": low[0], "build_change_high": high[0],
                "total_change_low": low[1], "total_change_high": high[1],
                "currency": rates.currency,
                "price_year": rates.price_year, "years": years,
                "evidence": row.evidence, "source": row.source,
                "source_ids": f"cost:{item}", "source_zh": row.source_zh,
            }
        )  # fmt: skip
    table = pd.DataFrame(rows).round(dict.fromkeys(DRIVER_COLUMNS[8:12], 0))
    width = (table["total_change_high"] - table["total_change_low"]).abs()
    table = table.iloc[np.argsort(-width.to_numpy(), kind="stable")].reset_index(drop=True)
    table["driver_rank"] = np.arange(1, len(table) + 1)
    return table[list(DRIVER_COLUMNS)]


def _changed(
    item: str, value: float, plan: tuple[Mapping[str, Floats], Lengths], rates: UnitPrices
) -> tuple[Mapping[str, Floats], UnitPrices]:
    """Return quantities and prices with one unit cost or assumption at another value."""
    quantities, assumed = plan
    if item in assumed:
        before = rates.route_factor if item == "route_factor" else rates.value(item)
        factor = value / before - 1 if before else 0.0
        longer = {name: quantities[name] + part * factor for name, part in assumed[item].items()}
        return {**quantities, **longer}, rates
    if item == "price_change":
        return quantities, replace(rates, price_change=value)
    row = replace(rates.costs[item], low=value, base=value, high=value)
    return quantities, replace(rates, costs={**rates.costs, item: row})

"""Tables of a plan; their sums agree by construction."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.earth.crs import geodesic_m
from geo.evidence import weakest
from geo.money.bill import bill_of_materials
from layers.villages import county_names
from planning.plan.candidate_reach import CIRCLE, TERRAIN
from planning.plan.candidates import BUILT
from planning.plan.construction import Built
from planning.plan.inputs import SelectionInputs
from planning.plan.life_cycle_cost import site_money
from planning.plan.unit_costs import YEARLY

SITE_COLUMNS = (
    "rank", "candidate_id", "prefecture", "prefecture_zh", "prefecture_en", "county", "county_zh",
    "county_en", "lon", "lat", "preset", "kind", "reasons", "status", "villages", "households",
    "cost_low", "cost_base", "cost_high", "currency", "price_year", "cost_per_household",
    "backhaul", "power", "link_reasons", "carried_by", "year", "year_reason", "regret",
    "evidence", "source_ids", "operation_low", "operation_base", "operation_high",
    "present_value_low", "present_value_base", "present_value_high",
)  # fmt: skip
VILLAGE_COLUMNS = (
    "village_id", "prefecture", "prefecture_zh", "prefecture_en", "county", "county_zh",
    "county_en", "lon", "lat", "households", "rank", "candidate_id", "distance_m", "basis",
    "rsrp_dBm", "year", "evidence", "source_ids",
)  # fmt: skip
BILL_COLUMNS = (
    "item", "meaning", "meaning_zh", "quantity", "unit", "unit_low", "unit_base", "unit_high",
    "total_low", "total_base", "total_high", "paid", "currency", "price_year",
    "unit_price_year",
    "source", "evidence", "source_ids", "source_zh",
)  # fmt: skip
YEAR_COLUMNS = (
    "year", "sites", "cost_low", "cost_base", "cost_high", "currency", "price_year", "budget",
    "villages", "households", "sites_total", "cost_total", "villages_total", "households_total",
    "villages_share", "target_villages", "target_households", "household_years_total",
    "household_years_bound",
)  # fmt: skip


def site_table(
    pack: Pack, scenario: Scenario, ground: SelectionInputs, built: Built
) -> pd.DataFrame:
    """Return the ranked list of sites, in the order of building.

    ``villages`` and ``households`` are marginal: not reached by an earlier site. Operation and
    present value are of all years of operation; NaN without a year, and for what is built already.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    ground
        Inputs of the site-selection problem.
    built
        The chosen sites with links, order, years and costs.

    Returns
    -------
    table
        :data:`SITE_COLUMNS`, one row per site.
    """
    order, first = built.phases.order, built.phases.first
    table = built.sites.copy()
    served = first >= 0
    homes = ground.villages["households"].to_numpy(float)
    count = np.bincount(first[served], minlength=len(table))
    table["villages"] = count
    table["households"] = np.bincount(first[served], homes[served], len(table)).astype(np.int64)
    for name in ("low", "base", "high"):
        table[f"cost_{name}"] = getattr(built.money, name).round(2)
    year = np.where(built.sites["status"] == BUILT, 0, built.phases.year)
    table = table.assign(**site_money(built.quantities, year, scenario.plan, ground.rates))
    table["currency"], table["price_year"] = built.money.currency, built.money.price_year
    per = built.money.per(table["households"].to_numpy(float)).base
    table["cost_per_household"] = per.round(2)
    table["backhaul"] = built.joined.backhaul
    both = zip(built.joined.reasons, table["power_reason"], strict=True)
    table["link_reasons"] = [";".join(dict.fromkeys(filter(None, pair))) for pair in both]
    ids = np.append(built.sites["candidate_id"].to_numpy(dtype=object), "")
    table["carried_by"] = ids[built.joined.parent]
    table["year"], table["year_reason"] = _year(built.phases.year), built.phases.reason
    names = county_names(pack).reindex(table["county"]).reset_index(drop=True)
    table = pd.concat([table.drop(columns="prefecture"), names], axis=1).iloc[order]
    table["rank"], table["regret"] = np.arange(1, len(table) + 1), ""
    return table[list(SITE_COLUMNS)].reset_index(drop=True)


def village_table(ground: SelectionInputs, built: Built) -> pd.DataFrame:
    """Return the villages that the plan reaches, each with the site that reaches it first.

    Parameters
    ----------
    ground
        Inputs of the site-selection problem.
    built
        The chosen sites with links, order, years and costs.

    Returns
    -------
    table
        :data:`VILLAGE_COLUMNS`, by rank of the site.
    """
    first = built.phases.first
    rows = np.flatnonzero(first >= 0)
    site = first[rows]
    table = ground.villages.iloc[rows].reset_index(drop=True)
    rank = np.empty(len(built.sites), dtype=np.int64)
    rank[built.phases.order] = np.arange(1, len(rank) + 1)
    table["rank"] = rank[site]
    table["candidate_id"] = built.sites["candidate_id"].to_numpy(dtype=object)[site]
    table["distance_m"] = geodesic_m(
        table["lon"], table["lat"], built.sites["lon"].to_numpy(float)[site],
        built.sites["lat"].to_numpy(float)[site],
    ).round()  # fmt: skip
    level = ground.reach.levels(built.options[site], rows)
    table["basis"] = np.where(np.isnan(level), CIRCLE, TERRAIN)
    table["rsrp_dBm"] = level.round(1)
    table["year"] = _year(built.phases.year[site])
    # Coverage is modelled: no row has stronger evidence than that, or than its terrain.
    terrain = ground.reach.terrain
    more = {"modelled"} if terrain is None else {"modelled", terrain.evidence}
    table["evidence"] = [weakest({word, *more}) for word in table["evidence"]]
    if terrain is not None:
        table["source_ids"] = table["source_ids"] + f";{terrain.source_id}"
    ordered = table.sort_values(["rank", "village_id"], kind="stable")
    return ordered[list(VILLAGE_COLUMNS)].reset_index(drop=True)


def left_table(ground: SelectionInputs, built: Built) -> pd.DataFrame:
    """Return the villages that a candidate reaches but no chosen site.

    Parameters
    ----------
    ground
        Inputs of the site-selection problem.
    built
        The chosen sites with links, order, years and costs.

    Returns
    -------
    table
        Rows of the demand, with ``reason``.
    """
    open_ = _reachable(ground) & (built.phases.first < 0)
    return ground.villages.loc[open_].assign(reason="not_chosen")


def _reachable(ground: SelectionInputs) -> NDArray[np.bool_]:
    reached = np.zeros(len(ground.villages), dtype=bool)
    reached[ground.reach.matrix.indices] = True
    return reached


def bill_table(ground: SelectionInputs, built: Built) -> pd.DataFrame:
    """Return the bill of materials of all sites.

    Parameters
    ----------
    ground
        Inputs of the site-selection problem.
    built
        The chosen sites with links, order, years and costs.

    Returns
    -------
    table
        :data:`BILL_COLUMNS`, one row per item; ``paid`` is ``once`` for what is built, ``yearly``
        for rents. Empty without quantities.
    """
    sums = {item: float(number.sum()) for item, number in built.quantities.items()}
    if not any(sums.values()):
        return pd.DataFrame(columns=list(BILL_COLUMNS))
    rates = ground.rates
    bill = bill_of_materials(
        sums, rates.costs, price_year=rates.price_year, price_change=rates.price_change
    )
    rows = [
        {
            "item": line.item, "meaning": line.meaning, "meaning_zh": line.meaning_zh,
            "quantity": round(line.quantity, 3), "unit": line.unit,
            **{f"unit_{name}": round(float(getattr(line.unit_cost, name)), 2)
               for name in ("low", "base", "high")},
            **dict(zip(("total_low", "total_base", "total_high"),
                       rates.amounts(line.item, built.quantities[line.item]).sum(axis=0).round(2),
                       strict=True)),
            "paid": "yearly" if line.item in YEARLY else "once",
            "currency": rates.currency, "price_year": rates.price_year,
            "unit_price_year": line.price_year, "source": line.source,
            "evidence": rates.costs[line.item].evidence,
            "source_ids": f"cost:{line.item}", "source_zh": rates.costs[line.item].source_zh,
        }
        for line in bill.lines
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(BILL_COLUMNS))


def yearly_table(scenario: Scenario, ground: SelectionInputs, built: Built) -> pd.DataFrame:
    """Return sites, spending and villages per year with running totals, and the target path.

    The target path is linear from none to all villages of the plan by its last year. The bound on
    household-years, over all orders of building these sites, is in the last year's row.

    Parameters
    ----------
    scenario
        The scenario whose settings apply.
    ground
        Inputs of the site-selection problem.
    built
        The chosen sites with links, order, years and costs.

    Returns
    -------
    table
        :data:`YEAR_COLUMNS`, one row per year.
    """
    settings = scenario.plan.years
    years = [*sorted({int(y) for y in built.phases.year if 0 < y < settings.first}),
             *range(settings.first, settings.first + settings.count)]  # fmt: skip
    first = built.phases.first
    homes = ground.villages["households"].to_numpy(float)
    # Of a village that no site serves the last one, 0.
    when = np.append(built.phases.year, 0)[first]
    rows = []
    for year in years:
        sites, villages = built.phases.year == year, (when == year) & (first >= 0)
        rows.append(
            {
                "year": year, "sites": int(sites.sum()),
                **{f"cost_{name}": float(getattr(built.money, name)[sites].sum())
                   for name in ("low", "base", "high")},
                "villages": int(villages.sum()), "households": int(homes[villages].sum()),
                "budget": _budget(scenario, year),
            }
        )  # fmt: skip
    table = pd.DataFrame(rows).round(2)
    table["currency"], table["price_year"] = built.money.currency, built.money.price_year
    for name, source in (("sites", "sites"), ("cost", "cost_base"), ("villages", "villages"),
                         ("households", "households")):  # fmt: skip
        table[f"{name}_total"] = table[source].cumsum()
    table["villages_share"] = table["villages_total"] / len(ground.villages)
    step = (table["year"] - settings.first + 1).clip(lower=0) / settings.count
    table["target_villages"] = (step * len(ground.villages)).round(1)
    table["target_households"] = (step * homes.sum()).round(1)
    planned = table["year"] >= settings.first
    table["household_years_total"] = table["households_total"].where(planned).cumsum()
    # The bound is of the whole order of building.
    last = table["year"] == table["year"].max()
    table["household_years_bound"] = np.where(last, built.phases.most_household_years, np.nan)
    return table[list(YEAR_COLUMNS)]


def _budget(scenario: Scenario, year: int) -> float:
    settings = scenario.plan.years
    at = year - settings.first
    if not settings.annual_budgets or at < 0:
        return float("nan")
    return settings.annual_budgets[min(at, len(settings.annual_budgets) - 1)]


def _year(years: NDArray[np.int64]) -> pd.arrays.IntegerArray:
    """Return years with an empty cell for sites without a year."""
    return pd.arrays.IntegerArray(years.astype(np.int64), years <= 0)

"""Life-cycle cost of a plan: total cost, present value, subsidy, cost per household.

Sites of one year form a cohort: built in that year, operated for the years of operation in the
settings, their parts replaced at the end of their lives. Present values refer to the plan's first
year.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.scenario.plan_settings import PlanSettings
from geo.money.cost import SUBSIDY_YEARS, Asset, LifeCost, Money, life_cost, subsidy, total
from planning.plan.unit_costs import YEARLY, UnitPrices

Floats = NDArray[np.float64]

#: Lifetime item → items with that lifetime.
LIVES: Mapping[str, tuple[str, ...]] = {
    "life_radio": ("radio_equipment", "co_sited_5g_radio"),
    "life_mast": ("mast_foundation", "mast_height", "access_road"),
    "life_fibre": ("fibre_rural", "grid_line", "grid_connection"),
    "life_transmission": ("fibre_terminal", "microwave_hop", "satellite_terminal"),
    "life_solar": ("solar_power",),
}
TOTAL_COLUMNS = (
    "figure", "low", "base", "high", "currency", "price_year", "discounted", "discount_rate",
    "years", "evidence", "source_ids",
)  # fmt: skip


def totals(
    quantities: Mapping[str, Floats],
    cohorts: Sequence[tuple[int, NDArray[np.bool_]]],
    border: NDArray[np.bool_],
    served: tuple[int, int],
    settings: PlanSettings,
    rates: UnitPrices,
) -> pd.DataFrame:
    """Return the cost figures of a plan.

    Parameters
    ----------
    quantities
        Item → (n,) quantity per site.
    cohorts
        (year of building, (n,) mask of its sites); sites without a year are not counted.
    border
        (n,) True at the border.
    served
        Households and villages that these sites reach.
    settings
        Settings of the plan.
    rates
        Unit costs in force.

    Returns
    -------
    table
        :data:`TOTAL_COLUMNS`, one row per figure [currency]; empty without cohorts.
    """
    years, rate = settings.money.operation_years, rates.discount_rate
    plain = [life(quantities, which, years, None, rates) for _, which in cohorts]
    present = [
        life(quantities, which, years, rate, rates).total
        * (1 + rate) ** -(year - settings.years.first)
        for year, which in cohorts
    ]
    if not plain:
        return pd.DataFrame(columns=list(TOTAL_COLUMNS))
    whole = {
        name: total(getattr(part, name) for part in plain)
        for name in ("build", "reinvestment", "operation", "total")
    }
    whole["present_value"] = total(present)
    if settings.money.subsidy:
        whole |= _subsidy(quantities, cohorts, border, rates)
    whole["build_per_household"] = whole["build"].per(served[0])
    whole["build_per_village"] = whole["build"].per(served[1])
    table = _table(whole, years, rate)
    counted = {SUBSIDY_YEARS[bool(at)] for _, which in cohorts for at in border[which]}
    of_fund = table["figure"].isin(("subsidy", "left_after_subsidy"))
    # Inside and outside border areas the fund counts another number of years.
    table.loc[of_fund, "years"] = counted.pop() if len(counted) == 1 else pd.NA
    return table


def site_money(
    quantities: Mapping[str, Floats],
    year: NDArray[np.int64],
    settings: PlanSettings,
    rates: UnitPrices,
) -> dict[str, Floats]:
    """Return what each site costs over the years of operation; sums agree with :func:`totals`.

    Parameters
    ----------
    quantities
        Item → (n,) quantity per site.
    year
        (n,) year of building; 0 for none.
    settings
        Settings of the plan.
    rates
        Unit costs in force.

    Returns
    -------
    columns
        ``operation_low`` … ``present_value_high`` → (n,) amount [currency]; NaN for a site
        without a year.
    """
    years, rate, one = settings.money.operation_years, rates.discount_rate, np.array([True])
    later = np.where(year > 0, (1 + rate) ** -(year - settings.years.first).astype(float), np.nan)
    dated = np.where(year > 0, 1.0, np.nan)
    plain, present = np.zeros((len(year), 3)), np.zeros((len(year), 3))
    for item, number in quantities.items():
        if number.any():
            of_one = {item: np.ones(1)}
            run = life(of_one, one, years, None, rates).operation
            value = life(of_one, one, years, rate, rates).total
            plain += np.outer(number, run.amounts)
            present += np.outer(number, value.amounts)
    return {
        f"{figure}_{end}": np.round(amounts[:, i] * factor, 2)
        for figure, amounts, factor in (
            ("operation", plain, dated),
            ("present_value", present, later),
        )
        for i, end in enumerate(("low", "base", "high"))
    }


def life(
    quantities: Mapping[str, Floats],
    which: NDArray[np.bool_],
    years: int,
    rate: float | None,
    rates: UnitPrices,
) -> LifeCost:
    """Return the cost of sites over the years of operation.

    Parameters
    ----------
    quantities
        Item → (n,) quantity per site.
    which
        (n,) mask of the sites counted.
    years
        Years of operation.
    rate
        Discount rate (share per year); None for a sum without discounting.
    rates
        Unit costs in force.

    Returns
    -------
    cost
        Build, reinvestment and operation [currency].
    """
    bought = {item: number[which] for item, number in quantities.items() if number.any()}
    assets = [
        Asset(_sum(item, bought[item], rates), round(rates.value(life_item)))
        for life_item, items in LIVES.items()
        for item in items
        if item in bought
    ]
    batteries = _sum("solar_battery", bought.get("solar_power", np.zeros(1)), rates)
    # The first batteries come with the panels: only their renewal is bought.
    nothing = replace(batteries, amounts=np.zeros(3))
    assets.append(Asset(nothing, round(rates.value("life_battery")), batteries))
    return life_cost(assets, yearly(bought, rates), years=years, discount_rate=rate)


def present_value(sums: Mapping[str, float], years: int, rates: UnitPrices) -> float:
    """Return the present value of quantities: build, replacements, operation and rents.

    Parameters
    ----------
    sums
        Item → quantity.
    years
        Years of operation.
    rates
        Unit costs in force.

    Returns
    -------
    value
        Base value [currency].
    """
    quantities = {item: np.array([number]) for item, number in sums.items()}
    found = life(quantities, np.array([True]), years, rates.discount_rate, rates)
    return float(found.total.base)


def goal_money(
    quantities: Mapping[str, Floats], settings: PlanSettings, rates: UnitPrices
) -> Floats:
    """Return quantities in the money of the goal: to build, or over the years of operation.

    A budget counts the case of the unit costs at which it must hold, any other goal the base.

    Parameters
    ----------
    quantities
        Item → (n,) quantity [unit of the item].
    settings
        Settings of the plan.
    rates
        Unit costs in force.

    Returns
    -------
    money
        (n,) in whole fen [currency].
    """
    case = settings.money.hold_at if settings.objective == "budget" else "base"
    if settings.money.goal == "build":
        return np.asarray(getattr(rates.total(quantities), case))
    years, one = settings.money.operation_years, np.array([True])
    values = [
        number * getattr(life({item: np.ones(1)}, one, years, rates.discount_rate, rates).total,
                         case)
        for item, number in quantities.items()
    ]  # fmt: skip
    return np.asarray(np.round(np.sum(values, axis=0), 2))


def yearly(quantities: Mapping[str, Floats], rates: UnitPrices) -> Money:
    """Return the cost of operation per year: upkeep, electricity and rents.

    Parameters
    ----------
    quantities
        Item → (n,) quantity per site.
    rates
        Unit costs in force.

    Returns
    -------
    cost
        Low, base and high [currency per year].
    """
    return total(_sum(item, quantities.get(item, np.zeros(1)), rates) for item in YEARLY)


def _sum(item: str, number: Floats, rates: UnitPrices) -> Money:
    return Money(rates.amounts(item, number).sum(axis=0), rates.currency, rates.price_year)


def _subsidy(
    quantities: Mapping[str, Floats],
    cohorts: Sequence[tuple[int, NDArray[np.bool_]]],
    border: NDArray[np.bool_],
    rates: UnitPrices,
) -> dict[str, Money]:
    """Return the subsidy and the remaining cost, of build and of the years that the rule counts."""
    dated = np.any([which for _, which in cohorts], axis=0)
    parts = []
    for at_border in (False, True):
        which = dated & (border == at_border)
        if which.any():
            build = life(quantities, which, 1, None, rates).build
            run = yearly({item: number[which] for item, number in quantities.items()}, rates)
            item = "subsidy_border" if at_border else "subsidy_remote"
            parts.append(subsidy(build, run, border=at_border, share=rates.value(item)))
    if not parts:
        return {}
    return {
        "subsidy": total(part.amount for part in parts),
        "left_after_subsidy": total(part.left for part in parts),
    }


def _table(whole: Mapping[str, Money], years: int, rate: float) -> pd.DataFrame:
    rows = [
        {
            "figure": name, "low": float(money.low), "base": float(money.base),
            "high": float(money.high), "currency": money.currency, "price_year": money.price_year,
            "discounted": money.discounted, "discount_rate": rate if money.discounted else np.nan,
            "years": years, "evidence": "assumed", "source_ids": "",
        }
        for name, money in whole.items()
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(TOTAL_COLUMNS)).astype({"years": "Int64"})
    table[["low", "base", "high"]] = table[["low", "base", "high"]].round(2)
    return table

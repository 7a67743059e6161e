"""Build schedule: the year of each chosen site, and the site that reaches each village first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from data.scenario.plan_settings import YearSettings
from data.tables.reader import Pack
from geo.schedule.bound import household_years, most_household_years
from geo.schedule.phasing import BuildSchedule, rollout
from geo.schedule.projects import Projects, YearlyLimits, season_capacity
from geo.siting import SolverRun
from planning.plan.candidates import BUILT, LOCKED

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Kinds of policy zones that are places. Clusters, city groups and bases of an industry are spread
#: over whole prefectures: most of a province lies in one.
PLACE_KINDS = ("core", "new area", "points", "park", "data centre site")
#: Time limit of the bound on the order of building [s].
_BOUND_S = 60.0


@dataclass(frozen=True, eq=False)
class Phases:
    """The order of building.

    Attributes
    ----------
    order
        (n,) numbers of the sites, the first to be built first; sites without a year are last.
    first
        (villages,) number of the site that reaches the village first, −1 for none.
    year
        (n,) calendar year; 0 for a site that fits in no year.
    reason
        (n,) code of :data:`geo.schedule.phasing.REASONS` for the year.
    household_years, most_household_years
        Households served at the end of each year, summed over the years, and the upper bound over
        all build orders.
    next_year
        Sites and households that one more year would add at its end.
    """

    order: Ints
    first: Ints
    year: Ints
    reason: tuple[str, ...]
    household_years: float
    most_household_years: float
    next_year: tuple[int, float]


@dataclass(frozen=True, eq=False)
class Sites:
    """Inputs of the schedule, one row per chosen site.

    Attributes
    ----------
    table
        (n, …) rows of the candidate table.
    reach
        (n, villages) sparse coverage matrix.
    costs
        (n,) build cost at which annual budgets hold [currency].
    after
        (n,) number of the site that carries the backhaul, −1 for none.
    built_in
        (n,) year of a site built earlier, 0 for a new one.
    """

    table: pd.DataFrame
    reach: sp.csr_array
    costs: Floats
    after: Ints
    built_in: Ints


def phases(pack: Pack, sites: Sites, villages: pd.DataFrame, settings: YearSettings) -> Phases:
    """Return the year of each site under budgets, capacities and the priority of the settings.

    Parameters
    ----------
    pack
        The province's tables in force.
    sites
        The chosen sites.
    villages
        Villages of the plan's demand.
    settings
        Years, budgets, capacities and priority.

    Returns
    -------
    phases
        Order, years and bound.
    """
    codes = np.unique([*sites.table["prefecture"], *villages["prefecture"]])
    status = sites.table["status"].to_numpy(dtype=object)
    projects = Projects(
        costs=sites.costs,
        coverage=sites.reach,
        households=villages["households"].to_numpy(float),
        region=np.searchsorted(codes, sites.table["prefecture"].to_numpy(dtype=str)),
        village_region=np.searchsorted(codes, villages["prefecture"].to_numpy(dtype=str)),
        zone=in_zones(pack, sites.table),
        after=sites.after,
        built=status == BUILT,
        locked=status == LOCKED,
    )
    limits = _limits(codes, settings, sites.costs)
    found = rollout(projects, limits, priority=settings.priority)
    order = _order(found, sites)
    year = np.where(found.year > 0, settings.first + found.year - 1, sites.built_in)
    reached = household_years(found)
    most = most_household_years(projects, limits, SolverRun(time_limit_s=_BOUND_S))
    return Phases(
        order, _first(sites.reach, order), year.astype(np.int64), found.reason, reached,
        max(most, reached), _next_year(projects, found, codes, settings),
    )  # fmt: skip


def _limits(codes: NDArray[np.str_], settings: YearSettings, costs: Floats) -> YearlyLimits:
    capacity = _capacity(codes, settings)
    return YearlyLimits(
        budgets=budgets(settings, float(costs.sum()), even=capacity is None),
        capacity=capacity,
        carry_over=settings.carry_over or not settings.annual_budgets,
    )


def _next_year(
    projects: Projects, found: BuildSchedule, codes: NDArray[np.str_], settings: YearSettings
) -> tuple[int, float]:
    """Return the sites and households that the same schedule adds in one more year."""
    if (found.year >= 0).all():
        return 0, 0.0
    longer = settings.model_copy(update={"count": settings.count + 1})
    limits = _limits(codes, longer, np.asarray(projects.costs, dtype=np.float64))
    later = rollout(projects, limits, priority=settings.priority)
    more = int((later.year > 0).sum() - (found.year > 0).sum())
    return more, float(later.served[-1] - found.served[-1])


def budgets(settings: YearSettings, cost: float, *, even: bool) -> Floats:
    """Return the budget of each year.

    Parameters
    ----------
    settings
        Years and annual budgets.
    cost
        Cost of all sites [currency].
    even
        Spread the cost evenly over the years where the settings have no budget; else all of it is
        available in each year.

    Returns
    -------
    budgets
        (years,) [currency].
    """
    given = settings.annual_budgets
    if given:
        return np.array([given[min(i, len(given) - 1)] for i in range(settings.count)])
    return np.full(settings.count, cost / settings.count if even else cost)


def in_zones(pack: Pack, sites: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which sites lie in a prefecture or county of a policy zone of :data:`PLACE_KINDS`.

    Parameters
    ----------
    pack
        The province's tables in force.
    sites
        Rows with ``county`` and ``prefecture``.

    Returns
    -------
    mask
        (n,) True inside a policy zone.
    """
    zones = pack.table("policy_zones", columns=("kind", "regions"))
    places = zones.loc[zones["kind"].isin(PLACE_KINDS), "regions"]
    named = {code for text in places for code in str(text).split(";")}
    return (sites["county"].isin(named) | sites["prefecture"].isin(named)).to_numpy()


def _capacity(codes: NDArray[np.str_], settings: YearSettings) -> Ints | None:
    """Return the sites that can be built, (regions, years); None without a limit."""
    if settings.build_capacity is None and not settings.build_capacity_of:
        return None
    # No limit: more sites than any plan has.
    usual = settings.build_capacity if settings.build_capacity is not None else 1_000_000
    whole = [settings.build_capacity_of.get(str(code), usual) for code in codes]
    months = np.full(len(codes), len(settings.season_months))
    return season_capacity(np.array(whole) / 12, months, settings.count)


def _order(found: BuildSchedule, sites: Sites) -> Ints:
    """Return existing sites first, then by rank, then the rest by households per cost."""
    size = np.diff(sites.reach.indptr) / np.maximum(sites.costs, 1.0)
    state = np.where(found.year == 0, 0, np.where(found.year > 0, 1, 2))
    return np.lexsort((np.arange(len(size)), -size, found.rank, state)).astype(np.int64)


def _first(reach: sp.csr_array, order: Ints) -> Ints:
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    pairs = reach.tocoo()
    best = np.full(reach.shape[1], len(order), dtype=np.int64)
    np.minimum.at(best, pairs.col, place[pairs.row])
    return np.append(order, -1)[np.minimum(best, len(order))]

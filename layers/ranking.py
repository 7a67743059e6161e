"""The order of building: who brings most first, in which year, and who pays for a shared trunk."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from data.plan_settings import Years

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Year of a site that the years' budgets or capacities do not reach.
NEVER = 0


@dataclass(frozen=True, eq=False)
class Order:
    """Sites in the order of building.

    Attributes
    ----------
    sites
        (n,) numbers of the chosen sites, the first to be built first.
    first
        (villages,) number of the site that reaches the village first, −1 for none.
    """

    sites: Ints
    first: Ints


def ordered(
    reach: sp.csr_array, weights: Floats, costs: Floats, stands: NDArray[np.bool_]
) -> Order:
    """Order sites by households newly reached per cost; those that stand already come first.

    Parameters
    ----------
    reach
        (n, villages) of the chosen sites.
    weights
        (villages,) households.
    costs
        (n,) build cost [currency].
    stands
        (n,) True where the site is built already.
    """
    first = np.full(reach.shape[1], -1, dtype=np.int64)
    per = np.maximum(costs, 1.0)
    order: list[int] = []
    for site in np.flatnonzero(stands).tolist():
        _take(reach, first, site)
        order.append(site)
    queue = [
        (-_gain(reach, first, weights, site) / per[site], site)
        for site in np.flatnonzero(~stands).tolist()
    ]
    heapq.heapify(queue)
    while queue:
        # A gain only falls: who still leads after a second look is the best.
        _, site = heapq.heappop(queue)
        value = (-_gain(reach, first, weights, site) / per[site], site)
        if queue and value > queue[0]:
            heapq.heappush(queue, value)
            continue
        _take(reach, first, site)
        order.append(site)
    return Order(np.array(order, dtype=np.int64), first)


def trunk_km(parent: Ints, km: Floats, order: Ints) -> Floats:
    """Return the way that each site pays for: what is not yet laid between it and the fibre.

    Parameters
    ----------
    parent, km
        (n,) site that a site hangs on (−1: the fibre), and the way to it.
    order
        Sites in the order of building.
    """
    laid = np.zeros(len(parent), dtype=bool)
    paid = np.zeros(len(parent))
    for site in order.tolist():
        at = site
        while at >= 0 and not laid[at]:
            laid[at] = True
            paid[site] += km[at]
            at = int(parent[at])
    return paid


def years_of(
    order: Ints, costs: Floats, regions: NDArray[np.object_], stands: Ints, settings: Years
) -> Ints:
    """Return the year of each site, :data:`NEVER` where no year has room for it.

    Sites are taken in their order; each goes into the first year whose budget and whose capacity in
    its prefecture it fits. Without any limit the sites are spread evenly.

    Parameters
    ----------
    stands
        (n,) year in which a site was built, 0 for those to come.
    """
    count = settings.count
    left = _budgets(settings)
    capacity: dict[tuple[object, int], int] = {}
    open_ = [site for site in order.tolist() if stands[site] == 0]
    limited = bool(settings.annual_budgets) or settings.build_capacity is not None
    limited |= bool(settings.build_capacity_of)
    most = len(open_) if limited else -(-len(open_) // count)
    built = np.zeros(count, dtype=np.int64)
    years = stands.copy()
    for site in open_:
        for year in range(count):
            room = _room(settings, str(regions[site])) - capacity.get((regions[site], year), 0)
            if built[year] < most and room > 0 and _affordable(left, year, costs[site], settings):
                left[year] -= costs[site]
                capacity[regions[site], year] = capacity.get((regions[site], year), 0) + 1
                built[year] += 1
                years[site] = settings.first + year
                break
    return years


def _budgets(settings: Years) -> Floats:
    given = settings.annual_budgets
    if not given:
        return np.full(settings.count, np.inf)
    return np.array([given[min(i, len(given) - 1)] for i in range(settings.count)], dtype=float)


def _affordable(left: Floats, year: int, cost: float, settings: Years) -> bool:
    """Return whether a year can pay: with what earlier years left, where that is allowed."""
    if not settings.carry_over:
        return bool(left[year] >= cost)
    # Spending in a year must leave the sums of all later years at 0 or more.
    return bool((np.cumsum(left)[year:] >= cost).all())


def _room(settings: Years, region: str) -> float:
    whole = settings.build_capacity_of.get(region, settings.build_capacity)
    if whole is None:
        return np.inf
    return float(np.floor(whole * len(settings.season_months) / 12))


def _gain(reach: sp.csr_array, first: Ints, weights: Floats, site: int) -> float:
    reached = reach.indices[reach.indptr[site] : reach.indptr[site + 1]]
    return float(weights[reached[first[reached] < 0]].sum())


def _take(reach: sp.csr_array, first: Ints, site: int) -> None:
    reached = reach.indices[reach.indptr[site] : reach.indptr[site + 1]]
    first[reached[first[reached] < 0]] = site

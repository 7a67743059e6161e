"""Build year of each site: a greedy rollout by priority within budget and building capacity.

In each year the site (with what it depends on) that comes first in the priority and still fits is
built, then the next; a site that does not fit is skipped for one that does. The limits are always
respected; :mod:`geo.schedule.bound` gives an upper bound over all build orders.

Money is plain numbers of one currency and price year here; :mod:`geo.money.cost` makes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.errors import UnknownNameError
from geo.schedule.projects import Projects, ScheduleState, YearlyLimits, checked

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Priorities: most households per money; the region served least; marked zones; dearest first.
PRIORITIES = ("efficiency", "equity", "zones", "hardest")
#: Reason why a site is built in its year, or not at all.
REASONS = (
    "built", "locked", "most_households_per_cost", "region_served_least", "in_policy_zone",
    "dearest_per_household", "needed_by_another", "adds_no_household", "over_every_budget",
    "no_capacity_in_region", "budget_used_up", "capacity_used_up",
)  # fmt: skip
_WORDS = dict(
    zip(PRIORITIES, ("most_households_per_cost", "region_served_least", "in_policy_zone",
                     "dearest_per_household"), strict=True)
)  # fmt: skip
#: Money below this share of a budget is rounding.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class BuildSchedule:
    """Build year of each site, and the sums per year.

    Attributes
    ----------
    year
        (n,) number of the year, 1 …; 0 built already; −1 not within these years.
    rank
        (n,) place in the order of building, 1 …; 0 for the other sites.
    gain
        (n,) households that the site newly served when it came.
    reason
        (n,) codes out of :data:`REASONS`.
    spent, running, carried
        (y,) money for building and for operation in each year, and what is left for the next.
    served, new
        (y,) households served at the end of each year, and those new in it.
    sites
        (g, y) sites built per region and year.
    shortfall
        (y,) households missing to the target; NaN without one.
    notes
        Sentences that name the limit that delays the plan.
    """

    year: Ints
    rank: Ints
    gain: Floats
    reason: tuple[str, ...]
    spent: Floats
    running: Floats
    carried: Floats
    served: Floats
    new: Floats
    sites: Ints
    shortfall: Floats
    notes: tuple[str, ...]


def rollout(
    projects: Projects, limits: YearlyLimits, *, priority: str = "efficiency"
) -> BuildSchedule:
    """Return the year in which each site is built.

    Parameters
    ----------
    projects
        Sites to build and what they depend on.
    limits
        Budget and capacity per year.
    priority
        ``efficiency``: most households per money first. ``equity``: the region whose households
        are served least (share) first. ``zones``: sites in policy zones first, then efficiency.
        ``hardest``: most money per household first.

    Returns
    -------
    schedule
        Year, order and reason per site; money and households per year.

    Raises
    ------
    UnknownNameError
        If the priority is not one of :data:`PRIORITIES`.
    InputError
        If shapes do not fit, or sites depend on each other in a circle.
    RangeError
        If money, households, capacities or a budget are negative or not finite.
    """
    if priority not in PRIORITIES:
        raise UnknownNameError("priority", priority, PRIORITIES)
    state = checked(projects, limits)
    place = 0
    for y in range(len(state.budgets)):
        while (found := _next(state, y, priority)) is not None:
            for site in found:
                place += 1
                _build(state, site, y, place, needed=site != found[-1], priority=priority)
    return _result(state)


def _next(state: ScheduleState, y: int, priority: str) -> list[int] | None:
    """Return the site that is due, after what it depends on; None if nothing more fits."""
    own = np.where(state.year < 0, np.asarray(state.reach @ state.left), 0.0)
    gain, cost = _bundles(state, own), _bundles(state, np.where(state.year < 0, state.costs, 0.0))
    used = np.bincount(state.region[state.year == y + 1], minlength=len(state.capacity))
    possible = (state.year < 0) & ((own > 0) | state.locked)
    possible &= cost <= _room(state, y)
    possible &= (used < state.capacity[:, y])[state.region]
    sites = np.flatnonzero(possible)
    for i in np.lexsort(_keys(state, sites, gain[sites], cost[sites], priority)[::-1]).tolist():
        chain = _chain(state, int(sites[i]))
        if _fits(state, chain, y):
            return chain
    return None


def _bundles(state: ScheduleState, own: Floats) -> Floats:
    """Return each site's figure with those of the unbuilt sites that it depends on."""
    whole = own.copy()
    for level in state.levels:
        before = state.after[level]
        whole[level] += np.where(state.year[before] < 0, whole[before], 0.0)
    return whole


def _room(state: ScheduleState, y: int) -> float:
    """Return the most that a site may cost in a year."""
    left = state.budgets * (1 + _ROUNDING) - state.building - state.running
    return float(np.cumsum(left)[y:].min() if state.carry_over else left[y])


def _keys(
    state: ScheduleState, sites: Ints, gain: Floats, cost: Floats, priority: str
) -> tuple[Floats, ...]:
    """Return sort keys, smallest first, the strongest key first."""
    with np.errstate(divide="ignore", invalid="ignore"):
        per_money = np.where(gain > 0, gain / cost, 0.0)
    first, last = -state.locked[sites].astype(float), sites.astype(float)
    if priority == "equity":
        return first, _served_share(state)[state.region[sites]], -per_money, last
    if priority == "zones":
        return first, -state.zone[sites].astype(float), -per_money, last
    return first, per_money if priority == "hardest" else -per_money, last


def _served_share(state: ScheduleState) -> Floats:
    count = len(state.capacity)
    whole = np.bincount(state.village_region, state.households, minlength=count)
    left = np.bincount(state.village_region, state.left, minlength=count)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, 1 - left / whole, 1.0)


def _chain(state: ScheduleState, site: int) -> list[int]:
    """Return the site after all unbuilt sites that it depends on."""
    chain = [site]
    while (before := int(state.after[chain[-1]])) >= 0 and state.year[before] < 0:
        chain.append(before)
    return chain[::-1]


def _fits(state: ScheduleState, chain: Sequence[int], y: int) -> bool:
    regions, counts = np.unique(state.region[list(chain)], return_counts=True)
    in_year = state.region[state.year == y + 1]
    used = np.bincount(in_year, minlength=len(state.capacity))[regions]
    if (used + counts > state.capacity[regions, y]).any():
        return False
    spending = state.building + state.running
    spending[y] += state.costs[list(chain)].sum()
    spending[y + 1 :] += state.yearly[list(chain)].sum()
    return _within(spending, state.budgets, carry_over=state.carry_over)


def _within(spending: Floats, budgets: Floats, *, carry_over: bool) -> bool:
    if carry_over:
        spending, budgets = np.cumsum(spending), np.cumsum(budgets)
    return bool((spending <= budgets * (1 + _ROUNDING)).all())


def _build(
    state: ScheduleState, site: int, y: int, place: int, *, needed: bool, priority: str
) -> None:
    villages = state.reach.indices[state.reach.indptr[site] : state.reach.indptr[site + 1]]
    state.gain[site] = state.left[villages].sum()
    state.left[villages] = 0.0
    state.year[site], state.rank[site] = y + 1, place
    state.building[y] += state.costs[site]
    state.running[y + 1 :] += state.yearly[site]
    if state.locked[site]:
        state.reason[site] = "locked"
    elif needed or state.gain[site] == 0:
        # A site that serves nobody itself is built for those that it joins.
        state.reason[site] = "needed_by_another"
    elif priority == "zones" and not state.zone[site]:
        state.reason[site] = _WORDS["efficiency"]
    else:
        state.reason[site] = _WORDS[priority]


def _result(state: ScheduleState) -> BuildSchedule:
    years = len(state.budgets)
    for site in np.flatnonzero(state.year < 0).tolist():
        state.reason[site] = _why_not(state, site)
    new = np.array([state.gain[state.year == y + 1].sum() for y in range(years)])
    whole = state.households.sum()
    at_start = whole - state.left.sum() - new.sum()
    served = at_start + np.cumsum(new)
    sites = np.zeros(state.capacity.shape, dtype=np.int64)
    due = state.year > 0
    np.add.at(sites, (state.region[due], state.year[due] - 1), 1)
    left = state.budgets - state.building - state.running
    carried = np.cumsum(left) if state.carry_over else np.zeros(years)
    shortfall = np.maximum(state.target - served, 0.0)
    return BuildSchedule(
        state.year, state.rank, state.gain, tuple(state.reason), state.building, state.running,
        carried, served, new, sites, shortfall, tuple(_notes(state, shortfall)),
    )  # fmt: skip


def _why_not(state: ScheduleState, site: int) -> str:
    chain = _chain(state, site)
    villages = state.reach.indices[state.reach.indptr[site] : state.reach.indptr[site + 1]]
    if not state.locked[site] and state.left[villages].sum() <= 0:
        return "adds_no_household"
    money = np.cumsum(state.budgets) if state.carry_over else state.budgets
    if state.costs[chain].sum() > money.max(initial=0.0) * (1 + _ROUNDING):
        return "over_every_budget"
    if not state.capacity[state.region[chain]].sum(axis=1).all():
        return "no_capacity_in_region"
    # With unlimited capacity, would the money of any year suffice?
    years = range(len(state.budgets))
    capacity, state.capacity = state.capacity, np.full_like(state.capacity, len(state.costs) + 1)
    paid = any(_fits(state, chain, y) for y in years)
    state.capacity = capacity
    return "capacity_used_up" if paid else "budget_used_up"


def _notes(state: ScheduleState, shortfall: Floats) -> list[str]:
    notes = [
        f"year {y + 1}: {shortfall[y]:,.0f} households short of the target"
        for y in np.flatnonzero(shortfall > 0).tolist()
    ]
    locked = [site for site in np.flatnonzero(state.locked) if state.year[site] < 0]
    if locked:
        why = sorted({state.reason[site] for site in locked})
        notes.append(f"{len(locked)} locked sites are not built: {', '.join(why)}")
    unserved = state.left.sum()
    if unserved > 0:
        alone = np.asarray(state.reach.sum(axis=0)).ravel() == 0
        notes.append(
            f"{unserved:,.0f} households stay without service at the end, "
            f"{state.left[alone].sum():,.0f} of them out of reach of every site"
        )
    return notes

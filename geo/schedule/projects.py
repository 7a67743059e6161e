"""Sites to build and limits per year: the validated input of a rollout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from geo.errors import InputError, RangeError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Projects:
    """Sites to build: n sites, v villages, g regions.

    Attributes
    ----------
    costs
        (n,) cost of building [money], at least 0.
    coverage
        (n, v) sparse; which site serves which village.
    households
        (v,) at least 0.
    region, village_region
        (n,), (v,) numbers of the regions that hold sites and villages, from 0.
    yearly
        (n,) cost of operation in each year after the one in which a site is built [money], paid
        out of the same budgets; default 0.
    zone
        (n,) True in a policy zone.
    after
        (n,) number of the site that must be built first (it carries the backhaul), −1 for none.
    built
        (n,) True where the site exists already: year 0, no cost.
    locked
        (n,) True where the site must be built: before all others.
    """

    costs: ArrayLike
    coverage: sp.sparray
    households: ArrayLike
    region: ArrayLike
    village_region: ArrayLike
    yearly: ArrayLike | None = None
    zone: ArrayLike | None = None
    after: ArrayLike | None = None
    built: ArrayLike | None = None
    locked: ArrayLike | None = None


@dataclass(frozen=True, slots=True)
class YearlyLimits:
    """Budget, capacity and target per year.

    Attributes
    ----------
    budgets
        (y,) money per year, at least 0.
    capacity
        (g, y) sites that a region can build in a year; default no limit. See
        :func:`season_capacity`.
    carry_over
        Unspent money of a year can be spent later.
    target
        (y,) households to be served by the end of each year, over all villages given.
    """

    budgets: ArrayLike
    capacity: ArrayLike | None = None
    carry_over: bool = False
    target: ArrayLike | None = None


def season_capacity(per_month: ArrayLike, months: ArrayLike, years: int) -> Ints:
    """Return the building capacity per region and year from the months without rain or frost.

    Parameters
    ----------
    per_month
        (g,) sites that a region builds in a month.
    months
        (g,) months of a year in which building is possible, 0 to 12 (rain, frost).
    years
        Years of the plan.

    Returns
    -------
    capacity
        (g, years) whole sites.

    Raises
    ------
    RangeError
        If a rate is negative or months are outside 0–12.

    Examples
    --------
    >>> season_capacity([2.5, 1], [7, 12], 2).tolist()
    [[17, 17], [12, 12]]
    """
    rate, open_months = np.asarray(per_month, float), np.asarray(months, float)
    if not np.all((rate >= 0) & np.isfinite(rate) & (open_months >= 0) & (open_months <= 12)):
        raise RangeError("schedule.season")
    each = np.floor(rate * open_months + 1e-9).astype(np.int64)
    return np.repeat(each[:, None], years, axis=1)


@dataclass(slots=True)
class ScheduleState:
    """Validated input, and the state of the schedule; the rollout changes it year by year."""

    costs: Floats
    yearly: Floats
    reach: sp.csr_array
    region: Ints
    village_region: Ints
    zone: Flags
    after: Ints
    levels: list[Ints]
    locked: Flags
    budgets: Floats
    capacity: Ints
    carry_over: bool
    target: Floats
    households: Floats
    left: Floats
    year: Ints
    rank: Ints
    gain: Floats
    reason: list[str]
    building: Floats
    running: Floats


def checked(projects: Projects, limits: YearlyLimits) -> ScheduleState:
    """Return the state at the beginning of the first year.

    Parameters
    ----------
    projects
        Sites to build.
    limits
        Budget and capacity per year.

    Returns
    -------
    state
        Nothing built but what exists.

    Raises
    ------
    InputError
        If shapes do not fit, or sites depend on each other in a circle.
    RangeError
        If money, households, capacities or a budget are negative or not finite.
    """
    costs = _amounts(projects.costs, None, "costs")
    n = len(costs)
    reach = sp.csr_array(projects.coverage)
    households = _amounts(projects.households, reach.shape[1], "households")
    if reach.shape[0] != n:
        _refuse_shape("coverage", f"{reach.shape[0]} rows", f"{n} sites")
    budgets = _amounts(limits.budgets, None, "budgets")
    if not len(budgets):
        raise InputError("schedule.no_year")
    region = _numbers(projects.region, n, "region")
    village_region = _numbers(projects.village_region, len(households), "village_region")
    built, locked, zone = (
        np.zeros(n, dtype=bool) if flags is None else _fitting(flags, n, name).astype(bool)
        for flags, name in (
            (projects.built, "built"), (projects.locked, "locked"), (projects.zone, "zone")
        )
    )  # fmt: skip
    regions = int(max(region.max(initial=-1), village_region.max(initial=-1))) + 1
    after = np.full(n, -1) if projects.after is None else _fitting(projects.after, n, "after")
    yearly = np.zeros(n) if projects.yearly is None else _amounts(projects.yearly, n, "yearly")
    y = len(budgets)
    target = limits.target
    served = np.asarray(reach.T @ built.astype(float)) > 0
    return ScheduleState(
        costs=np.where(built, 0.0, costs), yearly=yearly, reach=reach, region=region,
        village_region=village_region, zone=zone, after=after.astype(np.int64),
        levels=_levels(after.astype(np.int64)), locked=locked & ~built, budgets=budgets,
        capacity=_capacity(limits.capacity, regions, y, n), carry_over=limits.carry_over,
        target=np.full(y, np.nan) if target is None else _amounts(target, y, "target"),
        households=households, left=np.where(served, 0.0, households),
        year=np.where(built, 0, -1).astype(np.int64), rank=np.zeros(n, dtype=np.int64),
        gain=np.zeros(n), reason=["built" if exists else "" for exists in built],
        building=np.zeros(y), running=np.zeros(y),
    )  # fmt: skip


def _levels(after: Ints) -> list[Ints]:
    """Return the sites that depend on others, ordered by the length of their chain."""
    n = len(after)
    if (after < -1).any() or (after >= n).any():
        raise RangeError("schedule.after", n=n)
    depth, at = np.zeros(n, dtype=np.int64), after.copy()
    while (at >= 0).any():
        depth += at >= 0
        at = np.where(at >= 0, after[at], -1)
        if depth.max() > n:
            raise InputError("schedule.circle")
    return [np.flatnonzero(depth == d) for d in range(1, int(depth.max(initial=0)) + 1)]


def _capacity(capacity: ArrayLike | None, regions: int, years: int, sites: int) -> Ints:
    if capacity is None:
        return np.full((regions, years), sites + 1, dtype=np.int64)
    limit = np.asarray(capacity, dtype=float)
    if limit.ndim != 2 or limit.shape[0] < regions or limit.shape[1] != years:
        _refuse_shape("capacity", str(limit.shape), f"{regions} regions and {years} years")
    if np.isnan(limit).any() or (limit < 0).any():
        raise RangeError("schedule.capacity")
    return np.asarray(np.floor(np.minimum(limit, sites + 1)), dtype=np.int64)


def _amounts(values: ArrayLike, length: int | None, name: str) -> Floats:
    amounts = np.atleast_1d(np.asarray(values, dtype=float))
    if length is not None and amounts.shape != (length,):
        _refuse_shape(name, str(amounts.shape), str(length))
    if not np.isfinite(amounts).all() or (amounts < 0).any():
        raise RangeError("input.not_negative", where=name)
    return amounts


def _numbers(values: ArrayLike, length: int, name: str) -> Ints:
    numbers = _fitting(values, length, name).astype(np.int64)
    if (numbers < 0).any():
        raise RangeError("schedule.region", where=name)
    return numbers


def _fitting(values: ArrayLike, length: int, name: str) -> NDArray[np.generic]:
    array: NDArray[np.generic] = np.asarray(values)
    if array.shape != (length,):
        _refuse_shape(name, str(array.shape), str(length))
    return array


def _refuse_shape(name: str, has: str, wants: str) -> NoReturn:
    raise InputError("schedule.entries", where=name, has=has, wants=wants)

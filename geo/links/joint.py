"""Siting and backhaul together: the cost of a site includes the backhaul that it adds.

The two-step method chooses sites by their own cost and connects them afterwards. The joint method
repeats both: each round gives every candidate its own cost plus the backhaul that it adds to the
sites of the previous round, chooses again, and connects. Where a selection exceeds the budget with
its backhaul, the next round gives siting a smaller budget. The best round is kept, so the joint
selection is never worse than the two-step one; optimality is not claimed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.earth.crs import geodesic_m
from geo.errors import InputError, RangeError
from geo.links.backhaul import Backhaul

Floats = NDArray[np.float64]

#: Steps of the search for the greatest siting budget that leaves enough for the backhaul.
_HALVINGS = 6
#: A budget that is used to this share is used up.
_FILLED = 0.99
#: Share of money or coverage that counts as equal.
_EQUAL = 1e-9


class SitingResult(Protocol):
    """Result of a siting engine; :class:`geo.siting.SitingPlan` is one."""

    @property
    def selected(self) -> tuple[int, ...]:
        """Numbers of the chosen candidates."""

    @property
    def covered(self) -> float:
        """Weight that they cover."""


@dataclass(frozen=True, slots=True, eq=False)
class Connection:
    """Backhaul of a set of sites.

    Attributes
    ----------
    cost
        Backhaul of all of them [money].
    marginal
        (n,) backhaul that each candidate adds to the others of the set; for a member of the
        set, the saving without it.
    """

    cost: float
    marginal: Floats


#: (cost per candidate, budget or None) → chosen sites; the engine keeps objective and limits.
Siting = Callable[[Floats, float | None], SitingResult]
#: Numbers of the chosen candidates → their backhaul.
Connect = Callable[[tuple[int, ...]], Connection]


@dataclass(frozen=True, slots=True)
class JointSelection:
    """Chosen sites, the weight they cover, and their cost [money]."""

    selected: tuple[int, ...]
    covered: float
    site_cost: float
    backhaul_cost: float

    @property
    def cost(self) -> float:
        """Sites and backhaul together."""
        return self.site_cost + self.backhaul_cost


@dataclass(frozen=True, slots=True)
class JointResult:
    """The joint selection and the two-step one.

    Attributes
    ----------
    best, two_step
        Both answers, within the budget where there is one.
    rounds
        Rounds of choosing and connecting.
    saved
        Money that the joint answer saves at the same coverage; negative where it covers more and
        costs more within the budget.
    gained
        Weight that it covers more.
    """

    best: JointSelection
    two_step: JointSelection
    rounds: int

    @property
    def saved(self) -> float:
        """Money saved against the two-step answer."""
        return self.two_step.cost - self.best.cost

    @property
    def gained(self) -> float:
        """Weight covered more than by the two-step answer."""
        return self.best.covered - self.two_step.covered


def joint_plan(
    siting: Siting,
    connect: Connect,
    own_costs: ArrayLike,
    *,
    budget: float | None = None,
    rounds: int = 10,
) -> JointResult:
    """Choose sites and their backhaul together.

    Parameters
    ----------
    siting
        Called with a cost per candidate and the budget; returns chosen sites and what they cover.
    connect
        Called with chosen sites; returns their backhaul and what each candidate would add.
    own_costs
        (n,) cost of each site without its backhaul [money], at least 0.
    budget
        Greatest sum of sites and backhaul [money]; None where siting has another limit or goal.
    rounds
        Most rounds; it ends as soon as the sites come back unchanged.

    Returns
    -------
    result
        The best selection found, and the two-step one.

    Raises
    ------
    RangeError
        If a cost or the budget is negative or not a number, or rounds are below 1.
    InputError
        If siting names a candidate that does not exist, or no selection that was tried fits the
        budget with its backhaul.
    """
    own = np.atleast_1d(np.asarray(own_costs, dtype=float))
    if not np.isfinite(own).all() or (own < 0).any():
        raise RangeError(
            "costs must be finite and non-negative", where="own_costs", repair="give costs"
        )
    if budget is not None and not 0 <= budget < math.inf:
        raise RangeError(f"the budget is {budget}", where="budget", repair="give 0 or more")
    if rounds < 1:
        raise RangeError(f"{rounds} rounds", where="rounds", repair="give 1 or more")
    two_step, link = _two_step(siting, connect, own, budget)
    best, seen, scale, count = two_step, {two_step.selected}, 1.0, 0
    for count in range(1, rounds + 1):  # noqa: B007 — part of the result
        part = None if budget is None else budget * scale
        try:
            answer, found = _answered(siting, connect, own, (own + link.marginal, part))
        except RangeError:
            # The engine reports that this budget builds nothing.
            break
        if budget is not None and answer.cost > budget * (1 + _EQUAL):
            # Marginal costs of sites sum to less than their joint cost.
            scale *= budget / answer.cost
            continue
        if better(answer, best, budget):
            best = answer
        link = found
        if answer.selected in seen:
            if budget is None or answer.cost > _FILLED * budget:
                break
            scale *= 2 - answer.cost / budget
        seen.add(answer.selected)
    return JointResult(best, two_step, count)


def _answered(
    siting: Siting, connect: Connect, own: Floats, ask: tuple[Floats, float | None]
) -> tuple[JointSelection, Connection]:
    choice = siting(*ask)
    selected = tuple(sorted(int(site) for site in choice.selected))
    if any(not 0 <= site < len(own) for site in selected):
        raise InputError(
            f"siting chose a site that does not exist; there are {len(own)}", where="siting",
            repair="give one cost for each candidate",
        )  # fmt: skip
    connection = connect(selected)
    site_cost = float(own[list(selected)].sum())
    return JointSelection(
        selected, float(choice.covered), site_cost, float(connection.cost)
    ), connection


def _two_step(
    siting: Siting, connect: Connect, own: Floats, budget: float | None
) -> tuple[JointSelection, Connection]:
    """Choose by own costs, then connect; with a budget, as much as leaves enough for the backhaul.

    The part of the budget that siting may spend is found by halving.

    Raises
    ------
    InputError
        If no selection that was tried fits the budget.
    """
    answer, connection = _answered(siting, connect, own, (own, budget))
    if budget is None or answer.cost <= budget * (1 + _EQUAL):
        return answer, connection
    low, high, least = 0.0, budget, answer.cost
    best: tuple[JointSelection, Connection] | None = None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        try:
            tried, connection = _answered(siting, connect, own, (own, middle))
        except RangeError:
            # The engine reports that this budget builds nothing.
            low = middle
            continue
        least = min(least, tried.cost)
        if tried.cost > budget * (1 + _EQUAL):
            high = middle
            continue
        low = middle
        if best is None or better(tried, best[0], budget):
            best = tried, connection
    if best is None:
        raise InputError(
            f"no choice fits the budget of {budget:,.0f} with its backhaul; the least that was "
            f"tried costs {least:,.0f}",
            where="budget", repair="raise the budget, or fix fewer sites",
        )  # fmt: skip
    return best


def better(answer: JointSelection, than: JointSelection, budget: float | None) -> bool:
    """Tell whether a selection fits the budget and covers more, or as much for less.

    Without a budget the goal fixes what is covered: less money is better.

    Parameters
    ----------
    answer
        The selection.
    than
        Another selection.
    budget
        Greatest cost [money]; None for none.

    Returns
    -------
    better
        True if ``answer`` is the better one.
    """
    if budget is None:
        return answer.cost < than.cost * (1 - _EQUAL)
    if answer.cost > budget * (1 + _EQUAL):
        return False
    more = answer.covered - than.covered
    margin = _EQUAL * max(1.0, abs(than.covered))
    return more > margin or (more >= -margin and answer.cost < than.cost * (1 - _EQUAL))


def connection(selected: Sequence[int], found: Backhaul, alone: ArrayLike) -> Connection:
    """Return a backhaul in the form that :func:`joint_plan` expects.

    A chosen site adds what it pays in the tree, any other candidate the cost of its own link to the
    existing fibre. If instead the link to the nearest chosen site counted, candidates beside sites
    that may be dropped would look cheap: on the 5,000 villages of a mountain province that covered
    3 % less within the same budget.

    Parameters
    ----------
    selected
        Chosen candidates, in the order of the sites of ``found``.
    found
        Their backhaul.
    alone
        (n,) cost per candidate from :func:`nearest_link_cost` to the fibre nodes.

    Returns
    -------
    connection
        Cost of the backhaul, and what each candidate would add.
    """
    marginal = np.array(alone, dtype=float)
    marginal[list(selected)] = found.cost
    return Connection(found.total, marginal)


def nearest_link_cost(
    candidates: tuple[ArrayLike, ArrayLike],
    connected: tuple[ArrayLike, ArrayLike],
    *,
    per_km: float,
    once: float,
    most: float,
) -> Floats:
    """Return what each candidate would add to an existing backhaul: its link to the nearest place.

    Parameters
    ----------
    candidates, connected
        Longitudes and latitudes of the candidates, and of fibre nodes and connected sites, [°].
    per_km
        Fibre per geodesic km, including its route factor [money].
    once
        Equipment of a link [money].
    most
        Cost of another kind of backhaul: no candidate adds more [money].

    Returns
    -------
    cost
        (n,) [money].

    Examples
    --------
    >>> nearest_link_cost(([100.0], [25.0]), ([], []), per_km=1.0, once=2.0, most=9.0).tolist()
    [9.0]
    """
    from scipy.spatial import cKDTree

    from geo.earth.crs import check_lonlat, ecef

    lon, lat = check_lonlat(*candidates, where="candidates")
    to_lon, to_lat = check_lonlat(*connected, where="connected")
    if not len(to_lon) or not len(lon):
        return np.full(len(lon), float(most))
    _, near = cKDTree(ecef(to_lon, to_lat)).query(ecef(lon, lat))
    km = geodesic_m(lon, lat, to_lon[near], to_lat[near]) / 1000.0
    return np.minimum(once + per_km * km, most)

"""Selection of sites by money: sites and links together, in one model with its bound.

The goal's money is what it takes to build, or the present value over the years of operation where
the settings ask for that; it chooses the links as well. A site that is far from the existing fibre
has fibre or a satellite, any other one fibre (:mod:`planning.plan.backhaul`). Where roads are
imported, ways follow them; the bound lets trees branch at their crossings, too. Microwave hops
depend on the terrain between the sites built: the answer is priced with them, and the bound uses
the least that they can cost.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.errors import InputError
from geo.links.backhaul_graph import route_graph
from geo.links.road_ways import between_sites, with_crossings
from geo.network_design.curve import curve
from geo.network_design.problem import MoneyGoal, NetworkPlan, NetworkProblem
from geo.network_design.solve import Search
from geo.network_design.ways import ways
from geo.siting import SitingProblem, SolverRun
from planning.plan.backhaul import join, least_hop, link_prices
from planning.plan.candidates import lines_of
from planning.plan.life_cycle_cost import goal_money
from planning.plan.site_selection import COST, HOUSEHOLDS, SelectionResult, answered
from planning.plan.unit_costs import UnitPrices

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Times that a selection is repeated with a corrected price of links, or a lower budget.
_CORRECTIONS = 3
#: Factor below the estimate, so that another selection results.
_BELOW = 0.999
#: Share of the model's cost that links along roads or by air may save before it is corrected.
_CLOSE = 0.01
#: Value and bound closer than this share are equal.
_PROVEN = 1e-8
#: Curves that are kept.
_KEPT = 4
_CURVES: OrderedDict[str, tuple[CurvePoint, ...]] = OrderedDict()
#: Fibre of no length: a site at a node [km].
_AT_NODE_KM = 1e-6


@dataclass(frozen=True, eq=False)
class Ask:
    """The site-selection problem with its costs.

    Attributes
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    problem
        Coverage, weights and limits.
    costs
        (options,) money of the goal with power and without backhaul, base [currency].
    candidates
        (options, …) rows of the candidate table.
    rates
        Unit costs in force.
    """

    pack: Pack
    scenario: Scenario
    problem: SitingProblem
    costs: Floats
    candidates: pd.DataFrame
    rates: UnitPrices

    @property
    def settings(self) -> PlanSettings:
        """Settings of the plan."""
        return self.scenario.plan

    @property
    def budget(self) -> float | None:
        """The budget [currency]; None where the goal has none."""
        return self.settings.budget if self.settings.objective == "budget" else None


@dataclass(frozen=True, eq=False)
class Chosen:
    """The chosen sites.

    Attributes
    ----------
    answer
        Selection, objective value and bound.
    costs
        (options,) cost of each option with a link of its own, links scaled to what the chosen
        sites pay for theirs [currency].
    search
        Groups, plans and bounds found on the way; None where money was not the goal, or the plan
        was known.
    """

    answer: SelectionResult
    costs: Floats
    search: Search | None


@dataclass(frozen=True, eq=False)
class CurvePoint:
    """A plan of the curve and its cost [currency]."""

    answer: SelectionResult
    cost: float


def chosen_alone(ask: Ask, run: SolverRun) -> Chosen:
    """Select sites by their costs without links.

    Parameters
    ----------
    ask
        The site-selection problem with its costs.
    run
        Limits of the solver run, with progress and cancellation.

    Returns
    -------
    chosen
        The selection.
    """
    return Chosen(answered(ask.problem, ask.costs, None, ask.settings, run), ask.costs, None)


def chosen_with_links(ask: Ask, run: SolverRun) -> Chosen:
    """Select sites and links together.

    Parameters
    ----------
    ask
        The site-selection problem with its costs.
    run
        Limits of the solver run, with progress and cancellation.

    Returns
    -------
    chosen
        The selection at the cost of its links, with the bound.

    Raises
    ------
    InputError
        If the limits conflict, or the sites that must be built exceed the budget with their links.
    """
    priced = _Priced(ask)
    goal = priced.goal()
    for point in _CURVES.get(_curve_key(ask), ()):
        if point.cost == goal.budget:
            return Chosen(point.answer, priced.scaled(point.answer.selected, point.cost), None)
    search = priced.search(run)
    try:
        found = search.run()
    except InputError:
        # The siting engine names the limits that conflict.
        answered(ask.problem, np.round(priced.alone, 2), ask.budget, ask.settings, run)
        raise
    selected = found.options
    if not selected and goal.budget is not None:
        raise InputError("plan.budget", budget=goal.budget, cheapest=priced.alone.min())
    if ask.problem.capacity is not None:
        selected = _within_capacity(priced, found, run)
    cost = priced.cost(selected)
    bound = found.bound
    if priced.cheaper_links:
        selected, cost = _corrected(priced, (selected, cost), run)
        bound = priced.bound(run)
    covered = priced.covered(selected)
    measure, value = (COST, cost) if goal.budget is None else (HOUSEHOLDS, covered)
    bound = min(bound, value) if goal.budget is None else max(bound, value)
    gap = abs(bound - value) / max(bound, value) if max(bound, value) > 0 else 0.0
    stopped = found.stopped if found.stopped in ("time", "cancelled") else "effort"
    answer = SelectionResult(
        selected, covered, measure, value, bound, "proven" if gap <= _PROVEN else stopped,
        found.price, priced.shadow(found),
    )  # fmt: skip
    return Chosen(answer, priced.scaled(selected, cost), search)


def money_curve(ask: Ask, search: Search | None, run: SolverRun) -> tuple[CurvePoint, ...]:
    """Return plans from the first affordable site to everything, each with its bound.

    Parameters
    ----------
    ask
        The site-selection problem with its costs.
    search
        The search that found the chosen sites; None to begin one.
    run
        Limits of the solver run, with progress and cancellation.

    Returns
    -------
    points
        Ascending in cost; kept, so that a plan for the cost of one of them is that plan.
    """
    key = _curve_key(ask)
    if key in _CURVES:
        _CURVES.move_to_end(key)
        return _CURVES[key]
    priced = _Priced(ask)
    search = search or priced.search(run)
    plans = curve(search, ask.settings.frontier_points, run)
    lowest = priced.search(run, lowest=True) if priced.cheaper_links else None
    points = []
    for plan in plans:
        cost = priced.cost(plan.options)
        bound = plan.bound
        if lowest is not None:
            part = lowest.within(cost)
            part.priced()
            bound = max(part.bound, plan.covered)
        points.append(CurvePoint(_reached(priced, plan, bound), cost))
    if not search.clock.over():
        _CURVES[key] = tuple(points)
        while len(_CURVES) > _KEPT:
            _CURVES.popitem(last=False)
    return tuple(points)


def _reached(priced: _Priced, plan: NetworkPlan, bound: float) -> SelectionResult:
    """Return a plan of the curve as the answer for a budget of its own cost."""
    gap = (bound - plan.covered) / bound if bound > 0 else 0.0
    return SelectionResult(
        plan.options, plan.covered, HOUSEHOLDS, plan.covered, bound,
        "proven" if gap <= _PROVEN else "effort", plan.price, priced.shadow(plan),
    )  # fmt: skip


def _curve_key(ask: Ask) -> str:
    """Return what the curve depends on: all but the amount that is asked."""
    plain = PlanSettings()
    amounts = ("objective", "budget", "share", "sites", "alternatives", "tolerance", "time_limit_s")
    settings = ask.settings.model_copy(update={name: getattr(plain, name) for name in amounts})
    return f"{ask.pack.digest} {ask.scenario.model_copy(update={'plan': settings}).digest}"


def _corrected(
    priced: _Priced, best: tuple[tuple[int, ...], float], run: SolverRun
) -> tuple[tuple[int, ...], float]:
    """Select again with links at what those of the last selection cost, while that is better."""
    selected, cost = best
    budget = priced.ask.budget
    for _ in range(_CORRECTIONS):
        share = priced.link_share(selected, cost)
        if share >= 1 - _CLOSE:
            break
        try:
            found = priced.search(run, share=share).run().options
        except InputError:
            break
        paid = priced.cost(found)
        if budget is None:
            if paid >= cost:
                break
        elif paid > budget or priced.covered(found) <= priced.covered(selected):
            break
        selected, cost = found, paid
    return selected, cost


def _within_capacity(priced: _Priced, found: NetworkPlan, run: SolverRun) -> tuple[int, ...]:
    """Select with capacities, each option with a link of its own at the price of shared ones."""
    ask, selected = priced.ask, found.options
    costs, limit = priced.scaled(selected, priced.cost(selected)), ask.budget
    for _ in range(_CORRECTIONS + 1):
        answer = answered(ask.problem, costs, limit, ask.settings, run).selected
        if ask.budget is None or limit is None:
            break
        spent = priced.cost(answer)
        if spent <= ask.budget:
            break
        limit = min(limit, float(costs[list(answer)].sum())) * ask.budget / spent * _BELOW
    else:
        raise InputError("plan.budget_links", budget=ask.budget)
    return answer


class _Priced:
    """The options with their links, as a network problem."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        settings, rates = ask.settings, ask.rates
        self.prices = link_prices(ask.scenario, rates)
        self.place = np.unique(np.asarray(ask.problem.places), return_inverse=True)[1].ravel()
        first = np.unique(self.place, return_index=True)[1]
        sites = ask.candidates.iloc[first]
        nodes = ask.pack.table("fibre_nodes", columns=("lon", "lat"))
        self.standing = sites["existing_site"].to_numpy(bool)
        satellite = np.isfinite(self.prices.satellite)
        root, ends, km = ways(
            (sites["lon"], sites["lat"]), (nodes["lon"], nodes["lat"]), standing=self.standing,
            most_km=self.prices.far_km / rates.route_factor if satellite else np.inf,
        )  # fmt: skip
        self.root_km, self.ends, self.km = root * rates.route_factor, ends, km * rates.route_factor
        self.far = satellite & ~self.standing & (self.root_km >= self.prices.far_km)
        fibre = "fibre" in settings.links.backhaul
        self.fibred = self.standing | fibre | (self.root_km <= _AT_NODE_KM)
        if not np.isfinite(self.root_km).any():
            self.fibred &= False
        roads = lines_of(ask.pack, "roads")
        self.graph = None
        if roads is not None:
            places, known = (
                (table["lon"].to_numpy(float), table["lat"].to_numpy(float))
                for table in (sites, nodes)
            )
            self.graph = route_graph(
                places, known, factor=rates.route_factor, pairs=ends, roads=roads
            )
            self.root_km, self.ends, self.km = between_sites(self.graph)
            self.root_km = np.where(self.standing, 0.0, self.root_km)
        self.hop = least_hop(ask.pack, ask.scenario, sites, ask.rates)

    @property
    def cheaper_links(self) -> bool:
        """True if links may cost less than straight fibre and satellites."""
        return self.graph is not None or bool(np.isfinite(self.hop).any())

    @property
    def alone(self) -> Floats:
        """(options,) cost with the cheapest link of its own [currency]."""
        return self.ask.costs + self._link_alone()[self.place]

    def _link_alone(self) -> Floats:
        prices = self.prices
        fibre = prices.fibre_terminal + prices.fibre_per_km * self.root_km
        by_fibre = np.where(self.fibred & np.isfinite(fibre), fibre, np.inf)
        by_air = np.where(self.far, prices.satellite, np.inf)
        link = np.where(self.standing, 0.0, np.minimum(by_fibre, by_air))
        return np.where(np.isfinite(link), link, 0.0)

    def goal(self) -> MoneyGoal:
        """Return the budget, or the least households."""
        settings, problem = self.ask.settings, self.ask.problem
        if self.ask.budget is not None:
            return MoneyGoal(budget=self.ask.budget)
        reach = sp.csr_array(problem.coverage)
        allowed = np.ones(reach.shape[0], dtype=bool)
        allowed[list(problem.forbidden)] = False
        met = np.unique(reach[np.flatnonzero(allowed)].indices)
        whole = float(np.asarray(problem.weights, dtype=float)[met].sum())
        return MoneyGoal(least=whole * (settings.share if settings.objective == "share" else 1.0))

    def search(self, run: SolverRun, *, share: float = 1.0, lowest: bool = False) -> Search:
        """Return the search for the goal, with fibre at a share of its price."""
        return Search(self._network(share=share, lowest=lowest), self.goal(), run)

    def bound(self, run: SolverRun) -> float:
        """Return the bound on every plan where links may be cheaper."""
        search = self.search(run, lowest=True)
        if self.graph is None:
            return search.run().bound
        # Integer programs with all crossings bring little for their time.
        search.priced()
        return search.bound * (search.unit if self.ask.budget is None else 1.0)

    def _network(self, *, share: float, lowest: bool) -> NetworkProblem:
        """Return variants by fibre, then by satellite, then by hop where the bound needs it."""
        problem, prices, place = self.ask.problem, self.prices, self.place
        allowed = np.ones(len(place), dtype=bool)
        allowed[list(problem.forbidden)] = False
        satellite = round(prices.satellite, 2) if self.far.any() else 0.0
        kinds: list[tuple[Flags, Floats]] = [
            (self.fibred, np.full(len(self.far), round(prices.fibre_terminal, 2))),
            (self.far, np.full(len(self.far), satellite)),
            (~self.fibred & ~self.far, np.zeros(len(self.far))),
        ]
        if lowest:
            kinds.append((~self.standing & np.isfinite(self.hop), self.hop))
        options = [np.flatnonzero(allowed & here[place]) for here, _ in kinds]
        option = np.concatenate(options)
        link = np.concatenate(
            [money[place[of]] for (_, money), of in zip(kinds, options, strict=True)]
        )
        own = self.ask.costs[option] + np.where(self.standing[place[option]], 0.0, link)
        weights = np.asarray(problem.weights, dtype=float)
        labels, groups = np.unique(np.asarray(problem.groups), return_inverse=True)
        sums = np.bincount(groups, weights, minlength=len(labels))
        share_of = [float(problem.least_share.get(label, 0.0)) for label in labels]
        least = np.array(share_of, dtype=np.float64) * sums
        per_km = prices.fibre_per_km * share
        network = NetworkProblem(
            reach=sp.csr_array(sp.csr_array(problem.coverage)[option] != 0).astype(float),
            weights=weights, own=own, place=place[option],
            fibre=np.arange(len(option)) < len(options[0]), option=option,
            fixed=tuple(problem.fixed), root=np.round(per_km * self.root_km, 2), ends=self.ends,
            money=np.round(per_km * self.km, 2), groups=groups.ravel().astype(np.int64),
            least=least,
        )  # fmt: skip
        if not lowest or self.graph is None:
            return network
        root_km, ends, km = with_crossings(self.graph)
        root_km[: len(self.standing)] = self.root_km
        return network.branching(np.floor(per_km * root_km), ends, np.floor(per_km * km))

    def covered(self, selected: tuple[int, ...]) -> float:
        """Return the households reached."""
        reach = sp.csr_array(self.ask.problem.coverage)[list(selected)]
        weights = np.asarray(self.ask.problem.weights, dtype=float)
        return float(weights[np.unique(reach.indices)].sum())

    def cost(self, selected: tuple[int, ...]) -> float:
        """Return what selected options cost with their links [currency]."""
        ask, rows = self.ask, list(selected)
        sites = ask.candidates.iloc[rows].reset_index(drop=True)
        joined = join(ask.pack, ask.scenario, sites, ask.rates)
        links = goal_money(joined.quantities, ask.settings, ask.rates)
        return round(float(ask.costs[rows].sum() + links.sum()), 2)

    def link_share(self, selected: tuple[int, ...], cost: float) -> float:
        """Return what the links of a selection cost as a share of its straight ones."""
        rows = list(selected)
        own = float(self.ask.costs[rows].sum())
        straight = float(self._link_alone()[self.place[rows]].sum())
        return min((cost - own) / straight, 1.0) if straight > 0 else 1.0

    def scaled(self, selected: tuple[int, ...], cost: float) -> Floats:
        """Return each option's cost with a link of its own at the price of shared ones."""
        share = self.link_share(selected, cost)
        return np.asarray(np.round(self.ask.costs + share * (self.alone - self.ask.costs), 2))

    def shadow(self, plan: NetworkPlan) -> tuple[tuple[str, float], ...]:
        """Return per prefecture what a household of its least share takes from others."""
        labels = np.unique(np.asarray(self.ask.problem.groups))
        return tuple(
            (str(label), float(value))
            for label, value in zip(labels, plan.shadow, strict=True) if value > 0
        )  # fmt: skip

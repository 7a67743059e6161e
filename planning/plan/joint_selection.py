"""Joint selection of sites and links, compared with the two-step selection.

The cost of a site with its link depends on the other sites built. The selection is therefore
repeated with the cost of each candidate's link alone, scaled by the saving from shared routes in
the previous selection. Sites are then exchanged, each exchange priced with the whole fibre tree,
and the best plan is kept. The bound (:mod:`geo.links.bound`) holds for every selection of sites
whose links follow the plan's rule.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.links.bound import CoverageGoal, JointBound, relaxed
from geo.links.fibre_access import STEINER_RATIO, FibreLinks, ways
from geo.links.joint import (
    Connection,
    JointResult,
    JointSelection,
    better,
    joint_plan,
    nearest_link_cost,
)
from geo.links.search import SearchProblem, searched
from geo.siting import SitingProblem, SolverRun
from geo.siting.clock import SolverClock
from geo.siting.model import checked
from planning.elevation import terrain_of
from planning.plan.backhaul import Joined, join, link_values
from planning.plan.candidates import lines_of
from planning.plan.site_selection import COST, HOUSEHOLDS, SelectionResult, answered
from planning.plan.unit_costs import UnitPrices

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Rounds of selection and connection beyond the two steps.
_ROUNDS = 2
#: Shares of the time limit: first selection, each further one, bound, exchanges.
_FIRST, _AGAIN, _BOUND, _SEARCH = 0.15, 0.05, 0.5, 0.5
#: Value and bound closer than this share are equal.
_PROVEN = 1e-6
#: Ways in which a run ends, the best first.
_WORSE = ("proven", "effort", "time", "cancelled")
#: Number of times that a selection above the budget is repeated with a lower limit.
_CORRECTIONS = 3
#: Factor below the estimate, so that another selection results.
_BELOW = 0.999
#: Items of a link that are paid once, by kind of backhaul.
_ONCE = {"fibre": "fibre_terminal", "microwave": "microwave_hop",
         "satellite": "satellite_terminal"}  # fmt: skip
#: Distance assumed where there is no fibre node [km].
_FAR_KM = 1e6
_LINK_ITEMS = ("fibre_rural", "fibre_terminal", "microwave_hop", "satellite_terminal",
               "mast_height")  # fmt: skip


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
        (options,) build cost with power and without backhaul, base [currency].
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


@dataclass(frozen=True, eq=False)
class Chosen:
    """The chosen sites, and the gain of joint selection.

    Attributes
    ----------
    answer
        Selection, objective value and bound.
    joint
        Joint beside two-step selection; None where links are not part of the problem.
    costs
        (options,) cost that each option adds to the chosen sites, with its link [currency].
    """

    answer: SelectionResult
    joint: JointResult | None
    costs: Floats


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
        The selection; ``joint`` is None.
    """
    return Chosen(answered(ask.problem, ask.costs, None, ask.settings, run), None, ask.costs)


def chosen_together(ask: Ask, run: SolverRun) -> Chosen:
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
        The better of joint and two-step selection, with a bound on both.

    Raises
    ------
    InputError
        If the limits conflict, or the sites that must be built exceed the budget with their links.
    """
    # Whole fen, as in the solver: sums of chosen sites are then exact budgets.
    own = np.round(ask.costs + _least_link(ask), 2)
    links = _Links(ask, own)
    siting = _Siting(ask, links, own, run)
    budget = ask.settings.budget if ask.settings.objective == "budget" else None
    rounds = _ROUNDS if ask.settings.joint else 1
    joint = joint_plan(siting, links.connect, own, budget=budget, rounds=rounds)
    sought, proven = priced(ask, own, replace(run, time_limit_s=run.time_limit_s * _BOUND))
    if ask.settings.joint and ask.problem.capacity is None:
        clock = SolverClock(replace(run, time_limit_s=run.time_limit_s * _SEARCH))
        joint = _exchanged(joint, (sought, proven.starts), (links, own), clock)
    best = joint.best if ask.settings.joint else joint.two_step
    first = siting.answers[0]
    # The first selection prices each site with the least link, so its bound holds for all plans.
    if budget is not None:
        measure, value = HOUSEHOLDS, best.covered
        bound = max(min(first.bound, proven.bound), value)
    else:
        measure, value = COST, best.cost
        bound = min(max(first.bound, proven.bound), value)
    stopped = "proven" if abs(bound - value) <= _PROVEN * max(bound, value) else "effort"
    if stopped != "proven":
        stopped = max([stopped, *(found.stopped for found in siting.answers)], key=_WORSE.index)
    answer = SelectionResult(best.selected, best.covered, measure, value, bound, stopped)
    marginal = links.connect(best.selected).marginal
    return Chosen(answer, joint, np.round(own + marginal, 2))


def priced(ask: Ask, own: Floats, run: SolverRun) -> tuple[SearchProblem, JointBound]:
    """Return the search problem with links, and the bound on sites and links together.

    The bound holds for every plan whose links follow the plan's rule: another kind than fibre only
    where fibre for the site alone costs more over the years of operation.

    Parameters
    ----------
    ask
        The site-selection problem with its costs.
    own
        (options,) cost with the least cost of any link [currency].
    run
        Limits of the solver run, with progress and cancellation.

    Returns
    -------
    problem
        Goal, sites and links for the exchange search.
    bound
        Bound of the relaxation, with its proposals.
    """
    model = checked(replace(ask.problem, costs=own))
    reached = np.zeros(len(model.weights), dtype=bool)
    reached[model.reach.indices] = True
    whole = float(model.weights[reached].sum())
    share = ask.settings.share if ask.settings.objective == "share" else 1.0
    goal = CoverageGoal(least=share * whole)
    if ask.settings.objective == "budget":
        goal = CoverageGoal(budget=ask.settings.budget)
    place = np.unique(np.asarray(ask.problem.places), return_inverse=True)[1].astype(np.int64)
    first = np.unique(place, return_index=True)[1]
    direct = site_ways(ask, first, hops=False)
    lowest = site_ways(ask, first, hops=True)
    if lines_of(ask.pack, "roads") is not None:
        # Along roads there is no route factor, and trees may branch anywhere.
        lowest = lowest.at(STEINER_RATIO / ask.rates.route_factor)
    proven = relaxed(model, lowest, place, goal, run)
    return SearchProblem(model, direct, place, goal, proven.price), proven


def site_ways(ask: Ask, options: NDArray[np.int64], *, hops: bool) -> FibreLinks:
    """Return the fibre links of places, net of the least cost of any link.

    Parameters
    ----------
    ask
        The site-selection problem with its costs.
    options
        (places,) one option per place.
    hops
        Include microwave where an elevation model is in force.

    Returns
    -------
    links
        Cost of each way of a place to the fibre [currency].
    """
    rates, values = ask.rates, link_values(ask.scenario, ask.rates)
    sites = ask.candidates.iloc[options]
    nodes = ask.pack.table("fibre_nodes", columns=("lon", "lat"))
    per_km = values.fibre_per_km * rates.route_factor
    kinds = ask.settings.links.backhaul
    others = []
    least = min(_money(rates, _ONCE[kind]) for kind in kinds)
    if "microwave" in kinds and hops and terrain_of(ask.pack, ask.scenario) is not None:
        others.append(("microwave", values.hop))
    if "satellite" in kinds:
        others.append(("satellite", values.satellite))
    # Where fibre is not allowed, only a site at a node has it.
    money = _money(rates, "fibre_rural") if "fibre" in kinds else 0.0
    return ways(
        (sites["lon"], sites["lat"]), (nodes["lon"], nodes["lat"]), money * rates.route_factor,
        once=max(_money(rates, "fibre_terminal") - least, 0.0) if "fibre" in kinds else 0.0,
        standing=sites["existing_site"].to_numpy(bool),
        others=[
            (_money(rates, _ONCE[kind]) - least, max((value - values.fibre_terminal) / per_km, 0.0))
            for kind, value in others
        ],
    )  # fmt: skip


def _exchanged(
    joint: JointResult,
    asked: tuple[SearchProblem, tuple[Flags, ...]],
    engine: tuple[_Links, Floats],
    clock: SolverClock,
) -> JointResult:
    """Return the joint selection after exchanges of sites, from the best and other starts."""
    sought, starts = asked
    links, own = engine
    budget = sought.goal.budget
    chosen = np.zeros(len(own), dtype=bool)
    chosen[list(joint.best.selected)] = True
    best = joint.best
    for start in (*starts[::-1], chosen):
        if clock.over():
            break
        found = tuple(np.flatnonzero(searched(sought, start, clock)).tolist())
        rows = list(found)
        met = np.unique(sought.model.reach[rows].indices)
        covered = float(sought.model.weights[met].sum())
        if covered < sought.goal.least * (1 - 1e-9):
            continue
        cost = links.connect(found).cost
        answer = JointSelection(found, covered, float(own[rows].sum()), cost)
        if better(answer, best, budget):
            best = answer
    return replace(joint, best=best)


class _Siting:
    """Selection at given costs; keeps each result."""

    def __init__(self, ask: Ask, links: _Links, own: Floats, run: SolverRun) -> None:
        self.ask, self.links, self.own, self.run = ask, links, own, run
        self.answers: list[SelectionResult] = []

    def __call__(self, costs: Floats, budget: float | None) -> SelectionResult:
        """Return the selection; one above the budget with its true links is repeated for less.

        The costs of links are an estimate until the sites are known.
        """
        found = self._once(costs, budget)
        if budget is None or costs is self.own:
            return found
        asked = budget
        for _ in range(_CORRECTIONS):
            spent = float(self.own[list(found.selected)].sum())
            spent += self.links.connect(found.selected).cost
            if spent <= budget:
                break
            # The estimated cost must shrink in proportion to the true cost.
            estimate = float(costs[list(found.selected)].sum())
            asked = min(asked, estimate) * budget / spent * _BELOW
            found = self._once(costs, asked)
        return found

    def _once(self, costs: Floats, budget: float | None) -> SelectionResult:
        share = _FIRST if not self.answers else _AGAIN
        run = replace(self.run, time_limit_s=self.run.time_limit_s * share)
        found = answered(self.ask.problem, costs, budget, self.ask.settings, run)
        self.answers.append(found)
        return found


class _Links:
    """Connects chosen options and prices each option's link; caches the results."""

    def __init__(self, ask: Ask, own: Floats) -> None:
        self.ask = ask
        self.least = own - ask.costs
        self.known: dict[tuple[int, ...], Connection] = {}

    def connect(self, selected: tuple[int, ...]) -> Connection:
        """Return the selected options' link cost above the least, and each option's share."""
        if selected not in self.known:
            self.known[selected] = self._connected(np.array(selected, dtype=np.int64))
        return self.known[selected]

    def _connected(self, chosen: NDArray[np.int64]) -> Connection:
        ask = self.ask
        sites = ask.candidates.iloc[chosen].reset_index(drop=True)
        joined = join(ask.pack, ask.scenario, sites, ask.rates)
        paid = np.maximum(link_costs(joined, ask.rates) - self.least[chosen], 0.0)
        # Shared routes make links cheaper than each alone; this selection gives the ratio.
        alone = np.maximum(self._alone(joined) - self.least, 0.0)
        whole = float(alone[chosen].sum())
        ratio = float(paid.sum()) / whole if whole > 0 else 1.0
        return Connection(float(paid.sum()), alone * min(ratio, 1.0))

    def _alone(self, joined: Joined) -> Floats:
        """Return the build cost of each option's link for itself alone [currency].

        The kind is the one of least cost over the years, as in the backhaul model.
        """
        ask = self.ask
        nodes = ask.pack.table("fibre_nodes", columns=("lon", "lat"))
        lon, lat = nodes["lon"].to_numpy(float), nodes["lat"].to_numpy(float)
        own = ask.candidates["lon"].to_numpy(float), ask.candidates["lat"].to_numpy(float)
        km = nearest_link_cost(own, (lon, lat), per_km=1.0, once=0.0, most=_FAR_KM)
        km *= ask.rates.route_factor
        values = link_values(ask.scenario, ask.rates)
        over_years = [values.fibre_terminal + values.fibre_per_km * km]
        to_build = [_money(ask.rates, "fibre_terminal") + _money(ask.rates, "fibre_rural") * km]
        if np.isfinite(values.satellite):
            over_years.append(np.full(len(km), values.satellite))
            to_build.append(np.full(len(km), _money(ask.rates, "satellite_terminal")))
        if (joined.backhaul == "microwave").any():
            over_years.append(np.full(len(km), values.hop))
            to_build.append(np.full(len(km), _money(ask.rates, "microwave_hop")))
        kind = np.argmin(over_years, axis=0)
        cost = np.array(to_build)[kind, np.arange(len(km))]
        return np.where(ask.candidates["existing_site"].to_numpy(bool), 0.0, cost)


def link_costs(joined: Joined, rates: UnitPrices) -> Floats:
    """Return the build cost of each site's backhaul.

    Parameters
    ----------
    joined
        Backhaul of the sites.
    rates
        Unit costs in force.

    Returns
    -------
    cost
        (n,) base [currency].
    """
    parts = {item: joined.quantities[item] for item in _LINK_ITEMS if item in joined.quantities}
    return rates.total(parts).base


def _least_link(ask: Ask) -> Floats:
    """Return the least cost of any link of an option: its equipment, without a route."""
    least = min(_money(ask.rates, _ONCE[kind]) for kind in ask.settings.links.backhaul)
    shared = ask.candidates["existing_site"].to_numpy(bool)
    return np.where(shared, 0.0, least)


def _money(rates: UnitPrices, item: str) -> float:
    return float(rates.money(item).base)

"""Sites and their links chosen together: the joint answer beside the two-step one.

What a site costs with its links depends on which others are built, so the choice is repeated with
what the link of each candidate would cost alone, times what sharing saved in the last choice; then
sites are exchanged, each exchange priced with the whole fibre tree. The best is kept. The bound
(:mod:`geo.links.bound`) holds for every choice of sites with links by the plan's rule.
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

#: Rounds of choosing and joining beyond the two steps.
_ROUNDS = 2
#: Shares of the time: the first choice, each further one, the bound, the exchanges.
_FIRST, _AGAIN, _BOUND, _SEARCH = 0.15, 0.05, 0.5, 0.5
#: Value and bound closer than this share are equal.
_PROVEN = 1e-6
#: How a run ended, the better first.
_WORSE = ("proven", "effort", "time", "cancelled")
#: Times that a choice beyond the budget is made anew for less.
_CORRECTIONS = 3
#: A little less than the estimate says, so that another choice comes.
_BELOW = 0.999
#: Items of a link that are paid once, by kind of backhaul.
_ONCE = {"fibre": "fibre_terminal", "microwave": "microwave_hop",
         "satellite": "satellite_terminal"}  # fmt: skip
#: Way to a fibre node where there is none [km].
_FAR_KM = 1e6
_LINK_ITEMS = ("fibre_rural", "fibre_terminal", "microwave_hop", "satellite_terminal",
               "mast_height")  # fmt: skip


@dataclass(frozen=True, eq=False)
class Ask:
    """What is to be chosen.

    Attributes
    ----------
    costs
        (options,) build cost with power and without links, base [currency].
    candidates
        Rows of the candidate table, one per option.
    """

    pack: Pack
    scenario: Scenario
    problem: SitingProblem
    costs: Floats
    candidates: pd.DataFrame
    rates: UnitPrices

    @property
    def settings(self) -> PlanSettings:
        """The planner's wishes."""
        return self.scenario.plan


@dataclass(frozen=True, eq=False)
class Chosen:
    """The answer, and what choosing together brought.

    Attributes
    ----------
    joint
        Joint beside two-step answer; None where links were not part of the choice.
    costs
        (options,) what each option costs beside the chosen ones, its link with it [currency].
    """

    answer: SelectionResult
    joint: JointResult | None
    costs: Floats


def chosen_alone(ask: Ask, run: SolverRun) -> Chosen:
    """Choose by what sites cost without links."""
    return Chosen(answered(ask.problem, ask.costs, None, ask.settings, run), None, ask.costs)


def chosen_together(ask: Ask, run: SolverRun) -> Chosen:
    """Choose sites and links together.

    Raises
    ------
    InputError
        If the limits conflict, or what must be built exceeds the budget with its links.
    """
    # Whole fen, as the solver counts: sums of chosen sites are then exact budgets.
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
    # The first answer saw every site with the least link only: its bound holds for all plans, too.
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
    """Return the goal with its ways to the fibre, and the bound on sites and links together.

    The bound holds for every plan whose links follow the plan's own rule: another kind than fibre
    only where the fibre for the site alone would cost more over the years.

    Parameters
    ----------
    own
        (options,) cost with the least that any link takes [currency].
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
    """Return the ways of places to the fibre, beyond the least that any link takes.

    Parameters
    ----------
    options
        One option per place.
    hops
        Count on microwave where the terrain is known.
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
    # Without leave to lay fibre there is none but at a node itself.
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
    """Return the joint answer after exchanges of sites, from the best so far and other starts."""
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
    """Chooses at given costs; keeps what it was answered, and the time."""

    def __init__(self, ask: Ask, links: _Links, own: Floats, run: SolverRun) -> None:
        self.ask, self.links, self.own, self.run = ask, links, own, run
        self.answers: list[SelectionResult] = []

    def __call__(self, costs: Floats, budget: float | None) -> SelectionResult:
        """Return the choice; what exceeds the budget with its true links is chosen anew for less.

        The costs of links are an estimate until the choice stands.
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
            # What the choice costs by estimate must shrink as its true cost must.
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
    """Joins chosen options and says what each option's link would cost; keeps its answers."""

    def __init__(self, ask: Ask, own: Floats) -> None:
        self.ask = ask
        self.least = own - ask.costs
        self.known: dict[tuple[int, ...], Connection] = {}

    def connect(self, selected: tuple[int, ...]) -> Connection:
        """Return what links of the selected options cost beyond the least, and others' share."""
        if selected not in self.known:
            self.known[selected] = self._connected(np.array(selected, dtype=np.int64))
        return self.known[selected]

    def _connected(self, chosen: NDArray[np.int64]) -> Connection:
        ask = self.ask
        sites = ask.candidates.iloc[chosen].reset_index(drop=True)
        joined = join(ask.pack, ask.scenario, sites, ask.rates)
        paid = np.maximum(link_costs(joined, ask.rates) - self.least[chosen], 0.0)
        # Shared trunks make links cheaper than each alone; the share is taken from this choice.
        alone = np.maximum(self._alone(joined) - self.least, 0.0)
        whole = float(alone[chosen].sum())
        ratio = float(paid.sum()) / whole if whole > 0 else 1.0
        return Connection(float(paid.sum()), alone * min(ratio, 1.0))

    def _alone(self, joined: Joined) -> Floats:
        """Return what each option's link would cost to build for itself alone.

        As the backhaul engine does, the kind is the one that costs least over the years.
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
    """Return what the backhaul of each site costs to build, base [currency]."""
    parts = {item: joined.quantities[item] for item in _LINK_ITEMS if item in joined.quantities}
    return rates.total(parts).base


def _least_link(ask: Ask) -> Floats:
    """Return the least that any link of an option can cost: its equipment, without a metre."""
    least = min(_money(ask.rates, _ONCE[kind]) for kind in ask.settings.links.backhaul)
    shared = ask.candidates["existing_site"].to_numpy(bool)
    return np.where(shared, 0.0, least)


def _money(rates: UnitPrices, item: str) -> float:
    return float(rates.money(item).base)

"""Sites and their links chosen together: the joint answer beside the two-step one.

What a site costs with its links depends on which others are built, so the choice is repeated with
what the link of each candidate would cost alone, times what sharing saved in the last choice; the
best round is kept. The bound holds for every plan: it counts each site with the least that any link
can cost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.pack import Pack
from data.plan_settings import PlanSettings
from data.scenario import Scenario
from geo.joint import Connection, Joint, joint_plan, nearest_link_cost
from geo.siting import Problem, Run
from layers.choice import COST, HOUSEHOLDS, Answer, answered
from layers.joining import Joined, join, link_values
from layers.plancosts import Prices

Floats = NDArray[np.float64]

#: Rounds of choosing and joining beyond the two steps.
_ROUNDS = 4
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
    problem: Problem
    costs: Floats
    candidates: pd.DataFrame
    rates: Prices

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

    answer: Answer
    joint: Joint | None
    costs: Floats


def chosen_alone(ask: Ask, run: Run) -> Chosen:
    """Choose by what sites cost without links."""
    return Chosen(answered(ask.problem, ask.costs, None, ask.settings, run), None, ask.costs)


def chosen_together(ask: Ask, run: Run) -> Chosen:
    """Choose sites and links together.

    Raises
    ------
    InputError
        If the limits conflict, or what must be built exceeds the budget with its links.
    """
    own = ask.costs + _least_link(ask)
    links = _Links(ask, own)
    siting = _Siting(ask, links, own, run)
    budget = ask.settings.budget if ask.settings.objective == "budget" else None
    rounds = _ROUNDS if ask.settings.joint else 1
    joint = joint_plan(siting, links.connect, own, budget=budget, rounds=rounds)
    best = joint.best if ask.settings.joint else joint.two_step
    first = siting.answers[0]
    stopped = max((found.stopped for found in siting.answers), key=_WORSE.index)
    # The first answer saw every site with the least link only: its bound holds for all plans.
    measure, value = (HOUSEHOLDS, best.covered) if budget is not None else (COST, best.cost)
    bound = max(first.bound, value) if budget is not None else min(first.bound, value)
    answer = Answer(best.selected, best.covered, measure, value, bound, stopped)
    return Chosen(answer, joint, own + links.connect(best.selected).marginal)


class _Siting:
    """Chooses at given costs; keeps what it was answered, and the time."""

    def __init__(self, ask: Ask, links: _Links, own: Floats, run: Run) -> None:
        self.ask, self.links, self.own, self.run = ask, links, own, run
        self.answers: list[Answer] = []

    def __call__(self, costs: Floats, budget: float | None) -> Answer:
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

    def _once(self, costs: Floats, budget: float | None) -> Answer:
        # The first answer gives the bound: it may take half of the time.
        share = 0.5 if not self.answers else 0.12
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


def link_costs(joined: Joined, rates: Prices) -> Floats:
    """Return what the backhaul of each site costs to build, base [currency]."""
    parts = {item: joined.quantities[item] for item in _LINK_ITEMS if item in joined.quantities}
    return rates.total(parts).base


def _least_link(ask: Ask) -> Floats:
    """Return the least that any link of an option can cost: its equipment, without a metre."""
    least = min(_money(ask.rates, _ONCE[kind]) for kind in ask.settings.links.backhaul)
    shared = ask.candidates["existing_site"].to_numpy(bool)
    return np.where(shared, 0.0, least)


def _money(rates: Prices, item: str) -> float:
    return float(rates.money(item).base)

"""A roll-out plan: candidates, coverage, selection with links, order, years and costs, as tables.

A village belongs to the site that reaches it first in the order of building. The villages and
households of the sites, of the years and of the list of villages therefore have equal sums.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from data.ledger.metrics import currency_word
from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.wording.catalogue import Bilingual, Message
from geo.siting import SolverRun
from planning.elevation import terrain_of
from planning.plan.alternatives import ALTERNATIVE_COLUMNS, alternative_plans
from planning.plan.construction import Built, build_needed, money_tables
from planning.plan.frontier import FRONTIER_COLUMNS, frontier_table
from planning.plan.inputs import SelectionInputs, build_inputs
from planning.plan.life_cycle_cost import goal_money
from planning.plan.network_selection import Ask, Chosen, chosen_alone, chosen_with_links
from planning.plan.site_selection import (
    COST,
    COSTED,
    HOUSEHOLDS,
    LEAST_SHARE,
    SelectionResult,
    Watch,
    stated,
)
from planning.plan.unit_costs import UnitPrices, unknown_costs
from planning.plan.unserved import further_notes, idle_warnings, unreachable_table

_WATCH = Watch()
_PARTS = ("low", "base", "high")
#: Number of drivers of the cost that a note names.
_DRIVERS = 3
_MILLION = 1e6


@dataclass(frozen=True, eq=False)
class Rollout:
    """A roll-out plan.

    Attributes
    ----------
    scenario
        The scenario planned.
    sites, villages, unreachable, left, routes, bill, yearly, totals, drivers, frontier, \
    alternatives
        Tables; see :mod:`planning.plan.tables`. Each village of the plan's demand is in one of
        ``villages``, ``unreachable`` (no candidate reaches it) and ``left`` (not chosen).
    choice
        Selection, objective value and bound.
    household_years, most_household_years
        Households served at the end of each year, summed over the years, and the upper bound over
        all build orders of these sites.
    basis
        ``circle``, ``terrain`` or ``mixed``.
    notes
        Keys of costs and data that the figures omit.
    further
        Messages about what one more site, and one more year, would bring.
    warnings
        Messages about sites that must be built in vain.
    """

    scenario: Scenario
    sites: pd.DataFrame
    villages: pd.DataFrame
    unreachable: pd.DataFrame
    left: pd.DataFrame
    routes: gpd.GeoDataFrame
    bill: pd.DataFrame
    yearly: pd.DataFrame
    totals: pd.DataFrame
    drivers: pd.DataFrame
    frontier: pd.DataFrame
    alternatives: pd.DataFrame
    choice: SelectionResult
    household_years: float
    most_household_years: float
    basis: str
    notes: tuple[str, ...]
    further: tuple[Message, ...]
    warnings: tuple[Message, ...]

    @property
    def evidence(self) -> list[str]:
        """Evidence classes of all rows."""
        tables = (self.sites, self.villages, self.unreachable, self.left, self.routes)
        return sorted({word for table in tables for word in table["evidence"]})

    @property
    def order_gap(self) -> float:
        """Greatest share by which another order of building can be better, 0–1."""
        most = self.most_household_years
        return (most - self.household_years) / most if most else 0.0

    @property
    def order_proof(self) -> Message:
        """Message with value and bound of the order of building."""
        value, bound = self.household_years, self.most_household_years
        return Message("proof.years", {"value": value, "bound": bound, "gap": self.order_gap})

    @property
    def proof(self) -> Message:
        """Message with value and bound of the selection, and that the time ended it early."""
        found = self.choice
        key = {COST: "proof.cost", LEAST_SHARE: "proof.least_share"}.get(
            found.measure, "proof.covered"
        )
        currency = currency_word(self.scenario.plan.money.currency)
        values = {"value": found.value, "bound": found.bound, "gap": found.gap}
        reached = Message(key, {**values, "currency": currency})
        cut = found.stopped == "time"
        return Message("proof.cut_short", {"proof": reached}) if cut else reached

    @property
    def worth_notes(self) -> tuple[Message, ...]:
        """Messages: what a million, a site, a year more brings, what least shares take."""
        choice, money = self.choice, self.scenario.plan.money
        notes = []
        if choice.price * _MILLION >= 1:
            currency = currency_word(money.currency)
            values = {"currency": currency, "households": choice.price * _MILLION}
            notes.append(Message("plan_money.one_more", values))
        names = self.villages.drop_duplicates("prefecture").set_index("prefecture")
        for code, households in choice.shadow:
            if code in names.index:
                name = Bilingual(*names.loc[code, ["prefecture_zh", "prefecture_en"]])
                values = {"name": name, "households": households}
                notes.append(Message("plan_money.of_share", values))
        return (*notes, *self.further)

    @property
    def cost_notes(self) -> tuple[Message, ...]:
        """Messages: the envelope of the build cost, what a budget means in it, what more buys."""
        settings = self.scenario.plan
        low, base, high = (float(self.sites[f"cost_{part}"].sum()) for part in _PARTS)
        currency = currency_word(settings.money.currency)
        notes = [Message("plan_money.envelope", {"currency": currency, "low": low, "high": high})]
        limited = settings.objective == "budget" or settings.years.annual_budgets
        if limited and settings.money.hold_at == "base":
            more = high / base - 1 if base else 0.0
            values = {"currency": currency, "base": base, "high": high, "more": more}
            notes.append(Message("plan_money.budget_at_base", values))
        return (*notes, *self.worth_notes)

    @property
    def money_notes(self) -> tuple[Message, ...]:
        """Messages of the costs, and what drives them most."""
        money = self.scenario.plan.money
        widest = [
            Message("plan_money.driver", {
                "name": Bilingual(row["meaning_zh"], row["meaning"]),
                "low": row["total_change_low"], "high": row["total_change_high"],
            })
            for row in self.drivers.head(_DRIVERS).to_dict("records")
        ]  # fmt: skip
        if not widest:
            return self.cost_notes
        values = {"currency": currency_word(money.currency), "years": money.operation_years}
        drivers = Message("plan_money.drivers", values | {"drivers": widest})
        return (*self.cost_notes, drivers)


def plan(
    pack: Pack,
    scenario: Scenario,
    *,
    progress: Callable[[str, float, str], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    first: Callable[[Rollout], None] | None = None,
    links: bool = True,
) -> Rollout:
    """Return the plan for a scenario.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    progress
        Called with (step, share done 0–1, description of intermediate results).
    cancel
        Polled often; True ends the selection with the best plan found.
    first
        Called with the plan before frontier and alternatives are computed.
    links
        Plan backhaul and power; else the plan only selects sites.

    Returns
    -------
    rollout
        The plan as tables.

    Raises
    ------
    InputError
        If there is no demand or no candidate, or the limits conflict.
    """
    watch = Watch(progress or _WATCH.progress, cancel or _WATCH.cancel)
    ground = build_inputs(pack, scenario, watch)
    ask = asked(pack, scenario, ground)
    costed = scenario.plan.objective in COSTED
    choose = chosen_with_links if links and costed else chosen_alone
    watch.progress("siting", 0.25, "")
    chosen = choose(ask, _run(scenario, watch))
    if ground.reach.cut_short or (watch.cancel() and chosen.answer.gap > 0):
        # A part that ended in time does not make a run whole that was cut short.
        chosen = replace(chosen, answer=replace(chosen.answer, stopped="cancelled"))
    watch.progress("links", 0.65, f"{len(chosen.answer.selected):,}")
    options = np.array(chosen.answer.selected, dtype=np.int64)
    built = build_needed(pack, scenario, ground, options, links=links)
    chosen = _as_built(chosen, built, scenario.plan, ground.rates)
    found = _tabled(ask, ground, chosen, built)
    if first is not None:
        first(found)
    return _beyond(found, ask, chosen, watch)


def _as_built(chosen: Chosen, built: Built, settings: PlanSettings, rates: UnitPrices) -> Chosen:
    """Return the selection with the sites that are built, at what they cost."""
    answer = replace(chosen.answer, selected=tuple(int(option) for option in built.options))
    if answer.measure == COST:
        cost = round(float(goal_money(built.quantities, settings, rates).sum()), 2)
        answer = replace(answer, value=cost, bound=min(answer.bound, cost))
    return replace(chosen, answer=answer)


def _tabled(ask: Ask, ground: SelectionInputs, chosen: Chosen, built: Built) -> Rollout:
    """Tabulate the sites that are built."""
    from planning.plan import tables

    pack, scenario = ask.pack, ask.scenario
    sites = tables.site_table(pack, scenario, ground, built)
    totals, drivers = money_tables(pack, scenario, ground, built)
    return Rollout(
        scenario=scenario,
        sites=sites,
        villages=tables.village_table(ground, built),
        unreachable=unreachable_table(scenario, ground),
        left=tables.left_table(ground, built),
        routes=built.joined.routes,
        bill=tables.bill_table(ground, built),
        yearly=tables.yearly_table(scenario, ground, built),
        totals=totals,
        drivers=drivers,
        frontier=pd.DataFrame(columns=list(FRONTIER_COLUMNS)),
        alternatives=pd.DataFrame(columns=list(ALTERNATIVE_COLUMNS)),
        choice=_told(chosen.answer, sites, scenario),
        household_years=built.phases.household_years,
        most_household_years=built.phases.most_household_years,
        basis=ground.reach.basis,
        notes=_notes(ask, ground, built),
        further=further_notes(pack, ground, built),
        warnings=idle_warnings(ground, built),
    )


def _notes(ask: Ask, ground: SelectionInputs, built: Built) -> tuple[str, ...]:
    """Return the keys of what the figures omit or assume."""
    found = list(unknown_costs(ground.found.table, ask.settings))
    if ground.reach.cut_short:
        found.append("terrain_cut_short")
    by_air = (built.joined.backhaul == "microwave").any()
    if by_air and terrain_of(ask.pack, ask.scenario) is None:
        found.append("sight_assumed")
    return tuple(found)


def asked(pack: Pack, scenario: Scenario, ground: SelectionInputs) -> Ask:
    """Return the site-selection problem with its costs.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    ground
        Inputs of the site-selection problem.

    Returns
    -------
    ask
        Costs in the money of the goal.
    """
    problem = stated(ground.reach, ground.found.table, ground.villages, scenario.plan)
    costs = goal_money(ground.quantities, scenario.plan, ground.rates)
    return Ask(pack, scenario, problem, costs, ground.options, ground.rates)


def _run(scenario: Scenario, watch: Watch) -> SolverRun:
    """Return the limits of the selection; reported progress never decreases."""
    most = [0.25]

    def tell(share: float, covered: float, bound: float) -> None:
        most[0] = max(most[0], 0.25 + 0.4 * share)
        watch.progress("siting", most[0], f"{covered:,.0f} / {bound:,.0f}")

    return SolverRun(time_limit_s=scenario.plan.time_limit_s, progress=tell, cancel=watch.cancel)


def _beyond(found: Rollout, ask: Ask, chosen: Chosen, watch: Watch) -> Rollout:
    """Add the frontier, the alternatives, and the sites that can be left out."""
    watch.progress("frontier", 0.75, "")
    run = SolverRun(
        time_limit_s=ask.settings.time_limit_s, cancel=watch.cancel,
        progress=lambda share, _c, _b: watch.progress("frontier", 0.75 + 0.2 * share, ""),
    )  # fmt: skip
    curve = frontier_table(ask, chosen, run)
    others, verdict = alternative_plans(ask, chosen, replace(run, progress=None))
    options = list(chosen.answer.selected)
    places = ask.candidates["candidate_id"].to_numpy(dtype=object)[options]
    words = dict(zip(places, verdict[options], strict=True))
    sites = found.sites.assign(regret=found.sites["candidate_id"].map(words))
    return replace(found, sites=sites, frontier=curve, alternatives=others)


def _told(answer: SelectionResult, sites: pd.DataFrame, scenario: Scenario) -> SelectionResult:
    """Return the selection with the households of the tables where capacities limit service."""
    limited = scenario.plan.limits.capacity_households is not None
    if answer.measure != HOUSEHOLDS or not limited:
        return answer
    served = float(sites["households"].sum())
    return replace(answer, covered=served, value=served)

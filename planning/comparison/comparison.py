"""Two to four scenarios compared: figures, differences, causes, villages and sites."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.errors import InputError
from geo.radio.prediction import Cancelled
from planning.comparison.causes import CAUSE_COLUMNS, causes, joined
from planning.comparison.changes import site_changes, village_changes
from planning.comparison.figures import (
    KEYS,
    Area,
    Solved,
    aligned,
    figure_table,
    figures_without_plan,
    union,
    weakest_known,
)
from planning.comparison.inputs import changed_fields, plan_key, without_extras
from planning.plan.rollout import Rollout, plan

#: Names of the scenarios in tables and files; the first is what the others are compared with.
LETTERS = ("a", "b", "c", "d")
_OF_EACH = ("value", "low", "high", "as_of", "qualifier")


@dataclass(frozen=True, eq=False)
class Comparison:
    """Scenarios side by side.

    Attributes
    ----------
    area
        What is counted in.
    scenarios
        Letter → scenario with its plan.
    figures
        One row per figure: :data:`~planning.comparison.figures.KEYS`, ``unit``, for each letter
        ``<letter>``, ``<letter>_low``, ``<letter>_high``, ``<letter>_as_of`` and
        ``<letter>_qualifier`` (about, more than), for each but the first ``<letter>_minus_a``;
        then ``evidence`` (the weakest) and ``source_ids``.
    causes
        :data:`~planning.comparison.causes.CAUSE_COLUMNS` for each letter but the first; empty
        where they were not asked for.
    villages, sites
        :mod:`planning.comparison.changes`, for each letter but the first.
    """

    area: Area
    scenarios: Mapping[str, Solved]
    figures: pd.DataFrame
    causes: pd.DataFrame
    villages: pd.DataFrame
    sites: pd.DataFrame

    @property
    def others(self) -> tuple[str, ...]:
        """Letters of the scenarios that are compared with the first."""
        return tuple(self.scenarios)[1:]


@dataclass(frozen=True)
class ComparisonOrder:
    """How scenarios are compared.

    Attributes
    ----------
    region
        adcode of a prefecture or county; empty for the province.
    with_causes
        Whether the plan is solved again for each group of inputs that differs.
    known
        Returns the plan of a scenario where it is known already.
    keep
        Called with each of the scenarios whose plan was not known, and its plan.
    progress
        Called with the share of the work that is done, 0–1.
    cancel
        Polled often; True ends the comparison.
    """

    region: str = ""
    with_causes: bool = True
    known: Callable[[Scenario], Rollout | None] = lambda _scenario: None
    keep: Callable[[Scenario, Rollout], object] = lambda _scenario, _rollout: None
    progress: Callable[[float], None] = lambda _share: None
    cancel: Callable[[], bool] = lambda: False


_ORDER = ComparisonOrder()


def compare(
    pack: Pack, scenarios: Sequence[Scenario], order: ComparisonOrder = _ORDER
) -> Comparison:
    """Compare scenarios with the first of them.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenarios
        Two to four scenarios of the province.
    order
        Region, causes, and what to do while the plans are solved.

    Returns
    -------
    comparison
        Figures, differences, causes, villages and sites.

    Raises
    ------
    InputError
        If there are fewer than two or more than four scenarios, one is of another province, or the
        region is none of the province.
    Cancelled
        If it is asked to end.
    """
    check_scenarios(pack, scenarios)
    area = Area.of(pack, order.region)
    work = _Work(pack, order, area)
    pairs = scenarios[1:] if order.with_causes else ()
    work.steps = len(scenarios) + sum(len(changed_fields(scenarios[0], b)) for b in pairs)
    solved = dict(zip(LETTERS, [work.solved(one, keep=True) for one in scenarios], strict=False))
    first, *others = solved
    caused = [
        causes(solved[first].scenario, solved[letter].scenario, work.figures, compared=letter)
        for letter in others
        if order.with_causes
    ]
    changes = [
        [of(solved[first], solved[letter], area, letter) for letter in others]
        for of in (village_changes, site_changes)
    ]
    villages, sites = (pd.concat(tables, ignore_index=True) for tables in changes)
    order.progress(1.0)
    return Comparison(
        area=area,
        scenarios=solved,
        figures=_side_by_side({k: work.figures(one.scenario) for k, one in solved.items()}),
        causes=pd.concat(caused or [pd.DataFrame(columns=list(CAUSE_COLUMNS))], ignore_index=True),
        villages=villages,
        sites=sites,
    )  # fmt: skip


def check_scenarios(pack: Pack, scenarios: Sequence[Scenario]) -> None:
    """Check that scenarios can be compared.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenarios
        Any number of scenarios.

    Raises
    ------
    InputError
        If there are fewer than two or more than four, or one is of another province.
    """
    if not 2 <= len(scenarios) <= len(LETTERS):
        raise InputError("comparison.count", count=len(scenarios), most=len(LETTERS))
    for one in scenarios:
        if one.province != pack.name:
            raise InputError(
                "comparison.province", where=one.name, province=one.province, pack=pack.name
            )


class _Work:
    """Plans and figures of scenarios, each made once."""

    def __init__(self, pack: Pack, order: ComparisonOrder, area: Area) -> None:
        self.steps = 1
        self._pack, self._order, self._area = pack, order, area
        self._rollouts: dict[str, Rollout | InputError] = {}
        self._figures: dict[str, pd.DataFrame] = {}
        self._others: dict[str, pd.DataFrame] = {}
        self._done = 0

    def solved(self, scenario: Scenario, *, keep: bool = False) -> Solved:
        """Return a scenario with its plan; frontier and alternatives do not matter here."""
        key = plan_key(self._pack, without_extras(scenario))
        if key not in self._rollouts:
            self._rollouts[key] = self._order.known(scenario) or self._planned(scenario)
            made = self._rollouts[key]
            if keep and not isinstance(made, InputError):
                self._order.keep(scenario, made)
        self._done += 1
        self._order.progress(min(self._done / self.steps, 1.0))
        found = self._rollouts[key]
        if isinstance(found, InputError):
            return Solved(scenario, None, found)
        return Solved(scenario, found)

    def figures(self, scenario: Scenario) -> pd.DataFrame:
        """Return the figures of a scenario."""
        key = without_extras(scenario).digest
        if key not in self._figures:
            solved, others = self.solved(scenario), self._without_plan(scenario)
            self._figures[key] = figure_table(solved, self._area, others)
        return self._figures[key]

    def _without_plan(self, scenario: Scenario) -> pd.DataFrame:
        key = scenario.model_copy(update={"plan": PlanSettings(), "notes": ""}).digest
        if key not in self._others:
            self._others[key] = figures_without_plan(self._pack, scenario, self._area)
        return self._others[key]

    def _planned(self, scenario: Scenario) -> Rollout | InputError:
        try:
            found = plan(self._pack, without_extras(scenario), cancel=self._order.cancel,
                         progress=self._report)  # fmt: skip
        except InputError as error:
            return error
        if self._order.cancel():
            # A plan that was cut short is no figure to compare.
            raise Cancelled
        return found

    def _report(self, _step: str, share: float, _text: str) -> None:
        self._order.progress(min((self._done + share) / self.steps, 1.0))


def _side_by_side(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the figures of all scenarios in columns, with their differences from the first."""
    keyed = {letter: table.set_index(list(KEYS)) for letter, table in tables.items()}
    index = union(*keyed.values())
    each = {letter: aligned(table, index) for letter, table in keyed.items()}
    whole = pd.concat(each.values()).dropna(subset="unit").groupby(level=list(KEYS), sort=False)
    found = pd.DataFrame({"unit": whole["unit"].first()}, index=index)
    for letter, table in each.items():
        for name in _OF_EACH:
            found[letter if name == "value" else f"{letter}_{name}"] = table[name]
    first, *others = each
    for letter in others:
        found[f"{letter}_minus_{first}"] = found[letter] - found[first]
    found["evidence"] = whole["evidence"].agg(weakest_known)
    found["source_ids"] = whole["source_ids"].agg(joined)
    return found.reset_index()

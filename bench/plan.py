"""The whole plan for every village without 4G of a province, from the pack to the tables.

Beside each plan under money is what a planner gets by the plain rule: sites by households per cost,
each priced with a link of its own, until the goal is reached.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.backhaul import with_roads
from bench.measure import Fact, Figure
from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from data.tables.reader import Pack, pack_names
from geo.network_design.first import first_choice
from geo.network_design.solve import Search
from geo.siting import SolverRun
from planning.plan.inputs import build_inputs
from planning.plan.network_selection import Ask, chosen_with_links, money_curve
from planning.plan.rollout import Rollout, asked, plan

#: Longest time of a whole plan that we promise [s].
LIMIT_S = 60.0


class _Clock:
    """Time since the beginning, and when the first plan came."""

    def __init__(self) -> None:
        self.begun, self.first_s = time.perf_counter(), float("nan")

    @property
    def seconds(self) -> float:
        """Time that has passed [s]."""
        return time.perf_counter() - self.begun

    def note(self, _plan: Rollout) -> None:
        """Take the time of the first plan."""
        self.first_s = self.seconds


#: Goals under money: what, fields of the plan, greatest gap, and time [s].
_GOALS: tuple[tuple[str, dict[str, Any], float, float], ...] = (
    ("20 million CNY", {"objective": "budget", "budget": 20e6}, 0.011, 30.0),
    ("200 million CNY", {"objective": "budget", "budget": 200e6}, 0.001, 30.0),
    ("50 % of the households", {"objective": "share", "share": 0.5}, 0.001, 30.0),
    ("90 % of the households", {"objective": "share", "share": 0.9}, 0.001, 30.0),
    ("1,000 million CNY", {"objective": "budget", "budget": 1e9}, 0.03, 60.0),
    ("99 % of the households", {"objective": "share", "share": 0.99}, 0.03, 60.0),
)
#: The same for one prefecture of each province.
_AREA_GOALS: tuple[tuple[str, dict[str, Any], float, float], ...] = (
    ("5 million CNY", {"objective": "budget", "budget": 5e6}, 0.01, 8.0),
    ("50 % of the households", {"objective": "share", "share": 0.5}, 0.01, 8.0),
)
_AREAS = {"yunnan": "530600", "gansu": "620400"}
#: A prefecture with roads, and its goals; no gap is promised.
_ROADS = "533300"
_ROAD_GOALS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("20 million CNY", {"objective": "budget", "budget": 20e6}),
    ("50 % of the households", {"objective": "share", "share": 0.5}),
    ("90 % of the households", {"objective": "share", "share": 0.9}),
)
#: Time to the first answer, and of a curve of as many points with their greatest gap.
_FIRST_S, _CURVE_S, _POINTS, _CURVE_GAP = 2.0, 60.0, 20, 0.005
#: Time that ends no run: work does [s].
_END_S = 3_600.0


def whole(runs: int) -> Iterator[Figure]:
    """Time whole plans: candidates, reach, choice, backhaul, years, costs, frontier."""
    pack = Pack.load(pack_names()[0])
    times, first_s, plans = [], [], []
    for _ in range(max(1, min(runs, 3))):
        clock = _Clock()
        scenario = Scenario(province=pack.name, plan=PlanSettings())
        plans.append(plan(pack, scenario, first=clock.note))
        times.append(clock.seconds)
        first_s.append(clock.first_s)
    found = plans[-1]
    wanted = len(found.villages) + len(found.left) + len(found.unreachable)
    yield Figure(
        what=f"whole plan for {wanted:,} villages with its frontier, {len(found.sites)} sites "
        f"({found.proof})",
        runs_s=tuple(times),
        limit_s=LIMIT_S,
    )
    yield Figure(
        what="the same, until the plan is on the page", runs_s=tuple(first_s), limit_s=LIMIT_S
    )
    for name in pack_names():
        of = Pack.load(name)
        for goal in _GOALS:
            yield _under_money(of, *goal)
        for what, fields, most, limit_s in _AREA_GOALS:
            asked_of = fields | {"regions": [_AREAS[name]]}
            yield _under_money(of, f"{what} in prefecture {_AREAS[name]}", asked_of, most, limit_s)
        yield _curve(of)
    with TemporaryDirectory() as folder:
        of = with_roads(Pack.load("yunnan"), _ROADS, Path(folder))
        for what, fields in _ROAD_GOALS:
            asked_of = fields | {"regions": [_ROADS]}
            yield _under_money(of, f"{what} in {_ROADS} along roads", asked_of)


def _asked(pack: Pack, fields: dict[str, Any]) -> Ask:
    settings = PlanSettings.model_validate(fields | {"frontier_points": _POINTS})
    scenario = Scenario(province=pack.name, plan=settings)
    return asked(pack, scenario, build_inputs(pack, scenario))


def _under_money(
    pack: Pack, what: str, fields: dict[str, Any], most: float | None = None,
    limit_s: float | None = None,
) -> Figure:  # fmt: skip
    """Time the choice of sites and links, and compare it with its bound and the plain rule."""
    ask = _asked(pack, fields)
    clock, begun = _Clock(), _cpu_s()
    chosen = chosen_with_links(ask, SolverRun(time_limit_s=_END_S))
    seconds, cpu_s = clock.seconds, _cpu_s() - begun
    answer, search = chosen.answer, chosen.search
    facts = []
    if most is not None:
        facts.append(Fact(f"gap {answer.gap:.3%}, at most {most:.1%}", answer.gap <= most))
    if search is not None:
        first_s, plain = search.clock.first_s, _plain(search)
        facts += [
            Fact(f"first answer after {first_s:.1f} s, at most {_FIRST_S:g} s",
                 first_s <= _FIRST_S),
            Fact(f"by households per cost with links of their own: {plain:,.0f}",
                 answer.value >= plain if ask.budget else answer.value <= plain),
        ]  # fmt: skip
    return Figure(
        what=f"{pack.name}, {what}: {answer.value:,.0f} against a bound of {answer.bound:,.0f} "
        f"(gap {answer.gap:.3%}), {len(answer.selected)} sites, {cpu_s:.1f} s of processor",
        runs_s=(seconds,),
        limit_s=limit_s,
        facts=tuple(facts),
    )


def _plain(search: Search) -> float:
    """Return households, or the cost with the cheapest tree, of the plain rule."""
    found = first_choice(search.groups, search.limits)
    return found.covered if search.limits.goal.budget else found.cost * search.unit


def _cpu_s() -> float:
    """Return processor time of all threads [s]."""
    used = os.times()
    return used.user + used.system


def _curve(pack: Pack) -> Figure:
    """Time the curve of money by itself."""
    ask = _asked(pack, {"objective": "budget", "budget": 200e6})
    clock, begun = _Clock(), _cpu_s()
    points = money_curve(ask, None, SolverRun(time_limit_s=_END_S))
    widest = max(point.answer.gap for point in points)
    return Figure(
        what=f"{pack.name}, curve of {len(points)} points under money, "
        f"{_cpu_s() - begun:.1f} s of processor",
        runs_s=(clock.seconds,),
        limit_s=_CURVE_S,
        facts=(Fact(f"greatest gap {widest:.3%}, at most {_CURVE_GAP:.1%}",
                    widest <= _CURVE_GAP),),
    )  # fmt: skip

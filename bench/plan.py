"""The whole plan for every village without 4G of a province, from the pack to the tables."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.measure import Figure
from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from data.tables.reader import Pack, pack_names
from planning.plan.rollout import Rollout, plan

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


#: Goals beside the number of sites: a budget [CNY] and a share of the households.
_GOALS = (
    ("a budget of 200 million CNY", {"objective": "budget", "budget": 200e6}),
    ("90 % of the households", {"objective": "share", "share": 0.9}),
)


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
    for name, goal in _GOALS:
        clock = _Clock()
        scenario = Scenario(province=pack.name, plan=PlanSettings.model_validate(goal))
        found = plan(pack, scenario, first=clock.note)
        yield Figure(
            what=f"whole plan for {name} with its frontier, {len(found.sites)} sites "
            f"({found.proof})",
            runs_s=(clock.seconds,),
            limit_s=LIMIT_S,
        )

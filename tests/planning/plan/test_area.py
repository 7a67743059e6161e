"""A plan for an area under money: only its villages, its curve returned by a click, its bound."""

from __future__ import annotations

import numpy as np
import pytest

from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from planning.plan.candidates import candidate_table, demand
from planning.plan.rollout import Rollout, plan


@pytest.fixture(scope="module")
def pack() -> Pack:
    return Pack.load("gansu")


@pytest.fixture(scope="module")
def prefecture(pack: Pack) -> str:
    """Return a prefecture of middling size."""
    counts = demand(pack, Scenario(province="gansu"))["prefecture"].value_counts()
    return str(counts[counts >= 60].idxmin())


def scenario(**fields: object) -> Scenario:
    return Scenario(province="gansu", plan=PlanSettings.model_validate(fields))


@pytest.fixture(scope="module")
def made(pack: Pack, prefecture: str) -> Rollout:
    return plan(pack, scenario(objective="budget", budget=6e6, regions=[prefecture],
                               frontier_points=5))  # fmt: skip


def test_all_is_inside_the_area(made: Rollout, prefecture: str) -> None:
    for table in (made.villages, made.left, made.unreachable, made.sites):
        assert set(table["prefecture"]) <= {prefecture}
    assert 0 < made.sites["cost_base"].sum() <= 6e6
    assert made.choice.covered == made.villages["households"].sum()
    assert made.choice.gap <= 0.01


def test_sites_outside_serve_only_if_asked(pack: Pack, prefecture: str) -> None:
    inside = candidate_table(pack, scenario(regions=[prefecture])).table
    across = candidate_table(pack, scenario(regions=[prefecture], across=True)).table
    assert set(inside["prefecture"]) == {prefecture}
    assert set(inside["candidate_id"]) <= set(across["candidate_id"])
    county = str(demand(pack, scenario(regions=[prefecture]))["county"].iloc[0])
    assert set(demand(pack, scenario(regions=[county]))["county"]) == {county}


def test_each_point_of_the_curve_is_a_plan_that_comes_back(made: Rollout, pack: Pack) -> None:
    curve = made.frontier
    assert curve["amount"].is_monotonic_increasing
    assert curve["covered"].is_monotonic_increasing
    assert (curve["covered"] <= curve["bound"] + 1e-6).all()
    assert (curve["gap"] <= 0.005).all()
    everything = made.villages["households"].sum() + made.left["households"].sum()
    assert curve["covered"].iloc[-1] == everything
    for point in curve.itertuples():
        fields = made.scenario.plan.model_dump() | {"budget": point.amount}
        again = plan(pack, scenario(**fields))
        assert round(again.sites["cost_base"].sum(), 2) == point.amount == point.cost
        assert again.choice.value == point.covered == again.villages["households"].sum()
        assert again.choice.bound == point.bound
        assert len(again.sites) == point.sites


def test_no_plan_beats_a_bound_of_the_curve(made: Rollout, pack: Pack) -> None:
    costs, bounds = made.frontier["amount"].to_numpy(), made.frontier["bound"].to_numpy()
    for budget in np.linspace(2e6, 9e6, 3):
        found = plan(pack, scenario(objective="budget", budget=float(budget), frontier_points=0,
                                    regions=list(made.scenario.plan.regions)))  # fmt: skip
        above = bounds[costs >= budget]
        assert not len(above) or found.choice.value <= above.min() + 1e-6


def test_the_money_of_the_goal_may_be_the_present_value(pack: Pack, prefecture: str) -> None:
    fields = {"objective": "share", "share": 0.5, "regions": [prefecture], "frontier_points": 0}
    build, present = (
        plan(pack, scenario(**fields, money={"goal": goal})) for goal in ("build", "present_value")
    )
    assert build.choice.value == pytest.approx(build.sites["cost_base"].sum())
    assert present.choice.value > present.sites["cost_base"].sum()
    assert build.sites["cost_base"].sum() <= present.sites["cost_base"].sum() * (1 + 1e-9)


def test_a_reserve_holds_the_budget_at_high_unit_costs(pack: Pack, prefecture: str) -> None:
    years = {"annual_budgets": [2e6, 3e6], "count": 3}
    result = plan(pack, scenario(objective="budget", budget=6e6, regions=[prefecture], years=years,
                                 frontier_points=0, money={"hold_at": "high"}))  # fmt: skip
    assert 0.5 * 6e6 < result.sites["cost_high"].sum() <= 6e6
    spent = result.yearly["cost_high"].cumsum().to_numpy()
    assert (spent <= np.cumsum([2e6, 3e6, 3e6]) + 0.01).all()
    assert "plan_money.budget_at_base" not in {note.key for note in result.money_notes}


def test_the_bound_of_the_order_is_in_the_last_year(made: Rollout) -> None:
    yearly = made.yearly
    assert yearly["household_years_total"].iloc[-1] == made.household_years
    assert yearly["household_years_bound"].iloc[:-1].isna().all()
    assert yearly["household_years_bound"].iloc[-1] == made.most_household_years
    assert made.household_years <= made.most_household_years


@pytest.mark.parametrize("goal", [{"objective": "budget", "budget": 6e6},
                                  {"objective": "share", "share": 0.5}])  # fmt: skip
def test_a_capacity_holds_with_a_weaker_bound(goal: dict, pack: Pack, prefecture: str) -> None:
    result = plan(pack, scenario(**goal, regions=[prefecture], frontier_points=0,
                                 limits={"capacity_households": 150}, time_limit_s=1))  # fmt: skip
    assert 0 < result.sites["households"].max() <= 150
    cost = result.sites["cost_base"].sum()
    if goal["objective"] == "budget":
        assert cost <= 6e6
        assert result.choice.value == result.sites["households"].sum() <= result.choice.bound
    else:
        assert result.choice.bound <= result.choice.value == pytest.approx(cost)


def test_microwave_over_terrain_is_priced_and_bounded(pack: Pack, prefecture: str) -> None:
    fields = {"objective": "budget", "budget": 6e6, "regions": [prefecture], "frontier_points": 0,
              "candidates": {"sources": ["village"]}}  # fmt: skip
    made = plan(pack, scenario(**fields).model_copy(update={"demonstration_terrain": True}))
    assert made.sites["cost_base"].sum() <= 6e6
    assert 0 < made.choice.value <= made.choice.bound


def test_a_least_share_and_fixed_and_forbidden_places_hold(made: Rollout, pack: Pack) -> None:
    region = made.scenario.plan.regions[0]
    spots = [{"lat": row.lat, "lon": row.lon} for row in made.left.head(2).itertuples()]
    named = {"locked": spots[:1], "forbidden": [
        {"lat": made.sites["lat"].iloc[0], "lon": made.sites["lon"].iloc[0]}]}  # fmt: skip
    homes = made.villages["households"].sum() + made.left["households"].sum()
    wanted = {"regions": [region], "frontier_points": 0, "candidates": named,
              "limits": {"least_share": {region: 0.4}}}  # fmt: skip
    found = plan(pack, scenario(objective="share", share=0.1, **wanted))
    assert found.villages["households"].sum() >= 0.4 * homes - 1e-6
    assert found.choice.bound <= found.choice.value == pytest.approx(
        found.sites["cost_base"].sum())  # fmt: skip
    assert (found.sites["status"] == "locked").sum() == 1
    assert not set(found.sites["candidate_id"]) & {
        place.key for place in found.scenario.plan.candidates.forbidden}  # fmt: skip

"""What a planner asks: defaults that need no choice, every fault named, nothing unknown taken."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from data.scenario.plan_settings import AreaSettings, Place, PlanSettings, YearSettings
from data.scenario.scenario import Scenario
from geo.errors import InputError


def test_a_scenario_has_a_plan_without_asking() -> None:
    assert Scenario(province="x").plan == PlanSettings()


def test_a_scenario_with_a_plan_comes_back_from_its_text() -> None:
    square = AreaSettings(name="保护区", ring=((102.0, 25.0), (102.1, 25.0), (102.1, 25.1)))
    plan = PlanSettings.model_validate(
        {
            "objective": "budget",
            "budget": 5e7,
            "candidates": {
                "locked": [{"lat": 25.0, "lon": 102.5}],
                "forbidden_areas": [square.model_dump()],
                "built": [{"lat": 25.0, "lon": 102.0, "year": 2025}],
            },
            "limits": {"least_share": {"530100": 0.5}},
            "years": {"annual_budgets": [1e7, 2e7], "build_capacity_of": {"530100": 3}},
            "money": {"unit_costs": {"fibre_rural": {"low": 1, "base": 2, "high": 3}}},
        }
    )
    scenario = Scenario(province="x", plan=plan)
    again = Scenario.from_json(scenario.to_json())
    assert again == scenario
    assert again.digest == scenario.digest
    assert again.digest != Scenario(province="x").digest


@pytest.mark.parametrize("name", ["required_probability", "wished"])
def test_a_saved_probability_is_read_under_its_name_of_before(name: str) -> None:
    plan = PlanSettings.model_validate({"coverage": {name: 0.9}})
    assert plan.coverage.required_probability == 0.9
    assert '"required_probability": 0.9' in Scenario(province="x", plan=plan).to_json()


def test_the_key_of_a_place_is_a_metre_wide() -> None:
    assert Place(lat=25.123456, lon=102.1).key == Place(lat=25.123459, lon=102.1).key
    assert Place(lat=25.12345, lon=102.1).key != Place(lat=25.12347, lon=102.1).key


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"objectives": "sites"}, ["plan.objectives"]),
        ({"objective": "cheap"}, ["plan.objective"]),
        ({"budget": 0}, ["plan.budget"]),
        ({"budget": -1}, ["plan.budget"]),
        ({"sites": 0, "share": 0}, ["plan.sites", "plan.share"]),
        ({"presets": []}, ["plan.presets", "at least"]),
        ({"presets": ["6g"]}, ["plan.presets", "4g_1800"]),
        ({"limits": {"capacity_households": 0}}, ["plan.limits.capacity_households"]),
        ({"limits": {"least_share": {"1": 1.5}}}, ["plan.limits.least_share.1"]),
        ({"years": {"annual_budgets": [1, 2], "count": 1}}, ["2 annual budgets for 1"]),
        ({"years": {"annual_budgets": [0]}}, ["annual_budgets.0"]),
        ({"years": {"season_months": [13]}}, ["season_months.0"]),
        ({"years": {"season_months": [5, 5]}}, ["each month once"]),
        ({"money": {"unit_costs": {"a": {"low": 2, "base": 1, "high": 3}}}}, ["low ≤ base"]),
        ({"links": {"backhaul": []}}, ["at least one kind"]),
        ({"candidates": {"forbidden_areas": [{"ring": [[1, 1], [2, 2]]}]}}, ["three"]),
        (
            {"candidates": {"forbidden_areas": [{"ring": [[0, 0], [1, 1], [1, 0], [0, 1]]}]}},
            ["crosses itself"],
        ),
        ({"candidates": {"own": [{"lat": 102, "lon": 25}]}}, ["plan.candidates.own.0.lat"]),
    ],
)
def test_every_fault_is_named(fields: dict, words: list[str]) -> None:
    text = json.dumps({"province": "x", "plan": fields})
    with pytest.raises(InputError) as caught:
        Scenario.from_json(text)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_settings_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValidationError):
        PlanSettings().years.count = 3


def test_years_name_their_months() -> None:
    assert YearSettings().season_months == tuple(range(1, 13))

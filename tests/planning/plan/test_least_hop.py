"""The least that a hop can cost is below what it costs in every plan, and infinite without one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from planning.elevation import terrain_of
from planning.plan import backhaul
from planning.plan.backhaul import join, least_hop, link_prices
from planning.plan.candidates import candidate_table
from planning.plan.unit_costs import UnitPrices, prices

ONE = {"low": 1, "base": 1, "high": 1}
#: Hops and masts as good as free, satellites out of the question.
CHEAP = {
    "candidates": {"sources": ["village"]},
    "antenna_height_m": 10,
    "links": {"backhaul": ["fibre", "microwave"]},
    "money": {"unit_costs": {"microwave_hop": ONE, "mast_height": ONE}},
}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return Pack.load("yunnan")


def placed(pack: Pack, **links) -> tuple[Scenario, pd.DataFrame, UnitPrices]:
    """Return places in and around the demonstration relief."""
    settings = PlanSettings.model_validate(CHEAP | {"links": CHEAP["links"] | links})
    scenario = Scenario(province="yunnan", plan=settings, demonstration_terrain=True)
    west, south, east, north = terrain_of(pack, scenario).bounds
    table = candidate_table(pack, scenario).table
    near = table["lon"].between(west - 0.2, east) & table["lat"].between(south, north)
    sites = table[near].iloc[:60].reset_index(drop=True)
    return scenario, sites, prices(pack, settings)


def test_no_hop_of_a_plan_costs_less(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, sites, rates = placed(pack)
    monkeypatch.setattr(backhaul, "_FEW_PLACES", 1_000)
    least = least_hop(pack, scenario, sites, rates)
    assert 0 < np.isfinite(least).sum() < len(sites)
    monkeypatch.setattr(backhaul, "_FEW_PLACES", 0)
    assert (least_hop(pack, scenario, sites, rates) <= least).all()
    money, hops = link_prices(scenario, rates), 0
    draw = np.random.default_rng(5)
    for count in (60, 40, 20, 10):
        some = np.sort(draw.permutation(60)[:count])
        joined = join(pack, scenario, sites.iloc[some].reset_index(drop=True), rates)
        by_air = joined.backhaul == "microwave"
        raised = joined.quantities["mast_height"][by_air]
        assert (money.hop + money.mast_per_m * raised >= least[some[by_air]] - 1e-6).all()
        hops += int(by_air.sum())
    assert hops > 5


def test_a_place_without_another_in_reach_has_no_hop(
    pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, sites, rates = placed(pack, assume_sight=True, hop_km=5)
    scenario = scenario.model_copy(update={"demonstration_terrain": False})
    monkeypatch.setattr(backhaul, "_nodes", lambda *_: sites.iloc[:0])
    two = sites.assign(lon=100 + 0.1 * np.arange(60), lat=25.0).iloc[:3]
    two.loc[2, "lon"] = 100.12
    assert np.isfinite(least_hop(pack, scenario, two, rates)).tolist() == [False, True, True]

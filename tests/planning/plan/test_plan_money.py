"""Money of a plan: sums agree to the fen, operation per kind, power without lines, idle sites."""

from __future__ import annotations

import numpy as np
import pytest

from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from data.tables.reader import Pack, pack_names
from planning.plan.construction import build, build_needed
from planning.plan.inputs import build_inputs
from planning.plan.rollout import Rollout, plan
from tests import toy

GOALS = (
    {"objective": "sites", "sites": 25}, {"objective": "budget", "budget": 1.5e7},
    {"objective": "share", "share": 0.5}, {"objective": "all"},
    {"objective": "equity", "sites": 25},
)  # fmt: skip
#: Few villages and candidates: the sums do not depend on their number.
SMALL = {
    "frontier_points": 0, "time_limit_s": 1, "min_households": 90,
    "candidates": {"sources": ["village"]},
}  # fmt: skip


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pack]:
    villages = toy.many_villages(400)
    made = toy.write(tmp_path_factory.mktemp("packs"), natural_villages=villages)
    return {toy.NAME: made} | {name: Pack.load(name) for name in pack_names()}


def planned(pack: Pack, **fields) -> Rollout:
    return plan(pack, _scenario(pack, **fields))


def _scenario(pack: Pack, **fields) -> Scenario:
    small = SMALL | ({"min_households": 20} if pack.name == toy.NAME else {})
    return Scenario(province=pack.name, plan=PlanSettings.model_validate(small | fields))


def fen(amount: float) -> int:
    """Return an amount in whole fen; a sum of floats is exact to far less."""
    assert abs(amount * 100 - round(amount * 100)) < 1e-2
    return round(amount * 100)


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: goal["objective"])
@pytest.mark.parametrize("name", [toy.NAME, *pack_names()])
def test_sites_bill_years_totals_and_proof_agree_to_the_fen(
    name: str, goal: dict, packs: dict[str, Pack]
) -> None:
    made = planned(packs[name], **goal)
    once = made.bill[made.bill["paid"] == "once"]
    totals = made.totals.set_index("figure")
    assert (made.sites["year"] > 0).all()
    for part in ("low", "base", "high"):
        build_cost = fen(made.sites[f"cost_{part}"].sum())
        assert build_cost == fen(made.yearly[f"cost_{part}"].sum())
        assert build_cost == fen(once[f"total_{part}"].sum())
        assert build_cost == fen(totals.loc["build", part])
        yearly = made.bill.loc[made.bill["paid"] == "yearly", f"total_{part}"].sum()
        assert fen(totals.loc["operation", part]) == 10 * fen(yearly)
    if made.choice.measure == "cost":
        assert fen(made.choice.value) == fen(made.sites["cost_base"].sum())
        assert made.choice.bound <= made.choice.value
    assert made.sites["households"].sum() == made.choice.covered
    serves = made.sites["villages"] > 0
    carries = made.sites["candidate_id"].isin(made.sites["carried_by"])
    assert (serves | carries).all()
    assert (made.sites.loc[~serves, "year_reason"] == "needed_by_another").all()


def test_without_power_lines_each_new_site_has_a_line_of_the_assumed_length(
    packs: dict[str, Pack],
) -> None:
    goal = {"objective": "sites", "sites": 10}
    usual = planned(packs[toy.NAME], **goal)
    assert set(usual.sites["power"]) == {"grid"}
    assert usual.sites["link_reasons"].str.contains("grid_assumed").all()
    assert "grid_assumed" in usual.notes
    bill = usual.bill.set_index("item")
    assert bill.loc["grid_line", "quantity"] == pytest.approx(0.6 * len(usual.sites))
    assert bill.loc["opex_electricity", "quantity"] == len(usual.sites)
    drop = {"unit_costs": {"grid_drop": {"low": 1, "base": 1, "high": 1}}}
    longer = planned(packs[toy.NAME], **goal, money=drop).bill.set_index("item")
    assert longer.loc["grid_line", "quantity"] == pytest.approx(len(usual.sites))
    solar = planned(packs[toy.NAME], **goal, links={"power": ["solar"]})
    assert set(solar.sites["power"]) == {"solar"}
    assert solar.sites["link_reasons"].str.contains("solar_only").all()
    assert "grid_assumed" not in solar.notes
    assert not solar.bill["item"].isin(["grid_line", "opex_electricity"]).any()


def test_upkeep_of_fibre_is_charged_per_km(packs: dict[str, Pack]) -> None:
    bill = planned(packs[toy.NAME], objective="sites", sites=10).bill.set_index("item")
    upkeep = bill.loc["opex_fibre"]
    assert (upkeep["paid"], upkeep["evidence"]) == ("yearly", "assumed")
    assert upkeep["unit_base"] == 1_000
    assert upkeep["quantity"] == bill.loc["fibre_rural", "quantity"] > 0


def test_a_site_that_serves_nobody_and_joins_none_is_left_out(packs: dict[str, Pack]) -> None:
    pack = packs[toy.NAME]
    scenario = _scenario(pack, objective="sites", sites=10)
    ground = build_inputs(pack, scenario)
    reach = ground.reach.matrix
    # The villages of the second option are all villages of the first.
    shared = (reach @ reach.T).toarray()
    inside = (shared == np.diag(shared)[:, None]) & ~np.eye(len(shared), dtype=bool)
    both = np.sort(np.argwhere(inside)[0])
    ids = set(build(pack, scenario, ground, both, links=False).sites["candidate_id"])
    kept = set(build_needed(pack, scenario, ground, both, links=False).sites["candidate_id"])
    assert (len(ids), len(kept)) == (2, 1)
    (idle,) = ids - kept
    lat, lon = map(float, idle.split(","))
    locked = {"sources": ["village"], "locked": [{"lat": lat, "lon": lon}]}
    asked = _scenario(pack, candidates=locked)
    again = build_needed(pack, asked, build_inputs(pack, asked), both, links=False)
    assert idle in set(again.sites["candidate_id"])

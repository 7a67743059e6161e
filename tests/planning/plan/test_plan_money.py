"""Money of a plan: sums agree to the fen, operation per kind, power without lines, idle sites."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from data.tables.reader import Pack, pack_names
from data.wording.catalogue import Bilingual
from planning.exports.plan import plan_bundle
from planning.plan.construction import build, build_needed
from planning.plan.cost_drivers import lengths
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


def test_each_driver_changes_the_cost_as_the_bill_says(packs: dict[str, Pack]) -> None:
    made = planned(packs[toy.NAME], objective="sites", sites=10)
    bill, drivers = made.bill.set_index("item"), made.drivers.set_index("item")
    assert set(bill.index) <= set(drivers.index)
    for item, line in bill.iterrows():
        for part in ("low", "high"):
            change = line[f"total_{part}"] - line["total_base"]
            once = line["paid"] == "once"
            assert drivers.loc[item, f"build_change_{part}"] == pytest.approx(change * once, abs=1)
            if not once:
                total = drivers.loc[item, f"total_change_{part}"]
                assert total == pytest.approx(10 * change, abs=1)
    grid_line = bill.loc["grid_line", "total_base"]
    longer = drivers.loc["grid_drop", "build_change_high"]
    assert longer == pytest.approx(grid_line * (1 / 0.6 - 1), abs=1)
    width = (made.drivers["total_change_high"] - made.drivers["total_change_low"]).abs()
    assert width.is_monotonic_decreasing
    assert made.drivers["driver_rank"].tolist() == list(range(1, len(drivers) + 1))


def test_a_route_of_known_length_is_no_driver() -> None:
    sites = pd.DataFrame({"power_reason": ["grid_cheaper", "grid_assumed"]})
    number = {item: np.array([1.0, 2.0]) for item in ("grid_line", "access_road", "fibre_rural")}
    found = lengths(number, sites, along_roads=False)
    assert found["grid_drop"]["grid_line"].tolist() == [0, 2]
    assert found["route_factor"]["grid_line"].tolist() == [1, 0]
    assert found["route_factor"]["fibre_rural"].tolist() == [1, 2]
    assert "fibre_rural" not in lengths(number, sites, along_roads=True)["route_factor"]


def test_totals_name_all_rows_they_rest_on(packs: dict[str, Pack]) -> None:
    made = planned(packs[toy.NAME], objective="sites", sites=10)
    totals = made.totals.set_index("figure")
    ids = {name: set(text.split(";")) for name, text in totals["source_ids"].items()}
    bill = made.bill.assign(source_ids="cost:" + made.bill["item"])
    once = set(bill.loc[bill["paid"] == "once", "source_ids"])
    yearly = set(bill.loc[bill["paid"] == "yearly", "source_ids"])
    assert once <= ids["build"]
    assert yearly.isdisjoint(ids["build"])
    assert yearly <= ids["operation"]
    assert once | yearly | {"cost:life_radio", "cost:discount_rate"} <= ids["present_value"]
    assert "cost:subsidy_remote" in ids["left_after_subsidy"]
    sources = plan_bundle(packs[toy.NAME], made, "totals").extra["sources"]
    assert set.union(*ids.values()) <= set(sources["id"])


def test_the_years_that_the_subsidy_counts(packs: dict[str, Pack]) -> None:
    def years(*border: str) -> list:
        made = planned(packs[toy.NAME], objective="sites", sites=10, money={"border": border})
        totals = made.totals.set_index("figure")["years"]
        assert totals["total"] == 10
        return [made, totals["subsidy"], totals["left_after_subsidy"]]

    made, *six = years()
    assert six == [6, 6]
    counties = made.sites["county"].unique().tolist()
    assert years(*counties)[1:] == [10, 10]
    some = made.sites["prefecture"].unique().tolist()
    assert len(some) > 1
    assert all(pd.isna(value) for value in years(some[0])[1:])


def test_the_range_of_a_budget_is_called_what_it_is(packs: dict[str, Pack]) -> None:
    made = planned(packs[toy.NAME], objective="budget", budget=3.5e7, time_limit_s=300)
    envelope, at_base, one_more, *_, driven = made.money_notes
    assert one_more.key == "plan_money.one_more"
    assert one_more.arguments["households"] == made.choice.price * 1e6 > 0
    high = f"{made.sites['cost_high'].sum():,.0f}"
    assert high in envelope.text("en")
    assert "envelope" in envelope.text("en")
    assert high in at_base.text("zh")
    assert "基准" in at_base.text("zh")
    assert made.drivers["meaning_zh"].iloc[0] in driven.text("zh")
    other = planned(packs[toy.NAME], objective="sites", sites=5)
    assert "plan_money.budget_at_base" not in {note.key for note in other.money_notes}


def test_one_more_site_brings_at_least_what_is_said(packs: dict[str, Pack]) -> None:
    made = planned(packs[toy.NAME], objective="sites", sites=10)
    [note] = [note for note in made.further if note.key == "plan_money.one_site"]
    places = [{"lat": lat, "lon": lon} for lat, lon in zip(made.sites["lat"], made.sites["lon"],
                                                           strict=True)]  # fmt: skip
    candidates = {"sources": ["village"], "locked": places}
    more = planned(packs[toy.NAME], objective="sites", sites=11, candidates=candidates)
    gain = more.choice.covered - made.choice.covered
    assert note.arguments["households"] == gain > 0
    # The best place is the one that is added.
    added = more.sites[~more.sites["candidate_id"].isin(made.sites["candidate_id"])]
    place = note.arguments["name"]
    assert isinstance(place, Bilingual)
    assert place.zh in set(added["county_zh"])


def test_one_more_year_brings_what_a_longer_plan_builds(packs: dict[str, Pack]) -> None:
    def over(count: int, **years) -> Rollout:
        years = {"count": count, **years}
        return planned(packs[toy.NAME], objective="sites", sites=10, years=years)

    two, three = (over(count, annual_budgets=[1.5e6, 1.2e6]) for count in (2, 3))
    [note] = [note for note in two.further if note.key != "plan_money.one_site"]
    ends = [made.yearly.iloc[-1] for made in (two, three)]
    for name, column in (("sites", "sites_total"), ("households", "households_total")):
        assert note.arguments[name] == ends[1][column] - ends[0][column] > 0
    assert "plan_money.no_year" in {note.key for note in over(2).further}

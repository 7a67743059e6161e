"""Villages out of reach say what would reach them; sites built in vain are warned of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.earth.crs import geodesic_m
from planning.exports.plan import plan_bundle
from planning.plan.candidates import demand
from planning.plan.rollout import Rollout, plan
from tests import toy


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    villages = toy.many_villages(400)
    return toy.write(tmp_path_factory.mktemp("packs"), natural_villages=villages)


def planned(pack: Pack, *, five_g: bool = False, **candidates) -> Rollout:
    fields = {"sites": 5, "frontier_points": 0, "candidates": candidates}
    settings = PlanSettings.model_validate(fields)
    scenario = Scenario(province=toy.NAME, plan=settings, five_g_counts_as_4g=five_g)
    return plan(pack, scenario)


def test_a_village_out_of_reach_says_what_would_reach_it(pack: Pack) -> None:
    villages = demand(pack, Scenario(province=toy.NAME))
    place = {"lat": round(villages["lat"].iloc[0], 5), "lon": round(villages["lon"].iloc[0], 5)}
    table = planned(pack, sources=[], own=[place]).unreachable
    metres = geodesic_m(table["lon"], table["lat"], place["lon"], place["lat"])
    known = metres <= 100_000
    assert table["nearest_m"].notna().tolist() == known.tolist()
    assert table.loc[known, "nearest_m"].to_numpy() == pytest.approx(metres[known], abs=1)
    # Nothing hides a village where no terrain is in force; 800 MHz reaches farthest, 3,000 m.
    assert set(table["remedy"]) == {"other_technology", "nearer_site"}
    near = table["nearest_m"] <= 3_000
    assert (table["remedy"] == "other_technology").tolist() == near.tolist()
    assert set(table.loc[near, "remedy_preset"]) <= {"4g_800", "4g_900"}
    assert set(table.loc[~near, "remedy_preset"]) == {""}
    more = planned(pack, five_g=True, sources=[], own=[place]).unreachable
    assert "5g_700" in set(more["remedy_preset"])


def test_sites_that_must_be_built_in_vain_are_warned_of(pack: Pack) -> None:
    villages = demand(pack, Scenario(province=toy.NAME))
    lat, lon = villages["lat"].iloc[0], villages["lon"].iloc[0]
    four = [{"lat": round(lat + i * 0.0001, 5), "lon": round(lon, 5)} for i in range(4)]
    made = planned(pack, sources=["village"], locked=four, merge_m=0)
    (warning,) = made.warnings
    idle = made.sites.loc[made.sites["villages"] == 0, "candidate_id"]
    assert warning.key == "plan_warning.served_by_others"
    # One that carries the fibre of a site with villages is not built in vain.
    vain = set(idle) - set(made.sites["carried_by"])
    assert warning.arguments["count"] == len(vain) > 0
    assert all((place in warning.text("zh")) == (place in vain) for place in idle)
    about = plan_bundle(pack, made).about
    assert any("Must be built" in str(line) for line in about.values())
    far = planned(pack, sources=["village"], locked=[_far_from(villages)])
    assert [note.key for note in far.warnings] == ["plan_warning.nobody_in_reach"]
    assert planned(pack, sources=["village"]).warnings == ()


def test_where_no_candidate_reaches_anybody_nothing_is_built(pack: Pack) -> None:
    villages = demand(pack, Scenario(province=toy.NAME))
    made = planned(pack, sources=[], own=[_far_from(villages)])
    assert made.sites.empty
    assert len(made.unreachable) == len(villages)
    assert (made.yearly["households_total"] == 0).all()


def _far_from(villages: pd.DataFrame) -> dict[str, float]:
    """Return a place of the toy with no village within 3 km."""
    lat, lon = (grid.ravel() for grid in np.mgrid[25.05:25.46:0.1, 100.1:102.4:0.1])
    near = [
        geodesic_m(villages["lon"], villages["lat"], *at).min() for at in zip(lon, lat, strict=True)
    ]
    far = int(np.argmax(near))
    assert near[far] > 3_000
    return {"lat": round(float(lat[far]), 5), "lon": round(float(lon[far]), 5)}

"""What a placed site changes: by hand on the toy, against brute force in every province."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data.scenario.plan_settings import PlanSettings
from data.scenario.presets import preset, presets
from data.scenario.scenario import PlannedSite, Scenario, parse_site
from data.tables.reader import Pack
from geo.earth.crs import geodesic_m
from geo.errors import InputError, PlannerError, RangeError
from layers.registry import layer
from layers.villages import village_table
from planning.gaps import gap_table
from planning.plan.candidate_reach import coverage_matrix
from planning.plan.candidates import demand
from planning.whatif import EFFECT_COLUMNS, effect, planned_units
from tests import toy as toy_pack

TALLY = ["villages", "villages_before", "villages_unknown", "households", "households_before"]
#: Villages of 20 and more households of each county: all, with 4G, unknown; then households.
BEFORE = [[3, 2, 0, 95, 70], [3, 1, 1, 130, 50], [3, 0, 1, 77, 0], [2, 2, 0, 125, 125]]


def at(lon: float, lat: float, key: str = "4g_1800", *, enabled: bool = True) -> PlannedSite:
    return PlannedSite(lat=lat, lon=lon, preset=key, enabled=enabled)


#: In reach of v03 (25 households, 100.30 E) and v04 (12 households, 100.31 E), nearer to v03.
BESIDE = at(100.302, 25.3)


def test_the_tally_before_any_site(toy: Pack) -> None:
    table = effect(toy, [], level="county").regions
    assert tuple(table.columns) == EFFECT_COLUMNS
    assert table[TALLY].to_numpy().tolist() == BEFORE
    assert (table["villages_after"] == table["villages_before"]).all()
    assert (table["households_after"] == table["households_before"]).all()


@pytest.mark.parametrize(
    ("level", "codes", "rows"),
    [("province", [toy_pack.PROVINCE], [[11, 5, 2, 427, 245]]),
     ("prefecture", [toy_pack.WEST, toy_pack.EAST], [[6, 3, 1, 225, 120], [5, 2, 1, 202, 125]])],
)  # fmt: skip
def test_the_tally_of_larger_regions(
    toy: Pack, level: str, codes: list[str], rows: list[list[int]]
) -> None:
    table = effect(toy, [], level=level).regions
    assert table["adcode"].tolist() == codes
    assert table[TALLY].to_numpy().tolist() == rows
    assert set(table["level"]) == {level}


def test_a_small_village_is_gained_but_not_counted(toy: Pack) -> None:
    result = effect(toy, [BESIDE], level="county")
    assert result.gained["village_id"].tolist() == ["v03", "v04"]
    assert (result.villages, result.households, result.unknown) == (2, 37, 0)
    table = result.regions.set_index("adcode")
    gained = table["villages_after"] - table["villages_before"]
    assert gained.tolist() == [1, 0, 0, 0]
    homes = table["households_after"] - table["households_before"]
    assert homes.tolist() == [25, 0, 0, 0]
    assert result.basis == "circle"
    assert result.missed.empty
    assert not {"ridge_km", "ridge_m"} & set(result.gained.columns)
    assert result.gained[["rsrp_dBm", "line_of_sight", "reason"]].isna().all(axis=None)


def test_an_unknown_village_is_not_a_village_without(toy: Pack) -> None:
    """v07 and v10 say nothing of 4G: a site beside them gains nothing that is known."""
    result = effect(toy, [at(100.7, 25.2), at(101.2, 25.3)], level="county")
    assert result.villages == 0
    assert result.regions["villages_unknown"].tolist() == [0, 1, 1, 0]


def test_a_village_of_exactly_20_counts(toy: Pack) -> None:
    table = effect(toy, [at(101.3, 25.2)], level="county").regions
    assert (table["villages_after"] - table["villages_before"]).tolist() == [0, 0, 1, 0]


def test_the_nearest_site_serves_whatever_the_order(toy: Pack) -> None:
    far, off = at(100.29, 25.3), at(100.3, 25.3, enabled=False)
    for sites, number in (([BESIDE, far], 1), ([far, BESIDE], 2), ([off, far, BESIDE], 3)):
        row = effect(toy, sites).gained.set_index("village_id").loc["v03"]
        assert row["site"] == number
        metres = geodesic_m(100.3, 25.3, BESIDE.lon, BESIDE.lat)
        assert row["distance_m"] == round(float(metres))
    # Of two at one place the first.
    assert effect(toy, [far, far]).gained["site"].tolist()[0] == 1


def test_the_radius_is_the_preset_s_along_the_geodesic(toy: Pack) -> None:
    metres = preset("4g_1800").radius_m
    degree = float(geodesic_m(102.3, 25.3, 102.3, 25.31)) / 0.01
    for share, found in ((0.9999, 1), (1.0001, 0)):
        assert effect(toy, [at(102.3, 25.3 + share * metres / degree)]).villages == found
    wide = effect(toy, [at(102.3, 25.3 + 0.9999 * 5_000 / degree, "4g_rule_a")])
    assert wide.gained["distance_m"].tolist() == [pytest.approx(5_000, abs=2)]


def test_evidence_is_the_weakest_of_the_villages_counted(tmp_path: Path) -> None:
    rows = toy_pack.villages()

    def evidence(name: str, changed: dict[str, str]) -> set[str]:
        own = rows.assign(evidence=[changed.get(v, "measured") for v in rows["village_id"]])
        pack = toy_pack.write(tmp_path / name, natural_villages=own)
        return set(effect(pack, [BESIDE]).regions["evidence"])

    assert evidence("a", {}) == {"measured"}
    assert evidence("b", {"v01": "declared", "v02": "modelled"}) == {"modelled"}
    # v04 has 12 households: it is not in the tally.
    assert evidence("c", {"v04": "illustrative", "v01": "declared"}) == {"declared"}
    none = toy_pack.write(tmp_path / "d", natural_villages=rows[rows["households"] < 20])
    assert set(effect(none, []).regions["evidence"]) == {"assumed"}
    assert effect(none, []).regions["villages"].tolist() == [0, 0]


def test_villages_that_were_replaced_are_counted_again(tmp_path: Path) -> None:
    pack = toy_pack.write(tmp_path)
    assert effect(pack, [BESIDE]).villages == 2
    toy_pack.write_table(pack.folder, "natural_villages", toy_pack.villages().head(3))
    assert effect(pack, [BESIDE]).villages == 1


@pytest.mark.parametrize(
    ("key", "level", "planned"),
    [
        ("mobile_4g", "province", [2]), ("mobile_4g", "prefecture", [1, 1]),
        ("mobile_4g", "county", [1, 0, 1, 0]), ("mobile_5g", "county", [0, 1, 0, 0]),
        ("natural_villages", "county", [1, 0, 1, 0]), ("natural_villages", "province", [2]),
        ("fibre", "county", [0, 0, 0, 0]), ("data_centres", "province", [0]),
    ],
)  # fmt: skip
def test_what_a_scenario_plans_per_layer(
    toy: Pack, key: str, level: str, planned: list[float]
) -> None:
    """v06 lacks 4G and gets a 5G site: that layer counts 4G. One site is switched off."""
    sites = (BESIDE, at(101.3, 25.2), at(100.6, 25.1, "5g_700"), at(101.1, 25.1, enabled=False))
    scenario = Scenario(province="toy", sites=sites)
    assert planned_units(toy, scenario, layer(key), layer(key).metric(), level).tolist() == planned


def test_gained_equals_brute_force(any_pack: Pack) -> None:
    missing = village_table(any_pack, state="uncovered")
    beside = missing.iloc[[0, len(missing) // 2]]
    keys = ("4g_rule_a", "5g_700")
    sites = [at(row.lon, row.lat, key) for row, key in zip(beside.itertuples(), keys, strict=True)]
    reached = set()
    for site in sites:
        metres = geodesic_m(missing["lon"], missing["lat"], site.lon, site.lat)
        reached |= set(missing.loc[metres <= preset(site.preset).radius_m, "village_id"])
    assert len(reached) >= 2
    result = effect(any_pack, sites, five_g_counts_as_4g=True)
    assert set(result.gained["village_id"]) == reached
    twice = effect(any_pack, [*sites, *sites], five_g_counts_as_4g=True)
    assert twice.villages == len(reached)


@pytest.mark.parametrize("counts", [False, True])
def test_a_5g_site_means_the_same_in_whatif_gaps_and_plan(toy: Pack, *, counts: bool) -> None:
    """v06 (60 households) lacks 4G: off, a 5G site serves it nowhere; on, everywhere."""
    site = at(100.6, 25.1, "5g_700")
    scenario = Scenario(province="toy", sites=(site,), five_g_counts_as_4g=counts)
    result = effect(toy, scenario.sites, level="province", five_g_counts_as_4g=counts)
    (row,) = result.regions.to_dict("records")
    assert row["villages_after"] - row["villages_before"] == counts
    table = gap_table(toy, ["natural_villages"], level="province", scenario=scenario)
    assert table["planned"].tolist() == [counts]
    own = gap_table(toy, ["mobile_5g"], level="province", scenario=scenario)
    assert own["planned"].tolist() == [1]
    place = pd.DataFrame({"lat": [site.lat], "lon": [site.lon]})
    wanted = scenario.model_copy(update={"plan": PlanSettings(presets=("5g_700",))})
    if counts:
        assert coverage_matrix(toy, wanted, place, demand(toy, wanted)).matrix.sum() == 1
        return
    with pytest.raises(InputError, match="5G only"):
        coverage_matrix(toy, wanted, place, demand(toy, wanted))
    mixed = scenario.model_copy(update={"plan": PlanSettings(presets=("5g_700", "4g_1800"))})
    reach = coverage_matrix(toy, mixed, place, demand(toy, mixed))
    assert set(reach.preset) == {"4g_1800"}


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("101.02,25.04", RangeError, "swapped"),
        ("31.2,121.5", RangeError, "outside Toy Province.*give latitude"),
        ("north,east", InputError, "LAT,LON"),
        ("25.04", InputError, "LAT,LON"),
        ("25.04,101.02,-3", RangeError, "antenna_height_m"),
        ("25.04,101.02,35,6g_thz", RangeError, "6g_thz"),
        ("nan,101.02", RangeError, "finite"),
    ],
)
def test_bad_sites_say_what_and_how(
    toy: Pack, text: str, error: type[PlannerError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        effect(toy, [parse_site(text)])
    assert caught.value.repair


def test_swapped_coordinates_west_of_90_degrees_are_named(tmp_path: Path) -> None:
    regions = toy_pack.regions()
    regions["geometry"] = regions.translate(xoff=-20)
    pack = toy_pack.write(tmp_path, regions=regions)
    with pytest.raises(RangeError, match="outside") as caught:
        effect(pack, [PlannedSite(lat=81.0, lon=25.1)])
    assert "did you mean 25.1,81?" in caught.value.repair
    with pytest.raises(RangeError, match="outside") as caught:
        effect(pack, [PlannedSite(lat=60.0, lon=25.1)])
    assert "swapped" not in caught.value.repair


def test_presets_carry_radius_and_source() -> None:
    for item in presets().values():
        assert 0 < item.radius_m <= item.radius_weak_m
        assert item.source


def test_scenario_round_trip_and_digest() -> None:
    plan = Scenario(name="a", province="toy", sites=(BESIDE, at(101.3, 25.2, "5g_700")))
    again = Scenario.from_json(plan.to_json())
    assert again == plan
    assert again.model_copy(update={"name": "b"}).digest == plan.digest
    assert again.model_copy(update={"sites": ()}).digest != plan.digest


def test_a_broken_scenario_lists_every_fault() -> None:
    with pytest.raises(InputError, match=r"extra.*sites.0.lat|sites.0.lat.*extra"):
        Scenario.from_json('{"province":"toy","extra":1,"sites":[{"lat":95,"lon":100}]}')

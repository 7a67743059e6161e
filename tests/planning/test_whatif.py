"""What a placed site changes, against brute force and across doors."""

from __future__ import annotations

import pytest

from data.scenario.presets import preset, presets
from data.scenario.scenario import PlannedSite, Scenario, parse_site
from data.tables.reader import Pack
from geo.earth.crs import geodesic_m
from geo.errors import InputError, PlannerError, RangeError
from layers.registry import metric_of
from layers.villages import MIN_HOUSEHOLDS, village_table
from planning.whatif import effect, planned_units


@pytest.fixture(scope="module")
def pack() -> Pack:
    return Pack.load("yunnan")


@pytest.fixture(scope="module")
def sites(pack: Pack) -> list[PlannedSite]:
    """Two sites beside villages without 4G, of two presets."""
    missing = village_table(pack, state="uncovered").iloc[[0, 2500]]
    return [
        PlannedSite(lat=row.lat + 0.002, lon=row.lon, preset=key)
        for row, key in zip(missing.itertuples(), ("4g_rule_a", "5g_700"), strict=True)
    ]


def test_gained_equals_brute_force(pack: Pack, sites: list[PlannedSite]) -> None:
    missing = village_table(pack, state="uncovered")
    reached = set()
    for site in sites:
        metres = geodesic_m(missing["lon"], missing["lat"], site.lon, site.lat)
        reached |= set(missing.loc[metres <= preset(site.preset).radius_m, "village_id"])
    result = effect(pack, sites)
    assert set(result.gained["village_id"]) == reached
    assert result.villages == len(reached) >= 2


@pytest.mark.parametrize("level", ["province", "prefecture", "county"])
def test_after_is_before_plus_gained(pack: Pack, sites: list[PlannedSite], level: str) -> None:
    result = effect(pack, sites, level=level)
    table = result.regions
    large = result.gained[result.gained["households"] >= MIN_HOUSEHOLDS]
    assert (table["villages_after"] - table["villages_before"]).sum() == len(large)
    assert (table["households_after"] - table["households_before"]).sum() == large[
        "households"
    ].sum()
    assert (table["villages_after"] <= table["villages"]).all()


def test_a_disabled_site_changes_nothing(pack: Pack, sites: list[PlannedSite]) -> None:
    off = [site.model_copy(update={"enabled": False}) for site in sites]
    assert effect(pack, off).villages == 0


def test_two_sites_never_count_a_village_twice(pack: Pack, sites: list[PlannedSite]) -> None:
    assert effect(pack, [sites[0], sites[0]]).villages == effect(pack, sites[:1]).villages


def test_the_layer_counts_only_what_gets_4g(pack: Pack, sites: list[PlannedSite]) -> None:
    plan = Scenario(province="yunnan", sites=tuple(sites))
    only_4g = effect(pack, [s for s in sites if s.preset.startswith("4g")]).regions
    planned = planned_units(pack, plan, *metric_of("natural_villages"), "prefecture")
    assert planned.sum() == (only_4g["villages_after"] - only_4g["villages_before"]).sum()


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("102.71,25.04", RangeError, "swapped"),
        ("31.2,121.5", RangeError, "outside"),
        ("north,east", InputError, "LAT,LON"),
        ("25.04", InputError, "LAT,LON"),
        ("25.04,102.71,-3", RangeError, "antenna_height_m"),
        ("25.04,102.71,35,6g_thz", RangeError, "6g_thz"),
        ("nan,102.71", RangeError, "finite"),
    ],
)
def test_bad_sites_say_what_and_how(pack: Pack, text: str, error: type, words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        effect(pack, [parse_site(text)])
    assert isinstance(caught.value, PlannerError)
    assert caught.value.repair


def test_presets_carry_radius_and_source() -> None:
    for item in presets().values():
        assert 0 < item.radius_m <= item.radius_weak_m
        assert item.source


def test_scenario_round_trip_and_digest(sites: list[PlannedSite]) -> None:
    plan = Scenario(name="a", province="yunnan", sites=tuple(sites))
    again = Scenario.from_json(plan.to_json())
    assert again == plan
    assert again.model_copy(update={"name": "b"}).digest == plan.digest
    assert again.model_copy(update={"sites": ()}).digest != plan.digest


def test_a_broken_scenario_lists_every_fault() -> None:
    with pytest.raises(InputError, match=r"extra.*sites.0.lat|sites.0.lat.*extra"):
        Scenario.from_json('{"province":"yunnan","extra":1,"sites":[{"lat":95,"lon":100}]}')

"""What other layers need: rows sum to their gap, unknown stays unknown, racks keep their unit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.scenario.plan_settings import PlanSettings, YearSettings
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.errors import InputError
from geo.network_design.ways import ways
from layers.offers import RouteNeed
from layers.registry import layer
from layers.villages import county_names
from planning.exports.gaps import source_table
from planning.gaps import gap_table
from planning.needs import NeedOptions, build_years, fibre_tree, need_table, units_by_year
from planning.plan.unit_costs import prices
from tests import toy as toy_pack
from tests.toy import EAST, WEST

STATIONS, RACKS = layer("mobile_5g"), layer("data_centres")


@pytest.mark.parametrize("path", ["linear", "s_curve"])
def test_stations_of_all_years_are_the_gap_of_the_county(any_pack: Pack, path: str) -> None:
    pack = any_pack
    table = units_by_year(pack, Scenario(province=pack.name), STATIONS, path=path)
    years = table.filter(like="year_")
    assert years.shape[1] == 5
    gap = table["gap"].clip(lower=0)
    known = gap.notna()
    assert np.allclose(years[known].sum(axis=1), gap[known])
    assert years[~known].isna().all(axis=None)
    whole = gap_table(pack, ["mobile_5g"], level="county")["gap"]
    assert table["gap"].equals(whole)


@pytest.mark.parametrize(
    ("today", "as_of", "planned", "first"),
    [
        # Looking back the years follow the baseline, whatever the plan's are.
        ("2026-11-30", "2020-12-31", 2027, 2021),
        ("2026-11-30", "2023-06-30", 2027, 2023),
        # Today the plan's, never before something can be built.
        ("2026-11-30", None, 2027, 2027),
        ("2026-11-30", "2026-11-30", 2026, 2027),
        ("2026-11-30", "2026-11-30", 2029, 2029),
    ],
)
def test_baseline_and_years_belong_together(
    monkeypatch: pytest.MonkeyPatch, today: str, as_of: str | None, planned: int, first: int
) -> None:
    monkeypatch.setenv("TONGCUN_TODAY", today)
    plan = Scenario(
        province="toy", as_of=as_of, plan=PlanSettings(years=YearSettings(first=planned, count=3))
    )
    assert build_years(plan) == [first, first + 1, first + 2]


def test_years_of_a_prefecture_are_the_sums_of_its_counties(any_pack: Pack) -> None:
    pack, plan = any_pack, Scenario(province=any_pack.name)
    counties = units_by_year(pack, plan, STATIONS)
    parents = pack.regions("county").set_index("adcode")["parent"]
    sums = counties.set_index("adcode").filter(like="year_").groupby(parents).sum(min_count=1)
    table = units_by_year(pack, plan, STATIONS, level="prefecture").set_index("adcode")
    assert table.filter(like="year_").equals(sums.reindex(table.index))
    whole = units_by_year(pack, plan, STATIONS, level="province").iloc[0]
    years = whole.filter(like="year_").astype(float).sum(min_count=1)
    total = sums.sum(min_count=1).sum(min_count=1)
    for figure in (years, total):
        assert figure == pytest.approx(whole["gap"], nan_ok=True)


def test_one_unknown_county_makes_its_prefecture_unknown(
    toy: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Scenario(province="toy")

    def with_a_hole(*arguments, level: str, **options):
        table = gap_table(*arguments, level=level, **options)
        if level == "county":
            table.loc[table["adcode"] == "990102", "gap"] = np.nan
        return table

    monkeypatch.setattr("planning.needs.gap_table", with_a_hole)
    table = units_by_year(toy, plan, STATIONS, level="prefecture").set_index("adcode")
    years = table.filter(like="year_")
    assert years.loc[WEST].isna().all()
    assert years.loc[EAST].notna().all()


def test_unknown_fibre_is_not_missing_fibre(toy: Pack) -> None:
    plan, options = Scenario(province="toy"), NeedOptions()
    with pytest.raises(InputError, match="no place is known to lack has_fibre"):
        need_table(toy, plan, layer("fibre"), options=options)


def test_racks_need_a_target_and_keep_their_unit(toy: Pack) -> None:
    plan = Scenario(province="toy")
    nothing = need_table(toy, plan, RACKS, options=NeedOptions()).iloc[0]
    years = nothing.filter(like="year_").astype(float)
    assert (nothing["built"], years.notna().sum()) == (500, 0)
    assert np.isnan(nothing["standard_racks"])
    plan = Scenario(province="toy", targets={"data_centres": 900})
    found = need_table(toy, plan, RACKS, options=NeedOptions()).iloc[0]
    # "More than 500" stand: the need is reckoned from 500.
    assert found["standard_racks"] == 400
    assert found["it_mw"] == pytest.approx(1.0)
    assert found["facility_mw"] == pytest.approx(1.3)
    # Nobody states how many are in use.
    assert np.isnan(found["in_use"])


@pytest.fixture
def lacking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Pack, pd.DataFrame]:
    """Return a pack whose own list says of 30 villages in two prefectures that they lack fibre."""
    pack = toy_pack.write(tmp_path, natural_villages=toy_pack.many_villages(80))
    rows = pack.table("natural_villages")
    parent = county_names(pack)["prefecture"].reindex(rows["adcode"].astype(str)).to_numpy()
    two = np.unique(parent.astype(str))[:2]
    some = pd.concat([rows[parent == code].head(15) for code in two], ignore_index=True)
    some = some.assign(
        has_fibre=False,
        evidence="declared",
        kind="natural_villages",
        as_of=pd.Timestamp("2025-06-30"),
    )
    monkeypatch.setattr("planning.needs.places_without", lambda _pack, _need: some)
    return pack, some


def test_fibre_of_the_prefectures_is_one_tree_priced_by_its_km(
    lacking: tuple[Pack, pd.DataFrame],
) -> None:
    pack, some = lacking
    scenario = Scenario(province="toy")
    need = layer("fibre").need
    assert isinstance(need, RouteNeed)
    found = fibre_tree(pack, scenario, need)
    table, rates = found.table, prices(pack, scenario.plan)
    assert table["villages"].tolist() == [15, 15]
    named = set(";".join(table["source_ids"]).split(";"))
    assert {"pack:natural_villages", "cost:fibre_rural"} <= named <= set(source_table(pack)["id"])
    km = found.routes[:, 4].sum()
    assert table["route_km"].sum() == pytest.approx(km, abs=0.02)
    assert found.villages["route_km"].sum() == pytest.approx(km)
    each = found.villages.groupby("prefecture")["route_km"].sum()
    assert table["route_km"].to_numpy() == pytest.approx(each.to_numpy(), abs=0.01)
    assert 0 < found.bound_km <= km * (1 + 1e-9)
    for end in ("low", "base", "high"):
        price = float(getattr(rates.money("fibre_rural"), end))
        assert table[f"cost_{end}"].to_numpy() == pytest.approx(each.to_numpy() * price, abs=0.01)
    # No tree is longer than each village's own way to the nearest node.
    nodes = pack.table("fibre_nodes")
    alone, _, _ = ways((some["lon"], some["lat"]), (nodes["lon"], nodes["lat"]))
    assert km <= rates.route_factor * alone.sum() * (1 + 1e-9)


@pytest.mark.parametrize("level", ["prefecture", "province"])
def test_stations_of_a_region_are_those_of_its_counties_in_every_year(
    any_pack: Pack, level: str
) -> None:
    pack, scenario = any_pack, Scenario(province=any_pack.name)
    county, region = (
        units_by_year(pack, scenario, STATIONS, level=one) for one in ("county", level)
    )
    parent = gap_table(pack, ["mobile_5g"], level="county")["parent"].to_numpy()
    for year in county.filter(like="year_").columns.astype(str):
        own = county[year].groupby(parent).sum(min_count=1)
        if level == "province":
            whole = county[year].sum(min_count=1)
            assert region[year].iloc[0] == pytest.approx(whole, nan_ok=True)
            continue
        assert region.set_index("adcode")[year].reindex(own.index).to_numpy() == pytest.approx(
            own.to_numpy(), nan_ok=True
        )


@pytest.mark.parametrize(("use", "pue"), [(1.0, 1.25), (0.65, 1.5)])
def test_racks_follow_the_target_and_power_follows_the_racks(
    toy: Pack, use: float, pue: float
) -> None:
    scenario = Scenario(province="toy", targets={"data_centres": 10_501})
    options = NeedOptions(pue=pue, use=use, design_use=0.9, rack_kw=10.0)
    table = need_table(toy, scenario, RACKS, options=options)
    row = table.iloc[0]
    # The target counts installed racks, whatever share of them is in use.
    assert row["standard_racks"] == 10_001
    assert (row["in_use"], row["spare"]) == (500 * use, 500 - 500 * use)
    assert row["it_mw"] == pytest.approx(row["standard_racks"] * 2.5 / 1000)
    assert row["facility_mw"] == pytest.approx(row["it_mw"] * pue)
    assert row["physical_racks"] == np.ceil(row["it_mw"] * 1000 / 10.0 - 1e-9)
    assert table.filter(like="year_").iloc[0].sum() == row["standard_racks"]
    assert table["standard_racks"].iloc[1:].isna().all()

"""What other layers need: rows sum to their gap, unknown stays unknown, racks keep their unit."""

from __future__ import annotations

import numpy as np
import pytest

from data.pack import Pack, pack_names
from data.scenario import Scenario
from geo.errors import InputError
from layers.gaptable import gap_table
from layers.needs import fibre_need, rack_need, stations_by_year


@pytest.mark.parametrize("province", pack_names())
@pytest.mark.parametrize("path", ["linear", "s_curve"])
def test_stations_of_all_years_are_the_gap_of_the_county(province: str, path: str) -> None:
    pack = Pack.load(province)
    table = stations_by_year(pack, Scenario(province=province), path=path)
    years = table.filter(like="year_")
    assert years.shape[1] == 5
    gap = table["gap"].clip(lower=0)
    known = gap.notna()
    assert np.allclose(years[known].sum(axis=1), gap[known])
    assert years[~known].isna().all(axis=None)
    whole = gap_table(pack, ["mobile_5g"], level="county")["gap"]
    assert table["gap"].equals(whole)


def test_years_of_a_prefecture_are_the_sums_of_its_counties() -> None:
    pack, plan = Pack.load("yunnan"), Scenario(province="yunnan")
    counties = stations_by_year(pack, plan)
    parents = pack.regions("county").set_index("adcode")["parent"]
    sums = counties.set_index("adcode").filter(like="year_").groupby(parents).sum()
    table = stations_by_year(pack, plan, level="prefecture").set_index("adcode")
    assert table.filter(like="year_").equals(sums.reindex(table.index))
    whole = stations_by_year(pack, plan, level="province").iloc[0]
    assert whole.filter(like="year_").sum() == sums.sum(axis=None) == whole["gap"]


def test_one_unknown_county_makes_its_prefecture_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    pack, plan = Pack.load("yunnan"), Scenario(province="yunnan")

    def with_a_hole(*arguments, level: str, **options):
        table = gap_table(*arguments, level=level, **options)
        if level == "county":
            table.loc[table["adcode"] == "530102", "gap"] = np.nan
        return table

    monkeypatch.setattr("layers.needs.gap_table", with_a_hole)
    table = stations_by_year(pack, plan, level="prefecture").set_index("adcode")
    years = table.filter(like="year_")
    assert years.loc["530100"].isna().all()
    assert years.drop("530100").notna().all(axis=None)


def test_unknown_fibre_is_not_missing_fibre() -> None:
    pack = Pack.load("yunnan")
    with pytest.raises(InputError, match="no village is known"):
        fibre_need(pack, Scenario(province="yunnan"))


def test_racks_need_a_target_and_keep_their_unit() -> None:
    pack = Pack.load("yunnan")
    with pytest.raises(InputError, match="of racks is known"):
        rack_need(pack, Scenario(province="yunnan"))
    gansu = Pack.load("gansu")
    table = gap_table(gansu, ["data_centres"], level="province").iloc[0]
    if np.isfinite(table["target"]) and np.isfinite(table["built"]):
        found = rack_need(gansu, Scenario(province="gansu"), pue=1.3).iloc[0]
        assert found["it_mw"] == pytest.approx(found["standard_racks"] * 2.5 / 1000)
        assert found["facility_mw"] == pytest.approx(found["it_mw"] * 1.3)

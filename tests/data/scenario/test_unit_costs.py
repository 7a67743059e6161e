"""Unit costs of the packs: complete, ascending, sourced; a planner's own values; bills."""

from __future__ import annotations

import pytest

from data.scenario.unit_costs import BILL_COLUMNS, bill_table, unit_costs
from data.tables.reader import Pack, pack_names
from geo.errors import RangeError, UnknownNameError
from geo.money.bill import bill_of_materials


@pytest.fixture(params=pack_names())
def pack(request) -> Pack:
    return Pack.load(request.param)


def test_every_unit_cost_says_where_it_is_from_and_is_an_interval(pack: Pack) -> None:
    costs = unit_costs(pack)
    assert all(cost.source and cost.meaning_zh for cost in costs.values())
    assert {cost.currency for cost in costs.values()} == {"CNY", "share", "year", "ratio"}
    assert all(cost.low < cost.high for item, cost in costs.items() if "subsidy" not in item)
    assert costs["mast_height"].assumed
    assert not costs["co_sited_5g_radio"].assumed


def test_the_parts_of_a_mountain_site_agree_with_the_published_whole(pack: Pack) -> None:
    # A 30 m mast, half a kilometre of track, 1 km of power line and 2 km of fibre.
    costs = unit_costs(pack)
    parts = {
        "radio_equipment": 1, "mast_foundation": 1, "mast_height": 30, "access_road": 0.5,
        "grid_line": 1, "grid_connection": 1, "fibre_rural": 2, "fibre_terminal": 1,
    }  # fmt: skip
    bill = bill_of_materials(parts, costs, price_year=2018, price_change=0.02)
    whole = costs["new_mountain_site"]
    assert whole.low <= bill.total.base <= whole.high


def test_a_planners_own_values_replace_the_tables_and_say_so(pack: Pack) -> None:
    own = unit_costs(pack, own={"fibre_rural": (1, 2, 3)})["fibre_rural"]
    assert (own.low, own.base, own.high) == (1, 2, 3)
    assert own.assumed
    with pytest.raises(UnknownNameError, match="fibre_rural"):
        unit_costs(pack, own={"fibre_rual": (1, 2, 3)})
    for values in ((3, 2, 1), (-1, 2, 3), (1, 2, float("nan")), (1, 2)):
        with pytest.raises(RangeError):
            unit_costs(pack, own={"fibre_rural": values})


def test_a_bill_becomes_a_table_that_states_its_kind_of_money(pack: Pack) -> None:
    bill = bill_of_materials(
        {"fibre_rural": 2.5, "co_sited_5g_radio": 2}, unit_costs(pack), price_year=2023,
        price_change=0.0,
    )  # fmt: skip
    table = bill_table(bill)
    assert tuple(table.columns) == BILL_COLUMNS
    assert table["total_base"].sum() == pytest.approx(float(bill.total.base))
    assert set(table["currency"]) == {"CNY"}
    assert set(table["price_year"]) == {2023}
    assert table["evidence"].tolist() == ["reported", "assumed"]

"""Money: published factors, the formulas of other programs, kinds that must not mix, bad input."""

from __future__ import annotations

import numpy as np
import pytest

from geo.errors import InputError, RangeError, UnknownNameError
from geo.money.bill import UnitCost, bill_of_materials
from geo.money.cost import Asset, Money, life_cost, subsidy, total


def cny(low: float, base: float, high: float, year: int = 2020) -> Money:
    return Money.of(low, base, high, currency="CNY", price_year=year)


@pytest.mark.parametrize(
    # A/P factors of the compound-interest tables in Blank and Tarquin (2012).
    ("rate", "years", "factor"),
    [(0.05, 10, 0.12950), (0.06, 10, 0.13587), (0.08, 20, 0.10185), (0.10, 5, 0.26380),
     (0.01, 12, 0.08885), (0.0, 10, 0.1)],
)  # fmt: skip
def test_discounting_equals_published_factors(rate: float, years: int, factor: float) -> None:
    paid = life_cost([], cny(1, 1, 1), years=years, discount_rate=rate)
    assert 1 / paid.operation.base == pytest.approx(factor, abs=5.1e-6)


def test_kinds_of_money_do_not_mix() -> None:
    plain, later = cny(1, 2, 3), cny(1, 2, 3, 2023)
    present = life_cost([], plain, years=3, discount_rate=0.06).total
    dollars = Money.of(1, 2, 3, currency="USD", price_year=2020)
    for other in (later, present, dollars):
        with pytest.raises(InputError, match="do not add up"):
            _ = plain + other
    same = plain + later.in_prices_of(2020, price_change=0.0)
    assert same.amounts.tolist() == [2, 4, 6]
    assert later.in_prices_of(2020, price_change=0.02).base == pytest.approx(2 / 1.02**3)


def test_amounts_per_site_add_up_to_their_total() -> None:
    price = cny(1, 2, 3) * [1, 2, 4]
    assert price.amounts.shape == (3, 3)
    assert price.sum().amounts.tolist() == [7, 14, 21]
    assert total([price, price]).base.tolist() == [4, 8, 16]


def test_per_household_is_unknown_not_endless_without_households() -> None:
    shares = cny(10, 20, 40).per([10, 0])
    assert shares.amounts[0].tolist() == [1, 2, 4]
    assert np.isnan(shares.amounts[1]).all()


def test_reinvestment_falls_due_at_the_end_of_each_life() -> None:
    mast, radio = Asset(cny(100, 200, 300), 25), Asset(cny(10, 20, 30), 4)
    plain = life_cost([mast, radio], cny(1, 2, 3), years=10, discount_rate=None)
    assert plain.build.base == 220
    assert plain.reinvestment.base == 40  # in years 4 and 8
    assert plain.operation.base == 20
    assert plain.total.base == 280
    assert not plain.total.discounted
    assert plain.flows[:, 1].tolist() == [220, 2, 2, 2, 22, 2, 2, 2, 22, 2, 2]
    present = life_cost([mast, radio], cny(1, 2, 3), years=10, discount_rate=0.06)
    assert present.total.base == pytest.approx(plain.flows[:, 1] @ 1.06 ** -np.arange(11.0))
    assert present.total.discounted
    assert present.discount_rate == 0.06


def test_what_ends_with_the_plan_is_not_bought_again() -> None:
    done = life_cost([Asset(cny(1, 1, 1), 5)], cny(0, 0, 0), years=10, discount_rate=None)
    assert done.total.base == 2


def test_residual_value_is_what_life_is_left() -> None:
    mast = Asset(cny(100, 200, 300), 25)
    done = life_cost([mast], cny(0, 0, 0), years=10, discount_rate=0.0, residual=True)
    assert done.residual.base == pytest.approx(200 * 15 / 25)
    assert done.total.base == pytest.approx(80)
    solar = Asset(cny(100, 100, 100), 6, renewal=cny(60, 60, 60))
    done = life_cost([solar], cny(0, 0, 0), years=10, discount_rate=None, residual=True)
    assert done.total.base == pytest.approx(100 + 60 - 60 * 2 / 6)


def test_subsidy_counts_six_years_and_ten_at_the_border() -> None:
    build, yearly = cny(400, 500, 600), cny(40, 50, 60)
    remote = subsidy(build, yearly, border=False)
    assert remote.amount.base == pytest.approx(0.3 * (500 + 6 * 50))
    assert (remote.amount + remote.left).base == pytest.approx(500 + 6 * 50)
    border = subsidy(build, yearly, border=True)
    assert border.amount.base == pytest.approx(0.3 * 1000)
    assert border.years == 10


@pytest.mark.parametrize(
    "call",
    [
        lambda: life_cost([], cny(1, 2, 3), years=5, discount_rate=float("nan")),
        lambda: cny(3, 2, 1),
        lambda: cny(1, float("nan"), 3),
        lambda: cny(1, 2, 3) * -1,
        lambda: cny(1, 2, 3) * float("nan"),
        lambda: cny(1, 2, 3).per(-1),
        lambda: cny(1, 2, 3).in_prices_of(2021, price_change=-1),
        lambda: life_cost([], cny(1, 2, 3), years=0, discount_rate=0.06),
        lambda: life_cost([], cny(1, 2, 3), years=5, discount_rate=-0.1),
        lambda: life_cost([Asset(cny(1, 2, 3), 0)], cny(1, 2, 3), years=5, discount_rate=None),
        lambda: subsidy(cny(1, 2, 3), cny(1, 2, 3), border=False, share=1.2),
    ],
)
def test_values_out_of_range_are_told(call) -> None:
    with pytest.raises(RangeError):
        call()


def test_discounted_sums_are_not_discounted_twice_and_not_subsidised() -> None:
    present = life_cost([], cny(1, 2, 3), years=3, discount_rate=0.06).total
    with pytest.raises(InputError):
        life_cost([Asset(present)], cny(1, 2, 3), years=3, discount_rate=0.06)
    with pytest.raises(InputError):
        subsidy(present, present, border=False)
    with pytest.raises(InputError):
        total([])


# -- bill of materials

FIBRE = UnitCost("fibre", "route", "CNY", "per km", 20_000, 35_000, 60_000, 2020, "assumption")
RADIO = UnitCost("radio", "5G radio", "CNY", "per station", 1, 2, 3, 2023, "C114 2023")
RATE = UnitCost("rate", "discount rate", "share", "per year", 0.05, 0.06, 0.08, 2020, "public")
COSTS = {cost.item: cost for cost in (FIBRE, RADIO, RATE)}


def test_a_bill_adds_lines_in_one_years_prices() -> None:
    bill = bill_of_materials({"radio": 3, "fibre": 1.5}, COSTS, price_year=2023, price_change=0.02)
    assert [line.item for line in bill.lines] == ["fibre", "radio"]
    assert [line.unit for line in bill.lines] == ["km", "station"]
    assert [line.assumed for line in bill.lines] == [True, False]
    assert bill.total.base == pytest.approx(1.5 * 35_000 * 1.02**3 + 6)
    assert bill.total.price_year == 2023
    assert bill.total.amounts == pytest.approx(sum(line.amount.amounts for line in bill.lines))


@pytest.mark.parametrize(
    ("quantities", "fault"),
    [({"fiber": 1}, UnknownNameError), ({"fibre": -1}, RangeError), ({"rate": 1}, InputError),
     ({"fibre": float("nan")}, RangeError), ({"fibre": 0}, InputError), ({}, InputError)],
)  # fmt: skip
def test_a_bad_bill_is_told(quantities: dict, fault: type) -> None:
    with pytest.raises(fault):
        bill_of_materials(quantities, COSTS, price_year=2020, price_change=0.0)

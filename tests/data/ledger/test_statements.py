"""Figures as stated: their bounds, which of several targets counts, what is derived."""

from __future__ import annotations

import pytest

from data.ledger.statements import Ledger, stated_bounds
from data.tables.reader import Pack


@pytest.mark.parametrize(
    ("value", "qualifier", "low", "high"),
    [
        (5_000, "~", 4_500, 5_500),
        (41_100, "~", 41_050, 41_150),
        (221_400, "~", 221_350, 221_450),
        (4, "~", 3.5, 4.5),
        (0, "~", 0, 0.5),
        (40_000, ">", 40_000, 50_000),
        (7_000_000, ">", 7_000_000, 8_000_000),
        (2, ">=", 2, 3),
        (98_689, "=", 98_689, 98_689),
    ],
)
def test_bounds_follow_the_digits_stated(
    value: float, qualifier: str, low: float, high: float
) -> None:
    assert stated_bounds(value, qualifier) == (low, high)


@pytest.mark.parametrize(
    ("value", "qualifier", "low", "high"),
    [(0.25, "~", 0.245, 0.255), (1.0, "~", 0.995, 1.0), (0.8, ">=", 0.8, 0.81),
     (1.0, ">=", 1.0, 1.0), (0.3249, "~", 0.32485, 0.32495)],
)  # fmt: skip
def test_a_share_is_read_in_whole_per_cent(
    value: float, qualifier: str, low: float, high: float
) -> None:
    assert stated_bounds(value, qualifier, is_share=True) == pytest.approx((low, high), abs=1e-12)


def test_a_sum_and_a_figure_made_of_two_are_derived() -> None:
    ledger = Ledger.of(Pack.load("yunnan")).of_layer("mobile_5g")
    target = ledger.target(["base_stations"], ["base_stations_new"])
    built = {day: ledger.built(["base_stations"], day) for day in ("2020-12-31", "2021-12-31")}
    assert target is not None
    assert (target.value, target.derived, target.qualifier) == (159_000, True, "=")
    assert [b.derived for b in built.values() if b] == [False, True]
    assert [b.qualifier for b in built.values() if b] == ["=", "~"]


def test_a_target_above_a_figure_asks_for_no_more_than_the_figure() -> None:
    ledger = Ledger.of(Pack.load("gansu")).of_layer("fibre")
    target = ledger.target(["subscribers"])
    assert target is not None
    assert (target.low, target.value, target.high) == (5_000_000,) * 3
    assert target.qualifier == ">"


def test_of_two_targets_either_can_be_asked_for() -> None:
    ledger = Ledger.of(Pack.load("gansu")).of_layer("fibre")
    assert ledger.due_dates(["rural_access_rate"]) == ["2017-12-31", "2020-12-31"]
    for due, rate in (("2017-12-31", 4), ("2020-12-31", 8)):
        found = ledger.target(["rural_access_rate"], as_of="2026-11-30", due=due)
        assert found is not None
        assert found.value == rate
    assert ledger.target(["rural_access_rate"], due="2018-12-31") is None

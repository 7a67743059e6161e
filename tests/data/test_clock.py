"""The day that figures are asked for, and what follows from it."""

from __future__ import annotations

import datetime as dt

import pytest

from data.clock import first_plan_year, months_between, today
from data.scenario.plan_settings import YearSettings
from data.tables.reader import Pack
from geo.errors import InputError
from planning.gaps import gap_table


def test_without_the_variable_it_is_the_day_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TONGCUN_TODAY")
    assert abs(today() - dt.datetime.now(tz=dt.UTC).date()) <= dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "year"), [("2026-06-30", 2026), ("2026-07-01", 2027), ("2026-11-30", 2027)]
)
def test_from_july_on_the_next_year_is_the_first(
    day: str, year: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGCUN_TODAY", day)
    assert first_plan_year() == YearSettings().first == year


def test_a_word_is_no_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGCUN_TODAY", "soon")
    with pytest.raises(InputError, match="YYYY-MM-DD"):
        today()


@pytest.mark.parametrize(
    ("earlier", "later", "months"),
    [
        ("2023-09-30", "2026-11-30", 38),
        ("2023-09-30", "2023-10-29", 0),
        ("2024-01-01", "2023-01-01", 0),
    ],
)
def test_whole_months(earlier: str, later: str, months: int) -> None:
    assert months_between(earlier, later) == months


def test_the_gap_of_yunnan_on_the_day_of_the_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGCUN_TODAY", "2026-11-30")
    (row,) = gap_table(Pack.load("yunnan"), ["mobile_5g"], level="province").to_dict("records")
    # 98,689 of September 2023, and what Honghe has reported above its part since.
    assert row["as_of"] == "2023-09-30"
    assert row["built"] == 159_000 - row["gap"] > 98_689
    assert "全省公布数 98,689 的时点为 2023-09-30" in row["note_zh"]
    (then,) = gap_table(
        Pack.load("yunnan"), ["mobile_5g"], level="province", as_of="2023-12-31"
    ).to_dict("records")
    assert (then["built"], then["gap"]) == (98_689, 60_311)
    assert "目标期限 2025-12-31 已过；最近统计 2023-09-30（38 个月前）" in row["note_zh"]


def test_of_two_targets_the_one_due_next_is_in_force() -> None:
    pack = Pack.load("gansu")
    dues = [
        gap_table(
            pack, ["mobile_4g"], level="province", as_of=day, metric="base_stations_all_kinds"
        )["target_as_of"].item()
        for day in ("2016-06-30", "2017-12-31", "2018-01-01", "2026-11-30")
    ]
    assert dues == ["2017-12-31", "2017-12-31", "2020-12-31", "2020-12-31"]

"""Progress: the straight path to the target, who is judged, and that a count moves its row only."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from data.observing import observe
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue
from data.workspace.effective import effective_pack
from geo.errors import InputError
from planning.exports.progress import progress_bundle
from planning.progress import PROGRESS_COLUMNS, own_count, progress_table
from tests.toy import COUNTIES, EAST, PROVINCE, WEST

DAY = "2024-06-30"
#: Part of the plan's time that had passed by then.
PART = (dt.date(2024, 6, 30) - dt.date(2020, 12, 31)) / (
    dt.date(2025, 12, 31) - dt.date(2020, 12, 31)
)


@pytest.fixture(autouse=True)
def _day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGCUN_TODAY", "2024-12-31")


def observed(toy: Pack, folder: Path, region: str, value: float, date: str = DAY) -> Pack:
    with Catalogue(folder) as store:
        observe(store, toy, [own_count(toy, "mobile_5g", region, date, value)], who="Li")
    return effective_pack(toy, folder)


def table(pack: Pack, level: str = "prefecture", as_of: str = DAY) -> pd.DataFrame:
    found = progress_table(pack, "mobile_5g", level=level, as_of=as_of)
    assert tuple(found.columns) == PROGRESS_COLUMNS
    return found.set_index("adcode")


def test_a_region_is_compared_with_its_path_on_the_day_of_its_figure(toy: Pack) -> None:
    row = table(toy).loc[EAST]
    path = row["baseline"] + (row["target"] - row["baseline"]) * PART
    assert row["path"] == pytest.approx(path)
    assert (row["built"], row["behind"]) == (90, pytest.approx(path - 90))
    assert row["status"] == "behind"
    left = (dt.date(2025, 12, 31) - dt.date(2024, 6, 30)).days / (365.2425 / 12)
    assert row["months_left"] == pytest.approx(left)
    assert row["pace_needed"] * left == pytest.approx(row["target"] - 90)


def test_an_allocated_figure_judges_nobody(toy: Pack) -> None:
    assert table(toy).loc[WEST, "status"] == "not_counted"
    assert set(table(toy, "county")["status"]) == {"not_counted"}


def test_the_furthest_behind_comes_first(toy: Pack) -> None:
    assert table(toy)["behind"].is_monotonic_decreasing


@pytest.mark.parametrize("level", ["prefecture", "county"])
def test_a_count_moves_its_own_row_only(toy: Pack, tmp_path: Path, level: str) -> None:
    # More than any rule gives it: less would leave the others more of the province's figure.
    region, count = {"prefecture": (WEST, 61), "county": (COUNTIES[1], 261)}[level]
    before = table(toy, level)
    after = table(observed(toy, tmp_path, region, count), level)
    assert after.loc[region, ["built", "as_of"]].tolist() == [count, DAY]
    assert after.loc[region, "counted"]
    others = before.index.drop(region)
    pd.testing.assert_frame_equal(before.loc[others], after.loc[others])


def test_ahead_of_the_path_reached_and_past_due(toy: Pack, tmp_path: Path) -> None:
    assert table(observed(toy, tmp_path, WEST, 700.0)).loc[WEST, "status"] == "on_path"
    pack = observed(toy, tmp_path, WEST, 900.0)
    assert table(pack).loc[WEST, "status"] == "reached"
    late = table(pack, as_of="2026-06-30")
    assert late.loc[EAST, "status"] == "past_due"
    assert late["pace_needed"].isna().all()


def test_a_sum_of_figures_of_several_dates_is_not_judged_by_the_oldest(toy: Pack) -> None:
    row = table(toy, "province").loc[PROVINCE]
    # The province's own figure is of 2020; the newer one of the east is in the sum.
    assert row["as_of"] == "2020-12-31"
    assert row["path"] == pytest.approx(300 + 703 * PART)
    assert row["status"] == "uncertain"


def test_without_a_target_there_is_no_path(toy: Pack) -> None:
    found = progress_table(toy, "data_centres", as_of=DAY)
    assert found["path"].isna().all()
    assert set(found["status"]) == {"unknown"}


def test_villages_are_counted_from_their_table_not_by_hand(toy: Pack) -> None:
    with pytest.raises(InputError, match="not read from observations"):
        own_count(toy, "natural_villages", EAST, DAY, 1)


def test_the_export_has_the_shape_of_each_region(toy: Pack) -> None:
    found = progress_table(toy, "mobile_5g", as_of=DAY)
    bundle = progress_bundle(toy, found, None)
    shapes = toy.geo("regions").set_index(["level", "adcode"]).geometry
    for adcode, shape in zip(found["adcode"], bundle.geometry, strict=True):
        assert shape.equals(shapes[("prefecture", adcode)])

"""One scenario out of two that began as one: nothing that either changed is lost unseen."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from data.scenario.merging import differences, merged
from data.scenario.scenario import PlannedSite, Scenario


def site(lat: float) -> PlannedSite:
    return PlannedSite(lat=lat, lon=100)


BASE = Scenario(name="a", province="somewhere", targets={"x": 1, "y": 2}, sites=(site(1), site(2)))
MINE = BASE.model_copy(update={"targets": {"x": 9, "y": 2}, "sites": (site(1), site(2), site(3))})
THEIRS = BASE.model_copy(update={"targets": {"x": 1}, "sites": (site(2), site(4))})


def test_what_one_side_changed_is_taken_from_it() -> None:
    both = merged(BASE, MINE, THEIRS, prefer="mine")
    assert both == merged(BASE, MINE, THEIRS, prefer="theirs")
    assert both.targets == {"x": 9}
    assert both.sites == (site(2), site(4), site(3))


@pytest.mark.parametrize(("prefer", "value"), [("mine", 9), ("theirs", 5)])
def test_where_both_changed_the_planner_says_which(prefer: str, value: int) -> None:
    theirs = THEIRS.model_copy(update={"targets": {"x": 5, "y": 2}})
    assert merged(BASE, MINE, theirs, prefer=prefer).targets == {"x": value, "y": 2}


def test_differences_name_each_field_and_who_changed_it() -> None:
    theirs = THEIRS.model_copy(update={"targets": {"x": 5}})
    found = {item.field: item for item in differences(BASE, MINE, theirs)}
    assert found.keys() == {"targets.x", "targets.y", "sites"}
    one = found["targets.x"]
    assert (one.base, one.mine, one.theirs, one.both) == ("1", "9", "5", True)
    assert (found["targets.y"].theirs, found["targets.y"].both) == ("", False)
    assert (found["sites"].base, found["sites"].mine, found["sites"].theirs) == ("2", "3", "2")
    assert differences(BASE, MINE, MINE) == []


SCENARIOS = st.builds(
    Scenario,
    province=st.just("somewhere"),
    targets=st.dictionaries(st.sampled_from("xyz"), st.integers(0, 3)),
    five_g_counts_as_4g=st.booleans(),
    sites=st.lists(st.integers(0, 4), unique=True).map(lambda lats: tuple(map(site, lats))),
)


@given(base=SCENARIOS, mine=SCENARIOS, theirs=SCENARIOS)
def test_a_side_that_changed_nothing_loses_nothing(
    base: Scenario, mine: Scenario, theirs: Scenario
) -> None:
    assert merged(base, base, theirs, prefer="mine") == theirs
    only_mine = merged(base, mine, base, prefer="theirs")
    assert set(only_mine.sites) == set(mine.sites)
    assert only_mine.model_copy(update={"sites": ()}) == mine.model_copy(update={"sites": ()})
    whole = merged(base, mine, theirs, prefer="mine")
    assert set(whole.sites) >= set(mine.sites) & set(theirs.sites)

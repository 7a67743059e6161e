"""Own counts in the ledger: who gave them, what replaces what, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.observing import OwnCount, observe, region_code
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue
from data.workspace.effective import effective_pack
from geo.errors import InputError, UnknownNameError
from tests.toy import EAST, WEST


def count(region: str, value: float, /, **changed: object) -> OwnCount:
    given = {
        "region": region, "layer": "mobile_5g", "metric": "base_stations", "as_of": "2023-06-30",
        "value": value, "unit": "base_station",
    }  # fmt: skip
    return OwnCount(**(given | changed))


@pytest.fixture
def store(tmp_path: Path):
    with Catalogue(tmp_path) as found:
        yield found


def rows(toy: Pack, store: Catalogue):
    table = effective_pack(toy, store.folder).table("observations")
    return table[table["id"].str.startswith("own-")].set_index("adcode")


def test_a_count_carries_who_and_its_evidence(toy: Pack, store: Catalogue) -> None:
    given = [count("东州", 90), count(WEST, 300, evidence="measured")]
    record = observe(store, toy, given, who="Li")
    assert (record.who, record.evidence) == ("Li", "declared")
    assert rows(toy, store).loc[EAST, ["value", "kind", "note"]].tolist() == [90, "built", "Li"]
    kept = store.table("toy", "observations").set_index("adcode")["evidence"]
    assert kept.to_dict() == {EAST: "declared", WEST: "measured"}


def test_a_month_is_added_and_the_same_day_replaced(toy: Pack, store: Catalogue) -> None:
    observe(store, toy, [count(EAST, 90)])
    observe(store, toy, [count(EAST, 95), count(EAST, 99, as_of="2023-07-31")])
    assert sorted(rows(toy, store)["value"]) == [95, 99]
    assert len(effective_pack(toy, store.folder).table("observations")) == 3 + 2


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"as_of": "2024-01-31"}, "lies ahead"),
        ({"as_of": "June"}, "no date"),
        ({"value": float("nan")}, "no count"),
        ({"value": -1.0}, "no count"),
        ({"evidence": "hearsay"}, "unknown evidence"),
        ({"region": "北州"}, "unknown region"),
    ],
)
def test_what_is_no_count_is_refused_and_nothing_is_kept(
    toy: Pack, store: Catalogue, changed: dict[str, object], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        observe(store, toy, [count(EAST, 90), count(EAST, 90, **changed)])
    assert store.table("toy", "observations") is None


def test_a_region_is_known_by_code_and_names(toy: Pack) -> None:
    assert region_code(toy, "east prefecture") == region_code(toy, "东州") == EAST
    with pytest.raises(UnknownNameError, match="unknown region"):
        region_code(toy, "东")

"""The life of a site: what may follow what, and what an acceptance changes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data.ledger.site_lives import SiteMove, life_table, move
from data.ledger.villages import village_changes
from data.tables.common import Counts
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue
from data.workspace.effective import effective_pack
from geo.errors import InputError, UnknownNameError
from planning.gaps import gap_table
from tests import toy as made


@pytest.fixture
def store(tmp_path: Path):
    with Catalogue(tmp_path) as found:
        yield found


def import_villages(store: Catalogue) -> None:
    table = made.villages().assign(name="村", as_of="2023-01-31", source="own list")
    store.commit(
        province="toy", kind="natural_villages", table=table, file_name="a.csv",
        file_sha256="0", evidence="declared", as_of="2023-01-31", crs={},
        counts=Counts(len(table), len(table), 0, 0), choices={},
    )  # fmt: skip


def missing(pack: Pack) -> float:
    table = gap_table(pack, ["natural_villages"], level="province", as_of="2023-12-31")
    return float(table["gap"].iloc[0])


def test_what_is_accepted_is_measured_and_closes_the_gap(toy: Pack, store: Catalogue) -> None:
    import_villages(store)
    before = missing(effective_pack(toy, store.folder))
    move(store, toy, [SiteMove("s1", "proposed", "2023-02-01", "v03;v06", "4G")])
    move(store, toy, [SiteMove("s1", "operational", "2023-05-01")])
    assert missing(effective_pack(toy, store.folder)) == before
    move(store, toy, [SiteMove("s1", "accepted", "2023-06-30", rsrp_dbm=-92.0, result="passed")])
    pack = effective_pack(toy, store.folder)
    assert missing(pack) == before - 2
    rows = pack.table("natural_villages").set_index("village_id").loc[["v03", "v06", "v09"]]
    assert rows["has_4g"].tolist() == [True, True, False]
    assert rows["evidence"].tolist() == ["measured", "measured", "declared"]
    changes = village_changes(store, "toy").set_index(["village_id", "as_of"])
    step = changes.loc[("v03", "2023-06-30")]
    assert step[["before", "after", "evidence"]].tolist() == [False, True, "measured"]
    store.undo("toy", "site_lives")
    assert missing(effective_pack(toy, store.folder)) == before


@pytest.mark.parametrize(
    ("changed", "evidence", "served"),
    [({}, "declared", True), ({"result": "failed", "rsrp_dbm": -120.0}, "measured", False)],
)
def test_without_a_measurement_it_is_declared_and_a_failed_test_serves_nobody(
    toy: Pack, store: Catalogue, changed: dict[str, object], evidence: str, served: bool
) -> None:
    import_villages(store)
    move(store, toy, [SiteMove("s1", "accepted", "2023-06-30", "v03", "4G", **changed)])
    assert store.table("toy", "site_lives")["evidence"].tolist() == [evidence]
    rows = effective_pack(toy, store.folder).table("natural_villages").set_index("village_id")
    assert bool(rows.loc["v03", "has_4g"]) is served


def test_every_step_is_kept_with_its_date(toy: Pack, store: Catalogue) -> None:
    move(store, toy, [SiteMove("s1", "proposed", "2023-02-01"),
                      SiteMove("<b>=1", "proposed", "2023-02-01")])  # fmt: skip
    move(store, toy, [SiteMove("s1", "approved", "2023-03-01", photographs="a.jpg")])
    steps = life_table(store, "toy")
    assert steps[["site_id", "stage", "as_of"]].to_numpy().tolist() == [
        ["<b>=1", "proposed", "2023-02-01"],
        ["s1", "proposed", "2023-02-01"],
        ["s1", "approved", "2023-03-01"],
    ]


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (SiteMove("s1", "proposed", "2023-07-01"), "cannot go back"),
        (SiteMove("s1", "operational", "2023-01-01"), "before the last step"),
        (SiteMove("s1", "operational", "2024-07-01"), "lies ahead"),
        (SiteMove("s1", "built", "2023-07-01"), "unknown stage"),
        (SiteMove("s1", "accepted", "2023-07-01", "v99", "4G"), "no village v99"),
        (SiteMove(" ", "approved", "2023-07-01"), "names no site"),
    ],
)
def test_a_step_that_cannot_be_is_refused(
    toy: Pack, store: Catalogue, step: SiteMove, words: str
) -> None:
    move(store, toy, [SiteMove("s1", "approved", "2023-03-01")])
    with pytest.raises((InputError, UnknownNameError), match=words):
        move(store, toy, [step])
    assert len(store.history("toy", "site_lives")) == 1


def test_nothing_is_accepted_for_an_invented_village(
    tmp_path: Path, store: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGCUN_TODAY", "2023-12-31")
    invented: pd.DataFrame = made.villages().assign(evidence="illustrative")
    pack = made.write(tmp_path / "pack", natural_villages=invented)
    with pytest.raises(InputError, match="illustrative"):
        move(store, pack, [SiteMove("s1", "accepted", "2023-06-30", "v03", "4G")])

"""Accepted statements stand in the ledger at once, and only those."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from cli import cli
from data.planreader.acceptance import accept, contradictions, proposal_id
from data.planreader.context import Plan
from data.planreader.document import Document, described
from data.planreader.reading import read_text
from data.planreader.regions import region_names
from data.planreader.statement import PlanStatement
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue
from data.workspace.effective import overridden
from geo.errors import InputError, PlannerError
from planning.gaps import gap_table
from tests.toy import EAST, WEST

TEXT = "到2025年，全省新建5G基站903个，5G基站年均增长20%。"
MORE = "到2025年，全省4G基站达到1200个。"


def read(pack: Pack, words: str = TEXT) -> tuple[Document, list[PlanStatement]]:
    document = described(words, "ab" * 32, "plan.txt")
    return document, read_text(words, Plan(2021, 2025, "2021-06-30", pack.adcode))


def target(pack: Pack) -> float:
    rows = gap_table(pack, ["mobile_4g"], level="province", as_of="2024-01-01")
    return float(rows["target"].iloc[0])


def test_what_is_accepted_counts_at_once_and_can_be_undone(toy: Pack, tmp_path: Path) -> None:
    document, found = read(toy, MORE)
    before = target(toy)
    with Catalogue(tmp_path) as store:
        accept(store, toy, document, found[:1])
        changed = overridden(toy, store)
        row = changed.table("targets").set_index("id").loc[proposal_id(found[0], document)]
        assert (row["value"], row["quote"]) == (1200, found[0].quote)
        assert (before, target(changed)) == (1000, 1200)
        kept = json.loads((tmp_path / "plans" / f"{document.sha256}.json").read_text("utf-8"))
        assert kept["text"] == MORE
        store.undo(toy.name, "targets")
        assert target(overridden(toy, store)) == before


def test_a_prefecture_has_its_own_target_and_the_province_keeps_its_total(
    toy: Pack, tmp_path: Path
) -> None:
    names = region_names([(WEST, "西州市"), (EAST, "东州市")])
    words = "到2025年，西州市5G基站达到800个。2021年6月，东州市5G基站达到90个。"
    document = described(words, "cd" * 32, "plan.txt")
    found = read_text(words, Plan(2021, 2025, "2021-07-30", toy.adcode), names)
    assert [(said.region, said.kind) for said in found] == [(WEST, "target"), (EAST, "baseline")]

    def rows(pack: Pack) -> pd.DataFrame:
        made = gap_table(pack, ["mobile_5g"], level="prefecture", as_of="2024-01-01")
        return made[made["metric"] == "base_stations"].set_index("adcode")

    before = rows(toy)
    with Catalogue(tmp_path) as store:
        accept(store, toy, document, found)
        changed = rows(overridden(toy, store))
    assert changed["target"].sum() == before["target"].sum()
    assert before.loc[WEST, "target"] != 800
    assert changed.loc[WEST, "target"] == 800
    assert proposal_id(found[0], document) in changed.loc[WEST, "source_ids"]
    assert changed.loc[EAST, "built"] == 90


def test_a_second_plan_adds_to_the_first(toy: Pack, tmp_path: Path) -> None:
    document, found = read(toy)
    other, more = read(toy, MORE)
    with Catalogue(tmp_path) as store:
        accept(store, toy, document, found[:1])
        accept(store, toy, other, more)
        accept(store, toy, other, more)
        table = store.table(toy.name, "targets")
        assert table is not None
        assert sorted(table["value"]) == [903, 1200]


def test_what_the_ledger_says_otherwise_is_shown(toy: Pack) -> None:
    _, found = read(toy)
    rows = contradictions(found[0], toy.table("targets"))
    assert rows["value"].tolist() == [703]
    for agreed in ({"value": 703.0}, {"date": "2024-12-31"}, {"kind": "baseline"}):
        assert contradictions(replace(found[0], **agreed), toy.table("targets")).empty


@pytest.mark.parametrize(
    ("change", "words"),
    [({"basis": "growth"}, "rate of growth"), ({"date": None}, "no date"),
     ({"region": "110000"}, "another province"), ({"region": "990100"}, "single region"),
     ({"region": ""}, "no region"), ({"region": "990100+990200"}, "several regions"),
     ({"region": "990900", "basis": "cumulative"}, "990900")],
)  # fmt: skip
def test_what_cannot_be_a_row_says_why(
    toy: Pack, tmp_path: Path, change: dict[str, object], words: str
) -> None:
    document, found = read(toy)
    with Catalogue(tmp_path) as store, pytest.raises(PlannerError, match=words):
        accept(store, toy, document, [replace(found[0], **change)])
    with Catalogue(tmp_path) as store, pytest.raises(InputError, match="no statement"):
        accept(store, toy, document, [])


def test_the_command_proposes_and_accepts(toy_listed: Pack, tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text(f"“十四五”规划\n{TEXT}", encoding="utf-8")
    out, folder = tmp_path / "proposals.csv", tmp_path / "own"
    order = ["read-plan", str(path), "-p", toy_listed.name, "-w", str(folder)]
    made = CliRunner().invoke(cli, [*order, "--out", str(out)])
    assert made.exit_code == 0, made.output
    assert "903" in out.read_text("utf-8")
    assert not folder.exists()
    made = CliRunner().invoke(cli, [*order, "--accept", "all"])
    assert made.exit_code == 0, made.output
    with Catalogue(folder) as store:
        table = store.table(toy_listed.name, "targets")
    assert table is not None
    assert table["value"].tolist() == [903]
    made = CliRunner().invoke(cli, [*order, "--accept", "plan-0"])
    assert "plan-0" in str(made.exception)


def test_the_command_keeps_a_plan_of_another_province_apart(
    toy_listed: Pack, tmp_path: Path
) -> None:
    path, folder = tmp_path / "plan.txt", tmp_path / "own"
    path.write_text(f"贵州省“十四五”规划\n{TEXT}", encoding="utf-8")
    order = ["read-plan", str(path), "-p", toy_listed.name, "-w", str(folder), "--accept", "all"]
    made = CliRunner().invoke(cli, order)
    assert made.exit_code == 0, made.output
    assert "Guizhou" in made.stderr
    assert "0 accepted" in made.stderr
    with Catalogue(folder) as store:
        assert store.table(toy_listed.name, "targets") is None

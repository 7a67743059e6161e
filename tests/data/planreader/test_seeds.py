"""The five embedded plans: every row of the ledger that states a figure is proposed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data.planreader import Statement, read
from data.planreader.reading import set_aside
from data.tables.reader import Pack

SOURCES = Path(__file__).resolve().parents[3] / "data" / "sources"
#: The ledger counts cable in sheath km, the text says 千米 only.
UNITS = {"sheath km": "km"}
#: Not stated as a figure: read by a person.
BY_HAND = {"yn-fibre-av-2020-plan", "yn-intl-gateways-2020"}


def ledger() -> pd.DataFrame:
    return pd.concat(
        [Pack.load(name).table("targets") for name in ("yunnan", "gansu")], ignore_index=True
    )


def found() -> dict[str, list[Statement]]:
    return {path.name: read(path) for path in sorted(SOURCES.glob("*.txt"))}


FOUND = found()


def is_row(row: pd.Series, said: Statement) -> bool:
    return (
        said.layer == row["layer"] and said.metric == row["metric"]
        and said.value == pytest.approx(row["value"], rel=1e-12)
        and said.unit == UNITS.get(row["unit"], row["unit"])
        and said.qualifier == row["qualifier"] and said.basis == row["basis"]
        and said.date == str(row["as_of"])[:10] and said.kind == row["kind"]
        and said.region == str(row["province"])
    )  # fmt: skip


ROWS = [row for _, row in ledger().iterrows() if row["id"] not in BY_HAND]


@pytest.mark.parametrize("row", ROWS, ids=[str(row["id"]) for row in ROWS])
def test_a_row_of_the_ledger_is_proposed(row: pd.Series) -> None:
    assert any(is_row(row, said) for said in FOUND[row["source_file"]])


def test_what_is_proposed_is_in_the_ledger() -> None:
    rows = [row for _, row in ledger().iterrows()]
    wrong = [
        said for name, proposed in FOUND.items() for said in proposed
        if not any(row["source_file"] == name and is_row(row, said) for row in rows)
    ]  # fmt: skip
    assert len(wrong) <= sum(map(len, FOUND.values())) / 10, wrong


def test_a_quote_stands_in_the_text_letter_by_letter() -> None:
    for name, proposed in FOUND.items():
        text = (SOURCES / name).read_text(encoding="utf-8")
        for said in proposed:
            assert text[said.start : said.start + len(said.quote)] == said.quote


def test_a_figure_stands_where_it_is_said_to() -> None:
    name = "001_c2e68fe21cc5bc30.txt"
    text = (SOURCES / name).read_text(encoding="utf-8")
    figures = [text[slice(*said.figure)] for said in FOUND[name]]
    assert figures[-1] == "14万个"


def test_what_is_no_infrastructure_is_listed_apart() -> None:
    name = "001_c2e68fe21cc5bc30.txt"
    text = (SOURCES / name).read_text(encoding="utf-8")
    apart = [words for _, words in set_aside(text, FOUND[name])]
    assert any("4000亿元" in words for words in apart)
    assert not any("14万个" in words for words in apart)

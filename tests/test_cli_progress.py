"""The terminal door on progress: counts by hand and from a file, who is behind."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data.tables.reader import Pack
from tests.terminal import run_here
from tests.toy import EAST, WEST


@pytest.fixture
def order(toy_listed: Pack, tmp_path: Path) -> list[str]:
    return ["-p", toy_listed.name, "-l", "mobile_5g", "-w", str(tmp_path / "mine")]


def test_a_count_by_hand_is_in_the_progress(order: list[str], tmp_path: Path) -> None:
    by_hand = ["--region", "西州", "--date", "2023-06-30", "--value", "700", "--who", "Li"]
    assert "joined the ledger: 1 (Li" in run_here("observe", *order, *by_hand).stderr
    out = tmp_path / "progress.csv"
    run_here("progress", *order, "--out", out)
    table = pd.read_csv(out, dtype={"adcode": str}).set_index("adcode")
    assert table.loc[WEST, ["built", "counted"]].tolist() == [700, True]
    assert "behind" in run_here("progress", *order).stdout


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_counts_are_read_from_a_file(order: list[str], tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"counts{suffix}"
    rows = pd.DataFrame(
        {"region": ["西州", EAST], "date": "2023-06-30", "value": ["1,200", "95"],
         "evidence": ["measured", None]}
    )  # fmt: skip
    if suffix == ".csv":
        rows.to_csv(file, index=False)
    else:
        rows.to_excel(file, index=False)
    assert "joined the ledger: 2 (" in run_here("observe", file, *order).stderr


def test_what_is_wrong_with_a_file_is_one_line(order: list[str], tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    file.write_text("region,date,value\n西州,2023-06-30,many\n", encoding="utf-8")
    assert "counts.csv 2: 'many' is no number" in run_here("observe", file, *order, code=2).stderr
    file.write_text("region,when\n西州,2023\n", encoding="utf-8")
    assert "lacks the columns date, value" in run_here("observe", file, *order, code=2).stderr
    assert "either a file or one --value" in run_here("observe", *order, code=2).stderr

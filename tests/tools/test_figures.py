"""docs/figures.md is what the code gives today."""

from __future__ import annotations

import pandas as pd
import pytest

from data.tables.reader import Pack
from planning.gaps import gap_table
from tools import figures


def test_the_file_is_what_the_code_gives() -> None:
    """Where it is not, look at the difference and run ``python -m tools.figures``."""
    assert figures.FILE.read_text(encoding="utf-8").splitlines() == figures.document().splitlines()


def test_a_figure_that_moves_changes_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    def moved(pack: Pack, **fields: str) -> pd.DataFrame:
        table = gap_table(pack, **fields)
        return table.assign(gap=table["gap"] + 1)

    written = set(figures.FILE.read_text(encoding="utf-8").splitlines())
    monkeypatch.setattr(figures, "DATES", figures.DATES[3:4])
    monkeypatch.setattr(figures, "pack_names", lambda: ("yunnan",))
    assert set(figures.document().splitlines()) <= written
    monkeypatch.setattr(figures, "gap_table", moved)
    assert not set(figures.document().splitlines()) <= written

"""A promise that is not kept must show."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import report
from bench.measure import Figure, in_turn


@pytest.mark.parametrize(
    ("runs_s", "limit_s", "ratio_limit", "holds"),
    [
        ((0.9, 1.0, 9.0), 1.0, None, True),
        ((1.1, 1.2, 0.1), 1.0, None, False),
        ((1.0,), None, 0.5, True),
        ((1.0,), None, 0.49, False),
        ((1.0,), 2.0, 0.49, False),
        ((1.0,), None, None, None),
    ],
)
def test_a_figure_holds_by_its_median_and_its_ratio(
    runs_s: tuple[float, ...], limit_s: float | None, ratio_limit: float | None, holds: bool | None
) -> None:
    figure = Figure("it", runs_s, limit_s, "other", (2.0,) * len(runs_s), ratio_limit)
    assert figure.holds is holds


def test_the_table_says_what_does_not_hold() -> None:
    page = report.text([Figure("it", (1.5, 1.0, 2.0), 0.5), Figure("fine", (0.1,), 0.5)])
    assert "| it | 1.50 s (1.00 s–2.00 s) | 3 | — | — | ≤ 500 ms | **no** |" in page
    assert "| fine | 100 ms (100 ms–100 ms) | 1 | — | — | ≤ 500 ms | yes |" in page


def test_candidates_take_turns_after_a_warm_up() -> None:
    calls: list[str] = []
    times = in_turn({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, runs=2)
    assert calls == ["a", "b"] * 3
    assert {name: len(found) for name, found in times.items()} == {"a": 2, "b": 2}


def test_the_page_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    report.write("old", path)
    report.write("new", path)
    assert path.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [path]

"""Figures as words: unknown is a dash."""

from __future__ import annotations

from ui.shell.i18n import interval, number

NAN = float("nan")


def test_unknown_is_a_dash_and_never_zero() -> None:
    assert number(NAN) == number(None) == interval(NAN, NAN) == "—"
    assert (number(0), number(1_234_567.0)) == ("0", "1,234,567")
    assert (interval(NAN, 8), interval(1, NAN), interval(1, 2)) == ("≤ 8", "≥ 1", "1 – 2")

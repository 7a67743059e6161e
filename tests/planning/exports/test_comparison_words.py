"""Figures of a comparison as they are read: units of money, signs of differences, unknown ones."""

from __future__ import annotations

import pytest

from planning.exports.comparison.words import figure_text
from planning.exports.report.reader import Reader


@pytest.mark.parametrize(
    ("figure", "unit", "value", "signed", "shown"),
    [
        ("sites", "site", 4.0, True, "+4"),
        ("sites", "site", -4.0, True, "\u22124"),
        ("sites", "site", 0.0, True, "0"),
        ("build", "CNY", 2_810_000.0, False, "281"),
        ("build", "CNY", -0.4, True, "0"),
        ("first_year", "calendar_year", 2027.0, False, "2027"),
        ("fibre", "km", 22.34, True, "+22.3"),
        ("operation", "CNY", float("nan"), True, Reader("en").text("report.unknown")),
    ],
)
def test_a_figure_has_its_unit_its_sign_or_is_unknown(
    figure: str, unit: str, value: float, signed: bool, shown: str
) -> None:
    row = {"figure": figure, "unit": unit, "layer": "", "metric": ""}
    assert figure_text(row, value, Reader("en"), signed=signed) == shown

"""Figures of a comparison as they are read: units of money, signs of differences, unknown ones."""

from __future__ import annotations

import pytest

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from planning.comparison.figures import Area, figures_without_plan
from planning.exports.comparison.words import figure_text, scenario_text
from planning.exports.report.reader import Reader, records


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


def test_a_gap_keeps_the_word_of_how_exact_it_is() -> None:
    pack = Pack.load("yunnan")
    table = figures_without_plan(
        pack, Scenario(province="yunnan", as_of="2026-11-30"), Area("province", pack.adcode)
    )
    table["a"], table["a_qualifier"] = table["value"], table["qualifier"]
    shown = {row["layer"]: scenario_text(row, "a", Reader("zh"))
             for row in records(table[table["figure"] == "gap"])}  # fmt: skip
    assert shown["mobile_5g"] == "约56,741"
    assert shown["fibre"] == "0"

"""Budgets of the presets: the published radii come out, every line has its words and its source."""

from __future__ import annotations

import csv
import dataclasses
import math
from pathlib import Path

import pytest

import data.scenario.link_presets as module
from data.scenario.link_presets import (
    PLACES,
    BudgetRequirement,
    budget_keys,
    budget_table,
    derived_radius_m,
    link_budget,
)
from data.scenario.presets import presets
from geo.errors import DataError, InputError, RangeError, UnknownNameError
from geo.evidence import EVIDENCE_CLASSES
from geo.radio.entry_loss import building_entry_loss_dB
from geo.radio.link_budget import LinkBudget


def formula_loss_dB(metres: float, frequency: float) -> float:
    """Return TR 38.901 rural macro NLOS with h 5, W 20, 35 and 1.5 m, written out once more."""
    height = 43.42 - 3.1 * math.log10(35)
    return (
        161.04 - 7.1 * math.log10(20) + 7.5 * math.log10(5)
        - (24.37 - 3.7 * (5 / 35) ** 2) * math.log10(35)
        + height * (math.log10(metres) - 3) + 20 * math.log10(frequency)
        - (3.2 * math.log10(11.75 * 1.5) ** 2 - 4.97)
    )  # fmt: skip


@pytest.mark.parametrize("key", budget_keys())
@pytest.mark.parametrize(("limit", "column"), [(-105, "radius_m"), (-110, "radius_weak_m")])
def test_every_stated_radius_follows_from_its_lines(key: str, limit: int, column: str) -> None:
    """From the table's own signed lines and the formula, without the code that derives radii."""
    stated = getattr(presets()[key], column)
    lines = budget_table(key, BudgetRequirement(limit))
    signed = lines[(lines["sign"] != 0) & ~lines["is_sum"]]
    allowed = float((signed["sign"] * signed["value"]).sum())
    frequency = lines.set_index("key").loc["frequency_GHz", "value"]
    if stated == 5_000:
        assert formula_loss_dB(stated, frequency) <= allowed
    else:
        assert (
            formula_loss_dB(stated - 50, frequency)
            <= allowed
            <= formula_loss_dB(stated + 50, frequency)
        )


def test_the_radii_of_field_guides_come_out_but_for_700_mhz() -> None:
    """field/domain.md, section 6 [km]; its 2.6 km at 700 MHz rest on 40 W, units have 4 × 60 W."""
    wanted = {"4g_1800": 1.9, "5g_2600": 2.2, "5g_3500": 1.9, "5g_700": 4.2}
    assert {key: round(derived_radius_m(key) / 1000, 1) for key in wanted} == wanted


def test_700_mhz_has_the_power_of_its_equipment_and_no_gain_is_fitted_to_a_radius() -> None:
    lines = budget_table("5g_700").set_index("key")
    assert 10 ** (lines.loc["tx_power_dBm", "value"] / 10) / 1000 == pytest.approx(4 * 60, rel=0.01)
    assert lines.loc["eirp_per_re_dBm", "value"] == pytest.approx(35.5, abs=0.05)
    for key in budget_keys():
        words = budget_table(key)[["source_zh", "source_en"]].to_numpy().ravel()
        assert not [text for text in words if "published radius" in text or "公布值" in text]


def test_the_uplink_is_said_to_be_missing() -> None:
    row = budget_table("5g_700").iloc[-1]
    assert (row["key"], row["sign"], row["is_sum"]) == ("uplink", 0, False)
    assert math.isnan(row["value"])
    assert "not computed" in row["title_en"]
    assert "未计算" in row["title_zh"]


def test_every_radio_preset_has_a_budget_at_its_frequency() -> None:
    assert set(presets()) - set(budget_keys()) == {"4g_rule_a"}
    with (Path(module.__file__).parent / "presets.csv").open(encoding="utf-8") as stream:
        stated = {row["key"]: row["frequency_mhz"] for row in csv.DictReader(stream)}
    for key in budget_keys():
        assert link_budget(key).frequency_GHz == pytest.approx(float(stated[key]) / 1000)


def test_those_radii_are_medians_and_a_margin_shrinks_them() -> None:
    """At 90 % at the edge (1.28 · 8 dB) a 700 MHz cell reaches 2.3 km instead of 4.2."""
    assert derived_radius_m("5g_700", BudgetRequirement(-105, 0.9)) == pytest.approx(2_272, abs=5)


def test_line_of_sight_reaches_several_times_as_far() -> None:
    ratio = derived_radius_m("4g_2100", sight="los") / derived_radius_m("4g_2100")
    assert 3.5 < ratio < 7
    with pytest.raises(RangeError, match="more than 10,000 m"):
        derived_radius_m("5g_3500", sight="los")


@pytest.mark.parametrize("key", budget_keys())
@pytest.mark.parametrize("place", PLACES)
def test_every_line_has_words_source_and_evidence(key: str, place: str) -> None:
    table = budget_table(key, BudgetRequirement(-110, 0.9, place))
    texts = table[["title_zh", "title_en", "source_zh", "source_en"]]
    assert (texts != "").all().all()
    assert set(table["evidence"]) <= set(EVIDENCE_CLASSES)
    assert table.loc[table["key"] == "max_path_loss_dB", "evidence"].item() == "assumed"
    inputs = {field.name for field in dataclasses.fields(LinkBudget)}
    assert inputs <= set(table["key"])
    assert table["key"].is_unique
    running = 0.0
    for row in table.itertuples():
        if row.is_sum:
            assert row.value == pytest.approx(running, abs=1e-9)
        elif row.sign:
            running += float(row.sign * row.value)


def test_places_add_their_losses_and_no_other() -> None:
    out, hand, car, indoors = (
        link_budget("5g_700", BudgetRequirement(place=place)) for place in PLACES
    )
    assert out.other_losses_dB == 0
    assert hand.other_losses_dB == 4
    assert car.other_losses_dB == 13
    assert indoors.other_losses_dB == pytest.approx(4 + building_entry_loss_dB(0.7))
    assert indoors.vehicle_loss_dB == 0


def test_what_has_no_budget() -> None:
    with pytest.raises(InputError, match="counting rule"):
        link_budget("4g_rule_a")
    with pytest.raises(UnknownNameError, match="did you mean '5g_700'"):
        link_budget("5g_70")
    with pytest.raises(UnknownNameError, match="place"):
        BudgetRequirement(place="moon")
    with pytest.raises(UnknownNameError, match="preset"):
        link_budget("*")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda text: text.replace("5g_700,tx_power_dBm,53.8", "5g_700,tx_power_dBm,x"), "'x'"),
        (
            lambda text: text.replace("5g_700,tx_power_dBm", "5g_700,tx_power"),
            "misses tx_power_dBm",
        ),
        (lambda text: text.replace("reported", "hearsay", 1), "row 2.*evidence"),
        (lambda text: text.replace("value", "worth", 1), "columns .*value"),
        (lambda text: text.replace("4g_800,freq", '"4g_800,freq', 1), "cannot be read"),
    ],
)
def test_a_broken_table_is_named(change, named, tmp_path, monkeypatch) -> None:
    text = module._VALUES.read_text(encoding="utf-8")
    assert change(text) != text
    broken = tmp_path / "link_presets.csv"
    broken.write_text(change(text), encoding="utf-8")
    monkeypatch.setattr(module, "_VALUES", broken)
    module._values.cache_clear()
    try:
        with pytest.raises(DataError, match=named):
            budget_keys()
    finally:
        module._values.cache_clear()

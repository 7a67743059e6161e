"""Budgets of the presets: the published radii come out, every line has its words and its source."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import pytest

import data.scenario.link_presets as module
from data.scenario.link_presets import (
    PLACES,
    BudgetWish,
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


# field/domain.md, section 6: radii at −105 / −110 dBm, TR 38.901 rural macro NLOS [km].
@pytest.mark.parametrize(
    ("key", "strong_km", "weak_km"),
    [("5g_700", 2.6, 3.5), ("4g_1800", 1.9, 2.5), ("5g_2600", 2.2, 2.9), ("5g_3500", 1.9, 2.6)],
)
def test_the_published_radii_come_out(key: str, strong_km: float, weak_km: float) -> None:
    got = [derived_radius_m(key, BudgetWish(limit)) / 1000 for limit in (-105, -110)]
    assert [round(km, 1) for km in got] == [strong_km, weak_km]


@pytest.mark.parametrize("key", budget_keys())
def test_the_stated_radii_are_the_derived_ones(key: str) -> None:
    item = presets()[key]
    got = [derived_radius_m(key, BudgetWish(limit)) for limit in (-105, -110)]
    assert [round(m, -2) for m in got] == [item.radius_m, item.radius_weak_m]


def test_every_radio_preset_has_a_budget_at_its_frequency() -> None:
    assert set(presets()) - set(budget_keys()) == {"4g_rule_a"}
    with (Path(module.__file__).parent / "presets.csv").open(encoding="utf-8") as stream:
        stated = {row["key"]: row["frequency_mhz"] for row in csv.DictReader(stream)}
    for key in budget_keys():
        assert link_budget(key).frequency_GHz == pytest.approx(float(stated[key]) / 1000)


def test_those_radii_are_medians_and_a_margin_shrinks_them() -> None:
    """At 90 % at the edge (1.28 · 8 dB) a 700 MHz cell reaches 1.4 km instead of 2.6."""
    assert derived_radius_m("5g_700", BudgetWish(-105, 0.9)) == pytest.approx(1_428, abs=5)


def test_line_of_sight_reaches_several_times_as_far() -> None:
    ratio = derived_radius_m("5g_700", sight="los") / derived_radius_m("5g_700")
    assert 3.5 < ratio < 7
    with pytest.raises(RangeError, match="more than 10,000 m"):
        derived_radius_m("5g_3500", sight="los")


@pytest.mark.parametrize("key", budget_keys())
@pytest.mark.parametrize("place", PLACES)
def test_every_line_has_words_source_and_evidence(key: str, place: str) -> None:
    table = budget_table(key, BudgetWish(-110, 0.9, place))
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
        else:
            running += float(row.sign * row.value)


def test_places_add_their_losses_and_no_other() -> None:
    out, hand, car, room = (link_budget("5g_700", BudgetWish(place=place)) for place in PLACES)
    assert out.other_losses_dB == 0
    assert hand.other_losses_dB == 4
    assert car.other_losses_dB == 13
    assert room.other_losses_dB == pytest.approx(4 + building_entry_loss_dB(0.7))
    assert room.vehicle_loss_dB == 0


def test_what_has_no_budget() -> None:
    with pytest.raises(InputError, match="counting rule"):
        link_budget("4g_rule_a")
    with pytest.raises(UnknownNameError, match="did you mean '5g_700'"):
        link_budget("5g_70")
    with pytest.raises(UnknownNameError, match="place"):
        BudgetWish(place="moon")
    with pytest.raises(UnknownNameError, match="preset"):
        link_budget("*")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda text: text.replace("5g_700,tx_power_dBm,46", "5g_700,tx_power_dBm,x"), "'x'"),
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

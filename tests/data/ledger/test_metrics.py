"""One vocabulary of what the ledger counts: every row, every layer, every language."""

from __future__ import annotations

import pandas as pd
import pytest

from data.ledger.documents import NO_TEXT
from data.ledger.metrics import (
    CODE_COLUMNS,
    LEDGER_METRICS,
    in_language,
    in_words,
    keyed,
    metric_title,
    titles,
)
from data.ledger.statements import Ledger
from data.tables.reader import Pack, pack_names
from data.wording.catalogue import LANGUAGES
from layers.registry import gap_layers, layers


@pytest.mark.parametrize("name", pack_names())
@pytest.mark.parametrize("table", ["targets", "observations"])
def test_every_row_has_a_metric_of_the_vocabulary(name: str, table: str) -> None:
    rows = Pack.load(name).table(table)
    pairs = set(zip(rows["layer"], rows["metric"], strict=True))
    assert not {(one, metric) for one, metric in pairs if metric not in LEDGER_METRICS[one]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_metric_has_a_title(language: str) -> None:
    for one, keys in LEDGER_METRICS.items():
        assert not [key for key in keys if metric_title(one, key, language) == key]
    assert metric_title("fibre", "of_my_own", language) == "of_my_own"


def test_layers_read_only_metrics_of_the_vocabulary() -> None:
    for item in gap_layers():
        for metric in item.metrics:
            keys = metric.ledger
            known = LEDGER_METRICS[keys.layer or item.key]
            assert set(keys.all) <= set(known)


@pytest.mark.parametrize("name", pack_names())
@pytest.mark.parametrize("table", ["targets", "observations", "policy_zones", "unit_costs"])
def test_no_code_is_shown_in_the_place_of_words(name: str, table: str) -> None:
    """Symbols of units are the same in every language; every other code has Chinese words."""
    rows = Pack.load(name).table(table)
    shown = in_words(rows, "zh")
    for column in set(CODE_COLUMNS) & set(rows.columns):
        layer_keys = {item.key for item in layers()}
        codes = set(rows.loc[shown[column] == rows[column], column])
        assert codes <= {"Mbit/s", "Tbit/s", "km", *layer_keys}, column
    assert in_words(rows.head(0), "zh").empty


def test_remarks_are_read_in_the_reader_s_language() -> None:
    rows = pd.DataFrame(
        {"note": ["a plan", None], "note_zh": ["规划数", None], "quote": [NO_TEXT, "原文"]}
    )
    zh, en = in_language(rows, "zh"), in_language(rows, "en")
    assert zh["note"].fillna("").tolist() == ["规划数", ""]
    assert en["note"].fillna("").tolist() == ["a plan", ""]
    assert zh["quote"].tolist() == ["手头无原文", "原文"]
    assert list(zh) == list(en) == ["note", "quote"]


def test_an_english_title_is_read_as_its_key() -> None:
    rows = pd.DataFrame(
        {"layer": ["mobile_5g", "mobile_4g", "mobile_4g"],
         "metric": ["5G base stations", "base_stations", "5G base stations"]}
    )  # fmt: skip
    assert keyed(rows)["metric"].tolist() == ["base_stations", "base_stations", "5G base stations"]
    assert titles(keyed(rows).head(2), "en") == ["5G base stations", "4G base stations"]


def test_the_same_key_of_two_layers_is_kept_apart() -> None:
    ledger = Ledger.of(Pack.load("yunnan"))
    built = {
        one: ledger.of_layer(one).built(("base_stations",), "2020-12-31")
        for one in ("mobile_5g", "mobile_4g")
    }
    assert {one: found and found.value for one, found in built.items()} == {
        "mobile_5g": 19_000, "mobile_4g": 215_000,
    }  # fmt: skip

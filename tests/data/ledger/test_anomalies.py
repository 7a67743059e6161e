"""Findings on the sources of the embedded packs: known ones, in every language."""

from __future__ import annotations

import pytest

from data.ledger.anomalies import ANOMALY_COLUMNS, anomalies, anomaly_table
from data.tables.reader import Pack, pack_names
from data.wording.catalogue import LANGUAGES

YUNNAN = Pack.load("yunnan")


@pytest.mark.parametrize("province", pack_names())
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_is_a_sentence_in_every_language(province: str, language: str) -> None:
    found = anomalies(Pack.load(province))
    assert found
    assert all(item.finding.text(language).strip() for item in found)


def test_villages_of_two_kinds_are_no_contradiction() -> None:
    (found,) = (item for item in anomalies(YUNNAN) if item.rule == "units_differ")
    assert (found.severity, found.layer) == ("note", "natural_villages")
    assert "natural villages" in found.finding.text("en")
    assert "自然村" in found.finding.text("zh")


def test_a_finding_names_the_metric_in_its_own_language() -> None:
    found = [item.finding for item in anomalies(YUNNAN) if item.rule == "approximate"]
    assert found[-1].text("en").startswith("4G base stations ")
    assert found[-1].text("zh").startswith("“4G基站")


def test_exports_hold_chinese_and_english() -> None:
    table = anomaly_table(YUNNAN)
    assert tuple(table.columns) == ANOMALY_COLUMNS
    assert table[["text_zh", "text_en"]].notna().all(axis=None)

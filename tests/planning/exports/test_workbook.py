"""The gap list for people: the figures of the table, totals, sources by title, no codes."""

from __future__ import annotations

import pandas as pd
import pytest

from data.export.bundle import WordedNumber
from data.ledger import documents as ledger_documents
from data.ledger.documents import documents
from data.tables.reader import Pack
from planning.exports.gaps import gap_bundle
from planning.gaps import gap_table


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sheet_per_layer_has_the_figures_of_the_table(toy: Pack, language: str) -> None:
    table = gap_table(toy, level="county")
    sheets = gap_bundle(toy, table, language=language).reading
    prefectures = toy.regions("prefecture")[f"name_{language}"]
    assert len(sheets) == table["layer"].nunique() + 1
    for sheet, (_, rows) in zip(sheets, table.groupby("layer", sort=False), strict=False):
        assert [row[1] for row in sheet.rows] == rows[f"name_{language}"].tolist()
        assert {row[0] for row in sheet.rows} == set(prefectures)
        known = rows["gap"].notna().to_numpy()
        shown = [getattr(row[5], "value", row[5]) for row in sheet.rows]
        unknown = "未知" if language == "zh" else "unknown"
        expected = [v if k else unknown for v, k in zip(rows["gap"], known, strict=True)]
        assert shown == expected


def test_the_total_is_the_sum_and_unknown_where_a_row_is(toy: Pack) -> None:
    table = gap_table(toy, ["mobile_5g", "data_centres"], level="county")
    five_g, racks, _ = gap_bundle(toy, table, language="zh").reading
    rows = table[table["layer"] == "mobile_5g"]
    sums = rows[["target", "built", "planned", "gap"]].sum().tolist()
    assert five_g.total[:6] == ("合计", "", *sums)
    assert racks.total[5] == "未知"


@pytest.mark.parametrize(("language", "word"), [("zh", "超"), ("en", "more than ")])
def test_a_rough_number_is_a_number_with_its_word(toy: Pack, language: str, word: str) -> None:
    table = gap_table(toy, ["data_centres"])
    sheet = gap_bundle(toy, table, language=language).reading[0]
    signs = [cell.word for row in (*sheet.rows, sheet.total) for cell in row
             if isinstance(cell, WordedNumber)]  # fmt: skip
    assert (table["built_qualifier"] == "more than").all()
    assert signs == [word] * (len(table) + 1)


def test_levels_in_one_list_have_no_total(toy: Pack) -> None:
    levels = [gap_table(toy, ["mobile_5g"], level=level) for level in ("prefecture", "county")]
    sheet = gap_bundle(toy, pd.concat(levels, ignore_index=True), language="zh").reading[0]
    assert sheet.total == ()
    assert {len(row) for row in sheet.rows} == {len(sheet.head)}


def test_no_code_is_in_a_sheet_for_people(toy: Pack) -> None:
    table = gap_table(toy)
    cells = [
        str(cell)
        for sheet in gap_bundle(toy, table, language="zh").reading
        for row in (sheet.head, *sheet.rows)
        for cell in row
    ]
    codes = {*table["adcode"], *table["layer"], *table["evidence"]}
    assert codes & set(cells) <= {""}


def test_a_document_is_named_by_its_title(toy: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    known = next(document for document in documents().values() if document.number)
    name = f"{known.title} · {known.number} · {known.issuer} · {known.date}"
    monkeypatch.setattr(ledger_documents, "documents", lambda: {"toy.txt": known})
    assert ledger_documents.cited("toy.txt") == name
    assert ledger_documents.cited("another source") == "another source"
    first = gap_bundle(toy, gap_table(toy), language="zh").reading[0]
    assert any(name in line for line in first.lines)
    assert "toy.txt" not in " ".join(first.lines)
    assert ".parquet" not in " ".join(first.lines)


def test_without_a_language_there_are_none(toy: Pack) -> None:
    assert gap_bundle(toy, gap_table(toy)).reading == ()

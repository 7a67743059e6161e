"""Method, sources and illustrative content of the report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from data.export.report.document import Block, Heading, Paragraph, ReportTable
from data.ledger.documents import cited
from data.ledger.metrics import in_language, licences_in
from data.tables.pack import TABLES
from geo.evidence import EVIDENCE_CLASSES
from planning.exports.report.reader import Reader, Row, is_known, records
from planning.exports.source_rows import TABLE_KINDS

#: Qualifier of the ledger → sign before a figure.
_SIGNS = {"~": "\u2248 ", ">=": "\u2265 ", "<=": "\u2264 ", ">": "> ", "<": "< "}


def method_chapter(table: pd.DataFrame, reader: Reader, *, follows: bool) -> list[Block]:
    """Return how the figures are computed: gap, evidence classes, allocation rules.

    Parameters
    ----------
    table
        Rows of the gap table that the report shows.
    reader
        Words in the reader's language.
    follows
        Whether it goes on below what is before it.

    Returns
    -------
    blocks
        Heading and paragraphs.
    """
    t = reader.text
    blocks: list[Block] = [Heading(t("report.chapter_method"), 1, follows)]
    blocks += [Paragraph(_plain(t(key))) for key in ("method.gap", "method.rules")]
    blocks.append(Heading(t("report.evidence_classes"), 2))
    blocks += [
        Paragraph(t("report.defined", word=reader.evidence(word),
                    about=t(f"evidence_about.{word}")), "item")
        for word in EVIDENCE_CLASSES
    ]  # fmt: skip
    rules = sorted(set(table["rule"]) - {""})
    blocks.append(Heading(t("report.rules"), 2))
    for rule in rules:
        name, used = _rule(rule, reader), _layers(table, rule, reader)
        blocks.append(Paragraph(t("report.rule_of", layers=used, rule=name), "item"))
    blocks.append(Paragraph(_plain(t("method.distance"))))
    return blocks


def source_chapter(sources: pd.DataFrame, source_ids: Iterable[str], reader: Reader) -> list[Block]:
    """Return every source of the report: statements with their quotes, then tables and credits.

    Parameters
    ----------
    sources
        The table of sources.
    source_ids
        Ids that the figures name, several joined by ``;``.
    reader
        Words in the reader's language.

    Returns
    -------
    blocks
        Heading and tables.
    """
    t = reader.text
    wanted = {"pack:regions", *(part for text in source_ids for part in str(text).split(";"))}
    rows = in_language(sources[sources["id"].isin(wanted)], reader.language)
    stated, built_in = rows[~rows["kind"].isin(TABLE_KINDS)], rows[rows["kind"].isin(TABLE_KINDS)]
    metric = "metric_zh" if reader.names == "name_zh" else "metric"
    head = (t("report.what"), t("report.date"), t("report.value"), t("report.quote_head"),
            t("report.source"))  # fmt: skip
    lines = tuple(
        (_text(row[metric]), _text(row["as_of"]), _value(row, reader), reader.quote(row["quote"]),
         cited(_text(row["source"]), _text(row["link"])))
        for row in records(stated)
    )  # fmt: skip
    blocks: list[Block] = [
        Heading(t("report.chapter_sources"), 1, follows=True),
        ReportTable(t("report.statements"), head, lines, frozenset({2}), (2, 1.2, 1.7, 3.4, 3.4)),
        Heading(t("report.tables"), 2),
    ]
    for row in records(built_in):
        title = _title(_text(row["metric"]), reader)
        blocks.append(Paragraph(t(
            "report.table_source", table=title, date=_text(row["as_of"]),
            licence=licences_in(_text(row["licence"]), reader.language),
            credit=_text(row["note"]),
        ), "item"))  # fmt: skip
    return blocks


def illustrative_chapter(names: Iterable[str], reader: Reader) -> list[Block]:
    """Return what of the report is illustrative.

    Parameters
    ----------
    names
        Parts of the report with illustrative rows, in words.
    reader
        Words in the reader's language.

    Returns
    -------
    blocks
        Heading and paragraphs.
    """
    t = reader.text
    parts = list(dict.fromkeys(names))
    blocks: list[Block] = [Heading(t("report.chapter_illustrative"), 1, follows=True)]
    if not parts:
        return [*blocks, Paragraph(t("report.nothing_illustrative"))]
    blocks += [Paragraph(t("stamp.illustrative"), "warning"),
               Paragraph(_plain(t("method.illustrative")))]  # fmt: skip
    return blocks + [Paragraph(part, "item") for part in parts]


def _title(table: str, reader: Reader) -> str:
    return TABLES[table].title(reader.language) if table in TABLES else table


def _layers(table: pd.DataFrame, rule: str, reader: Reader) -> str:
    rows = table[table["rule"] == rule].drop_duplicates(["layer", "metric"])
    return reader.text("list.comma").join(reader.heading(row) for row in records(rows))


def _rule(rule: str, reader: Reader) -> str:
    return reader.text(f"rule.{rule.replace(' ', '_')}")


def _value(row: Row, reader: Reader) -> str:
    if not is_known(row["value"]):
        return ""
    sign, unit, value = _SIGNS.get(_text(row["qualifier"]), ""), _text(row["unit"]), row["value"]
    if unit == "share" or unit.startswith("share "):
        words, plain = reader.cost_unit(unit), reader.cost_unit("share")
        after = f" {words}" if unit.startswith("share of ") else words.removeprefix(plain)
        return f"{sign}{100 * float(value):,.6g}%{after}"
    return f"{sign}{float(value):,.6g} {reader.cost_unit(unit)}".strip()


def _text(value: Any) -> str:
    return str(value) if is_known(value) else ""


def _plain(sentence: str) -> str:
    """Return a sentence of a page without its marks of emphasis."""
    return sentence.replace("**", "")

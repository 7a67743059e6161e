"""Contradictions and anomalies in the sources: listed for the reader, never averaged away.

Each rule is one function over the ledger; it reports, it changes nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from data.ledger.metrics import MetricTitle, metric_title
from data.ledger.statements import Ledger, Row
from data.tables.reader import Pack
from data.wording.catalogue import Message

#: Unicode category of private-use characters.
_PRIVATE_USE = "Co"


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One finding.

    Attributes
    ----------
    rule
        Key of the rule that found it.
    layer
        Layer of the ledger row.
    severity
        ``note`` (units, scopes or dates differ: read with care) or ``contradiction`` (both figures
        cannot hold).
    finding
        What was found, in words for the reader.
    source_ids
        Ids of the ledger rows, separated by semicolons.
    """

    rule: str
    layer: str
    severity: str
    finding: Message
    source_ids: str


ANOMALY_COLUMNS = ("rule", "layer", "severity", "text_zh", "text_en", "source_ids")


def anomalies(pack: Pack) -> list[Anomaly]:
    """Find contradictions and anomalies in the ledger of a pack.

    Parameters
    ----------
    pack
        The pack; not changed.

    Returns
    -------
    anomalies
        Findings, grouped by rule.
    """
    ledger = Ledger.of(pack)
    return [item for rule in _RULES for item in rule(ledger)]


def anomaly_table(pack: Pack) -> pd.DataFrame:
    """Return the findings of :func:`anomalies` as a table for exports.

    Parameters
    ----------
    pack
        The pack; not changed.

    Returns
    -------
    table
        One row per finding with :data:`ANOMALY_COLUMNS`, the text in Chinese and English.
    """
    rows = [
        (item.rule, item.layer, item.severity, item.finding.text("zh"), item.finding.text("en"),
         item.source_ids)
        for item in anomalies(pack)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(ANOMALY_COLUMNS))


def _private_characters(ledger: Ledger) -> Iterator[Anomaly]:
    """Find private-use characters, which replace a lost character of the text."""
    for row in ledger.targets:
        quote = str(row["quote"])
        if any(unicodedata.category(ch) == _PRIVATE_USE for ch in quote):
            yield Anomaly(
                "lost_character",
                row["layer"],
                "contradiction",
                Message(
                    "anomaly.lost_character", {"quote": _visible(quote), "value": row["value"]}
                ),
                row["id"],
            )


def _share_against_count(ledger: Ledger) -> Iterator[Anomaly]:
    """Find full coverage in one unit beside a shortfall in another."""
    baselines = [row for row in ledger.targets if row["kind"] == "baseline"]
    for a in baselines:
        if a["basis"] != "share" or a["value"] < 1.0:
            continue
        if "4G" not in metric_title(a["layer"], a["metric"], "en"):
            continue
        short = (row for row in baselines if row["basis"] == "count")
        for b in (row for row in short if row["as_of"] == a["as_of"]):
            yield Anomaly(
                "units_differ",
                b["layer"],
                "note",
                Message("anomaly.units_differ", {"one": a["quote"], "other": b["quote"]}),
                f"{a['id']};{b['id']}",
            )


def _increment_above_total(ledger: Ledger) -> Iterator[Anomaly]:
    """Find increments beside a total of another scope in one plan."""
    targets = [row for row in ledger.targets if row["kind"] == "target"]
    totals = [row for row in targets if row["basis"] == "cumulative"]
    for a in (row for row in targets if row["basis"] == "increment"):
        for b in totals:
            if (a["layer"], a["as_of"]) != (b["layer"], b["as_of"]):
                continue
            yield Anomaly(
                "scope_differs",
                a["layer"],
                "note",
                Message(
                    "anomaly.scope_differs",
                    {
                        "year": a["as_of"][:4],
                        "metric": _metric(a),
                        "value": a["value"],
                        "other": _metric(b),
                        "other_value": b["value"],
                    },
                ),
                f"{a['id']};{b['id']}",
            )


def _part_above_whole(ledger: Ledger) -> Iterator[Anomaly]:
    """Find prefectures whose own figure exceeds every figure of their province."""
    targets = [t for t in ledger.targets if "share" not in {t["unit"], t["basis"]}]
    for row in ledger.observations:
        if row["adcode"] == ledger.adcode or row["kind"] == "share":
            continue
        whole = [t for t in targets if (t["layer"], t["unit"]) == (row["layer"], row["unit"])]
        top = max(whole, key=lambda each: each["value"], default=None)
        if top is not None and row["value"] > top["value"]:
            yield Anomaly(
                "part_above_whole",
                row["layer"],
                "contradiction",
                Message(
                    "anomaly.part_above_whole",
                    {
                        "adcode": row["adcode"],
                        "metric": _metric(row),
                        "value": row["value"],
                        "as_of": row["as_of"],
                        "whole": top["value"],
                        "whole_as_of": top["as_of"],
                    },
                ),
                f"{row['id']};{top['id']}",
            )


def _newer_part(ledger: Ledger) -> Iterator[Anomaly]:
    """Find prefectures that report at a later date than their province."""
    built = [row for row in ledger.observations if row["kind"] == "built"]
    baselines = [row for row in ledger.targets if row["kind"] == "baseline"]
    whole = [*baselines, *(row for row in built if row["adcode"] == ledger.adcode)]
    for row in (row for row in built if row["adcode"] != ledger.adcode):
        counted = row["layer"], row["metric"]
        dates = [w["as_of"] for w in whole if (w["layer"], w["metric"]) == counted]
        if dates and row["as_of"] > max(dates):
            yield Anomaly(
                "mixed_dates",
                row["layer"],
                "note",
                Message(
                    "anomaly.mixed_dates",
                    {
                        "adcode": row["adcode"],
                        "value": row["value"],
                        "as_of": row["as_of"],
                        "latest": max(dates),
                    },
                ),
                row["id"],
            )


def _approximate(ledger: Ledger) -> Iterator[Anomaly]:
    """Find figures that the source itself calls approximate, or that are derived."""
    for row in (*ledger.targets, *ledger.observations):
        if row["qualifier"] == "~":
            number = f"{row['value']:,.4g}" if row["value"] < 1 else f"{row['value']:,.0f}"
            yield Anomaly(
                "approximate",
                row["layer"],
                "note",
                Message(
                    "anomaly.approximate",
                    {"metric": _metric(row), "figure": number, "as_of": row["as_of"]},
                ),
                row["id"],
            )


def _metric(row: Row) -> MetricTitle:
    return MetricTitle(str(row["layer"]), str(row["metric"]))


def _visible(text: str) -> str:
    return "".join("�" if unicodedata.category(ch) == _PRIVATE_USE else ch for ch in text)


_RULES: tuple[Callable[[Ledger], Iterator[Anomaly]], ...] = (
    _private_characters,
    _share_against_count,
    _increment_above_total,
    _part_above_whole,
    _newer_part,
    _approximate,
)

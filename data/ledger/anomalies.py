"""Contradictions and anomalies in the sources: listed for the reader, never averaged away.

Each rule is one function over the ledger; it reports, it changes nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from data.ledger.metrics import MetricTitle, metric_title
from data.ledger.statements import Ledger
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
    for row in ledger.targets.to_dict("records"):
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
    baselines = ledger.targets[ledger.targets["kind"] == "baseline"]
    full = baselines[(baselines["basis"] == "share") & (baselines["value"] >= 1.0)]
    short = baselines[baselines["basis"] == "count"]
    for a in full.to_dict("records"):
        for b in short[short["as_of"] == a["as_of"]].to_dict("records"):
            if "4G" not in metric_title(a["layer"], a["metric"], "en"):
                continue
            yield Anomaly(
                "units_differ",
                b["layer"],
                "note",
                Message("anomaly.units_differ", {"one": a["quote"], "other": b["quote"]}),
                f"{a['id']};{b['id']}",
            )


def _increment_above_total(ledger: Ledger) -> Iterator[Anomaly]:
    """Find increments beside a total of another scope in one plan."""
    targets = ledger.targets[ledger.targets["kind"] == "target"]
    for a in targets[targets["basis"] == "increment"].to_dict("records"):
        same = targets[
            (targets["layer"] == a["layer"])
            & (targets["as_of"] == a["as_of"])
            & (targets["basis"] == "cumulative")
        ]
        for b in same.to_dict("records"):
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
    targets = ledger.targets[ledger.targets["unit"] != "share"]
    seen = ledger.observations[ledger.observations["adcode"] != ledger.adcode]
    for row in seen.to_dict("records"):
        whole = targets[
            (targets["layer"] == row["layer"])
            & (targets["unit"] == row["unit"])
            & (targets["basis"] != "share")
        ]
        if len(whole) and row["kind"] != "share" and row["value"] > whole["value"].max():
            top = whole.loc[whole["value"].idxmax()]
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
    built = ledger.observations[ledger.observations["kind"] == "built"]
    whole = built[built["adcode"] == ledger.adcode]
    baselines = ledger.targets[ledger.targets["kind"] == "baseline"]
    for row in built[built["adcode"] != ledger.adcode].to_dict("records"):
        same = pd.concat(
            [
                frame.loc[
                    (frame["layer"] == row["layer"]) & (frame["metric"] == row["metric"]), "as_of"
                ]
                for frame in (whole, baselines)
            ]
        )
        if len(same) and row["as_of"] > same.max():
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
                        "latest": same.max(),
                    },
                ),
                row["id"],
            )


def _approximate(ledger: Ledger) -> Iterator[Anomaly]:
    """Find figures that the source itself calls approximate, or that are derived."""
    rows = [*ledger.targets.to_dict("records"), *ledger.observations.to_dict("records")]
    for row in rows:
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


def _metric(row: Mapping[Hashable, Any]) -> MetricTitle:
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

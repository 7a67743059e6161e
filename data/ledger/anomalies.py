"""Contradictions and anomalies in the sources: listed for the reader, never averaged away.

Each rule is one function over the ledger; it reports, it changes nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace

import pandas as pd

from data.ledger.metrics import titles
from data.ledger.statements import Ledger
from data.tables.reader import Pack

#: Unicode category of private-use characters.
_PRIVATE_USE = "Co"


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One finding.

    Attributes
    ----------
    severity
        ``note`` (the units differ, read with care) or ``contradiction`` (both cannot hold).
    """

    rule: str
    layer: str
    severity: str
    text_zh: str
    text_en: str
    source_ids: str


ANOMALY_COLUMNS = ("rule", "layer", "severity", "text_zh", "text_en", "source_ids")


def anomalies(pack: Pack) -> pd.DataFrame:
    """Return every finding on the ledger of a pack, with :data:`ANOMALY_COLUMNS`."""
    ledger = _titled(Ledger.of(pack))
    found = [asdict(item) for rule in _RULES for item in rule(ledger)]
    return pd.DataFrame(found, columns=list(ANOMALY_COLUMNS))


def _titled(ledger: Ledger) -> Ledger:
    """Add the titles of the metrics in both languages."""
    targets, observations = (
        frame.assign(**{f"metric_{end}": titles(frame, end) for end in ("zh", "en")})
        for frame in (ledger.targets, ledger.observations)
    )
    return replace(ledger, targets=targets, observations=observations)


def _private_characters(ledger: Ledger) -> Iterator[Anomaly]:
    """Find private-use characters, which stand where a sign of the text was lost."""
    for row in ledger.targets.to_dict("records"):
        quote = str(row["quote"])
        if any(unicodedata.category(ch) == _PRIVATE_USE for ch in quote):
            yield Anomaly(
                "lost_character",
                row["layer"],
                "contradiction",
                f"原文含私用字符（应为小数点）：“{_visible(quote)}”按 {row['value']:,.0f} 读取；"
                "丢弃该字符会放大十倍。",
                f"The source holds a private-use character where a decimal point stood: "
                f"“{_visible(quote)}” is read as {row['value']:,.0f}; dropping the character "
                "makes it ten times larger.",
                row["id"],
            )


def _share_against_count(ledger: Ledger) -> Iterator[Anomaly]:
    """Find full coverage in one unit beside a shortfall in another."""
    baselines = ledger.targets[ledger.targets["kind"] == "baseline"]
    full = baselines[(baselines["basis"] == "share") & (baselines["value"] >= 1.0)]
    short = baselines[baselines["basis"] == "count"]
    for a in full.to_dict("records"):
        for b in short[short["as_of"] == a["as_of"]].to_dict("records"):
            if "4G" not in a["metric_en"]:
                continue
            yield Anomaly(
                "units_differ",
                b["layer"],
                "note",
                f"“{a['quote']}”与“{b['quote']}”同时成立：前者以行政村计，后者以自然村计。",
                f"“{a['quote']}” and “{b['quote']}” are both true: the first counts "
                "administrative villages, the second natural villages.",
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
                f"{a['as_of'][:4]}年：“{a['metric_zh']}”{a['value']:,.0f} 与“{b['metric_zh']}”"
                f"{b['value']:,.0f} 口径不同，不可相减。",
                f"{a['as_of'][:4]}: {a['metric_en']} {a['value']:,.0f} and {b['metric_en']} "
                f"{b['value']:,.0f} have different scopes and must not be subtracted.",
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
                f"{row['adcode']} 的“{row['metric_zh']}”{row['value']:,.0f}（{row['as_of']}）超过"
                f"全省已知数 {top['value']:,.0f}（{top['as_of']}）：时点或口径不同。",
                f"{row['adcode']}: {row['metric_en']} {row['value']:,.0f} ({row['as_of']}) exceeds "
                f"the province's {top['value']:,.0f} ({top['as_of']}): dates or scope differ.",
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
                f"{row['adcode']} 已报 {row['as_of']} 数据（{row['value']:,.0f}），全省最新为 "
                f"{same.max()}：同表时点不同，其余州（市）由全省数减去该值后分解。",
                f"{row['adcode']} reports {row['value']:,.0f} for {row['as_of']}, the province's "
                f"latest is {same.max()}: the other prefectures share what is left of the older "
                "total.",
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
                f"“{row['metric_zh']}”{number}（{row['as_of']}）为约数或推算。",
                f"{row['metric_en']} {number} ({row['as_of']}) is approximate or derived.",
                row["id"],
            )


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

"""Rows of the source table: ledger, listings, unit costs, presets and embedded tables."""

from __future__ import annotations

import pandas as pd

from data.ledger.anomalies import anomalies
from data.ledger.metrics import credits_in, keyed, titles
from data.scenario.presets import presets
from data.tables.reader import Pack
from data.wording.catalogue import text
from data.workspace.effective import PACKAGE
from layers.base import Layer
from layers.registry import layers

SOURCE_COLUMNS = (
    "id", "kind", "layer", "metric", "metric_zh", "as_of", "qualifier", "value", "unit", "quote",
    "source", "licence", "note", "source_file", "link", "source_zh", "note_zh",
)  # fmt: skip


#: Kinds of rows that are tables and no statement about the province.
TABLE_KINDS = ("embedded table", "imported table")


def source_rows(pack: Pack) -> list[pd.DataFrame]:
    """Return the rows of the source table by origin.

    Parameters
    ----------
    pack
        The province's tables in force.

    Returns
    -------
    parts
        One table per origin, with :data:`SOURCE_COLUMNS`.
    """
    return [
        _rows(keyed(pack.table("targets")), source="source_file"),
        _rows(keyed(pack.table("observations")), source="source"),
        *_listed_rows(pack),
        _cost_rows(pack),
        _preset_rows(),
        _pack_rows(pack),
        _anomaly_rows(pack),
    ]


def _rows(frame: pd.DataFrame, *, source: str) -> pd.DataFrame:
    table = frame.copy()
    table["metric"], table["metric_zh"] = titles(frame, "en"), titles(frame, "zh")
    table["source"], table["licence"] = frame[source], ""
    return table.reindex(columns=list(SOURCE_COLUMNS))


def _listed_rows(pack: Pack) -> list[pd.DataFrame]:
    """Return the rows of each listing that has its own table outside the ledger."""
    return [
        _source_rows(item, item.listing.source_kind, item.listing.rows(pack))
        for item in layers()
        if item.listing is not None and item.listing.source_kind
    ]


def _source_rows(item: Layer, kind: str, rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": rows["id"],
            "kind": kind,
            "layer": item.key,
            "metric": rows["name_en"],
            "metric_zh": rows["name_zh"],
            "quote": rows["quote"],
            "source": rows["source"],
            "note": rows["about_en"],
            "note_zh": rows["about_zh"],
            "source_file": rows["source"],
        }
    ).reindex(columns=list(SOURCE_COLUMNS))


def _cost_rows(pack: Pack) -> pd.DataFrame:
    costs = pack.table("unit_costs")
    per = costs["per"].fillna("")
    return pd.DataFrame(
        {
            "id": "cost:" + costs["item"],
            "kind": "unit cost",
            "metric": costs["meaning"],
            "metric_zh": costs["meaning_zh"],
            "as_of": costs["price_year"].astype(int).astype(str),
            "value": costs["base"],
            "unit": (costs["currency_or_unit"] + " " + per).str.strip(),
            "source": costs["source"],
            "source_zh": costs["source_zh"],
            "note": [f"{lo:g}–{hi:g}" for lo, hi in zip(costs["low"], costs["high"], strict=True)],
        }
    ).reindex(columns=list(SOURCE_COLUMNS))


def _preset_rows() -> pd.DataFrame:
    rows = [
        {
            "id": f"preset:{item.key}",
            "kind": "preset",
            "layer": item.layer,
            "metric": text("about.radius", "en", preset=item.title("en")),
            "metric_zh": text("about.radius", "zh", preset=item.title("zh")),
            "value": item.radius_m,
            "unit": "m",
            "source": item.source,
            "note": item.about("en"),
            "note_zh": item.about("zh"),
        }
        for item in presets().values()
    ]
    return pd.DataFrame(rows, columns=list(SOURCE_COLUMNS))


def _anomaly_rows(pack: Pack) -> pd.DataFrame:
    """Return one row per contradiction or anomaly in the sources, with the ids that it is about."""
    rows = [
        {
            "id": f"anomaly:{item.rule}:{item.source_ids}",
            "kind": item.severity,
            "layer": item.layer,
            "metric": item.finding.text("en"),
            "metric_zh": item.finding.text("zh"),
            "source": item.source_ids,
        }
        for item in anomalies(pack)
    ]
    return pd.DataFrame(rows, columns=list(SOURCE_COLUMNS))


def _pack_rows(pack: Pack) -> pd.DataFrame:
    """Return one row per embedded table, with its packages, licences and latest date."""
    sources = pack.table("SOURCES")
    rows = []
    for table, group in sources.groupby("table", sort=True):
        origin = [
            f"{p} {v} {f}"
            for p, v, f in zip(group["package"], group["version"], group["file"], strict=True)
        ]
        rows.append(
            {
                "id": f"pack:{table}",
                "kind": "imported table" if PACKAGE in set(group["package"]) else "embedded table",
                "metric": str(table),
                "metric_zh": str(table),
                "as_of": max(group["date"]),
                "source": "; ".join(origin),
                "licence": "; ".join(dict.fromkeys(group["licence"])),
                "note": credits_in(group["credit"], "en"),
                "note_zh": credits_in(group["credit"], "zh"),
            }
        )
    return pd.DataFrame(rows, columns=list(SOURCE_COLUMNS))

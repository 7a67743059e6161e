"""Faults of the ledgers: unknown codes, misspelt layers and metrics, prices out of order."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Container, Iterator, Mapping

import pandas as pd

from data.tables.checks.fault import PackFault, fault


def ledger_faults(
    tables: Mapping[str, pd.DataFrame],
    province: str,
    layer_metrics: Mapping[str, Collection[str]] | None,
) -> Iterator[PackFault]:
    """Yield what is wrong with targets, observations, zones and unit costs.

    Parameters
    ----------
    tables
        Tables of the pack, ``regions`` among them.
    province
        Code that ``pack.toml`` gives.
    layer_metrics
        Key of each layer → the metrics it may have; None: any word is allowed in both columns.

    Yields
    ------
    fault
        One per fault.
    """
    known = set(tables["regions"]["adcode"].astype(str))
    for name in ("targets", "policy_zones"):
        if name in tables:
            codes = tables[name]["province"].dropna()
            yield from _unknown(f"{name}.csv", "other_province", codes, {province})
    if "observations" in tables:
        codes = tables["observations"]["adcode"].dropna()
        yield from _unknown("observations.csv", "unknown_regions", codes, known)
    if "policy_zones" in tables:
        codes = tables["policy_zones"]["regions"].dropna().str.split(";").explode().str.strip()
        yield from _unknown("policy_zones.csv", "unknown_regions", codes, known)
    if layer_metrics is not None:
        yield from _word_faults(tables, layer_metrics)
    if "observations" in tables:
        seen = tables["observations"]
        parts = seen["derived_from"].str.split(";").explode().str.strip()
        ids = {*seen["id"], *(tables["targets"]["id"] if "targets" in tables else ()), ""}
        yield from _unknown("observations.csv", "unknown_rows", parts, ids)
    if "unit_costs" in tables:
        costs = tables["unit_costs"].dropna(subset=["low", "base", "high"])
        rising = (costs["low"] >= 0) & (costs["low"] <= costs["base"])
        wrong = costs.loc[~(rising & (costs["base"] <= costs["high"])), "item"]
        if len(wrong):
            yield fault("unit_costs.csv", "not_ascending", items=", ".join(wrong.astype(str)))


def _word_faults(
    tables: Mapping[str, pd.DataFrame], layer_metrics: Mapping[str, Collection[str]]
) -> Iterator[PackFault]:
    for name in ("targets", "observations"):
        if name in tables:
            rows, file = tables[name], f"{name}.csv"
            yield from _misspelt(file, "layer", rows["layer"], layer_metrics)
            for layer, metrics in layer_metrics.items():
                stated = rows.loc[rows["layer"] == layer, "metric"]
                yield from _misspelt(file, "metric", stated, metrics)


def _misspelt(
    file: str, column: str, values: pd.Series, known: Collection[str]
) -> Iterator[PackFault]:
    """Yield words close to a known key; a ledger may also state what no layer counts."""
    for value in dict.fromkeys(values.astype(str)):
        near = difflib.get_close_matches(value, known, n=1, cutoff=0.75)
        if near and value not in known:
            count = int((values == value).sum())
            yield fault(file, "misspelt", column=column, name=value, near=near[0], count=count)


def _unknown(file: str, rule: str, values: pd.Series, known: Container[str]) -> Iterator[PackFault]:
    lost = [value for value in dict.fromkeys(values.astype(str)) if value not in known]
    if lost:
        yield fault(file, rule, names=", ".join(lost[:5]), count=len(lost))

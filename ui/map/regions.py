"""What a choropleth says of each region: its class, its label and the lines of its card."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from data.tables.reader import Pack
from layers.map import render
from layers.map.symbols import class_limits
from layers.registry import metric_of, unit_name
from ui.shell.i18n import (
    brief_name,
    figure,
    interval,
    language,
    name_language,
    number,
    short_names,
    t,
)


def dates(table: pd.DataFrame) -> str:
    """Return the dates of built and of target, where all regions have the same."""
    texts = []
    for key, column in (("map.target_on", "target_as_of"), ("map.built_on", "as_of")):
        days = {str(day) for day in table[column].dropna() if str(day)}
        if len(days) == 1:
            texts.append(t(key, day=days.pop()[:7]))
    return " · ".join(texts)


def shown(table: pd.DataFrame) -> tuple[pd.Series, bool]:
    """Return the gap; where no gap is known at all, its upper bound, and True."""
    if table["gap"].notna().any() or not table["gap_high"].notna().any():
        return table["gap"], False
    return table["gap_high"], True


def fill(
    pack: Pack, table: pd.DataFrame, gaps_shown: pd.Series, *, bounds: bool = False
) -> render.RegionFill:
    """Return how the regions are drawn by these gaps, the largest gap labelled first.

    Parameters
    ----------
    bounds
        Whether the gaps are upper bounds, which the labels say.
    """
    regions = pack.regions(str(table["level"].iloc[0])).set_index("adcode")
    places = zip(regions.index, regions["label_lat"], regions["label_lon"], strict=True)
    spots = {str(code): (float(lat), float(lon)) for code, lat, lon in places}
    table = table.assign(shown=gaps_shown.astype(float)).sort_values("shown", ascending=False)
    digits = metric_of(*table[["layer", "metric"]].iloc[0].astype(str))[1].digits
    cards, labels = {}, []
    for name, brief, row in zip(
        short_names(table), brief_names(table), table.to_dict("records"), strict=True
    ):
        code = str(row["adcode"])
        cards[code] = (name, _card(row, digits))
        text = figure({**row, "gap": row["shown"]}, "gap", digits=digits, brief=True)
        lat, lon = spots[code]
        labels.append(
            (lat, lon, brief,
             (f"≤ {text}" if bounds else text) if pd.notna(row["shown"]) else "")
        )  # fmt: skip
    values = dict(zip(table["adcode"].astype(str), table["shown"], strict=True))
    untargeted = frozenset(table.loc[table["target"].isna(), "adcode"].astype(str))
    gaps = [value for value in values.values() if value > 0]
    return render.RegionFill(values, cards, labels, class_limits(gaps), untargeted)


def brief_names(table: pd.DataFrame) -> list[str]:
    """Return the names of regions as people say them."""
    return [brief_name(str(name)) for name in table[f"name_{name_language()}"]]


def _card(row: Mapping[Hashable, Any], digits: int) -> tuple[tuple[str, str], ...]:
    """Return the lines of a region's card: label and figure."""
    target, built, gap = (figure(row, name, digits=digits) for name in ("target", "built", "gap"))
    planned = number(row["planned"], digits=digits)
    return (
        (t("figure.target"), target if pd.notna(row["target"]) else status(row["target_status"])),
        (t("figure.built"), f"{built} {row['as_of']}".strip()),
        (t("figure.planned"), planned),
        (t("figure.gap"), gap),
        (t("figure.interval"), interval(row["gap_low"], row["gap_high"], digits=digits)),
        (t("map.unit"), unit_name(str(row["unit"]), language())),
        (t("table.evidence"), t(f"evidence.{row['evidence']}")),
    )


def status(code: object) -> str:
    """Return how a target came about, or why there is none, in the reader's words."""
    return t(f"status.{str(code).replace(' ', '_')}")

"""Charts: every axis with its unit, every mark with a tooltip, colours safe for colour blindness.

Plain Vega-Lite specifications, drawn in the browser by what Streamlit ships; nothing is fetched.
Building them through a library took three quarters of a page's time, checking schemas.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from ui.shell.i18n import short_names, t

Spec = dict[str, Any]

#: Okabe and Ito (2008), Color Universal Design: readable on light and dark.
BUILT, PLANNED, GAP, TARGET = "#0072B2", "#56B4E9", "#E69F00", "#D55E00"
_WHISKER = "#8a8f98"


def bullet(row: Mapping[Hashable, Any], unit: str) -> Spec:
    """Draw one region as baseline → plan → target on one bar.

    Parameters
    ----------
    row
        ``built``, ``planned``, ``target`` and ``gap`` [unit]; NaN is unknown and not drawn.
    unit
        Unit as shown on the axis.
    """
    title = t("figure.unit", unit=unit)
    parts = [
        (t("figure.built"), row["built"], BUILT),
        (t("figure.planned"), row["planned"], PLANNED),
        (t("figure.gap"), row["gap"], GAP),
    ]
    values = [
        {"part": name, "value": float(value), "order": i}
        for i, (name, value, _) in enumerate(parts)
        if value > 0
    ]
    colours = {"domain": [name for name, *_ in parts], "range": [c for *_, c in parts]}
    bars = {
        "data": {"values": values},
        "mark": {"type": "bar", "size": 16},
        "encoding": {
            "x": amount("value", title, stack="zero"),
            "color": {
                "field": "part",
                "type": "nominal",
                "scale": colours,
                "legend": {"title": None, "orient": "top"},
            },
            "order": {"field": "order", "type": "quantitative"},
            "tooltip": [word("part", t("figure.part")), tip("value", title)],
        },
    }
    mark = {
        "data": {"values": [{"target": float(row["target"])}] if row["target"] > 0 else []},
        "mark": {"type": "tick", "color": TARGET, "thickness": 3, "size": 26},
        "encoding": {
            "x": amount("target", title),
            "tooltip": [tip("target", t("figure.target"))],
        },
    }
    return {"height": 92, "layer": [bars, mark]}


def ranking(table: pd.DataFrame, unit: str, *, selected: str = "") -> Spec:
    """Draw the regions by gap, longest first, with the interval over the rules as whiskers.

    Parameters
    ----------
    table
        Rows of the gap table of one layer.
    unit
        Unit as shown on the axis.
    selected
        adcode of the region to set off; empty for none.
    """
    frame = table[["adcode", "gap", "gap_low", "gap_high", "target", "built"]].copy()
    frame["name"] = short_names(table)
    frame["evidence"] = [t(f"evidence.{word}") for word in table["evidence"]]
    shown = frame["gap"].fillna(frame["gap_high"])
    order = frame.loc[shown.sort_values(ascending=False, kind="stable").index, "name"].tolist()
    labels = {"labelLimit": 150, "labelOverlap": False, "labelFlush": False, "labelFontSize": 11}
    y = {"field": "name", "type": "nominal", "sort": order, "title": None, "axis": labels}
    tooltip = [
        word("name", t("table.region")),
        tip("gap", t("figure.gap")),
        tip("gap_low", t("figure.low")),
        tip("gap_high", t("figure.high")),
        tip("built", t("figure.built")),
        tip("target", t("figure.target")),
        word("evidence", t("table.evidence")),
    ]
    title = t("figure.gap_axis", unit=unit)
    colour = {
        "condition": {"test": f"datum.adcode === {selected!r}", "value": TARGET},
        "value": GAP,
    }
    bars = {
        "mark": {"type": "bar", "size": 11},
        "encoding": {"x": amount("gap", title), "y": y, "color": colour, "tooltip": tooltip},
    }
    ends = {"x": amount("gap_low", title), "x2": {"field": "gap_high"}, "y": y}
    whiskers = {
        "mark": {"type": "rule", "color": _WHISKER, "strokeWidth": 2},
        "encoding": {**ends, "tooltip": tooltip},
    }
    values = {"values": records(frame)}
    return {"data": values, "height": {"step": 19}, "layer": [bars, whiskers]}


def path(points: pd.DataFrame, line: pd.DataFrame, as_of: str, unit: str) -> Spec:
    """Draw the straight path from the plan's baseline to its target against what was observed.

    Parameters
    ----------
    points
        ``as_of``, ``built`` and ``source_ids`` per dated observation.
    line
        ``as_of`` and ``value`` of baseline and target; empty where no target is stated.
    as_of
        Date in force, YYYY-MM-DD.
    unit
        Unit as shown on the axis.
    """
    title = t("figure.unit", unit=unit)
    seen, asked = t("figure.observed"), t("figure.path")
    date = t("figure.date")
    day = {"field": "as_of", "type": "temporal", "title": date, "format": "%Y-%m-%d"}
    x = {
        "field": "as_of",
        "type": "temporal",
        "title": date,
        "axis": {"format": "%Y", "tickCount": "year"},
    }
    colour = {
        "field": "kind",
        "type": "nominal",
        "scale": {"domain": [seen, asked], "range": [BUILT, TARGET]},
        "legend": {"title": None, "orient": "top-left"},
    }
    known = ["as_of", "built", "source_ids"] if len(points) else []
    drawn = {
        "data": {"values": records(line.assign(kind=asked))},
        "mark": {"type": "line", "strokeDash": [6, 3], "point": True},
        "encoding": {
            "x": x,
            "y": upright("value", title),
            "color": colour,
            "tooltip": [day, tip("value", t("figure.target"))],
        },
    }
    dots = {
        "data": {"values": records(points[known].assign(kind=seen))},
        "mark": {"type": "point", "filled": True, "size": 80, "shape": "diamond"},
        "encoding": {
            "x": x,
            "y": upright("built", title),
            "color": colour,
            "tooltip": [
                day,
                tip("built", t("figure.built")),
                word("source_ids", t("table.source_ids")),
            ],
        },
    }
    now = {
        "data": {"values": [{"as_of": as_of}]},
        "mark": {"type": "rule", "color": _WHISKER},
        "encoding": {"x": x, "tooltip": [day]},
    }
    return {"height": 230, "layer": [now, drawn, dots]}


def amount(field: str, title: str, **more: object) -> Spec:
    """Return a quantitative channel with whole numbers on its axis."""
    axis = {"format": ",d", "tickCount": 5, "titlePadding": 2}
    return {"field": field, "type": "quantitative", "title": title, "axis": axis, **more}


def upright(field: str, title: str, **more: object) -> Spec:
    """Return a quantitative channel for a vertical axis, its title clear of its figures."""
    channel = amount(field, title, **more)
    return {**channel, "axis": {**channel["axis"], "titlePadding": 14}}


def tip(field: str, title: str) -> Spec:
    """Return a figure of the tooltip."""
    return {"field": field, "type": "quantitative", "title": title, "format": ",.0f"}


def word(field: str, title: str) -> Spec:
    """Return a word of the tooltip."""
    return {"field": field, "type": "nominal", "title": title}


def records(frame: pd.DataFrame) -> Sequence[Mapping[Hashable, Any]]:
    """Return rows as JSON knows them: an unknown figure is null, never 0."""
    plain = frame.astype(object)
    return plain.where(plain.notna(), None).to_dict("records")

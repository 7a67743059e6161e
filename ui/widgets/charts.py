"""Charts: every axis with its unit, every mark with a tooltip, colours safe for colour blindness.

Plain Vega-Lite specifications, drawn in the browser by what Streamlit ships; nothing is fetched.
Building them through a library took three quarters of a page's time, checking schemas.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from layers.map.palette import colours
from ui.shell.frame import is_dark
from ui.shell.i18n import t
from ui.shell.provenance import sources_named

Spec = dict[str, Any]


def shade(name: str) -> str:
    """Return a colour of the palette in the reader's theme."""
    return colours(dark=is_dark())[name]


def between(first: str, second: str) -> str:
    """Return the colour in the middle of two of the palette, in the reader's theme."""
    ends = [bytes.fromhex(shade(name).removeprefix("#")) for name in (first, second)]
    return "#" + "".join(f"{(a + b) // 2:02x}" for a, b in zip(*ends, strict=True))


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
        "scale": {"domain": [seen, asked], "range": [shade("built"), shade("target")]},
        "legend": {"title": None, "orient": "top-left"},
    }
    if len(points):
        points = points.assign(sources=sources_named(points["source_ids"]))
    known = ["as_of", "built", "sources"] if len(points) else []
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
                word("sources", t("table.sources")),
            ],
        },
    }
    now = {
        "data": {"values": [{"as_of": as_of}]},
        "mark": {"type": "rule", "color": shade("ink-2")},
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

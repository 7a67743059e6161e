"""Charts: every axis with its unit, every mark with a tooltip, colours safe for colour blindness.

Drawn by Vega in the browser from what Streamlit ships; nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import altair as alt
import pandas as pd

from ui.i18n import short_names, t

#: Okabe and Ito (2008), Color Universal Design: readable on light and dark.
BUILT, PLANNED, GAP, TARGET = "#0072B2", "#56B4E9", "#E69F00", "#D55E00"
_WHISKER = "#8a8f98"


def bullet(row: Mapping[Hashable, Any], unit: str) -> alt.LayerChart:
    """Draw one region as baseline → plan → target on one bar.

    Parameters
    ----------
    row
        ``built``, ``planned``, ``target`` and ``gap`` [unit]; NaN is unknown and not drawn.
    unit
        Unit as shown on the axis.
    """
    parts = [
        (t("figure.built"), row["built"], BUILT),
        (t("figure.planned"), row["planned"], PLANNED),
        (t("figure.gap"), row["gap"], GAP),
    ]
    frame = pd.DataFrame(
        [(name, value, i) for i, (name, value, _) in enumerate(parts) if value > 0],
        columns=["part", "value", "order"],
    )
    colours = alt.Scale(domain=[name for name, _, _ in parts], range=[c for *_, c in parts])
    bars = (
        alt.Chart(frame)
        .mark_bar(size=16)
        .encode(
            x=alt.X(
                "value:Q",
                stack="zero",
                title=unit,
                axis=alt.Axis(format=",d", tickCount=6, titlePadding=2),
            ),
            color=alt.Color("part:N", scale=colours, legend=alt.Legend(title=None, orient="top")),
            order="order:Q",
            tooltip=["part:N", alt.Tooltip("value:Q", format=",")],
        )
    )
    target = pd.DataFrame({"target": [row["target"]] if row["target"] > 0 else []}, dtype=float)
    mark = (
        alt.Chart(target)
        .mark_tick(color=TARGET, thickness=3, size=26)
        .encode(
            x="target:Q", tooltip=[alt.Tooltip("target:Q", title=t("figure.target"), format=",")]
        )
    )
    chart: alt.LayerChart = (bars + mark).properties(height=92)
    return chart


def ranking(table: pd.DataFrame, unit: str, *, selected: str = "") -> alt.LayerChart:
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
    columns = ["adcode", "gap", "gap_low", "gap_high", "target", "built", "evidence"]
    frame = table[columns].copy()
    frame["name"] = short_names(table)
    frame["evidence"] = [t(f"evidence.{word}") for word in table["evidence"]]
    frame["shown"] = frame["gap"].fillna(frame["gap_high"])
    order = frame.sort_values("shown", ascending=False)["name"].tolist()
    y = alt.Y(
        "name:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelLimit=150, labelOverlap=False, labelFlush=False, labelFontSize=11),
    )
    tooltip = [
        alt.Tooltip("name:N", title=t("table.region")),
        alt.Tooltip("gap:Q", title=t("figure.gap"), format=","),
        alt.Tooltip("gap_low:Q", title=t("figure.low"), format=","),
        alt.Tooltip("gap_high:Q", title=t("figure.high"), format=","),
        alt.Tooltip("built:Q", title=t("figure.built"), format=","),
        alt.Tooltip("target:Q", title=t("figure.target"), format=","),
        alt.Tooltip("evidence:N", title=t("table.evidence")),
    ]
    axis = alt.Axis(format=",d", title=t("figure.gap_axis", unit=unit), tickCount=5)
    base = alt.Chart(frame)
    bars = base.mark_bar(size=11).encode(
        x=alt.X("gap:Q", axis=axis),
        y=y,
        color=alt.condition(alt.datum.adcode == selected, alt.value(TARGET), alt.value(GAP)),
        tooltip=tooltip,
    )
    whiskers = base.mark_rule(color=_WHISKER, strokeWidth=2).encode(
        x=alt.X("gap_low:Q", axis=axis), x2="gap_high:Q", y=y, tooltip=tooltip
    )
    chart: alt.LayerChart = (bars + whiskers).properties(height=alt.Step(19))
    return chart


def path(points: pd.DataFrame, line: pd.DataFrame, as_of: str, unit: str) -> alt.LayerChart:
    """Draw the straight path from the plan's baseline to its target against what was observed.

    Parameters
    ----------
    points
        ``as_of``, ``built``, ``evidence``, ``source_ids`` per dated observation.
    line
        ``as_of`` and ``value`` of baseline and target; empty where no target is stated.
    as_of
        Date in force, YYYY-MM-DD.
    unit
        Unit as shown on the axis.
    """
    x = alt.X("as_of:T", title=t("figure.date"), axis=alt.Axis(format="%Y", tickCount="year"))
    title = alt.Axis(format=",d", title=unit)
    seen = points.assign(kind=t("figure.observed"))
    asked = line.assign(kind=t("figure.path"))
    scale = alt.Scale(domain=[t("figure.observed"), t("figure.path")], range=[BUILT, TARGET])
    colour = alt.Color("kind:N", scale=scale, legend=alt.Legend(title=None, orient="top-left"))
    dates = alt.Tooltip("as_of:T", title=t("figure.date"), format="%Y-%m-%d")
    drawn = alt.Chart(asked).mark_line(strokeDash=[6, 3], point=True).encode(
        x=x,
        y=alt.Y("value:Q", axis=title),
        color=colour,
        tooltip=[dates, alt.Tooltip("value:Q", title=t("figure.target"), format=",")],
    )  # fmt: skip
    dots = alt.Chart(seen).mark_point(filled=True, size=80, shape="diamond").encode(
        x=x,
        y=alt.Y("built:Q", axis=title),
        color=colour,
        tooltip=[
            dates,
            alt.Tooltip("built:Q", title=t("figure.built"), format=","),
            alt.Tooltip("source_ids:N", title=t("table.source_ids")),
        ],
    )  # fmt: skip
    now = alt.Chart(pd.DataFrame({"as_of": [as_of]})).mark_rule(color=_WHISKER).encode(
        x=x, tooltip=[dates]
    )  # fmt: skip
    chart: alt.LayerChart = (now + drawn + dots).properties(height=230)
    return chart

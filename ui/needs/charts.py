"""Charts of a need: built, added each year, target; route and cost by prefecture."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ui.plan.settings import TEN_THOUSAND
from ui.shell.i18n import number, short_names, t
from ui.widgets.charts import Spec, amount, between, records, shade, tip, upright, word


def by_year(built: float, adds: Mapping[int, float], target: float, unit: str) -> Spec:
    """Draw at each year's end what is built, what was added before, and what the year adds.

    Parameters
    ----------
    built, target
        Figures [unit]; NaN is unknown and not drawn.
    adds
        Year → what it adds [unit].
    unit
        Unit as shown on the axis.
    """
    title = t("figure.unit", unit=unit)
    parts = [t("figure.built"), t("needs.before"), t("needs.added")]
    base = built if built > 0 else 0.0
    rows, before = [], 0.0
    for year_, add in adds.items():
        both = {"year": year_, "added": add, "total": base + before + add}
        rows += [
            {**both, "part": part, "value": value, "order": order}
            for order, (part, value) in enumerate(zip(parts, (base, before, add), strict=True))
            if value > 0
        ]
        before += add
    year = {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0}}
    tooltip = [
        word("year", t("plan.year")), word("part", t("figure.part")), tip("value", title),
        tip("added", t("needs.added")), tip("total", t("needs.total")),
    ]  # fmt: skip
    bars = {
        "data": {"values": rows},
        "mark": {"type": "bar"},
        "encoding": {
            "x": year,
            "y": upright("value", title, stack="zero"),
            "order": {"field": "order", "type": "quantitative"},
            "color": {
                "field": "part", "type": "nominal",
                "scale": {"domain": parts, "range": [
                    shade("built"), shade("planned"), between("planned", "built"),
                ]},
                "legend": {"title": None, "orient": "top"},
            },
            "tooltip": tooltip,
        },
    }  # fmt: skip
    line = {
        "data": {"values": [{"target": target}] if target > 0 else []},
        "mark": {"type": "rule", "color": shade("target"), "strokeDash": [6, 3], "strokeWidth": 2},
        "encoding": {
            "y": upright("target", title),
            "tooltip": [tip("target", t("figure.target"))],
        },
    }  # fmt: skip
    name = {
        "data": line["data"],
        "mark": {"type": "text", "align": "left", "dx": 4, "dy": -8, "color": shade("target")},
        "encoding": {
            "x": {"value": 0}, "y": upright("target", title),
            "text": {"value": f"{t('figure.target')} {number(target)}"},
        },
    }  # fmt: skip
    return {"height": 250, "layer": [bars, line, name]}


def fibre(table: pd.DataFrame) -> Spec:
    """Draw the cost per prefecture, the dearest first, with its interval as whiskers.

    Parameters
    ----------
    table
        :attr:`planning.needs.FibreTree.table`.
    """
    frame = table.assign(
        name=short_names(table),
        **{end: table[f"cost_{end}"] / TEN_THOUSAND for end in ("low", "base", "high")},
    )[["name", "villages", "route_km", "low", "base", "high"]]
    order = frame.sort_values("base", ascending=False, kind="stable")["name"].tolist()
    cost = t("needs.cost_axis")
    tooltip = [
        word("name", t("table.region")), tip("villages", t("needs.villages")),
        tip("route_km", t("needs.route_km")), tip("base", cost),
        tip("low", t("column.low")), tip("high", t("column.high")),
    ]  # fmt: skip
    labels = {"labelLimit": 150, "labelOverlap": False}
    y = {"field": "name", "type": "nominal", "sort": order, "title": None, "axis": labels}
    bars = {
        "mark": {"type": "bar", "size": 11, "color": shade("planned")},
        "encoding": {"x": amount("base", cost), "y": y, "tooltip": tooltip},
    }
    whiskers = {
        "mark": {"type": "rule", "color": shade("ink-2"), "strokeWidth": 2},
        "encoding": {"x": amount("low", cost), "x2": {"field": "high"}, "y": y, "tooltip": tooltip},
    }
    values = {"values": records(frame)}
    return {"data": values, "height": {"step": 20}, "layer": [bars, whiskers]}

"""The waterfall on the page: from scenario A to another one, a bar for each cause."""

from __future__ import annotations

from collections.abc import Sequence

from layers.map.palette import colours
from planning.exports.comparison.waterfall import Bar
from ui.map.mapview import is_dark
from ui.shell.i18n import t
from ui.widgets.charts import Spec, upright, word

#: Height of the chart [px].
_HEIGHT = 300


def waterfall(bars: Sequence[Bar], unit: str) -> Spec:
    """Return the chart of the bars.

    Parameters
    ----------
    unit
        Unit of the figure; empty for none.
    """
    ink = colours(dark=is_dark())
    fill = {"end": ink["ink-2"], "more": ink["covered"], "less": ink["uncovered"]}
    values = [
        {
            "title": bar.title, "first": bar.first, "last": bar.last, "label": bar.label,
            "top": max(bar.first, bar.last), "order": i, "stroke": fill[bar.kind],
            "fill": fill[bar.kind] if bar.is_certain else ink["card"], "inputs": bar.inputs,
            "next": bars[i + 1].title if i + 1 < len(bars) else bar.title,
        }
        for i, bar in enumerate(bars)
    ]  # fmt: skip
    x = {
        "field": "title", "type": "nominal", "sort": [bar.title for bar in bars], "title": None,
        "axis": {"labelAngle": 0, "labelLimit": 110, "labelOverlap": False},
        "scale": {"paddingInner": 0.38},
    }  # fmt: skip
    y = upright("first", unit)
    tooltip = [word("title", t("compare.cause")), word("label", t("compare.change")),
               word("inputs", t("compare.table_inputs"))]  # fmt: skip
    columns = {
        "mark": {"type": "bar", "strokeWidth": 2},
        "encoding": {
            "x": x, "y": y, "y2": {"field": "last"}, "tooltip": tooltip,
            "fill": {"field": "fill", "type": "nominal", "scale": None},
            "stroke": {"field": "stroke", "type": "nominal", "scale": None},
        },
    }  # fmt: skip
    links = {
        "mark": {"type": "rule", "strokeDash": [2, 2], "color": ink["ink-2"]},
        "encoding": {"x": x, "x2": {"field": "next"}, "y": {**y, "field": "last"}},
    }
    labels = {
        "mark": {"type": "text", "dy": -8, "fontWeight": "bold", "color": ink["ink"]},
        "encoding": {"x": x, "y": {**y, "field": "top"},
                     "text": {"field": "label", "type": "nominal"}},
    }  # fmt: skip
    return {"data": {"values": values}, "height": _HEIGHT, "layer": [links, columns, labels]}

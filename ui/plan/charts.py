"""Charts of a plan: frontier, years against the target path, who builds when."""

from __future__ import annotations

import pandas as pd

from data.scenario.plan_settings import MoneySettings
from ui.plan.settings import TEN_THOUSAND
from ui.shell.i18n import cost_unit, name_language, short_names, t
from ui.widgets.charts import Spec, amount, records, shade, tip, upright, word

#: Name of the frontier's selection.
PICK = "pick"


def frontier(points: pd.DataFrame, chosen: float) -> Spec:
    """Draw what each budget or number of sites reaches, and what it cannot exceed.

    Parameters
    ----------
    points
        The plan's frontier: ``amount`` (new sites, or cost [currency]), ``covered``, ``bound``.
    chosen
        Amount in force.
    """
    by_cost = bool((points["measure"] == "cost").any())
    unit = TEN_THOUSAND if by_cost else 1
    frame = (
        points[["amount", "covered", "bound"]]
        .astype(float)
        .assign(shown=points["amount"].astype(float) / unit)
    )
    title = t("plan.frontier_cost") if by_cost else t("plan.frontier_sites")
    x = amount("shown", title)
    y = upright("covered", t("plan.households"))
    tooltip = [tip("shown", title), tip("covered", t("plan.households")),
            tip("bound", t("plan.bound"))]  # fmt: skip
    line = {"mark": {"type": "line", "color": shade("planned")}, "encoding": {"x": x, "y": y}}
    limit = {
        "mark": {"type": "line", "color": shade("gap"), "strokeDash": [4, 3], "opacity": 0.8},
        "encoding": {"x": x, "y": {**y, "field": "bound"}},
    }
    now = {
        "data": {"values": [{"at": chosen / unit}]},
        "mark": {"type": "rule", "color": shade("target")},
        "encoding": {"x": {"field": "at", "type": "quantitative"}},
    }
    dots = {
        "params": [{"name": PICK, "select": {"type": "point", "fields": ["amount"]}}],
        "mark": {"type": "point", "filled": True, "size": 110, "color": shade("built"),
                 "cursor": "pointer"},
        "encoding": {"x": x, "y": y, "tooltip": tooltip},
    }  # fmt: skip
    return {"data": {"values": records(frame)}, "height": 250, "layer": [line, limit, now, dots]}


def years(table: pd.DataFrame) -> Spec:
    """Draw cumulative villages against the target path, and spending per year."""
    frame = table.assign(cost=table["cost_base"] / TEN_THOUSAND)
    cost = t("plan.spending")
    year = {"field": "year", "type": "ordinal", "title": None, "axis": {"labelAngle": 0}}
    done, asked = t("plan.cumulative"), t("plan.target_path")
    tooltip = [
        word("year", t("plan.year")), tip("sites", t("plan.sites_built")), tip("cost", cost),
        tip("villages_total", t("plan.villages")), tip("households_total", t("plan.households")),
        tip("target_villages", asked),
    ]  # fmt: skip
    colour = {
        "type": "nominal",
        "scale": {
            "domain": [cost, done, asked],
            "range": [*map(shade, ("planned", "built", "target"))],
        },
        "legend": {"title": None, "orient": "top"},
    }
    bars = {
        "mark": {"type": "bar", "opacity": 0.55},
        "encoding": {
            "x": year, "y": upright("cost", cost), "tooltip": tooltip,
            "color": {**colour, "datum": cost},
        },
    }  # fmt: skip
    villages = t("plan.villages")
    line = {
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": year, "y": upright("villages_total", villages), "tooltip": tooltip,
            "color": {**colour, "datum": done},
        },
    }  # fmt: skip
    path = {
        "mark": {"type": "line", "strokeDash": [6, 3]},
        "encoding": {
            "x": year, "y": upright("target_villages", villages), "tooltip": tooltip,
            "color": {**colour, "datum": asked},
        },
    }  # fmt: skip
    return {
        "data": {"values": records(frame)},
        "height": 250,
        "layer": [bars, {"layer": [line, path]}],
        "resolve": {"scale": {"y": "independent"}},
    }


def drivers(table: pd.DataFrame, money: MoneySettings) -> Spec:
    """Draw how much each unit cost or assumption, low or high alone, changes the total.

    Parameters
    ----------
    table
        Rows of the plan's drivers, the widest first.
    money
        Price year and years of operation of the plan.
    """
    name = f"meaning{'_zh' if name_language() == 'zh' else ''}"
    rows = table.assign(
        name=table[name],
        values=[
            f"{low:g} – {base:g} – {high:g} {cost_unit(unit)}"
            for low, base, high, unit in zip(
                table["low"], table["base"], table["high"], table["unit"], strict=True
            )
        ],
        evidence=[t(f"evidence.{word}") for word in table["evidence"]],
    )
    ends = {"low": t("plan.driver_low"), "high": t("plan.driver_high")}
    both = pd.concat(
        [
            rows.assign(end=label, total=rows[f"total_change_{end}"] / TEN_THOUSAND,
                        build=rows[f"build_change_{end}"] / TEN_THOUSAND)
            for end, label in ends.items()
        ]
    )[["name", "end", "total", "build", "values", "evidence"]]  # fmt: skip
    title = t("plan.drivers_axis", years=money.operation_years, year=money.price_year)
    told = [
        word("name", t("column.meaning")), word("end", ""), tip("total", title),
        tip("build", t("plan.drivers_build")), word("values", t("plan.driver_values")),
        word("evidence", t("table.evidence")),
    ]  # fmt: skip
    y = {"field": "name", "type": "nominal", "sort": rows["name"].tolist(), "title": None,
         "axis": {"labelLimit": 340, "labelOverlap": False}}  # fmt: skip
    colour = {
        "field": "end", "type": "nominal", "title": None, "legend": {"orient": "top"},
        "scale": {"domain": list(ends.values()), "range": [shade("built"), shade("gap")]},
    }  # fmt: skip
    return {
        "data": {"values": records(both)},
        "height": {"step": 22},
        "mark": {"type": "bar", "height": 14},
        "encoding": {"x": amount("total", title, stack=None), "y": y, "color": colour,
                     "tooltip": told},
    }  # fmt: skip


def gantt(sites: pd.DataFrame) -> Spec:
    """Draw per prefecture in which years how many sites are built, those with most first."""
    dated = sites.dropna(subset="year").assign(name=lambda f: short_names(_prefectures(f)))
    rows = (
        dated.groupby(["name", "year"])
        .agg(sites=("rank", "size"), villages=("villages", "sum"), cost=("cost_base", "sum"))
        .reset_index()
    )
    rows["cost"] = rows["cost"] / TEN_THOUSAND
    rows["start"], rows["end"] = rows["year"].astype(int), rows["year"].astype(int) + 1
    order = rows.groupby("name")["sites"].sum().sort_values(ascending=False).index.tolist()
    ticks = sorted({*rows["start"], *rows["end"]})
    tooltip = [
        word("name", t("table.region")), word("start", t("plan.year")),
        tip("sites", t("plan.sites_built")), tip("villages", t("plan.villages")),
        tip("cost", t("plan.spending")),
    ]  # fmt: skip
    axis = {"values": ticks, "format": "d", "labelOffset": 0}
    y = {"field": "name", "type": "nominal", "sort": order, "title": None,
         "axis": {"labelLimit": 160, "labelOverlap": False}}  # fmt: skip
    x = {"field": "start", "type": "quantitative", "title": None, "axis": axis,
         "scale": {"zero": False, "nice": False}}  # fmt: skip
    return {
        "data": {"values": records(rows)},
        "height": {"step": 20},
        "mark": {"type": "bar", "height": 14, "cornerRadius": 2},
        "encoding": {
            "x": x, "x2": {"field": "end"}, "y": y, "tooltip": tooltip,
            "color": {
                "field": "sites", "type": "quantitative", "title": t("plan.sites_built"),
                "scale": {"range": [shade("planned"), shade("built")]},
                "legend": {"format": "d", "tickMinStep": 1},
            },
        },
    }  # fmt: skip


def _prefectures(sites: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"name_zh": sites["prefecture_zh"], "name_en": sites["prefecture_en"]})

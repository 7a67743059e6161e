"""The cards on top of the overview: one per layer, a figure that looks like one."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from layers.base import Layer
from layers.registry import unit_name
from ui.shell import state
from ui.shell.i18n import figure, interval, language, t
from ui.widgets.figure_table import bar_cell

#: Axis of a card's bar [share of the target]; a table's goes farther.
_AXIS = 1.02


def show(rows: Sequence[tuple[Layer, pd.Series]]) -> None:
    """Draw a card per layer.

    Parameters
    ----------
    rows
        Each layer with the row of its gap table for the region in force.
    """
    cards = "".join(_card(item, row) for item, row in rows)
    st.html(f'<div class="tc-cards">{cards}</div>')


def is_past(due: str) -> bool:
    """Return whether a target's date is over on the day of the figures; an empty one is not."""
    return bool(due) and due < state.day()


def chip(evidence: str) -> str:
    """Return the word of an evidence class as a chip, HTML."""
    look = "illustrative" if evidence == "illustrative" else ""
    about = escape(t(f"evidence_about.{evidence}"), quote=True)
    word = escape(t(f"evidence.{evidence}"))
    return f'<span class="tc-chip {look}" title="{about}">{word}</span>'


def _card(item: Layer, row: pd.Series) -> str:
    metric = state.metric_of(item)
    built = _built(row, metric.digits)
    due = str(row["target_as_of"])
    day = t("card.past", date=due) if is_past(due) else due
    look = "past" if is_past(due) else "" if due else "words"
    target = figure(row, "target", digits=metric.digits, brief=True)
    status = t(f"status.{str(row['target_status']).replace(' ', '_')}")
    name = escape(item.heading(metric, language()))
    return (
        f'<section class="tc-card" title="{escape(_about(item, row), quote=True)}">'
        f'<div class="row"><span class="name">{name}</span>{chip(str(row["evidence"]))}</div>'
        f"{_figure(row, metric.digits)}{bar(row.to_dict())}"
        f"<dl><dt>{t('table.built')}</dt><dd>{escape(built)}</dd>"
        f'<dd class="day">{escape(str(row["as_of"]) or t("figure.undated"))}</dd>'
        f"<dt>{t('figure.target')}</dt><dd>{escape(target)}</dd>"
        f'<dd class="day {look}">{escape(day or status)}</dd></dl>'
        "</section>"
    )


def _figure(row: pd.Series, digits: int) -> str:
    """Return the gap as the figure of a card, or the word that stands in its place."""
    gap, unit = float(row["gap"]), unit_name(str(row["unit"]), language())
    if not math.isnan(gap):
        what = t("card.uncovered" if row["unit"] == "natural_village" else "figure.gap")
        met = f'<span class="tc-chip met">{t("card.met")}</span>' if gap <= 0 else ""
        return (
            f'<div class="figure"><span class="what">{what}</span>'
            f"<b>{escape(figure(row, 'gap', digits=digits, brief=True))}</b>"
            f'<span class="unit">{escape(unit)}</span>{met}</div>'
        )
    bounds = interval(row["gap_low"], row["gap_high"], digits=digits)
    if not (math.isnan(row["gap_low"]) and math.isnan(row["gap_high"])):
        return (
            f'<div class="figure"><span class="what">{t("figure.gap")}</span>'
            f'<b class="words">{bounds}</b><span class="unit">{escape(unit)}</span></div>'
        )
    word = t("status.none_stated") if math.isnan(row["target"]) else t("state.unknown")
    return f'<div class="figure"><b class="words">{word}</b></div>'


def _built(row: pd.Series, digits: int) -> str:
    """Return what is built, or its bounds where only they are known; its unit without a gap."""
    if pd.notna(row["built"]):
        shown = figure(row, "built", digits=digits, brief=True)
        has_gap = row[["gap", "gap_low", "gap_high"]].notna().any()
        return shown if has_gap else f"{shown} {unit_name(str(row['unit']), language())}"
    return interval(row["built_low"], row["built_high"], digits=digits)


def _about(item: Layer, row: pd.Series) -> str:
    """Return what a card has no place for, for the pointer that rests on it."""
    bounds = interval(row["gap_low"], row["gap_high"])
    status = t(f"status.{str(row['target_status']).replace(' ', '_')}")
    rule = t(f"rule.{str(row['rule']).replace(' ', '_')}")
    of = state.metric_of(item).denominator
    parts = (
        t("figure.denominator", of=item.message(of).text(language())) if of else "",
        f"{t('figure.interval')} {bounds}",
        t("figure.status", status=status),
        t("figure.rule", rule=rule),
        str(row[f"note_{language()}"]),
    )
    return " · ".join(part for part in parts if part)


def bar(row: Mapping[Hashable, Any]) -> str:
    """Return the bar of a row of the gap table, drawn as static/table.js does, HTML."""
    shape = bar_cell(row)["shape"]
    kind = f"tct-bar {shape['state']}{' villages' if shape['villages'] else ''}"
    if shape["state"] != "known":
        return f'<div class="{kind}"></div>'
    planned = shape["built"] + shape["planned"]
    pieces = [
        (name, low, high)
        for name, low, high in (
            ("built", 0.0, shape["built"]), ("planned", shape["built"], planned),
            ("gap", planned, 1.0),
        )
        if high > low
    ]  # fmt: skip
    inside = "".join(f'<i class="tct-{name}" style="{_span(a, b)}"></i>' for name, a, b in pieces)
    low, high = shape["low"], shape["high"]
    if low is not None and high is not None and low < high:
        ends = f"{' below' if low < 0 else ''}{' above' if high > _AXIS else ''}"
        inside += f'<u class="tct-whisker{ends}" style="{_span(low, high)}"></u>'
    tick = f'<b class="tct-target" style="left:{100 / _AXIS:.2f}%"></b>'
    return f'<div class="{kind}">{inside}{tick}</div>'


def _span(low: float, high: float) -> str:
    low, high = (min(max(end, 0.0), _AXIS) / _AXIS * 100 for end in (low, high))
    return f"left:{low:.2f}%;width:{high - low:.2f}%"

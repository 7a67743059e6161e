"""The gap list of one layer: a row per region, a total at the foot, the origin of a chosen row."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import pandas as pd
import streamlit as st

from geo.evidence import EVIDENCE_CLASSES
from layers.base import Layer
from layers.registry import unit_name
from ui.gaps import dashboard, origin
from ui.shell import region, state
from ui.shell.callbacks import whole
from ui.shell.i18n import figure, language, number, t
from ui.widgets import figure_table, tables
from ui.widgets.figure_table import Cell, RowChoice, Section, TableColumn, bar_cell, number_cell

#: adcode of the row whose origin is told.
_ROW = "_gap_row"


def filtered(table: pd.DataFrame) -> pd.DataFrame:
    """Draw the filters of the list; return the rows that pass."""
    cells = st.columns([1.2, 0.8, 1.4], vertical_alignment="bottom")
    words = cells[0].multiselect(
        t("table.evidence"),
        [word for word in EVIDENCE_CLASSES if word in set(table["evidence"])],
        format_func={word: t(f"evidence.{word}") for word in EVIDENCE_CLASSES}.__getitem__,
        placeholder=t("lists.any"),
    )
    least = cells[1].number_input(
        t("lists.min_gap"), min_value=0, value=None, placeholder=t("lists.any"), key="lists_gap"
    )
    found = tables.searched(table, cells[2].text_input(t("lists.search"), key="lists_search"))
    if words:
        found = found[found["evidence"].isin(words)]
    return found if least is None else found[found["gap"] >= least]


def show(item: Layer, table: pd.DataFrame, *, level: str) -> None:
    """Draw the list.

    Parameters
    ----------
    table
        Rows of the gap table, of one level.
    level
        That level.
    """
    digits = state.metric_of(item).digits
    row = dashboard.own_row(item)
    own, (whole,) = row.to_dict(), tables.basis(row.to_frame().T)
    rows = table.to_dict("records")
    usual = dashboard.usual_date(rows)
    section = Section(
        "gaps",
        _columns(level, str(own["unit"]), has_own="built_own" in table),
        [
            (str(row["adcode"]), _cells(row, digits, usual, word))
            for row, word in zip(rows, tables.basis(table), strict=True)
        ],
        _cells(own, digits, usual, whole) | {"region": {"text": dashboard.total_title()}},
        sort="gap",
    )
    figure_table.show(
        [section], key=f"gap-list-{item.key}", note=dashboard.note([item], {item.key: rows}),
        choice=RowChoice(str(st.session_state.get(_ROW, "")), _take), legend=_looks(own),
    )  # fmt: skip


def origin_of(item: Layer, table: pd.DataFrame, *, level: str) -> None:
    """Draw where the gap of the chosen row comes from; without one, of the region in force."""
    chosen, row = _chosen(item, table)
    name = dashboard.name_of(row) if len(chosen) else region.name()
    origin.account(row, name, state.metric_of(item).digits)
    if len(chosen) and str(row["adcode"]) != state.region()[1]:
        st.button(
            t("lists.enter", place=name), key="lists_enter", width="stretch",
            on_click=_enter, args=(level, str(row["adcode"])), help=t("lists.enter_help"),
        )  # fmt: skip


def quotes_of(item: Layer, table: pd.DataFrame) -> None:
    """Draw the sentences behind the chosen row; without one, behind the region in force."""
    origin.quote(_chosen(item, table)[1])


def _chosen(item: Layer, table: pd.DataFrame) -> tuple[pd.DataFrame, dict[Hashable, Any]]:
    """Return the chosen row as a table of one or none, and the row that is explained."""
    chosen = table[table["adcode"] == st.session_state.get(_ROW, "")]
    return chosen, (chosen.iloc[0] if len(chosen) else dashboard.own_row(item)).to_dict()


@whole
def _enter(level: str, adcode: str) -> None:
    region.choose(level, adcode)


def _take(key: str) -> None:
    st.session_state[_ROW] = key


def _columns(level: str, unit: str, *, has_own: bool) -> list[TableColumn]:
    named = unit_name(unit, language())
    villages = unit == "natural_village"
    own = [
        TableColumn("own", t("table.own"), "number", about=named),
        TableColumn("own_difference", t("table.own_difference"), "number", about=named),
    ]
    return [
        TableColumn("region", t(f"level.{level}")),
        TableColumn("target", t("figure.target"), "number", about=named),
        TableColumn("built", t("table.built"), "number", about=named),
        *(own if has_own else []),
        TableColumn("planned", t("figure.planned"), "number", about=named),
        TableColumn(
            "gap", t("card.uncovered" if villages else "figure.gap"), "number", about=named
        ),
        TableColumn("interval", t("figure.interval"), "interval", about=named),
        TableColumn("bar", t("dashboard.share"), "bar"),
        TableColumn("done", t("lists.done"), "number", about=t("lists.done_of")),
        TableColumn("date", t("lists.built_date")),
        TableColumn("evidence", t("table.evidence")),
    ]


def _cells(row: dashboard.Row, digits: int, usual: str, basis: str) -> dict[str, Cell]:
    done = row["built"] / row["target"] if row["target"] else math.nan
    evidence, name = str(row["evidence"]), dashboard.name_of(row)
    look = "illustrative" if evidence == "illustrative" else ""
    return {
        "region": {"text": name, "value": name},
        "target": number_cell(figure(row, "target", digits=digits), row["target"]),
        "built": dashboard.built_cell(row, digits),
        **{
            name: number_cell(number(row[column], digits=digits), row[column])
            for name, column in (("own", "built_own"), ("own_difference", "own_difference"))
            if column in row
        },
        "planned": number_cell(number(row["planned"], digits=digits), row["planned"]),
        "gap": dashboard.gap_cell(row, digits),
        "interval": dashboard.interval_cell(row, digits),
        "bar": bar_cell(row),
        "done": number_cell("—" if math.isnan(done) else f"{done:.0%}", done),
        "date": {"text": str(row["as_of"]) or "—", "value": str(row["as_of"]),
                 "strong": dashboard.dated(row) != usual},
        "evidence": {"text": basis, "chip": True, "look": look,
                     "value": ("", *EVIDENCE_CLASSES).index(evidence),
                     "help": t(f"evidence_about.{evidence}")},
    }  # fmt: skip


def _looks(own: dashboard.Row) -> tuple[str, ...]:
    villages = own["unit"] == "natural_village"
    parts = ("covered", "uncovered") if villages else ("built", "gap")
    return (parts[0], "planned", parts[1], "target", "interval", "unknown", "none")

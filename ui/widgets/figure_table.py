"""A table of figures with bars: rows by key, sorted in the browser, a total at its foot."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import streamlit as st

from ui.shell import frame
from ui.shell.callbacks import hear, heard
from ui.shell.i18n import t

Cell = dict[str, Any]
#: Looks of the legend, in its order, each with its word.
_LEGEND = (
    "built", "planned", "gap", "target", "covered", "uncovered", "interval", "unknown", "none",
)  # fmt: skip


@dataclass(frozen=True)
class TableColumn:
    """A column of a section.

    Attributes
    ----------
    kind
        ``text``, ``text wide`` (takes what room is left), ``number``, ``interval``, ``bar`` or
        ``switch``.
    edge
        Whether a line sets it off from the column before.
    optional
        Whether it is left out where the table would scroll sideways.
    """

    key: str
    title: str
    kind: str = "text"
    sortable: bool = True
    edge: bool = False
    about: str = ""
    optional: bool = False


@dataclass(frozen=True)
class Section:
    """Rows under one head.

    Attributes
    ----------
    rows
        (key, cells by column) per row; a row without a key cannot be chosen.
    foot
        Cells of the total; None for no total.
    sort
        TableColumn sorted by at first, falling; empty for the order given.
    title, note, chip
        Line above the head; ``chip`` is text and look.
    groups
        (title, note, number of columns) over the head; empty for none.
    """

    key: str
    columns: Sequence[TableColumn]
    rows: Sequence[tuple[str, Mapping[str, Cell]]]
    foot: Mapping[str, Cell] | None = None
    sort: str = ""
    title: str = ""
    note: str = ""
    chip: tuple[str, str] = ("", "")
    groups: Sequence[tuple[str, str, int]] = ()


@dataclass(frozen=True)
class RowChoice:
    """What is chosen and what a choice does.

    Attributes
    ----------
    key
        Key of the chosen row; empty for none.
    take
        Called with the key of a row that is pressed; None if none can be.
    turn
        Called with the key of a row and what its switch says now.
    """

    key: str = ""
    take: Callable[[str], None] | None = None
    turn: Callable[[str, bool], None] | None = None


def show(
    sections: Sequence[Section], *, key: str, choice: RowChoice | None = None, note: str = "",
    legend: Sequence[str] = _LEGEND, tall: int = 0,
) -> None:  # fmt: skip
    """Draw a table.

    Parameters
    ----------
    key
        Name of the place on the page.
    note
        Sentence below the table.
    legend
        Looks that the legend explains, of those drawn.
    tall
        Greatest height before the table scrolls [px]; 0 for none.
    """
    chosen = choice or RowChoice()

    def handle(event: Mapping[str, Any]) -> None:
        if event["kind"] == "row" and chosen.take is not None:
            chosen.take(str(event["key"]))
        elif event["kind"] == "turned" and chosen.turn is not None:
            chosen.turn(str(event["key"]), bool(event["on"]))

    _component()(
        key=key,
        height="content",
        data={
            "sections": [_section(one, chosen.key) for one in sections],
            "legend": [{"look": look, "text": t(f"legend.{look}")} for look in legend],
            "note": note,
            "tall": tall,
            "pick": chosen.take is not None,
            "heard": heard(key),
            "words": {name: t(f"table.{name}") for name in ("sort", "pick", "label")},
        },
        on_events_change=lambda: hear(key, handle),
    )


def number_cell(
    text: str, value: float | None = None, *, about: str = "", strong: bool = False
) -> Cell:
    """Return a cell that is sorted by its figure; unknown ones stand last."""
    known = value is not None and not math.isnan(value)
    return {"text": text, "value": value if known else None, "help": about, "strong": strong}


def switch_cell(*, on: bool, label: str) -> Cell:
    """Return a switch that says on or off, with its name for those who do not see it."""
    return {"on": on, "label": label, "help": label, "value": float(on)}


def bar_cell(row: Mapping[Hashable, Any]) -> Cell:
    """Return the bar of a row of the gap table: shares of its own target.

    Parameters
    ----------
    row
        ``target``, ``built``, ``planned``, ``gap``, ``gap_low``, ``gap_high`` and ``unit``.
    """
    target, built, planned = (float(row[name]) for name in ("target", "built", "planned"))
    villages = row["unit"] == "natural_village"
    if math.isnan(target) or math.isnan(built) or target <= 0:
        is_met = target == 0
        state = "none" if math.isnan(target) and not math.isnan(built) else "unknown"
        if is_met:
            state = "known"
        shape = {"state": state, "villages": villages, "built": 1.0, "planned": 0.0,
                 "low": None, "high": None}  # fmt: skip
        return {"shape": shape, "value": None}
    ends = [1 - float(row[name]) / target for name in ("gap_high", "gap_low")]
    low, high = (None if math.isnan(end) else end for end in ends)
    share = built / target
    shape = {"state": "known", "villages": villages, "built": share,
             "planned": (0.0 if math.isnan(planned) else planned) / target,
             "low": low, "high": high}  # fmt: skip
    return {"shape": shape, "value": share, "help": f"{share:.0%}", "label": f"{share:.0%}"}


def _section(one: Section, chosen: str) -> dict[str, Any]:
    chip, look = one.chip
    return {
        "key": one.key,
        "title": one.title,
        "note": one.note,
        "chip": chip,
        "look": look,
        "groups": [
            {"title": title, "note": note, "span": span} for title, note, span in one.groups
        ] or None,
        "columns": [
            {"key": column.key, "title": column.title, "kind": column.kind, "help": column.about,
             "sortable": column.sortable, "edge": column.edge, "optional": column.optional}
            for column in one.columns
        ],
        "rows": [
            {"key": key, "cells": dict(cells), "selected": bool(key) and key == chosen}
            for key, cells in one.rows
        ],
        "foot": {"key": "", "cells": dict(one.foot)} if one.foot is not None else None,
        "sort": {"key": one.sort, "down": True} if one.sort else None,
    }  # fmt: skip


@lru_cache(maxsize=1)
def _component() -> Callable[..., Any]:
    """Register the table once per process."""
    mount: Callable[..., Any] = st.components.v2.component(
        "tongcun_table",
        html='<div class="tct"></div>',
        js=frame.component("table.js"),
        isolate_styles=False,
    )
    return mount

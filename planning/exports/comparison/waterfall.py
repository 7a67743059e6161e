"""The steps of a waterfall from scenario A to another one, for charts on screen and on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from planning.comparison.causes import END, START
from planning.comparison.figures import KEYS
from planning.exports.comparison.words import cause_name, figure_number, figure_text
from planning.exports.report.reader import Reader, Row, is_known, records

Kind = Literal["end", "more", "less"]


@dataclass(frozen=True)
class Bar:
    """One bar of a waterfall, in the unit that the figure is shown in.

    Attributes
    ----------
    title
        What it is: a scenario or a cause.
    first, last
        Where it begins and where it leads.
    label
        The figure at its end, or the change with its sign.
    kind
        ``end`` for a scenario, ``more`` and ``less`` for a change.
    is_certain
        False where the solver's bounds leave the sign open.
    inputs
        The inputs that are changed; empty for the ends and the interaction.
    """

    title: str
    first: float
    last: float
    label: str
    kind: Kind
    is_certain: bool
    inputs: str


def figures_explained(causes: pd.DataFrame, compared: str) -> list[Row]:
    """Return the figures that differ and whose steps are all known, in their order.

    Parameters
    ----------
    causes
        Causes of a comparison.
    compared
        Letter of the scenario.

    Returns
    -------
    figures
        First row of each.
    """
    found = []
    own = causes[causes["compared"] == compared]
    for _, steps in own.groupby(list(KEYS), sort=False):
        between = steps[~steps["cause"].isin((START, END))]
        if steps["effect"].notna().all() and (between["effect"] != 0).any():
            found.append(records(steps.head(1))[0])
    return found


def steps_of(causes: pd.DataFrame, row: Row) -> pd.DataFrame:
    """Return the steps of the figure that a row is of.

    Parameters
    ----------
    causes
        Causes of a comparison.
    row
        Row of :func:`figures_explained`.

    Returns
    -------
    steps
        Rows of the causes, from A to the other scenario.
    """
    keys = ["compared", *KEYS]
    return causes[(causes[keys] == [row[key] for key in keys]).all(axis=1)]


def waterfall(steps: pd.DataFrame, reader: Reader, inputs: Mapping[str, str]) -> Sequence[Bar]:
    """Return the bars of one figure; what changes nothing has none.

    Parameters
    ----------
    steps
        What :func:`steps_of` returns.
    reader
        Words in the reader's language.
    inputs
        Cause → the inputs that are changed, as :meth:`InputWords.by_cause` returns.

    Returns
    -------
    bars
        From A to the other scenario.
    """
    bars, at = [], 0.0
    for row in records(steps):
        change = figure_number(row, float(row["effect"]))
        title = cause_name(str(row["cause"]), str(row["compared"]), reader.language)
        if row["cause"] in {START, END}:
            text = figure_text(row, float(row["effect"]), reader)
            bars.append(Bar(title, 0.0, change, text, "end", is_certain=True, inputs=""))
            at = change
        elif row["effect"] != 0:
            certain = bool(row["is_certain"]) if is_known(row["is_certain"]) else False
            text = figure_text(row, float(row["effect"]), reader, signed=True)
            kind: Kind = "more" if change > 0 else "less"
            told = inputs.get(str(row["cause"]), "")
            bars.append(Bar(title, at, at + change, text, kind, certain, told))
            at += change
    return bars

"""Tables of gaps and villages: few columns, units named, rows that can be selected."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from data.ledger.qualifiers import with_word
from data.tables.imports import IMPORTABLE
from data.tables.initials import matches
from layers.villages import VILLAGE_COLUMNS, named, sized
from ui.shell import cache, state
from ui.shell.callbacks import whole
from ui.shell.i18n import UNKNOWN, interval, language, name_language, qualified, short_names, t

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

    from data.export.bundle import ExportBundle

#: Height of a table beside a map [px].
_HEIGHT = 486
#: Height of a row of a table [px].
ROW_HEIGHT = 28
#: Head and borders of a table [px].
_HEAD = 34
#: What a planner's own files say of a village, shown first.
_NAMED = ("name", "township", "admin_village")


def fitted(rows: int, most: int) -> int:
    """Return the height of a table that shows its rows and nothing below them, to a most [px]."""
    return min(most, ROW_HEIGHT * max(rows, 1) + _HEAD)


def followed(name: str, ids: pd.Series, chosen: str) -> dict[str, Any]:
    """Return key and first selection of a table whose selection follows its row.

    Streamlit keeps a selection by position. Where other rows stand there, the table is another
    one, and begins with the chosen row.

    Parameters
    ----------
    name
        Name of the table on the page.
    ids
        Identity of each row, in the order shown.
    chosen
        Identity of the chosen row; empty for none.

    Returns
    -------
    options
        ``key``, ``selection_mode`` and ``selection_default`` for ``st.dataframe``.
    """
    digest = hashlib.sha256(
        pd.util.hash_pandas_object(ids.astype(str), index=False).to_numpy().tobytes()
    )
    rows = np.flatnonzero(ids.astype(str).to_numpy(object) == chosen)[:1].tolist()
    return {
        "key": f"{name}-{digest.hexdigest()[:12]}",
        "selection_mode": "single-row",
        "selection_default": {"selection": {"rows": rows}},
    }


def searched(table: pd.DataFrame, text: str) -> pd.DataFrame:
    """Return the rows whose code, name in either language, or initials contain the text."""
    wanted = text.strip().casefold()
    if not wanted:
        return table
    hit = pd.Series(data=False, index=table.index)
    for column in ("adcode", "name_zh", "name_en"):
        hit |= matches(table[column], wanted)
    return table[hit]


def missing(table: pd.DataFrame) -> dict[str, Any]:
    """Return the first columns of every table of gaps: region, gap, and its interval."""
    ends = zip(table["gap_low"], table["gap_high"], strict=True)
    return {
        "region": short_names(table),
        "gap": table["gap"],
        "interval": [interval(low, high) for low, high in ends],
    }


def basis(table: pd.DataFrame) -> list[str]:
    """Return the evidence of each row's figures; of a row without any, why it has none."""
    known = table[["target_high", "built_low", "built_high"]].notna().any(axis=1)
    words = zip(known, table["evidence"], table["target_status"], strict=True)
    return [
        t(f"evidence.{word}") if has else t(f"status.{str(status).replace(' ', '_')}")
        for has, word, status in words
    ]


def worded(shown: pd.DataFrame, rows: pd.DataFrame) -> Styler:
    """Return a table that shows figures with the word before them and still sorts by number.

    Parameters
    ----------
    shown
        Columns ``target``, ``built`` or ``gap`` among others.
    rows
        The rows of the gap table behind it, in the same order.

    Returns
    -------
    styler
        For ``st.dataframe``.
    """
    plain = shown.reset_index(drop=True)
    styler = plain.style
    for name in {"target", "built", "gap"} & set(shown):
        for sign, places in plain.groupby(rows[f"{name}_qualifier"].to_numpy()).groups.items():
            styler = styler.format(partial(qualified, str(sign)), subset=(places, [name]))
    return styler


def stated(rows: pd.DataFrame) -> pd.DataFrame | Styler:
    """Return rows of the ledger with the word before each value instead of its own column.

    Parameters
    ----------
    rows
        Where they have a ``value``, they have a ``qualifier``; not changed.

    Returns
    -------
    table
        For ``st.dataframe``; values still sort by number.
    """
    if "value" not in rows or "qualifier" not in rows:
        return rows
    plain = rows.reset_index(drop=True)
    styler = plain.drop(columns="qualifier").style
    for sign, places in plain.groupby(plain["qualifier"].fillna("")).groups.items():
        styler = styler.format(partial(stated_value, str(sign)), subset=(places, ["value"]))
    return styler


def stated_value(sign: str, value: float) -> str:
    """Return a value of the ledger with all its digits and the word of how exact it is before it.

    Parameters
    ----------
    sign
        Cell of the column ``qualifier``; empty for none.
    value
        The figure; NaN is unknown.

    Returns
    -------
    figure
        In the language of the session.
    """
    return UNKNOWN if math.isnan(value) else with_word(f"{value:,.10g}", sign, language())


def villages_of(
    region: tuple[str, str],
    *,
    states: Sequence[str],
    min_households: int,
    evidence: Sequence[str],
    text: str,
) -> pd.DataFrame:
    """Return the villages of a region that pass the filters; an empty filter lets all pass."""
    villages = cache.villages()
    keep = pd.Series(sized(villages, min_households, unknown=min_households <= 1), villages.index)
    level, adcode = region
    if level:
        keep &= villages[level] == adcode
    if states:
        keep &= villages["state"].isin(list(states))
    if evidence:
        keep &= villages["evidence"].isin(list(evidence))
    found = villages[keep]
    return found[named(found, text)]


def column_label(column: str) -> str:
    """Return what a planner calls a column: its meaning, else the header of the file."""
    declared = {c.name: c for c in IMPORTABLE["natural_villages"].columns}
    return declared[column].meaning(language()) if column in declared else column


def village_frame(villages: pd.DataFrame, *, key: str) -> None:
    """Draw villages; a selected row is shown on the map."""
    own = [name for name in _NAMED if name in villages.columns]
    shown = villages[own].assign(
        village_id=villages["village_id"],
        county=villages[f"county_{name_language()}"],
        households=villages["households"],
        state=villages["state"].map({s: t(f"state.{s}") for s in set(villages["state"])}),
        lat=villages["lat"],
        lon=villages["lon"],
        evidence=villages["evidence"].map(
            {word: t(f"evidence.{word}") for word in set(villages["evidence"])}
        ),
    )
    further = [c for c in villages.columns if c not in (*VILLAGE_COLUMNS, *own)]
    shown = shown.join(villages[further])
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    labels = {name: column_label(name) for name in (*own, *further)}
    table = followed(key, villages["village_id"], str(st.session_state.get(state.VILLAGE, "")))
    st.dataframe(
        shown,
        **table,
        height=fitted(len(shown), _HEIGHT - 40),
        row_height=ROW_HEIGHT,
        hide_index=True,
        placeholder=UNKNOWN,
        column_config={
            **{name: st.column_config.Column(labels[name]) for name in labels},
            **({own[0]: text(labels[own[0]], width=108, pinned=True)} if own else {}),
            "village_id": text(t("table.village_id"), width=108, pinned=not own),
            "county": text(t("table.county"), width=100),
            "households": number(t("table.households"), format="localized", width=60),
            "state": text(t("table.state"), width=70),
            "lat": number(t("table.lat"), format="%.4f", width=66),
            "lon": number(t("table.lon"), format="%.4f", width=72),
            "evidence": text(t("table.evidence"), width=64),
        },
        on_select=lambda: _take_village(villages, table["key"]),
    )


def village_bundle(villages: pd.DataFrame) -> Callable[[bool], ExportBundle]:
    """Return what builds the export of these villages later, outside the session."""
    from planning.exports import gaps as gap_exports

    pack, plan = cache.pack(), state.plan()
    return lambda _geometry: gap_exports.village_bundle(pack, villages, scenario=plan)


@whole
def _take_village(villages: pd.DataFrame, key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    st.session_state[state.VILLAGE] = str(villages["village_id"].iloc[rows[0]]) if rows else ""

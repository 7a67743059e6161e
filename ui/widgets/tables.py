"""Tables of gaps and villages: few columns, units named, rows that can be selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from data.doctor.names.initials import matches
from data.tables.imports import IMPORTABLE
from layers.villages import VILLAGE_COLUMNS, named, sized
from ui.shell import cache, state
from ui.shell.callbacks import whole
from ui.shell.i18n import UNKNOWN, interval, language, name_language, qualified, short_names, t
from ui.widgets import drilldown

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

    from data.export.bundle import ExportBundle

#: Height of a table beside a map [px].
_HEIGHT = 486
_ROW_HEIGHT = 28
#: Head and borders of a table [px].
_HEAD = 37
#: What a planner's own files say of a village, shown first.
_NAMED = ("name", "township", "admin_village")
#: id of the village chosen in the table.
VILLAGE = "village"


def fitted(rows: int, most: int) -> int:
    """Return the height of a table that shows its rows and nothing below them, to a most [px]."""
    return min(most, _ROW_HEIGHT * max(rows, 1) + _HEAD)


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


def _own(table: pd.DataFrame) -> dict[str, Any]:
    """Return the columns of the planner's own list beside what is reported or allocated."""
    return {"own": table["built_own"], "own_difference": table["own_difference"]}


def basis(table: pd.DataFrame) -> list[str]:
    """Return the evidence of each row's figures; of a row without any, why it has none."""
    known = table[["target_high", "built_low", "built_high"]].notna().any(axis=1)
    words = zip(known, table["evidence"], table["target_status"], strict=True)
    return [
        t(f"evidence.{word}") if has else t(f"status.{str(status).replace(' ', '_')}")
        for has, word, status in words
    ]


def gap_frame(table: pd.DataFrame, unit: str, *, key: str) -> None:
    """Draw rows of the gap table; a selected row becomes the chosen region."""
    ranked = table.sort_values(["gap", "gap_high"], ascending=False, na_position="last")
    shown = pd.DataFrame(
        {
            **missing(ranked),
            "built": ranked["built"],
            **({"planned": ranked["planned"]} if ranked["planned"].any() else {}),
            **(_own(ranked) if "built_own" in ranked.columns else {}),
            "target": ranked["target"],
            "as_of": ranked["as_of"],
            "evidence": basis(ranked),
            "note": ranked[f"note_{language()}"],
        }
    )
    number = st.column_config.NumberColumn
    st.dataframe(
        worded(shown, ranked),
        key=key,
        height=_HEIGHT,
        row_height=_ROW_HEIGHT,
        hide_index=True,
        placeholder=UNKNOWN,
        column_config={
            "region": st.column_config.TextColumn(t("table.region"), width=168, pinned=True),
            "gap": number(t("figure.gap"), width=68, help=unit),
            "interval": st.column_config.TextColumn(t("figure.interval"), width=112, help=unit),
            "built": number(t("table.built"), width=64, help=unit),
            "planned": number(t("figure.planned"), format="localized", width=56, help=unit),
            "own": number(t("table.own"), format="localized", width=56, help=unit),
            "own_difference": number(t("table.own_difference"), format="localized", width=64),
            "target": number(t("figure.target"), width=70, help=unit),
            "as_of": st.column_config.TextColumn(t("table.as_of"), width=86),
            "evidence": st.column_config.TextColumn(t("table.evidence"), width=76),
            "note": st.column_config.TextColumn(t("table.note"), width="large"),
        },
        on_select=lambda: _take_region(ranked, key),
        selection_mode="single-row",
    )
    st.caption(t("lists.unit", unit=unit, count=len(shown)))


def worded(shown: pd.DataFrame, rows: pd.DataFrame) -> Styler:
    """Return a table that shows figures with the word before them and still sorts by number.

    Parameters
    ----------
    shown
        Columns ``target``, ``built`` and ``gap`` among others.
    rows
        The rows of the gap table behind it, in the same order.

    Returns
    -------
    styler
        For ``st.dataframe``.
    """
    plain = shown.reset_index(drop=True)
    styler = plain.style
    for name in ("target", "built", "gap"):
        for sign, places in plain.groupby(rows[f"{name}_qualifier"].to_numpy()).groups.items():
            styler = styler.format(partial(qualified, str(sign)), subset=(places, [name]))
    return styler


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
    st.dataframe(
        shown,
        key=key,
        height=_HEIGHT - 40,
        row_height=_ROW_HEIGHT,
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
        on_select=lambda: _take_village(villages, key),
        selection_mode="single-row",
    )


def gap_bundle(table: pd.DataFrame) -> Callable[[bool], ExportBundle]:
    """Return what builds the export of these rows later, outside the session."""
    from planning.exports import gaps as gap_exports

    pack, plan = cache.pack(), state.plan()
    return lambda geometry: gap_exports.gap_bundle(pack, table, scenario=plan, geometry=geometry)


def village_bundle(villages: pd.DataFrame) -> Callable[[bool], ExportBundle]:
    """Return what builds the export of these villages later, outside the session."""
    from planning.exports import gaps as gap_exports

    pack, plan = cache.pack(), state.plan()
    return lambda _geometry: gap_exports.village_bundle(pack, villages, scenario=plan)


@whole
def _take_region(table: pd.DataFrame, key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    if rows:
        row = table.iloc[rows[0]]
        drilldown.choose(str(row["level"]), str(row["adcode"]))


@whole
def _take_village(villages: pd.DataFrame, key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    st.session_state[VILLAGE] = str(villages["village_id"].iloc[rows[0]]) if rows else ""

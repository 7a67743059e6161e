"""The target path: a slider over the dates, the plan's line and the dated observations."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from layers.base import Layer
from planning.progress import STATUSES
from ui.shell import cache, region, state
from ui.shell.callbacks import whole
from ui.shell.i18n import short_names, t
from ui.widgets import charts

_DATE = "_as_of_slider"


def show(row: pd.Series, unit: str) -> None:
    """Draw the slider over the dates and the target path against the observations."""
    points = cache.history_of(str(row["layer"]))
    stated = str(row["target_as_of"])
    dates = _dates([*points.get("as_of", []), stated])
    st.session_state[_DATE] = st.session_state[state.AS_OF]
    st.select_slider(
        t("overview.slider"), dates, key=_DATE, on_change=_take_date, help=t("overview.slider_help")
    )
    if points.empty and pd.isna(row["target"]):
        st.info(t("overview.no_observation"))
        return
    line = pd.DataFrame(columns=["as_of", "value"])
    known = points[points["built"].notna()] if len(points) else points
    if pd.notna(row["target"]) and stated:
        before = known[known["as_of"] < stated] if len(known) else known
        start = _plan_start(before)
        ends = [*start, (stated, row["target"])]
        line = pd.DataFrame(ends, columns=["as_of", "value"])
    st.vega_lite_chart(charts.path(known, line, st.session_state[state.AS_OF], unit))


def behind(shown: Layer) -> None:
    """Say how many of the regions below are behind the path, and which is furthest."""
    table = region.inside(cache.progress(shown.key, region.level_below()))
    if table.empty or table["path"].isna().all():
        st.caption(t("progress.no_path"))
        return
    counts = {word: int((table["status"] == word).sum()) for word in STATUSES}
    late = short_names(table[table["status"] == "behind"].head(1))
    furthest = t("overview.furthest_behind", name=late[0]) if late else ""
    st.caption(f"{t('progress.behind_count', **counts)} {furthest}".strip())


def _plan_start(before: pd.DataFrame) -> list[tuple[str, float]]:
    """Return the baseline that the path starts from: the first figure known."""
    if before.empty:
        return []
    first = before.iloc[0]
    return [(str(first["as_of"]), float(first["built"]))]


def _dates(known: list[str]) -> list[str]:
    """Return year ends around the known dates, these dates, and the one in force."""
    current = str(st.session_state[state.AS_OF])
    days = {day for day in (*known, current) if day}
    years = [dt.date.fromisoformat(day).year for day in days]
    return sorted({*days, *(f"{year}-12-31" for year in range(min(years), max(years) + 1))})


@whole
def _take_date() -> None:
    st.session_state[state.AS_OF] = st.session_state[_DATE]

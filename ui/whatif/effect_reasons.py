"""Why each village near the placed sites is gained over the terrain, or is not."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planning.whatif import Effect
from ui.coverage import results as coverage_view
from ui.shell.i18n import UNKNOWN, number, t
from ui.widgets import tables

_ROW_HEIGHT = 27
_HEIGHT = 250
#: Villages in each list; the export holds all.
_SHOWN = 2_000


def show(result: Effect) -> None:
    """Draw the villages gained and those not gained, each with its reason; nothing by circle."""
    if result.basis == "circle":
        return
    gained, missed = result.gained, result.missed
    with st.expander(
        t("whatif.reasons", gained=number(len(gained)), missed=number(len(missed))), expanded=True
    ):
        reasons = pd.concat([gained["reason"], missed["reason"]], ignore_index=True).dropna()
        if not len(reasons):
            st.caption(t("whatif.no_reasons"))
            return
        coverage_view.chips(reasons)
        left, right = st.columns(2, gap="small")
        with left:
            _frame(gained, t("whatif.gained_list"), key="gained")
        with right:
            _frame(missed, t("whatif.missed_list"), key="missed")


def _frame(rows: pd.DataFrame, title: str, *, key: str) -> None:
    st.markdown(f"**{title}**")
    rows = rows.head(_SHOWN)
    level = pd.to_numeric(rows["rsrp_dBm"], errors="coerce")
    shown = pd.DataFrame(
        {
            "village": rows["village_id"],
            "households": rows["households"],
            "site": rows["site"].replace(0, None),
            "km": rows["distance_m"].astype(float) / 1000,
            "level": level,
            "reason": [
                coverage_view.reason(str(word)) if pd.notna(word) else t("whatif.by_circle")
                for word in rows["reason"]
            ],
        }
    )
    if key == "missed":
        shown = shown.drop(columns="site")
        shown["ridge"] = pd.to_numeric(rows["ridge_km"], errors="coerce").where(
            rows["reason"] == "ridge"
        )
    text, figure = st.column_config.TextColumn, st.column_config.NumberColumn
    st.dataframe(
        shown, key=f"effect-{key}", hide_index=True, row_height=_ROW_HEIGHT,
        height=tables.fitted(len(shown), _HEIGHT), placeholder=UNKNOWN,
        column_config={
            "village": text(t("table.village_id"), width=104),
            "households": figure(t("table.households"), format="localized", width=84),
            "site": figure(t("whatif.server"), format="%d", width=44),
            "km": figure("km", format="%.1f", width=44),
            "level": figure("dBm", format="%.0f", width=48, help=t("coverage.rsrp")),
            "reason": text(t("coverage.reason"), width=112),
            "ridge": figure(t("coverage.ridge"), format="%.1f", width=70),
        },
    )  # fmt: skip

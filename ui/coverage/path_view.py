"""What the Path page shows beside the profile: the level line by line, the loss part by part."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planning.coverage.path_profile import PathView
from planning.coverage.prediction import CoverageOrder
from ui.shell.i18n import number, t
from ui.widgets import tables

#: Parts of the loss in the order of reading; the last is the result.
_PARTS = (
    "free_space_dB", "line_of_sight_dB", "bullington_dB", "bullington_smooth_dB", "spherical_dB",
    "diffraction_dB", "troposcatter_dB", "ducting_dB", "loss_dB",
)  # fmt: skip


def verdict(view: PathView, order: CoverageOrder) -> None:
    """Draw level, probability and state of the village by this path."""
    cells = st.columns(3)
    cells[0].metric(t("path.level"), _signed(view.rsrp_dBm, 1, "dBm"))
    cells[1].metric(
        t("path.margin"), _signed(view.rsrp_dBm - order.limit_dBm, 1, "dB"),
        help=t("path.margin_help", limit=_signed(order.limit_dBm, 0, "dBm")),
    )  # fmt: skip
    cells[2].metric(
        t("path.probability"), _probability(view.probability),
        help=t("path.probability_help", required=f"{order.required_probability:.0%}"),
    )  # fmt: skip
    colour, word = ("green", "covered") if view.covered else ("orange", "uncovered")
    sight = t("path.sight" if view.loss.line_of_sight else "path.no_sight")
    st.markdown(f":{colour}-badge[{t(f'state.{word}')}] {sight}")


def level_frame(view: PathView) -> None:
    """Draw how the level comes about, line by line."""
    lines = [
        (_line_title(line.key), _value(line.value, line.sign, line.unit), line.unit)
        for line in view.lines
    ]
    _frame(lines, t("path.level_table"))


def loss_frame(view: PathView) -> None:
    """Draw the parts of the loss as ITU-R P.1812 has them."""
    lines = [
        (_part_title(name), number(float(getattr(view.loss, name)), digits=1), "dB")
        for name in _PARTS
    ]
    _frame(lines, t("path.loss_table"))
    st.caption(t("path.loss_note"))


def _frame(lines: list[tuple[str, str, str]], title: str) -> None:
    shown = pd.DataFrame(lines, columns=["line", "value", "unit"])
    text = st.column_config.TextColumn
    st.dataframe(
        shown, hide_index=True, row_height=tables.ROW_HEIGHT,
        height=tables.fitted(len(shown), 2000),
        column_config={
            "line": text(title, width=206),
            "value": text(t("coverage.value"), width=66, alignment="right"),
            "unit": text(t("coverage.unit"), width=46),
        },
    )  # fmt: skip


def _line_title(key: str) -> str:
    return t(f"path_line.{key}")


def _part_title(key: str) -> str:
    return t(f"path_loss.{key}")


def _value(value: float, sign: int, unit: str) -> str:
    if not unit:
        return f"{value:.2f}"
    text = f"{value * sign:+.1f}" if sign else f"{value:.1f}"
    return text.replace("-", "−").replace("−0.0", "0.0").replace("+0.0", "0.0")


def _probability(share: float) -> str:
    """Return a probability in whole percent, never 0 or 100 for what is not certain."""
    return "<1%" if share < 0.005 else ">99%" if share > 0.995 else f"{share:.0%}"


def _signed(value: float, digits: int, unit: str) -> str:
    return number(value, digits=digits, unit=unit).replace("-", "−")

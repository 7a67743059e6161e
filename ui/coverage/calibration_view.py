"""A drive test beside the prediction: what it says, whether it helps, the switch to apply it."""

from __future__ import annotations

import functools

import pandas as pd
import streamlit as st

from planning.coverage.drive_test import MAX_POINTS, DriveTest, corrected, drive_test, is_imported
from planning.coverage.prediction import CoverageOrder
from ui.coverage import predictions
from ui.shell import cache, state
from ui.shell.i18n import UNKNOWN, number, t
from ui.widgets.background import result_of
from ui.widgets.charts import shade

APPLY = "calibration_apply"
_SHOWN = 3_000


def applied(table: pd.DataFrame, order: CoverageOrder) -> tuple[pd.DataFrame, float | None]:
    """Draw the drive test where one is in force; return the table to show and its common error.

    Returns
    -------
    The prediction, corrected if the reader asks for it and it helps, and the standard deviation of
    the error that all villages then share [dB]; None without a correction.
    """
    if not is_imported(cache.pack()):
        return table, None
    with st.expander(t("calibration.title"), expanded=True):
        drive = _drive(order)
        if drive is None:
            st.empty()  # Takes the place of the figures of another question at once.
            return table, None
        left, right = st.columns([0.56, 0.44], gap="medium")
        with left:
            _figures(drive)
            on = st.toggle(
                t("calibration.apply"), key=APPLY, disabled=not drive.calibration.helps,
                help=t("calibration.apply_help"),
            )  # fmt: skip
            for reason in drive.calibration.reasons:
                key = f"calibration_reason.{reason.key}"
                st.warning(t(key, value=reason.value, limit=reason.limit))
            st.caption(_counts(drive))
        # Nearly square, so that the line of agreement runs at 45 degrees.
        right.vega_lite_chart(_chart(drive))
    if not on or not drive.calibration.helps:
        return table, None
    return corrected(table, drive, order), drive.calibration.offset_error_dB


def _drive(order: CoverageOrder) -> DriveTest | None:
    pack, plan = cache.pack(), state.plan()
    work = functools.partial(drive_test, pack, plan, order)
    return result_of(
        "drive", predictions.key_of("drive", order.preset, order.reach_m),
        lambda progress, cancel: work(progress=progress, cancel=cancel),
        label=t("calibration.working"),
    )  # fmt: skip


def _figures(drive: DriveTest) -> None:
    """Draw offset, spread, and the error on stretches held out before and after."""
    found = drive.calibration
    cells = [cell for _ in range(2) for cell in st.columns(2)]
    offset = _dB(found.offset_dB, sign=True) if found.helps else UNKNOWN
    error = _dB(found.offset_error_dB)
    cells[0].metric(t("calibration.offset"), offset, help=t("calibration.offset_help", error=error))
    cells[1].metric(t("calibration.sigma"), _dB(found.sigma_dB))
    if found.before is not None and found.after is not None:
        cells[2].metric(
            t("calibration.held_out"),
            f"{_dB(found.before.rms_dB)} → {_dB(found.after.rms_dB)}",
            help=t("calibration.held_out_help"),
        )  # fmt: skip
    cells[3].metric(
        t("calibration.points"), number(found.points),
        t("calibration.stretches", count=number(found.stretches)),
        delta_color="off", delta_arrow="off",
    )  # fmt: skip


def _counts(drive: DriveTest) -> str:
    return t(
        "calibration.counts", rows=number(drive.rows), other=number(drive.other_band),
        left_out=number(drive.calibration.left_out), most=number(MAX_POINTS),
        evidence=t(f"evidence.{drive.evidence}"), date=drive.as_of or t("figure.undated"),
    )  # fmt: skip


def _chart(drive: DriveTest) -> dict[str, object]:
    """Return measured against modelled level, with the line on which both agree."""
    points = drive.points.dropna(subset=["measured_dBm", "modelled_dBm"])
    if len(points) > _SHOWN:
        points = points.iloc[:: len(points) // _SHOWN + 1]
    values = [
        {"x": round(float(a), 1), "y": round(float(b), 1)}
        for a, b in zip(points["modelled_dBm"], points["measured_dBm"], strict=True)
    ]
    low, high = -140, -50
    x = {"field": "x", "type": "quantitative", "title": t("calibration.modelled"),
         "scale": {"domain": [low, high], "clamp": True}}  # fmt: skip
    y = {"field": "y", "type": "quantitative", "title": t("calibration.measured"),
         "scale": {"domain": [low, high], "clamp": True}}  # fmt: skip
    return {
        "height": 300,
        "layer": [
            {"data": {"values": values},
             "mark": {"type": "point", "filled": True, "size": 14, "opacity": 0.5,
                      "color": shade("ink")},
             "encoding": {"x": x, "y": y}},
            {"data": {"values": [{"x": low, "y": low}, {"x": high, "y": high}]},
             "mark": {"type": "line", "strokeDash": [5, 4], "color": shade("ink-2")},
             "encoding": {"x": x, "y": y}},
        ],
    }  # fmt: skip


def _dB(value: float, *, sign: bool = False) -> str:
    return f"{value:{'+' if sign else ''}.1f} dB".replace("-", "−")

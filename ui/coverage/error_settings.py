"""Errors that several villages share, as fields on the Coverage page; assumed until measured."""

from __future__ import annotations

import streamlit as st

from data.scenario.scenario import ErrorSettings
from ui.shell import state
from ui.shell.callbacks import whole
from ui.shell.i18n import t

_FIELDS = {"common_sigma_dB": (20.0, 0.5, "%.1f"), "correlation_m": (50_000.0, 500.0, "%.0f")}


def in_force(calibrated_dB: float | None) -> ErrorSettings:
    """Return the errors of the scenario, the common one as a calibration gives it."""
    stated = state.plan().errors
    if calibrated_dB is None:
        return stated
    return stated.model_copy(update={"common_sigma_dB": calibrated_dB})


def show(calibrated_dB: float | None) -> None:
    """Draw both errors; where a calibration gives the common one it is not to be typed."""
    used = in_force(calibrated_dB)
    word = "assumed" if calibrated_dB is None else "measured"
    with st.popover(t("coverage.errors", basis=t(f"evidence.{word}")), type="tertiary"):
        for name, (most, step, form) in _FIELDS.items():
            st.session_state[_key(name)] = float(getattr(used, name))
            st.number_input(
                t(f"coverage.error_{name}"), min_value=0.0, max_value=most, step=step, format=form,
                key=_key(name), on_change=_take, args=(name,),
                disabled=calibrated_dB is not None and name == "common_sigma_dB",
            )  # fmt: skip
        st.caption(t("coverage.errors_help"))


def _key(name: str) -> str:
    return f"_error_{name}"


@whole
def _take(name: str) -> None:
    content = state.plan().errors.model_dump() | {name: st.session_state[_key(name)]}
    state.change(errors=content)

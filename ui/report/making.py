"""Makes a report beside the pages: nothing of Streamlit is touched while it is made."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import streamlit as st

from geo.radio.prediction import Cancelled
from ui.shell import cache, state
from ui.widgets.background import Cancel, Progress, Work

if TYPE_CHECKING:
    from data.export.report.document import ReportDocument
    from planning.plan.rollout import Rollout

#: Resolution of the preview [dots per inch].
_PPI = 96.0


def making(
    rollout: Rollout | None, language: str, regions: tuple[str, ...]
) -> Work[tuple[ReportDocument, list[bytes]]]:
    """Return what makes the report of the session's scenario, with a picture of each page."""
    pack, as_of = cache.pack(), dt.date.fromisoformat(st.session_state[state.AS_OF])
    scenario = state.plan().model_copy(update={"as_of": as_of})

    def make(progress: Progress, cancel: Cancel) -> tuple[ReportDocument, list[bytes]]:
        from data.export.report.pdf import to_pages
        from planning.exports.report import report as reports

        # The inputs and the pictures are a step each, beside the regions.
        steps = len(reports.prefectures(pack, regions)) + 2
        done: list[str] = []

        def step(part: str) -> None:
            if cancel():
                raise Cancelled
            done.append(part)
            progress(len(done) / steps)

        inputs = reports.ReportInputs.of(pack, scenario, rollout)
        step("inputs")
        document = reports.report(inputs, reports.ReportRequest(language, regions), step)
        return document, to_pages(document, _PPI)

    return make

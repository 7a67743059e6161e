"""Makes a report beside the pages: nothing of Streamlit is touched while it is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from data.workspace.folder import Workspace
from geo.radio.prediction import Cancelled
from ui.shell import cache, state
from ui.widgets.background import Cancel, Progress, Work

if TYPE_CHECKING:
    from data.export.report.document import ReportDocument
    from data.scenario.scenario import Scenario
    from planning.plan.rollout import Rollout

#: Resolution of the preview [dots per inch].
_PPI = 96.0


def making(
    rollout: Rollout | None, language: str, regions: tuple[str, ...], others: Sequence[Scenario]
) -> Work[tuple[ReportDocument, list[bytes]]]:
    """Return what makes the report of the session's scenario, with a picture of each page.

    Parameters
    ----------
    others
        Scenarios that its plan is compared with in a chapter.
    """
    pack, workspace, scenario = cache.pack(), Workspace.open(), state.dated()

    def make(progress: Progress, cancel: Cancel) -> tuple[ReportDocument, list[bytes]]:
        from data.export.report.pdf import to_pages
        from planning.comparison.comparison import ComparisonOrder, compare
        from planning.comparison.kept import known_rollout
        from planning.exports.comparison.chapter import comparison_chapter
        from planning.exports.report import report as reports

        # The inputs and the pictures are a step each, beside the regions.
        steps = len(reports.prefectures(pack, regions)) + 2
        done: list[str] = []

        def step(part: str) -> None:
            if cancel():
                raise Cancelled
            done.append(part)
            progress(len(done) / steps)

        chapter = None
        if others and rollout is not None:
            compared = compare(pack, [scenario, *others], ComparisonOrder(
                region=regions[0] if len(regions) == 1 else "", cancel=cancel,
                known=lambda one: rollout if one is scenario
                else known_rollout(pack, one, workspace),
            ))  # fmt: skip
            chapter = comparison_chapter(pack, compared, language)
        inputs = reports.ReportInputs.of(
            pack, scenario, rollout, chapter, reports.levels_of(regions)
        )
        step("inputs")
        document = reports.report(inputs, reports.ReportRequest(language, regions), step)
        return document, to_pages(document, _PPI)

    return make

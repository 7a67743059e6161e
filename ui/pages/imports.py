"""Import: a planner's own file goes in, every step of the doctor shown, nothing lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from data.doctor.process import kept
from data.tables.imports import IMPORT_EVIDENCE, IMPORTABLE
from geo.errors import PlannerError
from ui.imports import (
    province as import_province,
    results as import_results,
    session as import_session,
    steps as import_steps,
    village_history,
)
from ui.shell import cache, localised_select, region, state
from ui.shell.callbacks import whole
from ui.shell.frame import explain, guarded, head
from ui.shell.i18n import name_language, number, t

if TYPE_CHECKING:
    from data.doctor.diagnosis import Diagnosis
    from ui.shell.streamlit_internals import UploadedFile


@guarded
def show() -> None:
    """Draw the page."""
    told = t("import.region", place=region.name()) if state.region()[1] else ""
    head(t("import.title"), about=told)
    kept.prepare()
    import_results.messages()
    uploads = _form()
    if uploads:
        _examined([(upload.getvalue(), upload.name) for upload in uploads])
    else:
        import_results.templates()
    import_results.history()
    village_history.show()
    import_province.show()


def _form() -> list[UploadedFile]:
    """Draw the upload and what the planner says of the files."""
    cells = st.columns([2.6, 1.3, 1, 1], vertical_alignment="top")
    with cells[0]:
        uploads = st.file_uploader(
            t("import.file"), key=import_session.upload_key(), accept_multiple_files=True,
            on_change=whole(import_session.forget), help=t("import.file_help"),
        )  # fmt: skip
    localised_select.selectbox(
        cells[1], t("import.kind"), list(IMPORTABLE), index=None, key=import_session.KIND,
        placeholder=t("import.auto"),
        format_func=import_results.titles_of(IMPORTABLE).__getitem__,
    )  # fmt: skip
    st.session_state.setdefault(import_session.EVIDENCE, IMPORT_EVIDENCE[1])
    localised_select.selectbox(
        cells[2], t("import.evidence"), IMPORT_EVIDENCE, key=import_session.EVIDENCE,
        format_func={word: t(f"evidence.{word}") for word in IMPORT_EVIDENCE}.__getitem__,
        help=t("import.evidence_help"),
    )  # fmt: skip
    cells[3].date_input(
        t("import.as_of"),
        value=None,
        key=import_session.AS_OF,
        help=t("import.as_of_help"),
        format="YYYY-MM-DD",
    )
    return uploads


def _examined(files: list[tuple[bytes, str]]) -> None:
    """Draw what the doctor found, and the button that puts it into the workspace."""
    if import_session.is_raster(files[0][1]):
        import_results.rasters(files)
        return
    try:
        parts = import_session.diagnoses(files)
    except PlannerError as error:
        explain(error)
        return
    if parts is None:
        return
    found = import_results.chosen_part(parts)
    _counts(found)
    tabs = st.tabs([t(f"import.tab_{step}") for step in ("read", "headers", "place", "check")])
    for tab, draw in zip(
        tabs,
        (import_steps.reading, import_steps.headers, import_steps.placing, import_steps.checking),
        strict=True,
    ):
        with tab:
            draw(found)
    import_steps.preview(found)
    import_results.reports(found)
    import_results.commit(parts)


def _counts(found: Diagnosis) -> None:
    """Draw rows read = accepted + repaired + rejected."""
    counts = found.counts
    province = cache.pack().meta[f"name_{name_language()}"]
    st.markdown(
        f"**{import_results.title_of(found.kind)}** · {province} · "
        + t(
            "import.equation",
            read=number(counts.read),
            accepted=number(counts.accepted),
            repaired=number(counts.repaired),
            rejected=number(counts.rejected),
        )
    )
    if len(found.tied) > 1:
        names = " / ".join(import_results.title_of(kind) for kind in found.tied)
        st.warning(t("import.tie", names=names))

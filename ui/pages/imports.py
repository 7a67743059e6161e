"""Import: a planner's own file goes in, every step of the doctor shown, nothing lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from data.schemas_import import IMPORT_EVIDENCE, IMPORTABLE
from geo.errors import PlannerError
from ui import cache, choices, examination, import_steps, imported, village_history
from ui.callbacks import whole
from ui.frame import explain, guarded, head
from ui.i18n import language, number, t

if TYPE_CHECKING:
    from data.doctor.engine import Diagnosis


@guarded
def show() -> None:
    """Draw the page."""
    head(t("import.title"))
    imported.messages()
    upload = _form()
    if upload is None:
        imported.templates()
    else:
        _examined(upload.getvalue(), upload.name)
    imported.history()
    village_history.show()


def _form() -> st.runtime.uploaded_file_manager.UploadedFile | None:
    """Draw the upload and what the planner says of the file."""
    cells = st.columns([2.6, 1.3, 1, 1], vertical_alignment="top")
    with cells[0]:
        upload = st.file_uploader(
            t("import.file"), key=examination.upload_key(), on_change=whole(examination.forget),
            help=t("import.file_help"),
        )  # fmt: skip
    choices.selectbox(
        cells[1], t("import.kind"), list(IMPORTABLE), index=None, key=examination.KIND,
        placeholder=t("import.auto"), format_func=imported.title_of,
    )  # fmt: skip
    st.session_state.setdefault(examination.EVIDENCE, IMPORT_EVIDENCE[1])
    choices.selectbox(
        cells[2], t("import.evidence"), IMPORT_EVIDENCE, key=examination.EVIDENCE,
        format_func={word: t(f"evidence.{word}") for word in IMPORT_EVIDENCE}.__getitem__,
        help=t("import.evidence_help"),
    )  # fmt: skip
    cells[3].date_input(
        t("import.as_of"), value=None, key=examination.AS_OF, help=t("import.as_of_help")
    )
    return upload


def _examined(content: bytes, name: str) -> None:
    """Draw what the doctor found, and the button that puts it into the workspace."""
    if examination.is_raster(name):
        imported.raster(content, name)
        return
    try:
        found = examination.diagnosis(content, name)
    except PlannerError as error:
        explain(error)
        return
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
    imported.reports(found)
    imported.commit(found)


def _counts(found: Diagnosis) -> None:
    """Draw rows read = accepted + repaired + rejected."""
    counts = found.counts
    st.markdown(
        f"**{imported.title_of(found.kind)}** · {cache.pack().meta[f'name_{language()}']} · "
        + t(
            "import.equation",
            read=number(counts.read),
            accepted=number(counts.accepted),
            repaired=number(counts.repaired),
            rejected=number(counts.rejected),
        )
    )
    if len(found.tied) > 1:
        names = " / ".join(imported.title_of(kind) for kind in found.tied)
        st.warning(t("import.tie", names=names))

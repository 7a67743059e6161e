"""Read a plan: its sentences become proposals, accepted ones targets of the ledger."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data.provinces.listed import listed_province
from data.tables.reader import SOURCES_DIR
from geo.errors import PlannerError
from ui.reading import proposals, session, text
from ui.shell import cache, localised_select
from ui.shell.callbacks import whole
from ui.shell.frame import explain, guarded, head
from ui.shell.i18n import name_language, t

_EXAMPLE = "reading_example"


@guarded
def show() -> None:
    """Draw the page."""
    head(t("reading.title"))
    proposals.messages()
    reading = session.current()
    if reading is None:
        reading = _opened()
    if reading is None:
        return
    document = reading.document
    parts = (document.title, document.issuer, document.number, document.date or "", document.name)
    st.markdown(" · ".join(part for part in dict.fromkeys(parts) if part))
    if document.region not in {"", cache.pack().adcode}:
        other = listed_province(document.region)
        name = other.name_zh if name_language() == "zh" else other.name_en
        st.warning(t("reading.other_province", name=name))
    if document.tables:
        st.warning(t("reading.tables", pages=", ".join(map(str, document.tables))))
    if not reading.statements:
        st.warning(t("reading.nothing"))
    proposals.buttons(reading)
    left, right = st.columns([1, 1.1], gap="small")
    with left:
        text.show(reading)
    with right:
        if reading.statements:
            proposals.show(reading)


def _opened() -> session.Reading | None:
    """Draw the upload; return what the file states."""
    st.markdown(t("reading.help"))
    upload = st.file_uploader(
        t("reading.file"), type=["txt", "html", "htm", "docx", "pdf"], key=session.upload_key()
    )
    titles = dict(pd.read_csv(SOURCES_DIR / "index.csv")[["file", "title"]].to_numpy())
    examples = {path.name: path for path in sorted(SOURCES_DIR.glob("*.txt"))}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        localised_select.selectbox(
            st, t("reading.example"), list(examples), key=_EXAMPLE, width=480,
            format_func={name: str(titles.get(name, name)) for name in examples}.__getitem__,
        )  # fmt: skip
        st.button(t("reading.open_example"), key="reading_open", on_click=whole(_open_example))
    content, name = (upload.getvalue(), upload.name) if upload is not None else (b"", "")
    if upload is None and st.session_state.pop("_reading_asked", False):
        name = str(st.session_state[_EXAMPLE])
        content = examples[name].read_bytes()
    if not name:
        return None
    try:
        session.read(content, name)
    except PlannerError as fault:
        explain(fault)
        return None
    st.rerun()


def _open_example() -> None:
    st.session_state["_reading_asked"] = True

"""The record: who did what, searched and handed out; whether its chain holds."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data.export.writers import csv_bytes
from data.workspace.access import audit, desk, documents
from data.workspace.folder import Workspace
from ui.access import words
from ui.shell.i18n import number, t

#: Lines shown, the newest first; the file holds all.
_MOST = 300


def is_offered() -> bool:
    """Return whether the account may read the record: it administers every province."""
    return desk.administers(desk.present())


def show() -> None:
    """Draw the lines that hold what is searched for."""
    with documents.reading(Workspace.open().folder) as opened:
        lines, state = audit.entries(opened), audit.verified(opened)
    if state.broken:
        st.error(t("shared.broken", line=number(state.broken)))
    else:
        st.caption(t("shared.holds", lines=number(state.lines), head=state.head,
                     days=number(audit.kept_days())))  # fmt: skip
    wanted = st.text_input(t("shared.search"), key="record_search").strip().lower()
    table = pd.DataFrame([
        {t("shared.number"): line.number, t("shared.at"): words.moment(line.at),
         t("shared.by"): line.who, t("shared.origin"): line.origin,
         t("shared.what"): words.doing(line.what), t("shared.item"): line.item,
         t("shared.before"): line.before, t("shared.after"): line.after}
        for line in reversed(lines)
    ])  # fmt: skip
    if wanted and len(table):
        text = table.astype(str).agg(" ".join, axis=1).str.lower()
        table = table[text.str.contains(wanted, regex=False)]
    st.dataframe(table.head(_MOST), hide_index=True, row_height=28)
    if len(table) > _MOST:
        st.caption(t("shared.more", most=number(_MOST), rows=number(len(table))))

    def built() -> bytes:
        desk.note("record.exported", number(len(table)))
        return csv_bytes(table)

    st.download_button(".csv", data=built, file_name="record.csv", mime="text/csv",
                       key="record-csv", on_click="ignore", help=t("shared.csv"))  # fmt: skip

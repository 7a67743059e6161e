"""Shared work: where scenarios stand, who signs them, roles, keys of terminals, the record."""

from __future__ import annotations

import streamlit as st

from data.workspace.access import tokens
from data.workspace.access.mode import is_guarded
from data.workspace.folder import Workspace
from ui.access import record_view, review_view, roles_view
from ui.shell.callbacks import whole
from ui.shell.frame import guarded, head
from ui.shell.i18n import number, t

_MADE = "_key_made"


@guarded
def show() -> None:
    """Draw the page."""
    head(t("shared.title"), about=t("page_about.shared_work"))
    if not is_guarded():
        st.info(t("shared.off"))
        return
    parts = {"reviews": review_view.show}
    if roles_view.is_offered():
        parts["roles"] = roles_view.show
    parts["keys"] = _keys
    if record_view.is_offered():
        parts["record"] = record_view.show
    for tab, draw in zip(st.tabs([t(f"shared.tab_{key}") for key in parts]), parts.values(),
                         strict=True):  # fmt: skip
        with tab:
            draw()


def _keys() -> None:
    """Draw the keys by which a terminal acts for this account."""
    st.caption(t("shared.keys_about", days=number(tokens.DAYS)))
    if made := st.session_state.pop(_MADE, None):
        st.success(t("shared.key_made"))
        st.code(f"export {tokens.ENVIRONMENT}={made}", language=None)
    count = tokens.count(Workspace.open().folder)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(t("shared.key_new"), key="key-new", on_click=_issue)
        st.button(t("shared.key_revoke", count=number(count)), key="key-revoke",
                  on_click=_revoke, disabled=not count)  # fmt: skip


@whole
def _issue() -> None:
    st.session_state[_MADE] = tokens.issue(Workspace.open().folder)


@whole
def _revoke() -> None:
    tokens.revoke_all(Workspace.open().folder)

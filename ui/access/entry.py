"""Who may come in: the page to sign in, the end of a session, and who is signed in."""

from __future__ import annotations

import time

import streamlit as st

from data.tables.reader import pack_names
from data.workspace.access import desk
from data.workspace.access.account import NOBODY, Account
from data.workspace.access.mode import AuthMode, auth_mode, is_guarded
from ui.access import identity
from ui.shell import navigation
from ui.shell.callbacks import once, whole
from ui.shell.i18n import t
from ui.shell.provenance import plain

_SEEN, _ENTERED = "_access_seen", "_access_entered"


def begin() -> None:
    """Let everything that is guarded know who asks, in callbacks too."""
    if is_guarded():
        desk.identify_by(present)


def present() -> Account:
    """Return the account of the visitor; nobody once the session has ended."""
    return NOBODY if _has_ended() else identity.present()


def admits() -> bool:
    """Draw why there is nothing to see, unless the visitor may read a province."""
    begin()
    if not is_guarded():
        return True
    account = present()
    if account.name and desk.provinces(pack_names()):
        st.session_state[_SEEN] = time.monotonic()
        if st.session_state.get(_ENTERED) != account.name:
            desk.note("session.opened", auth_mode())
            desk.forget_old()
            st.session_state[_ENTERED] = account.name
        return True
    st.title(t("access.title"))
    if _has_ended():
        st.info(t("access.ended", minutes=int(identity.number_of(identity.IDLE_ENVIRONMENT, 30))))
    elif account.name:
        _refused(account.name)
    else:
        st.info(t(f"access.sign_in_{auth_mode()}"))
    _way_in(account.name)
    return False


def who() -> None:
    """Draw who is signed in, and the way out."""
    if not is_guarded():
        return
    with st.sidebar, st.container(horizontal=True, vertical_alignment="center"):
        st.caption(t("access.who", account=plain(identity.present().title)))
        st.page_link(
            navigation.page_of("shared_work"), label=t("page.shared_work"),
            help=t("page_about.shared_work"),
        )  # fmt: skip
        if auth_mode() is AuthMode.OIDC:
            st.button(t("access.sign_out"), key="access_sign_out", on_click=once(st.logout))


def _refused(name: str) -> None:
    st.warning(t("access.no_role", account=plain(name)))
    if st.session_state.get(_ENTERED) != "":
        desk.note("refused.sign_in", "")
        st.session_state[_ENTERED] = ""


def _way_in(name: str) -> None:
    """Draw what begins a session anew."""
    if auth_mode() is AuthMode.OIDC:
        change = name or _has_ended()
        st.button(
            t("access.sign_out" if change else "access.sign_in"), key="access_enter",
            type="primary", on_click=once(_signed_out if change else st.login),
        )  # fmt: skip
    elif _has_ended():
        st.button(t("access.go_on"), key="access_enter", on_click=once(_forget), type="primary")


@whole
def _signed_out() -> None:
    _forget()
    st.logout()


@whole
def _forget() -> None:
    st.session_state.clear()


def _has_ended() -> bool:
    """Return whether nobody has clicked for too long."""
    seen = st.session_state.get(_SEEN)
    limit = 60 * identity.number_of(identity.IDLE_ENVIRONMENT, 30)
    return seen is not None and time.monotonic() - float(seen) > limit

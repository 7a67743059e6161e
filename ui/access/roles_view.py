"""The table of roles: who is what and where, given and taken away by who administers the area."""

from __future__ import annotations

import streamlit as st

from data.workspace.access import desk
from data.workspace.access.roles import (
    EVERYWHERE,
    Action,
    Grant,
    Role,
    RoleArea,
    first_administrators,
)
from geo.errors import PlannerError
from ui.access import words
from ui.shell import cache, localised_select, state
from ui.shell.callbacks import whole
from ui.shell.frame import explain
from ui.shell.i18n import t
from ui.shell.provenance import plain

_KIND, _NAME, _ROLE, _AREA = "role_kind", "role_name", "role_role", "role_area"
_SAID = "_role_said"


def is_offered() -> bool:
    """Return whether the account administers the province in force, or a part of it."""
    return bool(_areas())


def show() -> None:
    """Draw every role that the account administers, and the form for another."""
    if error := st.session_state.pop(_SAID, None):
        explain(error)
    for given in first_administrators():
        _row(given, fixed=True)
    for given in desk.role_table().grants:
        if desk.may(desk.present(), Action.ADMINISTER, given.area):
            _row(given)
    _form()


def _row(given: Grant, *, fixed: bool = False) -> None:
    kind, _, name = given.subject.partition(":")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{plain(name)}** ({t(f'shared.{kind}')}) · {t(f'role.{given.role}')} · "
            f"{plain(words.area(given.area))}", width="stretch",
        )  # fmt: skip
        if fixed:
            st.caption(t("shared.by_server"))
        else:
            st.button(
                t("shared.revoke"), key=f"revoke-{given.model_dump_json()}",
                on_click=_revoke, args=(given,),
            )  # fmt: skip


def _areas() -> dict[str, RoleArea]:
    """Return the areas that the account may give roles in, by their key on the page."""
    province, account = state.province(), desk.present()
    codes = cache.pack().regions("prefecture")["adcode"]
    known = {"": RoleArea(province=province)} | {
        str(code): RoleArea(province=province, prefecture=str(code)) for code in codes
    }
    if desk.administers(account):
        known[EVERYWHERE] = RoleArea(province=EVERYWHERE)
    return {key: one for key, one in known.items() if desk.may(account, Action.ADMINISTER, one)}


def _form() -> None:
    st.markdown(f"**{t('shared.give')}**")
    areas = _areas()
    cells = st.columns([1, 1.6, 1.2, 2, 0.8], vertical_alignment="bottom")
    kinds = {kind: t(f"shared.{kind}") for kind in ("user", "group")}
    localised_select.selectbox(cells[0], t("shared.kind"), list(kinds), key=_KIND,
                               format_func=kinds.__getitem__)  # fmt: skip
    cells[1].text_input(t("shared.name"), key=_NAME, max_chars=200)
    roles = {str(role): t(f"role.{role}") for role in Role}
    localised_select.selectbox(cells[2], t("shared.role"), list(roles), key=_ROLE,
                               format_func=roles.__getitem__)  # fmt: skip
    names = {key: words.area(one) for key, one in areas.items()}
    localised_select.selectbox(cells[3], t("shared.area"), list(names), key=_AREA,
                               format_func=names.__getitem__)  # fmt: skip
    cells[4].button(t("shared.grant"), key="role-grant", on_click=_give, width="stretch")


@whole
def _give() -> None:
    got = st.session_state
    area = _areas().get(str(got[_AREA]))
    try:
        subject = f"{got[_KIND]}:{str(got[_NAME]).strip()}"
        given = Grant.of(subject, str(got[_ROLE]), area.province if area else "",
                         area.prefecture if area else "")  # fmt: skip
        desk.grant(given)
    except PlannerError as error:
        got[_SAID] = error
        return
    got[_NAME] = ""


@whole
def _revoke(given: Grant) -> None:
    try:
        desk.grant(given, revoke=True)
    except PlannerError as error:
        st.session_state[_SAID] = error

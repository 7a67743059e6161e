"""A scenario as shared work: where it stands, its steps and comments, and what may be done next."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data.scenario.scenario import Scenario
from data.workspace.access import desk, documents, reviews
from data.workspace.access.reviews import Move, Review
from data.workspace.folder import Workspace
from geo.errors import PlannerError
from ui.access import words
from ui.shell import localised_select, state
from ui.shell.callbacks import whole
from ui.shell.frame import explain
from ui.shell.i18n import t
from ui.shell.provenance import plain

_CHOSEN, _COMMENT, _SAID = "review_scenario", "review_comment", "_review_said"
#: Steps shown, the newest first.
_MOST = 50


def show() -> None:
    """Draw the scenarios of the province in force and the one that is chosen."""
    work = _known()
    if not work:
        st.info(t("shared.none"))
        return
    st.dataframe(_table(work), hide_index=True, row_height=28)
    names = [scenario.name for scenario, _ in work]
    if st.session_state.get(_CHOSEN) not in names:
        st.session_state[_CHOSEN] = names[0]
    chosen = localised_select.selectbox(
        st.container(), t("shared.scenario"), names, key=_CHOSEN,
        format_func={name: name for name in names}.__getitem__,
    )  # fmt: skip
    scenario, review = next(one for one in work if one[0].name == chosen)
    _moves(scenario, review)
    _steps(scenario, review)


def _known() -> list[tuple[Scenario, Review]]:
    store = Workspace.open()
    scenarios = [store.load(name) for name in store.names()]
    with documents.reading(store.folder) as opened:
        return [(scenario, reviews.review_of(opened, scenario)) for scenario in scenarios
                if scenario.province == state.province()]  # fmt: skip


def _table(work: list[tuple[Scenario, Review]]) -> pd.DataFrame:
    rows = []
    for scenario, review in work:
        last = review.steps[-1] if review.steps else None
        rows.append({
            t("shared.scenario"): scenario.name, t("shared.area"): words.area(review.area),
            t("shared.owner"): review.owner, t("shared.state"): t(f"review_state.{review.state}"),
            t("shared.last"): words.moment(last.at) if last else "",
            t("shared.by"): last.who if last else "",
        })  # fmt: skip
    return pd.DataFrame(rows)


def _moves(scenario: Scenario, review: Review) -> None:
    """Draw the state, and a button for each thing that the account may do."""
    folder, account = Workspace.open().folder, desk.present()
    st.markdown(f"**{plain(scenario.name)}** · {t(f'review_state.{review.state}')}")
    if review.approval is not None:
        step = review.approval
        st.success(t("shared.approved", who=plain(step.who), at=words.moment(step.at),
                     digest=step.after))  # fmt: skip
    may = [move for move in Move if reviews.can_move(account, review, move, folder)]
    if not may:
        st.caption(t("shared.nothing"))
        return
    st.text_area(t("shared.comment"), key=_COMMENT, max_chars=reviews.MAX_COMMENT, height=80)
    with st.container(horizontal=True):
        for move in may:
            st.button(
                t(f"shared_move.{move}"), key=f"review-{move}",
                on_click=_do, args=(scenario, move), help=t(f"shared_move_help.{move}"),
            )  # fmt: skip
    if error := st.session_state.pop(_SAID, None):
        explain(error)


@whole
def _do(scenario: Scenario, move: Move) -> None:
    try:
        reviews.move(scenario, move, Workspace.open().folder, st.session_state.get(_COMMENT, ""))
    except PlannerError as error:
        st.session_state[_SAID] = error
        return
    st.session_state[_COMMENT] = ""


def _steps(scenario: Scenario, review: Review) -> None:
    """Draw what was done, the newest first, and the way back to what was saved before."""
    steps = list(reversed(review.steps))[:_MOST]
    if not steps:
        return
    st.markdown(f"**{t('shared.history')}**")
    st.dataframe(
        pd.DataFrame([
            {t("shared.at"): words.moment(step.at), t("shared.by"): step.who,
             t("shared.what"): t(f"shared_move.{step.what}"),
             t("shared.comment"): step.comment, t("shared.digest"): step.after}
            for step in steps
        ]),
        hide_index=True, row_height=28,
    )  # fmt: skip
    folder = Workspace.open().folder
    older = [s for s in steps if s.what == "saved" and s.after not in ("", scenario.digest)]
    if not older or not reviews.can_change(desk.present(), review, folder):
        return
    labels = {s.after: f"{words.moment(s.at)} · {s.who} · {s.after}" for s in older}
    cells = st.columns([3, 1], vertical_alignment="bottom")
    back = localised_select.selectbox(
        cells[0], t("shared.older"), list(labels), key="review_older",
        format_func=labels.__getitem__,
    )  # fmt: skip
    cells[1].button(
        t("shared.restore"), on_click=_restore, args=(scenario, str(back)),
        key="review-restore", help=t("shared.restore_help"), width="stretch",
    )  # fmt: skip


@whole
def _restore(scenario: Scenario, digest: str) -> None:
    store = Workspace.open()
    try:
        with documents.reading(store.folder) as opened:
            older = reviews.version(opened, digest)
        if older is not None:
            named = older.model_copy(update={"name": scenario.name})
            store.save(named, replaces=scenario.digest)
    except PlannerError as error:
        st.session_state[_SAID] = error

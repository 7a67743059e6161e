"""Universal service on the plan's page: its forms, and the life of each site by hand."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from data.clock import today
from data.forms.fields import FORMS
from data.forms.filling import filled
from data.forms.template import form_template
from data.ledger.site_lives import KIND, SiteMove, move, technology_of
from data.tables.imports import STAGES
from data.workspace.catalogue import Catalogue
from data.workspace.folder import Workspace
from geo.errors import PlannerError
from planning.exports.forms import form_content
from planning.plan.rollout import Rollout
from ui.shell import cache, exporting, frame, localised_select, state
from ui.shell.exporting import FORMATS
from ui.shell.i18n import name_language, t

#: Form that was made last: its key, the workbook, fields that the template lacks.
_MADE = "_form_made"
_SITE, _STAGE, _DATE, _RSRP, _RATE, _PHOTOS, _RESULT = (
    f"life_{part}" for part in ("site", "stage", "date", "rsrp", "rate", "photographs", "result")
)
_RESULTS = ("", "passed", "failed")


def show(found: Rollout) -> None:
    """Draw the forms and the lives of the plan's sites, closed at first."""
    with st.expander(t("form.title")):
        _forms(found)
        st.divider()
        _lives(found)


def _forms(found: Rollout) -> None:
    titles = {kind: t(f"form.{kind}") for kind in FORMS}
    left, right = st.columns(2)
    kind = localised_select.selectbox(
        left, t("form.kind"), list(titles), format_func=titles.__getitem__, key="form_kind",
        help=t("form.help"),
    )  # fmt: skip
    own = right.file_uploader(t("form.own"), type="xlsx", key="form_template")
    st.markdown(f":small[{t('form.not_official')}]")
    with st.container(horizontal=True):
        made = st.button(t("form.make"), type="primary", key="form_make")
        st.download_button(
            t("form.blank"), data=lambda: form_template(kind), file_name=f"{titles[kind]}.xlsx",
            mime=FORMATS[".xlsx"], key="form_blank", on_click="ignore", help=t("form.replace"),
        )  # fmt: skip
    if made:
        template = own.getvalue() if own is not None else form_template(kind)
        _make(found, kind, template, own.name if own is not None else kind)
    last = st.session_state.get(_MADE)
    if last is not None and last[0] == kind:
        if last[2]:
            st.warning(t("form.missing", names=", ".join(last[2])))
        st.download_button(
            t("form.download"), data=exporting.recorded(titles[kind], lambda: last[1]),
            file_name=f"{titles[kind]}.xlsx",
            mime=FORMATS[".xlsx"], key="form_download", on_click="ignore",
        )  # fmt: skip


def _make(found: Rollout, kind: str, template: bytes, name: str) -> None:
    st.session_state.pop(_MADE, None)
    try:
        content = form_content(kind, cache.pack(), state.plan(), rollout=found)
        result = filled(template, kind, content, where=name)
    except PlannerError as error:
        frame.explain(error)
        return
    st.session_state[_MADE] = (kind, result.content, result.missing)


def _lives(found: Rollout) -> None:
    pack = cache.pack()
    with Catalogue(Workspace.open().folder) as store:
        lives = store.table(pack.name, KIND)
    st.markdown(f"**{t('site_life.title')}**")
    if lives is None or lives.empty:
        st.markdown(t("site_life.empty"))
    else:
        shown = lives[["site_id", "stage", "as_of", "villages", "rsrp_dbm", "rate_mbps", "result"]]
        stages = {word: t(f"stage.{word}") for word in STAGES}
        st.dataframe(
            shown.assign(stage=shown["stage"].map(stages)), hide_index=True,
            column_config={name: t(f"site_life.{name}") for name in shown.columns},
        )  # fmt: skip
    if found.sites.empty:
        return
    with st.form("site_life"):
        _fields(found)
        sent = st.form_submit_button(t("site_life.add"))
    if sent:
        _move(found)


def _fields(found: Rollout) -> None:
    """Draw what one step in the life of a site says."""
    county = found.sites[f"county_{name_language()}"]
    rows = zip(found.sites["candidate_id"], found.sites["rank"], county, strict=True)
    sites = {str(code): f"{rank} · {name} · {code}" for code, rank, name in rows}
    stages = {word: t(f"stage.{word}") for word in STAGES}
    results = {word: t(f"form.{word}") if word else "—" for word in _RESULTS}
    cells = [*st.columns([2, 1, 1])]
    localised_select.selectbox(cells[0], t("site_life.site_id"), list(sites),
                               format_func=sites.__getitem__, key=_SITE)  # fmt: skip
    localised_select.selectbox(cells[1], t("site_life.stage"), list(stages),
                               format_func=stages.__getitem__, key=_STAGE)  # fmt: skip
    cells[2].date_input(t("site_life.as_of"), today(), max_value=today(), key=_DATE,
                        format="YYYY-MM-DD")  # fmt: skip
    cells = [*st.columns(4)]
    cells[0].number_input(t("site_life.rsrp_dbm"), -156.0, -31.0, None, key=_RSRP)
    cells[1].number_input(t("site_life.rate_mbps"), 0.0, None, None, key=_RATE)
    cells[2].text_input(t("site_life.photographs"), key=_PHOTOS)
    localised_select.selectbox(cells[3], t("site_life.result"), list(results),
                               format_func=results.__getitem__, key=_RESULT)  # fmt: skip


def _move(found: Rollout) -> None:
    given = st.session_state
    site, day = str(given[_SITE]), given[_DATE]
    row = found.sites[found.sites["candidate_id"] == site].iloc[0]
    served = found.villages[found.villages["candidate_id"] == site]["village_id"]
    step = SiteMove(
        site, str(given[_STAGE]), day.isoformat() if isinstance(day, dt.date) else str(day),
        ";".join(served), technology_of(str(row["preset"])),
        given[_RSRP], given[_RATE], str(given[_PHOTOS]), str(given[_RESULT] or ""),
    )  # fmt: skip
    try:
        with Catalogue(Workspace.open().folder) as store:
            move(store, cache.pack(), [step])
    except PlannerError as error:
        frame.explain(error)
        return
    st.toast(t("site_life.added"))
    st.rerun()

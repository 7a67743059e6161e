"""Report: choose the regions and the language, look at the pages, take the file along."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from data.wording.catalogue import LANGUAGES
from ui.plan import job as plan_job
from ui.report import others, prospect
from ui.report.making import making
from ui.shell import cache, exporting, localised_select, navigation, state
from ui.shell.callbacks import once, whole
from ui.shell.frame import guarded, head
from ui.shell.i18n import name_language, t
from ui.widgets.background import result_of

if TYPE_CHECKING:
    from data.export.report.document import ReportDocument
    from planning.plan.rollout import Rollout

_REGIONS, _LANGUAGE, _PLAN, _PAGE, _ASKED = (
    "report_regions", "report_language", "report_plan",
    "report_page", "_report_asked",
)  # fmt: skip
#: Suffix → media type.
_FORMATS = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@guarded
def show() -> None:
    """Draw the page."""
    head(t("report.page_title"))
    controls, preview = st.columns([1, 3], gap="medium")
    with controls:
        rollout = _controls()
    asked = _asked(rollout)
    with preview:
        if st.session_state.get(_ASKED) != asked:
            prospect.show(with_plan=rollout is not None)
            return
        session = st.session_state
        work = making(rollout, str(session[_LANGUAGE]), tuple(session[_REGIONS]), others.chosen())
        made = result_of("report", repr(asked), work, label=t("report.making"))
        if made is not None:
            _shown(*made)


def _controls() -> Rollout | None:
    """Draw the choices; return the plan that goes into the report."""
    regions = cache.pack().regions("prefecture")
    names = dict(zip(regions["adcode"], regions[f"name_{name_language()}"], strict=True))
    prospect.follow_region(_REGIONS)
    st.multiselect(t("report.regions"), list(names), format_func=names.__getitem__, key=_REGIONS,
                   placeholder=t("report.any_region"))  # fmt: skip
    st.session_state.setdefault(_LANGUAGE, st.session_state[state.LANGUAGE])
    localised_select.selectbox(
        st, t("report.language"), list(LANGUAGES), key=_LANGUAGE,
        format_func=dict(LANGUAGES).__getitem__,
    )  # fmt: skip
    rollout = _plan()
    others.choose(rollout)
    st.button(
        t("report.make"), key="report_make", type="primary", width="stretch",
        on_click=once(whole(_ask)), args=(_asked(rollout),),
    )  # fmt: skip
    st.caption(t("report.same_bytes"))
    return rollout


def _plan() -> Rollout | None:
    """Draw the choice of the plan; return the latest one where it answers the settings."""
    job = plan_job.last()
    if job is None or job.result is None:
        st.caption(t("report.plan_missing"))
        st.page_link(navigation.page_of("plan"), label=t("page.plan"))
        return None
    if job.key != plan_job.key_now():
        st.caption(t("report.stale_plan"))
        return None
    found: Rollout = job.result
    return (
        found
        if st.toggle(t("report.with_plan"), value=True, key=_PLAN, help=t("report.with_plan_help"))
        else None
    )


def _asked(rollout: Rollout | None) -> tuple[object, ...]:
    """Return what the report depends on."""
    plan = None if rollout is None else plan_job.key_now()
    session = st.session_state
    return (cache.pack().digest, state.plan().digest, session[state.AS_OF],
            tuple(session[_REGIONS]), session[_LANGUAGE], plan,
            tuple(session.get(others.KEY, ())))  # fmt: skip


def _ask(asked: tuple[object, ...]) -> None:
    st.session_state[_ASKED] = asked


def _shown(document: ReportDocument, pages: list[bytes]) -> None:
    """Draw the buttons and one page."""
    from data.export.report.writers import file_name

    name = file_name(t("report.file", region=document.cover[0][1], date=document.date))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for suffix, mime in _FORMATS.items():
            st.download_button(
                t("report.download", format=suffix[1:].upper()),
                data=exporting.recorded(name + suffix, _bytes(document, suffix)),
                file_name=name + suffix, mime=mime, key=f"report{suffix}", on_click="ignore",
            )  # fmt: skip
        number = st.number_input(t("report.preview_page"), 1, len(pages), key=_PAGE, width=120)
    st.image(pages[number - 1], caption=t("report.preview", number=number, pages=len(pages)))


def _bytes(document: ReportDocument, suffix: str) -> Callable[[], bytes]:
    def built() -> bytes:
        from data.export.report.writers import to_bytes

        return to_bytes(document, suffix)

    return built

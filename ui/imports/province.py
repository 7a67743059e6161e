"""Add a province: a choice of those without a pack, a button, and what the reader must know."""

from __future__ import annotations

import streamlit as st

from data.provinces.adding import add_province, opened_by
from data.provinces.listed import listed_provinces
from geo.errors import PlannerError
from ui.shell import frame, localised_select
from ui.shell.i18n import language, name_language, t
from ui.shell.provenance import plain

_WHICH, _VILLAGES = "province_to_add", "province_villages"


def show() -> None:
    """Draw the choice, closed at first; the new province joins the menu of the page."""
    there = opened_by()
    zh = name_language() == "zh"
    names = {
        item.name: item.name_zh if zh else item.name_en
        for item in listed_provinces()
        if item.adcode not in there
    }
    if not names:
        return
    with st.expander(t("province_added.title")), st.form("province_form"):
        st.caption(t("province_added.help"))
        chosen = localised_select.selectbox(
            st, t("province_added.which"), list(names), key=_WHICH, format_func=names.__getitem__
        )
        villages = st.checkbox(t("province_added.villages"), key=_VILLAGES)
        if st.form_submit_button(t("province_added.add")) and chosen:
            _add(str(chosen), names[str(chosen)], villages=villages)


def _add(name: str, title: str, *, villages: bool) -> None:
    try:
        with st.spinner(t("province_added.busy", name=title)):
            built = add_province(name, villages=villages)
    except PlannerError as error:
        frame.explain(error)
        return
    st.success(
        t("province_added.made", folder=built.folder, name=title, people=built.population,
          prefectures=built.regions["prefecture"], counties=built.regions["county"])
    )  # fmt: skip
    for note in built.notes:
        st.caption(plain(note.text(language())))

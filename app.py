"""The web door: page configuration and navigation, no logic."""

from __future__ import annotations

import streamlit as st

from ui import frame, opening, sidebar, sites, state
from ui.i18n import LANGUAGES, t
from ui.pages import gap_lists, imports, overview, plan, sources, what_if

st.set_page_config(page_title="Tongcun 通村", layout="wide", initial_sidebar_state=240)
frame.style()


@frame.guarded
def main() -> None:
    """Draw the sidebar and the chosen page; the URL follows."""
    state.begin(tuple(LANGUAGES))
    sites.begin()
    page = st.navigation(
        [
            st.Page(overview.show, title=t("page.overview"), url_path="overview", default=True),
            st.Page(gap_lists.show, title=t("page.gap_lists"), url_path="gap-lists"),
            st.Page(what_if.show, title=t("page.what_if"), url_path="what-if"),
            st.Page(plan.show, title=t("page.plan"), url_path="plan"),
            st.Page(imports.show, title=t("page.imports"), url_path="import"),
            st.Page(sources.show, title=t("page.sources"), url_path="sources"),
        ],
        position="top",
    )
    if opening.takes(page):
        return
    sidebar.show()
    state.write_url()
    sidebar.faults()
    page.run()


main()

"""The web interface: page configuration and navigation, no logic.

``streamlit run app.py`` finds ``app`` below, the server; the server runs this file for each page.
"""

from __future__ import annotations

import streamlit as st

from data.wording.catalogue import LANGUAGES
from ui.shell import demonstration, first_paint, frame, navigation, server, sidebar, state
from ui.whatif import sites
from ui.widgets import background


@frame.guarded
def main() -> None:
    """Draw the sidebar and the chosen page; the URL follows."""
    state.begin(tuple(LANGUAGES))
    sites.begin()
    page = st.navigation(navigation.pages(), position="top")
    if first_paint.takes(page):
        return
    sidebar.show(told_elsewhere=page.url_path == navigation.PAGES["what_if"])
    state.write_url()
    sidebar.faults()
    background.begin()
    demonstration.settle(page.url_path)
    page.run()
    background.watch()


if __name__ == "__main__":
    st.set_page_config(page_title="Tongcun 通村", layout="wide", initial_sidebar_state=240)
    frame.style()
    main()
else:
    app = st.App(__file__, middleware=server.middleware())

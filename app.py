"""The web interface, no logic: the server ``app`` below runs this file for each page."""

from __future__ import annotations

import streamlit as st

from data.wording.catalogue import LANGUAGES
from ui import server
from ui.access import entry
from ui.plan import job
from ui.shell import (
    brand,
    context_bar,
    demonstration,
    example,
    first_paint,
    frame,
    navigation,
    sidebar,
    state,
    welcome,
)
from ui.whatif import sites
from ui.widgets import background


@frame.guarded
def main() -> None:
    """Draw the frame and the chosen page; the URL follows."""
    if not entry.admits():
        return
    state.begin(tuple(LANGUAGES))
    # After the address is read: what the browser is given is in its language.
    frame.style()
    sites.begin()
    job.reopen()
    page = st.navigation(navigation.groups(), expanded=True)
    brand.show(dark=frame.is_dark())
    welcome.lead(page)
    if first_paint.takes(page):
        return
    sidebar.show(told_elsewhere=page.url_path == navigation.PAGES["what_if"])
    entry.who()
    context_bar.show()
    state.write_url()
    sidebar.faults()
    example.show(page.url_path)
    background.begin()
    demonstration.settle(page.url_path)
    page.run()
    background.watch()


if __name__ == "__main__":
    st.set_page_config(
        page_title="Tongcun 通村", page_icon=brand.mark(), layout="wide", initial_sidebar_state=204
    )
    main()
else:
    app = st.App(__file__, routes=server.routes(), middleware=server.middleware())

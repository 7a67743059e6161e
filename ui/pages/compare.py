"""Compare: two to four scenarios side by side, why they differ, and where."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from planning.comparison.comparison import Comparison
from ui.compare import (
    causes as compare_causes,
    choice,
    manage,
    map as compare_map,
    table as compare_table,
    work,
)
from ui.shell import cache, exporting, localised_select, navigation, region
from ui.shell.frame import guarded, head
from ui.shell.i18n import language, t
from ui.shell.provenance import see_sources
from ui.widgets.background import result_of

if TYPE_CHECKING:
    from data.export.bundle import ExportBundle
    from data.tables.reader import Pack

_MAP_HEIGHT = 620


@guarded
def show() -> None:
    """Draw the page."""
    head(t("compare.title"), invented=cache.illustrative())
    known = choice.saved()
    if not known:
        st.info(t("compare.need_two"))
        st.page_link(navigation.page_of("plan"), label=t("page.plan"))
        return
    scenarios = choice.chosen(known)
    key = work.key_of(scenarios)
    found = result_of("compare", key, work.comparing(scenarios),
                      label=t("compare.working"))  # fmt: skip
    with st.container():
        if found is not None:
            _compared(found, key)
    manage.show(known)


def _compared(found: Comparison, key: str) -> None:
    """Draw the comparison; its causes are worked out while the figures are read."""
    letter = _letter(found)
    left, right = st.columns([0.66, 0.34], gap="small")
    with left:
        compare_table.show(found)
        whole = result_of("compare-causes", key, work.explaining(found),
                          label=t("compare.causes_working"))  # fmt: skip
        with st.container():
            if whole is not None:
                compare_causes.show(whole, letter)
    with right:
        compare_map.show(found, letter, height=_MAP_HEIGHT)
        _export(whole or found)
    see_sources(found.figures["source_ids"])


def _letter(found: Comparison) -> str:
    """Return which scenario is drawn against A; a box only where there are several."""
    if len(found.others) == 1:
        return found.others[0]
    titles = {letter: f"{letter.upper()} {found.scenarios[letter].scenario.name}"
              for letter in found.others}  # fmt: skip
    return str(localised_select.selectbox(
        st, t("compare.against"), list(titles), key="compare_against",
        format_func=titles.__getitem__, width=260,
    ))  # fmt: skip


def _export(found: Comparison) -> None:
    about = t("compare.menu", region=region.name(), count=len(found.scenarios),
              rows=len(found.figures))  # fmt: skip
    with exporting.opened_menu(t("lists.export")):
        exporting.menu(about, t("compare.file", region=region.name()),
                       _bundle(cache.pack(), found, language()))  # fmt: skip


def _bundle(pack: Pack, found: Comparison, tongue: str) -> Callable[[bool], ExportBundle]:
    def bundle(geometry: bool) -> ExportBundle:  # noqa: FBT001  as the menu of exports asks
        from planning.exports.comparison.bundle import comparison_bundle

        table = "villages" if geometry else "figures"
        return comparison_bundle(pack, found, table, language=tongue)

    return bundle

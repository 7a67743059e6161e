"""Sources: the ledger with its quotes, contradictions, licences, method, what is illustrative."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from data.tables.imports import IMPORTABLE
from data.tables.pack import TABLES
from geo.evidence import EVIDENCE_CLASSES
from layers.figures import RULES
from layers.registry import gap_layers, layer, layers
from ui.gaps import ledger
from ui.shell import cache, exporting, region, state
from ui.shell.frame import guarded, head
from ui.shell.i18n import language, t
from ui.shell.provenance import plain

if TYPE_CHECKING:
    from data.export.bundle import ExportBundle


@guarded
def show() -> None:
    """Draw the page."""
    told = t("sources.region", place=region.name()) if state.region()[1] else ""
    head(t("sources.title"), about=told)
    tabs = st.tabs([t(f"tab.{name}") for name in ("ledger", "anomalies", "method", "licences")])
    with tabs[0]:
        ledger.show()
    with tabs[1]:
        _anomalies()
    with tabs[2]:
        _method()
    with tabs[3]:
        _licences()
    here = "-".join(filter(None, (state.province(), state.region()[1], "sources")))
    exporting.buttons(t("export.sources"), here, _bundle(), suffixes=(".xlsx", ".csv"))


def _bundle() -> Callable[[bool], ExportBundle]:
    """Return what builds the export later, outside the session."""
    from planning.exports.gaps import source_bundle

    pack, areas = cache.pack(), region.concerned()
    place = region.both_names() if areas else None
    return lambda _geometry: source_bundle(pack, areas=areas, place=place)


def _anomalies() -> None:
    found = cache.anomalies()
    st.caption(t("sources.anomalies_help", count=len(found)))
    table = pd.DataFrame(
        {
            t("column.severity"): [t(f"severity.{item.severity}") for item in found],
            t("column.layer"): [_title(item.layer) for item in found],
            t("column.finding"): [plain(item.finding.text(language())) for item in found],
            t("column.source_ids"): [item.source_ids for item in found],
        }
    )
    st.table(table)


def _title(key: str) -> str:
    known = {item.key for item in layers()}
    return layer(key).title(language()) if key in known else key


def _term(term: str, meaning: str) -> str:
    return t("list.term", term=term, meaning=meaning)


def _method() -> None:
    st.markdown(t("method.gap"))
    lines = [_term(t(f"evidence.{w}"), t(f"evidence_about.{w}")) for w in EVIDENCE_CLASSES]
    st.markdown(t("method.evidence") + "\n\n" + "\n".join(lines))
    rules = [_term(t(f"rule.{rule}"), t(f"rule_about.{rule}")) for rule in RULES]
    st.markdown(t("method.rules") + "\n\n" + "\n".join(rules))
    about = [_term(item.title(language()), item.about(language())) for item in gap_layers()]
    st.markdown(t("method.layers") + "\n\n" + "\n".join(about))
    st.markdown(t("method.distance"))
    st.markdown(t("method.illustrative"))


def _licences() -> None:
    columns = ["table", "package", "version", "file", "licence", "credit", "date"]
    frame = cache.pack().table("SOURCES")[columns].copy()
    known = {**IMPORTABLE, **TABLES}
    frame["table"] = [
        known[name].title(language()) if name in known else t("table.relief")
        for name in frame["table"]
    ]
    titles = {c: st.column_config.Column(t(f"column.{c}")) for c in columns}
    st.dataframe(frame, hide_index=True, column_config=titles)
    st.caption(t("sources.area"))

"""Sources: the ledger with its quotes, contradictions, licences, method, what is illustrative."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from data.presets import presets
from geo.evidence import EVIDENCE_CLASSES
from layers.base import RULES
from layers.registry import gap_layers, layer, layers
from ui import cache, exporting, state
from ui.frame import guarded, head
from ui.i18n import UNKNOWN, language, t
from ui.provenance import plain

if TYPE_CHECKING:
    from data.export import ExportBundle

#: Columns of each ledger table as shown; the ending _ stands for the language.
_LEDGER = {
    "targets": (
        "id", "layer", "metric_", "kind", "as_of", "qualifier", "value", "unit", "quote",
        "source_file", "note",
    ),
    "observations": (
        "id", "adcode", "layer", "metric_", "as_of", "qualifier", "value", "unit", "kind", "source",
    ),
    "policy_zones": ("id", "name_", "kind", "regions", "focus_", "quote", "source_file"),
    "unit_costs": (
        "item", "meaning_", "low", "base", "high", "currency_or_unit", "per", "price_year",
        "source",
    ),
}  # fmt: skip


@guarded
def show() -> None:
    """Draw the page."""
    head(t("sources.title"))
    tabs = st.tabs([t(f"tab.{name}") for name in ("ledger", "anomalies", "method", "licences")])
    with tabs[0]:
        _ledger()
    with tabs[1]:
        _anomalies()
    with tabs[2]:
        _method()
    with tabs[3]:
        _licences()
    exporting.buttons(
        t("export.sources"), f"{state.province()}-sources", _bundle, suffixes=(".xlsx", ".csv")
    )


def _bundle(_geometry: bool) -> ExportBundle:  # noqa: FBT001  exporting's form
    from layers.bundles import source_bundle

    return source_bundle(cache.pack())


def _ledger() -> None:
    name = st.segmented_control(
        t("sources.table"),
        [*_LEDGER, "presets"],
        key="sources_table",
        default="targets",
        required=True,
        format_func={table: t(f"ledger.{table}") for table in (*_LEDGER, "presets")}.__getitem__,
        label_visibility="collapsed",
    )
    text = st.text_input(t("sources.search"), key="sources_search")
    frame = _presets() if name == "presets" else cache.pack().table(str(name))
    wanted = text.strip().casefold()
    if wanted:
        joined = frame.astype(str).agg(" ".join, axis=1).str.casefold()
        frame = frame[joined.str.contains(wanted, regex=False)]
    columns = [c + language() if c.endswith("_") else c for c in _LEDGER.get(str(name), ())]
    columns = [_english(c, frame) for c in columns] or list(frame.columns)
    _frame(frame[columns].reset_index(drop=True))


def _frame(frame: pd.DataFrame) -> None:
    """Draw a ledger table; a chosen row opens in full below, so that nothing is cut."""
    titles = {c: st.column_config.Column(t(f"column.{_base(c)}")) for c in frame.columns}
    key = f"ledger-{st.session_state.get('sources_table')}"
    chosen = st.dataframe(
        frame, key=key, hide_index=True, height=380, placeholder=UNKNOWN, column_config=titles,
        on_select="rerun", selection_mode="single-row",
    )  # fmt: skip
    rows = chosen["selection"]["rows"]
    if not rows or rows[0] >= len(frame):
        st.caption(t("sources.choose_row"))
        return
    row = frame.iloc[rows[0]]
    known = row[row.notna() & (row.astype(str) != "")]
    st.table({t(f"column.{_base(c)}"): plain(value) for c, value in known.items()})


def _base(column: object) -> str:
    """Return a column's name without its language."""
    return str(column).removesuffix("_zh").removesuffix("_en")


def _english(column: str, frame: pd.DataFrame) -> str:
    """Return the ledger's name of a column: some English ones stand without an ending."""
    return column if column in frame.columns else column.removesuffix("_en")


def _presets() -> pd.DataFrame:
    end = language()
    return pd.DataFrame(
        {
            "item": item.key,
            f"name_{end}": item.title_zh if end == "zh" else item.title_en,
            "radius_m": item.radius_m,
            "radius_weak_m": item.radius_weak_m,
            f"meaning_{end}": item.basis_zh if end == "zh" else item.basis_en,
            "source": item.source,
        }
        for item in presets().values()
    )


def _anomalies() -> None:
    found = cache.anomalies()
    st.caption(t("sources.anomalies_help", count=len(found)))
    table = pd.DataFrame(
        {
            t("column.severity"): [t(f"severity.{word}") for word in found["severity"]],
            t("column.layer"): [_title(key) for key in found["layer"]],
            t("column.finding"): [plain(text) for text in found[f"text_{language()}"]],
            t("column.source_ids"): found["source_ids"],
        }
    )
    st.table(table)


def _title(key: str) -> str:
    known = {item.key for item in layers()}
    return layer(key).title(language()) if key in known else key


def _method() -> None:
    st.markdown(t("method.gap"))
    lines = [
        f"- **{t(f'evidence.{word}')}**：{t(f'evidence_about.{word}')}" for word in EVIDENCE_CLASSES
    ]
    st.markdown(t("method.evidence") + "\n\n" + "\n".join(lines))
    rules = [f"- **{t(f'rule.{rule}')}**：{t(f'rule_about.{rule}')}" for rule in RULES]
    st.markdown(t("method.rules") + "\n\n" + "\n".join(rules))
    about = [f"- **{item.title(language())}**：{item.about(language())}" for item in gap_layers()]
    st.markdown(t("method.layers") + "\n\n" + "\n".join(about))
    st.markdown(t("method.distance"))
    st.markdown(t("method.illustrative"))


def _licences() -> None:
    columns = ["table", "package", "version", "file", "licence", "credit", "date"]
    frame = cache.pack().table("SOURCES")[columns]
    titles = {c: st.column_config.Column(t(f"column.{c}")) for c in columns}
    st.dataframe(frame, hide_index=True, column_config=titles)
    st.caption(t("sources.area"))

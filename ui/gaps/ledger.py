"""The ledger as tables: every figure with its quote; a chosen row opens in full."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data.ledger.documents import cited
from data.ledger.metrics import in_words, keyed, titles
from data.scenario.presets import presets
from layers.registry import layers
from ui.shell import cache, region
from ui.shell.i18n import UNKNOWN, language, name_language, t
from ui.shell.provenance import plain
from ui.widgets import tables

#: First cell of the row that was chosen last.
_ROW = "_ledger_row"
#: Columns of each ledger table as shown; the ending _ stands for the language.
_LEDGER = {
    "targets": (
        "id", "layer", "metric", "kind", "as_of", "qualifier", "value", "unit", "quote",
        "source_file", "note",
    ),
    "observations": (
        "id", "adcode", "layer", "metric", "as_of", "qualifier", "value", "unit", "kind", "quote",
        "source", "source_file", "link", "derived_from", "note",
    ),
    "policy_zones": ("id", "name_", "kind", "regions", "focus_", "quote", "source_file", "note"),
    "unit_costs": (
        "item", "meaning_", "low", "base", "high", "currency_or_unit", "per", "price_year",
        "source",
    ),
}  # fmt: skip

#: Widths that let a table fit a laptop's screen [px]; a chosen row opens in full.
_WIDTHS = {
    "id": 118, "layer": 100, "metric": 140, "kind": 62, "as_of": 78, "value": 128, "unit": 84,
    "quote": 132, "source_file": 110, "adcode": 58, "source": 80, "name": 150, "regions": 140,
    "focus": 170, "item": 150, "meaning": 190, "low": 60, "base": 60, "high": 60,
    "currency_or_unit": 64, "per": 70, "price_year": 60, "radius_m": 70, "radius_weak_m": 80,
}  # fmt: skip
#: Width of the quote in a table that has the room [px].
_WIDE = 184
#: Columns that only an opened row shows.
_OPENED = ("link", "derived_from", "note")


def show() -> None:
    """Draw the choice of table, the search and the table."""
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
    places = next((c for c in ("adcode", "regions", "province") if c in frame), None)
    if places is not None:
        frame = frame[region.about(frame[places])]
    if "metric" in frame:
        frame = keyed(frame)
        frame["metric"] = titles(frame, language())
    wanted = text.strip().casefold()
    if wanted:
        joined = frame.astype(str).agg(" ".join, axis=1).str.casefold()
        frame = frame[joined.str.contains(wanted, regex=False)]
    frame = _named(frame)
    columns = [c + name_language() if c.endswith("_") else c for c in _LEDGER.get(str(name), ())]
    columns = [_english(c, frame) for c in columns] or list(frame.columns)
    _frame(frame[columns].reset_index(drop=True))


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the codes of layer, kind and units in the reader's words."""
    named = in_words(frame, language())
    if "source_file" in frame:
        files = frame["source_file"].fillna("").astype(str)
        named["source_file"] = [cited(name) if name else "" for name in files]
    if "regions" in frame:
        named["regions"] = region.listed(frame["regions"].fillna(""))
    if "layer" in frame:
        known = {item.key: item.title(language()) for item in layers()}
        named["layer"] = frame["layer"].map(known).fillna(named["layer"])
    return named


def _frame(frame: pd.DataFrame) -> None:
    """Draw a ledger table; a chosen row opens in full below, so that nothing is cut."""
    shown = tables.stated(frame.drop(columns=[c for c in frame if _base(c) in _OPENED]))
    widths = _WIDTHS if "adcode" in frame else _WIDTHS | {"quote": _WIDE}
    titles = {
        c: st.column_config.Column(t(f"column.{_base(c)}"), width=widths.get(_base(c)))
        for c in shown.columns
    }
    ids = frame[frame.columns[0]].astype(str)
    table = tables.followed(
        f"ledger-{st.session_state.get('sources_table')}", ids, st.session_state.get(_ROW, "")
    )
    chosen = st.dataframe(
        shown, **table, hide_index=True, height=tables.fitted(len(frame), 380),
        row_height=tables.ROW_HEIGHT,
        placeholder=UNKNOWN, column_config=titles, on_select="rerun",
    )  # fmt: skip
    rows = chosen["selection"]["rows"]
    if not rows or rows[0] >= len(frame):
        st.caption(t("sources.choose_row"))
        return
    st.session_state[_ROW] = ids.iloc[rows[0]]
    row = frame.iloc[rows[0]].astype(object)
    if "qualifier" in row:
        row["value"] = tables.stated_value(str(row["qualifier"] or ""), float(row["value"]))
        row = row.drop("qualifier")
    known = row[row.notna() & (row.astype(str) != "")]
    st.table({t(f"column.{_base(c)}"): plain(value) for c, value in known.items()})


def _base(column: object) -> str:
    """Return a column's name without its language."""
    return str(column).removesuffix("_zh").removesuffix("_en")


def _english(column: str, frame: pd.DataFrame) -> str:
    """Return the ledger's name of a column: some English ones have no ending."""
    return column if column in frame.columns else column.removesuffix("_en")


def _presets() -> pd.DataFrame:
    end = name_language()
    return pd.DataFrame(
        {
            "item": item.key,
            f"name_{end}": item.title(language()),
            "radius_m": item.radius_m,
            "radius_weak_m": item.radius_weak_m,
            f"meaning_{end}": item.about(language()),
            "source": item.source,
        }
        for item in presets().values()
    )

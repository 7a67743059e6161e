"""Where a figure comes from: each source id with its statement, document and quote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pandas as pd
import streamlit as st

from data.ledger.documents import cited, documents
from data.ledger.metrics import code_words, credits_in, in_language, keyed, titles
from data.scenario.presets import presets
from data.tables.imports import IMPORTABLE
from data.tables.pack import TABLES
from data.tables.reader import Pack
from data.wording.catalogue import data_language, text
from planning.exports.source_rows import TABLE_KINDS
from ui.shell import cache
from ui.shell.i18n import cost_unit, language, qualified, t

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~:$])")


def plain(text: object) -> str:
    """Return text that Markdown shows letter by letter."""
    return _MARKDOWN.sub(r"\\\1", str(text))


def see_sources(source_ids: Iterable[str]) -> None:
    """Draw "see the source": every id opens to its quote."""
    ids = dict.fromkeys(i for cell in source_ids for i in str(cell).split(";") if i)
    if not ids:
        return
    known = _index(cache.pack().digest, language(), _pack=cache.pack())
    with st.expander(t("source.see", count=len(ids))):
        st.markdown("\n\n".join(_entry(i, known.get(i, {})) for i in ids))


def sources_named(source_ids: Iterable[str]) -> list[str]:
    """Return for each cell of ids, joined by ``;``, the documents and tables that they are of."""
    known = _index(cache.pack().digest, language(), _pack=cache.pack())
    comma = t("list.comma")
    return [
        comma.join(dict.fromkeys(_document(i, known.get(i, {})) for i in str(cell).split(";") if i))
        for cell in source_ids
    ]


def _document(source_id: str, row: Mapping[str, object]) -> str:
    """Return the document that states a row, or the title of the table that it is."""
    if source_id == "scenario":
        return t("source.scenario")
    document = documents().get(str(row.get("source")))
    if document is not None:
        return " ".join(filter(None, (document.title, document.number)))
    is_stated = row.get("kind") not in TABLE_KINDS and row.get("source")
    return str(row["source"] if is_stated else row.get("title") or source_id)


def _entry(source_id: str, row: Mapping[str, object]) -> str:
    """Return one source as Markdown: id, statement, quote, document."""
    parts = [row.get("title"), _figure(row), row.get("as_of")]
    if source_id == "scenario":
        parts = [t("source.scenario")]
    head = f"**`{source_id}`** " + " · ".join(plain(part) for part in parts if part)
    quote = f"\n\n> {plain(row['quote'])}" if row.get("quote") else ""
    names = ("source", "source_file", "link", "licence", "note")
    origin = (cited(str(row[name])) for name in names if row.get(name))
    tail = " · ".join(plain(part) for part in dict.fromkeys(origin))
    return head + quote + (f"\n\n:small[{tail}]" if tail else "")


def _figure(row: Mapping[str, object]) -> str:
    value = row.get("value")
    if not isinstance(value, int | float):
        return ""
    digits = 0 if float(value).is_integer() else 2
    stated = str(row.get("unit") or "")
    is_cost = row.get("kind") == "unit cost"
    unit = cost_unit(stated) if is_cost else code_words("unit", stated, language())
    return f"{qualified(str(row.get('qualifier') or ''), value, digits=digits)} {unit}".strip()


@st.cache_data(max_entries=8, show_spinner=False)
def _index(digest: str, tongue: str, *, _pack: Pack) -> dict[str, dict[str, object]]:
    """Return the rows of the source table by id, with titles; empty cells are empty texts."""
    from planning.exports.gaps import source_table

    del digest
    table = in_language(source_table(_pack), tongue).astype(object)
    own = pd.Series(titles(keyed(table), tongue), index=table.index)
    is_named = own != table["metric"]
    other = table["metric_zh" if data_language(tongue) == "zh" else "metric"]
    table["title"] = own.where(is_named, other)
    for name, schema in {**IMPORTABLE, **TABLES}.items():
        table.loc[table["id"] == f"pack:{name}", "title"] = schema.title(tongue)
    relief = table["id"] == "pack:demonstration_relief"
    table.loc[relief, "title"] = text("terrain.demonstration", tongue)
    for listed, part in _pack.table("SOURCES").groupby("table"):
        table.loc[table["id"] == f"pack:{listed}", "note"] = credits_in(part["credit"], tongue)
    for item in presets().values():
        about = text("about.radius", tongue, preset=item.title(tongue)), item.about(tongue)
        is_it = table["id"] == f"preset:{item.key}"
        # Its source is the same basis, in English.
        table.loc[is_it, ["title", "note", "source"]] = *about, ""
    rows = table.where(table.notna(), "").to_dict("records")
    return {str(row["id"]): {str(k): v for k, v in row.items()} for row in rows}

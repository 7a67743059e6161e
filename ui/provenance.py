"""Where a figure comes from: each source id with its statement, document and quote."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from data.pack import Pack
from ui import cache
from ui.i18n import language, number, t

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~:$])")


@dataclass(frozen=True, slots=True)
class Source:
    """One source: what it states, for which date, in which document, in its own words."""

    id: str
    metric_zh: str
    metric_en: str
    figure: str
    as_of: str
    document: str
    quote: str
    note: str


def plain(text: object) -> str:
    """Return text that Markdown shows letter by letter."""
    return _MARKDOWN.sub(r"\\\1", str(text))


def sources_of(source_ids: Iterable[str]) -> list[Source]:
    """Return the sources behind cells such as ``a;b``, each once; unknown ids stand alone."""
    ids = dict.fromkeys(i for cell in source_ids for i in str(cell).split(";") if i)
    known = _index(cache.pack().name, cache.pack().digest)
    return [known.get(i) or Source(i, "", "", "", "", "", "", "") for i in ids]


def see_sources(source_ids: Iterable[str]) -> None:
    """Draw "see the source": every id opens to its quote."""
    found = sources_of(source_ids)
    if not found:
        return
    with st.expander(t("source.see", count=len(found))):
        for source in found:
            st.markdown(_entry(source))


def _entry(source: Source) -> str:
    metric = source.metric_zh if language() == "zh" else source.metric_en
    parts = [metric, source.figure, source.as_of]
    if source.id == "scenario":
        parts = [t("source.scenario")]
    head = f"**`{source.id}`** " + " · ".join(plain(part) for part in parts if part)
    quote = f"\n\n> {plain(source.quote)}" if source.quote else ""
    tail = " · ".join(plain(part) for part in (source.document, source.note) if part)
    return head + quote + (f"\n\n:small[{tail}]" if tail else "")


@st.cache_data(max_entries=8, show_spinner=False)
def _index(name: str, digest: str) -> dict[str, Source]:
    del digest
    pack = Pack.load(name)
    found = [_of_target(row) for row in pack.table("targets").to_dict("records")]
    found += [_of_observation(row) for row in pack.table("observations").to_dict("records")]
    found += _of_tables(pack.table("SOURCES"))
    return {source.id: source for source in found}


def _figure(row: dict[str, object]) -> str:
    value = float(str(row["value"]))
    digits = 0 if value == round(value) and value > 1 else 2
    sign = str(row["qualifier"]).replace("=", "", 1) if row["qualifier"] == "=" else f"{row['qualifier']} "
    return f"{sign}{number(value, digits=digits)} {row['unit']}"


def _of_target(row: dict[str, object]) -> Source:
    return Source(
        id=str(row["id"]),
        metric_zh=str(row["metric_zh"]),
        metric_en=str(row["metric"]),
        figure=_figure(row),
        as_of=str(row["as_of"]),
        document=str(row["source_file"]),
        quote=str(row["quote"]),
        note=str(row["note"] or ""),
    )


def _of_observation(row: dict[str, object]) -> Source:
    return Source(
        id=str(row["id"]),
        metric_zh=str(row["metric_zh"]),
        metric_en=str(row["metric"]),
        figure=_figure(row),
        as_of=str(row["as_of"]),
        document=str(row["source"]),
        quote="",
        note="",
    )


def _of_tables(rows: pd.DataFrame) -> list[Source]:
    """Return one source per embedded table, named ``pack:<table>``."""
    found = []
    for table, group in rows.groupby("table", sort=True):
        credits = "; ".join(dict.fromkeys(group["credit"].astype(str)))
        packages = "; ".join(dict.fromkeys(group["package"] + " " + group["version"]))
        dates = ", ".join(dict.fromkeys(group["date"].astype(str)))
        found.append(
            Source(f"pack:{table}", str(table), str(table), "", dates, packages, "", credits)
        )
    return found

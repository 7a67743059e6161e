"""Where one figure comes from: target − built − planned, and the plan's own sentence."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from html import escape
from typing import Any

import streamlit as st

from data.ledger.documents import NO_TEXT, cited
from layers.registry import unit_name
from ui.gaps.key_figures import chip
from ui.shell import cache
from ui.shell.i18n import figure, interval, language, name_language, number, t

Row = Mapping[Hashable, Any]
#: What of a row of the ledger says where it is from.
_CITED = ("quote", "source", "source_file", "link")


def account(row: Row, name: str, digits: int = 0) -> None:
    """Draw how the gap of a region is made up.

    Parameters
    ----------
    row
        Row of the gap table.
    name
        Name of the region.
    """
    lines = (
        (
            "figure.target",
            figure(row, "target", digits=digits),
            str(row["target_as_of"]) or t(f"status.{str(row['target_status']).replace(' ', '_')}"),
            chip(str(row["target_evidence"])) if row["target_evidence"] else "",
        ),
        (
            "origin.built",
            figure(row, "built", digits=digits),
            str(row["as_of"]) or t("figure.undated"),
            chip(str(row["built_evidence"])) if row["built_evidence"] else "",
        ),
        ("origin.planned", number(row["planned"], digits=digits), "", ""),
        (
            "origin.gap",
            figure(row, "gap", digits=digits),
            interval(row["gap_low"], row["gap_high"], digits=digits),
            "",
        ),
    )
    body = "".join(
        f"<tr><td>{escape(t(key))}</td><td>{escape(value)}</td><td>{escape(day)} {chips}</td></tr>"
        for key, value, day, chips in lines
    )
    note = str(row.get(f"note_{language()}", row["note_en"]) or "")
    about = (
        t("figure.unit", unit=unit_name(str(row["unit"]), language())),
        t("figure.denominator", of=row[f"denominator_{name_language()}"]),
        t("figure.rule", rule=t(f"rule.{str(row['rule']).replace(' ', '_')}")),
        note,
    )
    st.html(
        f'<div class="tc-origin"><b>{escape(t("origin.title", place=name))}</b>'
        f"<table>{body}</table>"
        f"{''.join(f'<p>{escape(line)}</p>' for line in about if line)}</div>"
    )


def quote(row: Row) -> None:
    """Draw the sentences that state target and built, each with its document or its address."""
    cards = []
    pack, ids = cache.pack(), str(row["source_ids"]).split(";")
    for key, table in (("origin.quote", "targets"), ("origin.seen", "observations")):
        rows = pack.table(table)
        rows = rows[rows["id"].isin(ids)].reindex(columns=list(_CITED)).astype(object)
        lines = "".join(
            map(_sentence, rows.where(rows.notna(), "").drop_duplicates().to_dict("records"))
        )
        if lines:
            cards.append(f'<div class="tc-origin"><b>{escape(t(key))}</b>{lines}</div>')
    if cards:
        st.html(f'<div class="tc-quotes">{"".join(cards)}</div>')


def _sentence(one: Row) -> str:
    """Return a quote and where it is from as HTML; the address can be followed."""
    quote, link = (escape(str(one[name])) for name in ("quote", "link"))
    name = escape(cited(str(one["source_file"] or one["source"])))
    said = f"<blockquote>“{quote}”</blockquote>" if quote else ""
    if quote == NO_TEXT:
        said, name = "", f"{name} · {escape(t('report.no_text'))}"
    at = f' <a href="{link}" target="_blank" rel="noopener noreferrer">{link}</a>' if link else ""
    return f"{said}<p>{name}{at}</p>"

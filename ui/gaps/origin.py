"""Where one figure comes from: target − built − planned, and the plan's own sentence."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from html import escape
from typing import Any

import streamlit as st

from data.ledger.documents import cited
from data.ledger.metrics import keyed
from layers.registry import unit_name
from ui.gaps.key_figures import chip
from ui.shell import cache
from ui.shell.i18n import figure, interval, language, name_language, number, t

Row = Mapping[Hashable, Any]


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
    """Draw the sentence of the plan that states the target, and its document."""
    targets = keyed(cache.pack().table("targets"))
    ids = str(row["source_ids"]).split(";")
    found = targets[targets["id"].isin(ids) & (targets["quote"].fillna("") != "")]
    if found.empty:
        return
    lines = "".join(
        f"<blockquote>“{escape(str(one['quote']))}”</blockquote>"
        f"<p>{escape(cited(str(one['source_file'])))}</p>"
        for one in found.to_dict("records")
    )
    st.html(f'<div class="tc-origin"><b>{escape(t("origin.quote"))}</b>{lines}</div>')

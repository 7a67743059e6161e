"""Start: three ways in, an example, help; shown at the first visit of the bare address."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from data.ledger.documents import cited
from layers.registry import gap_layers, unit_name
from ui.gaps import key_figures
from ui.shell import cache, example, navigation, region, welcome
from ui.shell.frame import guarded
from ui.shell.i18n import brief_name, language, name_language, number, t

#: Rows of the picture of gaps.
_ROWS = 4
#: Height of a card [px].
_HEIGHT = 360


@guarded
def show() -> None:
    """Draw the page."""
    st.html(
        f'<div class="tc-start"><h1>{escape(t("start.title"))}</h1>'
        f"<p>{escape(_quote() + t('start.about'))}</p></div>"
    )
    cards = st.columns(3)
    with cards[0].container(border=True, height=_HEIGHT):
        _card("gaps", _gap_rows())
        _open("overview", t("start.gaps_open", place=region.name()), primary=True)
    with cards[1].container(border=True, height=_HEIGHT):
        _card("site", _points("site"))
        _open("what_if", t("start.site_open"))
    with cards[2].container(border=True, height=_HEIGHT):
        _card("data", _points("data"))
        _open("imports", t("start.data_open"))
    _steps([t(f"start.step_{i}") for i in range(1, 5)])
    if cache.illustrative():
        word = escape(t("banner.word"))
        st.html(
            f'<div class="tc-note illustrative"><span class="tc-chip illustrative">{word}</span> '
            f"{escape(t('start.illustrative'))}</div>"
        )
    _foot()


def _quote() -> str:
    """Return the sentence of the plan behind the first layer, in quotes, where there is one."""
    row = cache.gaps(next(iter(gap_layers())).key, "province").iloc[0]
    targets = cache.pack().table("targets")
    found = targets[
        targets["id"].isin(str(row["source_ids"]).split(";")) & targets["value"].notna()
    ]
    quoted = found.dropna(subset="quote").sort_values("as_of")
    if quoted.empty:
        return ""
    last = quoted.iloc[-1]
    return f"“{last['quote']}”{t('start.quoted', source=cited(str(last['source_file'])))} → "


def _card(name: str, inside: str) -> None:
    st.html(
        f'<div class="tc-way"><h2>{escape(t(f"start.{name}_title"))}</h2>'
        f"<p>{escape(t(f'start.{name}_about'))}</p>{inside}</div>"
    )


def _points(name: str) -> str:
    points = "".join(f"<li>{escape(t(f'start.{name}_{i}'))}</li>" for i in range(1, 4))
    return f"<ul>{points}</ul>"


def _gap_rows() -> str:
    """Return the regions with the largest gap of the first layer as rows with bars."""
    item = next(iter(gap_layers()))
    table = region.inside(cache.gaps(item.key, region.level_below()))
    table = table.sort_values("gap", ascending=False)
    rows = "".join(
        f"<tr><td>{escape(brief_name(str(row[f'name_{name_language()}'])))}</td>"
        f"<td>{key_figures.bar(row)}</td><td><b>{number(row['gap'])}</b></td></tr>"
        for row in table.head(_ROWS).to_dict("records")
    )
    unit = unit_name(str(table["unit"].iloc[0]), language())
    first = table.iloc[0]
    words = (
        item.title(language()), t("figure.gap"), t("figure.unit", unit=unit),
        t("figure.due", date=first["target_as_of"]) if first["target_as_of"] else "",
        t("start.built_as_of", date=first["as_of"]) if first["as_of"] else "",
        t("figure.evidence", word=t(f"evidence.{first['evidence'] or 'unknown'}")),
    )  # fmt: skip
    said = escape(" · ".join(filter(None, words)))
    return f"<table>{rows}</table><small>{said}</small>"


def _open(module: str, label: str, *, primary: bool = False) -> None:
    about = t(f"page_about.{module}")
    if st.button(
        label, key=f"start_{module}", type="primary" if primary else "secondary", help=about
    ):
        st.switch_page(navigation.page_of(module))


def _steps(steps: Sequence[str]) -> None:
    body = "".join(f"<li>{escape(step)}</li>" for step in steps)
    st.html(f'<ol class="tc-steps">{body}</ol>')


def _foot() -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if st.button(t("start.example"), key="start_example", help=t("start.example_help")):
            example.begin()
        st.page_link(navigation.page_of("help"), label=t("start.help"), help=t("page_about.help"))
        st.page_link(
            navigation.page_of("sources"), label=t("page.sources"), help=t("page_about.sources")
        )
        welcome.choice()

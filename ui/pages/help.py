"""Help: what each page answers, how figures are to be read, and the words."""

from __future__ import annotations

from html import escape

import streamlit as st

from data.wording.glossary import terms
from geo.evidence import EVIDENCE_CLASSES
from ui.shell import navigation
from ui.shell.frame import guarded, head
from ui.shell.i18n import language, t


@guarded
def show() -> None:
    """Draw the page."""
    head(t("help.title"), about=t("help.about"))
    left, right = st.columns([0.4, 0.6], gap="medium")
    with left:
        st.html(f'<h2 class="tc-section">{escape(t("help.pages"))}</h2>')
        for group, pages in navigation.GROUPS.items():
            rows = "".join(
                f"<dt>{escape(t(f'page.{module}'))}</dt>"
                f"<dd>{escape(t(f'page_about.{module}'))}</dd>"
                for module in pages
            )
            title = escape(t(f"page_group.{group}"))
            st.html(f'<div class="tc-words"><b>{title}</b><dl>{rows}</dl></div>')
        st.page_link(navigation.page_of("start"), label=t("page.start"), help=t("page_about.start"))
        st.html(f'<h2 class="tc-section">{escape(t("help.evidence"))}</h2>')
        rows = "".join(
            f"<dt>{escape(t(f'evidence.{word}'))}</dt>"
            f"<dd>{escape(t(f'evidence_about.{word}'))}</dd>"
            for word in EVIDENCE_CLASSES
        )
        st.html(f'<div class="tc-words"><dl>{rows}</dl></div>')
    with right:
        st.html(f'<h2 class="tc-section">{escape(t("help.words"))}</h2>')
        wanted = st.text_input(
            t("help.search"), key="help_search", placeholder=t("help.search"),
            label_visibility="collapsed",
        ).strip()  # fmt: skip
        found = [
            term for term in terms(language())
            if wanted.casefold() in f"{term.word} {term.definition}".casefold()
        ]  # fmt: skip
        rows = "".join(
            f"<dt>{escape(term.word)}</dt><dd>{escape(term.definition)}</dd>" for term in found
        )
        st.html(f'<div class="tc-words"><dl>{rows or escape(t("find.none"))}</dl></div>')

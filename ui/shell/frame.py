"""What every page shares: compact head, banner of illustrative data, and errors that help."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Collection
from pathlib import Path
from typing import ParamSpec

import streamlit as st

from data.wording.errors import RefusedFileError
from geo.errors import PlannerError
from ui.shell.i18n import language, t
from ui.shell.provenance import plain

P = ParamSpec("P")

_LOG = logging.getLogger("tongcun")

#: Streamlit's defaults leave a third of a 1280 × 800 screen empty; planners want the map there.
_STYLE = """<style>
[data-testid="stMainBlockContainer"] {padding: 4.2rem 1.4rem 1rem}
[data-testid="stMainBlockContainer"] > div > [data-testid="stVerticalBlock"] {gap: .55rem}
[data-testid="stSidebarUserContent"] {padding: 0 0 1rem}
[data-testid="stSidebarHeader"] {height: 2.6rem; min-height: 2.6rem; margin-bottom: 0}
[data-testid="stMetricValue"] {font-size: 1.12rem; line-height: 1.3}
[data-testid="stMetricLabel"], [data-testid="stMetricDelta"] {font-size: .8rem}
[data-testid="stStatusWidget"] button {display: none}
h1, h2, h3, h4, h5 {padding: 0 !important}
</style>"""
_STATIC = Path(__file__).parents[2] / "static"


def style() -> None:
    """Draw nothing, but make the page compact and its downloads safe from a redraw."""
    st.html(_STYLE + _script(), unsafe_allow_javascript=True)


@functools.cache
def _script() -> str:
    code = (_STATIC / "downloads.js").read_text(encoding="utf-8")
    return f"<script>{code}</script>"


def guarded(show: Callable[P, None]) -> Callable[P, None]:
    """Turn an error of a page or fragment into a message on it; the rest stays usable."""

    @functools.wraps(show)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            show(*args, **kwargs)
        except PlannerError as error:
            explain(error)
        except Exception:  # noqa: BLE001  outermost handler: a planner never sees a traceback
            _LOG.exception("page %s failed", getattr(show, "__module__", ""))
            st.error(t("error.unexpected"))

    return run


def explain(error: PlannerError) -> None:
    """Show what is wrong, where, and how to fix it."""
    what, repair = error.what, error.repair
    if isinstance(error, RefusedFileError):
        what, repair = (sentence.text(language()) for sentence in error.sentences)
    lines = [f"**{t('error.what')}** {plain(what)}"]
    if error.where:
        lines.append(f"**{t('error.where')}** {plain(error.where)}")
    if repair:
        lines.append(f"**{t('error.repair')}** {plain(repair)}")
    st.error("  \n".join(lines))


def head(title: str, *, invented: Collection[str] = ()) -> None:
    """Draw the page's title on one line, with a banner that names the illustrative tables."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(f"##### {title}", width="content")
        if invented:
            names = t("list.comma").join(t(f"banner.{table}") for table in invented)
            says = t("banner.says", what=names)
            st.markdown(f":orange-badge[{t('banner.word')}] :small[{says}]", width="content")

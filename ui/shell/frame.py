"""What every page shares: compact head, banner of illustrative data, and errors that help."""

from __future__ import annotations

import functools
import json
import logging
import re
from collections.abc import Callable, Collection
from html import escape
from pathlib import Path
from typing import ParamSpec

import streamlit as st

from data.wording.catalogue import text
from geo.errors import PlannerError
from layers.map.palette import colours
from ui.shell.i18n import language, t
from ui.shell.provenance import plain

P = ParamSpec("P")

_LOG = logging.getLogger("tongcun")

_STATIC = Path(__file__).parents[2] / "static"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)
#: Words that Streamlit itself writes on a page, in English alone.
STREAMLIT_WORDS = (
    "upload",
    "drop_one",
    "drop",
    "each",
    "add",
    "remove",
    "field",
    "theme_system",
    "theme_light",
    "theme_dark",
    "print",
    "record",
    "made",
    "skip",
    "none",
    "date",
    "menu",
    "collapse",
    "expand",
    "help",
    "full",
    "full_end",
    "search",
    "csv",
    "columns",
    "choose",
    "sidebar",
    "pages",
    "home",
    "clear",
    "heading",
    "open",
)


def style() -> None:
    """Draw nothing, but give the page colours and measures, safe downloads, language and print."""
    shades = "".join(f"--tc-{name}:{shade};" for name, shade in colours(dark=is_dark()).items())
    sheet = f"<style>:root{{{shades}}}{_file('page.css')}</style>"
    st.html(f"{sheet}<script>{script(language())}</script>", unsafe_allow_javascript=True)


@functools.cache
def script(tongue: str) -> str:
    """Return the script of every page in a language; the server lets no other run."""
    words = [
        [text(f"streamlit.{word}", code, it="{it}") for code in ("en", tongue)]
        for word in STREAMLIT_WORDS
    ]
    said = f"window.tongcunWords={json.dumps(words)};"
    return f"{_file('downloads.js')}{_file('print.js')}{said}{_file('words.js')}"


def is_dark() -> bool:
    """Return whether the reader's theme is dark."""
    return bool(st.context.theme.type == "dark")


def component(name: str) -> str:
    """Return a component's script, with what it imports in the place of the import.

    Parameters
    ----------
    name
        File in ``static``: Streamlit takes a script as text, which has no neighbours.
    """
    return _IMPORT.sub(lambda found: component(found[1]).replace("export ", ""), _file(name))


@functools.cache
def _file(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")


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
    what, where, repair = error.said(language())
    lines = [f"**{t('error.what')}** {plain(what)}"]
    # An option of the terminal is no place on a page.
    if where and not where.startswith("--"):
        lines.append(f"**{t('error.where')}** {plain(where)}")
    if repair:
        lines.append(f"**{t('error.repair')}** {plain(repair)}")
    st.error("  \n".join(lines))


def head(title: str, *, invented: Collection[str] = (), about: str = "") -> None:
    """Draw the page's title on one line, with a banner that names the illustrative tables.

    Parameters
    ----------
    invented
        Tables on the page that hold illustrative rows.
    about
        What the page shows: region, rows, unit.
    """
    line = f"<h1>{escape(title)}</h1>"
    if invented:
        names = t("list.comma").join(t(f"banner.{table}") for table in invented)
        line += f'<span class="tc-chip illustrative">{escape(t("banner.word"))}</span>'
        about = " · ".join(filter(None, (about, t("banner.says", what=names))))
    if about:
        line += f'<span class="what">{escape(about)}</span>'
    st.html(f'<div class="tc-head">{line}</div>')

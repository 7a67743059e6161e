"""Sentences and figures in the language of the session."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Hashable, Mapping
from contextlib import suppress
from typing import Any

import pandas as pd
import streamlit as st

from data.doctor.names import forms
from data.ledger import metrics
from data.ledger.qualifiers import with_word
from data.wording.catalogue import DEFAULT, LANGUAGES, call_prefectures, data_language, text
from geo.errors import PlannerError
from ui import packs
from ui.shell import state

#: Province of the session, and what it calls its prefectures.
_WORD = "_prefectures_word"
#: Stands where a figure is unknown; never 0.
UNKNOWN = "—"
#: What follows the own name of an English region.
_KIND = re.compile(r"( \S+)* Autonomous (Prefecture|County)$| (City|County|District)$")


def language() -> str:
    """Return the language of the session; its sentences call prefectures as the province does."""
    _call_prefectures()
    chosen = str(st.session_state.get(state.LANGUAGE) or "")
    return chosen if chosen in LANGUAGES else DEFAULT


def _call_prefectures() -> None:
    # Streamlit may run a part of a page in another thread, so the word is set wherever one speaks.
    name = st.session_state.get(state.PROVINCE)
    known, word = st.session_state.get(_WORD, ("", ""))
    if name and known != name:
        # A province that cannot be read is told of in words too.
        with suppress(PlannerError):
            word = packs.prefectures_word(str(name))
        st.session_state[_WORD] = (name, word)
    call_prefectures(word)


def name_language() -> str:
    """Return in which language, ``zh`` or ``en``, the session shows names that are data."""
    return data_language(language())


def t(key: str, /, **arguments: object) -> str:
    """Return a sentence in the language of the session, with ``{fields}`` filled in."""
    return text(key, language(), **arguments)


def named(row: pd.Series, field: str = "name") -> str:
    """Return ``row["name_zh"]`` or ``row["name_en"]`` as the language asks."""
    return str(row[f"{field}_{name_language()}"])


def short_names(table: pd.DataFrame) -> list[str]:
    """Return the names of regions; English ones without the words that fill a column."""
    names = [str(name) for name in table[f"name_{name_language()}"]]
    for long, short in (
        ("Autonomous Prefecture", "AP"),
        ("Autonomous County", "AC"),
        (" City", ""),
    ):
        names = [name.replace(long, short) for name in names]
    return names


@functools.cache
def brief_name(name: str, *, with_kind: bool = False) -> str:
    """Return the name of a prefecture or county as people say it.

    Parameters
    ----------
    with_kind
        Whether a Chinese name keeps its last word: 州, 市, 县.

    Returns
    -------
    name
        The full name where it has no shorter form.

    Examples
    --------
    >>> brief_name("怒江傈僳族自治州"), brief_name("怒江傈僳族自治州", with_kind=True)
    ('怒江', '怒江州')
    >>> brief_name("Nujiang Lisu Autonomous Prefecture"), brief_name("福贡县", with_kind=True)
    ('Nujiang', '福贡县')
    """
    if name.isascii():
        return _KIND.sub("", name)
    short = [form for form in (*forms.short_names(name), name) if name.startswith(form[:2])]
    if with_kind:
        short = [form for form in short if form[-1] == name[-1]]
    return min(short, key=len)


def number(value: float | None, *, digits: int = 0, unit: str = "") -> str:
    """Return a figure with thousands separators; unknown is a dash.

    Examples
    --------
    >>> number(159000), number(float("nan")), number(2.5, digits=1, unit="km")
    ('159,000', '—', '2.5 km')
    """
    if value is None or math.isnan(value):
        return UNKNOWN
    figure = f"{value:,.{digits}f}"
    return f"{figure} {unit}" if unit else figure


def figure(
    row: Mapping[Hashable, Any] | pd.Series, name: str, *, digits: int = 0, brief: bool = False
) -> str:
    """Return a figure of the gap table, with the word of how exact it is before it.

    Parameters
    ----------
    row
        Row of the gap table.
    name
        ``target``, ``built`` or ``gap``.
    digits
        Decimals shown.
    brief
        Whether a sign stands for the word where the language has one, as in narrow columns.

    Returns
    -------
    figure
        Such as "about 5,000"; a dash where it is unknown.
    """
    sign = str(row[f"{name}_qualifier"])
    if brief and sign:
        shown = number(row[name], digits=digits)
        return t(f"qualifier_brief.{sign.replace(' ', '_')}", figure=shown)
    return qualified(sign, row[name], digits=digits)


def qualified(sign: str, value: float, *, digits: int = 0) -> str:
    """Return a figure with the word of how exact it is before it.

    Parameters
    ----------
    sign
        Word of a column ``…_qualifier``, such as ``about``; empty for none.
    value
        The figure; NaN is unknown.
    digits
        Decimals shown.

    Returns
    -------
    figure
        In the language of the session.
    """
    shown = number(value, digits=digits)
    return with_word(shown, sign, language())


def interval(low: float, high: float, *, digits: int = 0) -> str:
    """Return ``low – high``; one unknown end is open, two are unknown.

    Examples
    --------
    >>> interval(1000, 2000), interval(5, float("nan")), interval(3, 3)
    ('1,000 – 2,000', '≥ 5', '3')
    """
    if math.isnan(low) and math.isnan(high):
        return UNKNOWN
    if math.isnan(high):
        return f"≥ {number(low, digits=digits)}"
    if math.isnan(low):
        return f"≤ {number(high, digits=digits)}"
    ends = [number(end, digits=digits) for end in (low, high)]
    return ends[0] if low == high else " – ".join(ends)


def cost_unit(unit: str) -> str:
    """Return the words of a unit cost's unit, such as ``CNY per km and year``."""
    return metrics.cost_unit(unit, language())

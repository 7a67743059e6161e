"""Search of Chinese names by a part of them or by the first letters that a keyboard types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import pandas as pd


def initials(names: pd.Series) -> pd.Series:
    """Return names with the first letter of its pinyin in the place of each Chinese character.

    A character with several readings (重: chóng, zhòng) is read in its name; the others, the most,
    one by one, which is thirty times quicker.

    Parameters
    ----------
    names
        Texts; characters that are not Chinese stay.

    Returns
    -------
    letters
        In lower case, on the same index.

    Examples
    --------
    >>> initials(pd.Series(["阿罗登", "泸水市", "重庆", "No. 5"])).tolist()
    ['ald', 'lss', 'cq', 'no. 5']
    """
    readings = _readings_in(names)
    several = "".join(c for c, found in readings.items() if len(found) > 1)
    letters = _read_as(names, readings, 0)
    if not several:
        return letters
    mixed = names.str.contains(f"[{re.escape(several)}]")
    return letters.mask(mixed, names.where(mixed, "").map(_in_name))


def _readings_in(names: pd.Series) -> dict[str, tuple[str, ...]]:
    """Return the first letters of every character of some names that is not ASCII."""
    return {c: _readings(c) for c in set("".join(names.unique())) if not c.isascii()}


def _read_as(names: pd.Series, readings: Mapping[str, tuple[str, ...]], which: int) -> pd.Series:
    """Return names with each character in one of its readings, the last where it has fewer."""
    table = {ord(c): found[min(which, len(found) - 1)] for c, found in readings.items()}
    return names.str.translate(table).str.lower()


def _in_name(name: str) -> str:
    if not name:
        return ""
    # The dictionaries take 0.2 s to read: only a search by letters needs them.
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()


@cache
def _readings(character: str) -> tuple[str, ...]:
    """Return the first letters with which a character may be read."""
    from pypinyin import Style, pinyin

    known = pinyin(character, style=Style.FIRST_LETTER, heteronym=True)[0]
    return tuple(sorted({letter.lower() for letter in known}))


def matches(cells: pd.Series, wanted: str) -> pd.Series:
    """Test which cells contain a text, or its letters as initials of their pinyin.

    Parameters
    ----------
    cells
        Names or codes; missing ones never match.
    wanted
        What is searched for, in any case.

    Returns
    -------
    mask
        Boolean, on the same index.
    """
    texts = cells.astype("object").where(cells.notna(), "").astype("str").str.casefold()
    text = wanted.strip().casefold()
    hit = texts.str.contains(text, regex=False)
    if text.isascii() and any(letter.isalpha() for letter in text):
        # One after the other takes a tenth of the time of reading each name as a word.
        readings = _readings_in(texts)
        for which in range(max(map(len, readings.values()), default=0)):
            letters = _read_as(texts, readings, which)
            hit |= letters.str.contains(text.replace(" ", ""), regex=False)
    return hit.astype(bool)

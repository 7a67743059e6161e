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
    table = {ord(character): found[0] for character, found in readings.items()}
    letters = names.str.translate(table).str.lower()
    if not several:
        return letters
    mixed = names.str.contains(f"[{re.escape(several)}]")
    return letters.mask(mixed, names.where(mixed, "").map(_in_name))


def _readings_in(names: pd.Series) -> dict[str, tuple[str, ...]]:
    """Return the first letters of every character of some names that is not ASCII."""
    return {c: _readings(c) for c in set("".join(names.unique())) if not c.isascii()}


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
        pattern = _pattern(text.replace(" ", ""), _readings_in(texts))
        hit |= texts.str.contains(pattern, regex=True)
    return hit.astype(bool)


def _pattern(wanted: str, readings: Mapping[str, tuple[str, ...]]) -> str:
    """Return the pattern of letters: each stands for itself or a character so read."""
    spelled = {letter: letter for letter in wanted}
    for character, found in readings.items():
        for letter in spelled.keys() & set(found):
            spelled[letter] += character
    return "".join(f"[{re.escape(spelled[letter])}]" for letter in wanted)

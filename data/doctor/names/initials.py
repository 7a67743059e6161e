"""Search of Chinese names by a part of them or by the first letters that a keyboard types."""

from __future__ import annotations

from functools import cache

import pandas as pd


@cache
def _initial(character: str) -> str:
    # The dictionaries take 0.2 s to read: only a search by letters needs them.
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin(character, style=Style.FIRST_LETTER)[0].lower()


def initials(names: pd.Series) -> pd.Series:
    """Return names with the first letter of its pinyin in the place of each Chinese character.

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
    >>> initials(pd.Series(["阿罗登", "泸水市", "No. 5"])).tolist()
    ['ald', 'lss', 'no. 5']
    """
    characters = {c for c in "".join(names.unique()) if not c.isascii()}
    table = {ord(character): _initial(character) for character in characters}
    return names.str.translate(table).str.lower()


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
        hit |= initials(texts).str.contains(text.replace(" ", ""), regex=False)
    return hit.astype(bool)

"""Initial letters of the pinyin of Chinese names, for a search by what a keyboard types.

The common characters of GB 2312 (level 1, 3,755 of them) are ordered by pinyin, so the code of a
character tells its initial. Rarer ones that names of places have are in ``vocabulary.toml``.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache

import pandas as pd

from data.doctor.vocabulary import vocabulary

#: First code of each initial in GB 2312 level 1, and the end of the level.
_FIRST = (
    0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC, 0xC2E8,
    0xC4C3, 0xC5B6, 0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9, 0xD4D1,
)  # fmt: skip
_END = 0xD7FA
_LETTERS = "abcdefghjklmnopqrstwxyz"


@cache
def _table() -> dict[int, str]:
    """Return code point of each known character → its initial."""
    table = {}
    for code in range(_FIRST[0], _END):
        high, low = divmod(code, 256)
        if low >= 0xA1 and low != 0xFF:
            try:
                character = bytes((high, low)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            table[ord(character)] = _LETTERS[bisect_right(_FIRST, code) - 1]
    # A character that is listed twice by mistake would say nothing: level 1 counts.
    for letter, characters in vocabulary("names")["initials"].items():
        for character in characters:
            table.setdefault(ord(character), letter)
    return table


def initials(name: str) -> str:
    """Return a name with the initial of its pinyin in the place of each Chinese character.

    Parameters
    ----------
    name
        Any text; a character that is not known stays.

    Returns
    -------
    letters
        In lower case.

    Examples
    --------
    >>> initials("阿罗登"), initials("泸水市"), initials("No. 5")
    ('ald', 'lss', 'no. 5')
    """
    return name.translate(_table()).lower()


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
    texts = cells.astype("str").where(cells.notna(), "").str.casefold()
    text = wanted.strip().casefold()
    hit = texts.str.contains(text, regex=False)
    if text.isascii() and any(letter.isalpha() for letter in text):
        hit |= texts.str.translate(_table()).str.contains(text.replace(" ", ""), regex=False)
    return hit.fillna(value=False).astype(bool)

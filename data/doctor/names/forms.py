"""How one name is written: widths, characters, spaces, long and short forms."""

from __future__ import annotations

import re
import unicodedata

from data.doctor.vocabulary import vocabulary

_WORDS = vocabulary("names")
_SIMPLIFIED = str.maketrans({pair[0]: pair[1] for pair in _WORDS["characters"].split()})

_PEOPLES = "|".join(_WORDS["peoples"])
_AUTONOMY = f"{_WORDS['autonomous']}(?P<kind>{'|'.join(_WORDS['autonomous_kinds'])})"
_AUTONOMOUS = re.compile(rf"(?P<stem>.+?)(?P<peoples>(?:{_PEOPLES})+){_AUTONOMY}")
#: 东乡族自治县: the people is the place.
_OWN_NAME = re.compile(rf"(?P<stem>.+){_WORDS['people']}{_AUTONOMY}")
_KIND = re.compile(rf"(?P<stem>.+?)(?P<kind>{'|'.join(_WORDS['kinds'])})")
_ENGLISH = re.compile(
    rf"(?P<stem>.+?) (?P<kind>{'|'.join(_WORDS['english_kinds'])})(?P<rest> \(.+\))?"
)
_MARKS = re.compile(r"['’‘ʼ`‐-]")
#: From here on characters are written without spaces between words.
_EAST_ASIAN = "\u2e80"


def plain(text: str) -> str:
    """Normalise a name: half width, simplified characters, lower case, no needless spaces.

    Latin letters lose their accents, apostrophes and hyphens.

    Parameters
    ----------
    text
        Name as the file writes it.

    Returns
    -------
    name
        Form in which names are compared.

    Examples
    --------
    >>> plain(" 大理白族自治州　"), plain("瀾滄 縣"), plain("Ｄａｌｉ  City"), plain("Pu’er")
    ('大理白族自治州', '澜沧县', 'dali city', 'puer')
    """
    half = unicodedata.normalize("NFKC", text).translate(_SIMPLIFIED).lower()
    if any(character >= _EAST_ASIAN for character in half):
        return "".join(half.split())
    if not half.isascii():
        parts = unicodedata.normalize("NFKD", half)
        half = "".join(part for part in parts if not unicodedata.combining(part))
    return " ".join(_MARKS.sub("", half).replace("&", " and ").split())


def short_names(name: str) -> tuple[str, ...]:
    """Return the other forms of a full name as :func:`plain` gives it, the longest first.

    One character alone (环, 宁) is no name: the kind of region stays.

    Parameters
    ----------
    name
        Full name as :func:`plain` gives it.

    Returns
    -------
    names
        Other forms, the longest first.

    Examples
    --------
    >>> short_names("大理白族自治州"), short_names("环县")
    (('大理自治州', '大理白族州', '大理州', '大理'), ())
    >>> short_names("dali bai autonomous prefecture")
    ('dali bai prefecture', 'dali prefecture', 'dali')
    """
    forms = _english_forms(name) if name.isascii() else _chinese_forms(name)
    distinct = dict.fromkeys(form for form in forms if form != name and len(form) > 1)
    return tuple(sorted(distinct, key=len, reverse=True))


def _chinese_forms(name: str) -> list[str]:
    nicknames = list(_WORDS["nicknames"].get(name, ()))
    match = _AUTONOMOUS.fullmatch(name) or _OWN_NAME.fullmatch(name)
    if match:
        stem, kind, autonomous = match["stem"], match["kind"], _WORDS["autonomous"]
        return [
            stem + autonomous + kind,
            name.replace(autonomous, ""),
            stem + kind,
            stem,
            *nicknames,
        ]
    match = _KIND.fullmatch(name)
    return [match["stem"]] if match else []


def _english_forms(name: str) -> list[str]:
    match = _ENGLISH.fullmatch(name)
    if not match:
        return []
    stem, kind, rest = match["stem"], match["kind"], match["rest"] or ""
    forms = [f"{stem} {kind}", stem, stem + rest] if rest else [stem]
    if stem.endswith(" autonomous"):
        first, *peoples = stem.removesuffix(" autonomous").split(" ")
        forms = [f"{' '.join([first, *peoples])} {kind}", f"{first} {kind}", first]
        if "and" in peoples or any("," in word for word in peoples):
            bare = " ".join([first, *peoples]).replace(",", "")
            forms += [f"{bare} autonomous {kind}", f"{bare} {kind}"]
    return forms

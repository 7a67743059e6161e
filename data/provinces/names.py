"""English names of regions that no table gives: pinyin and the kind of region."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_TABLE = Path(__file__).with_name("names.toml")


def english_names(regions: pd.DataFrame) -> pd.Series:
    """Return the English names of regions, those of one level all different.

    Parameters
    ----------
    regions
        ``level``, ``name_zh`` and ``parent_zh``, the Chinese name of the region above.

    Returns
    -------
    names
        Such as "Qiandongnan Miao and Dong Autonomous Prefecture"; two of one level and name carry
        the region above in brackets.
    """
    names = regions["name_zh"].map(english_name)
    repeated = regions.assign(name=names).duplicated(["level", "name"], keep=False)
    above = regions["parent_zh"].fillna("").map(_stem_of)
    return names.where(~repeated, names + " (" + above + ")")


@cache
def english_name(name: str) -> str:
    """Return the English name of one region.

    Parameters
    ----------
    name
        Chinese name with its kind.

    Returns
    -------
    english
        Pinyin without tones, groups of people and kind in English.

    Examples
    --------
    >>> english_name("黔东南苗族侗族自治州"), english_name("普洱市"), english_name("歙县")
    ('Qiandongnan Miao and Dong Autonomous Prefecture', "Pu'er City", 'She County')
    >>> english_name("长白朝鲜族自治县"), english_name("鄂温克族自治旗")
    ('Changbai Korean Autonomous County', 'Ewenki Autonomous Banner')
    """
    table = name_table()
    if name in table["names"]:
        return str(table["names"][name])
    match = _pattern().fullmatch(name)
    if match is None:
        return _romanised(name, len(name))
    found = re.findall(_groups(), match["groups"])
    groups = " and ".join(filter(None, [", ".join(_english(found[:-1])), *_english(found[-1:])]))
    stem = _romanised(name, len(match["stem"])) if match["stem"] else ""
    return " ".join(filter(None, [stem, groups, table["kinds"][match["kind"]]]))


def _stem_of(name: str) -> str:
    match = _pattern().fullmatch(name)
    return _romanised(name, len(match["stem"] or name) if match else len(name))


def _english(groups: list[str]) -> list[str]:
    table: dict[str, str] = name_table()["groups"]
    return [table[group.removesuffix(name_table()["people"])] for group in groups]


def _romanised(name: str, length: int) -> str:
    """Return the first characters of a name in pinyin, read in the whole name."""
    from pypinyin import lazy_pinyin

    stem = name[:length]
    for known in (name, stem):
        if known in name_table()["stems"]:
            return str(name_table()["stems"][known])
    special = name_table()["characters"]
    read = lazy_pinyin(name, v_to_u=True)[:length]
    syllables = [special.get(sign, way) for sign, way in zip(stem, read, strict=False)]
    joined = [
        f"'{syllable}" if i and syllable[0] in "aeo" else syllable
        for i, syllable in enumerate(syllables)
    ]
    return "".join(joined).capitalize()


@cache
def name_table() -> dict[str, Any]:
    """Return the words by which names of regions and units are read.

    Returns
    -------
    table
        As in ``names.toml``.
    """
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))


@cache
def _groups() -> str:
    table = name_table()
    bare, people = table["bare_groups"], table["people"]
    return "|".join(
        f"{group}{people}?" if group in bare else f"{group}{people}"
        for group in sorted(table["groups"], key=len, reverse=True)
    )


@cache
def _pattern() -> re.Pattern[str]:
    kinds = "|".join(sorted(name_table()["kinds"], key=len, reverse=True))
    return re.compile(f"(?P<stem>.*?)(?P<groups>(?:{_groups()})*)(?P<kind>{kinds})")

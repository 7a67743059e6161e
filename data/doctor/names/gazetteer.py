"""Meaning of names and codes: the regions of a province by present and former names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from data.doctor.names.forms import plain, short_names

RENAMED = Path(__file__).parent / "renamed_codes.csv"
#: From the narrowest to the widest.
LEVELS = ("county", "prefecture", "province")
#: Codes of counties, townships (9 digits) and villages (12), whole or as a number; 2 and 4 digits
#: are a province and a prefecture. GB/T 2260, GB/T 10114.
CODE = re.compile(r"(\d{6})(?:\d{3}|\d{6})?(?:\.0*)?")
_SHORT_CODE = re.compile(r"(\d{2}|\d{4})(?:\.0*)?")
_SEPARATORS = re.compile(r"[/\\|>,;、·,-]+")
_COLUMNS = ("adcode", "level", "name_zh", "name_en", "parent")
#: Code, level, Chinese name, English name, code above.
Row = tuple[str, str, str, str, str]
#: Similar names are suggested above this score of 100.
_LIKE = 50


@dataclass(frozen=True, slots=True)
class Region:
    """One region of the table ``regions``.

    Attributes
    ----------
    adcode, parent
        Code of the region, and of the one above it.
    level
        ``province``, ``prefecture`` or ``county``.
    name
        Full Chinese name.
    """

    adcode: str
    level: str
    name: str
    parent: str


@dataclass(frozen=True, slots=True)
class NameMeaning:
    """Regions that a text can mean.

    Attributes
    ----------
    regions
        None, one, or several if the text is ambiguous.
    former
        True where it is a name or code of the past.
    """

    regions: tuple[Region, ...] = ()
    former: bool = False

    @property
    def only(self) -> Region | None:
        """The region, if the text is certain."""
        return self.regions[0] if len(self.regions) == 1 else None

    def within(self, upper: Region | None) -> NameMeaning:
        """Keep the regions that are, or are inside, another region.

        Parameters
        ----------
        upper
            The other region; None keeps all.

        Returns
        -------
        meaning
            What remains.
        """
        if upper is None:
            return self
        kept = tuple(r for r in self.regions if inside(r, upper))
        return NameMeaning(kept, self.former)


def inside(region: Region, upper: Region) -> bool:
    """Test whether a region is another one or a part of it.

    Parameters
    ----------
    region
        Region to test.
    upper
        Region that may contain it.

    Returns
    -------
    inside
        True if it does.
    """
    if region == upper or region.parent == upper.adcode:
        return True
    return upper.level == "province" and region.parent[:2] == upper.adcode[:2]


class Gazetteer:
    """Names and codes of the regions of one province or of several.

    Parameters
    ----------
    regions
        Code, level, Chinese name, English name and the code above of every region.
    """

    @classmethod
    def of(cls, regions: pd.DataFrame) -> Gazetteer:
        """Return the gazetteer of a table ``regions``; the last four are cached (10 ms each).

        Parameters
        ----------
        regions
            Table ``regions`` of one pack or of several.

        Returns
        -------
        gazetteer
            A shared, unchanging one.
        """
        cells = [regions[name].to_numpy(dtype=object) for name in _COLUMNS]
        texts = [np.where(pd.isna(column), "", column).tolist() for column in cells]
        return _gazetteer(
            tuple(
                (str(a), str(b), str(c), str(d), str(e))
                for a, b, c, d, e in zip(*texts, strict=True)
            )
        )

    def __init__(self, regions: Iterable[Row]) -> None:
        self.regions: list[Region] = []
        self._by_code: dict[tuple[str, str], Region] = {}
        #: level and name → regions, by full names, then by shorter ones, then by former ones.
        self._names: tuple[dict[tuple[str, str], list[Region]], ...] = ({}, {}, {})
        self._former_codes: dict[tuple[str, str], Region] = {}
        for adcode, level, chinese, english, parent in regions:
            region = Region(adcode, level, chinese, parent)
            self.regions.append(region)
            self._by_code[region.level, region.adcode] = region
            self._index(region, english)
        self._index_former()
        self._wider = {
            name: region
            for level in ("province", "prefecture")
            for index in self._names[:2]
            for (its, name), (region, *others) in index.items()
            if its == level and not others
        }
        self._writings = {
            name: region.name
            for region in self.regions
            for name in (region.name, *short_names(region.name))
        }
        self._known = {name for index in self._names for _, name in index}
        self._beginnings = {name[:2] for name in self._wider}

    def knows(self, text: str) -> bool:
        """Test whether any region has this name or code, now or in the past.

        Parameters
        ----------
        text
            Name as :func:`~data.doctor.names.forms.plain` gives it, or code.

        Returns
        -------
        known
            True if one has.
        """
        return text in self._known or bool(self.code(text).regions)

    def _index(self, region: Region, english: str) -> None:
        for name in {plain(region.name), plain(english), plain(english.replace("ü", "v"))} - {""}:
            self._add(0, name, region)
            for form in short_names(name):
                self._add(1, form, region)

    def _add(self, tier: int, name: str, region: Region) -> None:
        found = self._names[tier].setdefault((region.level, name), [])
        if region not in found:
            found.append(region)

    def _index_former(self) -> None:
        """Index the names and codes of the past; present ones have priority."""
        for old_code, old_name, new_code in _renamed():
            whole = old_code.endswith("00") and new_code.endswith("00")
            level = "prefecture" if whole else "county"
            region = self._by_code.get((level, new_code))
            if region is None:
                continue
            if (level, old_code) not in self._by_code:
                self._former_codes[level, old_code] = region
            for name in (plain(old_name), *short_names(plain(old_name))) if old_name else ():
                self._add(2, name, region)

    def code(self, text: str) -> NameMeaning:
        """Return the region of a code of 2, 4, 6, 9 or 12 digits.

        Parameters
        ----------
        text
            Code as text.

        Returns
        -------
        meaning
            No region for an unknown code.
        """
        if not text[:1].isdigit():
            return NameMeaning()
        match = CODE.fullmatch(text)
        short = _SHORT_CODE.fullmatch(text)
        digits = match[1] if match else short[1].ljust(6, "0") if short else ""
        for level in LEVELS if match else LEVELS[1:]:
            if (level, digits) in self._by_code:
                return NameMeaning((self._by_code[level, digits],))
        for level in LEVELS:
            if (level, digits) in self._former_codes:
                return NameMeaning((self._former_codes[level, digits],), former=True)
        return NameMeaning()

    def named(self, text: str, level: str, upper: Region | None = None) -> NameMeaning:
        """Return the regions of a level that have a name, within another region if there are any.

        Full names have priority over shorter ones, present names over former ones.

        Parameters
        ----------
        text
            Name as :func:`~data.doctor.names.forms.plain` gives it.
        level
            ``province``, ``prefecture`` or ``county``.
        upper
            Region that they should be in; None for any.

        Returns
        -------
        meaning
            No region for an unknown name.
        """
        meanings = [
            NameMeaning(tuple(index.get((level, text), ())), former=tier == 2)
            for tier, index in enumerate(self._names)
        ]
        for meaning in (*(each.within(upper) for each in meanings), *meanings):
            if meaning.regions:
                return meaning
        return NameMeaning()

    def split(self, text: str) -> list[str]:
        """Split a path such as 甲省乙州丙市 or 乙市/丙区 into its names.

        A part is cut off only where it is certainly a province or prefecture and the rest is
        certainly one of its own regions; otherwise the text stays whole.

        Parameters
        ----------
        text
            Name or path as :func:`~data.doctor.names.forms.plain` gives it.

        Returns
        -------
        parts
            Widest first; the whole text where it is no path.
        """
        if self.knows(text):
            return [text]
        parts = [part for part in _SEPARATORS.split(text) if part]
        if len(parts) > 1:
            return [part.strip() for part in parts]
        if text[:2] not in self._beginnings:
            return [text]
        for end in range(len(text) - 1, 1, -1):
            upper = self._wider.get(text[:end].strip())
            if upper is None:
                continue
            rest = self.split(text[end:].strip())
            if any(self.named(rest[-1], level).within(upper).only for level in LEVELS[:2]):
                return [text[:end].strip(), *rest]
        return [text]

    def most_similar(self, text: str) -> str:
        """Return the most similar names, for a message only.

        Parameters
        ----------
        text
            An unknown name.

        Returns
        -------
        names
            At most three; empty if none is similar.
        """
        from rapidfuzz import fuzz, process

        names = self._writings
        found = process.extract(text[:40], list(names), scorer=fuzz.ratio, score_cutoff=_LIKE)
        return "、".join(list(dict.fromkeys(names[name] for name, _, _ in found))[:3])


@lru_cache(maxsize=4)
def _gazetteer(regions: tuple[Row, ...]) -> Gazetteer:
    return Gazetteer(regions)


@lru_cache(maxsize=1)
def _renamed() -> tuple[tuple[str, str, str], ...]:
    """Return old code, old name and present code of each row of :data:`RENAMED`."""
    table = pd.read_csv(RENAMED, dtype=str, keep_default_na=False, encoding="utf-8")
    columns = table[["old_adcode", "old_name", "new_adcode"]]
    return tuple((str(a), str(b), str(c)) for a, b, c in columns.itertuples(index=False, name=None))

"""Names of regions in a plan: whose figure it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from data.planreader.phrases import phrase, table

#: Code and name of the 31 provinces of the mainland, GB/T 2260.
PROVINCES = table("provinces")
#: Provinces whose 全市 is the whole.
MUNICIPALITIES = frozenset({"110000", "120000", "310000", "500000"})
_KINDS = phrase("regions.kinds").split("|")
#: Behind a short name these words make it the name of something else.
_SOMETHING_ELSE = phrase("regions.something_else")


@dataclass(frozen=True)
class RegionNames:
    """Names by which a text calls the regions of a province.

    Attributes
    ----------
    codes
        Name → six-digit code; short forms included.
    """

    codes: dict[str, str]

    def found(self, text: str) -> list[tuple[int, str, str]]:
        """Return the regions that a text names.

        Parameters
        ----------
        text
            A clause.

        Returns
        -------
        found
            Place, code and name, in the order of the text.
        """
        if not self.codes:
            return []
        return [
            (match.start(), self.codes[match[1]], match[1])
            for match in self._pattern.finditer(text)
        ]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        ordered = sorted(self.codes, key=len, reverse=True)
        return re.compile(f"({'|'.join(map(re.escape, ordered))}){_SOMETHING_ELSE}")


def region_names(regions: Iterable[tuple[str, str]]) -> RegionNames:
    """Return the names of regions with their short forms.

    Parameters
    ----------
    regions
        Code and full name.

    Returns
    -------
    names
        昆明市 is also called 昆明, 怒江傈僳族自治州 also 怒江州 and 怒江. Counties keep their
        full name only: 东 of 东区 means nothing.
    """
    codes: dict[str, str] = {}
    for code, name in regions:
        codes.setdefault(name, code)
        if not code.endswith("00"):
            continue
        for kind in _KINDS:
            if name.endswith(kind) and len(name) - len(kind) >= 2:
                short = name.removesuffix(kind)
                codes.setdefault(short, code)
                if kind.endswith(phrase("regions.prefecture")):
                    codes.setdefault(f"{short}{phrase('regions.prefecture')}", code)
                break
    return RegionNames(codes)


def province_of(text: str) -> str:
    """Return the code of the province that a title or head of a document names most.

    Parameters
    ----------
    text
        The beginning of the document.

    Returns
    -------
    code
        Six digits, or empty where none is named.
    """
    counts = {code: text.count(name) for code, name in PROVINCES.items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] else ""

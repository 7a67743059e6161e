"""Which part of a province a figure is of: the words before it say so, until others do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from data.planreader.phrases import pattern, phrase
from data.planreader.regions import MUNICIPALITIES, PROVINCES, RegionNames
from data.planreader.statement import PlanStatement

_JOINED = pattern("regions.joined")
_EACH = pattern("regions.each")
_PART = pattern("regions.part")
#: Words of a clause that names places and says nothing else of them.
_ONLY_NAMES = 4


@dataclass(frozen=True)
class Scope:
    """The regions that a figure is of.

    Attributes
    ----------
    codes
        Codes of the regions; empty for a part of the province that is none of them.
    names
        Words of the text, empty for the whole province.
    each
        True where the figure holds for each of the regions, not for all together.
    unclear
        True where the sentence names other places, and nothing says whether they are meant.
    """

    codes: tuple[str, ...]
    names: str = ""
    each: bool = False
    unclear: bool = False

    def of(self, said: PlanStatement) -> list[PlanStatement]:
        """Return a statement for its regions.

        Parameters
        ----------
        said
            The statement, of any region.

        Returns
        -------
        statements
            One per region, or one with the codes of the regions that share the figure.
        """
        if self.unclear:
            said = said.because("places_named_before", 0.15)
        if len(self.codes) == 1 or self.each:
            return [replace(said, region=code, place="") for code in self.codes]
        return [replace(said, region="+".join(self.codes), place=self.names)]


@dataclass(frozen=True)
class _Named:
    start: int
    end: int
    codes: tuple[str, ...]
    names: tuple[str, ...] = ()


def scope(
    text: str, at: int, names: RegionNames, home: str, stated: Sequence[int] = ()
) -> Scope:  # fmt: skip
    """Return the regions that a figure of a sentence is of.

    Parameters
    ----------
    text
        The sentence.
    at
        Place of the figure [characters].
    names
        Regions that the text may name.
    home
        Code of the province.
    stated
        Places of the figures before it that state something [characters].

    Returns
    -------
    scope
        The whole province where nothing else is named.
    """
    named = _named(text[:at], names, home)
    last = named[-1] if named else None
    if last is None or last.codes == (home,):
        return Scope((home,))
    if re.search(rf"[,，].*(?:{phrase('regions.of_the_whole')})", text[last.end : at]):
        return Scope((home,))
    if _is_of(text, last, at, stated) or _leads(text, named, at):
        each = len(last.codes) > 1 and _EACH.search(text[last.end : at]) is not None
        return Scope(last.codes, "、".join(last.names), each=each)
    return Scope((home,), unclear=True)


def _leads(text: str, named: Sequence[_Named], at: int) -> bool:
    """Whether places, named once and at the beginning, are what the clause of a figure is about.

    That clause begins with a verb: it has no subject of its own.
    """
    lead, clause = text[: named[0].start].strip(), re.split(r"[,，:：]", text[:at])[-1]
    begins = not lead or pattern("regions.lead").fullmatch(lead) is not None
    return len(named) == 1 and begins and pattern("regions.verb").match(clause) is not None


def _is_of(text: str, last: _Named, at: int, stated: Sequence[int]) -> bool:
    """Whether the places last named reach as far as the figure."""
    comma = re.search(r"[,，:：]", text[last.end : at])
    if comma is None:
        return True
    if any(last.end <= place < at for place in stated):
        # 其中兵团7000座，行政村通达率50%: the part ends where another metric begins.
        named = pattern("regions.among_them").search(text[: last.start]) is not None
        return not (named and len(re.split(r"[,，]", text[last.end : at])[-1]) > _ONLY_NAMES * 2)
    return comma.start() <= _ONLY_NAMES


def _named(text: str, names: RegionNames, home: str) -> list[_Named]:
    """Return what a text names, in its order: regions, lists of them, parts, the whole."""
    regions = names.found(text)
    found = [_region(text, start, code, name) for start, code, name in regions]
    whole = phrase("regions.whole")
    if home in MUNICIPALITIES:
        whole += phrase("regions.whole_of_municipality")
    own = PROVINCES.get(home, "")
    if own and own not in names.codes:
        whole += f"|{own}"
    found += [_Named(*match.span(), (home,)) for match in re.finditer(whole, text)
              if not any(start < match.end() and match.start() < start + len(name)
                         for start, _, name in regions)]  # fmt: skip
    for match in _PART.finditer(text):
        if not any(one.start < match.end() and match.start() < one.end for one in found):
            found.append(_Named(*match.span(), (), (match[0],)))
    result: list[_Named] = []
    for one in sorted(found, key=lambda named: named.start):
        previous = result[-1] if result else None
        if previous and _is_list(text, previous, one, home):
            result[-1] = _Named(
                previous.start, one.end,
                previous.codes + one.codes, previous.names + one.names,
            )  # fmt: skip
        else:
            result.append(one)
    return result


def _region(text: str, start: int, code: str, name: str) -> _Named:
    """Return a region that is named, or an area inside it that is no region (海口江东新区)."""
    end = start + len(name)
    inside = pattern("regions.inside").match(text, end)
    if inside is None:
        return _Named(start, end, (code,), (name,))
    return _Named(start, inside.end(), (), (name + inside[0],))


def _is_list(text: str, one: _Named, other: _Named, home: str) -> bool:
    both = (one, other)
    return _JOINED.fullmatch(text[one.end : other.start]) is not None and all(
        named.codes and named.codes != (home,) for named in both
    )


def last_list(text: str, names: RegionNames, home: str) -> tuple[str, ...]:
    """Return the regions that a text names last.

    Parameters
    ----------
    text
        Words before a list of figures.
    names
        Regions that the text may name.
    home
        Code of the province.

    Returns
    -------
    codes
        Empty where it names the whole province last, or nothing.
    """
    named = _named(text, names, home)
    return () if not named or named[-1].codes == (home,) else named[-1].codes


def without_names(text: str, names: RegionNames) -> str:
    """Return a text of the same length with blanks for the regions that it names.

    Parameters
    ----------
    text
        A sentence.
    names
        Regions that it may name.

    Returns
    -------
    text
        Words of metrics are looked for here: 州市 of 郑州市 is none.
    """
    places = [(start, start + len(name)) for start, _, name in names.found(text)]
    for start, end in (*places, *(match.span() for match in _PART.finditer(text))):
        text = text[:start] + " " * (end - start) + text[end:]
    return text

"""Numbers with their unit and qualifier, as a clause of a plan states them."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace

from data.planreader.lexicon import UnitWords, lexicon
from data.planreader.numerals import Number, numbers
from data.planreader.phrases import pattern, phrase

_ABOUT = pattern("quantities.about")
_MORE = pattern("quantities.more")
_LEAST = pattern("quantities.least")
_MOST = pattern("quantities.most")
_MORE_BEHIND = pattern("quantities.more_behind")
_MOST_BEHIND = pattern("quantities.most_behind")
_ABOUT_BEHIND = pattern("quantities.about_behind")
#: Words between a number and its unit that say more, as in 4万余个, 20户以上.
_BETWEEN = pattern("quantities.between")
#: Numbers that count nothing: dates, ordinals, numbers of documents, generations, sizes.
_YEAR_BEHIND = pattern("quantities.year_behind")
_ORDINAL_BEFORE = pattern("quantities.ordinal_before")
_GENERATION = re.compile(r"^\s?[GAD](?!bps|bit|b/s|b\b|bp)(?![\d])", re.IGNORECASE)
#: What a number describes instead of counting: 20户以上自然村, 20Mbps…覆盖率, 8万个村.
_DESCRIBES_VILLAGES = pattern("quantities.describes_villages")
_DESCRIBES_USERS = pattern("quantities.describes_users")
#: Between the ends of a range: 5—8万架, 300亿—500亿元.
_RANGE = pattern("quantities.range")
_RATES = frozenset({"Mbit/s", "Gbit/s", "Tbit/s"})


@dataclass(frozen=True)
class Quantity:
    """A number of a text with what it measures.

    Attributes
    ----------
    value
        In the measure's base unit.
    measure
        Key of a unit of the lexicon.
    qualifier
        One of ``= ~ > >= <=``.
    start, end
        Place of the number with its unit [characters].
    other
        The second reading, or None.
    """

    value: float
    measure: str
    qualifier: str
    start: int
    end: int
    other: float | None = None


def quantities(text: str) -> list[Quantity]:
    """Return what a sentence counts; dates, ordinals and mere descriptions are left out.

    Parameters
    ----------
    text
        A sentence with half-width digits.

    Returns
    -------
    found
        In the order of the text.

    Examples
    --------
    >>> [(q.value, q.measure, q.qualifier) for q in quantities("机架超4万架，使用率25%左右")]
    [(40000.0, 'rack', '>'), (0.25, 'share', '~')]
    """
    known = lexicon().units
    found: list[Quantity] = []
    lower: Number | None = None
    for number, following in itertools.zip_longest(all_numbers := numbers(text), all_numbers[1:]):
        if following is not None and _RANGE.fullmatch(text[number.end : following.start]):
            lower = number
            continue
        low, lower = lower, None
        if _counts_nothing(text, number):
            continue
        quantity = _with_unit(text, number, known)
        if quantity is None or _describes(text, quantity):
            continue
        if low is not None:
            # 5—8万架: the lower end is written without the magnitude of the upper one.
            scale = 1.0 if low.value >= number.value / 50 else number.value / _plain(text, number)
            factor = quantity.value / number.value if number.value else 1.0
            least = float(f"{low.value * scale * factor:.12g}")
            found.append(replace(quantity, value=least, qualifier=">=", start=low.start))
            quantity = replace(quantity, qualifier="<=")
        found.append(quantity)
    return _with_the_unit_of_the_next(text, found)


def _with_the_unit_of_the_next(text: str, found: list[Quantity]) -> list[Quantity]:
    """Give numbers of a list the unit that only its last one has: 1.6万、0.5万架."""
    for place in range(len(found) - 2, -1, -1):
        one, following = found[place], found[place + 1]
        bare = one.measure == "count" and text[one.end - 1] in phrase("quantities.ends_bare")
        if bare and pattern("lists.joined").fullmatch(text[one.end : following.start]):
            found[place] = replace(one, measure=following.measure)
    return found


def _plain(text: str, number: Number) -> float:
    """Return the digits of a number without its magnitude."""
    digits = re.match(r"[\d.]+", text[number.start : number.end].replace(",", "").replace(" ", ""))
    return float(digits[0]) if digits else 1.0


def _counts_nothing(text: str, number: Number) -> bool:
    before, behind = text[: number.start], text[number.end :]
    if _ORDINAL_BEFORE.search(before[-4:]) and not number.share:
        return True
    if number.chinese or not _YEAR_BEHIND.match(behind):
        return _GENERATION.match(behind) is not None and number.value <= 6 and not number.share
    return True


def _with_unit(text: str, number: Number, known: tuple[UnitWords, ...]) -> Quantity | None:
    behind = text[number.end :]
    lead = _BETWEEN.match(behind)
    offset = number.end + (lead.end() if lead else 0)
    more = number.more or bool(lead and lead[0].strip())
    # 85%以上, 20户以上, and 4万以上的基站.
    middle = pattern("quantities.before_unit").match(text[offset:])
    if number.share:
        return _qualified(text, number, "share", number.value, number.end, more=more)
    best: tuple[int, UnitWords] | None = None
    for unit in known:
        match = unit.pattern.match(text, offset)
        if match is not None and match.end() > offset and (best is None or match.end() > best[0]):
            best = (match.end(), unit)
    if best is None and middle is not None:
        best = _unit_at(text, offset + middle.end(), known)
    if best is None:
        return _bare(text, number, more=more)
    end, unit = best
    value = float(f"{number.value * unit.factor:.12g}")
    found = _qualified(text, number, unit.measure, value, end, more=more)
    if number.other is not None:
        found = replace(found, other=float(f"{number.other * unit.factor:.12g}"))
    return found


def _unit_at(text: str, at: int, known: tuple[UnitWords, ...]) -> tuple[int, UnitWords] | None:
    for unit in known:
        match = unit.pattern.match(text, at)
        if match is not None and match.end() > at:
            return match.end(), unit
    return None


def _bare(text: str, number: Number, *, more: bool) -> Quantity | None:
    """Return a number without a unit: a count where it is large, a ratio where it is near one."""
    if number.chinese and not number.more:
        return None
    measure = "ratio" if number.value < 3 and number.value % 1 else "count"
    if measure == "count" and number.value < 100:
        return None
    return _qualified(text, number, measure, number.value, number.end, more=more)


def _qualified(
    text: str, number: Number, measure: str, value: float, end: int, *, more: bool
) -> Quantity:
    before, behind = text[max(0, number.start - 12) : number.start], text[end : end + 4]
    tail = text[number.end : number.end + 3]
    if _LEAST.search(before):
        qualifier = ">="
    elif _MOST.search(before) or _MOST_BEHIND.match(behind):
        qualifier = "<="
    elif _MORE_BEHIND.match(behind) or _MORE_BEHIND.match(tail):
        qualifier = ">="
    elif _MORE.search(before) or more:
        qualifier = ">"
    elif _ABOUT.search(before) or _ABOUT_BEHIND.match(behind) or _ABOUT_BEHIND.match(tail):
        qualifier = "~"
    else:
        qualifier = "="
    return Quantity(value, measure, qualifier, number.start, end)


def _describes(text: str, quantity: Quantity) -> bool:
    """Whether the number describes what another one counts (20户以上自然村)."""
    behind = text[quantity.end :]
    if quantity.measure == "household" and quantity.value <= 100:
        return _DESCRIBES_VILLAGES.match(behind) is not None
    if quantity.measure in _RATES:
        return _DESCRIBES_USERS.match(behind) is not None
    return False

"""Dates as plans write them: 到2025年, “十四五”末, 截至2016年6月底, 当年."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

from data.planreader.numerals import chinese_value
from data.planreader.phrases import pattern, phrase, table

#: Number of a five-year plan → its last year.
FIVE_YEAR_PLANS = {number: int(year) for number, year in table("five_year_plans").items()}
_DATE = pattern("dates.date")
_PLAN = pattern("dates.plan")
_RELATIVE = pattern("dates.relative")
_IN_YEARS = pattern("dates.in_years")
_CHINESE_YEAR = pattern("dates.chinese_year")
#: Word of a relative date → years from the document's own.
_SHIFTS = {phrase("dates.next_year"): 1, phrase("dates.year_after"): 2,
           phrase("dates.last_year"): -1, phrase("dates.year_before"): -1}  # fmt: skip
#: Before the last year of a plan: its beginning and its middle.
_YEARS_BEFORE = {phrase("dates.early"): 4, phrase("dates.middle"): 2}
_DIGITS = str.maketrans(phrase("dates.year_digits"), "000123456789")


@dataclass(frozen=True)
class Mention:
    """A date in a text.

    Attributes
    ----------
    date
        ISO date of the period's last day.
    start, end
        Its place [characters].
    period
        True for a span (十四五期间, 2021—2025年).
    past
        True where the words say that it is over (截至, 以来, 去年).
    begins
        ISO date of the day before a period, or None.
    counted
        True where the period counts from the first year of the plan (三年内).
    """

    date: str
    start: int
    end: int
    period: bool = False
    past: bool = False
    begins: str | None = None
    counted: bool = False


def with_digits(text: str) -> str:
    """Return the text with years in Chinese digits written in digits, of the same length.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    text
        二〇二五年 became 2025年.
    """
    return _CHINESE_YEAR.sub(lambda match: match[0].translate(_DIGITS), text)


def mentions(text: str, year: int | None = None, first: int | None = None) -> list[Mention]:
    """Return the dates of a text in their order.

    Parameters
    ----------
    text
        Text with half-width digits.
    year
        Year of the document, for 今年 and its like.
    first
        First year of the plan, for 三年内 and its like.

    Returns
    -------
    found
        One entry per date.

    Examples
    --------
    >>> [m.date for m in mentions("到2025年，“十五五”末，截至2016年6月底")]
    ['2025-12-31', '2030-12-31', '2016-06-30']
    """
    found = [_of_year(match) for match in _DATE.finditer(text)]
    for match in _PLAN.finditer(text):
        last = FIVE_YEAR_PLANS.get(match["plan"])
        if last is None:
            continue
        when = match["when"]
        begins = f"{last - 5}-12-31" if phrase("dates.span") in when else None
        last -= _YEARS_BEFORE.get(when[0], 0)
        found.append(
            Mention(f"{last}-12-31", *match.span(), period=begins is not None,
                    past=when == phrase("dates.since"), begins=begins)
        )  # fmt: skip
    if year is not None:
        for match in _RELATIVE.finditer(text):
            word = match["relative"]
            found.append(
                Mention(f"{year + _SHIFTS.get(word, 0)}-12-31", *match.span(),
                        past=_SHIFTS.get(word, 0) < 0)
            )  # fmt: skip
    if first is not None:
        for match in _IN_YEARS.finditer(text):
            word = match["years"]
            count = int(word) if word.isdigit() else int(chinese_value(word) or 0)
            found.append(
                Mention(f"{first + count - 1}-12-31", *match.span(), period=True, counted=True)
            )
    return sorted(found, key=lambda mention: mention.start)


def _of_year(match: re.Match[str]) -> Mention:
    year, month, day = int(match["year"]), 12, 31
    if match["month"]:
        month = int(match["month"])
        day = calendar.monthrange(year, month)[1]
        if match["day"]:
            day = min(int(match["day"]), day)
    elif match["half"] == phrase("dates.first_half"):
        month, day = 6, 30
    elif match["quarter"]:
        month = 3 * (phrase("dates.quarters").find(match["quarter"]) + 1 or int(match["quarter"]))
        day = calendar.monthrange(year, month)[1]
    return Mention(
        f"{year:04d}-{month:02d}-{day:02d}", *match.span(), period=match["first"] is not None,
        begins=f"{int(match['first']) - 1}-12-31" if match["first"] else None,
        past=(match["until"] or "").startswith((phrase("dates.up_to"), phrase("dates.closing"))),
    )  # fmt: skip

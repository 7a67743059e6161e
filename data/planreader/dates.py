"""Dates as plans write them: 到2025年, “十四五”末, 截至2016年6月底, 当年."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

#: Number of a five-year plan → its last year.
FIVE_YEAR_PLANS = {
    "十": 2005, "十一": 2010, "十二": 2015, "十三": 2020, "十四": 2025, "十五": 2030, "十六": 2035,
}  # fmt: skip
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_DATE = re.compile(
    rf"(?P<until>截至|截止到?|截止|到|至|自|从|在)?\s?"
    rf"(?:(?P<first>(?:19|20)\d{{2}})\s?年?\s?[-—–~～至到]+\s?)?{_YEAR}\s?年"
    rf"(?:(?P<month>1[0-2]|0?[1-9])月(?:(?P<day>3[01]|[12]\d|0?[1-9])日|(?P<monthend>底|末|份)?)?"
    rf"|(?P<half>上半年|下半年)|第?(?P<quarter>[一二三四1-4])季度)?"
    rf"(?P<end>年?底|年?末|终)?(?P<before>前|以前|之前)?"
)
_PLAN = re.compile(
    r"[“\"‘]?(?P<plan>十[一二三四五六]?)五[”\"’]?"
    r"(?P<when>末期|末|期末|收官|规划末|期间|时期|以来|规划期|初期|初|中期)"
)
_RELATIVE = re.compile(r"(?P<relative>今年|本年度?|年内|明年|后年|去年|上年)")
_CHINESE_YEAR = re.compile(r"[二2][〇零○0][一二三四五六七八九〇零○]{2}(?=年)")
_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")


@dataclass(frozen=True)
class Mention:
    """A date in a text.

    Parameters
    ----------
    date
        ISO date of the period's last day.
    start, end
        Its place [characters].
    period
        True for a span (十四五期间, 2021—2025年).
    past
        True where the words say that it is over (截至, 以来, 去年).
    relative
        True if it is counted from the document's own date.
    """

    date: str
    start: int
    end: int
    period: bool = False
    past: bool = False
    relative: bool = False


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
    return _CHINESE_YEAR.sub(lambda match: match[0].translate(_DIGITS).replace("二", "2"), text)


def mentions(text: str, year: int | None = None) -> list[Mention]:
    """Return the dates of a text in their order.

    Parameters
    ----------
    text
        Text with half-width digits.
    year
        Year of the document, for 今年 and its like.

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
        last -= {"初": 4, "中": 2}.get(when[0], 0)
        found.append(
            Mention(f"{last}-12-31", *match.span(), period="期" in when, past=when == "以来")
        )
    if year is not None:
        shift = {"明年": 1, "后年": 2, "去年": -1, "上年": -1}
        for match in _RELATIVE.finditer(text):
            word = match["relative"]
            found.append(
                Mention(f"{year + shift.get(word, 0)}-12-31", *match.span(),
                        past=shift.get(word, 0) < 0, relative=True)
            )  # fmt: skip
    return sorted(found, key=lambda mention: mention.start)


def _of_year(match: re.Match[str]) -> Mention:
    year, month, day = int(match["year"]), 12, 31
    if match["month"]:
        month = int(match["month"])
        day = calendar.monthrange(year, month)[1]
        if match["day"]:
            day = min(int(match["day"]), day)
    elif match["half"] == "上半年":
        month, day = 6, 30
    elif match["quarter"]:
        month = 3 * ("一二三四".find(match["quarter"]) + 1 or int(match["quarter"]))
        day = calendar.monthrange(year, month)[1]
    return Mention(
        f"{year:04d}-{month:02d}-{day:02d}", *match.span(), period=match["first"] is not None,
        past=(match["until"] or "").startswith(("截至", "截止")),
    )  # fmt: skip

"""What a list of numbers spreads over: dates, regions or subjects, one for each number."""

from __future__ import annotations

from dataclasses import dataclass, replace

from data.planreader.dates import Mention
from data.planreader.lexicon import lexicon
from data.planreader.phrases import pattern
from data.planreader.quantities import Quantity
from data.planreader.regions import RegionNames
from data.planreader.scope import last_list

_RESPECTIVELY = pattern("lists.respectively")
_JOINED = pattern("lists.joined")
_BETWEEN_NUMBERS = pattern("lists.between_numbers")
_OF_THE_WHOLE = pattern("lists.of_the_whole")
_BETWEEN_DATES = pattern("lists.between_dates")
_BEHIND = pattern("lists.behind")


@dataclass(frozen=True)
class ListItem:
    """What one number of such a list belongs to.

    Attributes
    ----------
    mention
        Its date, or None.
    region
        Code of its region, or empty.
    subject
        Words of its metric, or empty.
    qualifier
        Qualifier that the list has at its beginning or end, or empty.
    follows
        True where its metric is that of the number before it.
    """

    mention: Mention | None = None
    region: str = ""
    subject: str = ""
    qualifier: str = ""
    follows: bool = False


def list_items(
    text: str, found: list[Quantity], dates: tuple[Mention, ...], names: RegionNames, home: str
) -> dict[int, ListItem]:
    """Return what each number of the lists of a sentence belongs to.

    Parameters
    ----------
    text
        The sentence.
    found
        Its numbers.
    dates
        Its dates.
    names
        Regions that it may name.
    home
        Code of the province.

    Returns
    -------
    items
        Index of the number → what belongs to it; empty without such a list.
    """
    items: dict[int, ListItem] = {}
    for run in runs(text, found):
        begin = found[run[0] - 1].end if run[0] else 0
        lead = text[begin : found[run[0]].start]
        numbers = [found[place] for place in run]
        qualifier = _qualifier(text, numbers)
        spread = _spread(text[: found[run[0]].start], lead, numbers, dates, (names, home))
        items |= {
            place: replace(item, qualifier=qualifier)
            for place, item in zip(run, spread, strict=True)
        }  # fmt: skip
    return items


def _spread(
    before: str, lead: str, numbers: list[Quantity], dates: tuple[Mention, ...],
    places: tuple[RegionNames, str],
) -> list[ListItem]:  # fmt: skip
    count = len(numbers)
    respectively = list(_RESPECTIVELY.finditer(lead))
    alike = len({number.measure for number in numbers}) == 1
    codes = last_list(lead, *places) or (last_list(before, *places) if respectively else ())
    if alike and len(codes) == count:
        return [ListItem(region=code, follows=n > 0) for n, code in enumerate(codes)]
    series = _series(before, dates, count)
    if alike and series:
        return [ListItem(mention=mention, follows=n > 0) for n, mention in enumerate(series)]
    if respectively:
        clause = _without_dates(before, dates)[len(before) - len(lead) :]
        subjects = _subjects(clause[: respectively[-1].start()], count)
        return [ListItem(subject=words) for words in subjects] or [ListItem()] * count
    return [ListItem()] * count


def runs(text: str, found: list[Quantity]) -> list[list[int]]:
    """Return the lists of numbers that only a comma or 和 divides.

    Parameters
    ----------
    text
        The sentence.
    found
        Its numbers.

    Returns
    -------
    runs
        Indices of the numbers of each list of two or more.
    """
    runs: list[list[int]] = []
    for place in range(1, len(found)):
        between = text[found[place - 1].end : found[place].start]
        if _BETWEEN_NUMBERS.fullmatch(between) is None:
            continue
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place - 1, place])
    return runs


def _series(before: str, dates: tuple[Mention, ...], count: int) -> list[Mention]:
    """Return the last list of dates of a length: 到2023年、2025年."""
    series: list[list[Mention]] = []
    for mention in dates:
        if mention.end > len(before):
            break
        between = before[series[-1][-1].end : mention.start] if series else ""
        if _BETWEEN_DATES.fullmatch(between):
            series[-1].append(mention)
        else:
            series.append([mention])
    if series and (years := _years(series[-1][-1])) and len(years) == count:
        return years
    return next((one for one in reversed(series) if len(one) == count), [])


def _years(period: Mention) -> list[Mention]:
    """Return each year of a period such as 2021年至2023年."""
    if period.begins is None or not period.period:
        return []
    first, last = int(period.begins[:4]) + 1, int(period.date[:4])
    return [replace(period, date=f"{year}-12-31") for year in range(first, last + 1)]


def _qualifier(text: str, numbers: list[Quantity]) -> str:
    """Return the qualifier of a whole list: 分别不少于5万个、1万个, 3万个和2万个左右."""
    first, last = numbers[0], numbers[-1]
    stated = [number.qualifier for number in numbers if number.qualifier != "="]
    if len(stated) != 1 or len(numbers) < 2:
        return ""
    if first.qualifier != "=" and not _BEHIND.match(text, first.end):
        return first.qualifier
    return last.qualifier if _BEHIND.match(text, last.end) else ""


def _without_dates(text: str, dates: tuple[Mention, ...]) -> str:
    for mention in dates:
        if mention.end <= len(text):
            blank = " " * (mention.end - mention.start)
            text = text[: mention.start] + blank + text[mention.end :]
    return text


def _subjects(clause: str, count: int) -> list[str]:
    """Return the words of each metric; each completed with what only one of them says."""
    parts = [part for part in _JOINED.split(clause) if part.strip()][-count:]
    if len(parts) < count:
        return []
    parts = [_OF_THE_WHOLE.sub("", part) for part in parts]
    first, last = parts[0], parts[-1]
    area = next((m[0] for a in lexicon().areas if (m := a.pattern.search(first))), "")
    whole = []
    for words in parts:
        # 城市 in 城市、农村家庭接入能力, 4G in 4G、5G基站.
        full = words + last[2:] if words != last and len(words) <= 4 < len(last) + 1 else words
        named = any(a.pattern.search(full) for a in lexicon().areas)
        # 行政村 in 行政村光纤通达率、4G覆盖率.
        whole.append(full if named or len(first) <= 4 else area + full)
    return whole

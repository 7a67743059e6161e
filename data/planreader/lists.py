"""What 分别 spreads over: dates, regions or subjects, one for each number behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from data.planreader.dates import Mention
from data.planreader.phrases import pattern
from data.planreader.quantities import Quantity
from data.planreader.regions import RegionNames

_RESPECTIVELY = pattern("lists.respectively")
_JOINED = pattern("lists.joined")


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
    """

    mention: Mention | None = None
    region: str = ""
    subject: str = ""


def list_items(
    text: str, found: list[Quantity], dates: tuple[Mention, ...], names: RegionNames
) -> dict[int, ListItem]:
    """Return what each number behind 分别 belongs to.

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

    Returns
    -------
    items
        Index of the number → what belongs to it; empty without such a list.
    """
    match = _RESPECTIVELY.search(text)
    if match is None:
        return {}
    places = _numbers(found, match.start())
    count = len(places)
    if count < 2:
        return {}
    earlier = [mention for mention in dates if mention.start < match.start()]
    if len(earlier) == count:
        return {p: ListItem(mention=m) for p, m in zip(places, earlier, strict=True)}
    regions = names.found(text[: match.start()])
    if len(regions) == count:
        return {p: ListItem(region=r[1]) for p, r in zip(places, regions, strict=True)}
    clause = re.split(r"[;；。]", text[: match.start()])[-1]
    parts = [part for part in _JOINED.split(clause) if part.strip()][-count:]
    if len(parts) < count:
        return {}
    return {p: ListItem(subject=_whole(s, parts[-1])) for p, s in zip(places, parts, strict=True)}


def _numbers(found: list[Quantity], at: int) -> list[int]:
    places: list[int] = []
    for place, quantity in enumerate(found):
        if quantity.start < at:
            continue
        if places and quantity.start - found[place - 1].end > 6:
            break
        places.append(place)
    return places


def _whole(subject: str, last: str) -> str:
    """Complete 城市 in 城市、农村家庭接入能力 with what only the last part says."""
    if subject == last or len(subject) > 4 or len(last) - 2 < 4:
        return subject
    return subject + last[2:]

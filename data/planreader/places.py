"""Shares of places that a network reaches: 行政村5G通达率, 乡镇以上4G全覆盖."""

from __future__ import annotations

import re
from dataclasses import replace

from data.planreader.lexicon import NetworkWords, PlaceWords, lexicon
from data.planreader.matching import Subject
from data.planreader.phrases import pattern

_BEHIND = pattern("places.behind")
_SEVERAL = pattern("places.several")
_JOINED = pattern("places.joined")
#: A share of homes, not of places.
_TO_HOMES = pattern("places.to_homes")
_SOME = pattern("places.some")
_RATES = pattern("places.rates")
_RATE = pattern("places.rate")
#: Characters between a place and 全覆盖 where the network stands in the clause before.
_NEAR = 4
_Span = tuple[int, int, PlaceWords]


def of_share(before: str, behind: str, clause: str) -> list[Subject]:
    """Return what a share counts, if it is one of places that a network reaches.

    Parameters
    ----------
    before, behind
        Words around the number.
    clause
        The whole clause.

    Returns
    -------
    subjects
        One per network and kind of place; empty where none is named.
    """
    if _TO_HOMES.search(before):
        return []
    areas = _areas(before, behind)
    networks = _networks(clause)
    if not networks or not areas:
        return []
    # 4G覆盖率90%、光纤通达率85% are two figures, each of its own network.
    if _RATE.search(before):
        networks = _networks(before) or networks
    layers = {network.layer for network in networks}
    if areas[0].metric == "natural_villages_reached" and (
        {"fibre", "mobile_4g"} <= layers and not _RATES.search(before)
    ):
        return [Subject("natural_villages", "with_fibre_and_4g", areas[0].unit, "share", 9)]
    if len(networks) > 1 and not _SEVERAL.search(clause):
        networks = [max(networks, key=lambda network: _last(network, before))]
    return [_subject(network, area) for network in networks for area in areas]


def of_share_in_two(earlier: str, before: str, clause: str) -> list[Subject]:
    """Return what a share counts whose network or place stands in the clause before.

    Parameters
    ----------
    earlier
        The clause before.
    before
        Words before the number.
    clause
        The whole clause.

    Returns
    -------
    subjects
        Empty unless one of both is named here and the other there.
    """
    if not _RATE.search(before) or _TO_HOMES.search(before):
        return []
    areas, networks = _areas(before, ""), _networks(clause)
    some = not areas and any(area.pattern.search(before) for area in lexicon().areas)
    if some or bool(areas) == bool(networks):
        return []
    areas, networks = areas or _areas(earlier, ""), networks or _networks(earlier)
    if len(areas) != 1 or len(networks) != 1:
        return []
    return [replace(_subject(networks[0], areas[0]), inherited=True)]


def of_full_coverage(clause: str, earlier: str = "") -> list[Subject]:
    """Return what a clause says to be covered wholly.

    Parameters
    ----------
    clause
        With words like 全覆盖.
    earlier
        The clause before, which may name the network.

    Returns
    -------
    subjects
        One per network and kind of place.
    """
    spans = [_span(match, area) for area in lexicon().areas
             for match in area.pattern.finditer(clause)
             if not _SOME.search(clause[: match.start()])]  # fmt: skip
    found = [
        _subject(network, area) for network in _networks(clause) for _, _, area in _longest(spans)
    ]
    networks = _networks(earlier)
    if _networks(clause) or len(spans) != 1 or len(networks) != 1:
        return found
    if spans[0][2].metric == "prefectures_reached":
        return []
    if _RATE.search(clause[spans[0][1] : spans[0][1] + _NEAR]) is None:
        return []
    return [replace(_subject(networks[0], spans[0][2]), inherited=True)]


def _areas(before: str, behind: str) -> list[PlaceWords]:
    lead = _BEHIND.match(behind)
    for area in lexicon().areas:
        # 80%以上自然村 binds more than 行政村 before the number.
        if area.pattern.match(behind, lead.end() if lead else 0):
            return [area]
    spans = [_span(match, area) for area in lexicon().areas
             for match in area.pattern.finditer(before)
             if not _SOME.search(before[: match.start()])]  # fmt: skip
    return [area for _, _, area in _last_list(before, spans)]


def _networks(clause: str) -> list[NetworkWords]:
    """Return the networks of a clause, one per layer, the more special first."""
    found = [network for network in lexicon().technologies if network.pattern.search(clause)]
    fibre = [network for network in found if network.layer == "fibre"]
    special = (
        [network for network in fibre if network.prefix]
        or [network for network in fibre if not network.suffix]
        or fibre
    )
    return [network for network in found if network.layer != "fibre" or network in special[:1]]


def _subject(network: NetworkWords, area: PlaceWords) -> Subject:
    metric = area.metric
    if network.layer == "fibre":
        metric = f"{network.prefix}{area.fibre}{network.suffix}"
        if not network.prefix and not network.suffix:
            metric = f"{area.fibre}_fibre"
    return Subject(network.layer, metric, area.unit, "share", 8)


def _last(network: NetworkWords, text: str) -> int:
    return max((match.end() for match in network.pattern.finditer(text)), default=-1)


def _span(match: re.Match[str], area: PlaceWords) -> _Span:
    return match.start(), match.end(), area


def _longest(spans: list[_Span]) -> list[_Span]:
    """Drop what lies inside a longer match: 城区 in 县级以上城区."""
    kept: list[_Span] = []
    for begin, end, area in sorted(spans, key=lambda span: span[0] - span[1]):
        if all(end <= other[0] or begin >= other[1] for other in kept):
            kept.append((begin, end, area))
    return sorted(kept, key=lambda span: span[0])


def _last_list(text: str, spans: list[_Span]) -> list[_Span]:
    """Return the places of the last list before a number: 乡镇、行政村覆盖率."""
    kept = _longest(spans)
    result = kept[-1:]
    for previous in reversed(kept[:-1]):
        if _JOINED.fullmatch(text[previous[1] : result[0][0]]) is None:
            break
        result.insert(0, previous)
    return result

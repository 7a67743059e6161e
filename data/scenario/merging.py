"""Compare and merge two changed copies of one scenario."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from data.scenario.scenario import Scenario

Side = Literal["mine", "theirs"]
#: Neither says which plan it is; sites are merged one by one.
_APART = ("name", "sites")
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is not the same on both sides.

    Attributes
    ----------
    field
        Name, with dots into its parts.
    base, mine, theirs
        Its value as JSON in what both began with, here, and there; empty where it is not set.
    both
        True where both sides changed it.
    """

    field: str
    base: str
    mine: str
    theirs: str
    both: bool


def differences(base: Scenario, mine: Scenario, theirs: Scenario) -> list[Difference]:
    """Return the fields that differ between two changed copies of a scenario.

    Parameters
    ----------
    base
        Scenario that both planners began with.
    mine, theirs
        What each made of it.

    Returns
    -------
    differences
        One per field that differs; of the sites only their number is compared.
    """
    parts = [_parts(scenario) for scenario in (base, mine, theirs)]
    found = []
    for field in dict.fromkeys(name for part in parts for name in part):
        was, here, there = (part.get(field, _ABSENT) for part in parts)
        if here != there:
            both = was not in (here, there)
            found.append(Difference(field, _text(was), _text(here), _text(there), both))
    counted = [sorted(map(_text, _sites(scenario))) for scenario in (base, mine, theirs)]
    if counted[1] != counted[2]:
        was, here, there = (str(len(sites)) for sites in counted)
        found.append(Difference("sites", was, here, there, both=False))
    return found


def merged(base: Scenario, mine: Scenario, theirs: Scenario, *, prefer: Side) -> Scenario:
    """Return one scenario with the changes of both sides.

    Parameters
    ----------
    base
        What both began with.
    mine, theirs
        What each made of it.
    prefer
        Side whose value a field takes that both changed.

    Returns
    -------
    merged
        Under the name of ``mine``. Of the sites each side's additions are kept and its removals
        made.

    Raises
    ------
    pydantic.ValidationError
        If the values of both sides do not fit together.
    """
    was, here, there = (_parts(scenario) for scenario in (base, mine, theirs))
    fields = dict(there)
    for field in dict.fromkeys([*was, *here, *there]):
        one, other, before = (part.get(field, _ABSENT) for part in (here, there, was))
        changed_here, changed_there = one != before, other != before
        if changed_here and (not changed_there or prefer == "mine"):
            fields[field] = one
    content = _nested({name: value for name, value in fields.items() if value is not _ABSENT})
    content |= {"name": mine.name, "sites": _joined(base, mine, theirs)}
    return Scenario.model_validate(content)


def _joined(base: Scenario, mine: Scenario, theirs: Scenario) -> list[dict[str, Any]]:
    """Return their sites, without those removed here and with those added here."""
    was, here, there = (
        {_text(site): site for site in _sites(scenario)} for scenario in (base, mine, theirs)
    )
    kept = {key: site for key, site in there.items() if key in here or key not in was}
    return list((kept | {key: site for key, site in here.items() if key not in was}).values())


def _sites(scenario: Scenario) -> list[dict[str, Any]]:
    return [site.model_dump(mode="json") for site in scenario.sites]


def _parts(scenario: Scenario) -> dict[str, Any]:
    content = scenario.model_dump(mode="json", exclude=set(_APART))
    return dict(_flat(content, ()))


def _flat(content: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for name, value in content.items():
        # An empty one has no parts, and is what a scenario has by default.
        if isinstance(value, Mapping):
            yield from _flat(value, (*above, name))
        else:
            yield ".".join((*above, name)), value


def _nested(fields: Mapping[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for field, value in fields.items():
        *above, last = field.split(".")
        part = content
        for name in above:
            part = part.setdefault(name, {})
        part[last] = value
    return content


def _text(value: object) -> str:
    return "" if value is _ABSENT else json.dumps(value, ensure_ascii=False, sort_keys=True)

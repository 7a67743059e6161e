"""Inputs of a scenario by group: which of them differ, and a scenario with one group exchanged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.errors import InputError
from layers.villages import reported_since

#: Group of inputs → fields of a scenario, with dots into its plan.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "targets": ("targets",),
    "dates": ("as_of", "target_dates"),
    "rules": ("rules", "weights", "own_counts"),
    "goal": (
        "plan.objective", "plan.sites", "plan.budget", "plan.share", "plan.regions", "plan.across",
        "plan.min_households", "plan.limits",
    ),
    "technology": ("five_g_counts_as_4g", "plan.presets", "plan.antenna_height_m"),
    "sites": ("sites", "plan.candidates"),
    "prices": ("plan.money",),
    "links": ("plan.links",),
    "years": ("plan.years",),
    "terrain": ("demonstration_terrain", "errors", "plan.coverage"),
    "time_limit": ("plan.time_limit_s",),
}  # fmt: skip
#: Fields that change no figure: what a scenario is called, and what is computed beside its plan.
WITHOUT_EFFECT = (
    "name", "province", "notes", "plan.frontier_points", "plan.alternatives", "plan.tolerance",
)  # fmt: skip
#: Groups and fields outside of them that a plan depends on.
_OF_PLAN = ("demonstration_terrain", "five_g_counts_as_4g", "plan")


def plan_key(pack: Pack, scenario: Scenario) -> str:
    """Return the identity of what a plan depends on.

    Targets and what-if sites do not count: a plan does not use them. Its date counts where a
    prefecture has since reported its villages covered.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.

    Returns
    -------
    key
        16 hex digits.
    """
    content = scenario.model_dump(mode="json", include=set(_OF_PLAN))
    later = reported_since(pack, scenario.day)
    parts = [pack.digest, content, *([later] if later else [])]
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def without_extras(scenario: Scenario) -> Scenario:
    """Return a scenario whose plan has neither frontier nor alternatives: they change no figure.

    Parameters
    ----------
    scenario
        The scenario.

    Returns
    -------
    plain
        All else is the same.
    """
    settings = scenario.plan.model_copy(update={"frontier_points": 0, "alternatives": 0})
    return scenario.model_copy(update={"plan": settings})


def changed_fields(a: Scenario, b: Scenario) -> dict[str, dict[str, tuple[Any, Any]]]:
    """Return the inputs that differ between two scenarios, by group.

    Parameters
    ----------
    a, b
        Scenarios of one province.

    Returns
    -------
    changes
        Group → field, with dots into its parts → its values in ``a`` and in ``b``; None where it
        is not set. Groups without a difference are left out.
    """
    found = {}
    for group, fields in GROUPS.items():
        first, second = _parts(a, fields), _parts(b, fields)
        differing = {
            field: (first.get(field), second.get(field))
            for field in dict.fromkeys([*first, *second])
            if first.get(field) != second.get(field)
        }
        if differing:
            found[group] = differing
    return found


def exchanged(a: Scenario, b: Scenario, group: str) -> Scenario:
    """Return a scenario with one group of inputs of another one.

    Parameters
    ----------
    a
        Scenario that everything else is of.
    b
        Scenario that the group is of.
    group
        One of :data:`GROUPS`.

    Returns
    -------
    mixed
        Without a name.

    Raises
    ------
    InputError
        If the values of both do not fit together.
    """
    content, other = a.model_dump(mode="json"), b.model_dump(mode="json")
    for field in GROUPS[group]:
        into, out_of, name = content, other, field
        if field.startswith("plan."):
            into, out_of, name = content["plan"], other["plan"], field.removeprefix("plan.")
        into.pop(name, None)
        # An empty field may be left out of what a scenario is written as.
        if name in out_of:
            into[name] = out_of[name]
    try:
        return Scenario.model_validate(content | {"name": ""})
    except ValidationError as error:
        raise InputError("comparison.unlike", where=group) from error


def _parts(scenario: Scenario, fields: tuple[str, ...]) -> dict[str, Any]:
    content = scenario.model_dump(mode="json")
    found: dict[str, Any] = {}
    for field in fields:
        holder = content["plan"] if field.startswith("plan.") else content
        name = field.removeprefix("plan.")
        if name in holder:
            found |= dict(_flat(holder[name], field))
    return found


def _flat(value: Any, field: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, inside in value.items():
            yield from _flat(inside, f"{field}.{name}")
    else:
        yield field, value

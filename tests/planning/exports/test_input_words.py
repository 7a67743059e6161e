"""Changed inputs in words: every field has a name and its values have words, in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from data.scenario.presets import presets
from data.scenario.scenario import PlannedSite, Scenario
from data.tables.reader import Pack
from data.wording.catalogue import LANGUAGES
from layers.registry import layers
from planning.comparison.inputs import GROUPS, changed_fields
from planning.exports.comparison.inputs import VALUE_WORDS, InputWords
from planning.exports.report.reader import Reader
from tests import toy as toy_pack

#: What a field with parts has one for.
PARTS = {
    "targets": "data_centres", "target_dates": "mobile_5g", "rules": "mobile_5g",
    "weights": f"mobile_5g.{toy_pack.WEST}", "plan.limits.least_share": toy_pack.WEST,
    "plan.years.build_capacity_of": toy_pack.WEST, "plan.money.unit_costs": "fibre_rural.base",
}  # fmt: skip
CODE = re.compile(r"[a-z]+_[a-z]|plan\.|\{|\}|\['")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return toy_pack.write(tmp_path_factory.mktemp("packs"))


def leaves(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each field that can differ, with its type."""
    for name, field in model.model_fields.items():
        at, kind = f"{path}{name}", field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from leaves(kind, f"{at}.")
        elif any(at.startswith(known) for group in GROUPS.values() for known in group):
            yield f"{at}.{PARTS[at]}" if at in PARTS else at, kind


def choices(kind: Any) -> Iterator[str]:
    if get_origin(kind) is Literal:
        yield from (str(value) for value in get_args(kind))
    for part in get_args(kind):
        if part is not NoneType and get_origin(kind) is not Literal:
            yield from choices(part)


FIELDS = dict(leaves(Scenario))
RULES = {rule for item in layers() for metric in item.metrics for rule in metric.rules} | {"own"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_and_every_choice_has_words(language: str, pack: Pack) -> None:
    words = InputWords(pack, Reader(language))
    labels = [words.label(field) for field in FIELDS]
    assert len(labels) > 60
    assert len(set(labels)) == len(labels)
    values: tuple[Any, ...] = (None, [], True)
    shown = [words.value(field, value) for field in FIELDS for value in values]
    for field, kind in FIELDS.items():
        known = [*choices(kind)]
        known += presets() if field == "plan.presets" else ()
        known += RULES if field.startswith("rules.") else ()
        for value in known:
            shown.append(words.value(field, value))
            assert language != "zh" or shown[-1] != value or value == "CNY", field
    assert not [text for text in (*labels, *shown) if CODE.search(text)]
    assert VALUE_WORDS.keys() <= {field.removesuffix(f".{PARTS.get('rules')}") for field in FIELDS}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"plan": {"budget": 25_000_000.0}}, "build budget (10,000 CNY): 20,000 → 2,500"),
        ({"plan": {"share": 0.925}}, "target share of households (%): 90 → 92.5"),
        ({"plan": {"years": {"first": 2027}}}, "first year of building: 2024 → 2027"),
        ({"plan": {"regions": [toy_pack.WEST]}}, "area of the plan: whole province → West"),
        ({"plan": {"links": {"backhaul": ["satellite"]}}},
         "backhaul: fibre, microwave, satellite → satellite"),
        ({"plan": {"candidates": {"locked": [{"lat": 25, "lon": 100}]}}},
         "sites that must be built (number): none → 1"),
        ({"targets": {"data_centres": 900}},
         "provincial target of Data-centre racks (standard racks): none → 900"),
        ({"plan": {"money": {"unit_costs": {"fibre_rural": {"low": 1, "base": 2, "high": 3}}}}},
         "(CNY per km): as in the table → 2"),
        ({"as_of": "2022-12-31"}, "figures as of: latest → 2022-12-31"),
    ],
)  # fmt: skip
def test_a_change_is_told_in_its_unit(
    changes: dict[str, Any], told: str, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGCUN_TODAY", "2023-12-31")
    a, b = Scenario(province="toy"), Scenario.model_validate({"province": "toy", **changes})
    [group] = changed_fields(a, b).values()
    assert told in InputWords(pack, Reader("en")).changes(group)


def test_as_many_other_places_are_a_change(pack: Pack) -> None:
    a, b = (Scenario(province="toy", sites=(PlannedSite(lat=lat, lon=100.0),)) for lat in (25, 26))
    [group] = changed_fields(a, b).values()
    assert "not the same" in InputWords(pack, Reader("en")).changes(group)

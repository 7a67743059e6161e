"""Changed inputs of scenarios in words: what each field is called, and its values with a unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from data.tables.reader import Pack
from data.wording.catalogue import sentences
from layers.registry import layer, metric_of, unit_name
from planning.comparison.comparison import Comparison
from planning.comparison.inputs import changed_fields
from planning.exports.report.reader import Reader, is_known, records

#: A field and its values in both scenarios, as :func:`planning.comparison.inputs.changed_fields`.
Changes = Mapping[str, tuple[Any, Any]]

#: Fields with a part for each layer, region or unit cost.
_MAPPED = (
    "targets", "target_dates", "rules", "weights", "plan.limits.least_share",
    "plan.years.build_capacity_of", "plan.money.unit_costs",
)  # fmt: skip
#: Field whose values are words of the catalogue → where these stand.
VALUE_WORDS = {
    "rules": "rule", "plan.objective": "plan.objective", "plan.presets": "preset",
    "plan.candidates.sources": "plan.source", "plan.coverage.place": "place",
    "plan.years.priority": "plan.priority", "plan.money.goal": "plan.money_goal",
    "plan.money.hold_at": "plan.hold_at", "plan.links.backhaul": "plan.backhaul",
    "plan.links.power": "plan.power",
}  # fmt: skip
#: Fields whose empty value means more than "none".
_EMPTY = {
    "as_of": "input.latest", "plan.regions": "input.everywhere", "rules": "input.by_default",
    **dict.fromkeys(
        ("plan.limits.capacity_households", "plan.years.build_capacity",
         "plan.years.build_capacity_of", "plan.years.annual_budgets"), "plan.no_limit"),
    **dict.fromkeys(
        ("plan.money.discount_rate", "plan.money.price_change", "plan.money.unit_costs",
         "plan.links.route_factor"), "plan.as_in_table"),
}  # fmt: skip
_MONEY = frozenset({"plan.budget", "plan.years.annual_budgets"})
_SHARES = frozenset({
    "plan.share", "plan.limits.least_share", "plan.coverage.required_probability",
    "plan.money.discount_rate", "plan.money.price_change",
})  # fmt: skip
_YEARS = frozenset({"plan.years.first", "plan.money.price_year"})
_REGIONS = frozenset({"plan.regions", "plan.money.border"})
#: Lists of places are given by their number.
_PLACES = frozenset({
    "sites", "plan.candidates.own", "plan.candidates.locked", "plan.candidates.forbidden",
    "plan.candidates.forbidden_areas", "plan.candidates.built",
})  # fmt: skip
_TEN_THOUSAND = 10_000.0


@dataclass(frozen=True)
class InputWords:
    """Names and values of inputs in the words of one reader.

    Attributes
    ----------
    pack
        The province's tables in force: names of regions and unit costs.
    reader
        Words in the reader's language.
    """

    pack: Pack
    reader: Reader

    def label(self, field: str) -> str:
        """Return what a field is called.

        Parameters
        ----------
        field
            Name with dots, such as ``plan.limits.least_share.620100``.

        Returns
        -------
        label
            Plain text, with the unit where the field has one.
        """
        stem, part = _split(field)
        key = stem
        given: dict[str, object] = {}
        if stem == "targets":
            item, metric = metric_of(*part.split(".", 1))
            unit = unit_name(metric.unit, self.reader.language)
            given = {"item": item.heading(metric, self.reader.language), "unit": unit}
        elif stem in {"target_dates", "rules"}:
            given = {"item": layer(part).title(self.reader.language)}
        elif stem == "weights":
            of_layer, code = part.split(".", 1)
            given = {"item": layer(of_layer).title(self.reader.language),
                     "region": self._regions.get(code, code)}  # fmt: skip
        elif stem == "plan.money.unit_costs":
            name, end = part.rsplit(".", 1)
            key = f"{stem}.{end}"
            meaning, unit = self._costs.get(name, (name, ""))
            given = {"item": meaning, "unit": unit}
        elif part:
            given = {"region": self._regions.get(part, part)}
        return self.reader.text(f"input.{key.replace('.', '_')}", **given)

    def value(self, field: str, value: object) -> str:
        """Return a value of a field.

        Parameters
        ----------
        field
            Name with dots.
        value
            The value as JSON has it; None where it is not set.

        Returns
        -------
        words
            Plain text in the unit of :meth:`label`.
        """
        stem, _ = _split(field)
        if value is None or value == []:
            return self.reader.text(_EMPTY.get(stem, "input.none"))
        if stem in _PLACES and isinstance(value, Sequence):
            return self.reader.figure(len(value))
        if isinstance(value, list | tuple):
            return self.reader.text("list.comma").join(self._one(stem, each) for each in value)
        return self._one(stem, value)

    def change(self, field: str, pair: tuple[Any, Any]) -> str:
        """Return a changed field with its values in both scenarios.

        Parameters
        ----------
        field
            Name with dots.
        pair
            Its values.

        Returns
        -------
        words
            Plain text; of lists of one length, that they are not the same.
        """
        before, after = (self.value(field, value) for value in pair)
        key = "input.other_places" if field in _PLACES and before == after else "input.change"
        return self.reader.text(key, label=self.label(field), before=before, after=after)

    def changes(self, changes: Changes) -> str:
        """Return all changed fields of a group.

        Parameters
        ----------
        changes
            Field → values in both scenarios.

        Returns
        -------
        words
            Plain text.
        """
        told = (self.change(field, pair) for field, pair in changes.items())
        return self.reader.text("list.semicolon").join(told)

    def by_cause(self, comparison: Comparison, letter: str) -> dict[str, str]:
        """Return the changed inputs of each group between the first scenario and another.

        Parameters
        ----------
        comparison
            The comparison.
        letter
            Letter of the other scenario.

        Returns
        -------
        told
            Group of inputs → words.
        """
        first = next(iter(comparison.scenarios.values())).scenario
        groups = changed_fields(first, comparison.scenarios[letter].scenario)
        return {group: self.changes(changes) for group, changes in groups.items()}

    def _one(self, stem: str, value: object) -> str:
        if isinstance(value, bool):
            return self.reader.text("input.yes" if value else "input.no")
        if stem in VALUE_WORDS:
            return self._word(VALUE_WORDS[stem], str(value))
        named = {"own_counts": self._layer_name, **dict.fromkeys(_REGIONS, self._region_name)}
        if stem in named:
            return named[stem](str(value))
        if stem in _YEARS or isinstance(value, str):
            return str(value)
        scale = 100.0 if stem in _SHARES else 1 / _TEN_THOUSAND if stem in _MONEY else 1.0
        return _number(float(str(value)) * scale, self.reader.figure)

    def _word(self, section: str, value: str) -> str:
        joint = "_" if section.startswith("plan.") else "."
        key = f"{section}{joint}{value}"
        return self.reader.text(key) if key in sentences(self.reader.language) else value

    def _layer_name(self, key: str) -> str:
        return layer(key).title(self.reader.language)

    def _region_name(self, code: str) -> str:
        return self._regions.get(code, code)

    @cached_property
    def _regions(self) -> dict[str, str]:
        """Code → name; a code of both a prefecture and a county means the former."""
        tables = (self.pack.regions(level) for level in ("county", "prefecture"))
        return {
            code: str(name)
            for table in tables
            for code, name in zip(table["adcode"], table[self.reader.names], strict=True)
        }

    @cached_property
    def _costs(self) -> dict[str, tuple[str, str]]:
        """Item of the unit costs → meaning and unit."""
        costs = self.pack.table("unit_costs")
        name = "meaning_zh" if self.reader.names.endswith("zh") else "meaning"
        return {str(row["item"]): (str(row[name]), self._cost_unit(row)) for row in records(costs)}

    def _cost_unit(self, row: Mapping[str, Any]) -> str:
        parts = (str(row[name]) for name in ("currency_or_unit", "per") if is_known(row[name]))
        return self.reader.cost_unit(" ".join(filter(None, parts)))


def _split(field: str) -> tuple[str, str]:
    """Return the field and the part of it, if it has one for each layer, region or unit cost."""
    for stem in _MAPPED:
        if field.startswith(f"{stem}."):
            return stem, field.removeprefix(f"{stem}.")
    return field, ""


def _number(value: float, figure: Callable[[float, int], str]) -> str:
    """Return a number with as many decimals as it has, six at most."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return figure(value, len(text.partition(".")[2]))

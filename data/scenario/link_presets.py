"""Link budgets of the presets: value, evidence and source of every line.

``link_presets.csv`` holds a value, its evidence and its source for each preset (``*``: for all).
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from data.scenario.presets import Preset, preset
from data.wording.catalogue import DATA_LANGUAGES, Bilingual, Message, text
from geo.errors import DataError, InputError, UnknownNameError
from geo.evidence import EVIDENCE_CLASSES, weakest
from geo.radio.entry_loss import building_entry_loss_dB
from geo.radio.link_budget import LinkBudget, lines
from geo.radio.tr38901 import Sight, Surroundings, cell_radius_m
from geo.sentence import Sentence, Several

if TYPE_CHECKING:
    import pandas as pd

_VALUES = Path(__file__).parent / "link_presets.csv"
#: Preset name of the rows that hold for all.
_ALL = "*"
#: Computed lines that are no sum → the inputs that decide their evidence.
_MADE_OF = MappingProxyType(
    {
        "sharing_dB": ("resource_elements",),
        "shadow_margin_dB": ("shadow_sigma_dB",),
        "sensitivity_dBm": ("subcarrier_kHz", "noise_figure_dB", "required_snr_dB"),
    }
)
#: Lines that the presets do not hold → how they come about.
_SOURCES = MappingProxyType(
    {
        "sharing_dB": Message("link_source.computed"),
        "power_per_re_dBm": Message("link_source.sum"),
        "eirp_per_re_dBm": Message("link_source.sum"),
        "available_dBm": Message("link_source.sum"),
        "edge_probability": Message("link_source.rule"),
        "shadow_margin_dB": Message("link_source.computed"),
        "sensitivity_dBm": Message("link_source.thermal"),
        "rsrp_limit_dBm": Message("link_source.rule"),
        "needed_rsrp_dBm": Message("link_source.computed"),
        "max_path_loss_dB": Message("link_source.sum"),
    }
)
#: Lines that the caller gives, not the table.
_ASKED = frozenset({"rsrp_limit_dBm", "edge_probability"})
#: Line that says what the budget leaves out.
UPLINK = "uplink"
#: Level that the radii of ``presets.csv`` are stated for [dBm].
RADIUS_LIMIT_dBm = -105.0

#: Places of a terminal → the losses that it has there.
PLACES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "outdoor": frozenset(),
        "handheld": frozenset({"body_loss_dB"}),
        "vehicle": frozenset({"body_loss_dB", "vehicle_loss_dB"}),
        "indoor": frozenset({"body_loss_dB", "entry_loss_dB"}),
    }
)
_PLACE_LOSSES = frozenset[str]().union(*PLACES.values())


@dataclass(frozen=True, slots=True)
class _Value:
    value: float
    evidence: str
    source: Sentence


@dataclass(frozen=True, slots=True)
class BudgetRequirement:
    """What a coverage rule requires of a link budget.

    Attributes
    ----------
    rsrp_limit_dBm
        Least level [dBm].
    edge_probability
        Probability at the cell edge; 0.5, the median, is what the radii of the presets hold for.
    place
        Key of :data:`PLACES`.

    Raises
    ------
    UnknownNameError
        If the place is unknown.
    """

    rsrp_limit_dBm: float = RADIUS_LIMIT_dBm
    edge_probability: float = 0.5
    place: str = "outdoor"

    def __post_init__(self) -> None:
        """Refuse an unknown place."""
        if self.place not in PLACES:
            raise UnknownNameError("place_of_the_terminal", self.place, PLACES)


#: The requirement that the radii of ``presets.csv`` answer.
MEDIAN = BudgetRequirement()


def budget_keys() -> tuple[str, ...]:
    """Return the presets that have a link budget, in the order of the file.

    Returns
    -------
    keys
        Keys of :func:`data.scenario.presets.presets` without the counting rules.
    """
    return tuple(key for key in _values() if key != _ALL)


def link_budget(key: str, requirement: BudgetRequirement = MEDIAN) -> LinkBudget:
    """Return the budget of a preset.

    Parameters
    ----------
    key
        Key of the preset.
    requirement
        Level, edge probability and place of the terminal that the coverage rule requires.

    Returns
    -------
    budget
        The budget; losses that the place does not have are 0 dB.

    Raises
    ------
    UnknownNameError
        If there is no such preset.
    InputError
        If the preset is a counting rule that has no radio.
    DataError
        If a table is missing or broken.

    Examples
    --------
    >>> round(link_budget("4g_1800").eirp_per_re_dBm, 1)
    30.2
    """
    given: dict[str, Any] = {name: item.value for name, item in _inputs(key, requirement).items()}
    given["resource_elements"] = int(given["resource_elements"])
    return LinkBudget(
        **given,
        rsrp_limit_dBm=requirement.rsrp_limit_dBm,
        edge_probability=requirement.edge_probability,
    )


def budget_table(
    key: str, requirement: BudgetRequirement = MEDIAN, *, languages: Sequence[str] = DATA_LANGUAGES
) -> pd.DataFrame:
    """Return one row for each line of a budget.

    A computed line carries the weakest evidence of what it is made of; limit and probability are
    given by the rule, hence "assumed". The last row, :data:`UPLINK`, says that the uplink is not
    computed; its value is NaN.

    Parameters
    ----------
    key, requirement
        As in :func:`link_budget`.
    languages
        Codes of the languages of titles and sources.

    Returns
    -------
    table
        Columns ``key``, ``title_<language>``, ``value``, ``unit``, ``sign``, ``is_sum``,
        ``evidence`` and ``source_<language>``.

    Raises
    ------
    UnknownNameError, InputError, DataError
        As :func:`link_budget`.
    """
    import pandas as pd

    inputs = _inputs(key, requirement)
    rows: list[dict[str, object]] = []
    counted: list[str] = []
    for line in lines(link_budget(key, requirement)):
        if line.key in inputs:
            evidence = inputs[line.key].evidence
        elif line.key in _MADE_OF:
            evidence = weakest(inputs[name].evidence for name in _MADE_OF[line.key])
        else:
            evidence = weakest(counted) if line.is_sum else "assumed"
        counted += [evidence] if line.sign else []
        source = inputs[line.key].source if line.key in inputs else _SOURCES[line.key]
        rows.append(
            {
                "key": line.key,
                **{f"title_{code}": text(f"link_line.{line.key}", code) for code in languages},
                "value": line.value, "unit": line.unit, "sign": line.sign,
                "is_sum": line.is_sum, "evidence": evidence,
                **{f"source_{code}": source.text(code) for code in languages},
            }
        )  # fmt: skip
    rows.append(
        {
            "key": UPLINK,
            **{f"title_{code}": text(f"link_line.{UPLINK}", code) for code in languages},
            "value": math.nan, "unit": "", "sign": 0, "is_sum": False, "evidence": "assumed",
            **{f"source_{code}": text(f"link_source.{UPLINK}", code) for code in languages},
        }
    )  # fmt: skip
    return pd.DataFrame(rows)


def derived_radius_m(
    key: str,
    requirement: BudgetRequirement = MEDIAN,
    *,
    h_bs_m: float = 35.0,
    sight: Sight = "nlos",
) -> float:
    """Return the radius that a preset's budget reaches in TR 38.901 rural macro [m].

    Parameters
    ----------
    key, requirement
        As in :func:`link_budget`.
    h_bs_m
        Antenna height above ground [m], 10–150; 35 is the report's own and that of the radii in
        ``presets.csv``.
    sight
        ``los`` or ``nlos``: with or without line of sight.

    Returns
    -------
    radius
        [m].

    Raises
    ------
    UnknownNameError, InputError, DataError
        As :func:`link_budget`.
    RangeError
        If the radius lies where the model does not hold (beyond 5 km; 10 km with line of sight).

    Examples
    --------
    >>> [round(derived_radius_m("4g_1800", BudgetRequirement(limit)), -2) for limit in (-105, -110)]
    [1900.0, 2500.0]
    """
    budget = link_budget(key, requirement)
    around = Surroundings("rma", budget.frequency_GHz, h_bs_m=h_bs_m)
    return cell_radius_m(budget.max_path_loss_dB, around, sight)


def _inputs(key: str, requirement: BudgetRequirement) -> dict[str, _Value]:
    """Return the inputs of a preset's budget with their sources, for a place of the terminal."""
    values = _values()
    if key not in values or key == _ALL:
        known: Preset = preset(key)
        raise InputError("presets.no_budget", key=known.key, known=", ".join(budget_keys()))
    inputs = values[_ALL] | values[key]
    entry = inputs["entry_loss_dB"]
    if not math.isfinite(entry.value):
        loss = building_entry_loss_dB(inputs["frequency_GHz"].value)
        inputs["entry_loss_dB"] = replace(entry, value=loss)
    none = Message("place.no_loss", {"place": Message(f"place.{requirement.place}")})
    for name in _PLACE_LOSSES - PLACES[requirement.place]:
        inputs[name] = _Value(0.0, "reported", none)
    return inputs


@lru_cache(maxsize=1)
def _values() -> Mapping[str, dict[str, _Value]]:
    """Return preset → input → value; an empty value (computed) is NaN."""
    found: dict[str, dict[str, _Value]] = {}
    faults = []
    known = {field.name for field in fields(LinkBudget)} - _ASKED
    for number, row in _rows(_VALUES, ("preset", "key", "value", "evidence")):
        try:
            value = float(row["value"]) if row["value"] else math.nan
        except ValueError:
            faults.append(_fault("number", number, value=row["value"]))
            continue
        if row["key"] not in known or row["evidence"] not in EVIDENCE_CLASSES:
            faults.append(_fault("key", number, key=row["key"]))
        texts = row["source_zh"], row["source_en"]
        if not all(texts):
            faults.append(_fault("source", number))
        found.setdefault(row["preset"], {})[row["key"]] = _Value(
            value, row["evidence"], Bilingual(*texts)
        )
    common = set(found.get(_ALL, {}))
    faults += [
        Message(
            "fault_preset.lacks",
            {"key": key, "names": ", ".join(sorted(known - common - set(values)))},
        )
        for key, values in found.items()
        if key != _ALL and known - common - set(values)
    ]
    if faults:
        raise DataError("presets.file", where=str(_VALUES), faults=Several((*faults,)))
    return MappingProxyType(found)


def _fault(code: str, row: int, **given: object) -> Message:
    return Message(f"fault_preset.{code}", {"row": row, **given})


def _rows(path: Path, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """Return the rows with their numbers in the file; the header is row 1."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            missing = set(columns) - set(reader.fieldnames or ())
            if missing:
                raise DataError("presets.columns", where=str(path), columns=sorted(missing))
            return list(enumerate(reader, start=2))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError("presets.unreadable", where=str(path), error=error) from error

"""What a layer is: a frozen record and the figures it yields per region."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.ledger.statements import Ledger
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.gaps.gap import Interval

Level = Literal["province", "prefecture", "county"]
LEVELS: tuple[Level, ...] = ("province", "prefecture", "county")

#: Allocation rule → column of the regions table that gives its weights.
RULE_COLUMNS: Mapping[str, str] = {
    "population": "population",
    "urban_population": "urban_population",
    "households": "households",
    "rural_households": "rural_households",
    "village_units": "village_units",
    "area": "area_km2",
}
#: Every rule a planner can choose; the last two take their weights from elsewhere.
RULES: tuple[str, ...] = (*RULE_COLUMNS, "past_share", "own")

TargetStatus = Literal["stated", "derived", "implied", "set by planner", "none stated"]


@dataclass(frozen=True)
class Context:
    """Everything a layer may look at when it computes its figures.

    Attributes
    ----------
    as_of
        Latest date of what counts as built, YYYY-MM-DD.
    level
        Level of the regions that the figures are for.
    added
        Layer key → (n,) units that the scenario's enabled sites add per region; None: no site.
    """

    pack: Pack
    scenario: Scenario
    as_of: str
    level: Level
    added: Callable[[str], NDArray[np.float64]] | None = None

    @cached_property
    def ledger(self) -> Ledger:
        """Targets and observations of the province."""
        return Ledger.of(self.pack)

    @cached_property
    def regions(self) -> pd.DataFrame:
        """Regions of :attr:`level`, ordered by adcode."""
        return self.pack.regions(self.level)

    @cached_property
    def prefectures(self) -> pd.DataFrame:
        """Prefectures of the province, ordered by adcode."""
        return self.pack.regions("prefecture")

    @property
    def prefecture_of(self) -> NDArray[np.object_]:
        """(n,) adcode of each region's prefecture; the province's own code at that level."""
        column = "parent" if self.level == "county" else "adcode"
        return self.regions[column].to_numpy(dtype=object)


@dataclass(frozen=True)
class Figures:
    """A layer's figures for the n regions of a context, in their order.

    Attributes
    ----------
    target, built, planned
        Figures in ``unit``; NaN is unknown.
    evidence, as_of, source_ids
        (n,) evidence class, date of what is built (empty if unknown), source ids joined by ``;``.
    denominator
        What the figures are counted out of.
    note_zh, note_en
        One sentence for the reader where the figure needs it.
    """

    unit: str
    denominator: str
    target: Interval
    built: Interval
    planned: NDArray[np.float64]
    evidence: NDArray[np.object_]
    as_of: NDArray[np.object_]
    source_ids: NDArray[np.object_]
    target_status: TargetStatus
    target_as_of: str
    rule: str
    note_zh: str = ""
    note_en: str = ""


@dataclass(frozen=True)
class Metrics:
    """Names of the ledger's metrics that a layer counts."""

    target: tuple[str, ...] = ()
    increment: tuple[str, ...] = ()
    built: tuple[str, ...] = ()
    share: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layer:
    """One thing we build, or one overlay that informs where.

    Attributes
    ----------
    key
        Name of the file and of ``--layer``.
    figures
        Function of a context; None for an overlay.
    unit
        Unit of count, singular; ``unit_zh`` and ``unit_en`` are shown.
    default_rule, rules
        Allocation rule and the rules that give the interval.
    """

    key: str
    order: int
    title_zh: str
    title_en: str
    about_zh: str
    about_en: str
    unit: str = ""
    figures: Callable[[Layer, Context], Figures] | None = None
    metrics: Metrics = field(default_factory=Metrics)
    default_rule: str = "population"
    rules: tuple[str, ...] = ()

    @property
    def is_overlay(self) -> bool:
        """True for a layer that has no gap of its own."""
        return self.figures is None

    def title(self, language: str) -> str:
        """Return the title in ``zh`` or ``en``."""
        return self.title_zh if language == "zh" else self.title_en

    def about(self, language: str) -> str:
        """Return what the layer is for, in ``zh`` or ``en``."""
        return self.about_zh if language == "zh" else self.about_en


#: Unit of count → how it is shown.
UNIT_NAMES: Mapping[str, tuple[str, str]] = {
    "base_station": ("个基站", "base stations"),
    "admin_village": ("个行政村", "administrative villages"),
    "natural_village": ("个自然村", "natural villages"),
    "household": ("户", "households"),
    "rack": ("架标准机架", "standard racks"),
}


def unit_name(unit: str, language: str) -> str:
    """Return how a unit is shown in ``zh`` or ``en``."""
    zh, en = UNIT_NAMES.get(unit, (unit, unit))
    return zh if language == "zh" else en

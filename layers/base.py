"""What a layer is: one frozen record with everything that page, terminal and export ask of it.

A layer counts one or several metrics against a target, or it is an overlay without any. It also
says how it is drawn, which rows it lists, how its yearly need is computed, which imported list is
counted beside it, and which radio technology its sites have. Pages, commands and exports read
these fields and never test a layer's key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.ledger.statements import Ledger
from data.scenario.presets import presets
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.wording.catalogue import Message, fields
from geo.errors import InputError, UnknownNameError
from layers.figures import Figures, LedgerKeys, Planned
from layers.offers import ImportedList, Listing, Mark, Need, SiteRadio
from layers.words import LayerMessage, Words, own_sentence

Level = Literal["province", "prefecture", "county"]
LEVELS: tuple[Level, ...] = ("province", "prefecture", "county")


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
        (layer, metric) → (n,) units that the scenario's enabled sites add per region; None: no
        site.
    """

    pack: Pack
    scenario: Scenario
    as_of: str
    level: Level
    added: Callable[[Layer, Metric], NDArray[np.float64]] | None = None

    @cached_property
    def ledger(self) -> Ledger:
        """Targets and observations of the province, all layers."""
        return Ledger.of(self.pack)

    @cached_property
    def regions(self) -> pd.DataFrame:
        """Regions of :attr:`level`, ordered by adcode."""
        return self.pack.regions(self.level)

    @cached_property
    def prefectures(self) -> pd.DataFrame:
        """Prefectures of the province, ordered by adcode."""
        return self.pack.regions("prefecture")

    @cached_property
    def counties_of(self) -> list[tuple[NDArray[np.int64], list[str]]]:
        """Positions and adcodes of the counties of each prefecture, at level ``county``."""
        parents = self.regions["parent"].to_numpy(dtype=object)
        codes = self.regions["adcode"].to_numpy(dtype=object)
        inside = [np.flatnonzero(parents == code) for code in self.prefectures["adcode"]]
        return [(some, codes[some].tolist()) for some in inside]

    @property
    def prefecture_of(self) -> NDArray[np.object_]:
        """(n,) adcode of each region's prefecture; the province's own code at that level."""
        column = "parent" if self.level == "county" else "adcode"
        return self.regions[column].to_numpy(dtype=object)


@dataclass(frozen=True)
class Metric:
    """One thing a layer counts.

    Attributes
    ----------
    key
        Name in ``--metric`` and in the URL; its title is the word ``metric.<key>`` of the layer.
    unit
        Key of the unit of count, shown by :func:`layers.registry.unit_name`.
    figures
        Function of a query; :mod:`layers.provincial_split` and :mod:`layers.stated` have the
        usual ones.
    ledger
        Where target and baseline are read.
    default_rule, rules
        Allocation rule and the rules that give the interval; empty where nothing is allocated.
    denominator
        Name of the layer's word for what is counted out of; empty for the usual one of
        ``figures``.
    per_region
        Column of the regions table that a share is taken of, such as ``village_committees``.
    scale
        Factor from the ledger's value to ``unit``, such as 100 from a share to per cent.
    digits
        Decimals shown.
    planned, technology
        What the sites of a scenario add, and for ``villages`` the technology that they must have.
    zone_kinds
        Kinds of policy zones that name the only places of an allocation; empty: everywhere.
    need
        How its need per year is computed: as the layer's, in its own way, or None for not at all.
    """

    key: str
    unit: str
    figures: Callable[[Query], Figures]
    ledger: LedgerKeys = field(default_factory=LedgerKeys)
    default_rule: str = ""
    rules: tuple[str, ...] = ()
    denominator: str = ""
    per_region: str = ""
    scale: float = 1.0
    digits: int = 0
    planned: Planned = "none"
    technology: str = ""
    zone_kinds: tuple[str, ...] = ()
    need: Need | Literal["as_layer"] | None = "as_layer"

    @property
    def is_count(self) -> bool:
        """True where it counts whole units; else it is a share or a rate."""
        return bool(self.rules or self.per_region)


@dataclass(frozen=True)
class Query:
    """One metric of one layer, asked for the regions of a context."""

    layer: Layer
    metric: Metric
    context: Context

    @property
    def setting(self) -> str:
        """Key of the planner's own target, rule and weights in the scenario."""
        return self.layer.setting(self.metric)

    @property
    def own_target(self) -> float | None:
        """Provincial figure that the planner set [unit of the metric]; None without.

        Raises
        ------
        InputError
            If it is no whole number where whole units are counted, or more than 100 %.
        """
        own = self.context.scenario.targets.get(self.setting)
        if own is None:
            return None
        unit, digits = self.metric.unit, self.metric.digits
        if digits == 0 and own != int(own):
            raise InputError("targets.whole", where=f"targets.{self.setting}", own=own, unit=unit)
        if unit == "percent" and own > 100:
            raise InputError("targets.above_all", where=f"targets.{self.setting}", own=own)
        return own

    @property
    def target_date(self) -> str:
        """Date of the target that the planner chose, YYYY-MM-DD; empty for the one in force."""
        chosen = self.context.scenario.target_dates.get(self.setting)
        return chosen.isoformat() if chosen is not None else ""

    @cached_property
    def ledger(self) -> Ledger:
        """Rows of the ledger that belong to the metric's layer."""
        return self.context.ledger.of_layer(self.metric.ledger.layer or self.layer.key)

    def denominator(self, usual: Message) -> Message:
        """Return what the metric is counted out of: the layer's own word, else the usual one.

        Parameters
        ----------
        usual
            What the function of the figures says where the layer has no word of its own.

        Returns
        -------
        denominator
            A message, rendered in the reader's language.
        """
        own = self.metric.denominator
        return self.layer.message(own) if own else usual

    @property
    def planned(self) -> NDArray[np.float64]:
        """(n,) units that the scenario's enabled sites add per region; 0 without any."""
        if self.context.added is None or self.metric.planned == "none":
            return np.zeros(len(self.context.regions))
        return self.context.added(self.layer, self.metric)


@dataclass(frozen=True)
class Layer:
    """One thing we build, or one overlay that informs where.

    Attributes
    ----------
    key
        Name of the file and of ``--layer``.
    order
        Place in the menu.
    metrics
        What it counts, the default first; none for an overlay.
    marks
        (pack, language) → what it draws beside the coloured regions; None for nothing.
    listing
        Rows it lists with quote and source; an overlay must have one.
    need
        How its need per year is computed; None where it has none.
    imported
        Imported list that is counted beside its figures.
    radio
        Technology of its sites; presets name the layer in ``data/scenario/presets.csv``.
    words
        Language → name → text, used where the locale has no ``layer.<key>.<name>``: ``title``,
        ``about``, ``metric.<key>``, ``unit.<unit>`` and whatever its own messages need.
    """

    key: str
    order: int
    metrics: tuple[Metric, ...] = ()
    marks: Callable[[Pack, str], tuple[Mark, ...]] | None = None
    listing: Listing | None = None
    need: Need | None = None
    imported: ImportedList | None = None
    radio: SiteRadio | None = None
    words: Words = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check what no reader of the record could fix.

        Raises
        ------
        ValueError
            If the layer has neither metric nor listing, a metric twice, or a sentence with a field
            that is more than a name.
        """
        if not self.metrics and self.listing is None:
            raise ValueError("a layer without metrics is an overlay and needs a listing")
        keys = [metric.key for metric in self.metrics]
        if len(set(keys)) < len(keys):
            raise ValueError(f"the metrics have one key twice: {', '.join(keys)}")
        for language, texts in self.words.items():
            for name, sentence in texts.items():
                if wrong := [part for part in fields(sentence) if not part.isidentifier()]:
                    raise ValueError(f"words[{language!r}][{name!r}] has the fields {wrong}")

    @property
    def is_overlay(self) -> bool:
        """True for a layer that has no gap of its own."""
        return not self.metrics

    @property
    def presets(self) -> tuple[str, ...]:
        """Keys of the site presets that add to this layer."""
        return tuple(key for key, item in presets().items() if item.layer == self.key)

    def metric(self, key: str = "") -> Metric:
        """Return one metric, the default for an empty key.

        Parameters
        ----------
        key
            Key of a metric, or empty.

        Returns
        -------
        metric
            The metric's record.

        Raises
        ------
        UnknownNameError
            If the layer has no such metric.
        """
        for item in self.metrics:
            if key in ("", item.key):
                return item
        raise UnknownNameError("metric", key, [m.key for m in self.metrics], where="--metric")

    def stated_metric(self, ledger: Ledger) -> Metric:
        """Return the first metric for which a ledger has any row, else the default.

        Parameters
        ----------
        ledger
            Ledger of a province, all layers.

        Returns
        -------
        metric
            What is shown of the layer where nobody chooses a metric.
        """
        for item in self.metrics:
            if ledger.of_layer(item.ledger.layer or self.key).states(item.ledger.all):
                return item
        return self.metric()

    def need_of(self, metric: Metric) -> Need | None:
        """Return how the need of a metric per year is computed; None where it has none.

        Parameters
        ----------
        metric
            One of the layer's metrics.

        Returns
        -------
        need
            The metric's own, else the layer's.
        """
        return self.need if metric.need == "as_layer" else metric.need

    def setting(self, metric: Metric) -> str:
        """Return the key of a metric's settings in a scenario.

        The default metric has the layer's key, as in scenarios from before layers had several.

        Parameters
        ----------
        metric
            One of the layer's metrics.

        Returns
        -------
        key
            Key of the scenario's ``targets``, ``rules`` and ``weights``.
        """
        return self.key if metric.key == self.metrics[0].key else f"{self.key}.{metric.key}"

    def message(self, name: str, **arguments: object) -> Message:
        """Return a sentence of the layer: from the locale, else from :attr:`words`.

        Parameters
        ----------
        name
            Name of the sentence within the layer.
        **arguments
            Value per field of the sentence.

        Returns
        -------
        message
            Rendered by ``text(language)``.
        """
        return LayerMessage(f"layer.{self.key}.{name}", arguments, own_sentence(self.words, name))

    def title(self, language: str) -> str:
        """Return the title in a language.

        Parameters
        ----------
        language
            Code of a language of the locale.

        Returns
        -------
        title
            Plain text.
        """
        return self.message("title").text(language)

    def about(self, language: str) -> str:
        """Return what the layer is for, in a language.

        Parameters
        ----------
        language
            Code of a language of the locale.

        Returns
        -------
        about
            Plain text.
        """
        return self.message("about").text(language)

    def metric_title(self, metric: Metric, language: str) -> str:
        """Return the title of one metric in a language.

        Parameters
        ----------
        metric
            One of the layer's metrics.
        language
            Code of a language of the locale.

        Returns
        -------
        title
            Plain text.
        """
        return self.message(f"metric.{metric.key}").text(language)

    def heading(self, metric: Metric, language: str) -> str:
        """Return the layer's title, with the metric's where the title alone does not say it.

        Parameters
        ----------
        metric
            One of the layer's metrics.
        language
            Code of a language of the locale.

        Returns
        -------
        heading
            Plain text.
        """
        title = self.title(language)
        # The default of an allocated layer is what its title names, such as base stations.
        if metric.key == self.metrics[0].key and (metric.rules or len(self.metrics) == 1):
            return title
        return f"{title} · {self.metric_title(metric, language)}"

    def unit_message(self, unit: str) -> LayerMessage:
        """Return the name of a unit of count: from the locale, else from :attr:`words`.

        Parameters
        ----------
        unit
            Key of a unit of count.

        Returns
        -------
        message
            Rendered by ``text(language)``.
        """
        own = own_sentence(self.words, f"unit.{unit}")
        return LayerMessage(f"unit.{unit}", {}, own)

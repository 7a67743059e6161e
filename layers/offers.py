"""What a layer offers beside its figures: rows to list, a need per year, an import, a radio, marks.

Marks are zones, points and lines as values: :mod:`layers.map.render` turns each into one group of
the map that the reader can switch on and off, with its symbol in the legend.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.tables.reader import Pack
from data.wording.catalogue import Message

#: Columns of the rows that a layer lists (:class:`Listing`).
LISTING_COLUMNS = (
    "id", "kind", "name_zh", "name_en", "regions", "about_zh", "about_en", "as_of", "qualifier",
    "value", "unit", "evidence", "quote", "source", "source_ids",
)  # fmt: skip


@dataclass(frozen=True)
class Listing:
    """Rows that a layer lists with quote and source.

    Attributes
    ----------
    rows
        Pack → frame with :data:`LISTING_COLUMNS`.
    source_kind
        Kind of these rows in the table of sources; empty where they are rows of the ledger, which
        that table has anyway.
    """

    rows: Callable[[Pack], pd.DataFrame]
    source_kind: str = ""


@dataclass(frozen=True)
class UnitNeed:
    """The gap in whole units, split over the years per county."""


@dataclass(frozen=True)
class RouteNeed:
    """Routes to places that are known to lack the service, as one tree from the nearest nodes.

    Attributes
    ----------
    tables, column
        Imported tables of places, and the boolean column that is false at a place without.
    nodes, along
        Tables of the points a route may begin at, and of the lines it follows where in force.
    cost
        Item of the unit costs, per km.
    """

    tables: tuple[str, ...]
    column: str
    cost: str
    nodes: str = "fibre_nodes"
    along: str = "roads"


@dataclass(frozen=True)
class RackNeed:
    """Missing racks of the province by year, their power, and the regions that plans name.

    Attributes
    ----------
    zone_kinds
        Kinds of policy zones that name a region, the strongest first.
    use
        Metric of the layer with the share of the racks that is in use [%].
    """

    zone_kinds: tuple[str, ...]
    use: str


@dataclass(frozen=True)
class SiteNeed:
    """Sites chosen by the plan of sites; there is no other list of needs."""


Need = UnitNeed | RouteNeed | RackNeed | SiteNeed


class MessageSource(Protocol):
    """What has sentences by name, such as a layer."""

    def message(self, name: str, **arguments: object) -> Message:
        """Return a sentence with what fills its fields.

        Parameters
        ----------
        name
            Name of the sentence.
        **arguments
            Value per field.

        Returns
        -------
        message
            Rendered by ``text(language)``.
        """


@dataclass(frozen=True)
class ImportedList:
    """A table that a planner may import for a layer and that is counted beside its figures.

    Attributes
    ----------
    table
        Kind of table, key of :data:`data.tables.imports.IMPORTABLE`.
    count
        (layer, rows of one region) → what they count; None where they have nothing.
    number
        Rows of one region → their number in the unit of the layer's first metric, which may count
        as built; NaN where it is unknown, None where the rows are of another unit.
    """

    table: str
    count: Callable[[MessageSource, pd.DataFrame], Message | None]
    number: Callable[[pd.DataFrame], float] | None = None


@dataclass(frozen=True)
class SiteRadio:
    """The radio technology of a layer's sites.

    Attributes
    ----------
    technology
        Generation as the tables write it, such as ``5G``.
    equipment
        Item of the unit costs for the radio of one site.
    """

    technology: str
    equipment: str


@dataclass(frozen=True)
class Symbol:
    """How a mark looks, on the map and in the legend.

    Attributes
    ----------
    colour
        Name in :data:`layers.map.palette.PALETTE`, or a CSS colour.
    dash
        Dash pattern of a line [px]; empty for a solid one.
    shape
        ``disc``, ``ring``, ``square`` or ``diamond``, of points.
    """

    colour: str
    dash: str = ""
    shape: str = "disc"


@dataclass(frozen=True, eq=False)
class Zones:
    """Regions that are outlined, with names written at their label points.

    Attributes
    ----------
    names
        (level, adcode) of each region → names in the reader's language.
    title
        Title in the legend; None for the layer's own.
    illustrative
        Whether something in the mark is invented; the legend says so.
    """

    names: Mapping[tuple[str, str], tuple[str, ...]]
    symbol: Symbol
    title: Message | None = None
    illustrative: bool = False


@dataclass(frozen=True, eq=False)
class Points:
    """Places drawn as dots.

    Attributes
    ----------
    lon, lat
        (n,) coordinates, WGS84 [°].
    title, illustrative
        As in :class:`Zones`.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    symbol: Symbol
    title: Message | None = None
    illustrative: bool = False


@dataclass(frozen=True, eq=False)
class Lines:
    """Routes drawn as lines.

    Attributes
    ----------
    paths
        One (k, 2) array of lon, lat [°] per line.
    title, illustrative
        As in :class:`Zones`.
    """

    paths: tuple[NDArray[np.float64], ...]
    symbol: Symbol
    title: Message | None = None
    illustrative: bool = False


Mark = Zones | Points | Lines

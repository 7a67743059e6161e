"""What a layer draws on a map beside the coloured regions: zones, points and lines as values.

Nothing here draws: :mod:`layers.map.render` turns each mark into one group of the map that the
reader can switch on and off, with its symbol in the legend.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.wording.catalogue import Message


@dataclass(frozen=True)
class Symbol:
    """How a mark looks, on the map and in the legend.

    Attributes
    ----------
    colour
        CSS colour.
    dash
        Dash pattern of a line [px]; empty for a solid one.
    """

    colour: str
    dash: str = ""


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

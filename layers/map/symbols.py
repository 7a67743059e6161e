"""How figures look on the map: classes, colours, shades; plain values, no drawing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

#: Classes from little to much: ColorBrewer YlGnBu, readable with every kind of colour vision.
FILLS = ("#ffffd9", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#0c2c84")
NO_FIGURE = "#b8bec6"
BORDER = {"light": "#5b6875", "dark": "#aab6c3"}
#: Okabe–Ito: uncovered vermilion with a ring, covered blue, unknown grey.
STATES = (
    {"colour": "#d55e00", "ring": "#ffffff"},
    {"colour": "#0072b2"},
    {"colour": "#8a8f96", "ring": "#333333"},
)


def class_limits(values: Iterable[float], count: int = len(FILLS)) -> list[float]:
    """Return at most ``count − 1`` rounded class limits that split the values evenly.

    Parameters
    ----------
    values
        Figures; NaN is left out.
    count
        Number of classes wanted.

    Returns
    -------
    limits
        Upper limits of the classes but the last, rising.

    Examples
    --------
    >>> class_limits([1, 2, 3, 4], 2)
    [2.5]
    """
    known = np.array([v for v in values if np.isfinite(v)], dtype=float)
    if len(known) == 0:
        return []
    raw = np.quantile(known, np.linspace(0, 1, count + 1)[1:-1])
    limits = sorted({_rounded(float(v)) for v in raw})
    return [limit for limit in limits if limit < known.max()]


def class_of(value: float, limits: Sequence[float]) -> int:
    """Return the index in :data:`FILLS` of a figure, the classes spread over all of them.

    Parameters
    ----------
    value
        A known figure.
    limits
        From :func:`class_limits`.

    Returns
    -------
    index
        Position in :data:`FILLS`.
    """
    step = int(np.searchsorted(np.asarray(limits, float), value))
    return round(step * (len(FILLS) - 1) / max(1, len(limits)))


def region_style(
    value: float, limits: Sequence[float], border: str, *, tiled: bool = False
) -> dict[str, Any]:
    """Return how a region is filled and bordered; lighter over tiles.

    Parameters
    ----------
    value
        Figure of the region; NaN has no colour.
    limits
        From :func:`class_limits`.
    border
        CSS colour of the border.
    tiled
        Whether tiles are under the regions.

    Returns
    -------
    style
        Path options of Leaflet.
    """
    known = bool(np.isfinite(value))
    fill = FILLS[class_of(value, limits)] if known else NO_FIGURE
    return {
        "fillColor": fill,
        "fillOpacity": (0.72 if known else 0.45) * (0.5 if tiled else 1),
        "color": border,
        "weight": 1,
        "dashArray": "" if known else "3 3",
    }


def _rounded(value: float) -> float:
    """Round to two significant digits."""
    if value == 0:
        return 0.0
    digits = 1 - int(np.floor(np.log10(abs(value))))
    return float(round(value, digits))

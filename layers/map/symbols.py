"""How figures look on the map: classes, colours, shades; plain values, no drawing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from layers.map.palette import colours

#: Names in the palette of the classes of a gap, from little to much.
STEPS = ("gap-1", "gap-2", "gap-3", "gap-4", "gap-5")
#: Identity of the hatch of unknown regions in the map's drawing.
HATCH = "tc-hatch"


def states(*, dark: bool) -> tuple[dict[str, str], ...]:
    """Return colour and shape of a village that is uncovered, covered, unknown.

    Parameters
    ----------
    dark
        Whether the ground is dark.

    Returns
    -------
    looks
        ``colour`` and ``shape`` of each state, in the order of :data:`layers.villages.STATES`.
    """
    ink = colours(dark=dark)
    return (
        {"colour": ink["uncovered"], "shape": "diamond"},
        {"colour": ink["covered"], "shape": "ring"},
        {"colour": ink["unknown"], "shape": "square"},
    )


def class_limits(values: Iterable[float], count: int = len(STEPS)) -> list[float]:
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
    """Return the index in :data:`STEPS` of a figure, the classes spread over all of them.

    Parameters
    ----------
    value
        A known figure.
    limits
        From :func:`class_limits`.

    Returns
    -------
    index
        Position in :data:`STEPS`.
    """
    step = int(np.searchsorted(np.asarray(limits, float), value))
    return round(step * (len(STEPS) - 1) / max(1, len(limits)))


def fill_of(value: float, limits: Sequence[float], *, targeted: bool = True) -> str:
    """Return the name in the palette of what a region is filled with.

    Parameters
    ----------
    value
        Gap of the region; NaN is unknown, none or a surplus is met.
    limits
        From :func:`class_limits`.
    targeted
        Whether a target is stated for it.

    Returns
    -------
    name
        A step of :data:`STEPS`, ``covered``, ``unknown`` or ``no-target``.
    """
    if np.isfinite(value):
        return STEPS[class_of(value, limits)] if value > 0 else "covered"
    return "unknown" if targeted else "no-target"


def region_style(fill: str, *, dark: bool, tiled: bool = False) -> dict[str, Any]:
    """Return how a region is filled and bordered; lighter over tiles.

    Parameters
    ----------
    fill
        From :func:`fill_of`, or ``card`` where the map shows no figures.
    dark
        Whether the ground is dark.
    tiled
        Whether tiles are under the regions.

    Returns
    -------
    style
        Path options of Leaflet.
    """
    ink = colours(dark=dark)
    plain = fill == "card"
    opacity = 0.5 if tiled else 1.0
    # What is met is told by a tint: the full colour belongs to villages.
    tint = 0.3 if fill == "covered" else 1.0
    return {
        "fillColor": f"url(#{HATCH})" if fill == "unknown" else ink[fill],
        "fillOpacity": 0.0 if plain and tiled else opacity * tint,
        "color": ink["unknown" if plain else "card"],
        "weight": 1,
    }


def _rounded(value: float) -> float:
    """Round to two significant digits."""
    if value == 0:
        return 0.0
    digits = 1 - int(np.floor(np.log10(abs(value))))
    return float(round(value, digits))

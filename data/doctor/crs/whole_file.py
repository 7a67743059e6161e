"""Faults of position that all rows of a file share: one finding with its cause, not one per row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import shapely

from data.doctor.base import CrsDecision, Finding
from data.doctor.checks.context import SHAPE, CheckContext
from data.doctor.checks.position import NEAR, within
from data.doctor.reading.cells import numbers
from data.tables.common import LAT, LON
from data.wording.catalogue import Message
from geo.earth.crs import Floats

if TYPE_CHECKING:
    import pandas as pd

    from data.doctor.crs.placement import Positions

#: The box of China's land and sea [°].
_CHINA = (73.0, 136.0, 3.0, 54.0)


def position_fault(
    frame: pd.DataFrame,
    found: Positions | None,
    decision: CrsDecision | None,
    context: CheckContext,
    headers: Iterable[str],
) -> Finding | None:
    """Return why no row of a file has a position that can be used; None where some have.

    Parameters
    ----------
    frame
        Placed rows: ``lon`` and ``lat`` [° WGS84] or geometries.
    found
        Positions as they are in the file; None for none.
    decision
        How the coordinates are read; None without positions.
    context
        Table and province.
    headers
        Headers of the file.

    Returns
    -------
    fault
        One finding for the whole file, which rejects every row.
    """
    if context.table.geometry is None:
        return None
    if found is None or decision is None:
        listed = ", ".join(str(header) for header in headers)
        return _fault("no_positions", {"headers": listed[:300]})
    known = np.isfinite(found.x) & np.isfinite(found.y)
    if not known.any():
        return _fault("no_coordinate", {}) if found.findings else None
    if not decision.crs:
        return _undecided(found.x[known], found.y[known], decision)
    return _misplaced(frame, found, context) if context.table.geometry == "point" else None


def _misplaced(frame: pd.DataFrame, found: Positions, context: CheckContext) -> Finding | None:
    """Return the fault of positions that are known and of no use."""
    lon, lat = numbers(frame[LON]), numbers(frame[LAT])
    placed = np.isfinite(lon) & np.isfinite(lat)
    if not placed.any():
        return _shapes(frame, found)
    return _elsewhere(lon[placed], lat[placed], context)


def _undecided(x: Floats, y: Floats, decision: CrsDecision) -> Finding:
    """Return the fault of numbers that no reading places."""
    if (np.abs(x) <= 180).all() and (np.abs(y) <= 90).all():
        return _fault("abroad", {"near": _near(x, y)})
    example = {"x": f"{x[0]:,.1f}", "y": f"{y[0]:,.1f}"}
    systems = ", ".join(dict.fromkeys(item.crs for item in decision.hypotheses))
    if systems:
        return _fault("eastings_undecided", {**example, "systems": systems})
    return _fault("numbers_unknown", example)


def _shapes(frame: pd.DataFrame, found: Positions) -> Finding | None:
    """Return the fault of geometries that are all of another kind than points."""
    if found.shapes is None or SHAPE in frame.columns:
        return None
    kinds = sorted({shape.geom_type for shape in found.shapes if shape is not None})
    return _fault("no_points", {"kinds": ", ".join(kinds)}) if kinds else None


def _elsewhere(lon: Floats, lat: Floats, context: CheckContext) -> Finding | None:
    """Return the fault of points that all lie outside the province, however they are read."""
    outline = context.outline
    if outline is None:
        return None
    for x, y in ((lon, lat), (lat, lon), (np.abs(lon), np.abs(lat))):
        if shapely.contains_xy(outline, x, y).any() or within(outline, x, y, NEAR).any():
            return None
    # A few points may be mistakes of their own, each to be looked at.
    if len(lon) < 2 or (np.abs(lon) < 0.01).any():
        return None
    west, east, south, north = _CHINA
    here = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    near = {"near": _near(lon, lat)}
    return _fault("other_province" if here.any() else "abroad", near)


def _near(lon: Floats, lat: Floats) -> str:
    x, y = float(np.median(lon)), float(np.median(lat))
    return f"{abs(x):.0f}°{'E' if x >= 0 else 'W'} {abs(y):.0f}°{'N' if y >= 0 else 'S'}"


def _fault(rule: str, arguments: dict[str, str]) -> Finding:
    why = Message(f"finding.{rule}.why", arguments)
    how = Message(f"finding.{rule}.how", arguments)
    return Finding(rule, "error", 0, "", "", why, how)

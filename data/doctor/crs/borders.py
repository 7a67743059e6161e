"""Borders as evidence: the system in which a file's polygons lie on the pack's own ones.

A shift of some 400 m moves every border by one vector, while borders of two sources differ by their
generalisation, which has no direction. So the overlap (intersection over union) of nearly every
region is larger in the right system, however small the difference of each is.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from data.doctor.base import CrsDecision
from data.doctor.crs.decision import CrsEvidence, to_wgs84
from data.wording.catalogue import Message
from geo.earth.crs import Floats

Shapes = NDArray[np.object_]
#: Regions that are compared at least, and the share of them that must agree.
LEAST, AGREEING = 5, 0.9
#: Below this overlap the polygons are other regions than they say.
SAME = 0.5


def by_borders(
    shapes: Shapes,
    evidence: CrsEvidence,
    decision: CrsDecision,
) -> CrsDecision:
    """Decide an undecided system by the overlap with the regions that the rows name.

    Parameters
    ----------
    shapes
        (n,) polygons in the file's own coordinates.
    evidence
        For the same rows.
    decision
        Undecided, with its ranked hypotheses.

    Returns
    -------
    decision
        ``decided`` where at least 90 % of five or more regions overlap more in one system than in
        every other; else the one passed in.
    """
    rows = np.flatnonzero((evidence.row_area >= 0) & ~shapely.is_missing(shapes))
    systems = list(dict.fromkeys(item.crs for item in decision.hypotheses if not item.swapped))
    if len(rows) < LEAST or len(systems) < 2:
        return decision
    own = shapely.make_valid(shapely.force_2d(shapes[rows]))
    known = evidence.areas[evidence.row_area[rows]]
    overlaps = {crs: _overlaps(own, known, replace(decision, crs=crs)) for crs in systems}
    best = max(systems, key=lambda crs: float(np.nanmedian(overlaps[crs])))
    usual = float(np.nanmedian(overlaps[best]))
    second = max((crs for crs in systems if crs != best),
                 key=lambda crs: float(np.nanmedian(overlaps[crs])))  # fmt: skip
    share = float((overlaps[best] > overlaps[second]).mean())
    if usual < SAME or share < AGREEING:
        return decision
    figures = {
        "crs": best, "share": share, "regions": len(rows), "overlap": usual, "rival": second,
        "other": float(np.nanmedian(overlaps[second])),
    }  # fmt: skip
    why = Message("crs_reason.borders", figures)
    return replace(decision, crs=best, swapped=False, status="decided", reason=why)


def _overlaps(own: Shapes, known: Shapes, decision: CrsDecision) -> Floats:
    """Return intersection over union of each pair, in one system."""

    def there(coordinates: Floats) -> Floats:
        lon, lat = to_wgs84(coordinates[:, 0], coordinates[:, 1], replace(decision, swapped=False))
        return np.column_stack((lon, lat))

    moved = shapely.make_valid(shapely.transform(own, there))
    shared = shapely.area(shapely.intersection(moved, known))
    both = shapely.area(moved) + shapely.area(known) - shared
    return np.asarray(shared / both, dtype=float)

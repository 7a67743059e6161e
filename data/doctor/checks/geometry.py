"""Rules on lines and polygons."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from data.doctor.checks.context import SHAPE, CheckContext
from data.doctor.checks.findings import RuleHits
from data.doctor.reading.cells import Bools, number_texts, numbers
from geo.earth.crs import Floats

_SHAPES = shapely.GeometryType
#: Types of geometry that a table may hold.
TYPES = {
    "line": (_SHAPES.LINESTRING, _SHAPES.MULTILINESTRING),
    "polygon": (_SHAPES.POLYGON, _SHAPES.MULTIPOLYGON),
}
#: A length given and that of the line differ by more than this factor.
_FACTOR = 1.5
#: Length of a degree of a meridian [km].
_DEGREE_KM = 111.32


def check_geometry(frame: pd.DataFrame, context: CheckContext) -> Iterator[RuleHits]:
    """Check the geometries of a table of lines or polygons.

    Parameters
    ----------
    frame
        Rows of the file: declared columns as :func:`data.doctor.checks.conversion.convert`
        types them, positions in degrees (WGS84), and the row numbers.
    context
        Table, province, date and units that the rules compare with.

    Yields
    ------
    hits
        Rows per rule.
    """
    wanted = context.table.geometry
    if wanted not in ("line", "polygon") or not context.is_placed:
        return
    shapes = context.shapes(frame)
    if shapes is None:
        yield RuleHits("empty_geometry", SHAPE, np.arange(len(frame)))
        return
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    yield RuleHits("empty_geometry", SHAPE, np.flatnonzero(empty))
    wrong = ~empty & ~np.isin(shapely.get_type_id(shapes), TYPES[wanted])
    at = np.flatnonzero(wrong)
    types = [shape.geom_type for shape in shapes[at]]
    yield RuleHits("wrong_geometry", SHAPE, at, pa.array(types, pa.large_string()),
               {"line": "LineString", "polygon": "Polygon"}[wanted])  # fmt: skip
    right = ~empty & ~wrong
    if wanted == "polygon":
        yield from _invalid(shapes, right)
    yield from _place(shapes, right, context)
    if wanted == "line" and "length_km" in frame.columns:
        yield from _lengths(frame, shapes, right)


def _invalid(shapes: NDArray[np.object_], right: Bools) -> Iterator[RuleHits]:
    at = np.flatnonzero(right & ~shapely.is_valid(shapes))
    reasons = [str(reason) for reason in shapely.is_valid_reason(shapes[at])]
    yield RuleHits("self_intersection", SHAPE, at, pa.array(reasons, pa.large_string()))


def _place(shapes: NDArray[np.object_], right: Bools, context: CheckContext) -> Iterator[RuleHits]:
    """Find shapes that are not in degrees, or outside the province."""
    bounds = shapely.bounds(shapes)
    west, south, east, north = bounds.T
    beyond = right & ((west < -180) | (east > 180) | (south < -90) | (north > 90))
    yield _at("mixed_crs", np.flatnonzero(beyond), bounds)
    if context.outline is None:
        return
    at = np.flatnonzero(right & ~beyond & shapely.is_valid(shapes))
    # Lines may cross the border: what touches the province belongs to it.
    outside = at[~shapely.intersects(context.outline, shapes[at])]
    yield _at("outside_region", outside, bounds)


def _at(rule: str, at: NDArray[np.intp], bounds: Floats) -> RuleHits:
    shown = [f"{west:.6f}, {south:.6f}" for west, south, _, _ in bounds[at].tolist()]
    return RuleHits(rule, SHAPE, at, pa.array(shown, pa.large_string()))


def _lengths(frame: pd.DataFrame, shapes: NDArray[np.object_], right: Bools) -> Iterator[RuleHits]:
    given, drawn = numbers(frame["length_km"]), lengths_km(shapes)
    wrong = right & (drawn > 0) & ((given > _FACTOR * drawn) | (given * _FACTOR < drawn))
    metres = wrong & (given > drawn * 500) & (given < drawn * 2_000)
    for rule, mask in (("length_in_m", metres), ("length_disagrees", wrong & ~metres)):
        at = np.flatnonzero(mask)
        details = [f"{length:.3g}" for length in drawn[at].tolist()]
        yield RuleHits(rule, "length_km", at, number_texts(given[at]), details)


def lengths_km(shapes: NDArray[np.object_]) -> Floats:
    """Return the length of lines in degrees, accurate to 1 % [km].

    Parameters
    ----------
    shapes
        (n,) lines or multi-lines, WGS84 [°].

    Returns
    -------
    lengths
        (n,) lengths [km]; 0 for an empty geometry.
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    points, part = shapely.get_coordinates(parts, return_index=True)
    steps, middle = np.diff(points, axis=0), (points[1:, 1] + points[:-1, 1]) / 2
    step = np.hypot(steps[:, 0] * np.cos(np.radians(middle)), steps[:, 1]) * _DEGREE_KM
    one = part[1:] == part[:-1]
    return np.bincount(owner[part[1:][one]], weights=step[one], minlength=len(shapes)).astype(float)

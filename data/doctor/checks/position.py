"""Rules on where rows lie: missing, impossible, swapped, outside, not where their name says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from data.doctor.base import ROW
from data.doctor.checks.context import CheckContext
from data.doctor.checks.findings import RuleHits
from data.doctor.reading.cells import Bools, Rows, codes, numbers, texts
from data.tables.common import LAT, LON
from geo.earth.crs import Floats

#: About 2 km and 10 km [°]: an outline is generalised, and a seat may be just outside its border.
NEAR, FAR = 0.02, 0.1
#: A position is null island up to here [°].
_NULL = 0.01
#: Positions that agree to here are one [°]: about 0.1 m.
_SAME = 1e-6
#: Tables in which two rows do not share a position.
ALONE = ("natural_villages", "admin_villages", "sites", "fibre_nodes", "data_centres")


def check_positions(frame: pd.DataFrame, context: CheckContext) -> Iterator[RuleHits]:
    """Check ``lon`` and ``lat`` of a point table.

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
    is_point = context.table.geometry == "point"
    if not context.is_placed or not is_point or not {LON, LAT} <= set(frame.columns):
        return
    lon, lat = numbers(frame[LON]), numbers(frame[LAT])
    known = np.isfinite(lon) & np.isfinite(lat)
    yield RuleHits("missing_position", LON, np.flatnonzero(~known))
    null = known & (np.abs(np.nan_to_num(lon)) < _NULL) & (np.abs(np.nan_to_num(lat)) < _NULL)
    yield RuleHits("null_island", LON, np.flatnonzero(null))
    degrees = known & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    swapped_degrees = known & (np.abs(lon) <= 90) & (np.abs(lat) <= 180)
    other = known & ~degrees & ~swapped_degrees
    yield _hits("mixed_crs", np.flatnonzero(other), lon, lat)
    usable = known & ~null & ~other
    yield from _inside(usable, lon, lat, context)
    yield from _named(usable & degrees, lon, lat, context, frame.index)
    yield _hits("precision_low", np.flatnonzero(usable & _coarse(lon) & _coarse(lat)), lon, lat)
    if context.table.name in ALONE:
        yield from _repeated(np.flatnonzero(usable), lon, lat, frame[ROW].to_numpy())


def _hits(rule: str, at: Rows, lon: Floats, lat: Floats, details: list[str] | str = "") -> RuleHits:
    """Return hits whose value is the position."""
    shown = [f"{x:.6f}, {y:.6f}" for x, y in zip(lon[at].tolist(), lat[at].tolist(), strict=True)]
    return RuleHits(rule, LON, at, pa.array(shown, pa.large_string()), details)


def _inside(usable: Bools, lon: Floats, lat: Floats, context: CheckContext) -> Iterator[RuleHits]:
    """Sort points that are not in the province: swapped, of wrong sign, near, outside."""
    outline = context.outline
    if outline is None:
        return
    at = np.flatnonzero(usable)
    at = at[~shapely.contains_xy(outline, lon[at], lat[at])]
    for rule, x, y in (
        ("swapped_row", lat, lon),
        ("wrong_sign", np.abs(lon), np.abs(lat)),
    ):
        corrected = shapely.contains_xy(outline, x[at], y[at])
        yield _hits(rule, at[corrected], lon, lat)
        at = at[~corrected]
    near = within(outline, lon[at], lat[at], NEAR)
    yield _hits("near_border", at[near], lon, lat)
    yield _hits("outside_region", at[~near], lon, lat)


def within(polygon: shapely.Geometry, x: Floats, y: Floats, degrees: float) -> Bools:
    """Test which points lie in a polygon or near it.

    Parameters
    ----------
    polygon
        Polygon [°].
    x, y
        (n,) points [°].
    degrees
        Largest distance from the polygon [°].

    Returns
    -------
    near
        (n,) boolean.
    """
    west, south, east, north = shapely.bounds(polygon)
    box = (
        (x > west - degrees) & (x < east + degrees) & (y > south - degrees) & (y < north + degrees)
    )
    at = np.flatnonzero(box)
    box[at] = shapely.dwithin(polygon, shapely.points(x[at], y[at]), degrees)
    return np.asarray(box, dtype=bool)


def _named(
    usable: Bools, lon: Floats, lat: Floats, context: CheckContext, index: pd.Index
) -> Iterator[RuleHits]:
    """Compare each row's position with the region that it names."""
    if context.adcodes is None or context.regions is None:
        return
    coded = texts(context.adcodes.reindex(index)).dictionary_encode()
    words, code = coded.dictionary.to_pylist(), codes(coded)
    code = np.where(usable, code, -1)
    order = np.argsort(code, kind="stable")
    first = np.searchsorted(code[order], np.arange(len(words) + 1))
    away, border, regions = [order[:0]], [np.empty(0, dtype=bool)], []
    for i, word in enumerate(words):
        if word not in context.polygons or word == context.province:
            continue
        polygon, name = context.polygons[word]
        at = order[first[i] : first[i + 1]]
        at = at[~shapely.contains_xy(polygon, lon[at], lat[at])]
        away.append(at)
        border.append(within(polygon, lon[at], lat[at], FAR))
        regions += [str(name)] * len(at)
    at, near, names = np.concatenate(away), np.concatenate(border), np.array(regions, dtype=object)
    yield _hits("name_border", at[near], lon, lat, names[near].tolist())
    yield _hits("name_disagrees", at[~near], lon, lat, names[~near].tolist())


def _coarse(degrees: Floats) -> Bools:
    """Return which numbers have two decimals at most."""
    hundredths = degrees * 100
    return np.asarray(np.abs(hundredths - np.round(hundredths)) < 1e-6)


def _repeated(at: Rows, lon: Floats, lat: Floats, rows: NDArray[np.int64]) -> Iterator[RuleHits]:
    """Find later rows at the position of an earlier one."""
    x = np.round(lon[at] / _SAME).astype(np.int64)
    y = np.round(lat[at] / _SAME).astype(np.int64)
    later, first = repeats(x * 1_000_000_000 + y)
    yield _hits("duplicate_point", at[later], lon, lat, [str(n) for n in rows[at[first]].tolist()])


def repeats(keys: NDArray[np.int64]) -> tuple[Rows, Rows]:
    """Find keys that occur earlier in the array.

    Parameters
    ----------
    keys
        (n,) one number per row.

    Returns
    -------
    later, first
        Positions of repeated keys, and the first position of each of them.

    Examples
    --------
    >>> later, first = repeats(np.array([7, 8, 7, 7]))
    >>> later.tolist(), first.tolist()
    ([2, 3], [0, 0])
    """
    later = np.flatnonzero(pd.Series(keys).duplicated().to_numpy())
    if not len(later):
        return later, later
    found, first = np.unique(keys, return_index=True)
    return later, first[np.searchsorted(found, keys[later])]

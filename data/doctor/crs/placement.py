"""Positions of the rows: from columns or geometries, their system decided, in WGS84."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.doctor.base import CrsDecision, Finding, ImportChoice, RawTable
from data.doctor.checks.context import SHAPE
from data.doctor.crs.borders import by_borders
from data.doctor.crs.decision import CrsEvidence, decide_crs, read_angles, split_pairs, to_wgs84
from data.doctor.crs.notations import as_degrees
from data.doctor.headers.readings import systems_in
from data.doctor.names.forms import plain
from data.doctor.vocabulary import vocabulary
from data.tables.common import LAT, LON
from data.tables.pack import Table
from data.wording.catalogue import Message
from geo.earth import projections
from geo.earth.crs import Floats
from geo.errors import InputError

Shapes = NDArray[np.object_]
#: Columns that may hold easting or longitude, northing or latitude, the first pair that is there.
_PAIRS = ((LON, LAT), ("x", "y"))
#: Headers of a column that names the system of each row.
_SYSTEM_HEADERS = frozenset(vocabulary("crs")["system_headers"])


@dataclass(frozen=True)
class Positions:
    """Positions as they are in the file.

    Attributes
    ----------
    x, y
        (n,) numbers of each row, NaN where there is none; of a line or polygon its middle.
    shapes
        (n,) geometries in the file's coordinates, or None for plain columns.
    findings
        Cells that are no coordinate.
    notation
        How the degrees are written, as :func:`data.doctor.crs.notations.as_degrees` names it.
    """

    x: Floats
    y: Floats
    shapes: Shapes | None = None
    findings: tuple[Finding, ...] = ()
    notation: str = ""


@dataclass(frozen=True)
class PlacedRows:
    """Rows with ``lon``, ``lat`` (points) or :data:`~data.doctor.checks.context.SHAPE`, WGS84.

    Attributes
    ----------
    frame
        Rows with positions.
    decision
        How the coordinates are read; None for a table without positions.
    before
        Easting or longitude, northing or latitude as the file has them; None without any.
    findings
        Cells that are no coordinate.
    """

    frame: pd.DataFrame
    decision: CrsDecision | None = None
    before: tuple[Floats, Floats] | None = None
    findings: tuple[Finding, ...] = field(default=())


def positions(raw: RawTable, frame: pd.DataFrame, table: Table) -> Positions | None:
    """Return the positions of a file.

    Parameters
    ----------
    raw
        The file as it was read.
    frame
        Its rows under the names of the table's columns.
    table
        Table that the file becomes.

    Returns
    -------
    positions
        None if the file has none or the table needs none.
    """
    if table.geometry is None:
        return None
    if raw.geometry is not None:
        shapes = np.asarray(raw.geometry, dtype=object)
        middle = shapely.centroid(shapes)
        return Positions(shapely.get_x(middle), shapely.get_y(middle), shapes)
    if "coordinates" in frame.columns:
        x, y = split_pairs(frame["coordinates"])
        return Positions(x.to_numpy(float), y.to_numpy(float))
    for first, second in _PAIRS:
        if first in frame.columns and second in frame.columns:
            (x, bad_x), (y, bad_y) = (read_angles(frame, name) for name in (first, second))
            a, b, notation = x.to_numpy(float), y.to_numpy(float), ""
            if first == LON:
                a, b, notation = as_degrees(a, b)
            return Positions(a, b, findings=(*bad_x, *bad_y), notation=notation)
    return None


def place(
    frame: pd.DataFrame,
    found: Positions | None,
    evidence: CrsEvidence,
    *,
    table: Table,
    declared: str = "",
    choice: ImportChoice,
) -> PlacedRows:
    """Decide the coordinate system and transform the rows to WGS84.

    Rows keep missing positions where the system stays undecided and the numbers are no degrees:
    the planner then chooses one of the ranked hypotheses.

    Parameters
    ----------
    frame
        Rows under the names of the table's columns.
    found
        Positions as they are in the file; None for none.
    evidence
        Evidence for the same rows.
    table
        Table that the file becomes.
    declared
        System that the file states; may be empty.
    choice
        Settings of the planner, which override the file and the evidence.

    Returns
    -------
    placed
        A new frame; the one passed in is not changed.

    Raises
    ------
    InputError
        If the system that the planner chose is unknown.
    """
    if found is None:
        return PlacedRows(_nowhere(frame, table))
    before = (found.x, found.y)
    own = None if choice.crs else by_row(frame, found)
    if own is not None:
        found, decision = own
    else:
        decision = decide_crs(found.x, found.y, evidence=evidence, declared=declared, choice=choice)
    if found.notation:
        reason = Message(f"crs_reason.{found.notation}", {"reason": decision.reason})
        decision = replace(decision, reason=reason)
    if decision.status == "undecided" and decision.crs and table.geometry == "polygon":
        decision = by_borders(np.asarray(found.shapes, dtype=object), evidence, decision)
    placed = frame.copy(deep=False)
    if not decision.crs:
        return PlacedRows(_nowhere(frame, table), decision, before, found.findings)
    shapes = None if found.shapes is None else _moved(found.shapes, decision)
    if table.geometry == "point":
        placed[LON], placed[LAT] = _points(found, shapes, decision)
    elif shapes is not None:
        placed[SHAPE] = shapes
    return PlacedRows(placed, decision, before, found.findings)


def by_row(frame: pd.DataFrame, found: Positions) -> tuple[Positions, CrsDecision] | None:
    """Return positions in WGS84 where a column names the system of each row, and several of them.

    Parameters
    ----------
    frame
        Rows under the names of the table's columns.
    found
        Positions as they are in the file.

    Returns
    -------
    positions, decision
        None unless every row with a position names a known system.
    """
    header = next((name for name in frame.columns if plain(str(name)) in _SYSTEM_HEADERS), None)
    if header is None or found.shapes is not None:
        return None
    known = np.isfinite(found.x) & np.isfinite(found.y)
    cells = frame[header].astype("str").str.strip()
    systems = {cell: _system(cell) for cell in cells[known].unique()}
    if not all(systems.values()) or len(set(systems.values())) < 2:
        return None
    x, y = found.x.copy(), found.y.copy()
    for cell, system in systems.items():
        rows = (cells == cell).to_numpy() & known
        x[rows], y[rows] = projections.to_wgs84(x[rows], y[rows], system)
    counts = cells[known].map(systems).value_counts()
    named = {"column": header, "systems": ", ".join(f"{one} ({n})" for one, n in counts.items())}
    why = Message("crs_reason.by_row", named)
    return replace(found, x=x, y=y), CrsDecision(projections.WGS84, False, "declared", why, ())


def _system(cell: object) -> str:
    """Return the system that a cell names; empty for none that is known."""
    try:
        return projections.canonical(systems_in(str(cell), receiver=True) or str(cell))
    except InputError:
        return ""


def declared_system(raw: RawTable, renaming: Mapping[str, str], systems: Mapping[str, str]) -> str:
    """Return the system that the file states, or that the header of a position names.

    Parameters
    ----------
    raw
        The file as it was read.
    renaming
        Header → column of the table.
    systems
        Header → system that it names.

    Returns
    -------
    system
        As written; empty without any.
    """
    if raw.sniffed.declared_crs:
        return raw.sniffed.declared_crs
    named = [
        systems[header]
        for header, column in renaming.items()
        if header in systems and column in {LON, LAT, "x", "y", "coordinates"}
    ]
    return named[0] if named else _said(raw)


def _said(raw: RawTable) -> str:
    """Return the system that a title above the table names, or one column in every row."""
    titled = systems_in("\n".join(raw.sniffed.titles))
    if titled:
        return titled
    for header in raw.frame.columns:
        if plain(str(header)) in _SYSTEM_HEADERS:
            cells = set(raw.frame[header].dropna().astype(str).str.strip())
            if len(cells) == 1:
                return systems_in(cell := cells.pop(), receiver=True) or cell
    return ""


def _nowhere(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the rows without positions, for a rule to find."""
    placed = frame.copy(deep=False)
    if table.geometry == "point":
        placed[LON] = placed[LAT] = np.full(len(frame), np.nan)
    elif table.geometry is not None:
        placed[SHAPE] = np.full(len(frame), None, dtype=object)
    return placed


def _points(
    found: Positions, shapes: Shapes | None, decision: CrsDecision
) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes; a geometry that is no point has none."""
    if shapes is None:
        return to_wgs84(found.x, found.y, decision)
    single = np.isin(shapely.get_type_id(shapes), (0, 4)) & (
        shapely.get_num_geometries(shapes) == 1
    )
    middle = shapely.centroid(shapes)
    lon, lat = shapely.get_x(middle), shapely.get_y(middle)
    return np.where(single, lon, np.nan), np.where(single, lat, np.nan)


def _moved(shapes: Shapes, decision: CrsDecision) -> Shapes:
    """Return the geometries in WGS84; one that cannot be there becomes None."""
    flat: Shapes = shapely.force_2d(shapes)

    def there(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = to_wgs84(coordinates[:, 0], coordinates[:, 1], decision)
        return np.column_stack((lon, lat))

    moved: Any = shapely.transform(flat, there)
    bounds = shapely.bounds(moved)
    lost = ~np.isfinite(bounds).all(axis=1) & ~shapely.is_empty(moved)
    moved[lost] = None
    return np.asarray(moved, dtype=object)

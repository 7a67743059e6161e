"""Complete the accepted rows: ids, region codes, evidence, dates, lengths.

Nothing is guessed: a code comes from the polygon that the point lies in, a length from the line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.doctor.base import ROW
from data.doctor.checks.context import SHAPE
from data.tables.common import LAT, LON
from data.tables.pack import Column, Table
from geo.earth.crs import WGS84

if TYPE_CHECKING:
    import geopandas as gpd

#: Points that are held as geometries at once.
_POINTS = 100_000
_DTYPES = {
    "text": "str", "date": "str", "integer": "Int64", "number": "float64", "boolean": "boolean",
}  # fmt: skip


@dataclass(frozen=True)
class FileDefaults:
    """Values that hold for all rows of a file.

    Attributes
    ----------
    evidence
        Evidence class of the rows.
    as_of
        Date of the rows where they give none, YYYY-MM-DD; empty if unknown.
    source
        File name.
    mark
        Text that generated ids begin with.
    """

    evidence: str
    as_of: str
    source: str
    mark: str


def completed(
    frame: pd.DataFrame,
    table: Table,
    regions: gpd.GeoDataFrame,
    adcodes: pd.Series,
    filling: FileDefaults,
) -> pd.DataFrame:
    """Return the rows with every declared column, then the other columns of the file.

    Parameters
    ----------
    frame
        Checked rows: typed columns, ``lon``/``lat`` or geometries,
        :data:`~data.doctor.base.ROW`.
    table
        Table that the file becomes.
    regions
        Table ``regions`` of the province with its polygons, WGS84.
    adcodes
        Code that each row names, on the frame's index; missing where it names none.
    filling
        Values for empty cells and generated ids.

    Returns
    -------
    whole
        Declared columns, geometry, other columns, row numbers; a new frame.
    """
    whole = frame.copy()
    if "adcode" in table.column_names and table.geometry == "point":
        whole["adcode"] = _codes(whole, regions, adcodes)
    key = table.key[0]
    if key not in ("adcode", "level", "id"):
        whole[key] = _ids(whole, key, filling.mark)
    for name, value in (
        ("evidence", filling.evidence), ("as_of", filling.as_of), ("source", filling.source),
    ):  # fmt: skip
        if name in table.column_names:
            whole[name] = _filled(whole, name, value)
    if "length_km" in table.column_names and SHAPE in whole.columns:
        whole["length_km"] = [WGS84.geometry_length(shape) / 1000 for shape in whole[SHAPE]]
    for column in table.columns:
        if column.name not in whole.columns:
            whole[column.name] = _blank(column, whole.index)
    declared = [*table.column_names, *([SHAPE] if SHAPE in whole.columns else [])]
    extras = [name for name in whole.columns if name not in declared and name != ROW]
    return whole[[*declared, *extras, ROW]]


def _ids(frame: pd.DataFrame, key: str, mark: str) -> pd.Series:
    """Return the ids of the file; an empty one is generated from the content of the row.

    The same object gets the same id from every file: it is made of its name and county, where
    other rows share these of its village and township, then of its place, at last of its number.
    """
    own = frame.get(key, pd.Series(None, index=frame.index, dtype=object)).astype(object)
    known = (own.notna() & (own != "")).to_numpy()
    if known.all():
        return own.astype("str")
    if key == "station_id" and "site_id" in frame.columns:
        own, known = _stations(frame, own, known)
    made = pd.Series("", index=frame.index, dtype=object)
    rest = ~known
    used: list[str] = []
    for names in _IDENTITY:
        used += [name for name in names if name in frame.columns]
        if names[0] == LON:
            used += [SHAPE] if SHAPE in frame.columns and LON not in frame.columns else []
        if not used or not rest.any() or (names[0] == "name" and "name" not in frame.columns):
            continue
        hashes = _hashes(frame.loc[rest, used])
        alone = ~hashes.duplicated(keep=False) & (hashes != "")
        made.loc[alone.index[alone]] = mark + "-" + hashes[alone]
        rest[rest] = ~alone.to_numpy()
    if rest.any():
        hashes = _hashes(frame.loc[rest, used or [ROW]])
        again = hashes.groupby(hashes).cumcount() + 1
        made.loc[hashes.index] = mark + "-" + hashes + "-" + again.astype(str)
    return own.where(known, made).astype("str")


#: Columns that identify a row, in the order in which they are tried.
_IDENTITY = (("name", "adcode"), ("admin_village", "township"), (LON, LAT))


def _stations(
    frame: pd.DataFrame, own: pd.Series, known: NDArray[np.bool_]
) -> tuple[pd.Series, NDArray[np.bool_]]:
    """Name stations by their site and technology where a sheet names only the site."""
    site = frame["site_id"].astype(object)
    sited = site.notna() & (site != "") & ~known
    technology = frame.get("technology", pd.Series(None, index=frame.index, dtype=object))
    ending = ("-" + technology.astype(object)).where(technology.notna(), "")
    return own.where(~sited, site + ending), known | sited.to_numpy()


def _hashes(rows: pd.DataFrame) -> pd.Series:
    """Return twelve digits for each row, the same on every machine; positions to about a metre."""
    plain = pd.DataFrame(index=rows.index)
    for name in rows.columns:
        cells = rows[name]
        if name in (LON, LAT):
            plain[name] = np.char.mod("%.5f", cells.to_numpy(float))
        elif name == SHAPE:
            plain[name] = shapely.to_wkb(cells.to_numpy(object), hex=True)
        else:
            plain[name] = cells.astype(object).where(cells.notna(), "").astype(str)
    numbers = pd.util.hash_pandas_object(plain.astype(object), index=False)
    texts = numbers.map(lambda number: f"{number:016x}"[:12])
    return texts.where(~(plain == "").all(axis=1), "")


def _filled(frame: pd.DataFrame, name: str, value: str) -> pd.Series:
    """Return a column whose empty cells are filled with the value of the whole file."""
    if name == "evidence" or name not in frame.columns:
        return pd.Series(value or None, index=frame.index, dtype="str")
    cells = frame[name].astype("object")
    return cells.where(cells.notna() & (cells != ""), value or None).astype("str")


def _codes(frame: pd.DataFrame, regions: gpd.GeoDataFrame, named: pd.Series) -> pd.Series:
    """Return the county of each point: the one it lies in, else the one that the row names."""
    counties = regions[regions["level"] == "county"]
    tree = shapely.STRtree(counties.geometry.to_numpy())
    codes = pd.Index(counties["adcode"].astype("str"))
    # On a shared border the county that the row names wins, else the first.
    found = codes.get_indexer(pd.Index(named.reindex(frame.index)))
    lon, lat = frame[LON].to_numpy(float), frame[LAT].to_numpy(float)
    unnamed = np.flatnonzero(found < 0)
    for start in range(0, len(unnamed), _POINTS):
        at = unnamed[start : start + _POINTS]
        found[at] = _counties(tree, np.asarray(shapely.points(lon[at], lat[at])))
    return pd.Series(codes.array.take(found), index=frame.index, dtype="str")


def _counties(tree: shapely.STRtree, points: NDArray[np.object_]) -> NDArray[np.intp]:
    """Return the county that each point lies in, or the nearest one where it lies in none."""
    row, county = tree.query(points, predicate="intersects")
    found = np.full(len(points), -1, dtype=np.intp)
    found[row[::-1]] = county[::-1]
    # Just outside the border, where a rule let it pass: the nearest county.
    left = np.flatnonzero(found < 0)
    if len(left):
        found[left] = tree.nearest(points[left])
    return found


def _blank(column: Column, index: pd.Index) -> pd.Series:
    missing = None if column.kind in ("text", "date") else pd.NA
    if column.kind == "number":
        return pd.Series(np.nan, index=index, dtype="float64")
    return pd.Series(missing, index=index, dtype=_DTYPES[column.kind])

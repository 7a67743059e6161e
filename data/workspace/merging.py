"""Merge a further file into a planner's table: rows are replaced, added or kept.

A file covers the counties that its rows lie in. By default it replaces the rows of these
counties in the table in force and leaves the others as they are; it may also be added row by row,
or replace the table. A row is recognised by its own code, else by name and county, else by place,
and keeps its id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.tables.common import LAT, LON
from data.tables.imports import IMPORTABLE
from geo.errors import UnknownNameError

Scope = Literal["county", "append", "all"]
#: What a file replaces: its counties, its own rows, everything.
SCOPES: tuple[Scope, ...] = ("county", "append", "all")
#: Tables of which several rows share a place.
_SHARED = ("base_stations", "measurements")
#: Columns that distinguish sectors of one station where cells have no id.
_FURTHER = {"base_stations": ("azimuth_deg",)}
_DTYPES: dict[str, Any] = {
    "text": pd.StringDtype(na_value=np.nan), "date": pd.StringDtype(na_value=np.nan),
    "integer": pd.Int64Dtype(), "number": np.dtype(float), "boolean": pd.BooleanDtype(),
}  # fmt: skip
#: Decimals of a degree up to which places are one: about a metre.
_PLACE = 5


@dataclass(frozen=True)
class Merge:
    """A table to be put in force, and what it does to the one in force.

    Attributes
    ----------
    table
        Rows to be in force.
    kept
        Rows of the table in force that stay as they are.
    replaced
        Rows of the table in force that the file contains too.
    removed
        Rows of the table in force that are gone.
    added
        Rows of the file that are new.
    counties
        Codes of the counties that the file covers.
    """

    table: pd.DataFrame
    kept: int
    replaced: int
    removed: int
    added: int
    counties: tuple[str, ...]


def merged_tables(
    kind: str, own: pd.DataFrame, earlier: pd.DataFrame | None, scope: str = "county"
) -> Merge:
    """Return what is in force once the rows of a file are.

    Parameters
    ----------
    kind
        Table of :data:`data.tables.imports.IMPORTABLE`.
    own
        Accepted rows of the file.
    earlier
        Imported table in force; None without one.
    scope
        One of :data:`SCOPES`. Tables of lines, which lie in no single county, take ``county`` for
        ``append``.

    Returns
    -------
    merge
        The table and the counts.

    Raises
    ------
    UnknownNameError
        If there is no such scope.
    """
    if scope not in SCOPES:
        raise UnknownNameError("scope", scope, SCOPES, where="--scope")
    counties = _counties(own)
    if earlier is None or not len(earlier):
        return Merge(own, 0, 0, 0, len(own), counties)
    if IMPORTABLE[kind].geometry == "point":
        earlier = pd.DataFrame(earlier.drop(columns="geometry", errors="ignore"))
    own, twin = _known_again(kind, own, earlier)
    again = np.isin(np.arange(len(earlier)), twin[twin >= 0])
    if scope == "all":
        kept = np.zeros(len(earlier), dtype=bool)
    elif scope == "county" and counties and IMPORTABLE[kind].geometry == "point":
        kept = ~again & ~earlier["adcode"].astype(str).isin(counties).to_numpy()
    else:
        kept = ~again
        own = _filled(own, earlier, twin)
    table = pd.concat([earlier[kept], own], ignore_index=True)
    replaced = int(again.sum())
    removed = len(earlier) - int(kept.sum()) - replaced
    return Merge(
        _typed(table, kind), int(kept.sum()), replaced, removed, int((twin < 0).sum()), counties
    )


def rows_by_id(earlier: pd.DataFrame | None, rows: pd.DataFrame) -> pd.DataFrame:
    """Add rows to a table; a row takes the place of one with the same id.

    Parameters
    ----------
    earlier
        The table in force, or None.
    rows
        With a column ``id``.

    Returns
    -------
    table
        Earlier rows first.
    """
    if earlier is None:
        return rows
    return pd.concat([earlier[~earlier["id"].isin(rows["id"])], rows], ignore_index=True)


def made_ids(kind: str, ids: pd.Series) -> NDArray[np.bool_]:
    """Test which ids the import made because a file had none.

    Parameters
    ----------
    kind
        Table of the rows.
    ids
        (n,) ids.

    Returns
    -------
    made
        (n,) boolean.
    """
    pattern = rf"{kind}-(?:[0-9a-f]{{12}}(?:-\d+)?|[0-9a-f]{{8}}-\d{{6}})"
    return ids.astype(str).str.fullmatch(pattern).to_numpy(dtype=bool)


def _counties(rows: pd.DataFrame) -> tuple[str, ...]:
    if "adcode" not in rows.columns:
        return ()
    return tuple(sorted(set(rows["adcode"].dropna().astype(str))))


def _known_again(
    kind: str, own: pd.DataFrame, earlier: pd.DataFrame
) -> tuple[pd.DataFrame, NDArray[np.intp]]:
    """Return the file's rows with the ids that they had, and the earlier row of each, or −1."""
    table = IMPORTABLE[kind]
    names = [*table.key, *_FURTHER.get(kind, ())]
    twin = _matched(_keys(own, names), _keys(earlier, names), once=False)
    key = table.key[0]
    if not key.endswith("_id") or kind in _SHARED:
        return own, twin
    mine, theirs = made_ids(kind, own[key]), made_ids(kind, earlier[key])
    for columns in (("name", "adcode"), (LON, LAT)):
        if not set(columns) <= set(own.columns) & set(earlier.columns):
            continue
        found = _matched(_keys(own, columns), _keys(earlier, columns), once=True)
        taken = np.isin(found, twin[twin >= 0])
        # Two codes of their own are two objects, whatever else they share.
        same = (found >= 0) & (twin < 0) & ~taken & (mine | theirs[found])
        if columns[0] == LON:
            same &= _same_name(own, earlier, found)
        twin = np.where(same, found, twin)
    again = mine & (twin >= 0)
    ids = own[key].astype(object).to_numpy(copy=True)
    ids[again] = earlier[key].astype(object).to_numpy()[twin[again]]
    return own.assign(**{key: pd.Series(ids, index=own.index).astype("str")}), twin


def _keys(rows: pd.DataFrame, columns: tuple[str, ...] | list[str]) -> pd.Series:
    """Return one text per row; missing where the first column is empty."""
    parts = []
    for name in columns:
        if name in (LON, LAT):
            parts.append(rows[name].astype(float).round(_PLACE).astype(str))
        elif name in rows.columns:
            cells = rows[name].astype(object)
            parts.append(cells.where(cells.notna(), "").astype(str))
    first = rows[columns[0]]
    key = parts[0]
    for part in parts[1:]:
        key = key + "\x1f" + part
    return key.where(first.notna() & (parts[0] != ""))


def _matched(own: pd.Series, earlier: pd.Series, *, once: bool) -> NDArray[np.intp]:
    """Return the position of the earlier row of each key, −1 without; doubtful ones have none."""
    known = earlier.reset_index(drop=True).dropna()
    if once:
        known = known[~known.duplicated(keep=False)]
        own = own.where(~own.duplicated(keep=False))
    else:
        known = known[~known.duplicated()]
    places = pd.Series(known.index.to_numpy(), index=pd.Index(known.to_numpy(), dtype=object))
    found = own.map(places) if len(places) else pd.Series(np.nan, index=own.index)
    return np.asarray(found.fillna(-1), dtype=np.intp)


def _same_name(
    own: pd.DataFrame, earlier: pd.DataFrame, twin: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Test whether rows at one place have one name, or one of them none."""
    if not {"name"} <= set(own.columns) & set(earlier.columns):
        return np.ones(len(own), dtype=bool)
    mine = own["name"].astype(object).to_numpy()
    theirs = earlier["name"].astype(object).to_numpy()[twin]
    return np.array(
        [pd.isna(a) or pd.isna(b) or a == b for a, b in zip(mine, theirs, strict=True)], dtype=bool
    )


def _filled(own: pd.DataFrame, earlier: pd.DataFrame, twin: NDArray[np.intp]) -> pd.DataFrame:
    """Return the file's rows with what they leave empty taken from the earlier row."""
    again = twin >= 0
    if not again.any():
        return own
    filled = own.copy()
    before = earlier.iloc[twin[again]]
    for name in earlier.columns:
        if name not in filled.columns:
            filled[name] = None
        cells = filled[name].astype(object).to_numpy(copy=True)
        cells[again] = [
            old if _is_empty(new) else new
            for new, old in zip(cells[again], before[name].astype(object), strict=True)
        ]
        filled[name] = pd.Series(cells, index=filled.index)
    return filled


def _is_empty(cell: object) -> bool:
    return cell is None or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell))


def _typed(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the joined rows in the kinds of columns that the table declares; others are text."""
    declared = {column.name: _DTYPES[column.kind] for column in IMPORTABLE[kind].columns}
    for name in table.columns:
        if name != "geometry" and (name in declared or table[name].dtype == object):
            table[name] = table[name].astype(declared.get(name, _DTYPES["text"]))
    if "geometry" not in table.columns:
        return table
    import geopandas as gpd

    shaped: pd.DataFrame = gpd.GeoDataFrame(table, geometry="geometry", crs="EPSG:4326")
    return shaped

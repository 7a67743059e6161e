"""Common parts of the readers of geometry: names of systems, kinds, finite coordinates."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import shapely

from data.wording.catalogue import Message

Geometries = np.ndarray[Any, np.dtype[np.object_]]

#: A match below this confidence [%] is not called an EPSG code.
CONFIDENCE = 70
_WKT = re.compile(
    r"\s*(SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON)\s*(ZM?|M)?\s*\(", re.IGNORECASE
)
#: A geometry as GeoJSON text, or a feature that holds one.
_GEOJSON = re.compile(r'\s*\{.{0,200}?"(?:coordinates|geometry|geometries)"\s*:', re.DOTALL)


def crs_name(crs: Any) -> str:
    """Return the short name of a coordinate system.

    Parameters
    ----------
    crs
        Anything that pyproj reads.

    Returns
    -------
    name
        ``EPSG:code`` where the system is a known one, else its WKT; empty without one.
    """
    if not crs:
        return ""
    # A table of text needs none of it.
    import pyproj

    try:
        known = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        return ""
    if known.is_engineering or known.name.lower().startswith(("undefined", "unknown", "nonearth")):
        return ""
    if known.to_authority() == ("OGC", "CRS84"):
        return "EPSG:4326"
    code = known.to_epsg(min_confidence=CONFIDENCE)
    return f"EPSG:{code}" if code else known.to_wkt()


def finite(
    geometry: Geometries, *, given: np.ndarray[Any, Any] | None = None
) -> tuple[Geometries, list[Message]]:
    """Replace empty geometries and those with NaN or infinite coordinates by None.

    Parameters
    ----------
    geometry
        (n,) geometries.
    given
        (n,) True where the file has a geometry; None skips the count of unreadable ones.

    Returns
    -------
    geometry, remarks
        A copy, and what was left out.
    """
    parts, owner = shapely.get_coordinates(geometry, return_index=True)
    broken = np.unique(owner[~np.isfinite(parts).all(axis=1)])
    result = geometry.copy()
    result[broken] = None
    remarks = []
    if len(broken):
        remarks.append(Message("reader.geometry_infinite", {"count": len(broken)}))
    empty = shapely.is_empty(geometry)
    result[empty] = None
    unread = int(empty.sum())
    unread += 0 if given is None else int((given & shapely.is_missing(geometry)).sum())
    if unread:
        remarks.append(Message("reader.geometry_unreadable", {"count": unread}))
    return result, remarks


def kind_of(geometry: Geometries | None) -> str:
    """Return the kind of the geometries of a file.

    Parameters
    ----------
    geometry
        (n,) geometries, or None.

    Returns
    -------
    kind
        ``point``, ``line``, ``polygon``, ``mixed``, or empty without geometry.
    """
    if geometry is None:
        return ""
    words = ("point", "line", "line", "polygon", "point", "line", "polygon", "mixed")
    kinds = {words[kind] for kind in np.unique(shapely.get_type_id(geometry)) if kind >= 0}
    return kinds.pop() if len(kinds) == 1 else "mixed" if kinds else ""


def from_wkt_columns(frame: pd.DataFrame) -> tuple[Geometries | None, str, list[Message]]:
    """Read the geometries of a column of well-known text, the first of several.

    Parameters
    ----------
    frame
        Rows as text.

    Returns
    -------
    geometry, system, remarks
        None without such a column; the system that every cell names (``SRID=4547;…``), else an
        empty text.
    """
    found = text_geometries(frame)
    if not found:
        return None, "", []
    remarks = [Message("reader.wkt_column", {"column": found[0]})]
    if len(found) > 1:
        remarks.append(Message("reader.wkt_others", {"others": ", ".join(found[1:])}))
    codes = frame[found[0]].dropna().str.extract(r"^\s*SRID=(\d+);", expand=False)
    named = set(codes.fillna(""))
    system = f"EPSG:{named.pop()}" if len(named) == 1 and "" not in named else ""
    texts = frame[found[0]].str.replace(r"^\s*SRID=\d+;", "", regex=True)
    values = texts.astype(object).where(texts.notna(), None).to_numpy()
    is_json = texts.str.match(r"\s*\{").fillna(value=False).any()
    read = shapely.from_geojson if is_json else shapely.from_wkt
    geometry, bad = finite(read(values, on_invalid="ignore"), given=texts.notna().to_numpy())
    return geometry, crs_name(system), remarks + bad


def text_geometries(frame: pd.DataFrame) -> list[str]:
    """Return the columns that hold well-known text or GeoJSON.

    Parameters
    ----------
    frame
        Rows as text.

    Returns
    -------
    columns
        The first one is the geometry.
    """
    return [str(name) for name in frame.columns if _is_wkt(frame, str(name))]


def _is_wkt(frame: pd.DataFrame, name: str) -> bool:
    if frame[name].dtype != "str":
        return False
    first = frame[name].dropna().head(5)
    return bool(len(first)) and all(_WKT.match(text) or _GEOJSON.match(text) for text in first)

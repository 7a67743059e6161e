"""Shapes as the map draws them: simplified as one coverage, rounded, as plain GeoJSON features.

For display only: nothing is measured on these shapes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.tables.reader import Pack
from data.workspace.effective import brought, imported_table
from layers.offers import Points
from layers.villages import COUNT_COLUMNS, states_in_force

#: Tolerance of the simplification [°]; below a pixel at the zooms that are used.
_TOLERANCE_DEG = 0.003
_GRID_DEG = 1e-4
_ROAD_DEG = 3e-4
#: Households of a point of which they are unknown.
UNKNOWN_SIZE = 65_535


def region_features(pack: Pack, level: str) -> tuple[dict[str, Any], ...]:
    """Return one GeoJSON feature per region of a level, ordered by adcode; do not change them.

    Parameters
    ----------
    pack
        The province.
    level
        ``province``, ``prefecture`` or ``county``.

    Returns
    -------
    features
        Simplified for display, coordinates in WGS84 [°].
    """
    return _regions(pack, pack.digest_of("regions"), level)


def river_features(pack: Pack) -> tuple[dict[str, Any], ...]:
    """Return one GeoJSON feature per river; do not change them.

    Parameters
    ----------
    pack
        The province.

    Returns
    -------
    features
        Simplified for display, coordinates in WGS84 [°].
    """
    return _rivers(pack, pack.digest_of("rivers"))


def road_bytes(pack: Pack) -> bytes:
    """Return the imported roads as the map's script reads them.

    Parameters
    ----------
    pack
        The province.

    Returns
    -------
    content
        JSON list of lines, each a list of [lat, lon] in WGS84 [°]; empty bytes without roads.
    """
    return _roads(pack, pack.digest)


@lru_cache(maxsize=2)
def _roads(pack: Pack, _identity: str) -> bytes:
    roads = imported_table(pack, "roads")
    if roads is None:
        return b""
    import json

    lines = shapely.get_parts(roads["geometry"].to_numpy(object))
    lines = lines[shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING]
    simple = shapely.simplify(lines, _ROAD_DEG)
    points, owner = shapely.get_coordinates(simple, return_index=True)
    cuts = np.flatnonzero(np.diff(owner)) + 1
    paths = [part.tolist() for part in np.split(points[:, ::-1].round(4), cuts)]
    return json.dumps(paths if len(points) else [], separators=(",", ":")).encode()


def bounds(pack: Pack) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the province's box as (south, west), (north, east) [°].

    Parameters
    ----------
    pack
        The province.

    Returns
    -------
    box
        Two corners [°].
    """
    return region_bounds(pack, "province", pack.adcode)


def region_bounds(
    pack: Pack, level: str, adcode: str
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return one region's box as (south, west), (north, east) [°].

    Parameters
    ----------
    pack
        The province.
    level, adcode
        A code alone is ambiguous: one city is prefecture and county at once.

    Returns
    -------
    box
        Two corners [°].

    Raises
    ------
    KeyError
        If the pack has no such region.
    """
    boxes = _boxes(pack, pack.digest_of("regions"))
    west, south, east, north = boxes[level, adcode]
    return (south, west), (north, east)


def village_names(pack: Pack) -> bytes:
    """Return the names of the villages for the browser, in the order of the table.

    Parameters
    ----------
    pack
        The province.

    Returns
    -------
    content
        JSON list of texts; empty bytes where the table in force has no names.
    """
    own = brought(pack, "natural_villages")
    return b"" if own is None else names_of(own)


def names_of(villages: pd.DataFrame) -> bytes:
    """Return the names of a list for the browser.

    Parameters
    ----------
    villages
        Rows, with ``name`` where their file had names.

    Returns
    -------
    content
        JSON list of texts; empty bytes without names.
    """
    if "name" not in villages.columns:
        return b""
    import json

    names = villages["name"].astype(object).where(villages["name"].notna(), "")
    return json.dumps([str(name) for name in names], ensure_ascii=False).encode()


def point_bytes(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    households: NDArray[np.int64] | NDArray[np.float64],
    state: NDArray[np.uint8],
) -> bytes:
    """Pack points for the browser: float32 lon, float32 lat, uint16 households, uint8 class.

    float32 keeps a longitude of China to 0.8 m, households above 65,534 are cut to that; the next
    number says that they are unknown.

    Parameters
    ----------
    lon, lat
        (n,) coordinates, WGS84 [°].
    households
        (n,) counts; NaN is unknown.
    state
        (n,) class of each point, 0–255.

    Returns
    -------
    content
        11 n bytes, one array after the other, little endian.
    """
    homes = np.asarray(households, dtype=float)
    counts = np.where(np.isnan(homes), UNKNOWN_SIZE, np.clip(homes, 0, UNKNOWN_SIZE - 1))
    return b"".join(
        (
            np.asarray(lon, "<f4").tobytes(),
            np.asarray(lat, "<f4").tobytes(),
            counts.astype("<u2").tobytes(),
            np.asarray(state, "u1").tobytes(),
        )
    )


def village_bytes(pack: Pack, as_of: str = "") -> bytes:
    """Return every village of the pack for the browser, in the order of the table.

    Parameters
    ----------
    pack
        The province.
    as_of
        As in :func:`layers.villages.states_in_force`.

    Returns
    -------
    content
        As :func:`point_bytes`; the class is the coverage state.
    """
    return _villages(pack, pack.digest_of("natural_villages"), as_of or pack.default_as_of)


def mark_bytes(marks: Points) -> bytes:
    """Return the places of a mark for the browser, all of one class and without households.

    Parameters
    ----------
    marks
        Points of one layer.

    Returns
    -------
    content
        As :func:`point_bytes`.
    """
    nothing = np.zeros(len(marks.lon), np.int64)
    return point_bytes(marks.lon, marks.lat, nothing, nothing.astype("u1"))


@lru_cache(maxsize=4)
def _villages(pack: Pack, _identity: str, as_of: str) -> bytes:
    columns = ("lon", "lat", *COUNT_COLUMNS)
    villages = pack.table("natural_villages", columns=columns)
    return point_bytes(
        villages["lon"].to_numpy(float),
        villages["lat"].to_numpy(float),
        villages["households"].to_numpy(float, na_value=np.nan),
        states_in_force(pack, villages, as_of),
    )


@lru_cache(maxsize=8)
def _regions(pack: Pack, _identity: str, level: str) -> tuple[dict[str, Any], ...]:
    regions = pack.geo("regions")
    counties = regions[regions["level"] == "county"].sort_values("adcode")
    simple = shapely.coverage_simplify(counties.geometry.to_numpy(), _TOLERANCE_DEG)
    codes = counties["adcode" if level == "county" else "parent"].astype(str)
    if level == "province":
        codes = pd.Series(pack.adcode, index=codes.index)
    # A higher level is the union of the simplified counties, so that its lines never run double.
    parts = pd.Series(simple, index=codes).groupby(level=0, sort=True)
    return tuple(
        {
            "type": "Feature",
            "id": f"{level}-{adcode}",
            "properties": {"adcode": adcode},
            "geometry": _geometry(shapely.coverage_union_all(shapes.to_numpy())),
        }
        for adcode, shapes in parts
    )


@lru_cache(maxsize=4)
def _rivers(pack: Pack, _identity: str) -> tuple[dict[str, Any], ...]:
    rivers = pack.geo("rivers")
    simple = shapely.simplify(rivers.geometry.to_numpy(), 0.002)
    return tuple(
        {"type": "Feature", "id": str(key), "properties": {}, "geometry": _geometry(shape)}
        for key, shape in zip(rivers["river_id"], simple, strict=True)
    )


@lru_cache(maxsize=4)
def _boxes(pack: Pack, _identity: str) -> dict[tuple[str, str], tuple[float, ...]]:
    regions = pack.geo("regions")
    keys = zip(regions["level"].astype(str), regions["adcode"].astype(str), strict=True)
    return dict(zip(keys, map(tuple, regions.bounds.to_numpy().tolist()), strict=True))


def _geometry(shape: Any) -> dict[str, Any]:
    import json

    rounded = shapely.set_precision(shape, _GRID_DEG, mode="pointwise")
    geometry: dict[str, Any] = json.loads(shapely.to_geojson(rounded))
    return geometry

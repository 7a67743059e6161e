"""Coordinate systems of Chinese files: Gauss–Krüger zones, shifted maps, any EPSG code.

A system is named by one text: ``EPSG:n``, ``GCJ-02`` or ``BD-09``; :func:`canonical` turns what a
file or a planner writes into it. ``x`` is always the easting or longitude and ``y`` the northing
or latitude, whatever the authority's own order of axes (Chinese surveyors call the northing X).

CGCS2000 equals WGS84 for our purpose. Beijing 54 and Xian 80 have no published transformation for
the whole country: pyproj applies what the EPSG register has (Beijing 54: parameters of an oil
basin, 49–79 m; Xian 80: the ellipsoid alone, 2 m), so such points may be off by about 100 m.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from geo.earth.crs import Floats, bd09_to_wgs84, gcj02_to_wgs84
from geo.errors import InputError

Datum = Literal["CGCS2000", "Xian 80", "Beijing 54"]

WGS84, GCJ02, BD09 = "EPSG:4326", "GCJ-02", "BD-09"
#: Names of one and the same system for our purpose.
EQUAL_TO_WGS84 = (WGS84, "EPSG:4490")

#: Datum → first code of 6° zones (13 …), 6° meridians (75° …), 3° zones (25 …), 3° meridians.
_FIRST_CODES: dict[Datum, tuple[int, int, int, int]] = {
    "CGCS2000": (4491, 4502, 4513, 4534),
    "Xian 80": (2327, 2338, 2349, 2370),
    "Beijing 54": (21413, 21453, 2401, 2422),
}
#: False easting of every Gauss–Krüger zone, before the prefix [m].
_FALSE_EASTING_M = 500_000.0
#: Widest use of a zone: one zone is often used for a whole province, beyond its limits [°].
_REACH_DEG = 6.0
#: Degrees are a candidate where so many of the pairs can be such positions.
_SHARE_IN_DEGREES = 0.3

#: Words by which files and people name systems, as patterns; one row for words of projections.
_NAMES = Path(__file__).parent / "crs_names.csv"
_PROJECTION = "projection"


@lru_cache(maxsize=1)
def _names() -> dict[str, re.Pattern[str]]:
    """Return system → pattern of the words that name it."""
    with _NAMES.open(encoding="utf-8", newline="") as stream:
        return {row["system"]: re.compile(row["pattern"]) for row in csv.DictReader(stream)}


@dataclass(frozen=True, slots=True)
class GaussKruegerZone:
    """One Gauss–Krüger zone.

    Attributes
    ----------
    width_deg
        3 or 6.
    number
        13–23 for 6° zones, 25–45 for 3° zones: so a prefix names its width.
    prefixed
        True where eastings begin with the number: 34 512 345 m.
    """

    epsg: int
    datum: Datum
    width_deg: int
    number: int
    prefixed: bool

    @property
    def crs(self) -> str:
        """Name of the system."""
        return f"EPSG:{self.epsg}"


def _all_zones() -> dict[int, GaussKruegerZone]:
    found = []
    for datum, (six, six_cm, three, three_cm) in _FIRST_CODES.items():
        for i in range(11):
            found += [GaussKruegerZone(six + i, datum, 6, 13 + i, prefixed=True)]
            found += [GaussKruegerZone(six_cm + i, datum, 6, 13 + i, prefixed=False)]
        for i in range(21):
            found += [GaussKruegerZone(three + i, datum, 3, 25 + i, prefixed=True)]
            found += [GaussKruegerZone(three_cm + i, datum, 3, 25 + i, prefixed=False)]
    return {zone.epsg: zone for zone in found}


#: EPSG code → Gauss–Krüger zone, of CGCS2000 (4491–4554), Xian 80 and Beijing 54.
ZONES = MappingProxyType(_all_zones())

_SHIFTS: dict[str, Callable[..., tuple[Floats, Floats]]] = {
    GCJ02: gcj02_to_wgs84,
    BD09: bd09_to_wgs84,
}


def zone(datum: Datum, width_deg: int, number: int, *, prefixed: bool) -> GaussKruegerZone:
    """Return the Gauss–Krüger zone of a datum, width and number.

    Parameters
    ----------
    datum
        Datum of the zone.
    width_deg
        3 or 6 [°].
    number
        13–23 for 6° zones, 25–45 for 3° zones.
    prefixed
        True where eastings begin with the number.

    Returns
    -------
    zone
        The zone with its EPSG code.

    Raises
    ------
    InputError
        If China has no such zone.

    Examples
    --------
    >>> zone("CGCS2000", 3, 34, prefixed=True).crs
    'EPSG:4522'
    """
    wanted = (datum, width_deg, number, prefixed)
    for item in ZONES.values():
        if (item.datum, item.width_deg, item.number, item.prefixed) == wanted:
            return item
    raise InputError("crs.no_zone", number=number, width_deg=width_deg)


def canonical(text: str) -> str:
    """Return the canonical name of a system from a code, a Chinese or English word, or WKT.

    Parameters
    ----------
    text
        What a file or a planner writes.

    Returns
    -------
    crs
        ``EPSG:n``, ``GCJ-02``, ``BD-09``, or WKT where no code exists.

    Raises
    ------
    InputError
        If the system is unknown.

    Examples
    --------
    >>> canonical("火星坐标"), canonical("4490"), canonical("wgs-84"), canonical("Baidu BD09")
    ('GCJ-02', 'EPSG:4490', 'EPSG:4326', 'BD-09')
    """
    plain = text.strip().lower().replace(" ", "")
    words = [name for name, pattern in _names().items() if pattern.search(plain)]
    if words and len(plain) <= 30 and _PROJECTION not in words:
        return words[0]
    return _authority(f"EPSG:{plain}" if plain.isdecimal() else text.strip())


@lru_cache(maxsize=64)
def _authority(text: str) -> str:
    try:
        crs = CRS.from_user_input(text)
    except CRSError as error:
        raise InputError("crs.unknown", text=text[:60]) from error
    if crs.is_geographic and crs.name.replace(" ", "_") in ("GCS_WGS_1984", "WGS_84"):
        return WGS84
    code = crs.to_epsg(min_confidence=70)
    return f"EPSG:{code}" if code else str(crs.to_wkt())


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def to_wgs84(
    x: ArrayLike, y: ArrayLike, crs: str, *, swapped: bool = False
) -> tuple[Floats, Floats]:
    """Return longitude and latitude, WGS84 [°].

    Parameters
    ----------
    x, y
        Easting or longitude, northing or latitude, in the units of ``crs``.
    crs
        As :func:`canonical` names it.
    swapped
        True where each is in the other's column.

    Returns
    -------
    lon, lat
        WGS84 [°]; NaN where a value is not finite or is outside the range of the projection.

    Raises
    ------
    InputError
        If the system is unknown.
    """
    a, b = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if swapped:
        a, b = b, a
    if crs in EQUAL_TO_WGS84:
        return a.copy(), b.copy()
    if crs in _SHIFTS:
        return _SHIFTS[crs](a, b)
    return _project(crs, WGS84, a, b)


def _project(source: str, target: str, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    try:
        u, v = _transformer(source, target).transform(a, b)
    except (CRSError, ProjError) as error:
        raise InputError(
            "crs.no_way", source=source[:40], target=target[:40], error=error
        ) from error
    u, v = np.asarray(u, dtype=float), np.asarray(v, dtype=float)
    good = np.isfinite(u) & np.isfinite(v)
    return np.where(good, u, np.nan), np.where(good, v, np.nan)


def candidates(
    x: ArrayLike, y: ArrayLike, *, west: float, east: float, datum: Datum = "CGCS2000"
) -> tuple[str, ...]:
    """Return the systems in which the pairs can be positions, by magnitude alone.

    Parameters
    ----------
    x, y
        Supposed easting or longitude, northing or latitude.
    west, east
        Limits of the province [°]: zones without prefix whose meridian is near are candidates.
    datum
        Of the Gauss–Krüger zones; the others differ by about 100 m and have their own codes.

    Returns
    -------
    systems
        Names as :func:`canonical` gives them, the likeliest kind first; empty for none.

    Examples
    --------
    >>> candidates([102.7, 103.1], [25.0, 24.8], west=97.5, east=106.2)
    ('EPSG:4326', 'GCJ-02', 'BD-09')
    >>> candidates([34_571_234.0], [2_768_000.0], west=97.5, east=106.2)
    ('EPSG:4522',)
    >>> candidates([25.0, 24.8], [102.7, 103.1], west=97.5, east=106.2)
    ()
    """
    a, b = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    finite = np.isfinite(a) & np.isfinite(b)
    if not finite.any():
        return ()
    e, n = float(np.median(a[finite])), float(np.median(b[finite]))
    # The box of China's land and sea [°]; a file of rejects is mostly other numbers.
    inside = (a >= 73) & (a <= 136) & (b >= 3) & (b <= 54)
    if inside[finite].mean() >= _SHARE_IN_DEGREES:
        return (WGS84, GCJ02, BD09)
    return _projected(e, n, west, east, datum)


def _projected(e: float, n: float, west: float, east: float, datum: Datum) -> tuple[str, ...]:
    """Return the projected systems that can hold the easting and northing [m]."""
    if not 300_000 <= n <= 7_100_000:
        return ()
    prefix, rest = divmod(e, 1_000_000)
    if 13 <= prefix <= 45 and prefix != 24:
        return _prefixed(int(prefix), rest - _FALSE_EASTING_M, datum)
    if 7_900_000 <= e <= 12_999_999:
        return ("EPSG:3857",)
    return _unprefixed(west, east, datum) if prefix == 0 else ()


def _prefixed(number: int, offset_m: float, datum: Datum) -> tuple[str, ...]:
    """Return the zone of a prefix, and the next one where the points are far from its meridian.

    A province drawn in one zone reaches into eastings that seem to have the neighbour's prefix.
    """
    width, usual_m, first, last = (6, 330e3, 13, 23) if number < 24 else (3, 200e3, 25, 45)
    numbers = [number]
    if abs(offset_m) > usual_m:
        numbers += [n for n in (number - 1, number + 1) if first <= n <= last]
    return tuple(zone(datum, width, n, prefixed=True).crs for n in numbers)


def _unprefixed(west: float, east: float, datum: Datum) -> tuple[str, ...]:
    """Return zones without prefix, then UTM: a 6° zone shares its meridian with a 3° one.

    UTM is not of the older datums.
    """
    numbers = [i for i in range(25, 46) if west - _REACH_DEG / 2 <= 3 * i <= east + _REACH_DEG / 2]
    zones = [zone(datum, 3, i, prefixed=False).crs for i in numbers]
    first, last = int((west + 180) // 6) + 1, int((east + 180) // 6) + 1
    utm = range(first, last + 1) if datum == "CGCS2000" else ()
    return (*zones, *(f"EPSG:{32600 + i}" for i in utm))

"""Candidate sites around villages without service, each with its reasons.

Villages form clusters; each cluster proposes existing sites to share, the high point in reach, the
nearest points of road, fibre and power line, and its villages themselves. Near duplicates are
merged into one with the reasons of all. Forbidden places are left out and listed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from geo.coverage.distance import RULE_A_RADIUS_M, check_radius
from geo.coverage.reach import coverage_matrix
from geo.earth.crs import check_lonlat, ecef
from geo.earth.lines import nearest_on_lines
from geo.errors import InputError, RangeError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Points = tuple[ArrayLike, ArrayLike]
#: (lon, lat, within_m) → lon, lat and height of the highest point within that distance of each
#: place; NaN where the terrain is unknown.
HighPointSearch = Callable[[Floats, Floats, float], tuple[Floats, Floats, Floats]]

#: Why a candidate is one. Of near duplicates the kind that comes first here is kept.
REASONS = ("locked", "existing_site", "high_point", "near_road", "near_fibre", "near_power",
           "village")  # fmt: skip
_NOWHERE: Points = ((), ())


@dataclass(frozen=True, slots=True)
class CandidateSurroundings:
    """Known surroundings of the villages; what is not known stays empty.

    Attributes
    ----------
    existing
        Longitudes and latitudes of existing sites, WGS84 [°].
    locked
        Places that must be built.
    forbidden
        Places that must not be built: candidates within ``merge_m`` of one are left out.
    forbidden_areas
        Shapely polygons in WGS84 [°].
    roads, fibre, power
        Shapely lines or points in WGS84 [°]; None where no such layer is loaded.
    high_points
        Search for the highest point within a distance; None without terrain.
    """

    existing: Points = _NOWHERE
    locked: Points = _NOWHERE
    forbidden: Points = _NOWHERE
    forbidden_areas: ArrayLike = ()
    roads: ArrayLike | None = None
    fibre: ArrayLike | None = None
    power: ArrayLike | None = None
    high_points: HighPointSearch | None = None


@dataclass(frozen=True, slots=True)
class CandidateRule:
    """Rules for generating candidates; all distances geodesic [m].

    Attributes
    ----------
    reach_m
        Radius of a site; existing sites and high points are taken within it.
    cluster_m
        Villages within this distance of a larger one are its cluster.
    merge_m
        Candidates closer than this are one.
    line_m
        Greatest distance from a cluster to its road, fibre or power line.
    near_m
        Distance that counts as "near" in the reasons.
    every_village
        Each village is a candidate; else only the largest of each cluster.
    """

    reach_m: float = RULE_A_RADIUS_M
    cluster_m: float = 2_000.0
    merge_m: float = 150.0
    line_m: float = 3_000.0
    near_m: float = 500.0
    every_village: bool = True


@dataclass(frozen=True, slots=True)
class CandidateSites:
    """Candidate sites.

    Attributes
    ----------
    lon, lat
        (n,) WGS84 [°].
    reasons
        (n,) codes out of :data:`REASONS`, the strongest first.
    locked
        (n,) True where it must be built.
    existing, village
        (n,) number of the existing site or of the village at the same place, −1 for none.
    road_m, fibre_m, power_m
        (n,) distance to the nearest line [m]; NaN where no such layer is loaded.
    cluster
        Per village the number of the village that leads its cluster.
    refused
        (lon, lat, reason, ``forbidden_area`` or ``forbidden_place``) of what was left out.
    """

    lon: Floats
    lat: Floats
    reasons: tuple[tuple[str, ...], ...]
    locked: Flags
    existing: Ints
    village: Ints
    road_m: Floats
    fibre_m: Floats
    power_m: Floats
    cluster: Ints
    refused: tuple[tuple[float, float, str, str], ...]

    def __len__(self) -> int:
        """Return how many candidates there are."""
        return len(self.lon)


@dataclass(slots=True)
class _Draft:
    """Raw proposals, one row each."""

    lon: list[Floats] = field(default_factory=list)
    lat: list[Floats] = field(default_factory=list)
    kind: list[Ints] = field(default_factory=list)
    number: list[Ints] = field(default_factory=list)

    def add(self, kind: str, lon: Floats, lat: Floats, number: Ints | None = None) -> None:
        self.lon.append(lon)
        self.lat.append(lat)
        self.kind.append(np.full(len(lon), REASONS.index(kind)))
        self.number.append(np.full(len(lon), -1) if number is None else number)


def candidates(
    lon: ArrayLike,
    lat: ArrayLike,
    weights: ArrayLike,
    around: CandidateSurroundings | None = None,
    rule: CandidateRule | None = None,
) -> CandidateSites:
    """Return candidates for villages without service.

    Parameters
    ----------
    lon, lat
        (n,) the villages, WGS84 [°].
    weights
        (n,) households, at least 0: the largest village leads a cluster.
    around
        Existing sites, terrain, roads, locked and forbidden places.
    rule
        Distances; default :class:`CandidateRule`.

    Returns
    -------
    sites
        Candidates, near duplicates merged, the strongest reasons first.

    Raises
    ------
    RangeError
        If a coordinate is not a place on Earth, or a weight or distance is out of range.
    InputError
        If a locked place is inside a forbidden area or on a forbidden place.

    Examples
    --------
    >>> found = candidates([102.0, 102.001], [25.0, 25.0], [30, 50])
    >>> found.reasons, found.village.tolist()
    ((('village',),), [1])
    """
    known, use = around or CandidateSurroundings(), rule or CandidateRule()
    x, y = check_lonlat(lon, lat, where="villages")
    size = _weights(weights, len(x))
    _check_rule(use)
    leader = clusters(x, y, size, use.cluster_m)
    draft = _drafted(x, y, leader, known, use)
    return _kept(draft, leader, size, known, use)


def clusters(lon: ArrayLike, lat: ArrayLike, weights: ArrayLike, cluster_m: float) -> Ints:
    """Return for each village the larger village that leads its cluster.

    The largest village without a cluster takes all such villages within ``cluster_m``, and so on;
    ties go to the lower number. A leader leads itself.

    Parameters
    ----------
    lon, lat
        (n,) the villages, WGS84 [°].
    weights
        (n,) households, finite and non-negative.
    cluster_m
        Radius of a cluster [m].

    Returns
    -------
    leader
        (n,) number of the leading village.

    Raises
    ------
    RangeError
        If a coordinate is not a place on Earth or a weight is negative.
    InputError
        If there is not one weight for each village.
    """
    x, y = check_lonlat(lon, lat, where="villages")
    size = _weights(weights, len(x))
    leader = np.full(len(x), -1, dtype=np.int64)
    if not len(x):
        return leader
    places = ecef(x, y)
    near = cKDTree(places).query_ball_point(places, cluster_m)
    for i in np.argsort(-size, kind="stable").tolist():
        if leader[i] < 0:
            group = np.array(near[i])
            leader[group[leader[group] < 0]] = i
    return leader


def _weights(weights: ArrayLike, n: int) -> Floats:
    size = np.atleast_1d(np.asarray(weights, dtype=float))
    if size.shape != (n,):
        raise InputError("input.one_each", n=n, size=size.size)
    if not np.isfinite(size).all() or (size < 0).any():
        raise RangeError("input.negative_weights")
    return size


def _check_rule(rule: CandidateRule) -> None:
    for name in ("reach_m", "cluster_m", "line_m"):
        check_radius(getattr(rule, name))
    for name in ("merge_m", "near_m"):
        if not 0 <= getattr(rule, name) <= rule.reach_m:
            raise RangeError("candidates.spacing", where=name, metres=getattr(rule, name))


def _drafted(
    x: Floats, y: Floats, leader: Ints, around: CandidateSurroundings, rule: CandidateRule
) -> _Draft:
    """Collect all proposals."""
    draft = _Draft()
    lead = np.unique(leader)
    draft.add("locked", *check_lonlat(*around.locked, where="locked"))
    sites = check_lonlat(*around.existing, where="existing sites")
    reached = np.zeros(len(sites[0]), dtype=bool)
    if len(x) and len(reached):
        matrix = coverage_matrix(*sites, x, y, rule.reach_m)
        reached = np.diff(matrix.indptr) > 0
    shared = np.flatnonzero(reached)
    draft.add("existing_site", sites[0][shared], sites[1][shared], shared)
    if around.high_points is not None and len(lead):
        top_lon, top_lat, _ = around.high_points(x[lead], y[lead], rule.reach_m)
        there = np.isfinite(top_lon) & np.isfinite(top_lat)
        draft.add("high_point", top_lon[there], top_lat[there])
    for kind, lines in (
        ("near_road", around.roads), ("near_fibre", around.fibre), ("near_power", around.power)
    ):  # fmt: skip
        if lines is not None:
            close = nearest_on_lines(x[lead], y[lead], lines, within_m=rule.line_m)
            there = np.isfinite(close.distance_m)
            draft.add(kind, close.lon[there], close.lat[there])
    homes = np.arange(len(x)) if rule.every_village else lead
    draft.add("village", x[homes], y[homes], homes)
    return draft


def _kept(
    draft: _Draft, leader: Ints, size: Floats, around: CandidateSurroundings, rule: CandidateRule
) -> CandidateSites:
    """Leave out what is forbidden, merge near duplicates, and measure the distances to lines."""
    lon, lat = np.concatenate(draft.lon), np.concatenate(draft.lat)
    kind, number = np.concatenate(draft.kind), np.concatenate(draft.number)
    why = _forbidden(lon, lat, around, rule.merge_m)
    _check_locked(lon, lat, (kind == 0) & (why > 0), why)
    refused = tuple(
        (float(lon[i]), float(lat[i]), REASONS[kind[i]], _WHY[why[i]]) for i in np.flatnonzero(why)
    )
    free = np.flatnonzero(why == 0)
    # The larger village stays of two that are close.
    village = kind[free] == REASONS.index("village")
    rank = np.where(village, -size[np.where(village, number[free], 0)] if len(size) else 0, 0)
    free = free[np.lexsort((free, rank, kind[free]))]
    stays, groups = _merged(lon[free], lat[free], kind[free], rule.merge_m)
    at = free[stays]
    existing, home = (
        _first(kind, number, free, groups, word) for word in ("existing_site", "village")
    )
    metres = {
        name: _line_distance(lon[at], lat[at], lines)
        for name, lines in (
            ("near_road", around.roads), ("near_fibre", around.fibre), ("near_power", around.power)
        )
    }  # fmt: skip
    reasons = []
    for i, group in enumerate(groups):
        codes = set(kind[free[group]].tolist())
        codes |= {REASONS.index(name) for name, far in metres.items() if far[i] <= rule.near_m}
        reasons.append(tuple(REASONS[code] for code in sorted(codes)))
    return CandidateSites(
        lon[at], lat[at], tuple(reasons), kind[at] == 0, existing, home, metres["near_road"],
        metres["near_fibre"], metres["near_power"], leader, refused,
    )  # fmt: skip


_WHY = ("", "forbidden_area", "forbidden_place")


def _forbidden(lon: Floats, lat: Floats, around: CandidateSurroundings, merge_m: float) -> Ints:
    """Return per proposal 0 or the number of its word in ``_WHY``."""
    why = np.zeros(len(lon), dtype=np.int64)
    places = check_lonlat(*around.forbidden, where="forbidden")
    if len(places[0]) and len(lon):
        chord, _ = cKDTree(ecef(*places)).query(ecef(lon, lat))
        why[chord <= max(merge_m, 1.0)] = 2
    areas = np.atleast_1d(np.asarray(around.forbidden_areas, dtype=object))
    if len(areas) and len(lon):
        inside, _ = shapely.STRtree(areas).query(shapely.points(lon, lat), predicate="intersects")
        why[inside] = 1
    return why


def _check_locked(lon: Floats, lat: Floats, wrong: Flags, why: Ints) -> None:
    at = np.flatnonzero(wrong)
    if len(at):
        where = ", ".join(f"{lat[i]:.5f},{lon[i]:.5f} ({_WHY[why[i]]})" for i in at[:5])
        raise InputError("candidates.locked_forbidden", count=len(at), places=where)


def _merged(lon: Floats, lat: Floats, kind: Ints, merge_m: float) -> tuple[Ints, list[Ints]]:
    """Return the kept proposals, strongest first, and those merged into each; locked ones stay."""
    n = len(lon)
    if not n:
        return np.zeros(0, dtype=np.int64), []
    places = ecef(lon, lat)
    near = cKDTree(places).query_ball_point(places, merge_m)
    taken = np.zeros(n, dtype=bool)
    stays, groups = [], []
    for i in range(n):
        if taken[i]:
            continue
        others = np.array(sorted(near[i]))
        others = others[~taken[others] & ((kind[others] != 0) | (others == i))]
        taken[others] = True
        stays.append(i)
        groups.append(others)
    return np.array(stays, dtype=np.int64), groups


def _first(kind: Ints, number: Ints, free: Ints, groups: list[Ints], word: str) -> Ints:
    """Return per group the first number that proposals of one kind carry, −1 for none."""
    wanted = REASONS.index(word)
    found = np.full(len(groups), -1, dtype=np.int64)
    for i, group in enumerate(groups):
        hits = free[group][kind[free[group]] == wanted]
        if len(hits):
            found[i] = number[hits[0]]
    return found


def _line_distance(lon: Floats, lat: Floats, lines: ArrayLike | None) -> Floats:
    if lines is None:
        return np.full(len(lon), np.nan)
    return nearest_on_lines(lon, lat, lines).distance_m

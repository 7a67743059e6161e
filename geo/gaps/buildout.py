"""Yearly need of the other layers: 5G stations per region, fibre to villages, data-centre racks.

Counts carry their unit: base stations, kilometres of route, standard racks of 2.5 kW.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.earth.crs import check_lonlat
from geo.errors import InputError, RangeError, UnknownNameError
from geo.gaps.allocation import largest_remainder
from geo.links.backhaul_graph import route_graph

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Shapes of a target path: equal years, or slow–fast–slow.
PATHS = ("linear", "s_curve")
#: Steepness of the S-curve over the plan: the middle year of five builds 3 times the first;
#: assumption.
_STEEPNESS = 6.0
#: Power of one standard rack [kW] (field usage in the source plans: 标准机架 2.5 kW).
STANDARD_RACK_KW = 2.5


def year_shares(years: int, path: str = "linear") -> Floats:
    """Return the share of a need that each year builds.

    Parameters
    ----------
    years
        Years of the plan, at least 1.
    path
        One of :data:`PATHS`.

    Returns
    -------
    shares
        (years,) shares that sum to 1.

    Raises
    ------
    RangeError
        If there are no years.
    UnknownNameError
        If the path is not one of :data:`PATHS`.

    Examples
    --------
    >>> year_shares(4).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    if path not in PATHS:
        raise UnknownNameError("path", path, PATHS)
    if years < 1:
        raise RangeError("buildout.years", years=years)
    if path == "linear":
        return np.full(years, 1.0 / years)
    done = 1.0 / (1.0 + np.exp(-_STEEPNESS * (np.arange(years + 1) / years - 0.5)))
    return np.asarray(np.diff(done) / (done[-1] - done[0]))


def split_over_years(
    gaps: ArrayLike, years: int, *, path: str = "linear", keys: Sequence[str] | None = None
) -> Floats:
    """Return the units to build per region and year; each row sums to the gap of its region.

    Parameters
    ----------
    gaps
        (g,) whole units missing per region; NaN unknown; none is built where the region is ahead
        (negative).
    years
        Years of the plan, at least 1.
    path
        One of :data:`PATHS`.
    keys
        (y,) distinct names that break ties between years; default their order.

    Returns
    -------
    units
        (g, y) whole numbers as floats; a region whose gap is unknown has NaN in every year, not 0.

    Raises
    ------
    InputError
        If a gap is not a whole number.
    RangeError
        If a gap is infinite, or there are no years.
    UnknownNameError
        If the path is not one of :data:`PATHS`.

    Examples
    --------
    >>> split_over_years([10, -3], 3).tolist()
    [[4.0, 3.0, 3.0], [0.0, 0.0, 0.0]]
    """
    need = np.atleast_1d(np.asarray(gaps, dtype=float))
    if np.isinf(need).any():
        raise RangeError("buildout.infinite_gap")
    known = ~np.isnan(need)
    if (need[known] != np.round(need[known])).any():
        raise InputError("buildout.broken_gap")
    shares = year_shares(years, path)
    names = keys if keys is not None else [f"{y:04d}" for y in range(years)]
    table = np.full((len(need), years), np.nan)
    for i in np.flatnonzero(known):
        table[i] = largest_remainder(int(max(need[i], 0)), shares, keys=names)
    return table


@dataclass(frozen=True, slots=True, eq=False)
class FibreNeed:
    """Fibre for the villages without it.

    Attributes
    ----------
    km
        (n,) route built for each village [km]; a shared trunk is paid by the first village; NaN
        where no fibre node exists at all.
    region_km
        (g,) sums per region [km].
    cost
        (g,) ``region_km`` × cost per km [money].
    bound_km
        Lower bound on the length of any tree on these routes [km].
    routes
        (e, 5) lon, lat, lon, lat [°] and km of the tree.
    """

    km: Floats
    region_km: Floats
    cost: Floats
    bound_km: float
    routes: Floats


def fibre_to_villages(
    villages: tuple[ArrayLike, ArrayLike],
    nodes: tuple[ArrayLike, ArrayLike],
    region: ArrayLike,
    *,
    cost_per_km: float,
    route_factor: float,
    roads: ArrayLike | None = None,
) -> FibreNeed:
    """Return the fibre tree that reaches all given villages, its length and cost per region.

    Parameters
    ----------
    villages, nodes
        Longitudes and latitudes of n villages without fibre and of the fibre nodes, WGS84 [°].
    region
        (n,) number of the region that contains a village, from 0.
    cost_per_km
        Cost of fibre route [money per km].
    route_factor
        Length of a route over its geodesic, at least 1, where no road is used.
    roads
        Shapely lines that fibre may follow, WGS84 [°].

    Returns
    -------
    need
        The tree's routes, and its length and cost per region.

    Raises
    ------
    RangeError
        If a coordinate, price or factor is out of range.
    InputError
        If there is not one region for each village.
    """
    x, y = check_lonlat(*villages, where="villages")
    places = check_lonlat(*nodes, where="fibre nodes")
    of = np.atleast_1d(np.asarray(region, dtype=np.int64))
    if of.shape != x.shape:
        raise InputError("input.regions_each", count=len(x), size=of.size)
    if not 0 <= cost_per_km < math.inf or not 1 <= route_factor < math.inf or (of < 0).any():
        raise RangeError("buildout.fibre_range")
    count = int(of.max(initial=-1)) + 1
    km = np.full(len(x), np.nan)
    if not len(x) or not len(places[0]):
        unknown = np.full(count, np.nan)
        return FibreNeed(km, unknown, unknown, 0.0, np.zeros((0, 5)))
    graph = route_graph((x, y), places, factor=route_factor, neighbours=8, roads=roads)
    tree = graph.tree(np.arange(len(x)))
    edges = np.array(tree.edges, dtype=np.int64)
    for village, _, length in graph.paid(edges, len(x)):
        km[village] = length
    sums = np.asarray(np.bincount(of, km, minlength=count), dtype=np.float64)
    return FibreNeed(km, sums, sums * cost_per_km, tree.bound, graph.drawn(edges))


@dataclass(frozen=True, slots=True)
class Racks:
    """Racks and their power.

    Attributes
    ----------
    standard
        Standard racks of 2.5 kW, whole.
    physical
        Physical racks of ``rack_kw`` that hold the same, whole.
    it_mw, facility_mw
        Power of the equipment, and with cooling and losses [MW].
    """

    standard: int
    physical: int
    it_mw: float
    facility_mw: float


def racks_needed(
    target: float, built: float, *, rack_kw: float = STANDARD_RACK_KW, pue: float
) -> Racks:
    """Return the racks missing to reach a target of installed racks.

    Parameters
    ----------
    target, built
        Standard racks installed, in use or not.
    rack_kw
        Power of one physical rack [kW].
    pue
        Power usage effectiveness, facility over equipment, at least 1.

    Returns
    -------
    racks
        Standard and physical racks and their power.

    Raises
    ------
    RangeError
        If a count or power is out of range.

    Examples
    --------
    >>> racks_needed(30_000, 0, rack_kw=21.43, pue=1.3).physical  # Qingyang: about 3,500 physical
    3500
    """
    if not (0 <= target < math.inf and 0 <= built < math.inf):
        raise RangeError("racks.counts", target=target, built=built)
    if not (0 < rack_kw < math.inf and 1 <= pue < math.inf):
        raise RangeError("racks.power", rack_kw=rack_kw, pue=pue)
    standard = math.ceil(max(target - built, 0.0) - 1e-9)
    it_mw = standard * STANDARD_RACK_KW / 1000.0
    return Racks(standard, math.ceil(it_mw * 1000.0 / rack_kw - 1e-9), it_mw, it_mw * pue)


def racks_by_year(
    target: float,
    built: float,
    years: int,
    *,
    used: float = math.nan,
    design_use: float = 1.0,
    path: str = "linear",
) -> Floats:
    """Return the racks to install in each year: free ones are filled before new ones are built.

    The racks in use grow along the path from those of today to the share of the target that is to
    be filled. A year installs what its racks in use need beyond those that stand.

    Parameters
    ----------
    target, built
        Standard racks installed, in use or not.
    years
        Years of the plan, at least 1.
    used
        Racks in use today; NaN unknown: no rack is known to be free, and the years follow the path.
    design_use
        Share of the installed racks that is to be filled, above 0 up to 1.
    path
        One of :data:`PATHS`.

    Returns
    -------
    racks
        (years,) whole numbers as floats; they sum to the racks missing.

    Raises
    ------
    RangeError
        If a count or share is out of range, or there are no years.

    Examples
    --------
    >>> racks_by_year(100_000, 40_000, 5, used=10_000).tolist()
    [0.0, 6000.0, 18000.0, 18000.0, 18000.0]
    """
    check_use(design_use)
    missing = racks_needed(target, built, pue=1.0).standard
    if math.isnan(used):
        return np.asarray(split_over_years([missing], years, path=path)[0])
    if not 0 <= used <= built:
        raise RangeError("racks.used", used=used, built=built)
    today = used / design_use
    filled = today + (target - today) * np.cumsum(year_shares(years, path))
    added = np.ceil(np.clip(filled - built, 0, missing) - 1e-6)
    added[-1] = missing
    # Adding 0 makes a zero of −0.
    return np.asarray(np.diff(np.maximum.accumulate(added), prepend=0.0) + 0.0)


def check_use(share: float) -> None:
    """Check a share of racks in use (上架率).

    Parameters
    ----------
    share
        Above 0 up to 1.

    Raises
    ------
    RangeError
        If it is not.
    """
    if not 0 < share <= 1:
        raise RangeError("racks.share", share=share)


def racks_of_demand(it_mw: float, design_use: float = 1.0) -> int:
    """Return the standard racks that hold a demand of equipment power.

    Parameters
    ----------
    it_mw
        Power of the equipment [MW], at least 0.
    design_use
        Share of the racks that is to be filled, above 0 up to 1.

    Returns
    -------
    racks
        Standard racks of 2.5 kW, rounded up.

    Raises
    ------
    RangeError
        If the demand is negative or not finite, or the share is out of range.

    Examples
    --------
    >>> racks_of_demand(75), racks_of_demand(75, 0.75)
    (30000, 40000)
    """
    check_use(design_use)
    if not 0 <= it_mw < math.inf:
        raise RangeError("racks.demand", it_mw=it_mw)
    return math.ceil(it_mw * 1000.0 / STANDARD_RACK_KW / design_use - 1e-9)


def candidate_regions(
    zones: Sequence[tuple[str, str]], known: Sequence[str], *, kinds: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return the regions that policy zones of some kinds name, with the kinds that name each.

    Parameters
    ----------
    zones
        (kind, region codes joined by ``;``) per policy zone, as in the table of zones.
    known
        Codes of the prefectures; a county's code counts for its prefecture (first four digits).
    kinds
        Kinds of zones that count, the strongest first; the result keeps this order.

    Returns
    -------
    regions
        Code of a prefecture → kinds of zones that name it.

    Examples
    --------
    >>> candidate_regions([("core", "530100"), ("park", "530114;530400")],
    ...                   ["530100", "530400"], kinds=["core", "park"])
    {'530100': ('core', 'park'), '530400': ('park',)}
    """
    found: dict[str, list[str]] = {}
    for kind in kinds:
        for zone_kind, codes in zones:
            if zone_kind != kind:
                continue
            for code in codes.split(";"):
                prefecture = f"{code.strip()[:4]}00"
                if prefecture in known and kind not in found.setdefault(prefecture, []):
                    found[prefecture].append(kind)
    return {code: tuple(words) for code, words in found.items()}

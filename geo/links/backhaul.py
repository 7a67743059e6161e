"""Backhaul of chosen sites: fibre, microwave or satellite, the cheapest feasible chain for each.

Fibre routes form one tree with all fibre nodes as its root, along imported roads where there are
some and straight × route factor otherwise; a trunk that several sites share counts once. Only a
site that is far from the existing fibre (:attr:`BackhaulPrices.far_km`) may have a satellite, and
no fibre between two sites is longer than that. Which of them have fibre is the cheapest choice for
all together (:mod:`geo.network_design`). With microwave hops it is a heuristic: a site leaves the
tree where the length that it alone adds costs more than a hop to a site or node that is connected.

A mast is paid once, for the highest of its hops: the hop that raises it pays for the rise.

Money is plain numbers of one currency, price year and kind (to build, or over the years).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from geo.earth.crs import check_lonlat
from geo.errors import InputError, RangeError
from geo.links.backhaul_graph import RouteGraph, route_graph
from geo.links.microwave import MicrowaveHops
from geo.links.road_ways import between_sites
from geo.network_design.problem import MoneyGoal, NetworkProblem
from geo.network_design.solve import designed
from geo.network_design.ways import ways
from geo.siting.problem import SolverRun
from geo.steiner.tree import Tree, steiner_tree

__all__ = [
    "KINDS", "REASONS", "Backhaul", "BackhaulPrices", "BackhaulRule", "Tree", "backhaul",
    "steiner_tree",
]  # fmt: skip

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

KINDS = ("fibre", "microwave", "satellite", "none")
REASONS = (
    "fibre_shared_trunk", "fibre_cheapest", "fibre_only_way", "microwave_cheaper",
    "fibre_out_of_reach", "no_clear_hop", "terrain_unknown", "satellite_cheaper",
    "nothing_feasible",
)  # fmt: skip
_FIBRE, _MICROWAVE, _SATELLITE, _NONE = range(4)


@dataclass(frozen=True, slots=True)
class BackhaulPrices:
    """Prices of backhaul [money].

    Attributes
    ----------
    fibre_per_km
        Fibre route.
    fibre_terminal
        Optical equipment of a site.
    hop
        Microwave hop, both ends.
    mast_per_m
        Each metre of mast above ``base_mast_m``.
    satellite
        Terminal and capacity of a site; infinite where it is not allowed.
    base_mast_m
        Mast that a site has anyway [m].
    far_km
        Fibre route of a site for itself alone from which it may have another kind [km].
    """

    fibre_per_km: float
    fibre_terminal: float
    hop: float
    mast_per_m: float
    satellite: float
    base_mast_m: float = 30.0
    far_km: float = 0.0


@dataclass(frozen=True, slots=True)
class BackhaulRule:
    """Rules for connecting sites.

    Attributes
    ----------
    route_factor
        Length of a fibre route over the geodesic between its ends, where no road is used.
    max_hops
        Microwave hops between a site and the fibre.
    """

    route_factor: float
    max_hops: int = 3


@dataclass(frozen=True, slots=True, eq=False)
class Backhaul:
    """Connection of each site.

    Attributes
    ----------
    kind
        (n,) word of :data:`KINDS`.
    parent
        (n,) site through which it is connected, −1 for a fibre node or a satellite.
    node
        (n,) fibre node that a hop leads to, −1 for none.
    cost
        (n,) money that the site adds: fibre up to what is already built, its hop, or the satellite.
    route_km
        (n,) fibre built for it [km].
    hops
        (n,) microwave hops to the fibre.
    mast_m
        (n,) antenna height that its hops need [m], 0 without any.
    raised_m
        (n,) additional mast height that its hop requires, at both ends [m].
    reason
        (n,) codes out of :data:`REASONS`.
    routes
        (lon, lat, lon, lat, km) of the fibre edges, (e, 5).
    total, fibre_km
        Sums over all sites [money], [km].
    bound
        Lower bound on the cost of fibre for the sites that have it, on these routes [money].
    """

    kind: tuple[str, ...]
    parent: Ints
    node: Ints
    cost: Floats
    route_km: Floats
    hops: Ints
    mast_m: Floats
    raised_m: Floats
    reason: tuple[tuple[str, ...], ...]
    routes: Floats
    total: float
    fibre_km: float
    bound: float


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    sites: int
    graph: RouteGraph
    prices: BackhaulPrices
    rule: BackhaulRule
    near: tuple[tuple[tuple[int, float, float, float], ...], ...]
    unknown: Flags
    satellite: Floats
    between: tuple[Floats, Ints, Floats]


@dataclass(slots=True, eq=False)
class _Plan:
    """One way to connect all; ``edges`` of the fibre tree, ``kind`` per site."""

    kind: Ints
    parent: Ints
    cost: Floats
    route_km: Floats
    hops: Ints
    mast_m: Floats
    raised_m: Floats
    edges: Ints
    bound_km: float

    @property
    def key(self) -> tuple[int, float]:
        """Sites without backhaul, then money."""
        return int((self.kind == _NONE).sum()), float(self.cost.sum())


def backhaul(
    sites: tuple[ArrayLike, ArrayLike],
    nodes: tuple[ArrayLike, ArrayLike],
    prices: BackhaulPrices,
    rule: BackhaulRule,
    *,
    hops: MicrowaveHops | None = None,
    roads: ArrayLike | None = None,
) -> Backhaul:
    """Connect all sites by the cheapest backhaul found.

    Parameters
    ----------
    sites, nodes
        Longitudes and latitudes of the n sites and m fibre nodes, WGS84 [°].
    prices
        What each kind costs.
    rule
        What is allowed.
    hops
        Microwave hops over the terrain; its places are the sites from 0, then the nodes from n.
        None without terrain: no hop is offered, and the reasons say so.
    roads
        Shapely lines in WGS84 [°] that fibre may follow.

    Returns
    -------
    backhaul
        Kind, way and cost per site, with the reasons.

    Raises
    ------
    RangeError
        If a coordinate, a price or a limit is out of range.
    InputError
        If hops name places that do not exist.
    """
    site_lon, site_lat = check_lonlat(*sites, where="sites")
    node_lon, node_lat = check_lonlat(*nodes, where="fibre nodes")
    _check(prices, rule)
    n = len(site_lon)
    places, existing = (site_lon, site_lat), (node_lon, node_lat)
    capped = np.isfinite(prices.satellite) and prices.far_km > 0
    most_km = prices.far_km / rule.route_factor if capped else np.inf
    _, ends, km = ways(places, existing, most_km=most_km)
    graph = route_graph(places, existing, factor=rule.route_factor, pairs=ends, roads=roads)
    near, unknown = _near_hops(n, len(node_lon), hops, prices)
    far = ~graph.joined | (graph.alone_km >= prices.far_km)
    satellite = np.where(far, prices.satellite, np.inf)
    between = graph.alone_km, ends, km * rule.route_factor
    if roads is not None:
        between = between_sites(graph)
    case = _Case(n, graph, prices, rule, near, unknown, satellite, between)
    return _told(case, _cheapest(case), terrain=hops is not None)


def _check(prices: BackhaulPrices, rule: BackhaulRule) -> None:
    amounts = [prices.fibre_per_km, prices.fibre_terminal, prices.hop, prices.mast_per_m]
    finite = np.isfinite([*amounts, prices.base_mast_m]).all()
    if not finite or min(*amounts, prices.satellite, prices.base_mast_m) < 0:
        raise RangeError("backhaul.prices")
    if np.isnan(prices.satellite):
        raise RangeError("backhaul.satellite")
    if not 1 <= rule.route_factor < np.inf or rule.max_hops < 0:
        raise RangeError("backhaul.rule")


def _near_hops(
    n: int, m: int, hops: MicrowaveHops | None, prices: BackhaulPrices
) -> tuple[tuple[tuple[tuple[int, float, float, float], ...], ...], Flags]:
    """Return per place its clear hops: other place, money alone, own and other height [m]."""
    near: list[list[tuple[int, float, float, float]]] = [[] for _ in range(n + m)]
    unknown = np.zeros(n + m, dtype=bool)
    if hops is None:
        return tuple(tuple(row) for row in near), np.ones(n + m, dtype=bool)
    pairs = hops.pairs
    if len(pairs) and (pairs.min() < 0 or pairs.max() >= n + m):
        raise InputError("backhaul.places", n=n + m)
    unknown[pairs[~hops.known].ravel()] = True
    extra = np.maximum(hops.mast_m - prices.base_mast_m, 0.0).sum(axis=1)
    money = prices.hop + prices.mast_per_m * extra
    for k in np.flatnonzero(hops.clear).tolist():
        a, b = pairs[k].tolist()
        at_a, at_b = hops.mast_m[k].tolist()
        near[a].append((b, float(money[k]), at_a, at_b))
        near[b].append((a, float(money[k]), at_b, at_a))
    return tuple(tuple(row) for row in near), unknown


def _cheapest(case: _Case) -> _Plan:
    """Connect by fibre and satellite; with hops, try to leave the tree where they cost less."""
    chosen = _by_fibre(case)
    best = _evaluated(case, chosen)
    if not any(case.near[: case.sites]):
        return best
    optimistic = np.array(
        [min((hop[1] for hop in case.near[i]), default=np.inf) for i in range(case.sites)]
    )
    other = np.minimum(optimistic, case.satellite)
    for start in (chosen, case.graph.joined):
        chosen = start
        for _ in range(6):
            plan = _evaluated(case, chosen)
            if plan.key < best.key:
                best = plan
            pruned = _pruned(plan, other)
            if (pruned == chosen).all():
                break
            chosen = pruned
            if plan.key == best.key:
                # From the second round on, a hop costs what it does with this tree.
                by_air = plan.kind == _MICROWAVE
                other = np.where(by_air, np.minimum(plan.cost, case.satellite), other)
    return best


def _by_fibre(case: _Case) -> Flags:
    """Return the sites that have fibre where all are connected at least cost without hops."""
    joined, prices = case.graph.joined, case.prices
    choice = np.flatnonzero(joined & np.isfinite(case.satellite))
    if not len(choice):
        return joined
    fibred = np.flatnonzero(joined)
    root, ends, km = case.between
    variants = len(fibred) + len(choice)
    own = np.repeat([prices.fibre_terminal, prices.satellite], [len(fibred), len(choice)])
    place = np.concatenate([fibred, choice])
    problem = NetworkProblem(
        reach=sp.csr_array((variants, 0)), weights=np.zeros(0), own=own, place=place,
        fibre=np.arange(variants) < len(fibred), option=place,
        fixed=tuple(fibred.tolist()), root=prices.fibre_per_km * root,
        ends=ends, money=prices.fibre_per_km * km, groups=np.zeros(0, dtype=np.int64),
        least=np.zeros(1),
    )  # fmt: skip
    chosen = np.array(designed(problem, MoneyGoal(), SolverRun()).chosen, dtype=np.int64)
    found = np.zeros(case.sites, dtype=bool)
    found[place[chosen[problem.fibre[chosen]]]] = True
    return found


def _evaluated(case: _Case, fibre: Flags) -> _Plan:
    """Build the tree for the fibre sites and connect the others by hop or satellite."""
    n, prices = case.sites, case.prices
    plan = _Plan(
        np.full(n, _NONE), np.full(n, -1), np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.int64),
        np.zeros(n), np.zeros(n), np.zeros(0, dtype=np.int64), 0.0,
    )  # fmt: skip
    wanted = np.flatnonzero(fibre)
    if len(wanted):
        tree = case.graph.tree(wanted)
        plan.edges, plan.bound_km = np.array(tree.edges, dtype=np.int64), tree.bound
        # A site that the tree passes has fibre as well.
        for site, parent, km in case.graph.paid(plan.edges, n):
            plan.kind[site], plan.parent[site], plan.route_km[site] = _FIBRE, parent, km
            plan.cost[site] = prices.fibre_terminal + prices.fibre_per_km * km
    _hop_on(case, plan)
    left = (plan.kind == _NONE) & np.isfinite(case.satellite)
    plan.kind[left], plan.cost[left] = _SATELLITE, case.satellite[left]
    return plan


def _hop_on(case: _Case, plan: _Plan) -> None:
    """Connect sites without fibre by their cheapest hop, ring by ring around the fibre."""
    n, prices = case.sites, case.prices
    mast = np.full(len(case.near), prices.base_mast_m)
    ring = {*np.flatnonzero(plan.kind == _FIBRE).tolist(), *range(n, len(case.near))}
    for depth in range(1, case.rule.max_hops + 1):
        waiting = {
            site for place in ring for site, *_ in case.near[place]
            if site < n and plan.kind[site] == _NONE
        }  # fmt: skip
        fresh: set[int] = set()
        for site in sorted(
            waiting, key=lambda site: (min(hop[1] for hop in case.near[site]), site)
        ):
            rises = [
                (max(here - mast[site], 0.0) + max(there - mast[place], 0.0), place, here, there)
                for place, _, here, there in case.near[site] if place in ring
            ]  # fmt: skip
            rise, place, here, there = min(rises)
            money = prices.hop + prices.mast_per_m * rise
            if money >= case.satellite[site]:
                continue
            plan.kind[site], plan.parent[site] = _MICROWAVE, place
            plan.cost[site], plan.hops[site], plan.raised_m[site] = money, depth, rise
            for end, height in ((site, here), (place, there)):
                mast[end] = max(mast[end], height)
                if end < n:
                    plan.mast_m[end] = max(plan.mast_m[end], height)
            fresh.add(site)
        ring = fresh


def _pruned(plan: _Plan, other: Floats) -> Flags:
    """Cut branches of the tree that cost more than all their sites' other ways together."""
    keep = plan.kind == _FIBRE
    children: dict[int, list[int]] = {}
    for site in np.flatnonzero(keep).tolist():
        children.setdefault(int(plan.parent[site]), []).append(site)
    order, waiting = [], list(children.get(-1, []))
    while waiting:
        site = waiting.pop()
        order.append(site)
        waiting += children.get(site, [])
    worth = np.where(keep, other - plan.cost, 0.0)
    for site in reversed(order):
        worth[site] += sum(max(worth[child], 0.0) for child in children.get(site, []))
    kept = np.zeros(len(keep), dtype=bool)
    waiting = list(children.get(-1, []))
    while waiting:
        site = waiting.pop()
        if worth[site] > 0:
            kept[site] = True
            waiting += children.get(site, [])
    return kept


def _told(case: _Case, plan: _Plan, *, terrain: bool) -> Backhaul:
    """Return the plan as a record with its reasons."""
    n = case.sites
    has_hop = np.array([bool(row) for row in case.near[:n]], dtype=bool)
    shared = np.zeros(n, dtype=bool)
    shared[plan.parent[(plan.kind == _FIBRE) & (plan.parent >= 0)]] = True
    reasons = tuple(
        tuple(_why(case, plan, i, (bool(has_hop[i]), bool(shared[i]), terrain))) for i in range(n)
    )
    to_node = (plan.kind == _MICROWAVE) & (plan.parent >= n)
    routes = case.graph.drawn(plan.edges)
    km = float(plan.route_km.sum())
    terminals = int((plan.kind == _FIBRE).sum())
    prices = case.prices
    return Backhaul(
        tuple(KINDS[k] for k in plan.kind), np.where(to_node, -1, plan.parent),
        np.where(to_node, plan.parent - n, -1), plan.cost, plan.route_km, plan.hops, plan.mast_m,
        plan.raised_m,
        reasons, routes, float(plan.cost.sum()), km,
        prices.fibre_per_km * min(plan.bound_km, km) + prices.fibre_terminal * terminals,
    )  # fmt: skip


def _why(case: _Case, plan: _Plan, i: int, facts: tuple[bool, bool, bool]) -> Sequence[str]:
    has_hop, shared, terrain = facts
    reached = bool(case.graph.joined[i])
    codes = []
    if plan.kind[i] == _FIBRE:
        alone = not has_hop and not np.isfinite(case.satellite[i])
        codes.append("fibre_only_way" if alone else "fibre_cheapest")
        if shared or plan.parent[i] >= 0:
            codes.append("fibre_shared_trunk")
        return codes
    if not reached:
        codes.append("fibre_out_of_reach")
    if plan.kind[i] == _MICROWAVE:
        return [*codes, "microwave_cheaper"]
    if not has_hop:
        codes.append("terrain_unknown" if not terrain or case.unknown[i] else "no_clear_hop")
    return [*codes, "satellite_cheaper" if plan.kind[i] == _SATELLITE else "nothing_feasible"]

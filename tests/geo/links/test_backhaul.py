"""The fibre tree: against the exact answer of a slow method, published answers, bad input."""

from __future__ import annotations

import itertools
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings, strategies as st

from geo.errors import InputError, RangeError
from geo.links.backhaul import BackhaulPrices, BackhaulRule, backhaul, steiner_tree
from geo.links.backhaul_graph import route_graph
from geo.links.microwave import MicrowaveHops, hop_pairs


def joined(edges: np.ndarray, chosen: tuple[int, ...]) -> list[set[int]]:
    groups: list[set[int]] = []
    for a, b in edges[list(chosen)].tolist():
        touched = [group for group in groups if a in group or b in group]
        groups = [group for group in groups if group not in touched]
        groups.append({a, b}.union(*touched))
    return groups


def exact(nodes: int, edges: np.ndarray, cost: np.ndarray, wanted: set[int]) -> float:
    """Span every set of nodes that holds the terminals; the cheapest spanning tree is best."""
    best = np.inf
    cheapest_first = [(*map(int, edges[i]), float(cost[i])) for i in np.argsort(cost)]
    others = sorted(set(range(nodes)) - wanted)
    for n in range(len(others) + 1):
        for more in combinations(others, n):
            inside, total = wanted | set(more), 0.0
            part = {node: node for node in inside}

            def top(node: int, part: dict[int, int] = part) -> int:
                while part[node] != node:
                    node = part[node]
                return node

            for a, b, price in cheapest_first:
                if a in inside and b in inside and top(a) != top(b):
                    part[top(a)] = top(b)
                    total += price
            if len({top(node) for node in inside}) == 1:
                best = min(best, total)
    return best


@given(st.integers(0, 10**6), st.integers(2, 5))
@settings(max_examples=60)
def test_the_tree_joins_all_and_the_optimum_lies_between_bound_and_cost(seed: int, k: int) -> None:
    chance = np.random.default_rng(seed)
    pairs = np.array([[i, i + 1] for i in range(8)] + chance.integers(0, 9, (12, 2)).tolist())
    cost = chance.integers(0, 20, len(pairs)).astype(float)
    wanted = set(chance.choice(9, k, replace=False).tolist())
    tree = steiner_tree(pairs, cost, wanted)
    (group,) = joined(pairs, tree.edges)
    assert wanted <= group
    assert len(tree.edges) == len(group) - 1
    assert tree.cost == cost[list(tree.edges)].sum()
    best = exact(9, pairs, cost, wanted)
    assert tree.bound <= best + 1e-9
    # Shortest paths promise twice the optimum at worst.
    assert best - 1e-9 <= tree.cost <= 2 * best + 1e-9


@pytest.mark.parametrize("n", [4, 6, 9])
def test_a_hub_is_found_where_paths_between_terminals_are_dearer(n: int) -> None:
    # All pairs at 1.9, a hub at 1 from each: the star costs n, any tree without it 1.9 (n - 1).
    pairs = [[i, n] for i in range(n)] + [list(pair) for pair in combinations(range(n), 2)]
    cost = [1.0] * n + [1.9] * (len(pairs) - n)
    tree = steiner_tree(pairs, cost, range(n))
    assert tree.bound <= n
    assert tree.cost == pytest.approx(n)


def test_the_corners_of_a_grid() -> None:
    # The corners of an s × s rectilinear grid need 3 (s - 1) edges.
    s = 8
    number = np.arange(s * s).reshape(s, s)
    pairs = np.concatenate(
        [np.c_[number[:, :-1].ravel(), number[:, 1:].ravel()],
         np.c_[number[:-1].ravel(), number[1:].ravel()]]
    )  # fmt: skip
    corners = [number[0, 0], number[0, -1], number[-1, 0], number[-1, -1]]
    tree = steiner_tree(pairs, np.ones(len(pairs)), corners)
    assert tree.cost == 3 * (s - 1)
    assert tree.bound <= tree.cost


def test_shared_trunks_are_counted_once_and_parallel_edges_once() -> None:
    tree = steiner_tree([[0, 1], [0, 1], [1, 2], [1, 3]], [9, 5, 1, 1], [0, 2, 3])
    assert (tree.edges, tree.cost, tree.bound) == ((1, 2, 3), 7.0, 7.0)


@pytest.mark.parametrize("wanted", [[], [3]])
def test_one_terminal_needs_nothing(wanted: list[int]) -> None:
    tree = steiner_tree([[0, 3]], [1], wanted)
    assert (tree.edges, tree.cost, tree.bound) == ((), 0.0, 0.0)


@pytest.mark.parametrize(
    ("edges", "weights", "wanted", "fault"),
    [
        ([[0, 1], [2, 3]], [1, 1], [0, 3], InputError),
        ([[0, 1]], [1], [0, 7], InputError),
        ([], [], [0, 1], InputError),
        ([[0, 1]], [1, 2], [0, 1], InputError),
        ([[0, 1]], [-1], [0, 1], RangeError),
        ([[0, 1]], [np.nan], [0, 1], RangeError),
        ([[0, -1]], [1], [0, 1], RangeError),
    ],
)
def test_bad_input_is_told(edges: list, weights: list, wanted: list, fault: type) -> None:
    with pytest.raises(fault):
        steiner_tree(edges, weights, wanted)


# -- backhaul of sites

FIBRE_ONLY = BackhaulPrices(
    fibre_per_km=30_000, fibre_terminal=20_000, hop=150_000, mast_per_m=4_000, satellite=np.inf
)
RULE = BackhaulRule(route_factor=1.4)
NODE = ([100.0], [25.0])


def east(*kilometres: float) -> tuple[list[float], list[float]]:
    """Return places east of the node; 1° is 100.95 km there."""
    return [100.0 + km / 100.95 for km in kilometres], [25.0] * len(kilometres)


def hops_between(*pairs: tuple[int, int], mast: float = 30.0, known: bool = True) -> MicrowaveHops:
    ends, flags = np.array(pairs, dtype=np.int64).reshape(-1, 2), np.full(len(pairs), known)
    return MicrowaveHops(ends, np.full((len(pairs), 2), mast), flags, flags)


def test_sites_in_a_row_share_the_trunk_and_each_pays_its_own_part() -> None:
    found = backhaul(east(10, 20, 30), NODE, FIBRE_ONLY, RULE)
    assert found.kind == ("fibre",) * 3
    assert found.parent.tolist() == [-1, 0, 1]
    assert found.route_km == pytest.approx([14.0] * 3, rel=2e-3)
    assert found.fibre_km == pytest.approx(found.routes[:, 4].sum())
    assert found.total == pytest.approx(30_000 * found.fibre_km + 60_000)
    assert found.bound <= found.total + 1e-6
    assert "fibre_shared_trunk" in found.reason[0]
    assert "fibre_only_way" in found.reason[2]


def test_a_far_site_goes_by_satellite_and_a_near_one_by_fibre() -> None:
    prices = replace(FIBRE_ONLY, satellite=500_000)
    found = backhaul(east(2, 40), NODE, prices, RULE)
    assert found.kind == ("fibre", "satellite")
    assert found.reason[1] == ("terrain_unknown", "satellite_cheaper")
    assert found.cost[1] == 500_000


def test_hops_are_taken_where_clear_and_relayed_over_other_sites() -> None:
    prices = replace(FIBRE_ONLY, satellite=900_000)
    # Places: sites 0, 1, 2, then the node, 3.
    hops = hops_between((0, 3), (0, 1), (1, 2), mast=40.0)
    found = backhaul(east(25, 50, 75), NODE, prices, RULE, hops=hops)
    assert found.kind == ("microwave",) * 3
    assert found.parent.tolist() == [-1, 0, 1]
    assert found.node.tolist() == [0, -1, -1]
    assert found.hops.tolist() == [1, 2, 3]
    assert found.mast_m.tolist() == [40.0] * 3
    # Each mast is raised once: the second hop on it pays for its other end alone.
    assert found.raised_m.tolist() == [20.0, 10.0, 10.0]
    assert found.cost == pytest.approx(150_000 + 4_000 * found.raised_m)
    short = backhaul(east(25, 50, 75), NODE, prices, replace(RULE, max_hops=2), hops=hops)
    assert short.kind[2] == "satellite"


def test_blocked_and_unknown_terrain_are_told_apart() -> None:
    prices = replace(FIBRE_ONLY, satellite=500_000)
    blocked = backhaul(east(40), NODE, prices, RULE, hops=hops_between())
    assert blocked.reason[0] == ("no_clear_hop", "satellite_cheaper")
    void = backhaul(east(40), NODE, prices, RULE, hops=hops_between((0, 1), known=False))
    assert void.reason[0] == ("terrain_unknown", "satellite_cheaper")


def test_without_fibre_nodes_there_is_satellite_or_nothing() -> None:
    none = backhaul(east(10, 20), ([], []), FIBRE_ONLY, RULE)
    assert none.kind == ("none", "none")
    assert none.reason[0] == ("fibre_out_of_reach", "terrain_unknown", "nothing_feasible")
    assert none.total == 0
    by_air = backhaul(east(10, 20), ([], []), replace(FIBRE_ONLY, satellite=1.0), RULE)
    assert by_air.kind == ("satellite", "satellite")
    assert len(backhaul(([], []), NODE, FIBRE_ONLY, RULE).kind) == 0


def test_fibre_follows_a_road_where_that_is_shorter_than_the_factor() -> None:
    road = shapely.LineString(np.column_stack(east(0, 5, 10, 15, 20)))
    found = backhaul(east(20), NODE, FIBRE_ONLY, RULE, roads=[road])
    assert found.fibre_km == pytest.approx(20, rel=2e-3)
    away = shapely.LineString([(100.0, 26.0), (101.0, 26.0)])
    assert backhaul(east(20), NODE, FIBRE_ONLY, RULE, roads=[away]).fibre_km == pytest.approx(
        28, rel=2e-3
    )


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_backhaul_is_never_dearer_than_one_kind_for_all_and_chains_end_at_the_fibre(
    seed: int,
) -> None:
    chance = np.random.default_rng(seed)
    n, m = int(chance.integers(1, 12)), int(chance.integers(1, 3))
    lon, lat = 100 + chance.random(n + m) * 0.4, 25 + chance.random(n + m) * 0.4
    sites, nodes = (lon[:n], lat[:n]), (lon[n:], lat[n:])
    pairs = hop_pairs(lon, lat, hop_km=20, neighbours=4)
    clear = chance.random(len(pairs)) < 0.5
    hops = MicrowaveHops(
        pairs, np.where(clear[:, None], [40.0, 40.0], np.nan), clear, np.ones(len(pairs), bool)
    )
    prices = replace(FIBRE_ONLY, satellite=float(chance.uniform(2e5, 1e6)))
    found = backhaul(sites, nodes, prices, RULE, hops=hops)
    alone = backhaul(sites, nodes, replace(prices, satellite=np.inf), RULE)
    assert found.total <= min(alone.total, n * prices.satellite) + 1e-6
    assert found.total == pytest.approx(found.cost.sum())
    masts = np.array([*found.mast_m, *[prices.base_mast_m] * m])
    used = found.node[(np.array(found.kind) == "microwave") & (found.node >= 0)]
    masts[n + used] = 40.0
    above = np.maximum(masts - prices.base_mast_m, 0.0).sum()
    assert found.raised_m.sum() == pytest.approx(above)
    assert found.routes[:, 4].sum() == pytest.approx(found.fibre_km)
    for site in range(n):
        at, steps = site, 0
        while found.parent[at] >= 0:
            at, steps = int(found.parent[at]), steps + 1
            assert steps <= n
            assert found.kind[at] in ("fibre", "microwave")
        assert found.hops[site] <= RULE.max_hops


@pytest.mark.parametrize(
    ("sites", "prices", "rule", "hops", "fault"),
    [
        (([np.nan], [25.0]), FIBRE_ONLY, RULE, None, RangeError),
        (east(1), replace(FIBRE_ONLY, hop=-1), RULE, None, RangeError),
        (east(1), replace(FIBRE_ONLY, fibre_per_km=np.inf), RULE, None, RangeError),
        (east(1), replace(FIBRE_ONLY, satellite=np.nan), RULE, None, RangeError),
        (east(1), FIBRE_ONLY, replace(RULE, route_factor=0.9), None, RangeError),
        (east(1), FIBRE_ONLY, replace(RULE, max_hops=-1), None, RangeError),
        (east(1), FIBRE_ONLY, RULE, hops_between((0, 9)), InputError),
    ],
)
def test_bad_backhaul_is_told(sites, prices, rule, hops, fault: type) -> None:
    with pytest.raises(fault):
        backhaul(sites, NODE, prices, rule, hops=hops)


def crossing_roads(bends: int, seed: int = 4) -> list[shapely.LineString]:
    """Return a grid of crooked roads with many bends between their crossings."""
    draw = np.random.default_rng(seed)
    ticks = np.linspace(0, 0.5, 6 * bends + 1)
    roads = []
    for across in np.linspace(0, 0.5, 7):
        shift = draw.normal(0, 0.0003, len(ticks)) * (np.arange(len(ticks)) % bends != 0)
        roads.append(shapely.LineString(np.column_stack([100 + ticks, 25 + across + shift])))
        shift = draw.normal(0, 0.0003, len(ticks)) * (np.arange(len(ticks)) % bends != 0)
        roads.append(shapely.LineString(np.column_stack([100 + across + shift, 25 + ticks])))
    return roads


def test_bends_are_no_choice_and_are_drawn_all_the_same() -> None:
    draw = np.random.default_rng(1)
    sites = 100 + draw.uniform(0, 0.5, 9), 25 + draw.uniform(0, 0.5, 9)
    roads = crossing_roads(40)
    graph = route_graph(sites, (NODE[0], NODE[1]), factor=1.4, neighbours=4, roads=roads)
    vertices = len(np.unique(graph.ends))
    assert vertices < 49 + 3 * 10 + 20
    assert graph.km == pytest.approx(
        [graph.piece_km[i:j].sum() for i, j in itertools.pairwise(graph.start)]
    )
    # The cheapest way between any two vertices is that of the graph with every bend.
    tree = graph.tree(np.arange(9))
    pieces = graph.drawn(np.array(tree.edges))
    assert pieces[:, 4].sum() == pytest.approx(tree.cost)
    found = backhaul(sites, NODE, FIBRE_ONLY, RULE, roads=roads)
    lines = shapely.linestrings(found.routes[:, :4].reshape(-1, 2, 2))
    on = shapely.dwithin(shapely.MultiLineString(roads), shapely.line_interpolate_point(
        lines, 0.5, normalized=True), 1e-6)  # fmt: skip
    length = found.routes[:, 4]
    assert length[on].sum() > 0.5 * length.sum()
    split = [shapely.LineString(pair) for road in roads for pair in itertools.pairwise(road.coords)]
    apart = backhaul(sites, NODE, FIBRE_ONLY, RULE, roads=split)
    assert apart.total == pytest.approx(found.total)


def test_circles_dead_ends_and_double_roads_bring_nothing() -> None:
    road = shapely.LineString(np.column_stack(east(0, 5, 10, 15, 20)))
    ring = shapely.LineString([(101, 26), (101.1, 26), (101.1, 26.1), (101, 26)])
    loop = shapely.LineString([road.coords[2], (100.1, 25.1), (100.2, 25.1), road.coords[2]])
    more = [road, ring, loop, road, shapely.LineString([road.coords[1], (100.05, 25.2)])]
    plain, crowded = (backhaul(east(20), NODE, FIBRE_ONLY, RULE, roads=r) for r in ([road], more))
    assert crowded.total == pytest.approx(plain.total)
    assert crowded.fibre_km == pytest.approx(plain.fibre_km)

"""Backhaul of the chosen sites: fibre, microwave or satellite, with the reason of each choice.

Links are chosen by the money of the goal: what is paid to build, unless the settings ask for the
present value over the years of operation (replacements, operation, rents). A satellite is cheap to
build and dear to rent: only a site that is far from the fibre over those years may have one, so
that the budget to build does not choose what is paid in all years. Existing sites already have
backhaul, so new sites may connect to them as to a fibre node.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.earth.terrain import profiles
from geo.links.backhaul import Backhaul, BackhaulPrices, BackhaulRule, backhaul
from geo.links.microwave import MicrowaveHops, hop_pairs, solve_masts
from geo.links.microwave_budget import HopEquipment, longest_km
from planning.elevation import Terrain, terrain_of
from planning.plan.candidates import lines_of
from planning.plan.life_cycle_cost import goal_money, present_value
from planning.plan.routes import empty_routes, routes_of
from planning.plan.unit_costs import UnitPrices

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Cost that excludes fibre where the settings do not allow it [currency per km].
_NEVER = 1e12
#: Nearest sites and nodes to which a hop is tried.
_HOP_NEIGHBOURS = 12
#: Places up to which all pairs of them are looked at for the bound.
_FEW_PLACES = 120
SHARED = "shared"
_NOTHING = np.zeros(0, dtype=bool)
NO_HOPS = MicrowaveHops(np.zeros((0, 2), dtype=np.int64), np.zeros((0, 2)), _NOTHING, _NOTHING)


@dataclass(frozen=True, eq=False)
class Joined:
    """Backhaul of the chosen sites.

    Attributes
    ----------
    backhaul
        (n,) ``fibre``, ``microwave``, ``satellite``, ``none`` or ``shared``.
    reasons
        (n,) codes of :mod:`geo.links.backhaul`, joined by ``;``.
    parent
        (n,) number of the site that carries a site's backhaul, −1 for none.
    quantities
        Item → (n,) quantity of backhaul per site [unit of the item].
    routes
        One row per line, :data:`planning.plan.routes.ROUTE_COLUMNS`.
    """

    backhaul: NDArray[np.object_]
    reasons: NDArray[np.object_]
    parent: Ints
    quantities: Mapping[str, Floats]
    routes: gpd.GeoDataFrame


def unjoined(sites: pd.DataFrame) -> Joined:
    """Return sites without backhaul, for a plan that only selects sites.

    Parameters
    ----------
    sites
        (n, …) rows of the candidate table that are built.

    Returns
    -------
    joined
        Empty kinds and reasons, no routes, 0 km of fibre.
    """
    n = len(sites)
    blank = np.full(n, "", dtype=object)
    nothing = {"fibre_rural": np.zeros(n)}
    return Joined(blank, blank, np.full(n, -1), nothing, empty_routes())


def join(pack: Pack, scenario: Scenario, sites: pd.DataFrame, rates: UnitPrices) -> Joined:
    """Connect sites to the fibre at least cost in the money of the goal.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    sites
        (n, …) rows of the candidate table that are built.
    rates
        Unit costs in force.

    Returns
    -------
    joined
        Kind, reason, parent, quantities and routes of each site's backhaul.
    """
    stands = sites["existing_site"].to_numpy(bool)
    new = np.flatnonzero(~stands)
    nodes = _nodes(pack, sites[stands])
    found = _backhaul(pack, scenario, (sites.iloc[new], nodes), rates)
    kind = _kinds(scenario, found)
    n = len(sites)
    parent = np.full(n, -1)
    parent[new] = np.where(found.parent >= 0, np.append(new, -1)[found.parent], -1)
    words = np.full(n, SHARED, dtype=object)
    words[new] = kind
    reasons = np.full(n, "existing_site", dtype=object)
    reasons[new] = [";".join(why) for why in found.reason]
    spread = {}
    for item, number in _taken(found, kind).items():
        spread[item] = np.zeros(n)
        spread[item][new] = number
    routes = routes_of((sites.iloc[new], nodes), found, kind)
    return Joined(words, reasons, parent, spread, routes)


def link_prices(scenario: Scenario, rates: UnitPrices) -> BackhaulPrices:
    """Return the prices of backhaul in the money of the goal.

    A site is far, and may have another kind than fibre, where a satellite costs less over the
    years of operation than fibre for the site alone.

    Parameters
    ----------
    scenario
        The scenario whose settings apply.
    rates
        Unit costs in force.

    Returns
    -------
    prices
        Price per unit of each kind [currency]; kinds that the settings exclude cost 1e12 per km
        (fibre) or infinity (satellite).
    """
    settings = scenario.plan
    kinds, years = settings.links.backhaul, settings.money.operation_years

    def value(*items: str) -> float:
        return present_value(dict.fromkeys(items, 1.0), years, rates)

    def money(*items: str) -> float:
        return float(goal_money(dict.fromkeys(items, np.ones(1)), settings, rates)[0])

    per_km = ("fibre_rural", "opex_fibre")
    satellite = ("satellite_terminal", "satellite_capacity", "opex_satellite")
    fibre = "fibre" in kinds
    saved = value(*satellite) - value("fibre_terminal")
    return BackhaulPrices(
        fibre_per_km=money(*per_km) if fibre else _NEVER,
        fibre_terminal=money("fibre_terminal"),
        hop=money("microwave_hop", "opex_microwave"),
        mast_per_m=money("mast_height"),
        satellite=money(*satellite) if "satellite" in kinds else np.inf,
        base_mast_m=settings.antenna_height_m,
        far_km=max(saved, 0.0) / value(*per_km) if fibre else 0.0,
    )


def _nodes(pack: Pack, standing: pd.DataFrame) -> pd.DataFrame:
    """Return the places that have backhaul: fibre nodes and existing sites."""
    nodes = pack.table("fibre_nodes")[["node_id", "lon", "lat", "evidence"]]
    own = standing.rename(columns={"candidate_id": "node_id"})[
        ["node_id", "lon", "lat", "evidence"]
    ]
    return pd.concat([nodes, own], ignore_index=True) if len(own) else nodes


def _backhaul(
    pack: Pack, scenario: Scenario, places: tuple[pd.DataFrame, pd.DataFrame], rates: UnitPrices
) -> Backhaul:
    sites, nodes = places
    links = scenario.plan.links
    ends = [(frame["lon"].to_numpy(float), frame["lat"].to_numpy(float)) for frame in places]
    hops = None
    if len(sites) and has_hops(pack, scenario):
        terrain = terrain_of(pack, scenario)
        hops = _hops(terrain, _ends(sites, nodes), len(sites), scenario.plan)
    return backhaul(
        ends[0], ends[1], link_prices(scenario, rates),
        BackhaulRule(route_factor=rates.route_factor, max_hops=links.hops),
        hops=hops,
        roads=lines_of(pack, "roads"),
    )  # fmt: skip


def has_hops(pack: Pack, scenario: Scenario) -> bool:
    """Return whether microwave is offered: with an elevation model, or where sight is assumed.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.

    Returns
    -------
    offered
        True if it is.
    """
    links = scenario.plan.links
    if "microwave" not in links.backhaul:
        return False
    return links.assume_sight or terrain_of(pack, scenario) is not None


def least_hop(pack: Pack, scenario: Scenario, sites: pd.DataFrame, rates: UnitPrices) -> Floats:
    """Return the least that a microwave hop of each site costs in any plan.

    That is a hop with the rise of the site's own mast. Where there are too many pairs of places to
    look at, each place on the terrain counts as seeing one.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    sites
        (n, …) rows of the candidate table.
    rates
        Unit costs in force.

    Returns
    -------
    money
        (n,) cost [currency]; infinite where no hop is possible.
    """
    least = np.full(len(sites), np.inf)
    if not has_hops(pack, scenario):
        return least
    prices, terrain = link_prices(scenario, rates), terrain_of(pack, scenario)
    lon, lat = _ends(sites, _nodes(pack, sites.iloc[:0]))
    on = np.ones(len(lon), dtype=bool)
    if terrain is not None:
        west, south, east, north = terrain.bounds
        on = (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
    inside = np.flatnonzero(on)
    own = int((inside < len(sites)).sum())
    if len(inside) > _FEW_PLACES:
        least[inside[:own]] = prices.hop
        return least
    hops = _hops(terrain, (lon[inside], lat[inside]), own, scenario.plan, neighbours=len(inside))
    rise = prices.mast_per_m * np.maximum(hops.mast_m - prices.base_mast_m, 0.0)
    for end in (0, 1):
        at, money = inside[hops.pairs[hops.clear, end]], prices.hop + rise[hops.clear, end]
        new = at < len(sites)
        np.minimum.at(least, at[new], money[new])
    return least


def _ends(sites: pd.DataFrame, nodes: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes of sites, then of nodes."""
    lon, lat = (np.concatenate([sites[c], nodes[c]]).astype(float) for c in ("lon", "lat"))
    return lon, lat


def _hops(
    terrain: Terrain | None, places: tuple[Floats, Floats], sites: int, settings: PlanSettings,
    *, neighbours: int = _HOP_NEIGHBOURS,
) -> MicrowaveHops:  # fmt: skip
    """Compute mast heights of all hops between near places, one terrain tile at a time.

    The first places are sites, the others nodes. Without terrain the masts are those of the sites.
    """
    links, (lon, lat) = settings.links, places
    hop = HopEquipment(
        frequency_GHz=links.hop_GHz, rain_mm_h=links.rain_mm_h,
        unavailable_percent=links.unavailable_percent,
    )  # fmt: skip
    hop_km = longest_km(hop, most_km=links.hop_km)
    if hop_km <= 0:
        return NO_HOPS
    pairs = hop_pairs(lon, lat, hop_km=hop_km, neighbours=neighbours)
    # Two nodes need no hop: both have fibre.
    pairs = pairs[pairs[:, 0] < sites]
    if terrain is None:
        clear = np.ones(len(pairs), dtype=bool)
        masts = np.full((len(pairs), 2), settings.antenna_height_m)
        return MicrowaveHops(pairs, masts, clear, clear)
    tile = np.floor(lat[pairs[:, 0]]) * 1000 + np.floor(lon[pairs[:, 0]])
    parts = []
    for name in np.unique(tile):
        of = pairs[tile == name]
        a, b = of.T
        grid = terrain.around(lon[of].ravel(), lat[of].ravel(), 1_000.0)
        paths = profiles(grid, lon[a], lat[a], lon[b], lat[b])
        parts.append(solve_masts(of, paths, frequency_GHz=links.hop_GHz))
    if not parts:
        return NO_HOPS
    return MicrowaveHops(
        np.concatenate([part.pairs for part in parts]),
        np.concatenate([part.mast_m for part in parts]),
        np.concatenate([part.clear for part in parts]),
        np.concatenate([part.known for part in parts]),
    )


def _kinds(scenario: Scenario, found: Backhaul) -> NDArray[np.object_]:
    """Return the kinds; fibre that needs a route is ``none`` where fibre is not allowed."""
    kinds = np.array(found.kind, dtype=object)
    if "fibre" not in scenario.plan.links.backhaul:
        kinds[(kinds == "fibre") & (found.route_km > 0)] = "none"
    return kinds


def _taken(found: Backhaul, kind: NDArray[np.object_]) -> dict[str, Floats]:
    """Return the quantities of backhaul per site."""
    fibre, microwave, satellite = (
        (kind == name).astype(float) for name in ("fibre", "microwave", "satellite")
    )
    fibre_km = fibre * found.route_km
    return {
        "fibre_rural": fibre_km, "fibre_terminal": fibre, "opex_fibre": fibre_km,
        "microwave_hop": microwave, "mast_height": microwave * found.raised_m,
        "opex_microwave": microwave,
        "satellite_terminal": satellite, "satellite_capacity": satellite,
        "opex_satellite": satellite,
    }  # fmt: skip

"""Predicted level of sites on the cells of the elevation model around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rasterio.features import geometry_mask
from rasterio.transform import from_origin

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.errors import InputError, UnknownNameError
from geo.radio.area_prediction import AreaPrediction, area
from planning.coverage.prediction import (
    CoverageOrder,
    Network,
    every_network,
    require_terrain,
    some_of,
)

SHARE_COLUMNS = (
    "adcode", "name_zh", "name_en", "level", "area_km2", "covered_km2", "below_km2", "unknown_km2",
    "covered_share",
)  # fmt: skip
#: What a cell can be.
MASKS = ("covered", "below", "unknown")
#: Most cells of one prediction: some 20 s on two cores.
MAX_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Raster:
    """Centre of the first cell and steps [°], northernmost row first."""

    west: float
    north: float
    step_lon: float
    step_lat: float


def area_prediction(  # noqa: PLR0913  the two callbacks are options
    pack: Pack,
    scenario: Scenario,
    sites: Sequence[str],
    order: CoverageOrder,
    radius_m: float,
    *,
    progress: Callable[[float], None] = lambda _share: None,
    cancel: Callable[[], bool] = lambda: False,
) -> AreaPrediction:
    """Return the strongest level around sites; ``server`` is the position in ``sites``.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    sites
        Ids of existing sites, and numbers "1", "2" … of the scenario's own, all of one preset.
    order
        Preset, limit and scope of the prediction.
    radius_m
        Radius of the prediction around each site [m].
    progress
        Called with the share done, 0–1.
    cancel
        Polled often; True raises :class:`geo.radio.prediction.Cancelled`.

    Returns
    -------
    area
        Level [dBm] and serving site per cell of the elevation model.

    Raises
    ------
    InputError
        If no elevation model is in force, sites have different presets, or the area is too large.
    UnknownNameError
        If a site is unknown or disabled.
    RangeError
        If the radius is outside its range.
    """
    terrain = require_terrain(pack, scenario)
    network = _chosen(every_network(pack, scenario, order), sites)
    own = network.stations
    grid = terrain.around(own.lon, own.lat, radius_m)
    cells = len(own) * np.pi * (radius_m / grid.spacing_m) ** 2
    if cells > MAX_CELLS:
        raise InputError(
            "area.many_cells", sites=len(own), radius_km=radius_m / 1000, cells=cells,
            most=MAX_CELLS,
        )  # fmt: skip
    return area(grid, own, network.carrier, radius_m, progress=progress, cancel=cancel)


def area_shares(pack: Pack, drawn: AreaPrediction, level: str, limit_dBm: float) -> pd.DataFrame:
    """Return the area of each region that the sites cover.

    A cell belongs to the region that contains its centre.

    Parameters
    ----------
    pack
        The province's tables in force.
    drawn
        Prediction from :func:`area_prediction`.
    level
        ``province``, ``prefecture`` or ``county``.
    limit_dBm
        Median level from which a cell counts as covered [dBm].

    Returns
    -------
    table
        :data:`SHARE_COLUMNS` of each region with a cell in reach, by code: areas on the ellipsoid
        [km²]; ``covered_share`` is the share (0–1) of the whole region, in reach of the sites or
        not.
    """
    reached = np.isfinite(drawn.rsrp_dBm)
    covered = reached & (drawn.rsrp_dBm >= limit_dBm)
    raster = Raster(drawn.west, drawn.north, drawn.step_lon, drawn.step_lat)
    masks = (covered, reached & ~covered, ~drawn.known)
    return region_shares(pack, raster, dict(zip(MASKS, masks, strict=True)), level)


def region_shares(
    pack: Pack, raster: Raster, masks: Mapping[str, NDArray[np.bool_]], level: str
) -> pd.DataFrame:
    """Return the area of each region that is covered, below the limit, and unknown.

    Parameters
    ----------
    pack
        The province's tables in force.
    raster
        Where the cells lie.
    masks
        (rows, columns) cells of each of :data:`MASKS`.
    level
        ``province``, ``prefecture`` or ``county``.

    Returns
    -------
    table
        :data:`SHARE_COLUMNS` of each region with such a cell, by code.
    """
    regions = pack.geo("regions")
    regions = regions[regions["level"] == level].sort_values("adcode")
    rows, columns = masks[MASKS[0]].shape
    lon = raster.west + raster.step_lon * np.arange(columns)
    lat = np.asarray(raster.north - raster.step_lat * np.arange(rows), dtype=float)
    cell_km2 = _cell_km2(lat, raster)
    found = []
    for region in regions.itertuples(index=False):
        west, south, east, north = region.geometry.bounds
        tall = np.flatnonzero((lat >= south) & (lat <= north))
        broad = np.flatnonzero((lon >= west) & (lon <= east))
        if not tall.size or not broad.size:
            continue
        part = np.s_[tall[0] : tall[-1] + 1, broad[0] : broad[-1] + 1]
        if not any(mask[part].any() for mask in masks.values()):
            continue
        corner = (lon[broad[0]] - raster.step_lon / 2, lat[tall[0]] + raster.step_lat / 2)
        inside = geometry_mask(
            [region.geometry], (len(tall), len(broad)),
            from_origin(*corner, raster.step_lon, raster.step_lat), invert=True,
        )  # fmt: skip
        areas = [
            float(np.count_nonzero(inside & masks[name][part], axis=1) @ cell_km2[tall])
            for name in MASKS
        ]
        if sum(areas):
            whole = float(region.area_km2)
            found.append((region.adcode, region.name_zh, region.name_en, level, whole, *areas,
                          areas[0] / whole))  # fmt: skip
    return pd.DataFrame(found, columns=list(SHARE_COLUMNS))


def _cell_km2(lat: NDArray[np.float64], drawn: Raster) -> NDArray[np.float64]:
    """Return the area of a cell at each latitude, from the radii of curvature of WGS84 [km²]."""
    a_km, e2 = 6_378.137, 0.006_694_379_990_141_316
    w2 = 1.0 - e2 * np.sin(np.radians(lat)) ** 2
    meridian, normal = a_km * (1.0 - e2) / w2**1.5, a_km / np.sqrt(w2)
    tall, broad = np.radians(drawn.step_lat), np.radians(drawn.step_lon)
    cells = meridian * tall * normal * np.cos(np.radians(lat)) * broad
    return np.asarray(cells, dtype=float)


def _chosen(networks: Sequence[Network], sites: Sequence[str]) -> Network:
    """Return the sites as one network, in the given order."""
    if not sites:
        raise InputError("area.no_site")
    found = {str(site): (network, row) for network in networks
             for row, site in enumerate(network.ids)}  # fmt: skip
    for site in sites:
        if site not in found:
            raise UnknownNameError("site", site, list(found)[:20], where="area")
    carriers = {id(found[site][0]): found[site][0] for site in sites}
    if len(carriers) > 1:
        raise InputError("area.presets")
    network = next(iter(carriers.values()))
    rows = np.array([found[site][1] for site in sites])
    return replace(network, ids=network.ids[rows], stations=some_of(network.stations, rows))

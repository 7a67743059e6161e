"""Effect of planned sites: villages newly covered, before and after, per region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.scenario.presets import preset
from data.scenario.scenario import PlannedSite, Scenario
from data.tables.reader import Pack
from data.wording.catalogue import Bilingual, Message
from geo.earth.crs import geodesic_m
from geo.errors import RangeError
from geo.evidence import weakest
from layers.base import Layer, Metric
from layers.villages import MIN_HOUSEHOLDS, VILLAGE_COLUMNS, village_table
from planning.coverage.prediction import has_radio, planned_paths
from planning.elevation import Terrain, terrain_of
from planning.technology import serving

EFFECT_COLUMNS = (
    "adcode", "name_zh", "name_en", "level", "villages", "households",
    "villages_before", "villages_after", "households_before", "households_after",
    "villages_unknown", "evidence",
)  # fmt: skip


#: Villages within this distance of a planned site that remain uncovered are listed [m].
MISSED_M = 15_000.0
#: Columns of a path over terrain.
RADIO_COLUMNS = ("rsrp_dBm", "line_of_sight", "reason", "ridge_km", "ridge_m")
Basis = Literal["circle", "terrain", "mixed"]


@dataclass(frozen=True)
class Effect:
    """Effect of the enabled sites on the village table in force.

    Attributes
    ----------
    gained
        Villages newly covered, with :data:`~layers.villages.VILLAGE_COLUMNS`, ``site`` (number of
        the serving planned site, from 1), ``distance_m`` to it, and over terrain ``rsrp_dBm``,
        ``line_of_sight`` and ``reason``; the last three are empty for a circle.
    regions
        :data:`EFFECT_COLUMNS` per region, counting villages of 20 or more households.
    missed
        Over terrain, villages without 4G within :data:`MISSED_M` of an enabled site that remain
        uncovered, nearest first, with the same columns and the blocking ridge (``ridge_km`` from
        the site, ``ridge_m`` above sea level); empty for circles.
    basis
        ``terrain``, ``circle``, or ``mixed`` where there are a counting rule and radio presets.
    """

    gained: pd.DataFrame
    regions: pd.DataFrame
    missed: pd.DataFrame
    basis: Basis

    @property
    def villages(self) -> int:
        """Number of villages newly covered."""
        return len(self.gained)

    @property
    def households(self) -> int:
        """Number of households in the villages newly covered."""
        return int(self.gained["households"].sum())

    @property
    def unknown(self) -> int:
        """Number of villages near a site that are outside the elevation model."""
        return int((self.missed["reason"] == "outside_model").sum())


def effect(
    pack: Pack,
    sites: Sequence[PlannedSite],
    *,
    level: str = "prefecture",
    terrain: Terrain | None = None,
    five_g_counts_as_4g: bool = False,
    as_of: str = "",
) -> Effect:
    """Return the effect of the enabled sites.

    A village without 4G counts as covered if its median level is at or above −105 dBm, the level
    to which the presets' radii correspond. Over terrain ITU-R P.1812 gives the level. Without an
    elevation model the village must lie within the preset's radius along the geodesic: a circle,
    which errs in both directions in mountains and is labelled as such. A counting rule (5 km) is
    always a circle.

    Parameters
    ----------
    pack
        The province's tables in force.
    sites
        Planned sites of a scenario.
    level
        ``province``, ``prefecture`` or ``county``.
    terrain
        Elevation model from :func:`planning.elevation.terrain_of`; None for circles.
    five_g_counts_as_4g
        Whether 5G sites cover villages without 4G too; without, they cover none.
    as_of
        As in :func:`layers.villages.states_in_force`.

    Returns
    -------
    effect
        Villages newly covered and still uncovered, and regions before and after.

    Raises
    ------
    RangeError
        If a site is outside the province.
    """
    counties_of(pack, sites)
    counted = serving(sites, "4G", five_g_counts_as_4g=five_g_counts_as_4g)
    known = (pack.digest_of("natural_villages"), as_of or pack.default_as_of)
    villages, missing = _villages(pack, *known), _missing(pack, *known)
    over = [terrain is not None and has_radio(site.preset) for site in counted]
    number, metres = _nearest_site(villages, missing, counted, over)
    rows = villages.iloc[missing].reset_index(drop=True)
    rows["site"], rows["distance_m"] = number, np.round(metres)
    rows = rows.assign(**dict.fromkeys(RADIO_COLUMNS))
    if terrain is not None and any(over):
        rows = _over_terrain(rows, terrain, counted, over)
    hit = (rows["site"] > 0).to_numpy()
    gained = rows[hit].drop(columns=["ridge_km", "ridge_m"]).reset_index(drop=True)
    near = ~hit & rows["reason"].notna().to_numpy()
    missed = rows[near].sort_values("distance_m", kind="stable", ignore_index=True)
    used = {o for o, site in zip(over, sites, strict=True) if site.enabled}
    basis: Basis = "mixed" if len(used) > 1 else "terrain" if used == {True} else "circle"
    return Effect(gained, _per_region(_before(pack, *known, level), gained, level, pack.adcode),
                  missed, basis)  # fmt: skip


def counties_of(pack: Pack, sites: Sequence[PlannedSite]) -> list[str]:
    """Return the county of each site.

    Parameters
    ----------
    pack
        The province's tables in force.
    sites
        Planned sites of a scenario.

    Returns
    -------
    counties
        adcode per site.

    Raises
    ------
    RangeError
        If a site is outside the province; the error points out swapped coordinates.
    """
    codes, tree = _county_index(pack, pack.digest_of("regions"))
    result = []
    for site in sites:
        hits = tree.query(shapely.Point(site.lon, site.lat), predicate="intersects")
        if not len(hits):
            raise RangeError(
                Message(
                    "position.outside",
                    {
                        "lat": site.lat,
                        "lon": site.lon,
                        "province": Bilingual(pack.meta["name_zh"], pack.meta["name_en"]),
                    },
                ),
                repair=_swap_hint(tree, site) or Message("position.outside_repair"),
            )
        result.append(str(codes[int(hits.min())]))
    return result


def planned_units(
    pack: Pack, scenario: Scenario, layer: Layer, metric: Metric, level: str
) -> NDArray[np.float64]:
    """Return the units of a metric that the scenario's enabled sites add per region.

    ``planned`` of the metric selects the count: each site of the layer's presets as one unit, or
    the villages that sites of the metric's technology newly cover.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario with its sites.
    layer
        Layer of the metric.
    metric
        Metric whose units are counted.
    level
        ``province``, ``prefecture`` or ``county``.

    Returns
    -------
    units
        (n,) units in the order of the level's regions; 0 where the metric counts no sites.
    """
    codes = pack.regions(level)["adcode"].tolist()
    if metric.planned == "villages":
        option = scenario.five_g_counts_as_4g
        serve = serving(scenario.sites, metric.technology, five_g_counts_as_4g=option)
        table = effect(
            pack, serve, level=level, terrain=terrain_of(pack, scenario),
            five_g_counts_as_4g=option, as_of=scenario.day,
        ).regions  # fmt: skip
        return np.asarray(table["villages_after"] - table["villages_before"], dtype=float)
    own = layer.presets if metric.planned == "sites" else ()
    sites = [site for site in scenario.sites if site.enabled and site.preset in own]
    places = pd.Series(counties_of(pack, sites), dtype=str)
    counts = places.map(_ancestor(pack, level)).value_counts()
    return np.asarray(counts.reindex(codes, fill_value=0), dtype=float)


def _over_terrain(
    rows: pd.DataFrame, terrain: Terrain, sites: Sequence[PlannedSite], over: Sequence[bool]
) -> pd.DataFrame:
    """Return the villages with level and reason over terrain, and the serving site."""
    wanted = [s if o else s.model_copy(update={"enabled": False})
              for s, o in zip(sites, over, strict=True)]  # fmt: skip
    found, served = planned_paths(
        rows["lon"].to_numpy(float), rows["lat"].to_numpy(float), terrain, wanted, MISSED_M
    )
    open_ = (found["reason"] != "no_site").to_numpy() & (rows["site"] == 0).to_numpy()
    filled = rows.copy()
    for column in (*RADIO_COLUMNS, "distance_m"):
        known, before = found[column].to_numpy(object), rows[column].to_numpy(object)
        filled[column] = np.where(open_, known, before)
    filled["distance_m"] = filled["distance_m"].astype(float)
    covered = open_ & (found["state"] == "covered").to_numpy()
    filled["site"] = np.where(covered, served, rows["site"].to_numpy())
    return filled


def _nearest_site(
    villages: pd.DataFrame,
    index: NDArray[np.int64],
    sites: Sequence[PlannedSite],
    over: Sequence[bool],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return for each village the number of the nearest site whose circle holds it (0: none), [m].

    Sites with a prediction ``over`` terrain have no circle.
    """
    number = np.zeros(len(index), dtype=np.int64)
    best = np.full(len(index), np.inf)
    lon, lat = (villages[c].to_numpy(float)[index] for c in ("lon", "lat"))
    for i, site in enumerate(sites, start=1):
        if not site.enabled or over[i - 1]:
            continue
        radius = preset(site.preset).radius_m
        near = np.abs(lat - site.lat) <= radius / 110_000.0
        metres = np.full(len(index), np.inf)
        metres[near] = geodesic_m(lon[near], lat[near], site.lon, site.lat)
        better = (metres <= radius) & (metres < best)
        number[better], best[better] = i, metres[better]
    return number, best


def _per_region(
    before: pd.DataFrame, gained: pd.DataFrame, level: str, province: str
) -> pd.DataFrame:
    """Add the villages newly covered to the counts without planned sites."""
    table = before.copy()
    new = gained[gained["households"] >= MIN_HOUSEHOLDS]
    codes = table["adcode"].tolist()
    group = _group(new, level, province)
    for column, weight in (("villages", None), ("households", new["households"])):
        values = pd.Series(1, index=new.index) if weight is None else weight
        added = values.groupby(group).sum().reindex(codes, fill_value=0).to_numpy(np.int64)
        table[f"{column}_after"] = table[f"{column}_before"] + added
    return table[list(EFFECT_COLUMNS)]


@lru_cache(maxsize=8)
def _before(pack: Pack, identity: str, as_of: str, level: str) -> pd.DataFrame:
    """Return villages and households per region, all and with 4G, without planned sites."""
    villages = _villages(pack, identity, as_of)
    large = villages[villages["households"] >= MIN_HOUSEHOLDS]
    covered, unknown = (large["state"] == word for word in ("covered", "unknown"))
    counts = pd.DataFrame(
        {
            "villages": 1,
            "households": large["households"],
            "villages_before": covered.astype(np.int64),
            "households_before": large["households"].where(covered, 0),
            "villages_unknown": unknown.astype(np.int64),
        },
        index=large.index,
    )
    summed = counts.groupby(_group(large, level, pack.adcode)).sum()
    table = pack.regions(level)[["adcode", "name_zh", "name_en", "level"]].copy()
    tallies = summed.reindex(table["adcode"], fill_value=0).astype(np.int64)
    table[tallies.columns] = tallies.to_numpy()
    table["evidence"] = weakest(large["evidence"].unique()) if len(large) else "assumed"
    return table


def _group(villages: pd.DataFrame, level: str, province: str) -> NDArray[np.object_]:
    if level == "province":
        return np.full(len(villages), province, dtype=object)
    return villages[level].to_numpy(dtype=object)


def _ancestor(pack: Pack, level: str) -> dict[str, str]:
    counties = pack.regions("county")
    if level == "county":
        return dict(zip(counties["adcode"], counties["adcode"], strict=True))
    if level == "prefecture":
        return dict(zip(counties["adcode"], counties["parent"], strict=True))
    return dict.fromkeys(counties["adcode"], pack.adcode)


@lru_cache(maxsize=4)
def _villages(pack: Pack, _identity: str, as_of: str) -> pd.DataFrame:
    return village_table(pack, as_of=as_of)[list(VILLAGE_COLUMNS)]


@lru_cache(maxsize=4)
def _missing(pack: Pack, identity: str, as_of: str) -> NDArray[np.int64]:
    """Return the positions of the villages without 4G."""
    villages = _villages(pack, identity, as_of)
    return np.flatnonzero((villages["state"] == "uncovered").to_numpy())


@lru_cache(maxsize=4)
def _county_index(pack: Pack, _identity: str) -> tuple[NDArray[np.object_], shapely.STRtree]:
    regions: gpd.GeoDataFrame = pack.geo("regions")
    counties = regions[regions["level"] == "county"]
    shapes = counties.geometry.to_numpy()
    shapely.prepare(shapes)
    return counties["adcode"].to_numpy(dtype=object), shapely.STRtree(shapes)


def _swap_hint(tree: shapely.STRtree, site: PlannedSite) -> Message | None:
    swapped = shapely.Point(site.lat, site.lon)
    if len(tree.query(swapped, predicate="intersects")):
        return Message("position.swapped", {"lat": site.lon, "lon": site.lat})
    return None

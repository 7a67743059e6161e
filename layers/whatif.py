"""What a set of placed sites changes: villages newly reached, before and after, per region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.pack import Pack
from data.presets import preset
from data.scenario import PlannedSite, Scenario
from geo.crs import geodesic_m
from geo.errors import RangeError
from geo.evidence import weakest
from layers.villages import MIN_HOUSEHOLDS, VILLAGE_COLUMNS, village_table

EFFECT_COLUMNS = (
    "adcode", "name_zh", "name_en", "level", "villages", "households",
    "villages_before", "villages_after", "households_before", "households_after",
    "villages_unknown", "evidence",
)  # fmt: skip


@dataclass(frozen=True)
class Effect:
    """What the enabled sites change against the village table in force.

    Attributes
    ----------
    gained
        Villages newly reached, with :data:`~layers.villages.VILLAGE_COLUMNS`, ``site`` (number of
        the nearest placed site, from 1) and ``distance_m`` to it.
    regions
        :data:`EFFECT_COLUMNS` per region, counting villages of 20 or more households.
    """

    gained: pd.DataFrame
    regions: pd.DataFrame

    @property
    def villages(self) -> int:
        """Villages newly reached."""
        return len(self.gained)

    @property
    def households(self) -> int:
        """Households in the villages newly reached."""
        return int(self.gained["households"].sum())


def effect(pack: Pack, sites: Sequence[PlannedSite], *, level: str = "prefecture") -> Effect:
    """Return what the enabled sites change.

    A village without 4G counts as reached within the radius of a site's preset, 4G or 5G, measured
    along the geodesic. A circle, no terrain: wrong both ways in mountains, and labelled so.

    Raises
    ------
    RangeError
        If a site stands outside the province.
    """
    counties_of(pack, sites)
    villages = _villages(pack, pack.digest_of("natural_villages"))
    missing = _missing(pack, pack.digest_of("natural_villages"))
    number, metres = _nearest_site(villages, missing, sites)
    hit = number > 0
    gained = villages.iloc[missing[hit]].reset_index(drop=True)
    gained["site"] = number[hit]
    gained["distance_m"] = np.round(metres[hit])
    return Effect(gained, _per_region(pack, gained, level))


def counties_of(pack: Pack, sites: Sequence[PlannedSite]) -> list[str]:
    """Return the county of each site.

    Raises
    ------
    RangeError
        If a site stands outside the province; swapped coordinates are named as such.
    """
    codes, tree = _county_index(pack, pack.digest_of("regions"))
    result = []
    for site in sites:
        hits = tree.query(shapely.Point(site.lon, site.lat), predicate="intersects")
        if not len(hits):
            raise RangeError(
                f"{site.lat:g},{site.lon:g} lies outside {pack.meta['name_en']}",
                where="site",
                repair=_swap_hint(tree, site)
                or "give latitude, longitude of a place inside the province, or switch province",
            )
        result.append(str(codes[int(hits.min())]))
    return result


def planned_stations(
    pack: Pack, scenario: Scenario, layer_key: str, level: str
) -> NDArray[np.float64]:
    """Return how many units of a layer the scenario's enabled sites add per region.

    A site adds one base station of its preset's technology. To ``natural_villages`` a site with a
    4G preset adds the villages it newly reaches: that layer counts 4G. Other layers get nothing.
    """
    codes = pack.regions(level)["adcode"].tolist()
    if layer_key == "natural_villages":
        with_4g = _of_layer(scenario, "mobile_4g")
        table = effect(pack, with_4g, level=level).regions
        return np.asarray(table["villages_after"] - table["villages_before"], dtype=float)
    places = pd.Series(counties_of(pack, _of_layer(scenario, layer_key)), dtype=str)
    counts = places.map(_ancestor(pack, level)).value_counts()
    return np.asarray(counts.reindex(codes, fill_value=0), dtype=float)


def _of_layer(scenario: Scenario, layer_key: str) -> list[PlannedSite]:
    return [s for s in scenario.sites if s.enabled and preset(s.preset).layer == layer_key]


def _nearest_site(
    villages: pd.DataFrame, index: NDArray[np.int64], sites: Sequence[PlannedSite]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return for each village the number of the nearest site that reaches it (0: none) and [m]."""
    number = np.zeros(len(index), dtype=np.int64)
    best = np.full(len(index), np.inf)
    lon, lat = (villages[c].to_numpy(float)[index] for c in ("lon", "lat"))
    for i, site in enumerate(sites, start=1):
        if not site.enabled:
            continue
        radius = preset(site.preset).radius_m
        near = np.abs(lat - site.lat) <= radius / 110_000.0
        metres = np.full(len(index), np.inf)
        metres[near] = geodesic_m(lon[near], lat[near], site.lon, site.lat)
        better = (metres <= radius) & (metres < best)
        number[better], best[better] = i, metres[better]
    return number, best


def _per_region(pack: Pack, gained: pd.DataFrame, level: str) -> pd.DataFrame:
    """Add what is gained to the tally of what stood before."""
    table = _before(pack, pack.digest_of("natural_villages"), level).copy()
    new = gained[gained["households"] >= MIN_HOUSEHOLDS]
    codes = table["adcode"].tolist()
    group = _group(new, level, pack.adcode)
    for column, weight in (("villages", None), ("households", new["households"])):
        values = pd.Series(1, index=new.index) if weight is None else weight
        added = values.groupby(group).sum().reindex(codes, fill_value=0).to_numpy(np.int64)
        table[f"{column}_after"] = table[f"{column}_before"] + added
    return table[list(EFFECT_COLUMNS)]


@lru_cache(maxsize=8)
def _before(pack: Pack, identity: str, level: str) -> pd.DataFrame:
    """Return per region the villages and households, all and with 4G, before any site."""
    villages = _villages(pack, identity)
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
def _villages(pack: Pack, _identity: str) -> pd.DataFrame:
    return village_table(pack)[list(VILLAGE_COLUMNS)]


@lru_cache(maxsize=4)
def _missing(pack: Pack, identity: str) -> NDArray[np.int64]:
    """Return the positions of the villages without 4G."""
    return np.flatnonzero((_villages(pack, identity)["state"] == "uncovered").to_numpy())


@lru_cache(maxsize=4)
def _county_index(pack: Pack, _identity: str) -> tuple[NDArray[np.object_], shapely.STRtree]:
    regions: gpd.GeoDataFrame = pack.geo("regions")
    counties = regions[regions["level"] == "county"]
    shapes = counties.geometry.to_numpy()
    shapely.prepare(shapes)
    return counties["adcode"].to_numpy(dtype=object), shapely.STRtree(shapes)


def _swap_hint(tree: shapely.STRtree, site: PlannedSite) -> str:
    swapped = shapely.Point(site.lat, site.lon)
    if len(tree.query(swapped, predicate="intersects")):
        return f"latitude and longitude look swapped: did you mean {site.lon:g},{site.lat:g}?"
    return ""

"""What a set of placed sites changes: villages newly reached, before and after, per region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

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

    A village without 4G counts as reached within the radius of a site's preset, measured along
    the geodesic. A circle, no terrain: wrong both ways in mountains, and labelled so.

    Raises
    ------
    RangeError
        If a site stands outside the province.
    """
    counties_of(pack, sites)
    villages = _villages(pack.folder, pack.digest_of("natural_villages"))
    missing = np.flatnonzero((villages["state"] == "uncovered").to_numpy())
    number, metres = _nearest_site(villages, missing, sites)
    hit = number > 0
    gained = villages.iloc[missing[hit]].reset_index(drop=True)
    gained["site"] = number[hit]
    gained["distance_m"] = np.round(metres[hit])
    return Effect(gained, _per_region(pack, villages, gained, level))


def counties_of(pack: Pack, sites: Sequence[PlannedSite]) -> list[str]:
    """Return the county of each site.

    Raises
    ------
    RangeError
        If a site stands outside the province; swapped coordinates are named as such.
    """
    codes, tree = _county_index(pack.folder, pack.digest_of("regions"))
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

    A site adds one base station of its preset's technology; to ``natural_villages`` it adds the
    villages it newly reaches. Other layers get nothing from a site.
    """
    regions = pack.regions(level)
    codes = regions["adcode"].tolist()
    enabled = [site for site in scenario.sites if site.enabled]
    if layer_key == "natural_villages":
        table = effect(pack, enabled, level=level).regions
        return (table["villages_after"] - table["villages_before"]).to_numpy(float)
    counted = [site for site in enabled if preset(site.preset).layer == layer_key]
    places = pd.Series(counties_of(pack, counted), dtype=str)
    return places.map(_ancestor(pack, level)).value_counts().reindex(codes, fill_value=0).to_numpy(float)


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


def _per_region(
    pack: Pack, villages: pd.DataFrame, gained: pd.DataFrame, level: str
) -> pd.DataFrame:
    regions = pack.regions(level)
    large = villages[villages["households"] >= MIN_HOUSEHOLDS]
    new = gained[gained["households"] >= MIN_HOUSEHOLDS]
    covered = large[large["state"] == "covered"]
    place = {"province": None, "prefecture": "prefecture", "county": "county"}[level]

    def tally(frame: pd.DataFrame, column: str | None) -> NDArray[np.int64]:
        values = frame[column] if column else pd.Series(1, index=frame.index)
        group = frame[place].to_numpy() if place else np.full(len(frame), pack.adcode, object)
        summed = values.groupby(group).sum()
        return summed.reindex(regions["adcode"], fill_value=0).to_numpy(np.int64)

    table = regions[["adcode", "name_zh", "name_en", "level"]].copy()
    table["villages"] = tally(large, None)
    table["households"] = tally(large, "households")
    table["villages_before"] = tally(covered, None)
    table["villages_after"] = table["villages_before"] + tally(new, None)
    table["households_before"] = tally(covered, "households")
    table["households_after"] = table["households_before"] + tally(new, "households")
    table["villages_unknown"] = tally(large[large["state"] == "unknown"], None)
    table["evidence"] = large["evidence"].iloc[0] if len(large) else "assumed"
    return table[list(EFFECT_COLUMNS)]


def _ancestor(pack: Pack, level: str) -> dict[str, str]:
    counties = pack.regions("county")
    if level == "county":
        return dict(zip(counties["adcode"], counties["adcode"], strict=True))
    if level == "prefecture":
        return dict(zip(counties["adcode"], counties["parent"], strict=True))
    return dict.fromkeys(counties["adcode"], pack.adcode)


@lru_cache(maxsize=4)
def _villages(folder: Path, _identity: str) -> pd.DataFrame:
    return village_table(Pack(folder))[list(VILLAGE_COLUMNS)]


@lru_cache(maxsize=4)
def _county_index(folder: Path, _identity: str) -> tuple[NDArray[np.object_], shapely.STRtree]:
    regions: gpd.GeoDataFrame = Pack(folder).geo("regions")
    counties = regions[regions["level"] == "county"]
    shapes = counties.geometry.to_numpy()
    shapely.prepare(shapes)
    return counties["adcode"].to_numpy(dtype=object), shapely.STRtree(shapes)


def _swap_hint(tree: shapely.STRtree, site: PlannedSite) -> str:
    swapped = shapely.Point(site.lat, site.lon)
    if len(tree.query(swapped, predicate="intersects")):
        return f"latitude and longitude look swapped: did you mean {site.lon:g},{site.lat:g}?"
    return ""

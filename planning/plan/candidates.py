"""Demand and candidate sites of a plan: villages without 4G, and places around them.

The id of a candidate is its place (latitude and longitude to the metre), so that a locked or
forbidden candidate remains the same place when other settings change the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.scenario.plan_settings import CandidateSettings, Place, place_key
from data.scenario.presets import preset
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.wording.catalogue import Bilingual
from data.workspace.effective import imported_table
from geo.coverage.candidates import (
    CandidateRule,
    CandidateSurroundings,
    HighPointSearch,
    candidates,
)
from geo.errors import InputError, RangeError
from geo.evidence import weakest
from layers.villages import VILLAGE_COLUMNS, county_names, village_table
from planning.technology import plan_presets

CANDIDATE_COLUMNS = (
    "candidate_id", "kind", "reasons", "lon", "lat", "county", "prefecture", "status",
    "existing_site", "road_m", "power_m", "fibre_m", "evidence", "source_ids",
)  # fmt: skip
#: Status of a candidate: may be chosen, must be built, was built in an earlier round.
OPEN, LOCKED, BUILT = "open", "locked", "built"

_SOURCE = {
    "village": "pack:natural_villages", "existing_site": "pack:sites", "near_fibre":
    "pack:fibre_nodes", "near_road": "pack:roads", "near_power": "pack:power_lines",
    "high_point": "pack:dem",
}  # fmt: skip


@dataclass(frozen=True)
class CandidateList:
    """Candidates of a plan.

    Attributes
    ----------
    table
        :data:`CANDIDATE_COLUMNS`; distances [m] are NaN where no such layer is in force.
    refused
        ``lat``, ``lon``, ``kind`` and ``why`` of candidates in forbidden places.
    """

    table: pd.DataFrame
    refused: pd.DataFrame


def demand(pack: Pack, scenario: Scenario) -> pd.DataFrame:
    """Return the villages that the plan is for: in its area, without 4G, large enough.

    Villages of unknown state are excluded: unknown is not uncovered.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.

    Returns
    -------
    villages
        :data:`layers.villages.VILLAGE_COLUMNS`, one row per village.
    """
    settings = scenario.plan
    found = village_table(
        pack, state="uncovered", regions=settings.regions, min_households=settings.min_households,
        as_of=scenario.day,
    )  # fmt: skip
    return found[list(VILLAGE_COLUMNS)]


def reach_m(scenario: Scenario) -> float:
    """Return the greatest radius of the plan's presets that serve its villages.

    Parameters
    ----------
    scenario
        The scenario whose plan is meant.

    Returns
    -------
    radius
        [m].

    Raises
    ------
    InputError
        If none of the presets serves them.
    """
    return max(preset(key).radius_m for key in plan_presets(scenario))


def candidate_table(
    pack: Pack, scenario: Scenario, *, high_points: HighPointSearch | None = None
) -> CandidateList:
    """Return the places where a site of the plan can be built.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    high_points
        Search for the highest point within a distance; None where no elevation model is in force.

    Returns
    -------
    candidates
        Candidates inside the province, and those refused in forbidden places.

    Raises
    ------
    InputError
        If a locked place is forbidden, no candidate is left, or no preset serves 4G.
    RangeError
        If a place in the settings lies outside the province.
    """
    villages, settings = demand(pack, scenario), scenario.plan
    asked = settings.candidates
    named = (*asked.own, *asked.locked, *asked.built)
    _check_inside(pack, named)
    reach = reach_m(scenario)
    rule = CandidateRule(
        reach_m=reach, cluster_m=min(asked.cluster_m, reach), line_m=asked.line_m,
        merge_m=min(asked.merge_m, reach), near_m=min(500.0, reach),
        every_village="village" in asked.sources and asked.every_village,
    )  # fmt: skip
    around = _surroundings(pack, asked, high_points)
    found = candidates(villages["lon"], villages["lat"], villages["households"], around, rule)
    table = _table(found.lon, found.lat, found.reasons)
    table["status"] = np.where(found.locked, LOCKED, OPEN)
    table["existing_site"] = found.existing >= 0
    for name in ("road_m", "power_m", "fibre_m"):
        table[name] = getattr(found, name)
    table = _with_own(table, asked)
    county = counties_at(pack, table["lon"].to_numpy(float), table["lat"].to_numpy(float))
    table["county"] = county
    table["prefecture"] = county_names(pack)["prefecture"].reindex(county).to_numpy(dtype=object)
    # High points and lines may lead to candidates across the province's border.
    table = table[table["county"] != ""]
    if settings.regions and not settings.across:
        inside = table["county"].isin(settings.regions) | table["prefecture"].isin(settings.regions)
        # What the planner names may be outside.
        table = table[inside | (table["status"] != OPEN) | (table["kind"] == "own")]
    table = _sourced(pack, table, villages)
    if "village" not in asked.sources:
        table = table[table["kind"] != "village"]
    if table.empty:
        raise InputError("plan.no_candidate")
    refused = pd.DataFrame(found.refused, columns=["lon", "lat", "kind", "why"])
    return CandidateList(table[list(CANDIDATE_COLUMNS)].reset_index(drop=True), refused)


def counties_at(
    pack: Pack, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> NDArray[np.object_]:
    """Return the county at each place.

    Parameters
    ----------
    pack
        The province's tables in force.
    lon
        (n,) [degree].
    lat
        (n,) [degree].

    Returns
    -------
    adcode
        (n,) adcode of the county; empty outside the province.
    """
    codes, tree = _counties(pack, pack.digest_of("regions"))
    place, county = tree.query(shapely.points(lon, lat), predicate="intersects")
    # A place on a border belongs to the county of the lower adcode.
    order = np.lexsort((county, place))[::-1]
    result = np.full(len(lon), "", dtype=object)
    result[place[order]] = codes[county[order]]
    return result


def _surroundings(
    pack: Pack, asked: CandidateSettings, high_points: HighPointSearch | None
) -> CandidateSurroundings:
    """Return the surroundings of the villages, of the sources in the settings."""
    sources = set(asked.sources)
    sites = pack.table("sites", columns=("lon", "lat")) if "existing" in sources else None
    return CandidateSurroundings(
        existing=((), ()) if sites is None else (sites["lon"], sites["lat"]),
        locked=_places(asked.locked),
        forbidden=_places(asked.forbidden),
        forbidden_areas=np.array([area.polygon for area in asked.forbidden_areas], dtype=object),
        roads=lines_of(pack, "roads") if "road" in sources else None,
        power=lines_of(pack, "power_lines") if "power" in sources else None,
        fibre=_fibre(pack) if "fibre" in sources else None,
        high_points=high_points if "high_point" in sources else None,
    )


def lines_of(pack: Pack, kind: str) -> NDArray[np.object_] | None:
    """Return the lines of an imported table.

    Parameters
    ----------
    pack
        The province's tables in force.
    kind
        Name of the table, as ``roads``.

    Returns
    -------
    lines
        (n,) geometries in EPSG:4326; None where the table is absent or empty.
    """
    table = imported_table(pack, kind)
    if table is None or table.empty:
        return None
    return np.asarray(table.geometry.to_numpy(), dtype=object)


def _fibre(pack: Pack) -> NDArray[np.object_]:
    """Return imported fibre routes and the fibre nodes."""
    nodes = pack.table("fibre_nodes", columns=("lon", "lat"))
    points = np.asarray(shapely.points(nodes["lon"], nodes["lat"]), dtype=object)
    routes = lines_of(pack, "fibre_routes")
    return points if routes is None else np.concatenate([routes, points])


def _places(places: Sequence[Place]) -> tuple[list[float], list[float]]:
    return [place.lon for place in places], [place.lat for place in places]


def _table(
    lon: NDArray[np.float64], lat: NDArray[np.float64], reasons: Sequence[Sequence[str]]
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "candidate_id": [place_key(la, lo) for la, lo in zip(lat, lon, strict=True)],
            "kind": [codes[0] for codes in reasons],
            "reasons": [";".join(codes) for codes in reasons],
            "lon": np.asarray(lon, float),
            "lat": np.asarray(lat, float),
        }
    )


def _with_own(table: pd.DataFrame, asked: CandidateSettings) -> pd.DataFrame:
    """Add the places from the settings, those built earlier among them."""
    parts = [table]
    for places, status, kind in ((asked.own, OPEN, "own"), (asked.built, BUILT, "built")):
        lon, lat = _places(places)
        if places:
            part = _table(np.array(lon), np.array(lat), [(kind,)] * len(places))
            parts.append(part.assign(status=status, existing_site=kind == "built"))
    both = pd.concat(parts, ignore_index=True)
    # A place from the settings replaces a generated one at the same place.
    last = both["candidate_id"].duplicated(keep="last")
    return both[~last | (both["status"] == LOCKED)].reset_index(drop=True)


def _sourced(pack: Pack, table: pd.DataFrame, villages: pd.DataFrame) -> pd.DataFrame:
    """Add evidence class and sources of each candidate."""
    classes = {"village": weakest({*villages["evidence"], "modelled"})}
    for kind, name in (("existing_site", "sites"), ("near_fibre", "fibre_nodes")):
        words = pack.table(name, columns=("evidence",))["evidence"].unique()
        classes[kind] = weakest({*words, "modelled"})
    for kind, name in (("near_road", "roads"), ("near_power", "power_lines")):
        lines = imported_table(pack, name)
        known = set() if lines is None else set(lines["evidence"])
        classes[kind] = weakest({*known, "modelled"})
    table = table.copy()
    # A place from the settings is assumed, one from the elevation model is modelled.
    table["evidence"] = table["kind"].map(classes | {"high_point": "modelled"}).fillna("assumed")
    table["source_ids"] = table["kind"].map(_SOURCE).fillna("scenario")
    return table


def _check_inside(pack: Pack, places: Sequence[Place]) -> None:
    lon, lat = _places(places)
    outside = np.flatnonzero(counties_at(pack, np.array(lon), np.array(lat)) == "")
    if len(outside):
        names = ", ".join(places[int(i)].key for i in outside[:5])
        raise RangeError(
            "plan.outside",
            names=names,
            province=Bilingual(pack.meta["name_zh"], pack.meta["name_en"]),
        )


@lru_cache(maxsize=4)
def _counties(pack: Pack, _identity: str) -> tuple[NDArray[np.object_], shapely.STRtree]:
    regions = pack.geo("regions")
    counties = regions[regions["level"] == "county"].sort_values("adcode")
    shapes = counties.geometry.to_numpy()
    shapely.prepare(shapes)
    return counties["adcode"].to_numpy(dtype=object), shapely.STRtree(shapes)

"""Coverage prediction of villages over terrain: level, probability, state and reason.

The table of existing sites has no technology, so existing sites are given the preset of the order;
planned sites have their own. The level is a median of ITU-R P.1812 over the elevation model in
force: modelled, or illustrative where villages, sites or terrain are invented.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.scenario.link_presets import BudgetRequirement, link_budget
from data.scenario.presets import preset
from data.scenario.scenario import DEFAULT_PRESET, PlannedSite, Scenario
from data.tables.reader import Pack
from geo.errors import InputError
from geo.evidence import weakest
from geo.radio.antenna import Antenna, pattern
from geo.radio.prediction import (
    Carrier,
    Places,
    Stations,
    carrier,
    pairs_within,
    predicted,
    stations,
)
from layers.registry import technology_of
from layers.villages import VILLAGE_COLUMNS, village_table
from planning.coverage.best_path import Best
from planning.elevation import Terrain, terrain_of
from planning.technology import serves, serving

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Default search radius for sites [m].
REACH_M = 15_000.0

PREDICTION_COLUMNS = (
    *VILLAGE_COLUMNS[:-3], "site_id", "distance_km", "loss_dB", "rsrp_dBm", "probability",
    "margin_dB", "line_of_sight", "ridge_km", "ridge_m", "state", "reason", "evidence",
    "source_ids",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CoverageOrder:
    """Preset, limit and scope of a coverage prediction.

    Attributes
    ----------
    preset
        Technology and band of the existing sites.
    limit_dBm, required_probability
        Level limit [dBm], and the required probability of reaching it at the village, 0–1.
    place
        Location of the terminal: outdoor, handheld, vehicle or indoor.
    regions
        adcodes of prefectures or counties; empty for the whole province.
    include_planned
        Include the scenario's enabled sites.
    reach_m
        Search radius for sites [m].
    min_households
        Least number of households of a village.
    listed
        Only villages that the table in force lists as ``uncovered``, ``covered`` or ``unknown``;
        ``all`` for every village.
    technology
        What is asked for, ``4G`` or ``5G``; empty for that of the preset. Sites that do not serve
        it are left out (:func:`planning.technology.serves`).
    """

    preset: str = DEFAULT_PRESET
    limit_dBm: float = -105.0
    required_probability: float = 0.5
    place: str = "outdoor"
    regions: tuple[str, ...] = ()
    include_planned: bool = True
    reach_m: float = REACH_M
    min_households: int = 1
    listed: str = "all"
    technology: str = ""

    @property
    def requirement(self) -> BudgetRequirement:
        """Requirements in the form of the link budget."""
        return BudgetRequirement(self.limit_dBm, self.required_probability, self.place)


@dataclass(frozen=True, eq=False, slots=True)
class Network:
    """Stations of one carrier.

    Attributes
    ----------
    ids
        (n,) ids of the sites, or numbers of planned sites.
    stations
        (n,) places, heights and antennas.
    carrier
        Frequency, transmitted level and losses.
    sigma_dB
        Standard deviation of shadowing [dB].
    """

    ids: NDArray[np.object_]
    stations: Stations
    carrier: Carrier
    sigma_dB: float


def village_prediction(
    pack: Pack,
    scenario: Scenario,
    order: CoverageOrder,
    *,
    progress: Callable[[float], None] = lambda _share: None,
    cancel: Callable[[], bool] = lambda: False,
) -> pd.DataFrame:
    """Return every village with its best server over the terrain.

    A village is unknown where it is outside the elevation model or at a void, or where no known
    path covers it and another path is unknown. It is uncovered only if every path is known.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    order
        Preset, limit and scope of the prediction.
    progress
        Called with the share done, 0–1.
    cancel
        Polled often; True raises :class:`geo.radio.prediction.Cancelled`.

    Returns
    -------
    table
        :data:`PREDICTION_COLUMNS`, one row per village, ordered by village id.

    Raises
    ------
    InputError
        If no elevation model is in force, or the preset has no radio.
    """
    terrain = require_terrain(pack, scenario)
    networks = networks_of(pack, scenario, order)
    villages = village_table(
        pack, state=order.listed, regions=order.regions, min_households=order.min_households
    )
    lon, lat = (villages[name].to_numpy(float) for name in ("lon", "lat"))
    parts, done = [], 0
    for rows in terrain.neighbourhoods(lon, lat, order.reach_m):
        parts.append(_batch(terrain, networks, villages.iloc[rows], order, cancel))
        done += len(rows)
        progress(done / len(villages))
    table = pd.concat(parts, ignore_index=True) if parts else _empty()
    is_planned = order.include_planned and any(site.enabled for site in scenario.sites)
    table["evidence"] = evidence_of(pack, terrain, *(["assumed"] if is_planned else []))
    table["source_ids"] = f"pack:natural_villages;pack:sites;{terrain.source_id}"
    return table.sort_values("village_id", ignore_index=True)[list(PREDICTION_COLUMNS)]


def require_terrain(pack: Pack, scenario: Scenario) -> Terrain:
    """Return the elevation model in force.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.

    Returns
    -------
    terrain
        The elevation model.

    Raises
    ------
    InputError
        If no elevation model is in force, so that coverage can only be a circle.
    """
    found = terrain_of(pack, scenario)
    if found is None:
        raise InputError("prediction.no_terrain")
    return found


def networks_of(pack: Pack, scenario: Scenario, order: CoverageOrder) -> list[Network]:
    """Return the sites that serve what is asked for, existing and planned.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    order
        Preset, limit and scope of the prediction.

    Returns
    -------
    networks
        Existing sites first, then one network per preset of planned sites.

    Raises
    ------
    InputError
        If the preset of the existing sites does not serve the technology that is asked for.
    """
    wanted = order.technology or technology_of(order.preset)
    option = scenario.five_g_counts_as_4g
    if not serves(order.preset, wanted, five_g_counts_as_4g=option):
        raise InputError(
            "prediction.not_served", wanted=wanted, preset=order.preset,
            technology=technology_of(order.preset),
        )  # fmt: skip
    counted = serving(scenario.sites, wanted, five_g_counts_as_4g=option)
    return every_network(pack, scenario.model_copy(update={"sites": counted}), order)


def every_network(pack: Pack, scenario: Scenario, order: CoverageOrder) -> list[Network]:
    """Return existing sites and the scenario's enabled sites, whatever they serve.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    order
        Preset, limit and scope of the prediction.

    Returns
    -------
    networks
        Existing sites first, then one network per preset of planned sites.
    """
    rows = pack.table("sites")
    own = stations(
        rows["lon"].to_numpy(float), rows["lat"].to_numpy(float),
        rows["antenna_height_m"].to_numpy(float),
    )  # fmt: skip
    found = [_network(rows["site_id"].to_numpy(object), own, order.preset, order)]
    return found + (planned_networks(scenario.sites, order) if order.include_planned else [])


def evidence_of(pack: Pack, terrain: Terrain, *others: str) -> str:
    """Return the evidence class of levels at the villages; ``modelled`` at best.

    Parameters
    ----------
    pack
        The province's tables in force.
    terrain
        The elevation model.
    *others
        Classes of what else the levels rest on.

    Returns
    -------
    evidence
        The weakest of terrain, sites, villages and the others.
    """
    words = [
        str(word)
        for name in ("natural_villages", "sites")
        for word in pack.table(name, columns=("evidence",))["evidence"].unique()
    ]
    return weakest(["modelled", terrain.evidence, *words, *others])


def some_of(own: Stations, rows: NDArray[np.intp]) -> Stations:
    """Return some of the stations, in the order asked for.

    Parameters
    ----------
    own
        (n,) stations.
    rows
        (m,) their positions.

    Returns
    -------
    stations
        (m,) stations.
    """
    return Stations(own.lon[rows], own.lat[rows], own.height_m[rows], own.antennas[rows])


def planned_networks(sites: Sequence[PlannedSite], order: CoverageOrder) -> list[Network]:
    """Return the enabled sites that have a radio.

    Parameters
    ----------
    sites
        Planned sites of a scenario.
    order
        Preset, limit and scope of the prediction.

    Returns
    -------
    networks
        One network per preset; ids are the numbers "1", "2" … of the sites.
    """
    groups: dict[str, list[tuple[int, PlannedSite]]] = {}
    for number, site in enumerate(sites, start=1):
        if site.enabled and has_radio(site.preset):
            groups.setdefault(site.preset, []).append((number, site))
    return [
        _network(
            np.array([str(number) for number, _ in members], dtype=object),
            stations(
                [site.lon for _, site in members], [site.lat for _, site in members],
                [site.antenna_height_m for _, site in members],
                [antenna_of(site) for _, site in members],
            ),
            key, order,
        )
        for key, members in groups.items()
    ]  # fmt: skip


def planned_paths(
    lon: Floats, lat: Floats, terrain: Terrain, sites: Sequence[PlannedSite], reach_m: float
) -> tuple[pd.DataFrame, Ints]:
    """Return the best path from the enabled sites to each place.

    The limit is the default one of :class:`CoverageOrder`, outdoors, to which the presets' radii
    correspond.

    Parameters
    ----------
    lon
        (n,) longitude of the places [°].
    lat
        (n,) latitude of the places [°].
    terrain
        The elevation model.
    sites
        Planned sites of a scenario.
    reach_m
        Search radius for sites [m].

    Returns
    -------
    table
        (n, …) ``distance_m``, ``rsrp_dBm``, ``line_of_sight``, ``ridge_km``, ``ridge_m``, ``state``
        and ``reason`` (``no_site`` without a site within reach).
    number
        (n,) number of the site from 1, 0 for none.
    """
    order = CoverageOrder(reach_m=reach_m)
    places = Places(lon, lat)
    best = Best.nothing(len(places))
    nearest_km = np.full(len(places), np.inf)
    networks = planned_networks(sites, order)
    if networks:
        grid = terrain.around(*_places_of(networks), reach_m)
        for network in networks:
            pairs = pairs_within(network.stations, places, reach_m)
            found = predicted(grid, network.stations, places, pairs, network.carrier)
            best.improve(network.ids, network.sigma_dB, pairs, found)
            np.minimum.at(nearest_km, pairs.place, found.distance_km)
    frame = pd.DataFrame({"village_id": "", "lon": lon, "lat": lat, "households": 0})
    known = np.isfinite(best.figures[:, 2]) | np.isinf(nearest_km)
    table = best.table(frame.reindex(columns=list(VILLAGE_COLUMNS)), order.requirement, known=known)
    # Without a known path the distance is that of the nearest site.
    table["distance_m"] = np.round(table["distance_km"].fillna(pd.Series(nearest_km)) * 1000.0)
    number = pd.to_numeric(table["site_id"].replace("", "0")).to_numpy(np.int64)
    return table, number


def _places_of(networks: Sequence[Network]) -> tuple[Floats, Floats]:
    lon = np.concatenate([network.stations.lon for network in networks])
    return lon, np.concatenate([network.stations.lat for network in networks])


def antenna_of(site: PlannedSite) -> Antenna:
    """Return the antenna of a planned site.

    Parameters
    ----------
    site
        A planned site of the scenario.

    Returns
    -------
    antenna
        A 3GPP sector where the site has an azimuth, else omnidirectional.
    """
    if site.azimuth_deg is None:
        return Antenna(pattern("omni"), electrical_tilt_deg=site.tilt_deg)
    return Antenna(
        pattern("sector_36814"), azimuth_deg=site.azimuth_deg, electrical_tilt_deg=site.tilt_deg
    )


def has_radio(key: str) -> bool:
    """Return whether a preset has a radio.

    Parameters
    ----------
    key
        Key of the preset.

    Returns
    -------
    radio
        False for a counting rule.
    """
    from data.scenario.link_presets import budget_keys

    return key in budget_keys()


def carrier_of(key: str, order: CoverageOrder) -> tuple[Carrier, float]:
    """Return the carrier of a preset and its shadowing.

    Parameters
    ----------
    key
        Key of the preset.
    order
        Preset, limit and scope of the prediction.

    Returns
    -------
    carrier
        Frequency, transmitted level and losses.
    sigma_dB
        Standard deviation of shadowing [dB].

    Raises
    ------
    InputError
        If the preset is a counting rule without a radio.
    """
    budget = link_budget(preset(key).key, order.requirement)
    sent, lost = budget.eirp_per_re_dBm, budget.other_losses_dB
    return carrier(budget.frequency_GHz, sent, lost), budget.shadow_sigma_dB


def _network(ids: NDArray[np.object_], own: Stations, key: str, order: CoverageOrder) -> Network:
    return Network(ids, own, *carrier_of(key, order))


def _batch(
    terrain: Terrain,
    networks: Sequence[Network],
    villages: pd.DataFrame,
    order: CoverageOrder,
    cancel: Callable[[], bool],
) -> pd.DataFrame:
    places = Places(villages["lon"].to_numpy(float), villages["lat"].to_numpy(float))
    grid = terrain.around(places.lon, places.lat, order.reach_m)
    best = Best.nothing(len(places))
    for network in networks:
        pairs = pairs_within(network.stations, places, order.reach_m)
        found = predicted(grid, network.stations, places, pairs, network.carrier, cancel=cancel)
        best.improve(network.ids, network.sigma_dB, pairs, found)
    return best.table(villages, order.requirement, known=terrain.knows(places.lon, places.lat))


def _empty() -> pd.DataFrame:
    return pd.DataFrame(columns=list(PREDICTION_COLUMNS))

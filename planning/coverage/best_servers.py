"""Candidate serving sites of a village, strongest first: existing and planned sites."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.radio.prediction import Places, pairs_within, predicted
from planning.coverage.prediction import CoverageOrder, networks_of, require_terrain

SERVER_COLUMNS = (
    "site_id", "planned", "lon", "lat", "antenna_height_m", "distance_km", "loss_dB", "rsrp_dBm",
    "line_of_sight",
)  # fmt: skip


def servers_of(
    pack: Pack, scenario: Scenario, lon: float, lat: float, order: CoverageOrder, *, most: int = 12
) -> pd.DataFrame:
    """Return the sites within reach of a place, the strongest first.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    lon
        Longitude of the place, WGS84 [°].
    lat
        Latitude of the place, WGS84 [°].
    order
        Preset, limit and scope of the prediction.
    most
        Greatest number of rows; sites whose path is unknown come last, by id.

    Returns
    -------
    table
        :data:`SERVER_COLUMNS`; ``site_id`` of a ``planned`` site is its number.

    Raises
    ------
    InputError
        If no elevation model is in force, or the preset has no radio.
    """
    terrain = require_terrain(pack, scenario)
    places = Places(np.array([lon]), np.array([lat]))
    grid = terrain.around(places.lon, places.lat, order.reach_m)
    parts = []
    for i, network in enumerate(networks_of(pack, scenario, order)):
        pairs = pairs_within(network.stations, places, order.reach_m)
        found = predicted(grid, network.stations, places, pairs, network.carrier)
        at, own = pairs.station, network.stations
        parts.append(pd.DataFrame({
            # The first network is that of the existing sites, the others are the scenario's.
            "site_id": network.ids[at].astype(str), "planned": i > 0,
            "lon": own.lon[at], "lat": own.lat[at], "antenna_height_m": own.height_m[at],
            "distance_km": found.distance_km, "loss_dB": found.loss_dB, "rsrp_dBm": found.rsrp_dBm,
            "line_of_sight": found.line_of_sight,
        }))  # fmt: skip
    table = pd.concat(parts, ignore_index=True)
    unknown = table["distance_km"].isna()
    ranked = table.assign(_unknown=unknown).sort_values(
        ["_unknown", "rsrp_dBm", "site_id"], ascending=[True, False, True]
    )
    return ranked[list(SERVER_COLUMNS)].head(most).reset_index(drop=True)

"""The level that sites give on the cells of the elevation model around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from data.pack import Pack
from data.scenario import Scenario
from geo.errors import InputError, UnknownNameError
from geo.radio.prediction import Area, Stations, area
from layers.coverage import CoverageOrder, Network, networks_of, require_terrain

#: Most cells that are worked out at once: some 20 s on two cores.
MAX_CELLS = 4_000_000


def area_prediction(  # noqa: PLR0913  the two callbacks are options
    pack: Pack,
    scenario: Scenario,
    sites: Sequence[str],
    order: CoverageOrder,
    radius_m: float,
    *,
    progress: Callable[[float], None] = lambda _share: None,
    cancel: Callable[[], bool] = lambda: False,
) -> Area:
    """Return the strongest level around sites; ``server`` is the position in ``sites``.

    Parameters
    ----------
    sites
        Ids of existing sites, and numbers "1", "2" … of the scenario's own, all of one preset.

    Raises
    ------
    InputError
        If no elevation model is in force, sites have different presets, or the area is too large.
    UnknownNameError
        If a site is unknown or switched off.
    RangeError
        If the radius is outside its range.
    """
    terrain = require_terrain(pack, scenario)
    network = _chosen(networks_of(pack, scenario, order), sites)
    own = network.stations
    grid = terrain.around(own.lon, own.lat, radius_m)
    cells = len(own) * np.pi * (radius_m / grid.spacing_m) ** 2
    if cells > MAX_CELLS:
        raise InputError(
            f"{len(own)} sites within {radius_m / 1000:g} km have about {cells:,.0f} cells, more "
            f"than {MAX_CELLS:,}",
            where="area", repair="choose fewer sites or a smaller radius",
        )  # fmt: skip
    return area(grid, own, network.carrier, radius_m, progress=progress, cancel=cancel)


def _chosen(networks: Sequence[Network], sites: Sequence[str]) -> Network:
    """Return the sites as one network, in the order asked for."""
    if not sites:
        raise InputError("no site was chosen", where="area", repair="choose one or more sites")
    found = {str(site): (network, row) for network in networks
             for row, site in enumerate(network.ids)}  # fmt: skip
    for site in sites:
        if site not in found:
            raise UnknownNameError("site", site, list(found)[:20], where="area")
    carriers = {id(found[site][0]): found[site][0] for site in sites}
    if len(carriers) > 1:
        raise InputError(
            "the sites have different presets", where="area",
            repair="choose existing sites alone, or placed sites of one preset",
        )  # fmt: skip
    network = next(iter(carriers.values()))
    rows = np.array([found[site][1] for site in sites])
    own = network.stations
    picked = Stations(own.lon[rows], own.lat[rows], own.height_m[rows], own.antennas[rows])
    return replace(network, ids=network.ids[rows], stations=picked)

"""Path between a site and a village: profile, clearance, loss and link budget."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from data.scenario.link_presets import link_budget
from data.scenario.presets import preset
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.earth.crs import WGS84
from geo.earth.terrain import profiles
from geo.errors import InputError
from geo.links.clearance import K_USUAL, K_WORST, Clearance, clearance
from geo.radio import p1812
from geo.radio._prediction_loop import NEAR_M
from geo.radio.antenna import Antenna, gain_dB, pattern
from geo.radio.link_budget import LinkBudget
from geo.radio.prediction import TERMINAL_M
from geo.radio.probability import coverage_probability
from planning.coverage.prediction import CoverageOrder, require_terrain
from planning.elevation import Terrain
from planning.technology import serves

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PathEnd:
    """A site or a village at one end of a path.

    Attributes
    ----------
    key
        Id of the site or village.
    lon
        WGS84 [°].
    lat
        WGS84 [°].
    height_m
        Antenna height above ground [m].
    antenna
        Antenna of a site; unused for a village.
    """

    key: str
    lon: float
    lat: float
    height_m: float = TERMINAL_M
    antenna: Antenna = field(default_factory=lambda: Antenna(pattern("omni")))


@dataclass(frozen=True, slots=True)
class PathLine:
    """One line of the link budget at the village.

    Attributes
    ----------
    key
        Key of the line's title in the catalogue.
    value
        Value of the line [unit].
    unit
        ``dBm``, ``dB``, or empty for a share.
    sign
        +1 or −1 as the line counts towards the level, 0 for the sum and further lines.
    """

    key: str
    value: float
    unit: str
    sign: int = 0


@dataclass(frozen=True, eq=False)
class PathView:
    """Content of the path page.

    Attributes
    ----------
    site, village
        Ends of the path.
    preset
        Key of the preset.
    frequency_GHz
        Carrier frequency [GHz].
    usual, worst
        Clearance along the path for k = 4/3 and k = 0.6.
    loss
        Path loss of ITU-R P.1812 by part [dB].
    lines
        Link budget at the village; the signed lines sum to ``rsrp_dBm``.
    lon, lat
        (n,) place of each point of the profile [°].
    bearing_deg
        Direction from the site, clockwise from north [°].
    rsrp_dBm
        Median level at the village [dBm].
    probability
        Probability that the level reaches the limit, 0–1.
    covered
        True where that probability is at least the required one.
    serves
        True where the site counts for the technology that is asked for.
    terrain
        The elevation model in force.
    """

    site: PathEnd
    village: PathEnd
    preset: str
    frequency_GHz: float
    usual: Clearance
    worst: Clearance
    loss: p1812.PathLoss
    lines: tuple[PathLine, ...]
    lon: Floats
    lat: Floats
    bearing_deg: float
    rsrp_dBm: float
    probability: float
    covered: bool
    serves: bool
    terrain: Terrain

    @property
    def distance_km(self) -> Floats:
        """(n,) distance of each point from the site [km]."""
        return self.usual.distance_km

    @property
    def terrain_m(self) -> Floats:
        """(n,) height of each point above sea level [m]."""
        return self.usual.terrain_m


def path_between(
    pack: Pack, scenario: Scenario, site: PathEnd, village: PathEnd, order: CoverageOrder
) -> PathView:
    """Return the path from a site to a village over the elevation model in force.

    The loss equals that of :func:`planning.coverage.prediction.village_prediction` for the same
    pair.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    site
        The site with its antenna.
    village
        The village with the terminal's height.
    order
        Preset, limit and scope of the prediction.

    Returns
    -------
    path
        Profile, clearance, loss and link budget.

    Raises
    ------
    InputError
        If no elevation model is in force, it has a void on the path, the village is nearer than 250
        m, or the preset has no radio.
    RangeError
        If the path is outside the validity of ITU-R P.1812: 0.25 km to 3000 km.
    """
    terrain = require_terrain(pack, scenario)
    bearing, _, metres = WGS84.inv(site.lon, site.lat, village.lon, village.lat)
    km, ground = _profile(terrain, site, village, float(metres))
    budget = link_budget(preset(order.preset).key, order.requirement)
    loss = p1812.path_loss(km, ground, _link(site, village, budget.frequency_GHz))
    rise = ground[-1] + village.height_m - ground[0] - site.height_m
    drop = rise - metres**2 / (2.0 * 6_371_000.0)
    gain = float(gain_dB(site.antenna, bearing, float(np.degrees(np.arctan2(drop, metres)))))
    lines = _lines(budget, gain, loss.loss_dB)
    level = lines[-1].value
    share = float(coverage_probability(level, order.limit_dBm, budget.shadow_sigma_dB))
    margin = (
        PathLine("rsrp_limit_dBm", order.limit_dBm, "dBm"),
        PathLine("margin_dB", level - order.limit_dBm, "dB"),
        PathLine("shadow_sigma_dB", budget.shadow_sigma_dB, "dB"),
        PathLine("probability", share, ""),
    )
    usual, worst = (
        clearance(
            km, ground, h_tx_m=site.height_m, h_rx_m=village.height_m,
            frequency_GHz=budget.frequency_GHz, k=k,
        )
        for k in (K_USUAL, K_WORST)
    )  # fmt: skip
    x, y = _places(site, village, len(km))
    return PathView(
        site=site, village=village, preset=order.preset, frequency_GHz=budget.frequency_GHz,
        usual=usual, worst=worst, loss=loss, lines=(*lines, *margin), lon=x, lat=y,
        bearing_deg=float(bearing) % 360.0, rsrp_dBm=level, probability=share,
        covered=share >= order.required_probability - 1e-12,
        serves=serves(
            order.preset, order.technology, five_g_counts_as_4g=scenario.five_g_counts_as_4g
        ),
        terrain=terrain,
    )  # fmt: skip


def _profile(
    terrain: Terrain, site: PathEnd, village: PathEnd, metres: float
) -> tuple[Floats, Floats]:
    """Return distances [km] and heights [m], as the prediction samples them."""
    if metres < NEAR_M:
        raise InputError("path.near", metres=metres)
    ends = np.array([site.lon, village.lon]), np.array([site.lat, village.lat])
    grid = terrain.around(*ends, 1_000.0)
    spacing = min(grid.path_spacing_m, metres / (p1812.MIN_POINTS - 1))
    found = profiles(grid, site.lon, site.lat, village.lon, village.lat, spacing_m=spacing)
    if found.void[0]:
        raise InputError("path.off_terrain")
    return found.path(0)


def _link(site: PathEnd, village: PathEnd, frequency_GHz: float) -> p1812.Link:
    return p1812.Link(
        frequency_GHz=frequency_GHz, h_tx_m=site.height_m, h_rx_m=village.height_m,
        lat_tx=site.lat, lat_rx=village.lat, lon_tx=site.lon, lon_rx=village.lon,
    )  # fmt: skip


def _lines(budget: LinkBudget, gain: float, loss: float) -> tuple[PathLine, ...]:
    """Return the link budget; the last line is the sum of the signed ones."""
    parts = (
        PathLine("eirp_per_re_dBm", budget.eirp_per_re_dBm, "dBm", 1),
        PathLine("pattern_gain_dB", gain, "dB", 1),
        PathLine("path_loss_dB", loss, "dB", -1),
        PathLine("other_losses_dB", budget.other_losses_dB, "dB", -1),
    )
    level = sum(line.sign * line.value for line in parts)
    return (*parts, PathLine("rsrp_dBm", level, "dBm"))


def _places(site: PathEnd, village: PathEnd, points: int) -> tuple[Floats, Floats]:
    """Return the places of evenly spaced points on the geodesic [°]."""
    inner = WGS84.npts(site.lon, site.lat, village.lon, village.lat, points - 2)
    both = np.array([(site.lon, site.lat), *inner, (village.lon, village.lat)])
    return both[:, 0], both[:, 1]

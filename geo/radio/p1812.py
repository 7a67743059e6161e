"""Path loss over terrain by Recommendation ITU-R P.1812, 30 MHz to 6 GHz.

The method is that of P.1812-6 (09/2021). P.1812-7 (08/2023) exchanged the troposcatter model of
§ 4.4; ITU's page of that edition advises to keep the one of P.1812-6, as both reference programs
do with which this module is compared. Written from the equations: line of sight with multipath and
focusing, delta-Bullington diffraction with the spherical Earth, troposcatter, ducting and layer
reflection, location variability. Building entry loss (§ 4.8) belongs to the link budget.

Clutter is added to the terrain between the terminals (§ 3.2, Eq. 1c); the terminals themselves
are on bare ground, and effective heights and horizons come from the terrain alone.

One path is :func:`basic_transmission_loss` or, with all its parts, :func:`path_loss`; many paths
are :func:`predict_paths`; another compiled kernel calls
:func:`geo.radio._p1812_path.predict` with what :func:`radio` returns. All give the same number to
the last bit.

References
----------
Recommendation ITU-R P.1812-6 (09/2021), A path-specific propagation prediction method for
point-to-area terrestrial services in the frequency range 30 MHz to 6 000 MHz.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.radio import _p1812_check as check
from geo.radio._p1812_batch import BatchResults, fault_of, radio_from, run, terminals_from
from geo.radio._p1812_path import MIN_POINTS, FullPrediction, Prediction, analyse, predict
from geo.radio._p1812_profile import COASTAL, INLAND, SEA, Terminals
from geo.radio._p1812_radio import Radio

__all__ = [
    "COASTAL", "DELTA_N", "INLAND", "MIN_POINTS", "N0", "SEA", "Link", "PathLoss", "Prediction",
    "Predictions", "Profiles", "Radio", "Terminals", "basic_transmission_loss", "path_loss",
    "predict", "predict_paths", "radio",
]  # fmt: skip

Floats = NDArray[np.float64]

#: Default refractivity: lapse rate in the lowest kilometre [N-units/km] and
#: value at sea level [N-units]. They are the defaults that the Python program in ITU's software
#: list documents (README of Py1812). ITU's digital maps give the value of a place, but may not be
#: passed on: read it there and give it as a parameter.
DELTA_N, N0 = 45.0, 325.0
#: Distance to the coast that means "no coast near" in the same program [km].
INLAND_KM = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Radio link: a value for all paths, or one for each.

    Attributes
    ----------
    frequency_GHz
        Frequency, 0.03 to 6 [GHz].
    h_tx_m, h_rx_m
        Antenna heights above ground, 1 to 3000 [m].
    lat_tx, lat_rx, lon_tx, lon_rx
        Positions, WGS84; latitudes −80 to 80 [°]. Only the latitude of the middle counts.
    time_percent
        Time for which the loss is not exceeded, 1 to 50 [%].
    location_percent
        Locations at which it is not exceeded, 1 to 99 [%].
    location_sigma_dB
        Standard deviation over the locations, at least 0 [dB].
    polarization
        ``"horizontal"`` or ``"vertical"``.
    delta_N, N0
        Refractivity: lapse rate, above 0 and below 157 [N-units/km], and sea level [N-units].
    dist_coast_tx_km, dist_coast_rx_km
        Distance over land to the coast along the path [km]; 0 where a terminal is at sea.
    """

    frequency_GHz: ArrayLike
    h_tx_m: ArrayLike
    h_rx_m: ArrayLike
    lat_tx: ArrayLike
    lat_rx: ArrayLike
    lon_tx: ArrayLike
    lon_rx: ArrayLike
    time_percent: ArrayLike = 50.0
    location_percent: ArrayLike = 50.0
    location_sigma_dB: ArrayLike = 0.0
    polarization: ArrayLike = "vertical"
    delta_N: ArrayLike = DELTA_N  # noqa: N815 — the Recommendation's symbol
    N0: ArrayLike = N0
    dist_coast_tx_km: ArrayLike = INLAND_KM
    dist_coast_rx_km: ArrayLike = INLAND_KM


@dataclass(frozen=True, slots=True)
class Profiles:
    """Profiles of n paths, one behind the other.

    Attributes
    ----------
    distance_km
        (m,) distances from the transmitter, in each path rising from 0 [km].
    terrain_m
        (m,) heights above sea level [m].
    start
        (n + 1,) where each path begins; the last one is m.
    clutter_m
        (m,) heights of trees or buildings on the terrain [m]; None for none.
    zone
        (m,) radio-climatic zones: 1 sea, 3 coastal land, 4 inland; None for all inland.
    """

    distance_km: ArrayLike
    terrain_m: ArrayLike
    start: ArrayLike
    clutter_m: ArrayLike | None = None
    zone: ArrayLike | None = None


@dataclass(frozen=True, slots=True)
class Predictions:
    """Results of n paths.

    Attributes
    ----------
    loss_dB
        (n,) basic transmission loss [dB].
    line_of_sight
        (n,) whether the median ray passes over terrain and clutter.
    edge
        (n,) point of the path, counted from its start, that blocks most or comes nearest to it.
    edge_nu
        (n,) diffraction parameter ν of that point; above −0.78 it costs something.
    """

    loss_dB: Floats
    line_of_sight: NDArray[np.bool_]
    edge: NDArray[np.int64]
    edge_nu: Floats


@dataclass(frozen=True, slots=True)
class PathLoss:
    """Parts of the loss of one path; symbols are those of the Recommendation.

    Attributes
    ----------
    loss_dB
        L_b: what is not exceeded for the requested time and locations, Eq. (69).
    free_space_dB, line_of_sight_dB
        L_bfs and, with multipath and focusing, L_b0p.
    diffraction_dB, diffraction_median_dB
        L_dp for the requested time, L_d50 for half of it: on top of the two above.
    bullington_dB, bullington_smooth_dB, spherical_dB
        Median parts of the delta-Bullington method: L_bulla, L_bulls, L_dsph.
    troposcatter_dB, ducting_dB
        L_bs and L_ba: whole losses of these ways of propagation.
    location_dB
        Location variability.
    line_of_sight
        Whether the median ray passes over terrain and clutter.
    edge, edge_km, edge_nu
        Profile point that blocks most or comes nearest to it, its distance and its ν.
    horizon_tx, horizon_rx
        Profile points of the horizons; the Bullington point on a path with line of sight.
    horizon_tx_km, horizon_rx_km
        d_lt and d_lr.
    horizon_tx_mrad, horizon_rx_mrad, angular_distance_mrad
        θ_t, θ_r and θ.
    effective_tx_m, effective_rx_m
        Antennas above the smooth surface of the diffraction model, h′_tc and h′_rc.
    ducting_tx_m, ducting_rx_m, roughness_m
        h_te, h_re and h_m of the ducting model.
    beta0_percent, sea_share, earth_radius_km
        β₀, ω and the median effective radius a_e.
    """

    loss_dB: float
    free_space_dB: float
    line_of_sight_dB: float
    diffraction_dB: float
    diffraction_median_dB: float
    bullington_dB: float
    bullington_smooth_dB: float
    spherical_dB: float
    troposcatter_dB: float
    ducting_dB: float
    location_dB: float
    line_of_sight: bool
    edge: int
    edge_km: float
    edge_nu: float
    horizon_tx: int
    horizon_rx: int
    horizon_tx_km: float
    horizon_rx_km: float
    horizon_tx_mrad: float
    horizon_rx_mrad: float
    angular_distance_mrad: float
    effective_tx_m: float
    effective_rx_m: float
    ducting_tx_m: float
    ducting_rx_m: float
    roughness_m: float
    beta0_percent: float
    sea_share: float
    earth_radius_km: float


def basic_transmission_loss(  # noqa: PLR0913 — one name for each input of the Recommendation
    distance_km: ArrayLike,
    terrain_m: ArrayLike,
    *,
    frequency_GHz: float,
    h_tx_m: float,
    h_rx_m: float,
    time_percent: float = 50,
    location_percent: float = 50,
    location_sigma_dB: float = 0,
    polarization: str = "vertical",
    delta_N: float = DELTA_N,  # noqa: N803 — the Recommendation's symbol
    N0: float = N0,  # noqa: N803 — the same
    clutter_m: ArrayLike | None = None,
    zone: ArrayLike | None = None,
    lat_tx: float,
    lat_rx: float,
    lon_tx: float,
    lon_rx: float,
    dist_coast_tx_km: float = INLAND_KM,
    dist_coast_rx_km: float = INLAND_KM,
) -> float:
    """Return the basic transmission loss of one path.

    Parameters
    ----------
    distance_km
        (n,) distances from the transmitter, rising from 0, evenly spaced or not; 0.25 to 3000 long.
    terrain_m
        (n,) heights above sea level [m].
    frequency_GHz, h_tx_m, h_rx_m, time_percent, location_percent, location_sigma_dB, polarization
        As in :class:`Link`.
    delta_N, N0, lat_tx, lat_rx, lon_tx, lon_rx, dist_coast_tx_km, dist_coast_rx_km
        As in :class:`Link`.
    clutter_m, zone
        (n,) as in :class:`Profiles`.

    Returns
    -------
    loss_dB
        Not exceeded for the requested time and locations [dB].

    Raises
    ------
    RangeError
        If a value is outside the validity of the method; all of them are named.

    Examples
    --------
    >>> import numpy as np
    >>> place = dict(lat_tx=25.0, lat_rx=25.045, lon_tx=102.7, lon_rx=102.7)
    >>> distance_km = np.linspace(0, 5, 101)
    >>> loss = basic_transmission_loss(
    ...     distance_km, np.full(101, 1900.0), frequency_GHz=0.7, h_tx_m=35, h_rx_m=1.5,
    ...     polarization="horizontal", **place,
    ... )
    >>> f"{loss:.2f} dB"
    '113.44 dB'
    """
    link = Link(
        frequency_GHz=frequency_GHz, h_tx_m=h_tx_m, h_rx_m=h_rx_m, time_percent=time_percent,
        location_percent=location_percent, location_sigma_dB=location_sigma_dB,
        polarization=polarization, delta_N=delta_N, N0=N0, lat_tx=lat_tx, lat_rx=lat_rx,
        lon_tx=lon_tx, lon_rx=lon_rx, dist_coast_tx_km=dist_coast_tx_km,
        dist_coast_rx_km=dist_coast_rx_km,
    )  # fmt: skip
    return path_loss(distance_km, terrain_m, link, clutter_m=clutter_m, zone=zone).loss_dB


def path_loss(
    distance_km: ArrayLike,
    terrain_m: ArrayLike,
    link: Link,
    *,
    clutter_m: ArrayLike | None = None,
    zone: ArrayLike | None = None,
) -> PathLoss:
    """Return the loss of one path with all its parts.

    Parameters
    ----------
    distance_km, terrain_m, clutter_m, zone
        (n,) as in :func:`basic_transmission_loss`.
    link
        With single values.

    Returns
    -------
    loss
        The loss and its parts.

    Raises
    ------
    RangeError
        If a value is outside the validity of the method; all of them are named.
    """
    faults = check.Faults()
    table = check.table(_values(link), 1, faults)
    flat = {
        "distance_km": distance_km, "terrain_m": terrain_m, "clutter_m": clutter_m, "zone": zone,
    }  # fmt: skip
    profile = check.ragged(flat, None, faults)
    if profile is not None:
        distance, terrain = profile.distance_km, profile.terrain_m
        clutter, zones = profile.clutter_m, profile.zone
        check.profiles(np.array([fault_of(distance, terrain, clutter, zones)]), faults)
    faults.raise_all()
    terminals = terminals_from(table[0], distance[-1])
    constants = radio_from(table[0])
    found = analyse(distance, (terrain, clutter), zones, terminals, constants, True)
    return _parts(found, constants.radius_km, float(distance[found.edge]))


def predict_paths(profiles: Profiles, link: Link, *, threads: int | None = None) -> Predictions:
    """Return the losses of many paths, by default on all cores.

    The numbers are those of :func:`path_loss`, to the last bit, whatever the number of threads.

    Parameters
    ----------
    profiles
        n paths.
    link
        Values for all, or (n,) for each.
    threads
        Threads; None for one per core.

    Returns
    -------
    predictions
        (n,) results.

    Raises
    ------
    RangeError
        If a value is outside the validity of the method; all of them are named.

    Examples
    --------
    >>> import numpy as np
    >>> steps = np.linspace(0, 5, 101)
    >>> profiles = Profiles(np.tile(steps, 2), np.repeat([0.0, 1900.0], 101), [0, 101, 202])
    >>> link = Link(
    ...     frequency_GHz=0.7, h_tx_m=35, h_rx_m=1.5, lat_tx=25, lat_rx=25.045, lon_tx=102.7,
    ...     lon_rx=102.7,
    ... )
    >>> predict_paths(profiles, link).line_of_sight.tolist()
    [True, True]
    """
    faults = check.Faults()
    if threads is not None and threads < 1:
        faults.add("threads", threads=threads)
    flat = {
        "distance_km": profiles.distance_km, "terrain_m": profiles.terrain_m,
        "clutter_m": profiles.clutter_m, "zone": profiles.zone,
    }  # fmt: skip
    paths = max(np.size(profiles.start) - 1, 0)
    table = check.table(_values(link), paths, faults)
    ragged = check.ragged(flat, profiles.start, faults)
    found = BatchResults(
        np.full(paths, np.nan),
        np.zeros(paths, dtype=np.bool_),
        np.zeros(paths, dtype=np.int64),
        np.full(paths, np.nan),
        np.zeros(paths, dtype=np.uint8),
    )
    if ragged is not None:
        run(ragged, table, found, threads)
        check.profiles(found.fault, faults)
    faults.raise_all()
    return Predictions(found.loss_dB, found.line_of_sight, found.edge, found.nu)


def radio(link: Link) -> Radio:
    """Return the constants of a link of single values, for :func:`predict` in compiled code.

    Parameters
    ----------
    link
        With single values.

    Returns
    -------
    radio
        Constants of frequency, polarisation, percentages and refractivity.

    Raises
    ------
    RangeError
        If a value is outside the validity of the method; all of them are named.
    """
    faults = check.Faults()
    table = check.table(_values(link), 1, faults)
    faults.raise_all()
    return radio_from(table[0])


def _values(link: Link) -> dict[str, ArrayLike]:
    return {name: getattr(link, name) for name in Link.__slots__}


def _parts(found: FullPrediction, radius_km: float, edge_km: float) -> PathLoss:
    sight, median, seen, smooth = found.sight, found.median, found.seen, found.smooth
    return PathLoss(
        loss_dB=found.loss_dB,
        free_space_dB=sight.free_space,
        line_of_sight_dB=sight.at_time,
        diffraction_dB=found.bent_dB,
        diffraction_median_dB=median.loss,
        bullington_dB=median.actual,
        bullington_smooth_dB=median.smooth,
        spherical_dB=median.spherical,
        troposcatter_dB=found.scatter_dB,
        ducting_dB=found.duct_dB,
        location_dB=found.location_dB,
        line_of_sight=found.line_of_sight,
        edge=found.edge,
        edge_km=edge_km,
        edge_nu=found.nu,
        horizon_tx=seen.tx,
        horizon_rx=seen.rx,
        horizon_tx_km=seen.distance_tx_km,
        horizon_rx_km=seen.distance_rx_km,
        horizon_tx_mrad=seen.angle_tx,
        horizon_rx_mrad=seen.angle_rx,
        angular_distance_mrad=found.angle,
        effective_tx_m=smooth.diffraction_tx,
        effective_rx_m=smooth.diffraction_rx,
        ducting_tx_m=smooth.ducting_tx,
        ducting_rx_m=smooth.ducting_rx,
        roughness_m=smooth.roughness,
        beta0_percent=found.climate.beta0,
        sea_share=found.omega,
        earth_radius_km=radius_km,
    )

"""Power of a site: grid connection where the line is near enough, otherwise solar; the cheaper one.

Prices are present values over the plan, so that renewed batteries compare with a line that lasts.
Where the distance to the grid is unknown, a line of assumed length is built: inhabited places have
grid power, so a missing table of lines is no sign of a missing grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import RangeError

Floats = NDArray[np.float64]

#: Sources of power, and why a site has one.
KINDS = ("grid", "solar", "none")
REASONS = (
    "grid_cheaper", "solar_cheaper", "grid_too_far", "grid_assumed", "existing_site",
    "no_feasible_power", "solar_only",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PowerPrices:
    """Prices of power [money, present value over the plan].

    Attributes
    ----------
    line_per_km
        Power line along the ground.
    connection
        Transformer and meter at the site; infinite where the grid is not allowed.
    solar
        Panels and batteries with their renewals; infinite where solar is not allowed.
    route_factor
        Length of a line over the geodesic distance.
    assumed_km
        Length of the line where the distance is unknown [km].
    limit_km
        Longest line that is built [km].
    """

    line_per_km: float
    connection: float
    solar: float
    route_factor: float
    assumed_km: float
    limit_km: float = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class Power:
    """Power per site: kind, cost [money], length of its line [km], and the reason."""

    kind: tuple[str, ...]
    cost: Floats
    line_km: Floats
    reason: tuple[str, ...]


def power(grid_m: ArrayLike, prices: PowerPrices, *, existing: ArrayLike | None = None) -> Power:
    """Return the cheapest feasible power of each site.

    Parameters
    ----------
    grid_m
        (n,) geodesic distance to the grid [m]; NaN unknown: the grid with the assumed line,
        whatever solar costs; infinite none.
    prices
        Prices and limits.
    existing
        (n,) True where a site exists and has power already.

    Returns
    -------
    power
        Kind, cost, line and reason per site.

    Raises
    ------
    RangeError
        If a distance or price is negative, or the route factor is below 1.

    Examples
    --------
    >>> prices = PowerPrices(120_000, 35_000, 200_000, route_factor=1.0, assumed_km=0.6)
    >>> power([500, 3_000, float("nan")], prices).reason
    ('grid_cheaper', 'solar_cheaper', 'grid_assumed')
    """
    metres = np.atleast_1d(np.asarray(grid_m, dtype=float))
    _check(metres, prices)
    exists = np.zeros(len(metres), dtype=bool) if existing is None else np.asarray(existing, bool)
    assumed = np.isnan(metres)
    line_km = np.where(assumed, prices.assumed_km, metres / 1000.0 * prices.route_factor)
    allowed = bool(np.isfinite(prices.connection))
    feasible = (line_km <= prices.limit_km) & allowed
    by_grid = np.where(feasible, prices.connection + prices.line_per_km * line_km, np.inf)
    grid = feasible & (assumed | (by_grid <= prices.solar))
    none = ~grid & ~np.isfinite(prices.solar)
    kinds = np.where(grid | exists, 0, np.where(none, 2, 1))
    solar_only = np.full(len(metres), not allowed)
    why = np.select(
        [exists, none, grid & assumed, grid, solar_only, ~feasible], [4, 5, 3, 0, 6, 2], default=1
    )
    cost = np.where(grid, by_grid, np.where(none, 0.0, prices.solar))
    return Power(
        tuple(KINDS[i] for i in kinds), np.where(exists, 0.0, cost),
        np.where(grid & ~exists, line_km, 0.0), tuple(REASONS[i] for i in why),
    )  # fmt: skip


def _check(metres: Floats, prices: PowerPrices) -> None:
    if (metres < 0).any():
        raise RangeError("power.distance")
    amounts = (prices.line_per_km, prices.connection, prices.solar, prices.assumed_km,
               prices.limit_km)  # fmt: skip
    if not all(amount >= 0 for amount in amounts) or not prices.route_factor >= 1:
        raise RangeError("power.prices")

"""Power supply of a site: grid or solar, the cheaper one; the grid where no lines are imported.

The two are compared by present value over the years of operation, since batteries are replaced,
lines last and the grid charges for electricity. Without power lines each new site gets a line of
the assumed length ``grid_drop``; solar is then a choice of the settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.scenario.scenario import Scenario
from geo.money.power import PowerPrices, power
from planning.plan.life_cycle_cost import present_value
from planning.plan.unit_costs import UnitPrices

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fed:
    """Power supply per candidate.

    Attributes
    ----------
    kind
        (n,) ``grid``, ``solar``, ``none`` or ``shared``.
    reason
        (n,) code of the reason.
    quantities
        Item → (n,) quantity [unit of the item].
    """

    kind: NDArray[np.object_]
    reason: NDArray[np.object_]
    quantities: Mapping[str, Floats]


def feed(scenario: Scenario, candidates: pd.DataFrame, rates: UnitPrices) -> Fed:
    """Return the power supply of each candidate; existing sites share theirs.

    Parameters
    ----------
    scenario
        The scenario whose settings apply.
    candidates
        (n, …) rows of the candidate table.
    rates
        Unit costs in force.

    Returns
    -------
    fed
        Kind, reason and quantities per candidate.
    """
    years, kinds = scenario.plan.money.operation_years, scenario.plan.links.power
    stands = candidates["existing_site"].to_numpy(bool)
    built = (candidates["status"] == "built").to_numpy()

    def value(*items: str) -> float:
        return present_value(dict.fromkeys(items, 1.0), years, rates)

    prices = PowerPrices(
        line_per_km=value("grid_line"),
        connection=value("grid_connection", "opex_electricity") if "grid" in kinds else np.inf,
        solar=value("solar_power", "opex_solar") if "solar" in kinds else np.inf,
        route_factor=rates.route_factor,
        assumed_km=rates.value("grid_drop"),
    )
    found = power(candidates["power_m"].to_numpy(float), prices, existing=stands)
    kind = np.where(stands, "shared", np.array(found.kind, dtype=object)).astype(object)
    taken = {
        "grid_connection": (kind == "grid").astype(float),
        "grid_line": found.line_km,
        "solar_power": (kind == "solar").astype(float),
        "opex_solar": (kind == "solar").astype(float),
        # A site built earlier costs nothing more.
        "opex_electricity": (np.isin(kind, ("grid", "shared")) & ~built).astype(float),
    }
    return Fed(kind, np.array(found.reason, dtype=object), taken)

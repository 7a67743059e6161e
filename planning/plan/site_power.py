"""Power supply of a site: the grid where a line is known near enough, else solar; the cheaper one.

The two are compared by present value over the years of operation, since batteries are replaced and
lines last.
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

    def value(item: str) -> float:
        return present_value({item: 1.0}, years, rates)

    prices = PowerPrices(
        line_per_km=value("grid_line"), connection=value("grid_connection"),
        solar=value("solar_power") if "solar" in kinds else np.inf,
        route_factor=rates.route_factor,
    )  # fmt: skip
    metres = candidates["power_m"].to_numpy(float)
    if "grid" not in kinds:
        metres = np.full(len(candidates), np.inf)
    found = power(metres, prices, existing=stands)
    kind = np.where(stands, "shared", np.array(found.kind, dtype=object)).astype(object)
    taken = {
        "grid_connection": (kind == "grid").astype(float),
        "grid_line": found.line_km,
        "solar_power": (kind == "solar").astype(float),
    }
    return Fed(kind, np.array(found.reason, dtype=object), taken)

"""Inputs of the site-selection problem: villages, candidates, coverage matrix and costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.errors import InputError
from planning.plan.candidate_reach import Reach, coverage_matrix, terrain_high_points
from planning.plan.candidates import CandidateList, candidate_table, demand
from planning.plan.site_power import Fed, feed
from planning.plan.site_selection import Watch
from planning.plan.unit_costs import UnitPrices, prices, site_quantities

Floats = NDArray[np.float64]
_WATCH = Watch()


@dataclass(frozen=True, eq=False)
class SelectionInputs:
    """Inputs of the site-selection problem.

    Attributes
    ----------
    villages
        Villages of the plan's demand.
    found
        Candidates, and those refused.
    reach
        Coverage matrix, options × villages.
    rates
        Unit costs in force.
    fed
        Power per candidate.
    quantities
        Item → (options,) quantity per option, with power and without backhaul.
    costs
        (options, 3) build cost of these quantities: low, base, high [currency].
    """

    villages: pd.DataFrame
    found: CandidateList
    reach: Reach
    rates: UnitPrices
    fed: Fed
    quantities: dict[str, Floats]
    costs: Floats

    @property
    def options(self) -> pd.DataFrame:
        """Rows of the candidate table, one per option."""
        return self.found.table.iloc[self.reach.candidate].reset_index(drop=True)


def build_inputs(pack: Pack, scenario: Scenario, watch: Watch = _WATCH) -> SelectionInputs:
    """Build the inputs of the site-selection problem.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    watch
        Progress and cancellation.

    Returns
    -------
    inputs
        Villages, candidates, coverage matrix and costs.

    Raises
    ------
    InputError
        If no village is without 4G, or there is no candidate.
    """
    settings = scenario.plan
    watch.progress("candidates", 0.0, "")
    villages = demand(pack, scenario)
    if villages.empty:
        raise InputError("plan.no_village")
    found = candidate_table(pack, scenario, high_points=terrain_high_points(pack, scenario))
    count = f"{len(found.table):,}"
    watch.progress("reach", 0.05, count)
    reach = coverage_matrix(
        pack, scenario, found.table, villages, cancel=watch.cancel,
        progress=lambda share: watch.progress("reach", 0.05 + 0.2 * share, count),
    )  # fmt: skip
    rates = prices(pack, settings)
    fed = feed(scenario, found.table, rates)
    quantities = site_quantities(reach, found.table, settings, rates)
    quantities |= {item: number[reach.candidate] for item, number in fed.quantities.items()}
    return SelectionInputs(
        villages, found, reach, rates, fed, quantities, rates.total(quantities).amounts
    )

"""What a choice stands on: villages, candidates, who reaches whom, what each site costs."""

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
    """What a choice stands on.

    Attributes
    ----------
    villages
        Whom the plan is for.
    fed
        Power per candidate.
    quantities
        Item → (options,) what a site takes, power in it, links not.
    costs
        (options, 3) build cost of that, low, base, high [currency].
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


def stand(pack: Pack, scenario: Scenario, watch: Watch = _WATCH) -> SelectionInputs:
    """Return candidates, reach and costs of a scenario.

    Raises
    ------
    InputError
        If no village is without service, or there is no candidate.
    """
    settings = scenario.plan
    watch.progress("candidates", 0.0, "")
    villages = demand(pack, scenario)
    if villages.empty:
        raise InputError(
            "no village lacks 4G", where="plan.min_households",
            repair="lower the least size of a village, or import villages whose state is known",
        )  # fmt: skip
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

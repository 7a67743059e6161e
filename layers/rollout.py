"""One plan: candidates → reach → choice → links → order → years → money, as tables that agree.

A village belongs to the site that reaches it first in the order of building: so the villages and
households of the sites, of the years and of the list of villages have the same sums everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.pack import Pack
from data.scenario import Scenario
from geo.cost import Money
from geo.errors import InputError
from geo.siting import Run
from layers.candidates import BUILT, Found, candidate_table, demand
from layers.choice import Choice, Watch, choose
from layers.joining import Joined, join, unjoined
from layers.phases import Phases, Sites, phases
from layers.plan_routes import owned
from layers.plan_totals import totals
from layers.plancosts import Prices, prices, site_quantities, unknown_costs
from layers.reach import Reach, coverage_matrix, terrain_high_points

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_WATCH = Watch()


@dataclass(frozen=True, eq=False)
class Ground:
    """What a choice stands on.

    Attributes
    ----------
    costs
        (options, 3) build cost without links, low, base, high [currency].
    """

    villages: pd.DataFrame
    found: Found
    reach: Reach
    rates: Prices
    quantities: dict[str, Floats]
    costs: Floats


@dataclass(frozen=True, eq=False)
class Built:
    """Chosen sites with links, order and years; arrays follow ``options``.

    Attributes
    ----------
    options
        Rows of the reach.
    sites
        Their rows of the candidate table.
    phases
        Order and year of building and the site that reaches each village first.
    quantities
        Item → (n,) what each site pays for; a trunk is paid by the site that it ends at.
    money
        Build cost per site.
    """

    options: Ints
    sites: pd.DataFrame
    joined: Joined
    phases: Phases
    quantities: dict[str, Floats]
    money: Money


@dataclass(frozen=True, eq=False)
class Rollout:
    """A plan.

    Attributes
    ----------
    sites, villages, unreachable, left, routes, bill, yearly, totals
        Tables; see :mod:`layers.rollout_tables`. Each village of the plan's demand stands in one
        of ``villages``, ``unreachable`` (no candidate reaches it) and ``left`` (not chosen).
    choice
        What was chosen and the proof.
    basis
        ``circle``, ``terrain`` or ``mixed``.
    notes
        Keys of what the figures leave out.
    """

    scenario: Scenario
    sites: pd.DataFrame
    villages: pd.DataFrame
    unreachable: pd.DataFrame
    left: pd.DataFrame
    routes: gpd.GeoDataFrame
    bill: pd.DataFrame
    yearly: pd.DataFrame
    totals: pd.DataFrame
    choice: Choice
    basis: str
    notes: tuple[str, ...]

    @property
    def evidence(self) -> list[str]:
        """Evidence classes of all rows."""
        tables = (self.sites, self.villages, self.unreachable, self.routes)
        return sorted({word for table in tables for word in table["evidence"]})

    @property
    def proof(self) -> str:
        """Say what is proven.

        A cost counts downwards: "costs X, cannot cost less than Y".
        """
        found = self.choice
        if found.measure == "cost":
            return (
                f"costs {found.value:,.0f}, cannot cost less than {found.bound:,.0f}, "
                f"gap {found.gap:.2%}"
            )
        return f"covers {found.value:,.0f}, cannot exceed {found.bound:,.0f}, gap {found.gap:.2%}"


def plan(
    pack: Pack,
    scenario: Scenario,
    *,
    progress: Callable[[str, float, str], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    links: bool = True,
) -> Rollout:
    """Return the plan for a scenario's wishes.

    Parameters
    ----------
    progress
        Called with (step, share done 0–1, what is known so far).
    cancel
        Asked often; True ends the choice of sites with the best plan so far.
    links
        Join the sites to fibre and power; else the plan only places them.

    Raises
    ------
    InputError
        If nothing is to be planned, or the limits conflict.
    """
    watch = Watch(progress or _WATCH.progress, cancel or _WATCH.cancel)
    ground = stand(pack, scenario, watch)
    choice = _chosen(ground, scenario, watch)
    watch.progress("links", 0.8, str(len(choice.options)))
    built = build(pack, scenario, ground, choice.options, links=links)
    watch.progress("tables", 0.95, "")
    from layers import rollout_tables as tables

    return Rollout(
        scenario,
        tables.site_table(pack, ground, built),
        tables.village_table(ground, built),
        tables.unreachable_table(ground),
        tables.left_table(ground, built),
        built.joined.routes,
        tables.bill_table(ground, built),
        tables.yearly_table(scenario, ground, built),
        _totals(scenario, ground, built),
        choice,
        ground.reach.basis,
        unknown_costs(ground.found.table),
    )


def stand(pack: Pack, scenario: Scenario, watch: Watch = _WATCH) -> Ground:
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
    quantities = site_quantities(reach, found.table, settings, rates)
    costs = rates.total(quantities).amounts
    return Ground(villages, found, reach, rates, quantities, costs)


def _chosen(ground: Ground, scenario: Scenario, watch: Watch) -> Choice:
    def tell(share: float, covered: float, bound: float) -> None:
        watch.progress("siting", 0.25 + 0.5 * share, f"{covered:,.0f} / {bound:,.0f}")

    run = Run(time_limit_s=scenario.plan.time_limit_s, progress=tell, cancel=watch.cancel)
    tables = (ground.found.table, ground.villages)
    return choose(ground.reach, tables, ground.costs[:, 1], scenario.plan, run)


def build(
    pack: Pack, scenario: Scenario, ground: Ground, options: Ints, *, links: bool = True
) -> Built:
    """Join, order, cost and date the chosen options."""
    settings = scenario.plan
    sites = ground.found.table.iloc[ground.reach.candidate[options]].reset_index(drop=True)
    sites["preset"] = ground.reach.preset[options]
    joined = join(pack, scenario, sites, ground.rates) if links else unjoined(sites)
    own = {item: number[options] for item, number in ground.quantities.items()}
    quantities = dict(own)
    for item, number in joined.quantities.items():
        # A hop's higher mast adds to the mast of the site.
        quantities[item] = quantities.get(item, 0.0) + number
    money = ground.rates.total(quantities)
    stands = (sites["status"] == BUILT).to_numpy()
    dates = {place.key: place.year for place in settings.candidates.built}
    known = sites["candidate_id"].map(dates).where(stands, 0).fillna(0)
    listed = Sites(
        sites, ground.reach.matrix[options], money.base, joined.parent,
        np.asarray(known, dtype=np.int64),
    )  # fmt: skip
    timed = phases(pack, listed, ground.villages, settings.years)
    joined = _dated(joined, sites, timed)
    return Built(options, sites, joined, timed, quantities, money)


def _dated(joined: Joined, sites: pd.DataFrame, timed: Phases) -> Joined:
    """Say of each line for which site and in which year it is built."""
    ids = sites["candidate_id"].to_numpy(dtype=object)
    owner = owned(joined.routes, ids.tolist(), timed.order)
    year = np.append(timed.year, 0)[owner]
    routes = joined.routes.assign(
        candidate_id=np.append(ids, "")[owner], year=pd.arrays.IntegerArray(year, year <= 0)
    )
    return replace(joined, routes=routes)


def _totals(scenario: Scenario, ground: Ground, built: Built) -> pd.DataFrame:
    """Return total cost, present value and subsidy of the sites that the years hold."""
    settings, year = scenario.plan, built.phases.year
    new = (built.sites["status"] != BUILT).to_numpy()
    cohorts = [(int(y), new & (year == y)) for y in np.unique(year[new & (year > 0)])]
    homes = ground.villages["households"].to_numpy(float)
    first = built.phases.first
    served = (first >= 0) & (new & (year > 0))[first]
    border = set(settings.money.border)
    at_border = built.sites["county"].isin(border) | built.sites["prefecture"].isin(border)
    return totals(
        built.quantities, cohorts, at_border.to_numpy(),
        (int(homes[served].sum()), int(served.sum())), settings, ground.rates,
    )  # fmt: skip

"""Construction of the chosen sites: backhaul, order, years and costs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from geo.money.cost import Money
from planning.plan.backhaul import Joined, join, unjoined
from planning.plan.candidates import BUILT, LOCKED, lines_of
from planning.plan.capacity_assignment import served
from planning.plan.cost_drivers import DRIVER_COLUMNS, drivers, items_of, lengths
from planning.plan.inputs import SelectionInputs
from planning.plan.life_cycle_cost import totals
from planning.plan.routes import owned
from planning.plan.schedule import Phases, Sites, phases

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Built:
    """Chosen sites with backhaul, order and years; arrays follow ``options``.

    Attributes
    ----------
    options
        (n,) rows of the coverage matrix.
    sites
        (n, …) rows of the candidate table, with ``preset`` and ``power``.
    joined
        Backhaul of the sites.
    phases
        Order and year of building, and the site that serves each village first.
    quantities
        Item → (n,) quantity that each site pays for; a shared route counts for the site that it
        ends at.
    money
        (n,) build cost per site.
    """

    options: Ints
    sites: pd.DataFrame
    joined: Joined
    phases: Phases
    quantities: dict[str, Floats]
    money: Money


def build(
    pack: Pack, scenario: Scenario, ground: SelectionInputs, options: Ints, *, links: bool = True
) -> Built:
    """Connect, order, cost and date the chosen options.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    ground
        Inputs of the site-selection problem.
    options
        (n,) rows of the coverage matrix.
    links
        Plan backhaul; else the plan only selects sites.

    Returns
    -------
    built
        The sites in the order of ``options``.
    """
    settings = scenario.plan
    rows = ground.reach.candidate[options]
    sites = ground.found.table.iloc[rows].reset_index(drop=True)
    sites["preset"] = ground.reach.preset[options]
    sites["power"], sites["power_reason"] = ground.fed.kind[rows], ground.fed.reason[rows]
    joined = join(pack, scenario, sites, ground.rates) if links else unjoined(sites)
    quantities = {item: number[options] for item, number in ground.quantities.items()}
    for item, number in joined.quantities.items():
        # The extra mast height of a hop adds to the mast of the site.
        quantities[item] = quantities.get(item, 0.0) + number
    money = ground.rates.total(quantities)
    stands = (sites["status"] == BUILT).to_numpy()
    dates = {place.key: place.year for place in settings.candidates.built}
    known = sites["candidate_id"].map(dates).where(stands, 0).fillna(0)
    listed = Sites(
        sites, _serving(scenario, ground, options),
        money.high if settings.money.hold_at == "high" else money.base, joined.parent,
        np.asarray(known, dtype=np.int64),
    )  # fmt: skip
    timed = phases(pack, listed, ground.villages, settings.years)
    return Built(options, sites, _dated(joined, sites, timed), timed, quantities, money)


def build_needed(
    pack: Pack, scenario: Scenario, ground: SelectionInputs, options: Ints, *, links: bool = True
) -> Built:
    """Build the chosen options without those that serve nobody and join no other site.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    ground
        Inputs of the site-selection problem.
    options
        (n,) rows of the coverage matrix.
    links
        Plan backhaul; else the plan only selects sites.

    Returns
    -------
    built
        At most n sites, in the order of ``options``; sites that must be built or stand stay.
    """
    built = build(pack, scenario, ground, options, links=links)
    while (vain := _droppable(built)).any():
        less = build(pack, scenario, ground, built.options[~vain], links=links)
        # Links are found step by step: without a site another way may be dearer.
        if less.money.sum().base > built.money.sum().base:
            break
        built = less
    return built


def idle(built: Built, *, besides: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """Return which sites serve no village and join none that does.

    Parameters
    ----------
    built
        The chosen sites with links, order, years and costs.
    besides
        (n,) sites that are needed without a village, with what joins them; None for none.

    Returns
    -------
    mask
        (n,) True for such a site.
    """
    n, routes, first = len(built.sites), built.joined.routes, built.phases.first
    needed = np.bincount(first[first >= 0], minlength=n) > 0
    if besides is not None:
        needed |= besides
    # An existing site needs no route of its own: one that ends there joins another.
    ends = built.sites["candidate_id"].isin([*routes["from_id"], *routes["to_id"]])
    needed |= (built.sites["existing_site"] & ends).to_numpy(bool)
    while True:
        carriers = built.joined.parent[needed]
        carriers = carriers[carriers >= 0]
        if needed[carriers].all():
            return np.asarray(~needed)
        needed[carriers] = True


def _droppable(built: Built) -> NDArray[np.bool_]:
    return idle(built, besides=built.sites["status"].isin((BUILT, LOCKED)).to_numpy(bool))


def money_tables(
    pack: Pack, scenario: Scenario, ground: SelectionInputs, built: Built
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cost of the new sites that have a year, and what drives it.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario whose settings apply.
    ground
        Inputs of the site-selection problem.
    built
        The chosen sites with links, order, years and costs.

    Returns
    -------
    totals
        :data:`planning.plan.life_cycle_cost.TOTAL_COLUMNS`, one row per figure: total cost,
        present value and subsidy.
    drivers
        :data:`planning.plan.cost_drivers.DRIVER_COLUMNS`, one row per unit cost or assumption.
    """
    settings, year = scenario.plan, built.phases.year
    new = (built.sites["status"] != BUILT).to_numpy()
    cohorts = [(int(y), new & (year == y)) for y in np.unique(year[new & (year > 0)])]
    homes = ground.villages["households"].to_numpy(float)
    first = built.phases.first
    reached = (first >= 0) & np.append(new & (year > 0), False)[first]
    border = set(settings.money.border)
    at_border = built.sites["county"].isin(border) | built.sites["prefecture"].isin(border)
    table = totals(
        built.quantities, cohorts, at_border.to_numpy(),
        (int(homes[reached].sum()), int(reached.sum())), settings, ground.rates,
    )  # fmt: skip
    if table.empty:
        return table, pd.DataFrame(columns=list(DRIVER_COLUMNS))
    dated = new & (year > 0)
    bought = {item: number[dated] for item, number in built.quantities.items()}
    assumed = lengths(bought, built.sites[dated], along_roads=lines_of(pack, "roads") is not None)
    table["source_ids"] = [
        ";".join(f"cost:{item}" for item in items_of(figure, bought, assumed, settings))
        for figure in table["figure"]
    ]
    return table, drivers(bought, assumed, settings, ground.rates)


def _serving(scenario: Scenario, ground: SelectionInputs, options: Ints) -> sp.csr_array:
    """Return which site can serve which village; with a capacity at most one site each."""
    reach = sp.csr_array(ground.reach.matrix[options])
    limit = scenario.plan.limits.capacity_households
    if limit is None:
        return reach
    homes = ground.villages["households"].to_numpy(float)
    return served(reach, homes, np.full(len(options), float(limit)))


def _dated(joined: Joined, sites: pd.DataFrame, timed: Phases) -> Joined:
    """Add to each line the site that it is built for, and the year."""
    ids = sites["candidate_id"].to_numpy(dtype=object)
    owner = owned(joined.routes, ids.tolist(), timed.order)
    year = np.append(timed.year, 0)[owner]
    routes = joined.routes.assign(
        candidate_id=np.append(ids, "")[owner], year=pd.arrays.IntegerArray(year, year <= 0)
    )
    return replace(joined, routes=routes)

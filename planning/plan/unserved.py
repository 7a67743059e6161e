"""What a plan does not serve and why: villages out of reach, sites that must be built in vain.

And what one more site, or one more year, would bring.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.scenario.presets import preset, presets
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.wording.catalogue import Bilingual, Message
from geo.coverage.distance import distance_coverage
from layers.villages import county_names
from planning.coverage.prediction import has_radio
from planning.plan.candidates import LOCKED
from planning.plan.construction import Built, idle
from planning.plan.inputs import SelectionInputs
from planning.technology import plan_presets, serves

#: What would reach a village that no candidate reaches.
REMEDIES = ("higher_mast", "other_technology", "nearer_site")
#: How far a candidate is looked for [m].
_FAR_M = 100_000.0
#: Number of places that a warning names.
_NAMED = 5


def unreachable_table(scenario: Scenario, ground: SelectionInputs) -> pd.DataFrame:
    """Return the villages that no candidate reaches, with what would reach them.

    A village inside the circle of the plan's technologies is hidden by terrain: a higher mast may
    see it. Outside it, a technology of larger radius, else only a nearer site or a satellite
    terminal.

    Parameters
    ----------
    scenario
        The scenario whose settings apply.
    ground
        Inputs of the site-selection problem.

    Returns
    -------
    table
        Rows of the demand, with ``reason``, ``nearest_m`` (distance of the nearest candidate [m];
        unknown beyond 100 km), ``remedy`` (one of :data:`REMEDIES`) and ``remedy_preset`` (the
        technology, where that is the remedy).
    """
    reached = np.zeros(len(ground.villages), dtype=bool)
    reached[ground.reach.matrix.indices] = True
    table, places = ground.villages.loc[~reached], ground.found.table
    metres = distance_coverage(
        table["lon"], table["lat"], places["lon"], places["lat"], _FAR_M
    ).distance_m
    larger = sorted(
        (item.radius_m, key)
        for key, item in presets().items()
        if has_radio(key) and serves(key, "4G", five_g_counts_as_4g=scenario.five_g_counts_as_4g)
    )
    own = max(preset(key).radius_m for key in plan_presets(scenario))
    other = [next((key for radius, key in larger if radius >= far), "") for far in metres]
    near = metres <= own
    remedy = np.where(near, REMEDIES[0], np.where(np.array(other, dtype=str) != "", *REMEDIES[1:]))
    return table.assign(
        reason="no_candidate_in_reach",
        nearest_m=metres.round(),
        remedy=remedy,
        remedy_preset=np.where(remedy == REMEDIES[1], np.array(other, dtype=str), ""),
    )


def idle_warnings(ground: SelectionInputs, built: Built) -> tuple[Message, ...]:
    """Return warnings of sites that must be built, yet serve nobody and join no other.

    Parameters
    ----------
    ground
        Inputs of the site-selection problem.
    built
        The chosen sites with links, order, years and costs.

    Returns
    -------
    warnings
        One message per reason: no village in reach, or all of them served by other sites.
    """
    vain = idle(built) & (built.sites["status"] == LOCKED).to_numpy()
    lonely = np.diff(ground.reach.matrix.indptr)[built.options] == 0
    found = []
    for reason, which in (("nobody_in_reach", vain & lonely), ("served_by_others", vain & ~lonely)):
        if which.any():
            ids = built.sites.loc[which, "candidate_id"].tolist()
            places = "; ".join(ids[:_NAMED]) + (" …" if len(ids) > _NAMED else "")
            values = {"count": len(ids), "places": places}
            found.append(Message(f"plan_warning.{reason}", values))
    return tuple(found)


def further_notes(pack: Pack, ground: SelectionInputs, built: Built) -> tuple[Message, ...]:
    """Return messages of what one more site, and one more year, would bring.

    One more site serves at least what the best of the other candidates reaches of the villages that
    are left; who chose all sites anew might serve more.

    Parameters
    ----------
    pack
        The province's tables in force.
    ground
        Inputs of the site-selection problem.
    built
        The chosen sites with links, order, years and costs.

    Returns
    -------
    notes
        Of the site, where one would serve anybody, and of the year.
    """
    sites, households = built.phases.next_year
    year = Message("plan_money.one_year", {"sites": sites, "households": households})
    notes = [year if sites else Message("plan_money.no_year", {})]
    homes = ground.villages["households"].to_numpy(float)
    gain = ground.reach.matrix @ np.where(built.phases.first < 0, homes, 0.0)
    gain[np.isin(ground.reach.candidate, ground.reach.candidate[built.options])] = 0.0
    best = int(np.argmax(gain)) if len(gain) else 0
    if len(gain) and gain[best] > 0:
        county = ground.found.table["county"].iloc[ground.reach.candidate[best]]
        row = county_names(pack).loc[county]
        name = Bilingual(row["county_zh"], row["county_en"])
        values = {"households": float(gain[best]), "name": name}
        notes.insert(0, Message("plan_money.one_site", values))
    return tuple(notes)

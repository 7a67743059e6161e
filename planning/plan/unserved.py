"""What a plan does not serve and why: villages out of reach, sites that must be built in vain."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.scenario.presets import preset, presets
from data.scenario.scenario import Scenario
from data.wording.catalogue import Message
from geo.coverage.distance import distance_coverage
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

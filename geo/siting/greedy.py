"""A first answer at once: the site that adds most, again and again."""

from __future__ import annotations

import numpy as np

from geo.siting.model import Flags, Floats
from geo.siting.reduction import Core


def greedy(core: Core) -> Flags:
    """Take the row that adds most, and most per cost where rows cost; return the better of both.

    Limits, places and budget are kept; least shares and capacities are not looked at.
    """
    plans = [_by(core, np.ones(len(core.costs)))]
    if np.isfinite(core.budget) and core.costs.any():
        plans.append(_by(core, np.maximum(core.costs, 1e-9)))
    return max(plans, key=lambda plan: covered(core, plan))


def covered(core: Core, chosen: Flags) -> float:
    """Return the weight that the chosen rows reach, without the base."""
    met = np.asarray(core.reach.T @ chosen.astype(float)) > 0
    return float(core.weights[met].sum())


def _by(core: Core, per: Floats) -> Flags:
    chosen = core.fixed.copy()
    left = core.weights.copy()
    spent = 0.0
    free = np.ones(len(chosen), dtype=bool)
    ptr, idx = core.reach.indptr, core.reach.indices
    for _ in range(core.p - int(chosen.sum())):
        gain = core.reach @ left
        gain[~free | (core.costs > core.budget - spent)] = 0
        if not len(gain):
            break
        best = int(np.argmax(gain / per))
        if gain[best] <= 0:
            break
        chosen[best] = True
        free[core.places == core.places[best]] = False
        spent += core.costs[best]
        left[idx[ptr[best] : ptr[best + 1]]] = 0
    return chosen

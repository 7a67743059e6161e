"""A first answer at once: the site that adds most, again and again, then exchanges."""

from __future__ import annotations

import numpy as np

from geo.siting import kernels
from geo.siting.kernels import Matrix
from geo.siting.model import Flags
from geo.siting.reduction import Core


def first_answer(core: Core, m: Matrix) -> tuple[Flags, float]:
    """Return the better of two greedy choices after exchanges, and the weight that it covers.

    One takes the row that adds most, the other the one that adds most per cost. Limits, places and
    budget are kept; least shares and capacities are not looked at. The first rule alone covers at
    least 1 − 1/e of the best with ``p`` sites: Nemhauser, Wolsey and Fisher (1978), Mathematical
    Programming 14:265–294, doi:10.1007/BF01588971.
    """
    none = np.zeros(len(core.options), dtype=bool)
    money = bool(np.isfinite(core.budget) and core.costs.any())
    rules = (False, True) if money else (False,)
    found = [improved(core, m, none, per_cost=rule) for rule in rules]
    return max(found, key=lambda answer: answer[1])


def improved(
    core: Core, m: Matrix, chosen: Flags, *, per_cost: bool = False
) -> tuple[Flags, float]:
    """Return a choice that is filled up and exchanged until neither gains, and its weight."""
    state = kernels.begin(m, chosen)
    before = -1.0
    while state.sums[0] > before:
        before = float(state.sums[0])
        kernels.fill(m, state, core.p, core.budget, per_cost)
        kernels.climb(m, state, core.budget)
    return np.asarray(state.where >= 0), float(state.sums[0])

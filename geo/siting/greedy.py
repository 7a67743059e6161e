"""First answer: greedy selection, then exchanges until none gains."""

from __future__ import annotations

import numpy as np

from geo.siting import kernels
from geo.siting.kernels import ReachMatrix
from geo.siting.model import Flags
from geo.siting.reduction import ReducedProblem


def first_answer(core: ReducedProblem, m: ReachMatrix) -> Flags:
    """Return the better of two greedy selections after exchanges.

    One adds the row that adds most, the other the row that adds most per cost. The first rule alone
    covers at least 1 − 1/e of the optimum with ``p`` sites: Nemhauser, Wolsey and Fisher (1978),
    Mathematical Programming 14:265–294, doi:10.1007/BF01588971.

    Parameters
    ----------
    core
        Limits, places and budget are kept; least shares and capacities are ignored.
    m
        The core's matrix; its weights may differ from the core's.

    Returns
    -------
    chosen
        (rows,) True where selected.
    """
    none = np.zeros(len(core.options), dtype=bool)
    money = bool(np.isfinite(core.budget) and core.fen.any())
    found = [_improved(core, m, none, per_cost=rule) for rule in ((False, True)[: 1 + money])]
    return max(found, key=lambda answer: answer[1])[0]


def _improved(
    core: ReducedProblem, m: ReachMatrix, chosen: Flags, *, per_cost: bool
) -> tuple[Flags, float]:
    """Fill and exchange until neither gains; return the selection and its weight."""
    state = kernels.begin(m, chosen)
    before = -1.0
    while state.sums[0] > before:
        before = float(state.sums[0])
        kernels.fill(m, state, core.p, core.budget, per_cost)
        kernels.climb(m, state, core.budget)
    return np.asarray(state.where >= 0), float(state.sums[0])

"""Alternative plans of equal or nearly equal coverage, and the sites common to all of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.siting import SolverRun, alternatives
from planning.plan.network_selection import Ask, Chosen
from planning.plan.site_selection import COSTED

ALTERNATIVE_COLUMNS = ("plan", "covered", "bound", "gap", "sites", "shared", "stopped")
#: A site of the plan: in every near-optimal plan, absent from one, or undecided in the time limit.
NEEDED, REPLACEABLE, UNDECIDED = "needed", "replaceable", "undecided"


def alternative_plans(
    ask: Ask, chosen: Chosen, run: SolverRun
) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    """Return the k best plans, and whether each option can be left out.

    The verdict holds for plans whose coverage is within the tolerance of the best, at the same
    number of sites or the same cost.

    Parameters
    ----------
    ask
        The site-selection problem with its costs.
    chosen
        The chosen sites.
    run
        Limits of the solver run, with progress and cancellation.

    Returns
    -------
    table
        :data:`ALTERNATIVE_COLUMNS`, one row per plan, the best first; ``shared`` is the number of
        sites in common with the best plan. Empty where the settings ask for none.
    verdict
        (options,) ``needed``, ``replaceable``, ``undecided``, or empty for an option outside the
        plan.
    """
    verdict = np.full(len(chosen.costs), "", dtype=object)
    k = ask.settings.alternatives
    if not k:
        return pd.DataFrame(columns=list(ALTERNATIVE_COLUMNS)), verdict
    problem = ask.problem
    if ask.settings.objective in COSTED:
        spent = float(chosen.costs[list(chosen.answer.selected)].sum())
        problem = replace(problem, costs=chosen.costs, budget=spent)
    found = alternatives(problem, k, tolerance=ask.settings.tolerance, run=run)
    for word, options in (
        (NEEDED, found.no_regret), (REPLACEABLE, found.replaceable), (UNDECIDED, found.undecided)
    ):  # fmt: skip
        verdict[list(options)] = word
    best = set(found.plans[0].selected)
    rows = [
        {
            "plan": number, "covered": plan.covered, "bound": plan.bound, "gap": plan.gap,
            "sites": len(plan.selected), "shared": len(best & set(plan.selected)),
            "stopped": plan.stopped,
        }
        for number, plan in enumerate(found.plans, start=1)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(ALTERNATIVE_COLUMNS)), verdict

"""Other plans that are as good, or nearly, and the sites that none of them lacks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.siting import SolverRun, alternatives
from planning.plan.joint_selection import Ask, Chosen
from planning.plan.site_selection import COSTED

ALTERNATIVE_COLUMNS = ("plan", "covered", "bound", "gap", "sites", "shared", "stopped")
#: A site of the plan: in every near-optimal plan, not in some, or not told in time.
NEEDED, REPLACEABLE, UNDECIDED = "needed", "replaceable", "undecided"


def alternative_plans(
    ask: Ask, chosen: Chosen, run: SolverRun
) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    """Return the k best plans, and per option of the reach what a planner may do without.

    ``shared`` counts the sites that a plan has in common with the best one. The verdict holds for
    plans within the wished tolerance of the best coverage, at the same number of sites or cost.
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

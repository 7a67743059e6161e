"""Which candidates to build: the planner's goal as a siting problem, and its answer with proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.plan_settings import PlanSettings
from geo.errors import InputError
from geo.siting import Plan, Problem, Run, solve
from layers.candidates import BUILT, LOCKED
from layers.reach import Reach

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Watch:
    """Whom a run tells and asks.

    Attributes
    ----------
    progress
        Called with (step, share of the whole done 0–1, sentence of what is known so far).
    cancel
        Asked often; True ends the choice of sites with the best plan so far.
    """

    progress: Callable[[str, float, str], None] = lambda _step, _share, _text: None
    cancel: Callable[[], bool] = lambda: False


@dataclass(frozen=True, eq=False)
class Choice:
    """What was chosen and how good it is.

    Attributes
    ----------
    options
        Rows of the reach that are built, ascending; those that stand already among them.
    measure
        What ``value`` and ``bound`` count: ``households`` (more is better) or ``cost`` (less is).
    value, bound, gap
        Reached, not to be surpassed, and the share between.
    stopped
        ``proven``, ``time``, ``cancelled`` or ``effort``.
    """

    options: Ints
    measure: str
    value: float
    bound: float
    gap: float
    stopped: str


def choose(
    reach: Reach,
    tables: tuple[pd.DataFrame, pd.DataFrame],
    costs: Floats,
    settings: PlanSettings,
    run: Run,
) -> Choice:
    """Choose options for the planner's goal.

    Parameters
    ----------
    tables
        Candidates and villages.
    costs
        (options,) build cost [currency]; 0 for what stands.

    Raises
    ------
    InputError
        If the limits conflict; the message says which ones, and the nearest that fits.
    """
    problem = stated(reach, *tables, costs, settings)
    if settings.objective == "sites":
        plan = solve(replace(problem, costs=None), run)
    elif settings.objective == "budget":
        plan = solve(replace(problem, p=None, budget=settings.budget), run)
    else:
        raise InputError(
            f"the goal {settings.objective!r} is not served yet", where="plan.objective",
            repair="choose sites or budget",
        )  # fmt: skip
    return chosen(plan)


def chosen(plan: Plan) -> Choice:
    """Return the answer of a covering problem."""
    options = np.array(plan.selected, dtype=np.int64)
    return Choice(options, "households", plan.covered, plan.bound, plan.gap, plan.stopped)


def stated(
    reach: Reach,
    candidates: pd.DataFrame,
    villages: pd.DataFrame,
    costs: Floats,
    settings: PlanSettings,
) -> Problem:
    """Return the problem with every limit that the planner sets; ``p`` counts what stands, too."""
    status = candidates["status"].to_numpy(dtype=object)[reach.candidate]
    first = reach.preset == settings.presets[0]
    # A locked place gets the plan's first technology.
    fixed = np.flatnonzero(np.isin(status, (LOCKED, BUILT)) & first)
    stands = int(((status == BUILT) & first).sum())
    limits = settings.limits
    capacity = None
    if limits.capacity_households is not None:
        capacity = np.full(len(status), float(limits.capacity_households))
    wanted = set(villages["prefecture"]) & set(limits.least_share)
    return Problem(
        coverage=reach.matrix,
        weights=villages["households"].to_numpy(float),
        p=settings.sites + stands,
        costs=costs,
        fixed=tuple(int(i) for i in fixed),
        places=reach.candidate,
        capacity=capacity,
        groups=villages["prefecture"].to_numpy(dtype=str),
        least_share={code: limits.least_share[code] for code in sorted(wanted)},
    )

"""Where to build: the sites that reach most households, with a proof of how good the answer is.

========================  ==========================================================================
:func:`max_cover`         most weight with ``p`` sites or a budget, on plain arrays
:func:`solve`             the same with every limit that a :class:`Problem` can state
:func:`least_cost`        all villages, or a share of the households, at least cost
:func:`frontier`          the best plan for each of several budgets or numbers of sites
:func:`alternatives`      the k best plans, and the sites that no near-optimal plan lacks
:func:`most_equal`        the group that fares worst fares as well as possible
:func:`ranked`            in which order to build a plan: what each site adds
========================  ==========================================================================

A :class:`Run` says how long to work and whom to tell. Each answer says "covers X, cannot exceed Y,
gap Z %". Where limits conflict, :class:`InfeasibleError` names them and the nearest that fits.
"""

from __future__ import annotations

from geo.siting.alternatives import Alternatives, alternatives
from geo.siting.cover import solve
from geo.siting.equity import EquityPlan, most_equal
from geo.siting.explain import Conflict, InfeasibleError, StillUnmetError
from geo.siting.frontier import Point, frontier
from geo.siting.plain import max_cover
from geo.siting.problem import Plan, Problem, Run
from geo.siting.ranking import Rank, ranked
from geo.siting.set_cover import CostPlan, least_cost

__all__ = [
    "Alternatives",
    "Conflict",
    "CostPlan",
    "EquityPlan",
    "InfeasibleError",
    "Plan",
    "Point",
    "Problem",
    "Rank",
    "Run",
    "StillUnmetError",
    "alternatives",
    "frontier",
    "least_cost",
    "max_cover",
    "most_equal",
    "ranked",
    "solve",
]

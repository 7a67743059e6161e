"""Site selection: maximal covering and least-cost covering with proven bounds.

========================  ==========================================================================
:func:`solve`             most weight covered with ``p`` sites or a budget, under all limits
:func:`least_cost`        all villages, or a share of the households, at least cost
:func:`frontier`          the best plan for each of several budgets or numbers of sites
:func:`alternatives`      the k best plans, and the sites that every near-optimal plan contains
:func:`most_equal`        the largest possible share for the group with the smallest share
:func:`ranked`            the build order of a plan: what each site adds
========================  ==========================================================================

A :class:`SitingProblem` states the limits, a :class:`SolverRun` the time limit and callbacks. Every
answer reports its value, a bound and the gap. Conflicting limits raise :class:`InfeasibleError`,
which names them and the nearest feasible values.
"""

from __future__ import annotations

from geo.siting.alternatives import AlternativePlans, alternatives
from geo.siting.cover import solve
from geo.siting.equity import EquityPlan, most_equal
from geo.siting.explain import InfeasibleError, LimitConflict, NoPlanInTimeError
from geo.siting.frontier import FrontierPoint, frontier
from geo.siting.problem import SitingPlan, SitingProblem, SolverRun
from geo.siting.ranking import RankedSite, ranked
from geo.siting.set_cover import CostPlan, least_cost

__all__ = [
    "AlternativePlans",
    "CostPlan",
    "EquityPlan",
    "FrontierPoint",
    "InfeasibleError",
    "LimitConflict",
    "NoPlanInTimeError",
    "RankedSite",
    "SitingPlan",
    "SitingProblem",
    "SolverRun",
    "alternatives",
    "frontier",
    "least_cost",
    "most_equal",
    "ranked",
    "solve",
]

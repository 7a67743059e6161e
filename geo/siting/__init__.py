"""Where to build: the sites that reach most households, with a proof of how good the answer is.

========================  ==========================================================================
:func:`max_cover`         most weight with ``p`` sites or a budget, on plain arrays
:func:`solve`             the same with every limit that a :class:`Problem` can state
========================  ==========================================================================

A :class:`Run` says how long to work and whom to tell. Each answer says "covers X, cannot exceed Y,
gap Z %".
"""

from __future__ import annotations

from geo.siting.cover import solve
from geo.siting.explain import Conflict, InfeasibleError
from geo.siting.plain import max_cover
from geo.siting.problem import Plan, Problem, Run

__all__ = ["Conflict", "InfeasibleError", "Plan", "Problem", "Run", "max_cover", "solve"]

"""Input and output records of the siting solver.

Terms: a *village* is a column of the coverage matrix with a weight (households); an *option* is a
row that may be built: a site with a technology. Options that share a *place* exclude each other.
Where no places are given, every option has its own place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import ArrayLike


@dataclass(frozen=True, eq=False, kw_only=True)
class SitingProblem:
    """A siting problem as the planner states it; :func:`~geo.siting.model.checked` validates it.

    Attributes
    ----------
    coverage
        (options, villages) scipy sparse or dense; any value but 0 means that the option reaches
        the village.
    weights
        (villages,) weight, such as households; finite, at least 0. The smallest positive weight is
        at least 1e-9 of the largest.
    p
        Largest number of options built, fixed ones included; None for no limit.
    costs
        (options,) cost [CNY], at least 0, counted in whole fen (0.01 CNY); None where only the
        number of sites counts.
    budget
        Largest total cost [CNY], fixed options included; None for no limit. Needs ``costs``.
    fixed
        Options that are built in any case: existing and locked sites. They count towards ``p`` and
        cost what ``costs`` says (0 for existing ones).
    forbidden
        Options that must not be built.
    places
        (options,) label of the place; at most one option is built per place. None: no exclusions.
    capacity
        (options,) largest weight that an option serves; ``inf`` for no limit. None: no limits.
    split
        With ``capacity``: True if a village may be served in part and by several sites, False if
        it is served as a whole, by one site, or not at all.
    groups
        (villages,) label of the group, such as the prefecture. None: no groups.
    least_share
        Group → least share of the group's weight that must be covered, 0–1.
    """

    coverage: Any
    weights: ArrayLike
    p: int | None = None
    costs: ArrayLike | None = None
    budget: float | None = None
    fixed: Sequence[int] = ()
    forbidden: Sequence[int] = ()
    places: ArrayLike | None = None
    capacity: ArrayLike | None = None
    split: bool = True
    groups: ArrayLike | None = None
    least_share: Mapping[Any, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SolverRun:
    """Limits and callbacks of one solver run.

    Attributes
    ----------
    time_limit_s
        Time limit [s]. Nothing else depends on the clock: a run that ends before the limit gives
        the same plan on every machine.
    gap
        Stop once (bound − covered) / bound is at most this share; 0 asks for a proven optimum.
    progress
        Called with (share of the work done 0–1, covered weight, bound) whenever one of them
        changes; :func:`~geo.siting.set_cover.least_cost` reports the cost in place of the weight.
    cancel
        Called often; True ends the run with the best plan so far and its bound.
    """

    time_limit_s: float = 30.0
    gap: float = 0.0
    progress: Callable[[float, float, float], None] | None = None
    cancel: Callable[[], bool] | None = None


@dataclass(frozen=True)
class SitingPlan:
    """Selected options with the proof of their quality.

    Attributes
    ----------
    selected
        Indices of the selected options, ascending, fixed ones included.
    covered
        Weight of the villages reached; with ``capacity``, the weight served.
    bound
        Upper bound on the weight that any selection covers.
    gap
        (bound − covered) / bound, 0–1; 0 where the plan is proven optimal.
    seconds
        Run time [s].
    cost
        Total cost of the selected options [CNY]; 0 where no costs are given.
    first_s
        Time to the first complete answer [s].
    unreachable
        Villages with a weight that no allowed option reaches.
    stopped
        "proven" (optimal, or within the requested gap), "time", "cancelled", or "effort" where the
        heuristic's fixed number of rounds ended before the proof.
    """

    selected: tuple[int, ...]
    covered: float
    bound: float
    gap: float
    seconds: float
    cost: float = 0.0
    first_s: float = 0.0
    unreachable: tuple[int, ...] = ()
    stopped: str = "proven"

    def __str__(self) -> str:
        """Return the covered weight, its upper bound and the gap.

        Examples
        --------
        >>> print(SitingPlan((1, 4), 90.0, 100.0, 0.1, 0.2))
        covers 90, cannot exceed 100, gap 10.00%
        """
        return f"covers {self.covered:g}, cannot exceed {self.bound:g}, gap {self.gap:.2%}"

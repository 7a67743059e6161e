"""What is asked and what is answered: the problem, the run, the plan.

Words: a *village* is a column with a weight (households); an *option* is a row that may be built: a
place with a technology. Options that share a *place* exclude each other. Where no places are named,
every option is a place of its own and option and site are the same thing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import ArrayLike


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem:
    """One siting problem, as the planner states it; :func:`checked` makes arrays of it.

    Attributes
    ----------
    coverage
        Options × villages, scipy sparse or dense; any value but 0 means that it reaches it.
    weights
        Weight per village, such as households; finite, at least 0.
    p
        Greatest number of options built, fixed ones counted; None for no limit.
    costs
        Cost per option, at least 0; None where only the number counts.
    budget
        Greatest sum of costs, fixed ones counted; None for no limit. Needs ``costs``.
    fixed
        Options that are built anyway: existing and locked sites. They count in ``p`` and cost what
        ``costs`` says (0 for what exists).
    forbidden
        Options that must not be built.
    places
        Place per option; of the options at one place at most one is built. None: each its own.
    capacity
        Greatest weight that an option serves; ``inf`` where it has no limit. None: no limits.
    split
        With ``capacity``: True if the households of one village may be served by several sites and
        in part, False if a village is served whole, by one site, or not at all.
    groups
        Group per village, such as its prefecture; any labels. None: no groups.
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
class Run:
    """How long to work and whom to tell.

    Attributes
    ----------
    time_limit_s
        Greatest time [s]. Nothing else depends on the clock: a run that ends before it gives the
        same plan on every machine.
    gap
        Stop as soon as (bound − covered) / bound is at most this; 0 asks for the proof.
    progress
        Called with (share of the work done, covered, bound) whenever one of them changed;
        by :func:`~geo.siting.set_cover.least_cost` with the cost in place of what is covered.
    cancel
        Asked often; True ends the run with the best plan so far and its bound.
    """

    time_limit_s: float = 30.0
    gap: float = 0.0
    progress: Callable[[float, float, float], None] | None = None
    cancel: Callable[[], bool] | None = None


@dataclass(frozen=True)
class Plan:
    """Chosen options and how good the choice is.

    Attributes
    ----------
    selected
        Numbers of the chosen options, ascending, fixed ones among them.
    covered
        Weight that they reach together; with ``capacity``, that they serve.
    bound
        Weight that no choice can exceed.
    gap
        (bound − covered) / bound; 0 where the plan is proven best.
    seconds
        Time that it took [s].
    cost
        Sum of the chosen options' costs; 0 where none are given.
    first_s
        Time until the first complete answer [s].
    unreachable
        Villages with a weight that no option which may be built reaches.
    stopped
        "proven" (best, or within the wished gap), "time" or "cancelled"; "effort" where the
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
        """Say what is proven.

        Examples
        --------
        >>> print(Plan((1, 4), 90.0, 100.0, 0.1, 0.2))
        covers 90, cannot exceed 100, gap 10.00%
        """
        return f"covers {self.covered:g}, cannot exceed {self.bound:g}, gap {self.gap:.2%}"

"""The cost-coverage curve: plans of one search, each optimal for its own money."""

from __future__ import annotations

from geo.network_design.problem import NetworkPlan
from geo.network_design.solve import Search
from geo.siting.problem import SolverRun

#: Gap of a point at which its groups are not branched.
_ENOUGH = 2e-3
#: Distance of bound and plan that groups which are not solved at its prices may leave of a point.
_CLOSE = 1e-4


def curve(search: Search, count: int, run: SolverRun) -> list[NetworkPlan]:
    """Return plans from the first that serves anything to the one that serves all.

    Small amounts of money are closer to each other than large ones.

    Parameters
    ----------
    search
        A search for any goal; its plans and bounds are used and added to.
    count
        Number of points.
    run
        Time limit, progress and cancellation.

    Returns
    -------
    plans
        Ascending in cost; fewer where points coincide, miss a least weight or the time is over.
    """
    search.again(run)
    low = search.cheapest
    whole = _point(search, search.dearest)
    if whole is None:
        return []
    points = [whole]
    for number in range(1, count):
        share = (number / count) ** 2
        point = _point(search, low + (whole.cost - low) * share)
        if point is not None and point.covered > 0:
            points.append(point)
        if search.clock.over():
            break
        if run.progress is not None:
            run.progress(number / count, point.covered if point else 0.0, whole.covered)
    points.sort(key=lambda plan: (plan.cost, plan.covered))
    return [
        plan for before, plan in zip([None, *points], points, strict=False)
        if before is None or plan.covered > before.covered
    ]  # fmt: skip


def _point(search: Search, budget: float) -> NetworkPlan | None:
    """Return the plan that is best for its own cost, which is near a budget."""
    part = search.within(budget)
    part.priced(_CLOSE)
    found = part.best_at_prices()
    if found is not None and found.bound - found.covered > _ENOUGH * found.bound:
        part.branched(_CLOSE)
        found = part.best_at_prices()
    return found

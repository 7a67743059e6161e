"""First choice: sites by households per cost, each with a way of its own to the existing fibre.

Shared ways only make it cheaper, so it never exceeds a budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

from geo.network_design.master import Choice, Limits, chosen_of
from geo.network_design.pricing import PricedGroup


def first_choice(groups: Sequence[PricedGroup], limits: Limits) -> Choice:
    """Add the site that serves most for its cost until the goal is reached.

    Parameters
    ----------
    groups
        The groups; their cheapest plans hold what must be built. The plans found are noted.
    limits
        The goal.

    Returns
    -------
    choice
        It may miss least weights of single groups of villages.
    """
    base = [min(group.plans, key=lambda plan: plan.cost) for group in groups]
    chosen = [plan.chosen.copy() for plan in base]
    served = [group.group.served(plan.chosen) for group, plan in zip(groups, base, strict=True)]
    cost = sum(plan.cost for plan in base)
    covered = sum(float(plan.weight.sum()) for plan in base)
    alone = [group.group.cost_alone for group in groups]

    def gain(at: int, variant: int) -> float:
        # Weight that a variant adds; none where its place is taken.
        group = groups[at].group
        if chosen[at][group.place == group.place[variant]].any():
            return 0.0
        villages = group.villages_of(variant)
        return float(group.weights[villages][~served[at][villages]].sum())

    heap = [
        (-gain(at, variant) / max(alone[at][variant], 1e-12), at, variant)
        for at, group in enumerate(groups) for variant in range(len(group.group.own))
    ]  # fmt: skip
    heapify(heap)
    budget = limits.goal.budget
    while heap and (budget is not None or covered < limits.wanted):
        worth, at, variant = heappop(heap)
        more, price = gain(at, variant), float(alone[at][variant])
        now = -more / max(price, 1e-12)
        if more <= 0 or (budget is not None and cost + price > budget):
            continue
        if now > worth:
            heappush(heap, (now, at, variant))
            continue
        chosen[at][variant] = True
        served[at][groups[at].group.villages_of(variant)] = True
        cost, covered = cost + price, covered + more
    plans = [group.plan_of(part) for group, part in zip(groups, chosen, strict=True)]
    return chosen_of([plan or own for plan, own in zip(plans, base, strict=True)])

"""Compares beside the page: nothing of Streamlit is touched while it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.scenario.scenario import Scenario
from data.workspace.folder import Workspace
from planning.comparison.comparison import Comparison, ComparisonOrder, compare
from planning.comparison.kept import keep_rollout, known_rollout
from planning.plan.rollout import Rollout
from ui.shell import cache, state
from ui.widgets.background import Cancel, Progress, Work


def key_of(scenarios: Sequence[Scenario]) -> str:
    """Return what a comparison depends on."""
    digests = [f"{one.name} {one.digest}" for one in scenarios]
    return repr((cache.pack().digest, state.region(), digests))


def comparing(scenarios: Sequence[Scenario]) -> Work[Comparison]:
    """Return what compares the scenarios in the region in force; saved ones keep their plans."""
    return _work(scenarios, {})


def explaining(found: Comparison) -> Work[Comparison]:
    """Return what compares the scenarios of a comparison again, with the causes."""
    solved = found.scenarios.values()
    plans = {one.scenario.digest: one.rollout for one in solved if one.rollout is not None}
    return _work([one.scenario for one in solved], plans, with_causes=True)


def _work(
    scenarios: Sequence[Scenario], plans: Mapping[str, Rollout], *, with_causes: bool = False
) -> Work[Comparison]:
    pack, workspace, region = cache.pack(), Workspace.open(), state.region()[1]

    def work(progress: Progress, cancel: Cancel) -> Comparison:
        order = ComparisonOrder(
            region=region, with_causes=with_causes, progress=progress, cancel=cancel,
            known=lambda one: plans.get(one.digest) or known_rollout(pack, one, workspace),
            keep=lambda one, plan: keep_rollout(pack, one, plan, workspace),
        )  # fmt: skip
        return compare(pack, scenarios, order)

    return work

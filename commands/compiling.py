"""Command that compiles the inner loops ahead, so that the first plan does not wait for them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed

import typer

from commands.options import steps

COMMANDS = typer.Typer()


@COMMANDS.command("compile")
def compile_ahead() -> None:
    """Compile the inner loops once; without it each waits for its first use."""
    parts: tuple[Callable[[], None], ...] = (_plans, _terrain, _local_search, _shared_fibre)
    # New processes: a fork would carry this one's threads along half-alive.
    fresh = multiprocessing.get_context("spawn")
    with steps("compile", len(parts)) as step, ProcessPoolExecutor(2, fresh) as pool:
        for done in as_completed([pool.submit(part) for part in parts]):
            done.result()
            step("loops")


def _terrain() -> None:
    """Run what needs an elevation model: villages, an area, a path, a plan."""
    from data.scenario.plan_settings import PlanSettings
    from data.scenario.scenario import Scenario
    from data.tables.reader import Pack, pack_names
    from planning.coverage.area import area_prediction
    from planning.coverage.path_profile import PathEnd, path_between
    from planning.coverage.prediction import CoverageOrder, village_prediction
    from planning.elevation import terrain_of
    from planning.plan.rollout import plan

    pack = Pack.load(pack_names()[0])
    settings = PlanSettings(sites=2, frontier_points=0, time_limit_s=1)
    scenario = Scenario(province=pack.name, demonstration_terrain=True, plan=settings)
    terrain = terrain_of(pack, scenario)
    if terrain is None:
        return
    west, south, east, north = terrain.bounds
    known = pack.table("natural_villages")
    inside = known[known["lon"].between(west, east) & known["lat"].between(south, north)]
    county = str(inside["adcode"].mode().iloc[0])
    order = CoverageOrder(regions=(county,))
    table = village_prediction(pack, scenario, order)
    heard = table[table["distance_km"].gt(1.0)].iloc[0]
    server = pack.table("sites").set_index("site_id").loc[heard["site_id"]]
    area_prediction(pack, scenario, [str(heard["site_id"])], order, 2_000.0)
    path_between(
        pack, scenario, PathEnd("", float(server["lon"]), float(server["lat"]), 30.0),
        PathEnd("", float(heard["lon"]), float(heard["lat"])), order,
    )  # fmt: skip
    plan(pack, scenario)


def _plans() -> None:
    """Run a plan with its links, and two by their money."""
    from data.scenario.plan_settings import PlanSettings
    from data.scenario.scenario import Scenario
    from data.tables.reader import Pack, pack_names
    from planning.plan.rollout import plan

    pack = Pack.load(pack_names()[-1])
    goals = (
        {"objective": "sites", "sites": 4, "frontier_points": 3},
        {"objective": "share", "share": 0.05, "frontier_points": 0},
        {"objective": "budget", "budget": 5e6, "frontier_points": 0},
    )
    for goal in goals:
        settings = PlanSettings.model_validate({**goal, "time_limit_s": 1})
        plan(pack, Scenario(province=pack.name, plan=settings))


def _local_search() -> None:
    """Run the local search of siting, which small plans may not need."""
    import numpy as np

    from geo.siting import SitingProblem, SolverRun
    from geo.siting.clock import SolverClock
    from geo.siting.model import checked
    from geo.siting.reduction import reduce
    from geo.siting.search import CoverSearch

    line = np.abs(np.subtract.outer(np.arange(60), np.arange(60))) <= 4
    core = reduce(checked(SitingProblem(coverage=line, weights=np.ones(60), p=5)))
    CoverSearch(core, SolverClock(SolverRun())).round(0)


def _shared_fibre() -> None:
    """Build a tree of shared fibre large enough that all its exchanges are tried."""
    import numpy as np

    from geo.steiner.tree import steiner_tree

    chance = np.random.default_rng(1)
    chain = [[node, node + 1] for node in range(59)]
    pairs = np.array(chain + chance.integers(0, 60, (200, 2)).tolist())
    steiner_tree(pairs, chance.integers(1, 20, len(pairs)).astype(float), range(0, 60, 4))

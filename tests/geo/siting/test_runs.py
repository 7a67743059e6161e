"""Runs: silent, the same every time, stopped when asked, and clear about what cannot be."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.spatial import cKDTree

from geo.errors import InputError, RangeError
from geo.siting import InfeasibleError, SitingProblem, SolverRun, frontier, least_cost, solve

ROOT = Path(__file__).resolve().parents[3]


def city(nodes: int, seed: int = 7, near: int = 20) -> SitingProblem:
    """Return a problem whose nodes are villages and candidates at once."""
    chance = np.random.default_rng(seed)
    tree = cKDTree(places := chance.random((nodes, 2)))
    radius = float(np.median(tree.query(places, k=near)[0][:, -1]))
    reach = tree.sparse_distance_matrix(tree, radius, output_type="coo_matrix")
    reach = sp.csr_array((np.ones(reach.nnz), (reach.row, reach.col)), shape=reach.shape)
    return SitingProblem(
        coverage=reach + sp.eye_array(nodes), weights=chance.integers(1, 99, nodes), p=nodes // 60
    )


def test_equal_input_gives_an_equal_plan_in_another_process_with_other_threads() -> None:
    code = (
        "from tests.geo.siting.test_runs import city; from geo.siting import solve\n"
        "plan = solve(city(400)); print(plan.selected, plan.covered, plan.bound)"
    )
    said = set()
    for threads in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
            env={"PATH": "", "NUMBA_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
        )  # fmt: skip
        said.add(done.stdout)
    assert len(said) == 1
    # One line: the solver's licence line is held back.
    assert len(said.pop().splitlines()) == 1


def test_nothing_is_written_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    solve(city(150))
    assert capfd.readouterr() == ("", "")


def test_progress_only_gets_better() -> None:
    told: list[tuple[float, float, float]] = []
    plan = solve(city(400), SolverRun(progress=lambda *state: told.append(state)))
    assert told[-1] == (1.0, plan.covered, plan.bound)
    for (share, covered, bound), (later, more, less) in pairwise(told):
        assert share <= later
        assert covered <= more
        assert bound >= less
    assert all(covered <= bound for _, covered, bound in told)
    assert 0 < plan.first_s <= plan.seconds


def test_a_cancelled_run_returns_the_plan_so_far_at_once() -> None:
    asked = city(1500, near=40)
    solve(city(150))
    begin = time.perf_counter()
    plan = solve(asked, SolverRun(cancel=lambda: time.perf_counter() - begin > 0.2))
    assert time.perf_counter() - begin < 5
    assert plan.stopped == "cancelled"
    assert len(plan.selected) == asked.p
    assert 0 < plan.covered < plan.bound


def test_without_time_there_is_still_a_plan_with_a_bound() -> None:
    plan = solve(city(1500, near=40), SolverRun(time_limit_s=0.0))
    assert plan.stopped == "time"
    assert 0 < plan.covered <= plan.bound
    assert plan.gap == pytest.approx((plan.bound - plan.covered) / plan.bound)


def test_a_wished_gap_ends_the_run() -> None:
    plan = solve(city(400), SolverRun(gap=0.05))
    assert plan.stopped == "proven"
    assert plan.gap <= 0.05


def test_a_cancelled_curve_keeps_its_points() -> None:
    seen: list[float] = []
    run = SolverRun(progress=lambda share, *_: seen.append(share), cancel=lambda: len(seen) >= 2)
    points = frontier(city(150), [1, 2, 3, 4], run)
    assert 1 <= len(points) <= 3


def test_villages_that_nobody_reaches_are_listed() -> None:
    asked = SitingProblem(
        coverage=[[1, 0, 0, 0], [0, 1, 0, 0]], weights=[1, 2, 3, 0], p=2, forbidden=[1]
    )
    assert solve(asked).unreachable == (1, 2)
    assert least_cost(asked).unreachable == (1, 2)
    assert least_cost(asked).selected == (0,)


def test_conflicting_limits_are_named_with_the_nearest_that_fit() -> None:
    parts = {"coverage": np.eye(4), "weights": [10, 10, 10, 10], "groups": ["n", "n", "s", "s"]}
    with pytest.raises(InfeasibleError) as told:
        solve(SitingProblem(**parts, p=1, least_share={"n": 0.5, "s": 0.5}))
    assert {conflict.limit for conflict in told.value.conflicts} <= {"p", "least_share"}
    assert all(conflict.possible != conflict.asked for conflict in told.value.conflicts)
    # What is named as possible is possible.
    (conflict,) = told.value.conflicts
    if conflict.limit == "p":
        assert len(solve(SitingProblem(**parts, p=int(conflict.possible),
                                 least_share={"n": 0.5, "s": 0.5})).selected) == 2  # fmt: skip
    with pytest.raises(InfeasibleError, match="reaches enough") as told:
        solve(SitingProblem(**parts, p=4, forbidden=[2, 3], least_share={"s": 0.5}))
    assert [(c.subject, c.asked, c.possible) for c in told.value.conflicts] == [("s", 10, 0)]


@pytest.mark.parametrize(
    ("change", "fault", "says"),
    [
        ({"budget": -1.0}, RangeError, "budget"),
        ({"budget": 0.0}, RangeError, "cheapest option costs 2"),
        ({"fixed": [1], "forbidden": [1]}, InputError, "fixed and forbidden"),
        ({"fixed": [0, 1], "places": [5, 5, 6]}, InputError, "one place"),
        ({"fixed": [7]}, RangeError, "0 to 2"),
        ({"capacity": [3.0, 9.0, 9.0], "split": False}, RangeError, "smallest village"),
        ({"capacity": [-1.0, 9.0, 9.0]}, RangeError, "capacity"),
        ({"least_share": {"a": 0.5}}, InputError, "groups"),
        ({"groups": ["a", "a", "b"], "least_share": {"x": 0.5}}, InputError, "known groups"),
        ({"groups": ["a", "a", "b"], "least_share": {"a": 1.5}}, RangeError, "0 to 1"),
        ({"groups": ["a"]}, InputError, "shape"),
        ({"coverage": np.zeros((0, 3)), "costs": None, "budget": None}, InputError, "candidates"),
        ({"coverage": np.eye(3)[0]}, InputError, "matrix"),
    ],
)
def test_bad_problems_are_told(change: dict, fault: type[Exception], says: str) -> None:
    parts = {"coverage": np.eye(3), "weights": [5, 6, 7], "costs": [2, 3, 4], "budget": 5.0}
    with pytest.raises(fault, match=says):
        solve(SitingProblem(**{**parts, **change}))


def test_the_curve_of_a_larger_case_agrees_with_single_runs() -> None:
    """Each point begins with the prices of the last one: they must not pass for a proof."""
    whole = city(240)
    asked = SitingProblem(coverage=whole.coverage, weights=whole.weights)
    for point in frontier(asked, [3, 8, 15, 25]):
        single = solve(SitingProblem(**{**vars(asked), "p": int(point.limit)}))
        assert point.plan.covered == point.plan.bound == single.covered == single.bound


# spopt builds its model in the way that pulp is about to give up.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_another_program_finds_the_same_optimum() -> None:
    pulp = pytest.importorskip("pulp")
    locate = pytest.importorskip("spopt.locate")
    asked = city(120)
    far = 1.0 - asked.coverage.T.toarray()
    model = locate.MCLP.from_cost_matrix(far, asked.weights, service_radius=0.5, p_facilities=6)
    model = model.solve(pulp.HiGHS(msg=False, gapRel=0.0))
    plan = solve(SitingProblem(coverage=asked.coverage, weights=asked.weights, p=6))
    assert plan.covered == plan.bound == pytest.approx(model.problem.objective.value())


def covering(nodes: int, **more: object) -> SitingProblem:
    """Return a city of which all must be covered at least cost; it is one connected part."""
    whole = city(nodes, near=30)
    costs = np.random.default_rng(5).integers(5, 30, nodes).astype(float)
    return SitingProblem(coverage=whole.coverage, weights=whole.weights, costs=costs, **more)


@pytest.mark.parametrize("share", [1.0, 0.9])
def test_the_cheapest_plan_is_told_on_the_way(share: float) -> None:
    told: list[tuple[float, float, float]] = []
    asked = covering(260, fixed=[3])
    plan = least_cost(asked, share, SolverRun(progress=lambda *state: told.append(state)))
    assert plan.stopped == "proven"
    assert told[-1] == (1.0, plan.cost, plan.bound)
    assert len(told) > 2
    for (done, cost, bound), (later, less, more) in pairwise(told):
        assert done <= later
        assert cost >= less - 1e-9
        assert bound <= more + 1e-9
    assert all(bound <= cost + 1e-9 for _, cost, bound in told)
    assert 0 < plan.first_s <= plan.seconds


@pytest.mark.parametrize("share", [1.0, 0.9])
def test_a_cancelled_search_for_the_cheapest_returns_what_it_has(share: float) -> None:
    asked = covering(600)
    told: list[tuple[float, float, float]] = []
    begin = time.perf_counter()
    run = SolverRun(progress=lambda *state: told.append(state), cancel=lambda: len(told) > 1)
    plan = least_cost(asked, share, run)
    assert time.perf_counter() - begin < 10
    assert plan.stopped == "cancelled"
    assert plan.covered >= share * asked.weights.sum() - 1e-6
    assert 0 <= plan.bound < plan.cost
    if share == 1:
        assert plan.bound > 0


def test_without_time_the_cheapest_plan_has_a_bound() -> None:
    plan = least_cost(covering(600), run=SolverRun(time_limit_s=0.0))
    assert plan.stopped == "time"
    assert 0 < plan.bound < plan.cost
    assert plan.covered == pytest.approx(covering(600).weights.sum())

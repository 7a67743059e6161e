"""Searches of a core: what they start from, how often, and what they keep."""

from __future__ import annotations

import numpy as np
import pytest

from geo.siting import Run, kernels, search
from geo.siting.clock import Clock
from geo.siting.kernels import Cooling
from geo.siting.model import checked
from geo.siting.reduction import reduce
from geo.siting.search import Search, covered_by
from tests.geo.siting.test_windows import RUNNING, STOPPED, dense


@pytest.fixture
def known() -> Search:
    """Return a search of a city that knows a first choice and prices."""
    begun = Search(reduce(checked(dense(300, 2))), Clock(Run()))
    begun.descend(100)
    return begun


@pytest.mark.parametrize("hot", [False, True])
def test_a_search_never_loses_what_it_began_with(known: Search, hot: bool) -> None:
    jobs = known.searches(range(3), hot=hot, again=2)
    for chosen, covered in (job(RUNNING) for job in jobs):
        assert covered == pytest.approx(covered_by(known.core, chosen))
        assert covered >= known.covered
        assert chosen.sum() <= known.core.p
    assert max(job(RUNNING)[1] for job in jobs) > known.covered


def test_short_moves_know_the_rows_of_the_core_as_it_is(
    known: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    # HiGHS closes what is small: there are no short moves.
    assert known.like(RUNNING).shape == (len(known.rows), 0)
    monkeypatch.setattr(search, "_CELLS", 0)
    known._like = None
    whole = len(known.rows)
    assert known.like(RUNNING).shape == (whole, 4)
    known.price(400, RUNNING)
    known.round()
    known.shrink()
    assert len(known.rows) < whole
    assert known.like(RUNNING).shape == (len(known.rows), 4)
    assert known.like(RUNNING).max() < len(known.rows)


def test_a_search_starts_again_from_its_best_and_less_hot(
    known: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_CELLS", 0)
    starts: list[np.ndarray] = []
    ways: list[Cooling] = []
    anneal = kernels.anneal

    def noted(m: object, first: np.ndarray, p: int, budget: float, how: Cooling) -> tuple:
        starts.append(first)
        ways.append(how)
        return anneal(m, first, p, budget, how)

    monkeypatch.setattr(kernels, "anneal", noted)
    chosen, covered = known.searches([4], again=3)[0](RUNNING)
    assert len(starts) == 4
    assert (starts[0] == known.chosen).all()
    values = [covered_by(known.core, start) for start in starts]
    assert values == sorted(values)
    assert covered >= values[-1]
    assert covered == pytest.approx(covered_by(known.core, chosen))
    assert all(later.warm < ways[0].warm for later in ways[1:])
    assert all(later.moves < ways[0].moves for later in ways[1:])
    assert len({way.seed for way in ways}) == 4


def test_a_stopped_search_is_over_at_once(known: Search) -> None:
    chosen, covered = known.searches([1], again=2)[0](STOPPED)
    assert covered == known.covered
    assert (chosen == known.chosen).all()


def test_jobs_of_a_run_that_is_over_begin_stopped() -> None:
    clock = Clock(Run(cancel=lambda: True))
    assert search.together([lambda stop: int(stop[0])] * 3, clock) == [1, 1, 1]
    assert search.together([lambda stop: int(stop[0])], Clock(Run())) == [0]

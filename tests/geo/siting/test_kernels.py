"""The state of a search compared with a recount from scratch."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from geo.siting import kernels
from geo.siting.annealing import AnnealingSchedule, anneal

RUNNING, STOPPED = np.zeros(1, np.int64), np.ones(1, np.int64)


def small(seed: int) -> tuple[kernels.ReachMatrix, np.ndarray]:
    """Return a random matrix of 30 rows at 25 places, and which row reaches which village."""
    chance = np.random.default_rng(seed)
    reach = chance.random((30, 40)) < 0.2
    weights = chance.integers(0, 9, 40).astype(float)
    costs, places = chance.integers(1, 5, 30).astype(float), chance.integers(0, 25, 30)
    return kernels.reach_matrix(sp.csr_array(reach.astype(float)), weights, costs, places), reach


def alone(m: kernels.ReachMatrix, reach: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return what each row alone adds to the others that are chosen."""
    times = reach[chosen].sum(axis=0)
    return np.array(
        [m.weights[row & (times - (row if own else 0) == 0)].sum()
         for row, own in zip(reach, chosen, strict=True)]
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_values_stay_right_whatever_is_chosen(seed: int) -> None:
    m, reach = small(seed)
    chance = np.random.default_rng(100 + seed)
    chosen = np.zeros(30, dtype=bool)
    kept, partial = kernels.begin(m, chosen), kernels.begin(m, chosen)
    for i in chance.integers(0, 30, 200):
        (kernels.drop if chosen[i] else kernels.add)(m, kept, i)
        (kernels.drop_member if chosen[i] else kernels.add_member)(m, partial, i)
        chosen[i] = not chosen[i]
        right = alone(m, reach, chosen)
        assert kept.value == pytest.approx(right)
        assert partial.value[chosen] == pytest.approx(right[chosen])
        for state in (kept, partial):
            covered = m.weights[reach[chosen].any(axis=0)].sum()
            assert state.sums == pytest.approx([covered, m.costs[chosen].sum()])
            assert sorted(state.members[: state.size[0]]) == np.flatnonzero(chosen).tolist()
            times = reach[chosen].sum(axis=0)
            assert (state.times == times).all()
            owners = (reach & chosen[:, None]).argmax(axis=0)
            assert (state.owners[times == 1] == owners[times == 1]).all()


@pytest.mark.parametrize("count", [6, 24])
@pytest.mark.parametrize("seed", range(5))
def test_a_partner_is_the_best_row_to_go(seed: int, count: int) -> None:
    m, reach = small(seed)
    m = m._replace(places=np.arange(30))
    chosen = np.zeros(30, dtype=bool)
    chosen[np.random.default_rng(seed).choice(30, count, replace=False)] = True
    state = kernels.begin(m, chosen)
    for i in np.flatnonzero(~chosen):
        state.value[i] = np.nan
        out, gain = kernels.partner(m, state, i, kernels.weakest(state), np.inf, 0.0)
        assert state.value[i] == pytest.approx(alone(m, reach, chosen)[i])
        gains = {}
        for other in np.flatnonzero(chosen):
            after = chosen.copy()
            after[[i, other]] = True, False
            gains[other] = m.weights[reach[after].any(axis=0)].sum() - state.sums[0]
        assert gain == pytest.approx(max(gains.values()))
        assert gains[out] == pytest.approx(gain)
        assert not state.shared.any()


def test_an_owner_of_several_villages_is_listed_once() -> None:
    reach = np.kron(np.eye(11), np.ones(3))
    reach[10, :5] = 1.0
    m = kernels.reach_matrix(sp.csr_array(reach), np.ones(33), np.zeros(11), np.arange(11))
    state = kernels.begin(m, np.arange(11) < 10)
    out, gain = kernels.partner(m, state, 10, -1, np.inf, 0.0)
    assert state.sharing[:2].tolist() == [0, 1]
    # Three villages of its own, and all three of the first row.
    assert (out, gain, state.value[10]) == (0, 3.0, 3.0)


def test_an_annealed_choice_covers_what_it_says_and_keeps_its_limits() -> None:
    m, reach = small(1)
    none = np.zeros(30, dtype=bool)
    how = AnnealingSchedule(2.0, 0.1, 0.5, 3000, 7, RUNNING)
    chosen = anneal(m, none, 7, 12.0, how)
    greedy = kernels.begin(m, none)
    kernels.fill(m, greedy, 7, 12.0, True)
    assert m.weights[reach[chosen].any(axis=0)].sum() >= 0.95 * greedy.sums[0]
    assert chosen.sum() <= 7
    assert m.costs[chosen].sum() <= 12.0
    assert len(set(m.places[chosen])) == chosen.sum()
    assert not anneal(m, none, 7, 12.0, how._replace(stop=STOPPED)).any()

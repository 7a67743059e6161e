"""Compiled simulated annealing over the state of :mod:`geo.siting.kernels`; serial."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geo.compiled import compiled
from geo.siting import kernels
from geo.siting.kernels import ReachMatrix, SearchState
from geo.siting.model import Flags, Ints


class AnnealingSchedule(NamedTuple):
    """Temperatures [weight], price of money [weight per fen], number of moves and random seed.

    ``stop`` is a single cell that is read now and then: once it is not 0, the search ends.
    """

    warm: float
    cold: float
    price: float
    moves: int
    seed: int
    stop: Ints


@compiled
def _draw(seed: Ints, below: int) -> int:
    """Return the next number of a seeded sequence, 0 ≤ number < ``below``.

    Linear congruential, Knuth's MMIX constants (The Art of Computer Programming 2, 3.3.4).
    """
    seed[0] = seed[0] * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407
    return int((seed[0] >> 33) & 0x7FFFFFFF) % below


@compiled
def anneal(m: ReachMatrix, first: Flags, p: int, budget: float, how: AnnealingSchedule) -> Flags:
    """Exchange rows at random, worse ones less and less often.

    Simulated annealing: Kirkpatrick, Gelatt and Vecchi (1983), Science 220:671–680,
    doi:10.1126/science.220.4598.671. Each move draws the row that comes; the row that goes is the
    best one for it, so that moves are few and good.

    Parameters
    ----------
    m
        Matrix.
    first
        (rows,) selection to start from.
    p, budget
        Largest number of rows and largest cost [fen].
    how
        Temperatures, moves and seed.

    Returns
    -------
    chosen
        (rows,) the best selection seen.
    """
    s = kernels.begin(m, first)
    seed = np.array([how.seed], np.int64)
    n = len(first)
    best, kept = s.sums[0], first.copy()
    heat = how.warm
    factor = (how.cold / how.warm) ** (1.0 / max(how.moves, 1))
    weak = kernels.weakest(s)
    for move in range(how.moves):
        if move % 4096 == 0 and how.stop[0] != 0:
            break
        heat *= factor
        i = _draw(seed, n)
        need = heat * np.log((_draw(seed, 1_000_000) + 1) / 1_000_001.0)
        if not _step(m, s, i, weak, need, (p, budget, how.price), seed):
            continue
        weak = kernels.weakest(s)
        if s.sums[0] > best + m.least:
            best = s.sums[0]
            for row in range(n):
                kept[row] = s.where[row] >= 0
    return kept


@compiled
def _step(  # noqa: PLR0913, PLR0917  one move; compiled loops take plain values
    m: ReachMatrix, s: SearchState, i: int, weak: int, need: float,
    limits: tuple[int, float, float], seed: Ints,
) -> bool:  # fmt: skip
    """Add, exchange or drop row ``i`` if its gain is at least ``need``; return if it moved."""
    p, budget, price = limits
    room = budget - s.sums[1]
    if s.where[i] >= 0:
        # Dropping pays only where money is short: it makes room for several cheaper rows.
        if price == 0.0 or price * m.costs[i] - s.value[i] < need:
            return False
        kernels.drop_member(m, s, i)
        return True
    other = -1
    if s.size[0] > 0:
        other = weak if price == 0.0 else s.members[_draw(seed, s.size[0])]
    out, gain = kernels.partner(m, s, i, other, room, price)
    if s.size[0] < p and m.costs[i] <= room and s.holder[m.places[i]] < 0:
        out, gain = -1, s.value[i] - price * m.costs[i]
    elif out < 0:
        return False
    lost = s.value[out] if out >= 0 else 0.0
    if gain < need or s.value[i] + lost == 0.0:
        return False
    if out >= 0:
        kernels.drop_member(m, s, out)
    kernels.add_member(m, s, i)
    return True

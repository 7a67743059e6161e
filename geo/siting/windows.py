"""A bound below the linear relaxation: waste that no choice can avoid, window by window.

At prices λ with the bound L, a choice S falls short of L by its waste

    Σ over villages: λ for every time beyond the first, w − λ where it is not reached
    + Σ over rows of S: the threshold less their worth, where that is positive

The relaxation avoids all waste with parts of sites; whole ones overlap or leave holes. Villages are
parted into windows of a few sites each, a row's own waste among the windows by the prices that it
reaches there. The least waste in each window, whatever is built elsewhere, adds up, and L less the
sum is a bound. Two windows together waste at least what they waste alone; where there is work left,
pairs are searched as well. See :mod:`geo.siting.tiling` for the search itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

import numpy as np
import scipy.sparse as sp

from geo.siting import kernels
from geo.siting.lagrangian import Prices
from geo.siting.leaf import Window
from geo.siting.model import Floats, Ints
from geo.siting.tiling import Tree

#: Sites that the prices of one window pay for.
_SITES = 6.6
#: Work in all windows, as :class:`~geo.siting.tiling.Tree` counts it; found by trial so that a city
#: of 7,700 nodes takes some 15 seconds of two cores.
_WORK = 1e9
#: Parts in which the work is given out, as what windows that are done leave goes to the others; and
#: what share may be left.
_ROUNDS, _LEFT = 4, 0.03
#: Pieces of a tree's part of a round: so three trees keep two threads busy to the end.
_PIECES = 4
#: A window of many may waste this many times its part of the gap, and is searched up to there.
_LIMIT = 0.65
#: Turns of the averaging that parts villages.
_TURNS = 60
#: Weight that one site adds, in the units of a tree; relative rounding taken off what it proves.
_UNITS, _ROUNDING = 1e3, 1e-9

Jobs = list[Callable[[Ints], Any]]
Together = Callable[[Jobs], list[Any]]


@dataclass(frozen=True, eq=False)
class Part:
    """A window's villages, and the waste that is proven there."""

    villages: Ints
    proven: float


def waste(
    reach: sp.csr_array, weights: Floats, prices: Prices, covered: float, together: Together
) -> float:  # fmt: skip
    """Return the weight by which every choice falls short of the bound of the prices.

    ``covered`` is what some choice covers: more waste than the gap is not looked for. ``together``
    runs jobs side by side; a job ends early once the cell that it gets is not 0.
    """
    lam = np.clip(prices.village, 0.0, weights)
    gap = prices.bound - covered
    if prices.threshold <= 0.0 or not lam.any() or gap <= 0.0:
        return 0.0
    unit = prices.threshold / _UNITS
    count = int(np.ceil(lam.sum() / prices.threshold / _SITES))
    ground = _ground(reach, weights / unit, lam / unit, prices.worth / unit)
    parts = [Part(villages, 0.0) for villages in parted(reach, lam, count)]
    work = _WORK
    while parts:
        # One window alone may waste the whole gap.
        limit = gap / unit / (1.0 + (len(parts) - 1) / _LIMIT)
        trees = [Tree(ground.window(part.villages), limit) for part in parts]
        ended = _grown(trees, work, together)
        proven = [max(tree.least, part.proven) for tree, part in zip(trees, parts, strict=True)]
        parts = [replace(part, proven=one) for part, one in zip(parts, proven, strict=True)]
        work -= sum(tree.work for tree in trees)
        if ended or len(parts) == 1:
            break
        parts = paired(parts)
    return sum(part.proven for part in parts) * unit * (1.0 - _ROUNDING)


def _grown(trees: list[Tree], work: float, together: Together) -> bool:
    """Let trees grow; return True if the work or the time ended before they were done."""
    turns = {id(tree): Lock() for tree in trees}

    def job(tree: Tree, share: float) -> Callable[[Ints], bool]:
        def run(stop: Ints) -> bool:
            with turns[id(tree)]:
                tree.grow(share, stop)
            return bool(stop[0])

        return run

    growing, done, turn = [tree for tree in trees if not tree.done], 0.0, 0
    while growing:
        if done >= (1.0 - _LEFT) * work:
            return True
        share = (work - done) / max(_ROUNDS - turn, 1) / len(growing) / _PIECES
        if any(together([job(tree, share) for _ in range(_PIECES) for tree in growing])):
            return True
        growing = [tree for tree in trees if not tree.done]
        done, turn = sum(tree.work for tree in trees), turn + 1
    return False


def paired(parts: list[Part]) -> list[Part]:
    """Return each two neighbours of the list as one; an odd last one stays."""
    pairs = [
        Part(np.concatenate([one.villages, two.villages]), one.proven + two.proven)
        for one, two in zip(parts[::2], parts[1::2], strict=False)
    ]
    return pairs + ([parts[-1]] if len(parts) % 2 else [])


def parted(reach: sp.csr_array, lam: Floats, count: int) -> list[Ints]:
    """Return the villages in ``count`` parts of like prices, near ones together.

    The list is halved across its longest way, again and again: where a random walk from village to
    site to village mixes last. Neighbours in the list are neighbours on the ground.
    """

    def halved(villages: Ints, parts: int) -> list[Ints]:
        if parts <= 1 or len(villages) <= 1:
            return [villages]
        order = villages[np.argsort(_slowest(reach, villages), kind="stable")]
        sums = np.cumsum(lam[order])
        cut = int(np.searchsorted(sums, sums[-1] * (parts // 2) / parts))
        cut = min(max(cut, 1), len(order) - 1)
        return halved(order[:cut], parts // 2) + halved(order[cut:], parts - parts // 2)

    return halved(np.arange(reach.shape[1]), count)


def _slowest(reach: sp.csr_array, villages: Ints) -> Floats:
    """Return a value per village that changes least between villages with common rows."""
    inside = sp.csr_array(reach[:, villages])
    inside = sp.csr_array(inside[np.flatnonzero(np.diff(inside.indptr))])
    back = sp.csr_array(inside.T)
    per_row = 1.0 / np.diff(inside.indptr)
    degrees = np.maximum(np.diff(back.indptr), 1).astype(float)
    value = np.linspace(-1.0, 1.0, len(villages))
    for _ in range(_TURNS):
        value = (back @ (per_row * (inside @ value))) / degrees
        value -= float((degrees * value).sum()) / float(degrees.sum())
        value /= max(float(np.abs(value).max()), 1e-300)
    return np.asarray(value)


@dataclass(frozen=True, eq=False)
class _Ground:
    """What all windows share: a row's own waste ``due`` is parted by ``share``, which sums to 1."""

    by_village: sp.csc_array
    weights: Floats
    lam: Floats
    share: Floats
    whole: Floats
    due: Floats

    def window(self, villages: Ints) -> Window:
        """Return the rows that reach some villages, and what waste costs there."""
        columns = sp.csr_array(self.by_village[:, villages])
        rows = np.flatnonzero(np.diff(columns.indptr))
        inside = sp.csr_array(columns[rows])
        lam = self.lam[villages]
        share = (inside @ self.share[villages]) / self.whole[rows]
        ptr, idx, col_ptr, col_idx = kernels.both_ways(inside)
        central = (share @ inside) / np.maximum(np.diff(col_ptr), 1)
        return Window(
            ptr, idx, col_ptr, col_idx, np.stack([lam, self.weights[villages] - lam]),
            self.due[rows] * share, inside @ lam, central,
        )  # fmt: skip


def _ground(reach: sp.csr_array, weights: Floats, lam: Floats, worth: Floats) -> _Ground:
    # Prices of 0 are reached, too: a row without any price has its waste where it reaches.
    share = lam + 1e-9 * _UNITS
    due = np.maximum(_UNITS - worth, 0.0)
    return _Ground(sp.csc_array(reach), weights, lam, share, reach @ share, due)

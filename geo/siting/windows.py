"""A bound below the linear relaxation: waste that no choice can avoid, window by window.

At prices λ with the bound L, a choice S falls short of L by its waste

    Σ over villages: λ for every time beyond the first, w − λ where it is not reached
    + Σ over rows of S: the threshold less their worth, where that is positive

The relaxation avoids all waste with parts of sites; whole ones overlap or leave holes. Villages are
parted into windows of a few sites each, a row's own waste among the windows by the prices that it
reaches there. The least waste in each window, whatever is built elsewhere, adds up, and L less the
sum is a bound. Two windows together waste at least what they waste alone: the pair is searched with
that known. See :mod:`geo.siting.tiling` for the search itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from geo.siting.lagrangian import Prices
from geo.siting.model import Floats, Ints
from geo.siting.tiling import Window, least_waste

#: Sites that the prices of one window pay for.
_SITES = 3.3
#: Cells looked at in all windows, and with them in all pairs; found by trial so that a city of
#: 7,700 nodes takes some 15 seconds of two cores.
_WORK = (10e9, 20e9)
#: Share of the known waste, or of the threshold, that is tried to be added first, and by how much
#: the limit grows after each success at most, and at least.
_FIRST, _GROW, _WORTHWHILE = (0.01, 0.08), 1.3, 1.01
#: The work grows with a power of the limit: taken for it until two searches tell, and within what.
_POWER, _POWERS = 4.0, (2.0, 12.0)
#: Share of the work left that a search is aimed at.
_AIM = 0.7
#: Turns of the averaging that parts villages.
_TURNS = 60
#: Relative rounding of the search, taken off what it proves.
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Part:
    """A window: its villages, the half of each, what the halves waste, what is proven, the work."""

    villages: Ints
    half: Ints
    known: tuple[float, float]
    least: float = 0.0
    looked: float = 0.0

    @property
    def proven(self) -> float:
        """Return the waste that no choice undercuts here."""
        return max(self.least, sum(self.known))


Jobs = list[Callable[[Ints], Any]]


def waste(
    reach: sp.csr_array, weights: Floats, prices: Prices, together: Callable[[Jobs], list[Any]]
) -> float:
    """Return the weight by which every choice falls short of the bound of the prices.

    ``together`` runs jobs side by side; a job ends early once the cell that it gets is not 0.
    """
    lam = np.clip(prices.village, 0.0, weights)
    if prices.threshold <= 0.0 or not lam.any():
        return 0.0
    ground = _Ground(reach, sp.csc_array(reach), weights, lam, prices.threshold, prices.worth)
    count = int(np.ceil(lam.sum() / prices.threshold / _SITES))
    parts = [
        Part(villages, np.zeros(len(villages), dtype=np.int64), (0.0, 0.0))
        for villages in parted(reach, lam, count)
    ]
    looked = 0.0
    for work in _WORK:
        each = (work - looked) / len(parts)
        parts = together([ground.job(part, each) for part in parts])
        looked += sum(part.looked for part in parts)
        if len(parts) == 1 or work == _WORK[-1]:
            break
        parts = paired(parts)
    return sum(part.proven for part in parts)


def paired(parts: list[Part]) -> list[Part]:
    """Return each two neighbours of the list as one; an odd last one stays."""
    pairs = [
        Part(
            np.concatenate([one.villages, two.villages]),
            np.repeat([0, 1], [len(one.villages), len(two.villages)]),
            (one.proven, two.proven),
        )
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


@dataclass
class _Effort:
    """How the work of a window's search grows with its limit: what the last search tells."""

    limit: float = 0.0
    work: float = 0.0
    power: float = _POWER

    def growth(self, limit: float, work: float, left: float) -> float:
        """Return the factor to the next limit that the work left is enough for."""
        if self.work and work > self.work:
            power = np.log(work / self.work) / np.log(limit / self.limit)
            self.power = float(np.clip(power, *_POWERS))
        self.limit, self.work = limit, work
        return float(min(_GROW, (max(_AIM * left, 0.0) / work) ** (1.0 / self.power)))


@dataclass(frozen=True, eq=False)
class _Ground:
    """What all windows share."""

    reach: sp.csr_array
    by_village: sp.csc_array
    weights: Floats
    lam: Floats
    threshold: float
    worth: Floats

    def job(self, part: Part, most: float) -> Callable[[Ints], Part]:
        return lambda stop: self.searched(part, most, stop)

    def searched(self, part: Part, most: float, stop: Ints) -> Part:
        """Return the part with the greatest waste that could be proven."""
        if not len(part.villages):
            return part
        window = self.window(part)
        sure = sum(part.known)
        limit = sure + max(_FIRST[0] * self.threshold, _FIRST[1] * sure)
        least, looked, effort = part.least, 0.0, _Effort()
        while stop[0] == 0:
            found, proven, work = least_waste(
                _affordable(window, limit), limit, most - looked, stop
            )
            looked += work
            if not proven:
                break
            least = found * (1.0 - _ROUNDING)
            growth = effort.growth(limit, work, most - looked)
            if found < limit or growth < _WORTHWHILE:
                break
            limit *= growth
        return replace(part, least=least, looked=looked)

    def window(self, part: Part) -> Window:
        """Return the rows and villages of a part, the dearest villages first."""
        order = np.argsort(-self.lam[part.villages], kind="stable")
        villages, half = part.villages[order], part.half[order]
        columns = sp.csr_array(self.by_village[:, villages])
        rows = np.flatnonzero(np.diff(columns.indptr))
        inside = sp.csr_array(columns[rows])
        lam = self.lam[villages]
        # Prices of 0 are reached, too: a row without any price has its waste where it reaches.
        share = lam + 1e-9 * self.threshold
        whole = (self.reach @ (self.lam + 1e-9 * self.threshold))[rows]
        own = np.maximum(self.threshold - self.worth[rows], 0.0) / whole
        due = np.stack([own * (inside @ (share * (half == side))) for side in (0, 1)])
        cost = np.stack([lam, self.weights[villages] - lam])
        return _window(inside, (cost, half), due, part.known)


def _window(
    inside: sp.csr_array, costs: tuple[Floats, Ints], due: Floats,
    known: tuple[float, float],
) -> Window:  # fmt: skip
    back = sp.csc_array(inside)
    parts = (inside.indptr, inside.indices, back.indptr, back.indices)
    ptr, idx, col_ptr, col_idx = (np.ascontiguousarray(part, dtype=np.int32) for part in parts)
    return Window(ptr, idx, col_ptr, col_idx, *costs, due, np.array(known))


def _affordable(window: Window, limit: float) -> Window:
    """Return the window with those rows alone that cost less than the limit."""
    known = window.known[:, None]
    cheap = np.maximum(window.due, known).sum(axis=0) < limit
    if cheap.all():
        return window
    shape = (len(window.ptr) - 1, len(window.half))
    inside = sp.csr_array((np.ones(len(window.idx)), window.idx, window.ptr), shape=shape)
    due = np.ascontiguousarray(window.due[:, cheap])
    first, second = window.known
    return _window(
        sp.csr_array(inside[np.flatnonzero(cheap)]),
        (window.cost, window.half),
        due,
        (first, second),
    )

"""Compiled inner loops of the prices: serial, so that threads never change an answer."""

from __future__ import annotations

import numpy as np

from geo.compiled import compiled
from geo.siting.kernels import Cells, Index, Matrix
from geo.siting.model import Floats, Ints


@compiled
def gathered(values: Floats, idx: Index | Cells | Ints, first: int, last: int) -> float:
    """Return the sum of the values at ``idx[first:last]``: four sums, as none waits for another."""
    one, two, three, four = 0.0, 0.0, 0.0, 0.0
    k = first
    while k + 3 < last:
        one += values[idx[k]]
        two += values[idx[k + 1]]
        three += values[idx[k + 2]]
        four += values[idx[k + 3]]
        k += 4
    while k < last:
        one += values[idx[k]]
        k += 1
    return (one + two) + (three + four)


@compiled
def sums(ptr: Index, idx: Cells, values: Floats) -> Floats:
    """Return, for each row, the sum of the values at what it reaches; or the same for villages."""
    found = np.empty(len(ptr) - 1)
    for i in range(len(found)):
        found[i] = gathered(values, idx, ptr[i], ptr[i + 1])
    return found


@compiled
def capped(values: Floats, most: float) -> Floats:
    """Return the nearest values between 0 and 1 whose sum is at most ``most``."""
    some = values[values > 0.0]
    low, high = 0.0, some.max() if len(some) else 0.0
    shift = 0.0
    for turn in range(60):
        total = 0.0
        for value in some:
            total += min(max(value - shift, 0.0), 1.0)
        if turn == 0 and total <= most:
            break
        if total > most:
            low = shift
        else:
            high = shift
        shift = 0.5 * (low + high)
    near = np.empty(len(values))
    for i in range(len(values)):
        near[i] = min(max(values[i] - shift, 0.0), 1.0)
    return near


@compiled
def move(
    m: Matrix, lam: Floats, direction: Floats, taken: Ints, length: float, memory: float
) -> bool:
    """Move the prices along the deflected subgradient; return False where that is nowhere."""
    slope = np.full(len(lam), -1.0)
    for row in taken:
        for k in range(m.ptr[row], m.ptr[row + 1]):
            slope[m.idx[k]] += 1.0
    norm = 0.0
    for j in range(len(lam)):
        stuck = lam[j] <= 0.0 < slope[j] or (lam[j] >= m.weights[j] and slope[j] < 0.0)
        direction[j] = memory * direction[j] + (0.0 if stuck else slope[j])
        norm += direction[j] ** 2
    if norm == 0.0:
        return False
    for j in range(len(lam)):
        lam[j] = min(max(lam[j] - length / norm * direction[j], 0.0), m.weights[j])
    return True

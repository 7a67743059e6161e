"""The linear relaxation of a small cover: parts of rows reach each village once, at least cost.

Row i costs ``due``; a village costs something for every part beyond 1 and for what 1 is missed by.
The dual has a price y for each village, between less the first cost and the second, and

    max Σ y   with   Σ of y over the villages of row i ≤ due of row i

Any such prices prove a cost, so that rounding can do no harm: who uses them takes off what rows
lack. Nearly all prices are at one of their ends, and few rows are built in part. The dual simplex
method below works on those few alone (:mod:`geo.siting.basis`), so that a step is short. It starts
from prices of 0; a price that comes to its end costs no change of the basis. Weights of the leaving
side: Forrest and Goldfarb (1992), Mathematical Programming 57:341–374, doi:10.1007/BF01581089
(Devex).
"""

from __future__ import annotations

import numpy as np

from geo.compiled import compiled
from geo.siting.basis import (
    HIGH,
    LACK,
    LOW,
    NOTHING,
    OVER,
    PIVOT,
    TIGHT,
    Basis,
    Exchange,
    Program,
    begun,
    close,
    loosen,
    renewed,
    sit,
    sound,
    tighten,
    with_line,
    without_row,
)
from geo.siting.model import Floats
from geo.siting.pricing import gathered

#: A share may be so far from its bounds.
_FEASIBLE = 1e-7
#: Rows may lack so much, which leaves room to choose a greater pivot.
_ROOM = 1e-9
#: Changes of the basis after which its parts are made anew from the inverse.
_CHECK = 50
#: Steps for each village after which the prices are taken as they are.
_STEPS = 20


@compiled
def cover(p: Program) -> tuple[Floats, Floats, int]:
    """Return a price for each village, the part of each row, and the number of steps.

    Prices lie between their ends; rows may lack a little. They are the best ones unless rounding
    or too many steps put an early end to it.
    """
    b = begun(p)
    steps = 0
    while steps < _STEPS * len(b.kind) and _stepped(p, b):
        steps += 1
    share = np.zeros(len(b.left))
    for at in range(b.size[0]):
        share[b.rows[at]] = max(b.share[at], 0.0)
    return _trusted(p, b.price), share, steps


@compiled
def _trusted(p: Program, prices: Floats) -> Floats:
    """Return prices between their ends; 0 where rounding left such that prove less than that."""
    proven, left = 0.0, p.due.copy()
    for j in range(len(prices)):
        prices[j] = min(max(prices[j], -p.cost[OVER, j]), p.cost[LACK, j])
        proven += prices[j]
        for at in range(p.col_ptr[j], p.col_ptr[j + 1]):
            left[p.col_idx[at]] -= prices[j]
    for lack in left:
        proven += min(lack, 0.0)
    if proven < 0.0:
        prices[:] = 0.0
    return prices


@compiled
def _stepped(p: Program, b: Basis) -> bool:
    """Take a step; return False where there is none or rounding forbids it."""
    village, seat = _leaving(b)
    if village < 0 and seat < 0:
        # What rounding has hidden may still come to light.
        return b.size[2] > 0 and sound(p, b)
    sign = _aim(p, b, village, seat)
    length = _reach(p, b, village, sign)
    row, place = -1, -1
    if length < 0.0:
        length, row, place = _blocking(p, b, -length)
        if row < 0 and place < 0:
            return False
    x = Exchange(village, seat, row, place)
    if row < 0 and place < 0:
        _move(b, village, sign, length)
        b.kind[village] = HIGH if sign > 0.0 else LOW
        return True
    pivot = _effect(p, b, x)
    if abs(pivot) < PIVOT:
        return b.size[1] > 0 and renewed(p, b)
    _move(b, village, sign, length)
    _weigh(b, x, pivot)
    _change(p, b, x, pivot)
    return b.size[2] < _CHECK or sound(p, b)


@compiled
def _leaving(b: Basis) -> tuple[int, int]:
    """Return the village whose price is to change, or the basic row whose part is below 0."""
    village, seat, best = -1, -1, 0.0
    for j in range(len(b.kind)):
        wrong = b.missing[j]
        if b.kind[j] == TIGHT or (b.kind[j] == HIGH and wrong > 0.0):
            continue
        if (b.kind[j] == LOW and wrong < 0.0) or abs(wrong) <= _FEASIBLE:
            continue
        score = wrong * wrong / b.heft[j]
        if score > best:
            village, best = j, score
    for at in range(b.size[0]):
        if b.share[at] < -_FEASIBLE:
            score = b.share[at] * b.share[at] / b.bulk[b.rows[at]]
            if score > best:
                village, seat, best = -1, at, score
    return village, seat


@compiled
def _aim(p: Program, b: Basis, village: int, seat: int) -> float:
    """Set how prices of tight villages and what rows have left change; return the village's way."""
    size, sign = b.size[0], 1.0
    b.fall[:] = 0.0
    if village >= 0:
        sign = 1.0 if b.missing[village] > 0.0 else -1.0
        b.line[:size] = 0.0
        for at in range(p.col_ptr[village], p.col_ptr[village + 1]):
            i = p.col_idx[at]
            b.fall[i] += sign
            if b.seat[i] >= 0:
                inverse = b.inverse[b.seat[i]]
                for k in range(size):
                    b.line[k] += inverse[k]
        for k in range(size):
            b.ray[k] = -sign * b.line[k]
    else:
        for k in range(size):
            b.ray[k] = -b.inverse[seat, k]
    for k in range(size):
        change = b.ray[k]
        if abs(change) > NOTHING:
            j = b.villages[k]
            for at in range(p.col_ptr[j], p.col_ptr[j + 1]):
                b.fall[p.col_idx[at]] += change
    return sign


@compiled
def _reach(p: Program, b: Basis, village: int, sign: float) -> float:
    """Return how far prices go until the leaving village's is at its end.

    Where something blocks before, it is how far that lets them go, and a little more, as a number
    below 0.
    """
    end = np.inf
    if village >= 0:
        top = p.cost[LACK, village] - b.price[village]
        end = top if sign > 0.0 else p.cost[OVER, village] + b.price[village]
    reach = end
    for i in range(len(b.fall)):
        if b.fall[i] > NOTHING and b.seat[i] < 0 and b.left[i] + _ROOM < reach * b.fall[i]:
            reach = (b.left[i] + _ROOM) / b.fall[i]
    for k in range(b.size[0]):
        if abs(b.ray[k]) > NOTHING and _room(p, b, k) + _ROOM < reach * abs(b.ray[k]):
            reach = (_room(p, b, k) + _ROOM) / abs(b.ray[k])
    return max(end, 0.0) if end <= reach else -max(reach, _ROOM * _ROOM)


@compiled
def _blocking(p: Program, b: Basis, reach: float) -> tuple[float, int, int]:
    """Return the length, and the row or the place of the tight village that blocks there.

    Of all that block within ``reach`` it is the one that changes fastest: Harris (1973),
    Mathematical Programming 5:1–28, doi:10.1007/BF01580108.
    """
    row, place, fastest, length = -1, -1, NOTHING, 0.0
    for i in range(len(b.fall)):
        fall = b.fall[i]
        if fall > fastest and b.seat[i] < 0 and b.left[i] <= reach * fall:
            row, fastest, length = i, fall, b.left[i] / fall
    for k in range(b.size[0]):
        speed = abs(b.ray[k])
        if speed > fastest:
            room = _room(p, b, k)
            if room <= reach * speed:
                row, place, fastest, length = -1, k, speed, room / speed
    return max(length, 0.0), row, place


@compiled
def _room(p: Program, b: Basis, k: int) -> float:
    """Return how far the price of a tight village is from the end that it goes to."""
    j = b.villages[k]
    if b.ray[k] > 0.0:
        return float(p.cost[LACK, j] - b.price[j])
    return float(p.cost[OVER, j] + b.price[j])


@compiled
def _move(b: Basis, village: int, sign: float, length: float) -> None:
    """Change prices along the ray."""
    if length <= 0.0:
        return
    for i in range(len(b.left)):
        b.left[i] -= length * b.fall[i]
    for k in range(b.size[0]):
        b.price[b.villages[k]] += length * b.ray[k]
    if village >= 0:
        b.price[village] += length * sign


@compiled
def _effect(p: Program, b: Basis, x: Exchange) -> float:
    """Set what enters does to the parts and to what is missed; return what to the leaving one."""
    b.change[:] = 0.0
    if x.row >= 0:
        count = 0
        for at in range(p.ptr[x.row], p.ptr[x.row + 1]):
            b.change[p.idx[at]] = -1.0
            if b.place[p.idx[at]] >= 0:
                b.hits[count] = b.place[p.idx[at]]
                count += 1
    for k in range(b.size[0]):
        if x.row >= 0:
            b.column[k] = gathered(b.inverse[k], b.hits, 0, count)
        else:
            b.column[k] = b.inverse[k, x.place]
        if abs(b.column[k]) > NOTHING:
            for at in range(p.ptr[b.rows[k]], p.ptr[b.rows[k] + 1]):
                b.change[p.idx[at]] += b.column[k]
    return float(b.change[x.village] if x.village >= 0 else b.column[x.seat])


@compiled
def _weigh(b: Basis, x: Exchange, pivot: float) -> None:
    """Raise the weights of what stays by how it changes with what enters (Devex)."""
    weight = b.heft[x.village] if x.village >= 0 else b.bulk[b.rows[x.seat]]
    factor = weight / (pivot * pivot)
    for j in range(len(b.change)):
        b.heft[j] = max(b.heft[j], b.change[j] * b.change[j] * factor)
    for k in range(b.size[0]):
        i = b.rows[k]
        b.bulk[i] = max(b.bulk[i], b.column[k] * b.column[k] * factor)
    if x.row >= 0:
        b.bulk[x.row] = max(factor, 1.0)
    else:
        b.heft[b.villages[x.place]] = max(factor, 1.0)


@compiled
def _change(p: Program, b: Basis, x: Exchange, pivot: float) -> None:
    """Change the basis, its inverse, and the parts that its rows have."""
    part = -b.missing[x.village] / pivot if x.village >= 0 else b.share[x.seat] / pivot
    for j in range(len(b.missing)):
        b.missing[j] += part * b.change[j]
    for k in range(b.size[0]):
        b.share[k] -= part * b.column[k]
    if x.place >= 0:
        loosen(p, b, x.place)
    if x.seat >= 0:
        without_row(b, x.seat, pivot)
        b.seat[b.rows[x.seat]] = -1
    else:
        with_line(b, x, pivot)
        b.kind[x.village] = TIGHT
    if x.row >= 0:
        sit(b, x.row, x.seat if x.seat >= 0 else b.size[0], part)
    if x.village >= 0:
        tighten(b, x.village, x.place if x.place >= 0 else b.size[0])
    if x.row >= 0 and x.village >= 0:
        b.size[0] += 1
    elif x.row < 0 and x.village < 0:
        close(b, x.seat, x.place)
    b.size[1] += 1
    b.size[2] += 1

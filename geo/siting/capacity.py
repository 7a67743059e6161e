"""A first answer where sites serve only so many households."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geo.siting import exact, highs
from geo.siting.clock import Clock
from geo.siting.model import Flags, Floats
from geo.siting.reduction import Core


def first_answer(core: Core) -> tuple[Flags, Floats]:
    """Take the row that can serve most of what is open, again and again.

    Returns
    -------
    tuple
        (rows,) chosen, and (cells of ``reach``,) the share of the village that the row serves.
    """
    assert core.capacity is not None  # noqa: S101  for the type checker: the caller looked
    chosen = np.zeros(len(core.options), dtype=bool)
    served = np.zeros(core.reach.nnz)
    left = np.ones(len(core.weights))
    free = np.ones(len(chosen), dtype=bool)
    spent = 0.0
    first = list(np.flatnonzero(core.fixed))
    while int(chosen.sum()) < core.p:
        if first:
            best = int(first.pop(0))
        else:
            gain = np.minimum(core.reach @ (core.weights * left), core.capacity)
            gain[~free | (core.costs > core.budget - spent)] = 0.0
            best = int(np.argmax(gain)) if len(gain) else 0
            if not len(gain) or gain[best] <= 0:
                break
        chosen[best] = True
        free[core.places == core.places[best]] = False
        spent += float(core.costs[best])
        _serve(core, best, left, served, float(core.capacity[best]))
    return chosen, served


def amounts(core: Core, chosen: Flags, clock: Clock) -> Floats:
    """Return (rows,) the weight that each chosen row serves where they serve most together.

    Where the time ends first, each serves what it can of what those before it left.
    """
    program = exact.program(core)
    options, villages = core.reach.shape
    least, most = program.least.copy(), program.most.copy()
    least[:options] = most[:options] = chosen
    outcome = highs.maximise(replace(program, least=least, most=most), clock)
    if outcome.values is not None:
        served = outcome.values[options + villages :]
    else:
        part = replace(core, fixed=chosen, p=int(chosen.sum()), budget=np.inf)
        served = first_answer(part)[1]
    weights = core.weights[core.reach.indices] * served
    rows = np.repeat(np.arange(options), np.diff(core.reach.indptr))
    return np.asarray(np.bincount(rows, weights, minlength=options), dtype=float)


def columns(core: Core, answer: tuple[Flags, Floats]) -> Floats:
    """Return the integer program's columns for an answer."""
    chosen, served = answer
    covered = np.zeros(len(core.weights))
    np.add.at(covered, core.reach.indices, served)
    return np.concatenate([chosen.astype(float), np.minimum(covered, 1.0), served])


def _serve(core: Core, row: int, left: Floats, served: Floats, room: float) -> None:
    """Let a row serve its open villages, the largest first, as far as its room goes."""
    cells = np.arange(core.reach.indptr[row], core.reach.indptr[row + 1])
    villages = core.reach.indices[cells]
    for at in np.argsort(-core.weights[villages], kind="stable"):
        j = villages[at]
        need = core.weights[j] * left[j]
        part = min(need, room) if core.split else (need if need <= room else 0.0)
        if part > 0:
            served[cells[at]] = part / core.weights[j]
            left[j] = max(0.0, left[j] - served[cells[at]])
            room -= part

"""First answer with capacities, and the weight that each site serves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from geo.siting import exact, highs
from geo.siting.clock import SolverClock
from geo.siting.model import Flags, Floats
from geo.siting.reduction import ReducedProblem


def first_answer(core: ReducedProblem) -> tuple[Flags, Floats]:
    """Add the row that serves most of what is not served yet, until none can be added.

    Parameters
    ----------
    core
        The reduced problem, with capacities.

    Returns
    -------
    chosen
        (rows,) True where built.
    served
        (cells of ``reach``,) share of the village that the row serves, 0–1.
    """
    assert core.capacity is not None  # noqa: S101  for the type checker: the caller looked
    chosen = np.zeros(len(core.options), dtype=bool)
    served = np.zeros(core.reach.nnz)
    left = np.ones(len(core.weights))
    free = np.ones(len(chosen), dtype=bool)
    spent = float(core.fen[core.fixed].sum())
    first = list(np.flatnonzero(core.fixed))
    while int(chosen.sum()) < core.p:
        if first:
            best = int(first.pop(0))
        else:
            gain = np.minimum(core.reach @ (core.weights * left), core.capacity)
            gain[~free | (core.fen > core.budget - spent)] = 0.0
            best = int(np.argmax(gain)) if len(gain) else 0
            if not len(gain) or gain[best] <= 0:
                break
            spent += float(core.fen[best])
        chosen[best] = True
        free[core.places == core.places[best]] = False
        _serve(core, best, left, served)
    return chosen, served


def amounts(core: ReducedProblem, chosen: Flags, clock: SolverClock) -> Floats:
    """Return the weight that each chosen row serves where they serve most together.

    Parameters
    ----------
    core
        The reduced problem, with capacities.
    chosen
        (rows,) True where built.
    clock
        Time limit; where it ends first, each row serves what it can of what those before it left.

    Returns
    -------
    weight
        (rows,) weight served.
    """
    options, villages = core.reach.shape
    # What is built is decided: no limit on number, money or shares is left.
    count, none = int(chosen.sum()), np.zeros_like(core.least)
    given = replace(core, fixed=chosen, p=count, budget=np.inf, least=none)
    program = exact.program(given, [_once(core)])
    most = program.most.copy()
    most[:options] = chosen
    outcome = highs.maximise(replace(program, most=most), clock)
    if outcome.values is not None:
        served = np.clip(outcome.values[options + villages :], 0.0, 1.0)
    else:
        served = first_answer(given)[1]
    weights = core.weights[core.reach.indices] * served
    rows = np.repeat(np.arange(options), np.diff(core.reach.indptr))
    return np.asarray(np.bincount(rows, weights, minlength=options), dtype=float)


def _once(core: ReducedProblem) -> exact.ProgramRows:
    """Return the rows by which no village is served more than once."""
    pairs, villages = core.reach.nnz, core.reach.shape[1]
    cells = (core.reach.indices, np.arange(pairs))
    served = sp.csr_array((np.ones(pairs), cells), shape=(villages, pairs))
    return exact.ProgramRows(np.full(villages, -np.inf), np.ones(villages), z=served)


def columns(core: ReducedProblem, answer: tuple[Flags, Floats]) -> Floats:
    """Return the integer program's columns for an answer.

    Parameters
    ----------
    core
        The reduced problem, with capacities.
    answer
        As :func:`first_answer` returns it.

    Returns
    -------
    values
        (rows + columns + cells,) built, covered and served.
    """
    chosen, served = answer
    covered = np.zeros(len(core.weights))
    np.add.at(covered, core.reach.indices, served)
    return np.concatenate([chosen.astype(float), np.minimum(covered, 1.0), served])


def _serve(core: ReducedProblem, row: int, left: Floats, served: Floats) -> None:
    """Let a row serve its villages, the largest first, as far as its capacity goes."""
    assert core.capacity is not None  # noqa: S101  for the type checker: the caller looked
    room = float(core.capacity[row])
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

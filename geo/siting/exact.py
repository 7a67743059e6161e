"""Integer program of a reduced problem, for HiGHS.

Maximal covering location problem: Church and ReVelle (1974), Papers of the Regional Science
Association 32:101–118; with capacities: Current and Storbeck (1988), Environment and Planning B
15:153–163.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from geo.siting.highs import IntegerProgram
from geo.siting.model import ROUNDING, Flags, Floats
from geo.siting.reduction import ReducedProblem

#: Largest cost and sum of weights in a scaled row: the solver exceeds each row by up to 1e-6.
_MOST_COST, _MOST_SUM = 2.0**16, 2.0**20


@dataclass(frozen=True, eq=False)
class ProgramRows:
    """Rows of a program: ``low <= x @ built + y @ covered + z @ served <= high``.

    Attributes
    ----------
    low, high
        Bounds.
    x, y, z
        Factors of the core's rows, of its columns, and of the pairs (cells of ``reach``) that exist
        with capacities only; None for none.
    """

    low: Floats
    high: Floats
    x: sp.csr_array | None = None
    y: sp.csr_array | None = None
    z: sp.csr_array | None = None


def program(core: ReducedProblem, extra: Sequence[ProgramRows] = ()) -> IntegerProgram:
    """Build the program that maximises the covered weight.

    Parameters
    ----------
    core
        The reduced problem.
    extra
        Further rows.

    Returns
    -------
    program
        Columns are built rows, covered columns and served pairs, in this order.
    """
    options, villages = core.reach.shape
    pairs = core.reach.nnz if core.capacity is not None else 0
    parts = [*_cover(core), *_limits(core), *_places(core), *_least(core), *extra]
    widths = (options, villages, pairs)
    matrix = sp.vstack(
        [
            sp.hstack(
                [
                    sp.csr_array((len(part.low), width)) if block is None else block
                    for block, width in zip((part.x, part.y, part.z), widths, strict=True)
                ]
            )
            for part in parts
        ]
    )
    gain = np.concatenate([np.zeros(options), core.weights, np.zeros(pairs)])
    least = np.zeros(len(gain))
    least[:options] = core.fixed
    whole = np.zeros(len(gain), dtype=bool)
    whole[:options] = True
    whole[options + villages :] = not core.split
    low = np.concatenate([part.low for part in parts])
    high = np.concatenate([part.high for part in parts])
    return IntegerProgram(gain, sp.csc_array(matrix), low, high, least, np.ones(len(gain)), whole)


def columns(core: ReducedProblem, chosen: Flags) -> Floats:
    """Return the program's columns for a selection without capacities.

    Parameters
    ----------
    core
        The reduced problem.
    chosen
        (rows,) True where built.

    Returns
    -------
    values
        (rows + columns,) 1 where built or covered.
    """
    return np.concatenate([chosen, core.met(chosen)]).astype(float)


def affordable(core: ReducedProblem, chosen: Flags) -> bool:
    """Check the limits on numbers, money and places exactly.

    Parameters
    ----------
    core
        The reduced problem.
    chosen
        (rows,) True where built.

    Returns
    -------
    kept
        True if ``p``, the budget and the places are kept.
    """
    places = core.places[chosen]
    return bool(
        chosen.sum() <= core.p
        and core.fen[chosen].sum() <= core.budget
        and len(np.unique(places)) == len(places)
    )


def at_least(core: ReducedProblem, factors: sp.csr_array, target: Floats) -> ProgramRows:
    """Build rows that ask for a least sum of covered weights, up to rounding.

    Parameters
    ----------
    core
        The reduced problem.
    factors
        (sums, columns) weights of each sum.
    target
        (sums,) least sum.

    Returns
    -------
    rows
        Scaled so that the solver's tolerance is below the rounding.
    """
    whole = np.asarray(factors.sum(axis=1)).ravel()
    scale = sum_scale(whole)
    low = target - rounding(core, whole)
    if core.whole:
        # Half a household of room: rows as tight as the solver's tolerance have false optima.
        low = np.ceil(low) - 0.5
    low = low * scale
    scaled = sp.csr_array(sp.diags_array(scale) @ factors)
    return ProgramRows(low, np.full(len(low), np.inf), y=scaled)


def sum_scale(whole: Floats) -> Floats:
    """Return the factor of a row that sums weights.

    Parameters
    ----------
    whole
        (sums,) sum of all weights that can count.

    Returns
    -------
    scale
        (sums,) powers of two that bring the sums near 2**20.
    """
    some = np.where(whole > 0, whole, _MOST_SUM)
    return np.asarray(2.0 ** -np.ceil(np.log2(some / _MOST_SUM)))


def rounding(core: ReducedProblem, whole: NDArray[Any]) -> Floats:
    """Return how far a sum may stay below its target: 30 % of 10 must not need a fourth household.

    Parameters
    ----------
    core
        The reduced problem.
    whole
        (sums,) sum of all weights that can count.

    Returns
    -------
    rounding
        (sums,) relative rounding; below half a household where weights are whole.
    """
    share = np.asarray(ROUNDING * whole, dtype=float)
    return np.minimum(share, 0.25) if core.whole else share


def by_group(core: ReducedProblem) -> sp.csr_array:
    """Return the weight of each column in its group's row.

    Parameters
    ----------
    core
        The reduced problem.

    Returns
    -------
    factors
        (groups, columns).
    """
    at = np.arange(len(core.weights))
    shape = (len(core.least), len(at))
    return sp.csr_array((core.weights, (core.groups, at)), shape=shape)


def _cover(core: ReducedProblem) -> list[ProgramRows]:
    """Count a village as far as built rows reach or serve it."""
    options, villages = core.reach.shape
    none = np.full(villages, -np.inf)
    if core.capacity is None:
        zero, one = np.zeros(villages), sp.eye_array(villages)
        return [ProgramRows(none, zero, sp.csr_array(-core.reach.T), one)]
    row = np.repeat(np.arange(options), np.diff(core.reach.indptr))
    col, pairs = core.reach.indices, core.reach.nnz
    at, one = np.arange(pairs), np.ones(pairs)
    to_village = sp.csr_array((-one, (col, at)), shape=(villages, pairs))
    from_option = sp.csr_array((-one, (at, row)), shape=(pairs, options))
    total = float(core.weights.sum())
    scale = sum_scale(np.array([total]))[0]
    load = sp.csr_array((core.weights[col] * scale, (row, at)), shape=(options, pairs))
    finite = np.isfinite(core.capacity)
    room = sp.csr_array(sp.diags_array(-np.minimum(core.capacity, total) * scale))[finite]
    none_served, none_load = np.full(pairs, -np.inf), np.full(finite.sum(), -np.inf)
    return [
        ProgramRows(none, np.zeros(villages), y=sp.eye_array(villages), z=to_village),
        ProgramRows(none_served, np.zeros(pairs), x=from_option, z=sp.eye_array(pairs)),
        ProgramRows(none_load, np.zeros(finite.sum()), x=room, z=load[finite]),
    ]


def _limits(core: ReducedProblem) -> list[ProgramRows]:
    """At most ``p`` options, at most the budget.

    Half a fen more is allowed than the budget: costs are whole fen, so that the same selections
    fit, and one that spends the budget exactly is not lost in rounding.
    """
    rows = []
    if len(core.options) > core.p:
        rows.append((np.ones(len(core.options)), float(core.p)))
    if np.isfinite(core.budget) and core.fen.sum() > core.budget:
        scale = 2.0 ** -max(0.0, np.ceil(np.log2(core.fen.max() / _MOST_COST)))
        rows.append((core.fen * scale, (core.budget + 0.5) * scale))
    return [
        ProgramRows(np.array([-np.inf]), np.array([most]), sp.csr_array(factors[None, :]))
        for factors, most in rows
    ]


def _places(core: ReducedProblem) -> list[ProgramRows]:
    """At most one option for each place that has several."""
    names, numbers, times = np.unique(core.places, return_inverse=True, return_counts=True)
    shared = sp.csr_array(
        (np.ones(len(numbers)), (numbers, np.arange(len(numbers)))),
        shape=(len(names), len(numbers)),
    )[times > 1]
    count = shared.shape[0]
    if not count:
        return []
    return [ProgramRows(np.full(count, -np.inf), np.ones(count), sp.csr_array(shared))]


def _least(core: ReducedProblem) -> list[ProgramRows]:
    """At least the required weight in each group."""
    asked = np.flatnonzero(core.least > 0)
    if not len(asked):
        return []
    return [at_least(core, sp.csr_array(by_group(core)[asked]), core.least[asked])]

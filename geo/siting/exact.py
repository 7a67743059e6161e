"""The integer program of a core, solved by HiGHS.

Maximal covering location problem: Church and ReVelle (1974), Papers of the Regional Science
Association 32:101–118; with capacities: Current and Storbeck (1988), Environment and Planning B
15:153–163.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from geo.siting.highs import Program
from geo.siting.model import Flags, Floats
from geo.siting.reduction import Core


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a program: ``low <= x @ built + y @ covered + z @ served <= high``.

    Attributes
    ----------
    x, y, z
        Factors of the core's rows, of its villages, and of the pairs (cells of ``reach``) that
        exist with capacities only; None for none.
    low, high
        Bounds.
    """

    low: Floats
    high: Floats
    x: sp.csr_array | None = None
    y: sp.csr_array | None = None
    z: sp.csr_array | None = None


def program(core: Core, extra: Sequence[Rows] = ()) -> Program:
    """Return the program over rows, villages and pairs of a core."""
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
    return Program(gain, sp.csc_array(matrix), low, high, least, np.ones(len(gain)), whole)


def columns(core: Core, chosen: Flags) -> Floats | None:
    """Return the program's columns for a choice; None with capacities, which need pairs as well."""
    if core.capacity is not None:
        return None
    met = np.asarray(core.reach.T @ chosen.astype(float)) > 0
    return np.concatenate([chosen, met]).astype(float)


def _cover(core: Core) -> list[Rows]:
    """Count a village as far as what is built reaches or serves it."""
    options, villages = core.reach.shape
    none = np.full(villages, -np.inf)
    if core.capacity is None:
        return [Rows(none, np.zeros(villages), sp.csr_array(-core.reach.T), sp.eye_array(villages))]
    row = np.repeat(np.arange(options), np.diff(core.reach.indptr))
    col, pairs = core.reach.indices, core.reach.nnz
    at, one = np.arange(pairs), np.ones(pairs)
    to_village = sp.csr_array((-one, (col, at)), shape=(villages, pairs))
    from_option = sp.csr_array((-one, (at, row)), shape=(pairs, options))
    load = sp.csr_array((core.weights[col], (row, at)), shape=(options, pairs))
    finite = np.isfinite(core.capacity)
    room = sp.csr_array(sp.diags_array(np.where(finite, -core.capacity, 0.0)))[finite]
    return [
        Rows(none, np.zeros(villages), y=sp.eye_array(villages), z=to_village),
        Rows(np.full(pairs, -np.inf), np.zeros(pairs), x=from_option, z=sp.eye_array(pairs)),
        Rows(np.full(finite.sum(), -np.inf), np.zeros(finite.sum()), x=room, z=load[finite]),
    ]


def _limits(core: Core) -> list[Rows]:
    """At most ``p`` options, at most the budget."""
    limits = [(np.ones(len(core.options)), float(core.p)), (core.costs, core.budget)]
    return [
        Rows(np.array([-np.inf]), np.array([most]), sp.csr_array(factors[None, :]))
        for factors, most in limits
        if np.isfinite(most) and factors.sum() > most
    ]


def _places(core: Core) -> list[Rows]:
    """At most one option for each place that has several."""
    names, numbers, times = np.unique(core.places, return_inverse=True, return_counts=True)
    shared = sp.csr_array(
        (np.ones(len(numbers)), (numbers, np.arange(len(numbers)))),
        shape=(len(names), len(numbers)),
    )[times > 1]
    count = shared.shape[0]
    return [Rows(np.full(count, -np.inf), np.ones(count), sp.csr_array(shared))] if count else []


def _least(core: Core) -> list[Rows]:
    """At least the asked weight in each group."""
    asked = np.flatnonzero(core.least > 0)
    if not len(asked):
        return []
    factors = by_group(core)[asked]
    return [Rows(core.least[asked], np.full(len(asked), np.inf), y=sp.csr_array(factors))]


def by_group(core: Core) -> sp.csr_array:
    """Return groups × villages: the weight of each village in its group's row."""
    at = np.arange(len(core.weights))
    shape = (len(core.least), len(at))
    return sp.csr_array((core.weights, (core.groups, at)), shape=shape)

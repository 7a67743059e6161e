"""Linear and integer program of a group, with the inequalities that make it nearly whole.

With x a variant, a a way from place i to place j, y a village, X the variants with fibre at a
place, and for a price λ of money:

    max Σ w y − λ [ Σ (own + root) x − Σ (root_j − m_ij) a_ij ]
    Σ_i a_ij ≤ X_j        one way for each place
    a_ij + a_ji ≤ X_i, X_j        only between places with fibre, and not both ways
    Σ x at a place ≤ 1
    y_v ≤ Σ x that serve v
    a(W) ≤ X(W) + Σ x that serve v other than by fibre in W − y_v        any places W
    a(W) ≤ X(W) − X_k        any places W, k in W

The last but one holds since the ways within W are a forest: of at most X(W) ways, and of one less
if only W serves v. It makes each village a terminal that needs a way of its own to the existing
fibre; without it, two places at one half serve a village fully for half a way. The rows for W the
places that serve v are there from the start, further ones are separated by minimum cuts. Only the
nearest ways of each place are named: the next one bounds all others.

References
----------
Generalised subtour constraints: Lucena and Resende (2004), Discrete Applied Mathematics
141:277–294, doi:10.1016/S0166-218X(03)00382-0. Covering with connection costs: Gollowitzer and
Ljubić (2011), Computers & Operations Research 38:505–522, doi:10.1016/j.cor.2010.07.002.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from geo.network_design.groups import Group, nearest
from geo.network_design.kernels import sink_cuts
from geo.network_design.problem import Flags, Floats, Ints
from geo.siting import highs
from geo.siting.clock import SolverClock

#: Columns, factors and upper bound of a row.
Row = tuple[Ints, Floats, float]
#: Most rounds of cuts for one price, and a violation that is worth a row.
_ROUNDS, _VIOLATED = 30, 1e-4
#: Most rounds of cuts on whole solutions.
_WHOLE_ROUNDS = 8
#: Tolerance of the solver, as share of the optimum.
_ROUNDING = 1e-9


class GroupProgram:
    """The program of a group; keeps its rows and the solver's basis from price to price.

    Parameters
    ----------
    group
        The group.
    clock
        Time limit and cancellation.
    """

    def __init__(self, group: Group, clock: SolverClock) -> None:
        self.group, self.clock = group, clock
        near = nearest(group.ends, group.money)
        # What a place pays without a named way: its own, or its first one that is not named.
        alone = np.minimum(group.root, _least(group, ~near))
        self.rooted = np.isfinite(alone)
        alone = np.where(self.rooted, alone, group.alone)
        tail, head = np.concatenate([group.ends[near], group.ends[near][:, ::-1]]).T
        money = np.tile(group.money[near], 2)
        useful = money < np.where(self.rooted, alone, np.inf)[head]
        self.tail, self.head = tail[useful], head[useful]
        self.save = alone[self.head] - money[useful]
        self.cost = group.own + np.where(group.fibre, alone[group.place], 0.0)
        self.serve = sp.csr_array(group.reach.T)
        self.program = self._program()
        self.rows = self._first_rows()
        self.solver: Any = None

    @property
    def widths(self) -> tuple[int, int, int]:
        """Numbers of variants, ways and villages."""
        return len(self.cost), len(self.tail), len(self.group.weights)

    def money(self) -> Floats:
        """Return the money of each column.

        Returns
        -------
        money
            (columns,).
        """
        return np.concatenate([self.cost, -self.save, np.zeros(self.widths[2])])

    def gain(self, weight: Floats, price: float) -> Floats:
        """Return the objective.

        Parameters
        ----------
        weight
            (villages,) worth of each village.
        price
            Worth of a unit of money.

        Returns
        -------
        gain
            (columns,).
        """
        gain = -price * self.money()
        gain[len(gain) - len(weight) :] = weight
        return gain

    def relaxed(self, weight: Floats, price: float) -> tuple[float, Floats | None]:
        """Solve the linear program with cuts until none is violated.

        Parameters
        ----------
        weight
            (villages,) worth of each village.
        price
            Worth of a unit of money.

        Returns
        -------
        bound, values
            Upper bound on the worth of any choice (infinite if the time is over), and the values
            of the columns.
        """
        if self.solver is None:
            self.solver = highs.prepared(self.with_rows(), self.clock)
        solver, gain = self.solver, self.gain(weight, price)
        solver.changeColsCost(len(gain), np.arange(len(gain), dtype=np.int32), gain)
        bound, values = np.inf, None
        for _ in range(_ROUNDS):
            solver.setOptionValue("time_limit", solver.getRunTime() + self.clock.left_s)
            solver.run()
            if not highs.solved(solver):
                break
            value = float(solver.getInfo().objective_function_value)
            bound = min(bound, value + _ROUNDING * (1.0 + abs(value)))
            values = np.asarray(solver.getSolution().col_value, dtype=float)
            fresh = self.violated(values)
            self.extend(fresh)
            if not fresh or self.clock.over():
                break
        return bound, values

    def reduced(self) -> Floats:
        """Return the reduced costs of the last linear program.

        Returns
        -------
        reduced
            (columns,) gain of a unit of each column.
        """
        return np.asarray(self.solver.getSolution().col_dual, dtype=float)

    def whole(
        self, weight: Floats, price: float, start: Flags, nodes: int
    ) -> tuple[float, Flags | None]:
        """Solve the integer program, with cuts on its solutions until they are trees.

        Parameters
        ----------
        weight
            (villages,) worth of each village.
        price
            Worth of a unit of money.
        start
            (variants,) a choice that is known.
        nodes
            Most nodes of each search tree.

        Returns
        -------
        bound, chosen
            Upper bound on the worth of any choice, and the best choice found.
        """
        n = len(self.cost)
        bound, chosen = np.inf, start
        for _ in range(_WHOLE_ROUNDS):
            whole = np.zeros(sum(self.widths), dtype=bool)
            whole[:n] = True
            asked = replace(self.with_rows(), gain=self.gain(weight, price), whole=whole)
            outcome = highs.maximise(asked, self.clock, nodes=nodes)
            bound = min(bound, outcome.bound + _ROUNDING * (1.0 + abs(outcome.bound)))
            if outcome.values is None:
                break
            chosen = outcome.values[:n] > 0.5
            fresh = self.violated(outcome.values)
            if not fresh or self.clock.over():
                break
            self.extend(fresh)
        return bound, chosen

    def extend(self, rows: list[Row]) -> None:
        """Add rows to the program.

        Parameters
        ----------
        rows
            As :meth:`violated` returns them.
        """
        self.rows += rows
        if self.solver is not None:
            for columns, factors, most in rows:
                self.solver.addRow(-np.inf, most, len(columns), columns.astype(np.int32), factors)

    def with_rows(self) -> highs.IntegerProgram:
        """Return the program with the cuts found so far.

        Returns
        -------
        program
            Gain 0.
        """
        if not self.rows:
            return self.program
        count = [len(columns) for columns, _, _ in self.rows]
        cuts = sp.csr_array(
            (
                np.concatenate([factors for _, factors, _ in self.rows]),
                np.concatenate([columns for columns, _, _ in self.rows]),
                np.concatenate([[0], np.cumsum(count)]),
            ),
            shape=(len(self.rows), sum(self.widths)),
        )  # fmt: skip
        base = self.program
        return replace(
            base, matrix=sp.csc_array(sp.vstack([base.matrix, cuts])),
            low=np.append(base.low, np.full(len(self.rows), -np.inf)),
            high=np.append(base.high, [most for _, _, most in self.rows]),
        )  # fmt: skip

    def violated(self, values: Floats) -> list[Row]:
        """Return the rows that values violate: of villages, else of places.

        Parameters
        ----------
        values
            (columns,) of the program.

        Returns
        -------
        rows
            Columns, factors and upper bound of each.
        """
        group, (n, arcs, _) = self.group, self.widths
        if not arcs:
            return []
        x, a, y = np.split(values, [n, n + arcs])
        fibre = np.bincount(group.place[group.fibre], x[group.fibre], len(group.root))
        root = np.maximum(fibre - np.bincount(self.head, a, len(group.root)), 0.0)
        root[~self.rooted] = 0.0
        support = a > 1e-9
        ways = self.tail[support], self.head[support], a[support], root
        by_fibre = self.serve[:, group.fibre]
        most = x[group.fibre][by_fibre.indices]
        direct = self.serve[:, ~group.fibre] @ x[~group.fibre]
        places = group.place[group.fibre][by_fibre.indices]
        start = by_fibre.indptr.astype(np.int64)
        inside = sink_cuts(ways, (start, places, most, direct, y), _VIOLATED)
        rows = [
            self._village_row(village, inside[village])
            for village in np.flatnonzero(inside.any(axis=1)).tolist()
        ]
        if rows:
            return rows
        wanted = np.flatnonzero(fibre > _VIOLATED)
        need = fibre[wanted].astype(np.float64)
        first = np.arange(len(wanted) + 1, dtype=np.int64)
        terminals = first, wanted, need, np.zeros(len(wanted)), need
        inside = sink_cuts(ways, terminals, _VIOLATED)
        found = {inside[k].tobytes(): k for k in np.flatnonzero(inside.any(axis=1)).tolist()}
        return [self._place_row(int(wanted[k]), inside[k]) for k in sorted(found.values())]

    def _within(self, inside: Flags) -> tuple[Ints, Flags]:
        """Return the columns of ways within places, and which variants have fibre there."""
        ways = np.flatnonzero(inside[self.tail] & inside[self.head]) + len(self.cost)
        return ways, self.group.fibre & inside[self.group.place]

    def _village_row(self, village: int, inside: Flags) -> Row:
        ways, there = self._within(inside)
        less = there.copy()
        less[self._servers(village)] = True
        variants = np.flatnonzero(less)
        last = len(self.cost) + len(self.tail) + village
        columns = np.concatenate([variants, ways, [last]])
        return columns, np.append(np.append(-np.ones(len(variants)), np.ones(len(ways))), 1.0), 0.0

    def _place_row(self, place: int, inside: Flags) -> Row:
        ways, there = self._within(inside)
        variants = np.flatnonzero(there & (self.group.place != place))
        columns = np.concatenate([variants, ways])
        return columns, np.append(-np.ones(len(variants)), np.ones(len(ways))), 0.0

    def _program(self) -> highs.IntegerProgram:
        group, (n, arcs, villages) = self.group, self.widths
        places = len(group.root)
        x = np.arange(n)
        at = sp.csr_array((np.ones(n), (group.place, x)), shape=(places, n))
        fibre = sp.csr_array(
            (np.ones(int(group.fibre.sum())), (group.place[group.fibre], x[group.fibre])),
            shape=(places, n),
        )
        into = sp.csr_array((np.ones(arcs), (self.head, np.arange(arcs))), shape=(places, arcs))
        pair, of = np.unique(
            np.minimum(self.tail, self.head) * places + np.maximum(self.tail, self.head),
            return_inverse=True,
        )
        both = sp.csr_array((np.ones(arcs), (of.ravel(), np.arange(arcs))), (len(pair), arcs))
        rooted = self.rooted
        shared = np.diff(at.indptr) > 1
        asked, which = np.unique(group.option[group.option >= 0], return_inverse=True)
        fixed = sp.csr_array(
            (np.ones(len(which)), (which.ravel(), np.flatnonzero(group.option >= 0))),
            shape=(len(asked), n),
        )
        parts: list[tuple[list[Any], float, float]] = [
            ([-fibre[rooted], into[rooted], None], -np.inf, 0.0),
            ([-fibre[~rooted], into[~rooted], None], 0.0, 0.0),
            *[([-fibre[end], both, None], -np.inf, 0.0) for end in (pair // places, pair % places)],
            ([at[shared], None, None], -np.inf, 1.0),
            ([self.serve, None, -sp.eye_array(villages)], 0.0, np.inf),
            ([fixed, None, None], 1.0, 1.0),
        ]
        matrix, low, high = _stacked(parts, self.widths)
        columns = n + arcs + villages
        return highs.IntegerProgram(
            np.zeros(columns), matrix, low, high, np.zeros(columns), np.ones(columns),
            np.zeros(columns, dtype=bool),
        )  # fmt: skip

    def _first_rows(self) -> list[Row]:
        """Return the row of each village for the places that serve it, where a way joins two."""
        found = []
        for village in range(self.widths[2]):
            inside = self._serving(village)
            if (inside[self.tail] & inside[self.head]).any():
                found.append(self._village_row(village, inside))
        return found

    def _servers(self, village: int) -> Ints:
        """Return the variants that serve a village."""
        start, end = self.serve.indptr[village : village + 2]
        return np.asarray(self.serve.indices[start:end], dtype=np.int64)

    def _serving(self, village: int) -> Flags:
        """Return the places that serve a village by fibre."""
        group = self.group
        inside = np.zeros(len(group.root), dtype=bool)
        variants = self._servers(village)
        inside[group.place[variants[group.fibre[variants]]]] = True
        return inside


def _least(group: Group, ways: Flags) -> Floats:
    """Return the cheapest of some ways into each place; infinite without one."""
    least = np.full(len(group.root), np.inf)
    for end in (0, 1):
        np.minimum.at(least, group.ends[ways][:, end], group.money[ways])
    return least


def _stacked(
    parts: list[tuple[list[Any], float, float]], widths: tuple[int, int, int]
) -> tuple[sp.csc_array, Floats, Floats]:
    blocks, low, high = [], [], []
    for row, least, most in parts:
        count = next(block.shape[0] for block in row if block is not None)
        if not count:
            continue
        blocks.append(
            sp.hstack([sp.csr_array((count, width)) if block is None else block
                       for block, width in zip(row, widths, strict=True)])
        )  # fmt: skip
        low.append(np.full(count, least))
        high.append(np.full(count, most))
    return sp.csc_array(sp.vstack(blocks)), np.concatenate(low), np.concatenate(high)

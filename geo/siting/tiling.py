"""How little waste a choice can have within one window: a tree of choices, bounded by relaxations.

At given prices a choice of sites falls short of the bound by its waste: the price of each village
for every time that it is reached again, the rest of its weight where nobody reaches it, and what
each site is worth less than the dearest. In a window, a set of villages with all rows that reach
one of them, that is a small problem of its own: cover every village once, without overlap. Discs
cannot tile a plane, so that some waste there always is.

The tree branches on a village well inside: one of the rows that reach it is chosen, or it is given
up. One whole site in the middle already costs the linear relaxation a good deal, where one at the
rim costs next to nothing. What it costs is felt near the site, so that the relaxation is solved for
few villages around it first, and for more only while the leaf is the one that wastes least; prices
that it finds stay with the leaf. Stopped at any time the tree proves the least of its leaves.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from geo.siting import leaf, simplex
from geo.siting.basis import LACK
from geo.siting.leaf import Leaf, Window
from geo.siting.model import Ints

#: Villages around the last site for which the relaxation is solved, one after the other.
_AROUND = (50, 120, 250, 400, 650)
#: Work of a leaf beside its relaxations, as share of the window's cells.
_BESIDE = 0.1


@dataclass(eq=False)
class _Node:
    """A leaf that is bounded, or the start of leaves that are not yet.

    ``rung`` is the next of the relaxations to solve, for the first villages of ``near``.
    """

    waste: float
    state: Leaf
    near: Ints
    rung: int = 0


@dataclass(frozen=True, eq=False)
class _Way:
    """One of the rows that reach a village, or to give it up after the last, not yet looked at."""

    start: _Node
    village: int
    rows: Ints
    at: int

    @property
    def cost(self) -> float:
        """Return what the way costs at least, beyond its start."""
        state = self.start.state
        if self.at < len(self.rows):
            return float(state.due[self.rows[self.at]])
        return float(state.cost[LACK, self.village])


class Tree:
    """What is known of a window: leaves in the order of their waste.

    Attributes
    ----------
    least
        No choice wastes less.
    work
        Pivots of the relaxations times their villages, and a share of the cells for each leaf.
    done
        True if ``least`` is the least waste, or the limit is reached.
    """

    def __init__(self, window: Window, limit: float) -> None:
        self.window, self.limit = window, limit
        self.least, self.work = 0.0, 0.0
        self.done = limit <= 0.0 or not len(window.central)
        self._heap: list[tuple[float, int, _Node | _Way]] = []
        self._count = 0
        self._orders: dict[int, Ints] = {}
        state = leaf.whole(window)
        if not self.done:
            site = int(np.argmax(window.worth)) if len(window.worth) else -1
            self._keep(0.0, _Node(0.0, state, self._near(site)))

    def grow(self, work: float, stop: Ints) -> None:
        """Look at the leaf that wastes least until ``work`` is done or the cell of ``stop`` set."""
        end = self.work + work
        while not self.done and self.work < end and not stop[0]:
            if not self._heap:
                self.least, self.done = self.limit, True
                return
            self.least, _, first = heapq.heappop(self._heap)
            if isinstance(first, _Way):
                self._enter(first)
            elif first.rung < len(_AROUND):
                self._relax(first)
            else:
                self._branch(first)

    def _near(self, row: int) -> Ints:
        """Return the villages, nearest to a row first; a row is asked for in many leaves."""
        if row not in self._orders:
            self._orders[row] = leaf.nearest(self.window, row)
        return self._orders[row]

    def _keep(self, waste: float, found: _Node | _Way) -> None:
        """Keep a leaf if some choice below it may stay under the limit."""
        waste = max(waste, self.least)
        if waste < self.limit:
            self._count += 1
            heapq.heappush(self._heap, (waste, self._count, found))

    def _enter(self, way: _Way) -> None:
        """Decide, and bound what is left."""
        self.work += _BESIDE * len(self.window.idx)
        state, waste = way.start.state.copy(), way.start.waste + way.cost
        # Choices with the rows before this one are in leaves of their own.
        leaf.without(self.window, state, way.rows[: way.at])
        near = way.start.near
        if way.at < len(way.rows):
            leaf.choose(self.window, state, way.rows[way.at])
            near = self._near(int(way.rows[way.at]))
        else:
            leaf.give_up(self.window, state, way.village)
        self._relax(_Node(waste, state, near))

    def _relax(self, node: _Node) -> None:
        """Solve the next relaxation of a leaf, and keep it."""
        w, state = self.window, node.state
        node.waste = leaf.prune(w, state, node.waste, self.limit)
        if node.waste >= self.limit:
            return
        left = node.near[state.open[node.near]]
        villages = left[: _AROUND[node.rung]]
        node.rung = node.rung + 1 if len(villages) < len(left) else len(_AROUND)
        if len(villages):
            rows, program = leaf.part(w, state, villages)
            prices, shares, steps = simplex.cover(program)
            self.work += steps * len(villages)
            node.waste += leaf.reprice(w, state, villages, prices)
            state.share[rows] = shares
            node.waste = leaf.prune(w, state, node.waste, self.limit)
        self._keep(node.waste, node)

    def _branch(self, node: _Node) -> None:
        """Keep each way to reach a village, and the way without."""
        village = int(leaf.branching(self.window, node.state))
        if village < 0:
            # Nothing is open: what this leaf wastes is what some choice wastes.
            self.done = True
            return
        rows = leaf.ways(self.window, node.state, village)
        for at in range(len(rows) + 1):
            way = _Way(node, village, rows, at)
            self._keep(node.waste + way.cost, way)

"""Groups of places that can influence each other: they share a village or a useful way.

A way is useful if it is cheaper than what one of its ends pays for its own way to the existing
fibre. Groups are independent except for the money and the weights that the goal sums over all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from geo.network_design.kernels import Board, exchanged, tree
from geo.network_design.problem import Flags, Floats, Ints, NetworkProblem

#: Ways of each place that the exchanges and the program name; trees are priced with all.
NEAREST = 64


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A group with its own numbers of variants, places and villages.

    Attributes
    ----------
    variants, villages
        Numbers in the whole problem.
    reach, own, place, fibre, root, money, ends, weights, groups
        As in :class:`~geo.network_design.problem.NetworkProblem`.
    option
        (variants,) number of the fixed option, −1 for a variant that may be left out.
    places
        Numbers of the places in the whole problem.
    board, near_board
        The same for the compiled loops, with all ways and with the nearest of each place.
    """

    variants: Ints
    villages: Ints
    places: Ints
    reach: sp.csr_array
    own: Floats
    place: Ints
    fibre: Flags
    option: Ints
    root: Floats
    ends: Ints
    money: Floats
    weights: Floats
    groups: Ints
    board: Board
    near_board: Board

    def improved(self, weight: Floats, price: float, start: Flags) -> tuple[Flags, float]:
        """Return a choice that no exchange improves, and its cost.

        Parameters
        ----------
        weight
            (villages,) worth of each village.
        price
            Worth of a unit of money.
        start
            (variants,) where the search starts.

        Returns
        -------
        chosen, cost
            (variants,) the choice, and its cost with its cheapest tree; infinite if there is none.
        """
        chosen, cost = exchanged(self.near_board, weight, price, len(self.root), start)
        return chosen, cost if self.near_board is self.board else self.cost(chosen)

    @property
    def alone(self) -> Floats:
        """(places,) own way to the existing fibre; of a place without one its dearest way."""
        most = np.zeros(len(self.root))
        for end in (0, 1):
            np.maximum.at(most, self.ends[:, end], self.money)
        return np.where(np.isfinite(self.root), self.root, most)

    @property
    def cost_alone(self) -> Floats:
        """(variants,) cost with that way."""
        return self.own + np.where(self.fibre, self.alone[self.place], 0.0)

    def cost(self, chosen: Flags) -> float:
        """Return the cost of a choice with its cheapest tree.

        Parameters
        ----------
        chosen
            (variants,) the choice.

        Returns
        -------
        cost
            Infinite if its places cannot be joined.
        """
        used = np.zeros(len(self.root) + 1, dtype=bool)
        used[0] = True
        used[self.place[chosen & self.fibre] + 1] = True
        parent = np.zeros(len(used), dtype=np.int64)
        return float(self.own[chosen].sum()) + tree(self.board, used, parent)

    def villages_of(self, variant: int) -> Ints:
        """Return the villages that a variant serves.

        Parameters
        ----------
        variant
            Its number.

        Returns
        -------
        villages
            Their numbers in the group.
        """
        return self.board.village[self.board.start[variant] : self.board.start[variant + 1]]

    def served(self, chosen: Flags) -> Flags:
        """Return the villages that a choice serves.

        Parameters
        ----------
        chosen
            (variants,) the choice.

        Returns
        -------
        served
            (villages,) True where served.
        """
        found = np.zeros(len(self.weights), dtype=bool)
        found[self.reach[np.flatnonzero(chosen)].indices] = True
        return found


def groups_of(problem: NetworkProblem) -> tuple[Group, ...]:
    """Split a problem into its groups.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    groups
        In the order of their first place; places without a variant are in none.
    """
    n = len(problem.root)
    a, b = problem.ends.T
    useful = problem.money < np.maximum(problem.root[a], problem.root[b])
    fibred = np.zeros(n, dtype=bool)
    fibred[problem.place[problem.fibre]] = True
    useful &= fibred[a] & fibred[b]
    ends, money = problem.ends[useful], problem.money[useful]
    count = len(problem.own)
    at = sp.csr_array((np.ones(count), (problem.place, np.arange(count))), shape=(n, count))
    serves = at @ problem.reach
    links = sp.csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n, n))
    _, label = connected_components(serves @ serves.T + links, directed=False)
    return tuple(
        _group(problem, (ends, money), label, number)
        for number in np.unique(label[problem.place]).tolist()
    )


def _group(problem: NetworkProblem, ways: tuple[Ints, Floats], label: Ints, number: int) -> Group:
    places = np.flatnonzero(label == number)
    variants = np.flatnonzero(label[problem.place] == number)
    reach = sp.csr_array(problem.reach[variants])
    villages = np.unique(reach.indices)
    reach = sp.csr_array(reach[:, villages])
    inside = label[ways[0][:, 0]] == number
    ends = np.searchsorted(places, ways[0][inside]).astype(np.int64).reshape(-1, 2)
    money = ways[1][inside]
    place = np.searchsorted(places, problem.place[variants]).astype(np.int64)
    root = problem.root[places]
    option = np.where(
        np.isin(problem.option[variants], problem.fixed), problem.option[variants], -1
    )
    fibre = problem.fibre[variants]
    return Group(
        variants, villages, places, reach, problem.own[variants], place, fibre, option, root, ends,
        money, problem.weights[villages], problem.groups[villages],
        *_boards(reach, (problem.own[variants], place, fibre, option), root, (ends, money)),
    )  # fmt: skip


def nearest(ends: Ints, money: Floats) -> Flags:
    """Return which ways are among the nearest of one of their ends.

    Parameters
    ----------
    ends, money
        (m, 2) places, and (m,) money.

    Returns
    -------
    near
        (m,) True for such a way.
    """
    near = np.zeros(len(money), dtype=bool)
    for end in (0, 1):
        head = ends[:, end]
        order = np.lexsort((money, head))
        rank = np.arange(len(order)) - np.searchsorted(head[order], head[order])
        near[order[rank < NEAREST]] = True
    return near


def _boards(
    reach: sp.csr_array,
    variants: tuple[Floats, Ints, Flags, Ints],
    root: Floats,
    ways: tuple[Ints, Floats],
) -> tuple[Board, Board]:
    board = _board(reach, variants, root, ways)
    near = nearest(*ways)
    if near.all():
        return board, board
    return board, _board(reach, variants, root, (ways[0][near], ways[1][near]))


def _board(
    reach: sp.csr_array,
    variants: tuple[Floats, Ints, Flags, Ints],
    root: Floats,
    ways: tuple[Ints, Floats],
) -> Board:
    """Return the arrays; a place's own way may be infinite."""
    own, place, fibre, option = variants
    ends, money = ways
    rooted = np.flatnonzero(np.isfinite(root))
    key = np.concatenate([money, root[rooted]])
    order = np.argsort(key, kind="stable")
    here = sp.csr_array((np.ones(len(own)), (np.arange(len(own)), place)))
    near = sp.csr_array(reach @ reach.T + here @ here.T)
    near.sort_indices()
    return Board(
        np.concatenate([ends[:, 0] + 1, np.zeros(len(rooted), dtype=np.int64)])[order],
        np.concatenate([ends[:, 1] + 1, rooted + 1])[order],
        key[order], own, place, fibre, option.astype(np.int64),
        reach.indptr.astype(np.int64), reach.indices.astype(np.int64),
        near.indptr.astype(np.int64), near.indices.astype(np.int64), root,
    )  # fmt: skip

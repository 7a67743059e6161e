"""Input and output records of network design under money.

A *variant* is a candidate site with a technology and a kind of link. Of the variants at one place
at most one is built. Variants with fibre join the existing fibre directly or through another place
with fibre; the others have no way to pay for and pass nothing on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from geo.errors import InputError, RangeError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class NetworkProblem:
    """Variants, villages and fibre ways.

    Attributes
    ----------
    reach
        (variants, villages) CSR, 1 where the variant serves the village.
    weights
        (villages,) weight, such as households.
    own
        (variants,) cost without fibre ways [money].
    place
        (variants,) number of the place, from 0.
    fibre
        (variants,) True where the variant is linked by fibre.
    option
        (variants,) number of the option that the variant is a kind of link for.
    fixed
        Options of which one variant must be built.
    root
        (places,) fibre to what exists already [money]; infinite where there is no such way.
    ends, money
        (m, 2) pairs of places, and the fibre between them [money].
    groups, least
        (villages,) number of the group of each village; (groups,) least weight to serve in each.
    """

    reach: sp.csr_array
    weights: Floats
    own: Floats
    place: Ints
    fibre: Flags
    option: Ints
    fixed: tuple[int, ...]
    root: Floats
    ends: Ints
    money: Floats
    groups: Ints
    least: Floats

    def __post_init__(self) -> None:
        """Check shapes and ranges."""
        variants, villages = self.reach.shape
        for name, length in (
            ("own", variants), ("place", variants), ("fibre", variants), ("option", variants),
            ("weights", villages), ("groups", villages), ("money", len(self.ends)),
        ):  # fmt: skip
            if len(getattr(self, name)) != length:
                raise InputError(
                    "network.entries", where=name, entries=len(getattr(self, name)), length=length
                )
        amounts = np.concatenate([self.own, self.money, self.weights, self.least])
        if not np.isfinite(amounts).all() or (amounts < 0).any() or (self.root < 0).any():
            raise RangeError("network.amounts")
        unknown = set(self.fixed) - set(self.option.tolist())
        if unknown:
            raise InputError("network.no_variant", unknown=sorted(unknown))

    def branching(self, root: Floats, ends: Ints, money: Floats) -> NetworkProblem:
        """Return the problem with crossings at which ways may branch.

        A crossing is a place whose only variant costs nothing, has fibre and serves nobody.

        Parameters
        ----------
        root
            (places + crossings,) fibre to what exists already [money].
        ends, money
            (m, 2) pairs of these places, and the fibre between them [money].

        Returns
        -------
        problem
            The variants of the crossings follow all others, under options of their own.
        """
        new = np.arange(len(self.root), len(root))
        nothing = np.zeros(len(new))
        none = sp.csr_array((len(new), self.reach.shape[1]))
        first = int(self.option.max(initial=-1)) + 1
        return replace(
            self, reach=sp.csr_array(sp.vstack([self.reach, none])),
            own=np.append(self.own, nothing), place=np.append(self.place, new),
            fibre=np.append(self.fibre, np.ones(len(new), dtype=bool)),
            option=np.append(self.option, first + np.arange(len(new))),
            root=root, ends=ends, money=money,
        )  # fmt: skip

    @property
    def reachable(self) -> Flags:
        """(villages,) True where some variant serves the village."""
        found = np.zeros(len(self.weights), dtype=bool)
        found[self.reach.indices] = True
        return found


@dataclass(frozen=True, slots=True)
class MoneyGoal:
    """Serve ``least`` weight at least cost, or, with a budget [money], most weight within it."""

    least: float = 0.0
    budget: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class NetworkPlan:
    """Chosen variants, with the bound on every other choice.

    Attributes
    ----------
    chosen
        Numbers of the chosen variants, ascending.
    options
        Numbers of their options, ascending.
    covered, cost
        Weight served, and cost with the cheapest tree of the chosen places [money].
    bound
        Greatest weight within the budget, or least cost of the weight asked.
    price
        Weight that one more unit of money brings, at the bound; 0 where unknown.
    shadow
        (groups,) weight lost elsewhere for each unit of a group's least weight.
    stopped
        ``proven``, ``effort``, ``time`` or ``cancelled``.
    """

    chosen: tuple[int, ...]
    options: tuple[int, ...]
    covered: float
    cost: float
    bound: float
    price: float
    shadow: Floats
    stopped: str

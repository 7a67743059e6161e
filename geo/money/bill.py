"""Bill of materials: quantities × unit costs, each line with its source.

Unit costs live in a table, never in code. An item missing from the table is an error, not free.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from geo.errors import InputError, RangeError, UnknownNameError
from geo.money.cost import Money, total


@dataclass(frozen=True, slots=True)
class UnitCost:
    """One row of the table of unit costs.

    Attributes
    ----------
    low, base, high
        Values [``currency`` per ``per``; or a share, years, a ratio, km].
    currency
        ISO 4217 code, or ``share``, ``year``, ``ratio``, ``km`` where the value is not money.
    per
        What one unit is, such as ``per km``.
    source
        Publication, or that it is an assumption.
    """

    item: str
    meaning: str
    currency: str
    per: str
    low: float
    base: float
    high: float
    price_year: int
    source: str
    meaning_zh: str = ""
    source_zh: str = ""

    @property
    def assumed(self) -> bool:
        """True where any of the three values is an assumption, as its source then says."""
        return "assumption" in self.source

    @property
    def evidence(self) -> str:
        """Evidence class: ``assumed`` or ``reported``."""
        return "assumed" if self.assumed else "reported"

    @property
    def money(self) -> Money:
        """The unit cost as an amount.

        Raises
        ------
        InputError
            If the value is not an amount of money.
        """
        if self.currency in _NO_MONEY:
            raise InputError("money.not_money", item=self.item, currency=self.currency)
        return Money.of(
            self.low, self.base, self.high, currency=self.currency, price_year=self.price_year
        )


_NO_MONEY = ("share", "year", "ratio", "km")


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line: quantity of an item, its price, and the amount.

    ``price_year`` is the year of the source; ``unit_cost`` and ``amount`` are in the bill's prices.
    """

    item: str
    meaning: str
    meaning_zh: str
    quantity: float
    unit: str
    unit_cost: Money
    amount: Money
    price_year: int
    source: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class Bill:
    """Lines in the order of the unit costs, and their total."""

    lines: tuple[BillLine, ...]
    total: Money


def unit_cost(costs: Mapping[str, UnitCost], item: str) -> UnitCost:
    """Return a unit cost by name.

    Parameters
    ----------
    costs
        Item → unit cost.
    item
        Name of the item.

    Returns
    -------
    cost
        Its unit cost.

    Raises
    ------
    UnknownNameError
        If the table has no such item; the nearest name is offered.
    """
    if item not in costs:
        raise UnknownNameError("cost_item", item, costs, where="unit_costs")
    return costs[item]


def bill_of_materials(
    quantities: Mapping[str, float],
    costs: Mapping[str, UnitCost],
    *,
    price_year: int,
    price_change: float,
) -> Bill:
    """Return the bill for the given quantities, all in one year's prices.

    Parameters
    ----------
    quantities
        Item → how many [the item's own unit], at least 0; items of 0 get no line.
    costs
        Item → unit cost.
    price_year
        Year whose prices the bill is in.
    price_change
        Yearly change of prices that converts older unit costs (share per year); 0 keeps them.

    Returns
    -------
    bill
        Lines in the order of ``costs``, and their total.

    Raises
    ------
    UnknownNameError
        If an item has no unit cost.
    RangeError
        If a quantity is negative or not finite.
    InputError
        If there is nothing to buy, or currencies differ.

    Examples
    --------
    >>> fibre = UnitCost("fibre", "route", "CNY", "per km", 2e4, 3.5e4, 6e4, 2020, "assumption")
    >>> bill = bill_of_materials({"fibre": 2}, {"fibre": fibre}, price_year=2020, price_change=0)
    >>> bill.total.amounts.tolist()
    [40000.0, 70000.0, 120000.0]
    """
    for item, quantity in quantities.items():
        unit_cost(costs, item)
        if not 0 <= quantity < math.inf:
            raise RangeError("money.quantity", where=item, quantity=quantity)
    lines = tuple(
        _line(costs[item], float(quantities[item]), price_year, price_change)
        for item in costs
        if quantities.get(item, 0) > 0
    )
    if not lines:
        raise InputError("money.no_quantity")
    return Bill(lines, total(line.amount for line in lines))


def _line(cost: UnitCost, quantity: float, price_year: int, price_change: float) -> BillLine:
    price = cost.money.in_prices_of(price_year, price_change=price_change)
    unit = cost.per.removeprefix("per ")
    return BillLine(
        cost.item, cost.meaning, cost.meaning_zh, quantity, unit, price, price * quantity,
        cost.price_year, cost.source, cost.assumed,
    )  # fmt: skip

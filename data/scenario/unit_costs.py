"""The unit costs of a pack as records, with a planner's own values in their place, and bills."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from data.tables.reader import Pack
from geo.errors import RangeError
from geo.money.bill import Bill, UnitCost, unit_cost

BILL_COLUMNS = (
    "item", "meaning", "meaning_zh", "quantity", "unit", "currency", "price_year", "discounted",
    "unit_cost_low", "unit_cost_base", "unit_cost_high", "total_low", "total_base", "total_high",
    "evidence", "source_price_year", "source",
)  # fmt: skip


def unit_costs(
    pack: Pack, *, own: Mapping[str, Sequence[float]] | None = None
) -> dict[str, UnitCost]:
    """Return item → unit cost in the order of the table.

    Parameters
    ----------
    own
        Item → (low, base, high) that a planner puts in the place of the table's values; its
        source then says so.

    Raises
    ------
    UnknownNameError
        If a planner's item is not in the table.
    RangeError
        If values are negative, no numbers, or not low ≤ base ≤ high.
    """
    table = pack.table("unit_costs").fillna({"per": ""})
    costs = {row["item"]: _record(row) for row in table.to_dict("records")}
    for item, values in (own or {}).items():
        costs[item] = _replaced(unit_cost(costs, item), values)
    for cost in costs.values():
        if not 0 <= cost.low <= cost.base <= cost.high < float("inf"):
            raise RangeError(
                f"{cost.low:g}, {cost.base:g}, {cost.high:g} are not ascending from 0",
                where=f"unit_costs: {cost.item}",
                repair="give 0 ≤ low ≤ base ≤ high",
            )
    return costs


def _record(row: dict[Hashable, Any]) -> UnitCost:
    return UnitCost(
        item=row["item"],
        meaning=row["meaning"],
        meaning_zh=row["meaning_zh"],
        currency=row["currency_or_unit"],
        per=row["per"],
        low=float(row["low"]),
        base=float(row["base"]),
        high=float(row["high"]),
        price_year=int(row["price_year"]),
        source=row["source"],
    )


def _replaced(cost: UnitCost, values: Sequence[float]) -> UnitCost:
    if len(values) != 3:
        raise RangeError(
            f"{len(values)} values", where=f"unit_costs: {cost.item}", repair="give low, base, high"
        )
    low, base, high = (float(value) for value in values)
    return replace(cost, low=low, base=base, high=high, source="assumption of the scenario")


def bill_table(bill: Bill) -> pd.DataFrame:
    """Return a bill of materials as a table with :data:`BILL_COLUMNS`."""
    rows = []
    for line in bill.lines:
        head = (line.item, line.meaning, line.meaning_zh, line.quantity, line.unit)
        kind = (line.amount.currency, line.amount.price_year, line.amount.discounted)
        sums = (*line.unit_cost.amounts.tolist(), *line.amount.amounts.tolist())
        evidence = "assumed" if line.assumed else "reported"
        rows.append((*head, *kind, *sums, evidence, line.price_year, line.source))
    return pd.DataFrame(rows, columns=list(BILL_COLUMNS))

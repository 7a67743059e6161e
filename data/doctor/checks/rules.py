"""Apply every rule to every row, column by column.

134,000 villages take about a second, a million cells a few. ``rules.csv`` lists the rules; the
modules beside it find the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

from data.doctor.base import ROW, Finding
from data.doctor.checks.context import SHAPE, CheckContext
from data.doctor.checks.conversion import convert
from data.doctor.checks.findings import (
    RULE,
    RULES,
    CheckRule,
    FindingTable,
    RuleHits,
    rejected_rows,
)
from data.doctor.checks.geometry import check_geometry
from data.doctor.checks.position import check_positions
from data.doctor.checks.rows import check_rows
from data.doctor.checks.text import check_texts
from data.doctor.checks.values import check_values

__all__ = [
    "RULE",
    "RULES",
    "SHAPE",
    "CheckContext",
    "CheckRule",
    "FindingTable",
    "check",
    "convert",
    "rejected_rows",
]

_STEPS: tuple[Callable[[pd.DataFrame, CheckContext], Iterator[RuleHits]], ...] = (
    check_rows,
    check_positions,
    check_geometry,
    check_values,
    check_texts,
)


#: Rules on rows that are no object of the table.
_NO_OBJECT = ("total_row", "footer_row")


def check(
    frame: pd.DataFrame, context: CheckContext, earlier: Sequence[Finding] | FindingTable = ()
) -> FindingTable:
    """Apply all rules to a typed frame.

    Parameters
    ----------
    frame
        Declared columns as :func:`convert` leaves them, ``lon`` and ``lat`` [°, WGS84] of a
        point table, and the row numbers.
    context
        Table, province, date and units that the rules compare with.
    earlier
        Findings of earlier steps, which are part of the result.

    Returns
    -------
    findings
        All findings, by row.
    """
    hits = (hit for step in _STEPS for hit in step(frame, context))
    found = FindingTable.collect(hits, frame[ROW].to_numpy(dtype=np.int64))
    before = earlier if isinstance(earlier, FindingTable) else FindingTable.of(list(earlier))
    return _without_totals(before.merged(found))


def _without_totals(findings: FindingTable) -> FindingTable:
    """Keep of a row that is no object only that finding: the others follow from it."""
    frame = findings.frame
    no_object = frame["rule"].isin(_NO_OBJECT)
    rows = frame.loc[no_object, "row"]
    return findings.only(~frame["row"].isin(rows) | no_object) if len(rows) else findings

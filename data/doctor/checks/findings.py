"""Findings of the checks as columns of a frame, so that there can be millions of them.

Rules are listed in ``rules.csv``, their texts in the language files under ``finding.<rule>``;
:meth:`FindingTable.findings` makes the records that carry them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from data.doctor.base import Finding, Severity
from data.doctor.reading.cells import TEXT, Rows
from data.tables.imports import IMPORTABLE
from data.tables.pack import Column
from data.wording.catalogue import Message

_COLUMNS = ("rule", "severity", "row", "column", "value", "detail", "given")
#: A value is shown up to here [character].
_SHOWN = 120


def column_label(column: Column) -> Message:
    """Return the label of a column: its meaning or its name, as the language has it.

    Parameters
    ----------
    column
        A declared column.

    Returns
    -------
    label
        Without the unit.
    """
    meaning = Message(f"meaning.{column.key or column.name}")
    return Message("column_label.text", {"name": column.name, "meaning": meaning})


#: Label of each declared column; the last of several tables that have it counts.
_LABELS = {column.name: column_label(column) for t in IMPORTABLE.values() for column in t.columns}


@dataclass(frozen=True, slots=True)
class CheckRule:
    """One rule; its texts are the sentences ``title``, ``why`` and ``how`` of ``finding.<key>``.

    Attributes
    ----------
    key
        Name of the rule.
    severity
        Severity of its findings.
    repair
        Key of :data:`data.doctor.checks.repairs.REPAIRS`, or empty.
    applies
        Columns or tables that the rule looks at, in words.
    """

    key: str
    severity: Severity
    repair: str
    applies: str

    def finding(self, row: int, column: str, value: str, detail: str) -> Finding:
        """Return a finding of this rule with its texts.

        Parameters
        ----------
        row
            Row number in the file; 0 for the whole file.
        column
            Declared column, or empty.
        value
            Offending value as text; longer ones are cut in the texts.
        detail
            What it is compared with, as text.

        Returns
        -------
        finding
            One record.
        """
        shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
        given = {
            "value": shown,
            "detail": detail,
            "column": _LABELS.get(column, column),
        }
        why = Message(f"finding.{self.key}.why", given)
        how = Message(f"finding.{self.key}.how", given)
        return Finding(self.key, self.severity, row, column, value, why, how, self.repair)


def _read_rules() -> tuple[CheckRule, ...]:
    path = Path(__file__).with_name("rules.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(CheckRule(**cast("dict[str, Any]", row)) for row in csv.DictReader(file))


#: Every rule, in the order in which reports list them.
RULES: tuple[CheckRule, ...] = _read_rules()
RULE: dict[str, CheckRule] = {rule.key: rule for rule in RULES}
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True, eq=False)
class RuleHits:
    """Rows that one rule found in one column.

    Attributes
    ----------
    rule
        Key of the rule.
    column
        Declared column, or empty for a whole row.
    at
        (n,) positions in the frame, from 0.
    values
        (n,) offending values as text, or None.
    details
        One text for all, or (n,) texts.
    """

    rule: str
    column: str
    at: Rows
    values: pa.Array | None = None
    details: str | Sequence[str] = ""


@dataclass(frozen=True, slots=True, eq=False)
class FindingTable:
    """Findings as a frame.

    Attributes
    ----------
    frame
        ``rule``, ``severity``, ``row`` (number in the original file), ``column``, ``value``,
        ``detail``, and ``given``: index into ``given``, −1 for a rule's own finding. By row.
    given
        Findings of earlier steps, which have their own texts.
    """

    frame: pd.DataFrame
    given: tuple[Finding, ...] = ()

    def __len__(self) -> int:
        """Return the number of findings."""
        return len(self.frame)

    @classmethod
    def of(cls, given: Sequence[Finding]) -> FindingTable:
        """Return findings of earlier steps as a table.

        Parameters
        ----------
        given
            Findings that have their own texts.

        Returns
        -------
        findings
            In the order of rows.
        """
        part = {f.name: [getattr(item, f.name) for item in given] for f in fields(Finding)}
        frame = _frame(
            part["rule"], part["severity"], np.array(part["row"], dtype=np.int64), part["column"],
            pa.array(part["value"], pa.large_string()),
        )  # fmt: skip
        frame["given"] = np.arange(len(given), dtype=np.int64)
        return cls(frame, tuple(given)).ordered()

    @classmethod
    def collect(cls, hits: Iterable[RuleHits], rows: NDArray[np.int64]) -> FindingTable:
        """Collect the hits of the rules.

        Parameters
        ----------
        hits
            Hits of any rules.
        rows
            (n,) row number in the file of each position in the frame.

        Returns
        -------
        findings
            In the order of rows.
        """
        parts = [_of_hits(hit, rows) for hit in hits if len(hit.at)]
        return cls(_joined(parts)).ordered()

    def merged(self, other: FindingTable) -> FindingTable:
        """Return the findings of two tables.

        Parameters
        ----------
        other
            Findings to add.

        Returns
        -------
        findings
            In the order of rows.
        """
        if not len(other) or not len(self):
            return self if len(self) else other
        theirs = other.frame.copy(deep=False)
        theirs["given"] = theirs["given"].where(
            theirs["given"] < 0, theirs["given"] + len(self.given)
        )
        return FindingTable(
            _joined([self.frame, theirs]), (*self.given, *other.given)
        ).ordered()  # fmt: skip

    def ordered(self) -> FindingTable:
        """Sort the findings by row; those of one row in the order of the rules.

        Returns
        -------
        findings
            A sorted copy.
        """
        order = {rule.key: i for i, rule in enumerate(RULES)}
        ranks = np.array(
            [order.get(str(key), len(order)) for key in self.frame["rule"].cat.categories],
            dtype=np.int64,
        )
        rank = ranks[self.frame["rule"].cat.codes.to_numpy()] if len(self) else ranks[:0]
        by = np.lexsort((rank, self.frame["row"].to_numpy()))
        return FindingTable(self.frame.take(by).reset_index(drop=True), self.given)

    def only(self, mask: NDArray[np.bool_] | pd.Series) -> FindingTable:
        """Return the findings where a mask holds.

        Parameters
        ----------
        mask
            (n,) boolean, one per finding.

        Returns
        -------
        findings
            A part of this table.
        """
        keep = np.asarray(mask, dtype=bool)
        return FindingTable(self.frame[keep].reset_index(drop=True), self.given)

    def counts(self) -> pd.DataFrame:
        """Count the findings by rule.

        Returns
        -------
        table
            ``rule``, ``severity``, ``count``: errors first, the most frequent first.
        """
        kinds = self.frame.groupby(["rule", "severity"], observed=True, sort=False).size()
        table = kinds.rename("count").reset_index().astype({"rule": "str", "severity": "str"})
        table["_rank"] = table["severity"].map(_SEVERITIES.index)
        table = table.sort_values(["_rank", "count", "rule"], ascending=[True, False, True])
        return table.drop(columns="_rank").reset_index(drop=True)

    def findings(self, limit: int | None = 1_000) -> list[Finding]:
        """Return the first findings as records with their texts.

        Parameters
        ----------
        limit
            Number of records; None for all.

        Returns
        -------
        findings
            In the order of rows.
        """
        head = self.frame if limit is None else self.frame.head(limit)
        columns = [head[name].tolist() for name in ("rule", "row", "column", "value", "detail")]
        given = head["given"].tolist()
        return [
            self.given[n] if n >= 0 else RULE[rule].finding(row, column, value, detail)
            for n, rule, row, column, value, detail in zip(given, *columns, strict=True)
        ]


def rejected_rows(findings: FindingTable) -> NDArray[np.int64]:
    """Return the row numbers with an error.

    Parameters
    ----------
    findings
        Findings to look at.

    Returns
    -------
    rows
        Each once, in order; 0 (the whole file) is no row.
    """
    frame = findings.frame
    rows = np.unique(frame.loc[frame["severity"] == "error", "row"].to_numpy(dtype=np.int64))
    return rows[rows > 0]


def rule_title(rule: str) -> Message:
    """Return the title of a rule, also of one of an earlier step.

    Parameters
    ----------
    rule
        Key of the rule.

    Returns
    -------
    title
        A few words.
    """
    return Message(f"finding.{rule}.title")


def _of_hits(hit: RuleHits, rows: NDArray[np.int64]) -> pd.DataFrame:
    severity = RULE[hit.rule].severity
    frame = _frame(hit.rule, severity, rows[hit.at], hit.column, hit.values)
    if isinstance(hit.details, str):
        frame["detail"] = _constant(hit.details, len(hit.at))
    else:
        frame["detail"] = pd.Series(list(hit.details), dtype=TEXT)
    return frame


def _constant(word: str, count: int) -> pd.Categorical[Any]:
    dtype = pd.CategoricalDtype(pd.Index([word], dtype="str"))
    return pd.Categorical.from_codes(np.zeros(count, dtype=np.int8), dtype=dtype)


def _frame(
    rule: str | list[str],
    severity: str | list[str],
    rows: NDArray[np.int64],
    column: str | list[str],
    values: pa.Array | None,
) -> pd.DataFrame:
    count = len(rows)
    words = {"rule": rule, "severity": severity, "column": column}
    made: dict[str, Any] = {
        name: _constant(word, count)
        if isinstance(word, str)
        else pd.Categorical(pd.Series(word, dtype="str"))
        for name, word in words.items()
    }
    if values is None:
        values = pa.repeat(pa.scalar("", pa.large_string()), count)
    made["value"] = pd.array(pa.chunked_array([values.fill_null("")]), dtype=TEXT)
    made |= {"row": rows, "detail": _constant("", count)}
    made["given"] = np.full(count, -1, dtype=np.int64)
    return pd.DataFrame(made)[list(_COLUMNS)]


def _joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    if not parts:
        return _frame([], [], np.empty(0, dtype=np.int64), [], None)
    if len(parts) == 1:
        return parts[0]
    joined: dict[str, Any] = {}
    for name in _COLUMNS:
        columns = [part[name] for part in parts]
        if all(isinstance(column.dtype, pd.CategoricalDtype) for column in columns):
            joined[name] = pd.api.types.union_categoricals(columns)
        elif name == "detail":
            joined[name] = pd.concat([c.astype(TEXT) for c in columns], ignore_index=True)
        else:
            joined[name] = pd.concat(columns, ignore_index=True)
    return pd.DataFrame(joined)

"""Marks of the example row that a blank template carries."""

from __future__ import annotations

from data.tables.pack import Table

#: What stands in the first column of the example row, by language.
EXAMPLE = {"zh": "示例行（请删除）", "en": "EXAMPLE (delete this row)"}


#: A row whose first key column holds one of these is left out by the doctor.
EXAMPLE_MARKS = frozenset(EXAMPLE.values())


def marked_column(table: Table) -> str:
    """Return the column of the example row that carries the mark: the first key of free text."""
    words = {column.name: column.words for column in table.columns}
    return next(name for name in table.key if not words[name])

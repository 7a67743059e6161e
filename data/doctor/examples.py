"""Marks of the example row that a blank template carries."""

from __future__ import annotations

from data.tables.pack import Table
from data.wording.catalogue import LANGUAGES, text

#: A row whose first key column holds one of these is left out of an import: one per language.
EXAMPLE_MARKS = frozenset(text("template.example", language) for language in LANGUAGES)


def marked_column(table: Table) -> str:
    """Return the column of the example row that carries the mark: the first key of free text.

    Parameters
    ----------
    table
        Table of the template.

    Returns
    -------
    column
        Name of the first key column of free text.
    """
    words = {column.name: column.words for column in table.columns}
    return next(name for name in table.key if not words[name])

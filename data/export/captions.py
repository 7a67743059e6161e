"""What the columns of exported tables mean, in both languages."""

from __future__ import annotations

from data.wording.catalogue import DEFAULT, both, sentences


def caption(column: str) -> str:
    """Return the meaning of a column, in Chinese and English.

    Parameters
    ----------
    column
        Name of the column.

    Returns
    -------
    caption
        Both languages, separated by a slash; empty for an unknown column.

    Examples
    --------
    >>> caption("households"), caption("of_another_program")
    ('户数 / households', '')
    """
    key = f"caption.{column}"
    return both(key) if key in sentences(DEFAULT) else ""

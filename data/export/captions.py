"""What the columns of exported tables mean, in both languages."""

from __future__ import annotations

from data.wording.catalogue import DEFAULT, both, sentences


def caption(column: str) -> str:
    """Return what a column means, in Chinese and English; empty where nothing is to be said.

    Examples
    --------
    >>> caption("households"), caption("of_another_program")
    ('户数 / households', '')
    """
    key = f"caption.{column}"
    return both(key) if key in sentences(DEFAULT) else ""

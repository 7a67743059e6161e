"""A table as lines of text for a terminal."""

from __future__ import annotations

from collections.abc import Container, Iterator
from unicodedata import east_asian_width

import pandas as pd


def text_lines(table: pd.DataFrame, *, right: Container[str] = ()) -> Iterator[str]:
    r"""Yield a header and the rows with aligned columns; Chinese characters count two cells.

    Parameters
    ----------
    right
        Columns that are flush right.

    Examples
    --------
    >>> table = pd.DataFrame({"name": ["昆明市", None], "gap": [1200.0, 3.5]})
    >>> print(*text_lines(table, right=["gap"]), sep="\n")
    name      gap
    昆明市  1,200
    —         3.5
    """
    texts = [[str(name) for name in table.columns]]
    texts += [[_cell(value) for value in row] for row in table.itertuples(index=False)]
    widths = [max(map(_width, column)) for column in zip(*texts, strict=True)]
    flush = [name in right for name in table.columns]
    for line in texts:
        cells = [
            " " * (w - _width(text)) + text if is_right else text + " " * (w - _width(text))
            for text, w, is_right in zip(line, widths, flush, strict=True)
        ]
        yield "  ".join(cells).rstrip()


def _cell(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124  NaN is the only value unequal to itself
        return "—"
    if isinstance(value, float):
        return f"{value:,.0f}" if value == int(value) and abs(value) >= 1000 else f"{value:g}"
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return "".join(ch if ch.isprintable() else " " for ch in text)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(ch) in "WF" else 1 for ch in text)

"""Texts longer than a field of another program: they go on in further columns, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from data.export.bundle import is_text


def continued(frame: pd.DataFrame, limit: int, size: Callable[[str], int] = len) -> pd.DataFrame:
    """Return a tidy frame none of whose texts is longer than a field.

    Parameters
    ----------
    frame
        Tidy frame.
    limit
        Largest size of a text.
    size
        Size of a text, in the unit of the limit.

    Returns
    -------
    frame
        Each column with longer texts is followed by ``<name>_2``, ``<name>_3`` … with the rest.

    Examples
    --------
    >>> continued(pd.DataFrame({"quote": ["abcde", None]}, dtype=object), 2).to_dict("list")
    {'quote': ['ab', None], 'quote_2': ['cd', None], 'quote_3': ['e', None]}
    """
    columns: dict[str, pd.Series] = {}
    for name in frame.columns:
        if not is_text(frame[name]):
            columns[name] = frame[name]
            continue
        parts = [list(pieces(text, limit, size)) if text else [text] for text in frame[name]]
        for place in range(max(map(len, parts), default=1)):
            title = name if place == 0 else _free(f"{name}_{place + 1}", {*frame.columns, *columns})
            cells = [own[place] if place < len(own) else None for own in parts]
            columns[title] = pd.Series(cells, index=frame.index, dtype=object)
    return pd.DataFrame(columns, index=frame.index)


def pieces(text: str, limit: int, size: Callable[[str], int] = len) -> Iterator[str]:
    """Yield a text in pieces that are no larger than a limit.

    Parameters
    ----------
    text
        Any text.
    limit
        Largest size of a piece; at least that of one character.
    size
        Size of a text.

    Yields
    ------
    piece
        Joined they are the text; none for an empty one.
    """
    if size(text) <= limit:
        yield from [text] if text else []
        return
    start, used = 0, 0
    for place, character in enumerate(text):
        own = size(character)
        if used + own > limit:
            yield text[start:place]
            start, used = place, 0
        used += own
    yield text[start:]


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name

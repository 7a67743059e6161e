"""Export of several tables: one is the main table, the others and the sources go with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from data.tables.reader import Pack
from geo.errors import UnknownNameError
from planning.exports.gaps import sources_of


def main_and_others(
    pack: Pack, main: str, names: Sequence[str], make: Callable[[str], pd.DataFrame]
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Return the main table of an export, and what goes with it.

    Parameters
    ----------
    pack
        The province's tables in force.
    main
        Name of the main table.
    names
        Names of all tables, in the order of the sheets.
    make
        Returns the table of a name.

    Returns
    -------
    table
        The main table.
    others
        Name → further table; the last, ``sources``, has the sources that any of them names.

    Raises
    ------
    UnknownNameError
        If there is no such table.
    """
    if main not in names:
        raise UnknownNameError("table", main, names, where="--table")
    frames = {name: make(name) for name in names}
    ids = [text for frame in frames.values() if "source_ids" in frame
           for text in frame["source_ids"].unique()]  # fmt: skip
    table = frames.pop(main)
    return table, {**frames, "sources": sources_of(pack, ids)}

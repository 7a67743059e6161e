"""What an imported list counts, shown beside a layer's figure and never mixed into it.

A list of stations, data centres or administrative villages may be incomplete, and no pack has a
table of its kind that it could replace: it changes no target, no figure and no gap. The note of
each region says what the list holds there, on which evidence, as of when. Base stations are counted
by their own ids; rows are cells, and cells and stations never add up.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from data.wording.catalogue import Message
from data.workspace.effective import imported_table
from geo.evidence import weakest
from layers.base import Context, Layer
from layers.offers import MessageSource

#: States in which nothing is on air yet or any more.
_ABSENT = ("proposed", "planned", "under_construction", "decommissioned")
#: Ids that the import made because the file had none begin like this.
_MADE = r"^base_stations-[0-9a-f]{12}(?:-\d+)?$"


def listed_beside(layer: Layer, context: Context) -> list[Message | None] | None:
    """Return what the imported list of a layer holds per region.

    Parameters
    ----------
    layer
        Its :attr:`~layers.base.Layer.imported` names the list and counts it.
    context
        Its regions give the order of the notes.

    Returns
    -------
    notes
        One note per region, None where the list has nothing there; None where no list is in force.

    Raises
    ------
    DataError
        If the imported table cannot be read.
    """
    if layer.imported is None:
        return None
    found = imported_table(context.pack, layer.imported.table)
    if found is None or not len(found):
        return None
    rows = pd.DataFrame(found.drop(columns="geometry", errors="ignore"))
    if "status" in rows.columns:
        rows = rows[~rows["status"].isin(_ABSENT)]
    dates = rows["as_of"].dropna()
    evidence = weakest(rows["evidence"].astype(str).unique()) if len(rows) else "declared"
    arguments = {
        "title": Message(f"imported_list.{layer.imported.table}"),
        "evidence": Message(f"evidence.{evidence}"),
    }
    key = "layers.listed_undated"
    if len(dates):
        key, arguments["date"] = "layers.listed", str(dates.max())  # type: ignore[assignment]
    counts = {
        str(code): layer.imported.count(layer, part)
        for code, part in rows.groupby(_codes(rows, context), sort=False)
    }
    here = [counts.get(str(code)) for code in context.regions["adcode"]]
    return [None if count is None else Message(key, {**arguments, "count": count})
            for count in here]  # fmt: skip


def _codes(rows: pd.DataFrame, context: Context) -> pd.Series:
    """Return the region of the table's level that each row lies in."""
    county = rows["adcode"].astype(str)
    if context.level == "county":
        return county
    if context.level == "prefecture":
        counties = context.pack.regions("county").set_index("adcode")["parent"]
        return county.map(counties.astype(str))
    return pd.Series(context.pack.adcode, index=rows.index)


def count_stations(technology: str) -> Callable[[MessageSource, pd.DataFrame], Message | None]:
    """Return what counts the base stations of one technology in imported rows of cells.

    Parameters
    ----------
    technology
        Generation as the table writes it, such as ``5G``.

    Returns
    -------
    count
        Function of layer and rows; None where no row is of the technology.
    """

    def count(_layer: MessageSource, rows: pd.DataFrame) -> Message | None:
        rows = rows[rows["technology"] == technology]
        if not len(rows):
            return None
        named = rows[~rows["station_id"].astype(str).str.match(_MADE)]
        cells: dict[str, object] = {"rows": len(rows), "technology": technology}
        if len(named) < len(rows):
            return Message("layers.cells", cells)
        return Message("layers.stations", {**cells, "stations": named["station_id"].nunique()})

    return count

"""What an imported list counts, shown beside a layer's figure and never mixed into it.

A list of stations, data centres or administrative villages may be incomplete, and no pack has a
table of its kind that it could replace: it changes no target. The note of each region says what the
list holds there, on which evidence, as of when. What it counts stands beside what the figures say
is built, with the difference, and counts as built where the scenario says so. Base stations are
counted by their own ids; rows are cells, and cells and stations never add up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.tables.reader import Pack
from data.wording.catalogue import Message
from data.workspace.effective import imported_table
from data.workspace.station_sites import ABSENT
from geo.evidence import weakest
from geo.gaps.gap import Interval
from layers.base import Context, Layer
from layers.figures import Figures
from layers.offers import ImportedList, Mark, MessageSource, Points, Symbol

#: Shape of the stations of each technology on the map.
_SHAPES = {"4G": "disc", "5G": "ring"}
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
        rows = rows[~rows["status"].isin(ABSENT)]
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


def own_counts(layer: Layer, context: Context) -> pd.DataFrame | None:
    """Return what the imported list of a layer counts per region, in the layer's own unit.

    Parameters
    ----------
    layer
        Its :attr:`~layers.base.Layer.imported` names the list and counts it.
    context
        Its regions give the order of the rows.

    Returns
    -------
    counts
        ``own`` (NaN where the list has nothing), ``evidence``, ``as_of``; None where no list is in
        force, or its rows are not in the layer's unit.

    Raises
    ------
    DataError
        If the imported table cannot be read.
    """
    if layer.imported is None or layer.imported.number is None:
        return None
    found = imported_table(context.pack, layer.imported.table)
    if found is None or not len(found):
        return None
    rows = pd.DataFrame(found.drop(columns="geometry", errors="ignore"))
    rows = rows[~rows["status"].isin(ABSENT)]
    code = context.regions["adcode"].astype(str)
    number = layer.imported.number
    parts = rows.groupby(_codes(rows, context), sort=False)
    counted = pd.DataFrame(
        {
            "own": {str(name): number(part) for name, part in parts},
            "evidence": {str(n): weakest(p["evidence"].astype(str).unique()) for n, p in parts},
            "as_of": {str(name): str(part["as_of"].dropna().max()) for name, part in parts},
        }
    )
    counts = counted.reindex(code).reset_index(drop=True)
    dated = counts["as_of"].notna() & (counts["as_of"] != "nan")
    counts["as_of"] = counts["as_of"].where(dated, "")
    return counts if counts["own"].notna().any() else None


def with_own(figures: Figures, own: pd.DataFrame, imported: ImportedList | None) -> Figures:
    """Return the figures with the planner's own count as what is built, where there is one.

    Parameters
    ----------
    figures
        Figures of a layer.
    own
        Counts of :func:`own_counts` for the same regions.
    imported
        List that was counted.

    Returns
    -------
    figures
        Regions that the list does not cover keep their own.
    """
    counted = own["own"].to_numpy(float)
    known = ~np.isnan(counted)
    built = Interval(
        *(np.where(known, counted, getattr(figures.built, end)) for end in ("value", "low", "high"))
    )
    source = f"pack:{imported.table}" if imported is not None else ""
    return replace(
        figures,
        built=built,
        missing=None,
        evidence=np.where(known, own["evidence"], figures.evidence),
        built_evidence=np.where(known, own["evidence"], _evidence_of_built(figures)),
        as_of=np.where(known, own["as_of"], figures.as_of),
        source_ids=np.where(known, source, figures.source_ids),
    )


def _evidence_of_built(figures: Figures) -> NDArray[np.object_]:
    return figures.evidence if figures.built_evidence is None else figures.built_evidence


def stations_of(technology: str) -> Callable[[pd.DataFrame], float]:
    """Return what counts the base stations of one technology by their own ids.

    Parameters
    ----------
    technology
        Generation as the table writes it, such as ``5G``.

    Returns
    -------
    number
        Function of the rows of a region; NaN where a station has no id: cells are no stations.
    """

    def number(rows: pd.DataFrame) -> float:
        rows = rows[rows["technology"] == technology]
        made = rows["station_id"].astype(str).str.match(_MADE)
        if not len(rows) or made.any():
            return float("nan")
        return float(rows["station_id"].nunique())

    return number


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


def station_marks(technology: str) -> Callable[[Pack, str], tuple[Mark, ...]]:
    """Return what draws a planner's own base stations.

    Parameters
    ----------
    technology
        Generation as the table writes it, such as ``5G``.

    Returns
    -------
    marks
        (pack, language) → the stations as points; nothing where no list is in force.
    """

    def marks(pack: Pack, _language: str) -> tuple[Mark, ...]:
        found = imported_table(pack, "base_stations")
        if found is None:
            return ()
        rows = found[(found["technology"] == technology) & ~found["status"].isin(ABSENT)]
        places = rows[["lon", "lat"]].drop_duplicates()
        if not len(places):
            return ()
        title = Message("imported_list.own_stations", {"technology": technology})
        lon, lat = (places[name].to_numpy(float) for name in ("lon", "lat"))
        return (Points(lon, lat, Symbol("built", shape=_SHAPES[technology]), title=title),)

    return marks

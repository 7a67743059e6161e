"""What an imported list draws on the map: base stations of one technology, on air."""

from __future__ import annotations

from collections.abc import Callable

from data.tables.reader import Pack
from data.wording.catalogue import Message
from data.workspace.effective import imported_table
from data.workspace.station_sites import ABSENT
from layers.marks import Mark, Points, Symbol

_COLOURS = {"4G": "#0072b2", "5G": "#cc79a7"}


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
        return (Points(lon, lat, Symbol(_COLOURS[technology]), title=title),)

    return marks

"""Index of places that the browser searches by itself: one line of text per place.

A request to the server for each letter would take too long; the browser searches 134,000 lines in
milliseconds.
"""

from __future__ import annotations

import gzip

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data.tables.initials import initials
from data.tables.reader import Pack
from data.workspace.effective import brought

#: Fields of a line, between tabs. ``kind`` is p, c (prefecture, county), t (place), v (village) or
#: s (site); the letters are the first of each syllable of the Chinese name.
FIELDS = ("kind", "id", "name_zh", "name_en", "letters", "adcode", "lon", "lat")
_REGIONS = {"prefecture": "p", "county": "c"}


def search_bytes(pack: Pack) -> bytes:
    """Return every place of a province that has a name or an id.

    Parameters
    ----------
    pack
        The province's tables in force.

    Returns
    -------
    content
        Gzip of UTF-8 text, one place per line: :data:`FIELDS`. Regions come first, then places,
        villages, sites.
    """
    tables = [
        *(_regions(pack, level, kind) for level, kind in _REGIONS.items()),
        _lines(pack.table("places"), "t", "place_id"),
        _lines(_with_names(pack, "natural_villages", "village_id"), "v", "village_id"),
        _lines(_with_names(pack, "sites", "site_id"), "s", "site_id"),
    ]
    table = pd.concat(tables, ignore_index=True)
    fields = [pa.array(table[name]).cast(pa.string()) for name in FIELDS]
    lines = pc.binary_join_element_wise(*fields, "\t").to_pylist()
    return gzip.compress("\n".join(lines).encode(), 5, mtime=0)


def _with_names(pack: Pack, kind: str, key: str) -> pd.DataFrame:
    """Return a table with the names that the planner's own file gives its rows."""
    table, own = pack.table(kind), brought(pack, kind)
    if own is None or "name" not in own:
        return table
    return table.assign(name=table[key].map(own["name"]))


def _regions(pack: Pack, level: str, kind: str) -> pd.DataFrame:
    table = pack.regions(level).rename(columns={"label_lon": "lon", "label_lat": "lat"})
    return _lines(table, kind, "adcode")


def _lines(table: pd.DataFrame, kind: str, key: str) -> pd.DataFrame:
    found = pd.DataFrame({"kind": kind, "id": table[key], "adcode": table["adcode"]})
    for name, instead in (("name_zh", "name"), ("name_en", "")):
        column = name if name in table else instead
        if column in table:
            words = table[column].astype("object").fillna("").astype(str)
            found[name] = words.str.replace(r"\s+", " ", regex=True)
        else:
            found[name] = ""
    found["letters"] = initials(found["name_zh"])
    return found.assign(lon=table["lon"].round(4), lat=table["lat"].round(4))

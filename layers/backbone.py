"""Backbone overlay: what the plans state of bandwidth out of the province and abroad.

No route or node of the backbone is public, so the overlay draws the fibre nodes in force
(illustrative in the embedded packs) and lists the stated bandwidths; it has no gap per region.
"""

from __future__ import annotations

import pandas as pd

from data.tables.reader import Pack
from layers.base import Layer
from layers.marks import Points, Symbol
from layers.offers import Listing
from layers.stated import ledger_rows

_KEY = "backbone"


def marks(pack: Pack, language: str) -> tuple[Points, ...]:
    """Return the fibre nodes in force.

    Parameters
    ----------
    pack
        The province.
    language
        Not used: the nodes have no names.

    Returns
    -------
    marks
        The nodes as points, illustrative where the table is.
    """
    del language
    nodes = pack.table("fibre_nodes", columns=("lon", "lat", "evidence"))
    invented = "illustrative" in set(nodes["evidence"])
    lon, lat = (nodes[name].to_numpy(float) for name in ("lon", "lat"))
    return (Points(lon, lat, Symbol("#e69f00"), illustrative=invented),)


def rows(pack: Pack) -> pd.DataFrame:
    """Return the stated bandwidths and cables with their quotes.

    Parameters
    ----------
    pack
        The province.

    Returns
    -------
    rows
        :data:`~layers.offers.LISTING_COLUMNS`.
    """
    return ledger_rows(_KEY, pack)


LAYER = Layer(key=_KEY, order=60, marks=marks, listing=Listing(rows))

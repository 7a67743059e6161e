"""Backbone: what the plans state of bandwidth out of the province and abroad, cables and exits.

No route or node of the backbone is public, so the map shows the fibre nodes in force (illustrative
in the embedded packs). The figures are of the province alone and have no split.
"""

from __future__ import annotations

import pandas as pd

from data.tables.reader import Pack
from layers.base import Layer
from layers.offers import Listing, Points, Symbol
from layers.stated import amount, ledger_rows

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
    return (Points(lon, lat, Symbol("ink-2", shape="square"), illustrative=invented),)


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


LAYER = Layer(
    key=_KEY,
    order=60,
    metrics=(
        amount("bandwidth_out", "tbit_per_s", digits=2),
        amount("bandwidth_international", "tbit_per_s", digits=2),
        amount("bandwidth_inside", "tbit_per_s", digits=2),
        amount("cables_out", "cable"),
        amount("countries_served", "country"),
        amount("countries_by_cable", "country"),
        amount("gateway_operators", "operator"),
        amount("interconnection_points", "interconnection_point"),
        amount("international_channels", "channel"),
    ),
    marks=marks,
    listing=Listing(rows),
)

"""Charging zones: an overlay of zones, points and a line that a test drops into a folder."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.tables.reader import Pack
from layers.base import Layer
from layers.offers import LISTING_COLUMNS, Lines, Listing, Mark, Points, Symbol, Zones


def marks(pack: Pack, language: str) -> tuple[Mark, ...]:
    """Return the first prefecture as a zone, its label point, and a line to the second's."""
    regions = pack.regions("prefecture").head(2)
    lon, lat = (regions[f"label_{axis}"].to_numpy(float) for axis in ("lon", "lat"))
    name = "充电示范区" if language == "zh" else "Charging zone"
    return (
        Zones({("prefecture", str(regions["adcode"].iloc[0])): (name,)}, Symbol("#123456", "2 2")),
        Points(lon[:1], lat[:1], Symbol("#654321"), illustrative=True),
        Lines((np.column_stack([lon, lat]),), Symbol("#abcdef")),
    )


def rows(pack: Pack) -> pd.DataFrame:
    """Return one zone with its sentence."""
    code = pack.regions("prefecture")["adcode"].iloc[0]
    row = {
        "id": "charging-1", "kind": "zone", "name_zh": "充电示范区", "name_en": "Charging zone",
        "regions": code, "evidence": "reported", "quote": "建设充电示范区", "source": "test.txt",
        "source_ids": "charging-1",
    }  # fmt: skip
    return pd.DataFrame([row]).reindex(columns=list(LISTING_COLUMNS))


LAYER = Layer(
    key="charging_zones",
    order=80,
    marks=marks,
    listing=Listing(rows, source_kind="charging zone"),
    words={
        "zh": {"title": "充电区", "about": "充电示范区。"},
        "en": {"title": "Charging zones", "about": "Zones for charging."},
    },
)

"""Backbone overlay: what the plans state of bandwidth out of the province and abroad.

No route or node of the backbone is public, so the overlay draws the embedded fibre nodes
(illustrative) and lists the stated bandwidths; it has no gap per region.
"""

from __future__ import annotations

from layers.base import Layer

LAYER = Layer(
    key="backbone",
    order=60,
    title_zh="骨干网与光缆接入点",
    title_en="Backbone and fibre nodes",
    about_zh="省际与国际出口带宽（台账）；地图上为示例光缆接入点。",
    about_en=(
        "Inter-provincial and international bandwidth from the ledger; the map shows "
        "illustrative fibre nodes."
    ),
)

"""What the plans state beside networks: investment, digital governance, parks and workshops.

Each is a figure of the province alone; the rows of the ledger keep the layers of their texts.
"""

from __future__ import annotations

from layers.base import Layer
from layers.stated import amount, percent

LAYER = Layer(
    key="other_targets",
    order=65,
    metrics=(
        amount("investment_in_year", "hundred_million_cny", layer="investment", digits=1),
        percent("prefectures_with_platform", layer="digital_governance"),
        amount("smart_workshops", "workshop", layer="industry"),
        amount("parks", "park", layer="industry"),
        amount("national_zones", "park", layer="industry"),
    ),
)

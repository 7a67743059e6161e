"""Policy-zone overlay: cores, clusters, parks and data-centre places that the plans name.

The plans name regions, not outlines: a zone is drawn as the regions it names.
"""

from __future__ import annotations

from layers.base import Layer

LAYER = Layer(
    key="policy_zones",
    order=70,
    title_zh="规划布局区",
    title_en="Policy zones",
    about_zh="规划点名的核、区、集群、园区；按所在州（市）、县示意，无精确边界。",
    about_en=(
        "Cores, clusters and parks named in the plans, drawn as the regions they name; the plans "
        "give no outlines."
    ),
)

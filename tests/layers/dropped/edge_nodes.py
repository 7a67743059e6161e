"""Edge computing nodes: a counted layer of two metrics that a test drops into a folder."""

from __future__ import annotations

from layers.base import Layer, Metric
from layers.figures import LedgerKeys
from layers.offers import UnitNeed
from layers.provincial_split import counted_figures
from layers.stated import stated_figures

LAYER = Layer(
    key="edge_nodes",
    order=45,
    metrics=(
        Metric(
            key="nodes",
            unit="edge_node",
            figures=counted_figures,
            ledger=LedgerKeys(target=("edge_nodes",), built=("edge_nodes",)),
            default_rule="urban_population",
            rules=("urban_population", "population"),
        ),
        Metric(
            key="use",
            unit="percent_in_use",
            figures=stated_figures,
            ledger=LedgerKeys(target=("edge_use",), built=("edge_use",)),
            scale=100.0,
            digits=1,
        ),
    ),
    need=UnitNeed(),
    words={
        "zh": {
            "title": "边缘节点",
            "about": "边缘计算节点。",
            "metric.nodes": "节点数",
            "metric.use": "使用率",
            "unit.edge_node": "个边缘节点",
            "unit.percent_in_use": "%（使用率）",
        },
        "en": {
            "title": "Edge nodes",
            "about": "Nodes of edge computing.",
            "metric.nodes": "number of nodes",
            "metric.use": "share in use",
            "unit.edge_node": "edge nodes",
            "unit.percent_in_use": "% in use",
        },
    },
)

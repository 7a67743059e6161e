"""Data-centre racks: what the plans state, in standard racks of 2.5 kW where they say so.

Default rule: urban population, as demand for hosting sits in towns; households and population
bound the interval. Physical and standard racks differ by a factor (3,500 physical were 30,000
standard in Qingyang), so a figure whose kind the source does not state is named in the note.
"""

from __future__ import annotations

from dataclasses import replace

from layers.base import Context, Figures, Layer, Metrics
from layers.provincial_split import counted_figures


def figures(layer: Layer, context: Context) -> Figures:
    """Return the counted figures with the warning about kinds of racks."""
    return replace(
        counted_figures(layer, context),
        note_zh="标准机架按2.5 kW折算；来源未说明口径时无法与物理机架区分。",
        note_en=(
            "Standard racks of 2.5 kW; where a source does not say so, standard and physical racks "
            "cannot be told apart."
        ),
    )


LAYER = Layer(
    key="data_centres",
    order=40,
    title_zh="数据中心机架",
    title_en="Data-centre racks",
    about_zh="数据中心标准机架（2.5 kW）。规划未写目标时显示“未设目标”。",
    about_en=(
        'Standard data-centre racks (2.5 kW). Where no plan states a target the table says "no '
        'target stated".'
    ),
    unit="rack",
    figures=figures,
    metrics=Metrics(
        target=("rack hosting capacity", "standard racks in data centres", "standard racks"),
        built=("standard racks in data centres", "standard racks", "rack hosting capacity"),
    ),
    default_rule="urban_population",
    rules=("urban_population", "population", "households"),
)

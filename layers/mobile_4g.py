"""4G base stations: what stands, and what a plan asks for where it states a total.

Default rule: population. 4G is a finished coverage network that follows people, rural ones too:
the one published share (Kunming, 20.86 % at the end of 2021) is close to its share of population
(17.9 %). Village-level units and urban population bound the interval.
"""

from __future__ import annotations

from layers.base import Layer, Metrics
from layers.provincial_split import counted_figures

LAYER = Layer(
    key="mobile_4g",
    order=20,
    title_zh="4G基站",
    title_en="4G base stations",
    about_zh="4G基站存量按规则分解；规划未写目标时显示“未设目标”，可由规划人员自行设定。",
    about_en=(
        'The 4G stock is allocated by rule; where no plan states a total the table says "no '
        'target stated" and the planner may set one.'
    ),
    unit="base_station",
    figures=counted_figures,
    metrics=Metrics(
        target=("4G base stations",),
        increment=("4G base stations newly built",),
        built=("4G base stations",),
        share=("share of the province's 4G base stations",),
    ),
    default_rule="population",
    rules=("population", "urban_population", "village_units"),
)

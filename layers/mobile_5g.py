"""5G base stations: the plan's 140,000 new ones by 2025, per prefecture and county.

Default rule: urban population. Until the mid-2020s 5G was built where people live densely; the
one published share (Kunming, 32.49 % of the province at the end of 2021) lies between its shares
of population (17.9 %) and of urban population (28.5 %), nearer to the latter. That share is kept
as a fixed cell. Population and village-level units give the other end of the interval.
"""

from __future__ import annotations

from layers.base import Layer, Metrics
from layers.provincial_split import counted_figures

LAYER = Layer(
    key="mobile_5g",
    order=10,
    title_zh="5G基站",
    title_en="5G base stations",
    about_zh="全省5G基站目标按规则分解到州（市）、县，与已建数相减得到缺口。单位是基站，不是站址或小区。",
    about_en=(
        "The provincial 5G target is allocated to prefectures and counties; the gap is target "
        "minus built. Unit: base stations, neither sites nor cells."
    ),
    unit="base_station",
    figures=counted_figures,
    metrics=Metrics(
        target=("5G base stations",),
        increment=("5G base stations newly built",),
        built=("5G base stations",),
        share=("share of the province's 5G base stations",),
    ),
    default_rule="urban_population",
    rules=("urban_population", "population", "village_units"),
)

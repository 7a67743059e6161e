"""5G base stations: the plan's 140,000 new ones by 2025, per prefecture and county.

Default rule: urban population. Until the mid-2020s 5G was built where people live densely; the
one published share (Kunming, 32.49 % of the province at the end of 2021) lies between its shares
of population (17.9 %) and of urban population (28.5 %), nearer to the latter. That share is kept
as a fixed cell. Population and village-level units give the other end of the interval.
"""

from __future__ import annotations

from layers.base import Layer, Metric
from layers.figures import LedgerKeys
from layers.imported_counts import count_stations, station_marks, stations_of
from layers.offers import ImportedList, SiteRadio, UnitNeed
from layers.provincial_split import counted_figures
from layers.stated import admin_villages, percent

LAYER = Layer(
    key="mobile_5g",
    order=10,
    metrics=(
        Metric(
            key="base_stations",
            unit="base_station",
            figures=counted_figures,
            ledger=LedgerKeys(
                target=("base_stations",),
                increment=("base_stations_new",),
                built=("base_stations",),
                share=("share_of_province",),
            ),
            default_rule="urban_population",
            rules=("urban_population", "population", "village_units"),
            planned="sites",
        ),
        admin_villages("admin_villages_reached"),
        percent("urban_areas_reached"),
    ),
    need=UnitNeed(),
    marks=station_marks("5G"),
    imported=ImportedList("base_stations", count_stations("5G"), stations_of("5G")),
    radio=SiteRadio(technology="5G", equipment="co_sited_5g_radio"),
)

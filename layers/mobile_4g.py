"""4G base stations: what is built, and what a plan asks for where it states a total.

Default rule: population. 4G is a finished coverage network that follows people, rural ones too:
the one published share (Kunming, 20.86 % at the end of 2021) is close to its share of population
(17.9 %). Village-level units and urban population bound the interval.
"""

from __future__ import annotations

from layers.base import Layer, Metric
from layers.figures import LedgerKeys
from layers.imported_counts import count_stations, station_marks, stations_of
from layers.offers import ImportedList, SiteRadio, UnitNeed
from layers.provincial_split import counted_figures
from layers.stated import admin_villages, percent

LAYER = Layer(
    key="mobile_4g",
    order=20,
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
            default_rule="population",
            rules=("population", "urban_population", "village_units"),
            planned="sites",
        ),
        # Of every generation: no sum with the 4G ones, which are among them.
        Metric(
            key="base_stations_all_kinds",
            unit="base_station",
            figures=counted_figures,
            ledger=LedgerKeys(
                target=("base_stations_all_kinds",), built=("base_stations_all_kinds",)
            ),
            default_rule="population",
            rules=("population", "urban_population", "village_units"),
        ),
        admin_villages("admin_villages_reached"),
        percent("urban_areas_reached"),
        percent("towns_reached"),
        percent("scenic_areas_reached"),
        percent("transport_routes_reached"),
    ),
    need=UnitNeed(),
    marks=station_marks("4G"),
    imported=ImportedList("base_stations", count_stations("4G"), stations_of("4G")),
    radio=SiteRadio(technology="4G", equipment="radio_equipment"),
)

"""Tables that a planner can import, declared as in :mod:`data.tables.pack`.

A table that a pack also has keeps the columns of the pack and gains some that only a file can give;
the others exist in the workspace alone. Every imported row carries its evidence class
(``evidence``), the date it holds for (``as_of``) and its source (``source``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from data.tables.pack import (
    FIBRE_NODES,
    NATURAL_VILLAGES,
    OBSERVATIONS,
    REGIONS,
    SITES,
    TARGETS,
    Column,
    Table,
)
from geo.errors import InputError, UnknownNameError
from geo.evidence import EVIDENCE_CLASSES

#: What an imported table as a whole may rest on.
IMPORT_EVIDENCE = ("measured", "declared", "modelled")
#: Columns that the doctor fills where the file does not give them.
FILLED = frozenset({"adcode", "evidence", "as_of", "source", "length_km", "area_km2"})
#: States of a site, station, route or centre: the Open Fibre Data Standard codes, one joined.
STATUS_WORDS = ("proposed", "planned", "under_construction", "operational", "decommissioned")
#: Stages in the life of a site of universal service, in their order.
STAGES = ("proposed", "approved", "under_construction", "operational", "accepted")
#: Generations of mobile networks.
TECHNOLOGY_WORDS = ("2G", "3G", "4G", "5G")

_PACKED = {column.name: column for column in NATURAL_VILLAGES.columns}
_LON, _LAT, _EVIDENCE = _PACKED["lon"], _PACKED["lat"], _PACKED["evidence"]
_ADCODE = replace(_PACKED["adcode"], nullable=True)
_NAME = Column("name", "text", nullable=True)
_TOWNSHIP = Column("township", "text", nullable=True)
_AS_OF = Column("as_of", "date", nullable=True)
_SOURCE = Column("source", "text", nullable=True)
_OPERATOR = Column("operator", "text", nullable=True)
_OWNER = Column("owner", "text", nullable=True)
_STATUS = Column("status", "text", nullable=True, words=STATUS_WORDS)
_TECHNOLOGY = Column(
    "technology", "text", nullable=True,
    words=TECHNOLOGY_WORDS,
)  # fmt: skip
_OPENED = Column("opened", "date", nullable=True)
_LAST = (_AS_OF, _SOURCE)

Numeric = Literal["integer", "number"]


def _number(
    name: str,
    unit: str,
    limits: tuple[float | None, float | None] = (0, None),
    kind: Numeric = "number",
) -> Column:
    """Return a nullable number."""
    return Column(name, kind, unit, nullable=True, minimum=limits[0], maximum=limits[1])


def _flag(name: str, *, key: str = "") -> Column:
    return Column(name, "boolean", nullable=True, key=key)


def _id(name: str) -> Column:
    return Column(name, "text")


def _extended(table: Table, *columns: Column) -> Table:
    """Return a table of the packs with the further columns that an import may have."""
    own = set(table.column_names)
    added = tuple(column for column in (*columns, *_LAST) if column.name not in own)
    return replace(table, columns=table.columns + added)


_POPULATION = _number("population", "person", kind="integer")
_HEIGHT = Column(
    "antenna_height_m", "number", "m", nullable=True,
    minimum=1, maximum=300,
)  # fmt: skip
_LENGTH = _number("length_km", "km")

VILLAGES_IMPORT = _extended(
    NATURAL_VILLAGES,
    _NAME,
    _TOWNSHIP,
    Column("admin_village", "text", nullable=True),
    _POPULATION,
    _flag("has_5g"),
    _flag("has_fibre"),
)

ADMIN_VILLAGES = Table(
    "admin_villages",
    (
        _id("admin_village_id"),
        _NAME,
        _TOWNSHIP,
        _ADCODE,
        _LON,
        _LAT,
        _number("households", "household", kind="integer"),
        _POPULATION,
        _flag("has_4g", key="committee_has_4g"),
        _flag("has_5g", key="committee_has_5g"),
        _flag("has_fibre", key="committee_has_fibre"),
        _EVIDENCE,
        *_LAST,
    ),
    key=("admin_village_id",),
    geometry="point",
)

SITES_IMPORT = _extended(SITES, _NAME, _OWNER, _STATUS, _OPENED)

BASE_STATIONS = Table(
    "base_stations",
    (
        _id("station_id"),
        Column("cell_id", "text", nullable=True),
        Column("area_code", "text", nullable=True),
        Column("mnc", "text", nullable=True),
        Column("site_id", "text", nullable=True, key="station_site_id"),
        _NAME,
        _ADCODE,
        _LON,
        _LAT,
        _OPERATOR,
        _TECHNOLOGY,
        Column("band", "text", nullable=True),
        _number("frequency_mhz", "MHz", (400, 71_000)),
        _number("bandwidth_mhz", "MHz", (0.2, 2_000)),
        _number("azimuth_deg", "°", (0, 360)),
        _number("tilt_deg", "°", (-20, 90)),
        _HEIGHT,
        _number("tx_power_dbm", "dBm", (-20, 80)),
        _number("range_m", "m"),
        _STATUS,
        _OPENED,
        _EVIDENCE,
        *_LAST,
    ),
    key=("station_id", "cell_id", "area_code", "mnc", "technology"),
    geometry="point",
)

MEASUREMENTS = Table(
    "measurements",
    (
        _id("point_id"),
        _ADCODE,
        _LON,
        _LAT,
        # Range that a terminal can report: 3GPP TS 38.133, Table 10.1.6.1-1.
        Column("rsrp_dbm", "number", "dBm", minimum=-156, maximum=-31),
        _TECHNOLOGY,
        Column("band", "text", nullable=True),
        _number("frequency_mhz", "MHz", (400, 71_000)),
        Column("cell_id", "text", nullable=True, key="serving_cell_id"),
        Column("station_id", "text", nullable=True, key="serving_station_id"),
        Column("site_id", "text", nullable=True, key="serving_site_id"),
        _OPERATOR,
        Column("stretch", "text", nullable=True),
        _EVIDENCE,
        *_LAST,
    ),
    key=("point_id",),
    geometry="point",
)

NODES_IMPORT = _extended(FIBRE_NODES, _NAME, _OWNER, _STATUS)

FIBRE_ROUTES = Table(
    "fibre_routes",
    (
        _id("route_id"),
        _NAME,
        Column("from_node", "text", nullable=True),
        Column("to_node", "text", nullable=True),
        _LENGTH,
        _number("sheath_km", "km"),
        _number("fibres", "fibre", (1, 10_000), "integer"),
        _OWNER,
        _STATUS,
        _EVIDENCE,
        *_LAST,
    ),
    key=("route_id",),
    geometry="line",
)

ROADS = Table(
    "roads",
    (
        _id("road_id"),
        _NAME,
        Column("road_class", "text", nullable=True),
        Column("surface", "text", nullable=True),
        _LENGTH,
        _EVIDENCE,
        *_LAST,
    ),
    key=("road_id",),
    geometry="line",
)

POWER_LINES = Table(
    "power_lines",
    (
        _id("line_id"),
        _NAME,
        _number("voltage_kv", "kV", (0.2, 1_200)),
        _LENGTH,
        _OPERATOR,
        _STATUS,
        _EVIDENCE,
        *_LAST,
    ),
    key=("line_id",),
    geometry="line",
)

DATA_CENTRES = Table(
    "data_centres",
    (
        _id("data_centre_id"),
        _NAME,
        _ADCODE,
        _LON,
        _LAT,
        _number("standard_racks", "rack", kind="integer"),
        _number("used_racks", "rack", kind="integer"),
        _number("it_mw", "MW"),
        _number("pue", "", (1, 5)),
        _OPERATOR,
        _STATUS,
        _OPENED,
        _EVIDENCE,
        *_LAST,
    ),
    key=("data_centre_id",),
    geometry="point",
)

SITE_LIVES = Table(
    "site_lives",
    (
        _id("site_id"),
        Column("stage", "text", words=STAGES),
        Column("villages", "text", nullable=True, key="villages_of_site"),
        _TECHNOLOGY,
        Column("rsrp_dbm", "number", "dBm", nullable=True, minimum=-156, maximum=-31,
               key="accepted_rsrp"),
        _number("rate_mbps", "Mbit/s"),
        Column("photographs", "text", nullable=True),
        Column("result", "text", nullable=True, words=("passed", "failed")),
        _EVIDENCE,
        *_LAST,
    ),
    key=("site_id",),
)  # fmt: skip

REGIONS_IMPORT = _extended(REGIONS)
TARGETS_IMPORT = _extended(TARGETS)
OBSERVATIONS_IMPORT = _extended(OBSERVATIONS)


def _raster(name: str, unit: tuple[str, ...]) -> Table:
    """Return the list of rasters of one kind: a row says where each lies and what it holds."""
    return Table(
        name,
        (

            _id("raster_id"),
            Column("file", "text"),
            Column("sha256", "text"),
            Column("crs", "text"),
            *(Column(side, "number", "°") for side in ("west", "south", "east", "north")),
            Column("width", "integer", minimum=1),
            Column("height", "integer", minimum=1),
            Column("nodata", "number", nullable=True),
            Column("unit", "text", words=unit, key="cell_unit"),
            replace(_EVIDENCE, words=EVIDENCE_CLASSES),
            *_LAST,
        ),
        key=("raster_id",),
    )  # fmt: skip


DEM = _raster("dem", ("m", "ft"))
POPULATION = _raster("population", ("person", "person/km²"))

#: Tables made from rasters: the cells stay in the file.
RASTERS = frozenset({"dem", "population"})

IMPORTABLE: dict[str, Table] = {
    table.name: table
    for table in (
        VILLAGES_IMPORT, ADMIN_VILLAGES, SITES_IMPORT, BASE_STATIONS, MEASUREMENTS, NODES_IMPORT,
        FIBRE_ROUTES, ROADS, POWER_LINES, DATA_CENTRES, REGIONS_IMPORT, TARGETS_IMPORT,
        OBSERVATIONS_IMPORT, SITE_LIVES, DEM, POPULATION,
    )
}  # fmt: skip

#: Columns that a file must give besides its position or geometry; an id is made where it has none.
REQUIRED: dict[str, tuple[str, ...]] = {
    "natural_villages": ("lon", "lat"),
    "admin_villages": ("lon", "lat"),
    "sites": ("lon", "lat", "antenna_height_m"),
    "base_stations": ("lon", "lat"),
    "measurements": ("lon", "lat", "rsrp_dbm"),
    "fibre_nodes": ("lon", "lat", "kind"),
    "fibre_routes": (),
    "roads": (),
    "power_lines": (),
    "data_centres": ("lon", "lat"),
    "regions": ("name_zh",),
    "targets": (
        "id", "layer", "metric", "unit", "kind", "as_of", "qualifier", "value", "basis",
    ),
    "observations": ("id", "adcode", "layer", "metric", "as_of", "value", "unit", "kind"),
    "site_lives": ("site_id", "stage", "as_of"),
    "dem": (),
    "population": (),
}  # fmt: skip


def table_of_rows(kind: str) -> Table:
    """Return the declaration of a table that is imported from a file of rows.

    Parameters
    ----------
    kind
        Key of :data:`IMPORTABLE`.

    Returns
    -------
    table
        The declaration.

    Raises
    ------
    UnknownNameError
        If there is no such table.
    InputError
        If the table is made from a raster.
    """
    if kind not in IMPORTABLE:
        raise UnknownNameError("table", kind, IMPORTABLE)
    if kind in RASTERS:
        raise InputError("import.raster_kind", kind=kind)
    return IMPORTABLE[kind]

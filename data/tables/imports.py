"""Tables that a planner can bring, declared as in :mod:`data.tables.pack`.

A table that a pack has too keeps the pack's columns and gains some that only a file can give; the
others exist in the workspace alone. Every imported row says what it rests on (``evidence``), the
date it holds for (``as_of``) and where it comes from (``source``).
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
#: Generations of mobile networks.
TECHNOLOGY_WORDS = ("2G", "3G", "4G", "5G")

_PACKED = {column.name: column for column in NATURAL_VILLAGES.columns}
_LON, _LAT, _EVIDENCE = _PACKED["lon"], _PACKED["lat"], _PACKED["evidence"]
_ADCODE = replace(_PACKED["adcode"], nullable=True)
_NAME = Column("name", "text", "name", "名称", nullable=True)
_AS_OF = Column("as_of", "date", "date that the row holds for", "数据日期", nullable=True)
_SOURCE = Column("source", "text", "where the row comes from", "数据来源", nullable=True)
_OPERATOR = Column("operator", "text", "operator", "运营商", nullable=True)
_OWNER = Column("owner", "text", "owner", "产权单位", nullable=True)
_STATUS = Column("status", "text", "state of building", "状态", nullable=True, words=STATUS_WORDS)
_TECHNOLOGY = Column(
    "technology", "text", "generation of the network", "制式", nullable=True,
    words=TECHNOLOGY_WORDS,
)  # fmt: skip
_OPENED = Column("opened", "date", "date of going on air", "开通日期", nullable=True)
_LAST = (_AS_OF, _SOURCE)

Numeric = Literal["integer", "number"]


def _number(
    name: str,
    meaning: tuple[str, str],
    unit: str,
    limits: tuple[float | None, float | None] = (0, None),
    kind: Numeric = "number",
) -> Column:
    """Return a nullable number; ``meaning`` is English, Chinese."""
    return Column(
        name, kind, *meaning, unit, nullable=True, minimum=limits[0], maximum=limits[1]
    )  # fmt: skip


def _flag(name: str, meaning: str, meaning_zh: str) -> Column:
    return Column(name, "boolean", meaning, meaning_zh, nullable=True)


def _id(name: str, meaning_zh: str = "编号") -> Column:
    return Column(name, "text", "unique id", meaning_zh)


def _extended(table: Table, *columns: Column) -> Table:
    """Return a table of the packs with columns that an import may bring besides."""
    own = set(table.column_names)
    added = tuple(column for column in (*columns, *_LAST) if column.name not in own)
    return replace(table, columns=table.columns + added)


_POPULATION = _number("population", ("resident population", "人口"), "person", kind="integer")
_HEIGHT = Column(
    "antenna_height_m", "number", "antenna height above ground", "挂高", "m", nullable=True,
    minimum=1, maximum=300,
)  # fmt: skip
_LENGTH = _number("length_km", ("geodesic length", "长度"), "km")

VILLAGES_IMPORT = _extended(
    NATURAL_VILLAGES,
    _NAME,
    Column("admin_village", "text", "administrative village", "行政村", nullable=True),
    _POPULATION,
    _flag("has_5g", "5G at the village; empty = unknown", "是否有5G"),
    _flag("has_fibre", "fibre at the village; empty = unknown", "是否通光纤"),
)

ADMIN_VILLAGES = Table(
    "admin_villages",
    "Administrative villages, at the village committee",
    "行政村（村委会位置）",
    (
        _id("admin_village_id", "行政村编号"),
        _NAME,
        _ADCODE,
        _LON,
        _LAT,
        _number("households", ("households", "户数"), "household", kind="integer"),
        _POPULATION,
        _flag("has_4g", "4G at the committee; empty = unknown", "是否有4G"),
        _flag("has_5g", "5G at the committee; empty = unknown", "是否有5G"),
        _flag("has_fibre", "fibre at the committee; empty = unknown", "是否通光纤"),
        _EVIDENCE,
        *_LAST,
    ),
    key=("admin_village_id",),
    geometry="point",
)

SITES_IMPORT = _extended(SITES, _NAME, _OWNER, _STATUS, _OPENED)

BASE_STATIONS = Table(
    "base_stations",
    "Base stations, one row for each cell where cells are told apart",
    "基站（分小区时每小区一行）",
    (
        _id("station_id", "基站编号"),
        Column("cell_id", "text", "cell of the station", "小区编号", nullable=True),
        Column("area_code", "text", "tracking or location area", "跟踪区码", nullable=True),
        Column("mnc", "text", "network code of the operator", "移动网络码", nullable=True),
        Column("site_id", "text", "site that it stands on", "站址编号", nullable=True),
        _NAME,
        _ADCODE,
        _LON,
        _LAT,
        _OPERATOR,
        _TECHNOLOGY,
        Column("band", "text", "band as the operator writes it, such as n28", "频段",
               nullable=True),
        _number("frequency_mhz", ("centre frequency", "频率"), "MHz", (400, 71_000)),
        _number("bandwidth_mhz", ("bandwidth of the carrier", "带宽"), "MHz", (0.2, 2_000)),
        _number("azimuth_deg", ("azimuth, clockwise from north", "方位角"), "°", (0, 360)),
        _number("tilt_deg", ("total downtilt", "下倾角"), "°", (-20, 90)),
        _HEIGHT,
        _number("tx_power_dbm", ("transmit power", "发射功率"), "dBm", (-20, 80)),
        _number("range_m", ("radius of coverage, as the source has it", "覆盖半径"), "m"),
        _STATUS,
        _OPENED,
        _EVIDENCE,
        *_LAST,
    ),
    key=("station_id", "cell_id", "area_code", "mnc", "technology"),
    geometry="point",
)  # fmt: skip

MEASUREMENTS = Table(
    "measurements",
    "Drive-test points: level of the reference signal",
    "路测点（参考信号电平）",
    (
        _id("point_id", "测点编号"),
        _ADCODE,
        _LON,
        _LAT,
        # Range that a terminal can report: 3GPP TS 38.133, Table 10.1.6.1-1.
        Column("rsrp_dbm", "number", "RSRP of the serving cell, per resource element",
               "参考信号接收功率", "dBm", minimum=-156, maximum=-31),
        _TECHNOLOGY,
        Column("band", "text", "band as the operator writes it, such as n28", "频段",
               nullable=True),
        _number("frequency_mhz", ("centre frequency", "频率"), "MHz", (400, 71_000)),
        Column("cell_id", "text", "serving cell", "服务小区", nullable=True),
        Column("station_id", "text", "base station of that cell", "基站编号", nullable=True),
        Column("site_id", "text", "site of that station", "站址编号", nullable=True),
        _OPERATOR,
        Column("stretch", "text", "drive, day or stretch of road that the point belongs to",
               "测试路段", nullable=True),
        _EVIDENCE,
        *_LAST,
    ),
    key=("point_id",),
    geometry="point",
)  # fmt: skip

NODES_IMPORT = _extended(FIBRE_NODES, _NAME, _OWNER, _STATUS)

FIBRE_ROUTES = Table(
    "fibre_routes",
    "Fibre routes",
    "光缆路由",
    (
        _id("route_id", "路由编号"),
        _NAME,
        Column("from_node", "text", "node where it begins", "起点", nullable=True),
        Column("to_node", "text", "node where it ends", "终点", nullable=True),
        _LENGTH,
        _number("sheath_km", ("length of sheath", "皮长公里"), "km"),
        _number("fibres", ("fibres in the sheath", "芯数"), "fibre", (1, 10_000), "integer"),
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
    "Roads",
    "道路",
    (
        _id("road_id", "道路编号"),
        _NAME,
        Column("road_class", "text", "class as the source has it", "道路等级", nullable=True),
        Column("surface", "text", "surface", "路面类型", nullable=True),
        _LENGTH,
        _EVIDENCE,
        *_LAST,
    ),
    key=("road_id",),
    geometry="line",
)

POWER_LINES = Table(
    "power_lines",
    "Power lines",
    "电力线路",
    (
        _id("line_id", "线路编号"),
        _NAME,
        _number("voltage_kv", ("voltage", "电压等级"), "kV", (0.2, 1_200)),
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
    "Data centres",
    "数据中心",
    (
        _id("data_centre_id", "数据中心编号"),
        _NAME,
        _ADCODE,
        _LON,
        _LAT,
        _number("standard_racks", ("standard racks of 2.5 kW", "标准机架"), "rack",
                kind="integer"),
        _number("used_racks", ("standard racks in use", "在用机架"), "rack", kind="integer"),
        _number("it_mw", ("power of the IT load", "IT功率"), "MW"),
        _number("pue", ("power usage effectiveness", "PUE"), "", (1, 5)),
        _OPERATOR,
        _STATUS,
        _OPENED,
        _EVIDENCE,
        *_LAST,
    ),
    key=("data_centre_id",),
    geometry="point",
)  # fmt: skip

REGIONS_IMPORT = _extended(REGIONS)
TARGETS_IMPORT = _extended(TARGETS, replace(_EVIDENCE, nullable=True))
OBSERVATIONS_IMPORT = _extended(OBSERVATIONS, replace(_EVIDENCE, nullable=True))


def _raster(name: str, title: str, title_zh: str, unit: tuple[str, ...]) -> Table:
    """Return the list of rasters of one kind: a row says where each lies and what it holds."""
    return Table(
        name,
        title,
        title_zh,
        (
            _id("raster_id", "栅格编号"),
            Column("file", "text", "file in the workspace", "文件"),
            Column("sha256", "text", "sha256 of the file", "校验和"),
            Column("crs", "text", "system of its own coordinates", "坐标系"),
            *(
                Column(f"{side}", "number", f"{side} edge, WGS84", f"{side_zh}边界", "°")
                for side, side_zh in
                (("west", "西"), ("south", "南"), ("east", "东"), ("north", "北"))
            ),
            Column("width", "integer", "cells from west to east", "列数", minimum=1),
            Column("height", "integer", "cells from north to south", "行数", minimum=1),
            Column("nodata", "number", "value of cells without data", "无效值", nullable=True),
            Column("unit", "text", "unit of the cells", "单位", words=unit),
            replace(_EVIDENCE, words=EVIDENCE_CLASSES),
            *_LAST,
        ),
        key=("raster_id",),
    )  # fmt: skip


DEM = _raster("dem", "Terrain rasters", "地形高程栅格", ("m", "ft"))
POPULATION = _raster("population", "Population rasters", "人口栅格", ("person", "person/km²"))

#: Tables made from rasters: the cells stay in the file.
RASTERS = frozenset({"dem", "population"})

IMPORTABLE: dict[str, Table] = {
    table.name: table
    for table in (
        VILLAGES_IMPORT, ADMIN_VILLAGES, SITES_IMPORT, BASE_STATIONS, MEASUREMENTS, NODES_IMPORT,
        FIBRE_ROUTES, ROADS, POWER_LINES, DATA_CENTRES, REGIONS_IMPORT, TARGETS_IMPORT,
        OBSERVATIONS_IMPORT, DEM, POPULATION,
    )
}  # fmt: skip

#: Columns that a file must give besides its position or geometry; an id is made where it has none.
REQUIRED: dict[str, tuple[str, ...]] = {
    "natural_villages": ("lon", "lat", "households"),
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
    "dem": (),
    "population": (),
}  # fmt: skip


def table_of_rows(kind: str) -> Table:
    """Return the table that a file of rows may become.

    Raises
    ------
    UnknownNameError
        If there is no such table.
    InputError
        If it is made from a raster.
    """
    if kind not in IMPORTABLE:
        raise UnknownNameError("table", kind, IMPORTABLE, where="kind")
    if kind in RASTERS:
        raise InputError(
            f"{kind} is made from a raster, not from a table", where="kind",
            repair="import a GeoTIFF, an SRTM .hgt tile or a VRT, or choose another kind",
        )  # fmt: skip
    return IMPORTABLE[kind]

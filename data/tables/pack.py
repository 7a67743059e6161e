"""Every table declared once: column, kind, unit, meaning, range, geometry, coordinate system.

Checks, documentation, import templates and test data read these declarations.
All coordinates are WGS84 (EPSG:4326) degrees; all areas and lengths are geodesic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from geo.errors import DataError
from geo.evidence import EVIDENCE_CLASSES

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["text", "integer", "number", "boolean", "date"]
Geometry = Literal["point", "line", "polygon"]


@dataclass(frozen=True, slots=True)
class Column:
    """One declared column.

    ``words`` lists the allowed words; ``minimum`` and ``maximum`` are inclusive and in ``unit``.
    """

    name: str
    kind: Kind
    meaning: str
    meaning_zh: str
    unit: str = ""
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One declared table; ``key`` columns together are unique.

    Point tables hold ``lon`` and ``lat`` columns; line and polygon tables are GeoParquet.
    """

    name: str
    title: str
    title_zh: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    geometry: Geometry | None = None
    suffix: Literal[".parquet", ".csv"] = ".parquet"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the declared columns, in order."""
        return tuple(column.name for column in self.columns)

    def check(self, frame: pd.DataFrame, *, where: str = "") -> None:
        """Raise one :class:`DataError` that lists every fault of ``frame``."""
        faults = [fault for column in self.columns for fault in _column_faults(frame, column)]
        if self.key and set(self.key) <= set(frame.columns):
            repeated = frame.duplicated(list(self.key))
            if repeated.any():
                row = int(repeated.to_numpy().argmax())
                faults.append(
                    f"{int(repeated.sum())} rows repeat the key {'+'.join(self.key)}, "
                    f"first at row {row}"
                )
        if faults:
            raise DataError(
                f"table {self.name!r} breaks its schema: " + "; ".join(faults),
                where=where,
                repair="run `make data` to rebuild the embedded packs, or mend the file",
            )


def _column_faults(frame: pd.DataFrame, column: Column) -> list[str]:
    if column.name not in frame.columns:
        return [f"column {column.name!r} is missing"]
    values = frame[column.name]
    faults = []
    if not column.nullable and values.isna().any():
        faults.append(f"column {column.name!r} has {int(values.isna().sum())} empty cells")
    known = values.dropna()
    if column.words:
        unknown = sorted(set(known) - set(column.words))
        if unknown:
            faults.append(f"column {column.name!r} holds unknown words {unknown[:3]}")
    if column.kind in ("integer", "number"):
        faults += _range_faults(known, column)
    return faults


def _range_faults(known: pd.Series, column: Column) -> list[str]:
    import numpy as np

    try:
        numbers = known.to_numpy(dtype=float)
    except (TypeError, ValueError):
        return [f"column {column.name!r} is not numeric"]
    faults = []
    if not np.isfinite(numbers).all():
        faults.append(f"column {column.name!r} holds infinite values")
    for limit, wrong, word in (
        (column.minimum, numbers < (column.minimum or 0), "below"),
        (column.maximum, numbers > (column.maximum or 0), "above"),
    ):
        if limit is not None and wrong.any():
            faults.append(
                f"column {column.name!r} has {int(wrong.sum())} values {word} {limit:g}"
                + (f" {column.unit}" if column.unit else "")
            )
    return faults


def _count(name: str, meaning: str, meaning_zh: str, unit: str) -> Column:
    return Column(name, "integer", meaning, meaning_zh, unit, nullable=True, minimum=0)


_ADCODE = Column(
    "adcode", "text", "county, prefecture or province code (GB/T 2260)", "行政区划代码"
)
_LON = Column("lon", "number", "longitude, WGS84", "经度", "°", minimum=73, maximum=136)
_LAT = Column("lat", "number", "latitude, WGS84", "纬度", "°", minimum=3, maximum=54)
_EVIDENCE = Column(
    "evidence", "text", "evidence class of the row", "依据类别", words=EVIDENCE_CLASSES
)
_QUALIFIER = Column(
    "qualifier", "text", "= exact, ~ about, > more than, >= at least", "限定符",
    words=("=", "~", ">", ">="),
)  # fmt: skip

REGIONS = Table(
    "regions",
    "Province, prefecture and county polygons",
    "省、州（市）、县界",
    (
        _ADCODE,
        Column("level", "text", "administrative level", "层级",
               words=("province", "prefecture", "county")),
        Column("name_zh", "text", "Chinese name", "中文名"),
        Column("name_en", "text", "English name", "英文名"),
        Column("parent", "text", "adcode of the parent; empty for the province", "上级代码",
               nullable=True),
        Column("area_km2", "number", "geodesic area of the polygon", "面积（测地）", "km²",
               minimum=0),
        _count("population", "resident population, 2020 census", "常住人口（2020普查）", "person"),
        _count("urban_population", "urban population, 2020 census", "城镇人口", "person"),
        _count("households", "family households, estimated from the census", "家庭户", "household"),
        _count("rural_households", "rural family households, estimated", "乡村家庭户", "household"),
        Column("census_evidence", "text",
               "reported; allocated where a statistical area is split over counties",
               "人口数据依据", words=EVIDENCE_CLASSES),
        _count("township_units", "towns, townships and street offices, 2023", "乡级单位", "unit"),
        _count("village_committees", "village committees, 2023", "村民委员会", "unit"),
        _count("residents_committees", "residents' committees, 2023", "居民委员会", "unit"),
        _count("village_units", "village-level units, 2023", "村级单位", "unit"),
        Column("label_lon", "number", "label point, not a seat", "标注点经度", "°"),
        Column("label_lat", "number", "label point, not a seat", "标注点纬度", "°"),
    ),
    key=("level", "adcode"),
    geometry="polygon",
)  # fmt: skip

PLACES = Table(
    "places",
    "County seats and populated places",
    "县城与居民地",
    (
        Column("place_id", "text", "unique id", "编号"),
        Column("name_zh", "text", "Chinese name, where known", "中文名", nullable=True),
        Column("name_en", "text", "Latin name, where known", "英文名", nullable=True),
        Column("kind", "text", "county_seat or populated_place", "类别",
               words=("county_seat", "populated_place")),
        _ADCODE,
        _count("population", "population given by the source", "人口", "person"),
        _LON,
        _LAT,
        _EVIDENCE,
    ),
    key=("place_id",),
    geometry="point",
)  # fmt: skip

RIVERS = Table(
    "rivers",
    "River centre lines",
    "河流中心线",
    (
        Column("river_id", "text", "unique id", "编号"),
        Column("name_zh", "text", "Chinese name, where known", "中文名", nullable=True),
        Column("name_en", "text", "English name, where known", "英文名", nullable=True),
        Column("length_km", "number", "geodesic length inside the province", "长度", "km",
               minimum=0),
    ),
    key=("river_id",),
    geometry="line",
)  # fmt: skip

RELIEF = Table(
    "relief",
    "Coarse elevation, 1/12 degree: backdrop and roughness only",
    "粗略高程（1/12°，仅作底图与起伏度）",
    (
        _LON,
        _LAT,
        Column("elevation_m", "number", "mean elevation of the cell", "高程", "m",
               minimum=-500, maximum=9000),
    ),
    key=("lon", "lat"),
    geometry="point",
)  # fmt: skip

NATURAL_VILLAGES = Table(
    "natural_villages",
    "Natural villages",
    "自然村",
    (
        Column("village_id", "text", "unique id; carries no real name", "编号"),
        _ADCODE,
        _LON,
        _LAT,
        Column("households", "integer", "households", "户数", "household", minimum=1),
        Column("has_4g", "boolean", "4G at the village; empty = unknown", "是否有4G",
               nullable=True),
        _EVIDENCE,
    ),
    key=("village_id",),
    geometry="point",
)  # fmt: skip

SITES = Table(
    "sites",
    "Sites (one mast or roof, any number of base stations)",
    "站址",
    (
        Column("site_id", "text", "unique id", "编号"),
        _ADCODE,
        _LON,
        _LAT,
        Column("antenna_height_m", "number", "antenna height above ground", "挂高", "m",
               minimum=1, maximum=300),
        _EVIDENCE,
    ),
    key=("site_id",),
    geometry="point",
)  # fmt: skip

FIBRE_NODES = Table(
    "fibre_nodes",
    "Places where fibre can be joined",
    "光缆接入点",
    (
        Column("node_id", "text", "unique id", "编号"),
        _ADCODE,
        Column("kind", "text", "county, township or site", "类别",
               words=("county", "township", "site")),
        _LON,
        _LAT,
        _EVIDENCE,
    ),
    key=("node_id",),
    geometry="point",
)  # fmt: skip

TARGETS = Table(
    "targets",
    "Ledger of targets and plan baselines, each with its quote",
    "目标与基数台账",
    (
        Column("id", "text", "source id", "来源编号"),
        Column("province", "text", "province adcode", "省代码"),
        Column("layer", "text", "layer key", "图层"),
        Column("metric", "text", "what is counted", "指标"),
        Column("metric_zh", "text", "what is counted, in Chinese", "指标（中文）"),
        Column("unit", "text", "unit of the value; a share names its denominator", "单位"),
        Column("kind", "text", "baseline or target", "类别", words=("baseline", "target")),
        Column("as_of", "date", "date the value holds for", "时点"),
        _QUALIFIER,
        Column("value", "number", "value", "数值"),
        Column("basis", "text", "cumulative, increment, share, count, level or flow", "口径",
               words=("cumulative", "increment", "share", "count", "level", "flow")),
        Column("source_file", "text", "file under data/sources/", "来源文件"),
        Column("quote", "text", "sentence of the source, letter by letter", "原文"),
        Column("note", "text", "how it was read", "说明", nullable=True),
    ),
    key=("id",),
    suffix=".csv",
)  # fmt: skip

OBSERVATIONS = Table(
    "observations",
    "Dated observations",
    "分时点观测值",
    (
        Column("id", "text", "source id", "来源编号"),
        _ADCODE,
        Column("layer", "text", "layer key", "图层"),
        Column("metric", "text", "what is counted", "指标"),
        Column("metric_zh", "text", "what is counted, in Chinese", "指标（中文）"),
        Column("as_of", "date", "date of the observation", "时点"),
        _QUALIFIER,
        Column("value", "number", "value", "数值"),
        Column("unit", "text", "unit of the value", "单位"),
        Column("kind", "text", "built, share or plan", "类别", words=("built", "share", "plan")),
        Column("source", "text", "publication", "来源"),
        Column("source_file", "text", "file under data/sources/, where the text is at hand",
               "来源文件", nullable=True),
        Column("quote", "text", 'sentence of the source, or "no text at hand"', "原文",
               nullable=True),
        Column("link", "text", "address of the publication", "网址", nullable=True),
        Column("derived_from", "text", "ids of the rows it is computed from, separated by ;",
               "推算依据", nullable=True),
        Column("note", "text", "how it was read", "说明", nullable=True),
    ),
    key=("id",),
    suffix=".csv",
)  # fmt: skip

POLICY_ZONES = Table(
    "policy_zones",
    "Spatial policy: cores, clusters, parks",
    "空间布局（核、区、集群、园区）",
    (
        Column("id", "text", "source id", "来源编号"),
        Column("province", "text", "province adcode", "省代码"),
        Column("name_zh", "text", "Chinese name", "名称"),
        Column("name_en", "text", "English name", "英文名"),
        Column("kind", "text", "kind of zone", "类别",
               words=("core", "new area", "cluster", "points", "park", "data centre site",
                      "city group", "industrial base")),
        Column("regions", "text", "adcodes, separated by ;", "涉及区划"),
        Column("focus", "text", "what the zone is for", "方向"),
        Column("focus_zh", "text", "what the zone is for, in Chinese", "方向（中文）"),
        Column("source_file", "text", "file under data/sources/", "来源文件"),
        Column("quote", "text", "sentence of the source, letter by letter", "原文"),
        Column("note", "text", "how it was read", "说明", nullable=True),
    ),
    key=("id",),
    suffix=".csv",
)  # fmt: skip

UNIT_COSTS = Table(
    "unit_costs",
    "Unit costs with price year and source",
    "单位造价",
    (
        Column("item", "text", "cost item", "项目"),
        Column("meaning", "text", "what is bought", "含义"),
        Column("meaning_zh", "text", "what is bought, in Chinese", "含义（中文）"),
        Column("currency_or_unit", "text", "CNY, share, year or ratio", "币种或单位"),
        Column("per", "text", "denominator", "每", nullable=True),
        Column("low", "number", "low value", "低值"),
        Column("base", "number", "base value", "基准值"),
        Column("high", "number", "high value", "高值"),
        Column("price_year", "integer", "price year", "价格年份"),
        Column("source", "text", "publication or assumption", "来源"),
    ),
    key=("item",),
    suffix=".csv",
)  # fmt: skip

SOURCES = Table(
    "SOURCES",
    "Where each embedded table comes from",
    "内置数据来源",
    (
        Column("table", "text", "table of the pack", "数据表"),
        Column("package", "text", "package or publication", "软件包或出版物"),
        Column("version", "text", "version", "版本"),
        Column("file", "text", "file inside the package", "文件"),
        Column("licence", "text", "licence", "许可"),
        Column("credit", "text", "credit line", "署名"),
        Column("date", "date", "date of the data or release", "日期"),
        Column("sha256", "text", "sha256 of the source file", "校验和"),
    ),
    key=("table", "package", "file"),
    suffix=".csv",
)  # fmt: skip

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        REGIONS, PLACES, RIVERS, RELIEF, NATURAL_VILLAGES, SITES, FIBRE_NODES,
        TARGETS, OBSERVATIONS, POLICY_ZONES, UNIT_COSTS, SOURCES,
    )
}  # fmt: skip

"""Every table declared once: column, kind, unit, meaning, range, geometry, coordinate system.

Checks, documentation, import templates and test data read these declarations.
All coordinates are WGS84 (EPSG:4326) degrees; all areas and lengths are geodesic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from data.wording.catalogue import Message, text
from geo.errors import DataError
from geo.evidence import EVIDENCE_CLASSES
from geo.sentence import Several

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["text", "integer", "number", "boolean", "date"]
Geometry = Literal["point", "line", "polygon"]


@dataclass(frozen=True, slots=True)
class Column:
    """One declared column.

    Attributes
    ----------
    name
        Name in the file.
    kind
        Kind of its values.
    unit
        Unit of its numbers; empty: none.
    nullable
        Whether a cell may be empty, which means unknown.
    minimum, maximum
        Least and greatest value, both allowed [``unit``].
    words
        The allowed words; empty: any.
    key
        Key of the meaning in the wording where columns of one name hold different things.
    """

    name: str
    kind: Kind
    unit: str = ""
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    words: tuple[str, ...] = ()
    key: str = ""

    def meaning(self, language: str) -> str:
        """Return what the column holds, in a language.

        Parameters
        ----------
        language
            Code of the language, such as ``en``.

        Returns
        -------
        meaning
            Words for documentation and import templates.
        """
        return text(f"meaning.{self.key or self.name}", language)


@dataclass(frozen=True, slots=True)
class Table:
    """One declared table.

    Attributes
    ----------
    name
        Name of the table.
    columns
        Declared columns, in order.
    key
        Columns that together are unique.
    geometry
        ``point``: columns ``lon`` and ``lat``; ``line`` and ``polygon``: GeoParquet; None: no
        position.
    suffix
        Suffix of the file.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    geometry: Geometry | None = None
    suffix: Literal[".parquet", ".csv"] = ".parquet"

    def title(self, language: str) -> str:
        """Return what the table is called, in a language.

        Parameters
        ----------
        language
            Code of the language, such as ``en``.

        Returns
        -------
        title
            Name for readers.
        """
        return text(f"table_title.{self.name}", language)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the declared columns, in order."""
        return tuple(column.name for column in self.columns)

    def check(self, frame: pd.DataFrame, *, where: str = "") -> None:
        """Check a frame against the declaration.

        Parameters
        ----------
        frame
            Rows; columns that are not declared are not looked at.
        where
            Name of the file, for messages.

        Raises
        ------
        DataError
            With every fault of the frame in one message.
        """
        faults = [fault for column in self.columns for fault in _column_faults(frame, column)]
        if self.key and set(self.key) <= set(frame.columns):
            repeated = frame.duplicated(list(self.key))
            if repeated.any():
                row = int(repeated.to_numpy().argmax())
                given = {"count": repeated.sum(), "key": "+".join(self.key), "row": row}
                faults.append(Message("fault_part.repeated_key", given))
        if faults:
            raise DataError("table.schema", where=where, name=self.name, faults=Several((*faults,)))


def _column_faults(frame: pd.DataFrame, column: Column) -> list[Message]:
    if column.name not in frame.columns:
        return [_fault("no_column", column)]
    values = frame[column.name]
    faults = []
    if not column.nullable and values.isna().any():
        faults.append(_fault("empty_cells", column, count=values.isna().sum()))
    known = values.dropna()
    if column.words:
        unknown = sorted(set(known) - set(column.words))
        if unknown:
            faults.append(_fault("unknown_words", column, words=unknown[:3]))
    if column.kind in ("integer", "number"):
        faults += _range_faults(known, column)
    return faults


def _range_faults(known: pd.Series, column: Column) -> list[Message]:
    import numpy as np

    try:
        numbers = known.to_numpy(dtype=float)
    except (TypeError, ValueError):
        return [_fault("not_numeric", column)]
    faults = []
    if not np.isfinite(numbers).all():
        faults.append(_fault("infinite", column))
    for limit, wrong, code in (
        (column.minimum, numbers < (column.minimum or 0), "below"),
        (column.maximum, numbers > (column.maximum or 0), "above"),
    ):
        if limit is not None and wrong.any():
            unit = f" {column.unit}" if column.unit else ""
            faults.append(_fault(code, column, count=wrong.sum(), limit=limit, unit=unit))
    return faults


def _fault(code: str, column: Column, **given: object) -> Message:
    return Message(f"fault_column.{code}", {"column": column.name, **given})


def _count(name: str, unit: str, *, key: str = "") -> Column:
    return Column(name, "integer", unit, nullable=True, minimum=0, key=key)


_ADCODE = Column("adcode", "text")
_LON = Column("lon", "number", "°", minimum=73, maximum=136)
_LAT = Column("lat", "number", "°", minimum=3, maximum=54)
#: Remark on how a row was read; the Chinese reader is shown the second where there is one.
_NOTES = (Column("note", "text", nullable=True), Column("note_zh", "text", nullable=True))
_EVIDENCE = Column("evidence", "text", words=EVIDENCE_CLASSES)
_QUALIFIER = Column(
    "qualifier",
    "text",
    words=("=", "~", ">", ">="),
)

REGIONS = Table(
    "regions",
    (
        _ADCODE,
        Column("level", "text", words=("province", "prefecture", "county")),
        Column("name_zh", "text"),
        Column("name_en", "text"),
        Column("parent", "text", nullable=True),
        Column("area_km2", "number", "km²", minimum=0),
        _count("population", "person", key="population_census"),
        _count("urban_population", "person"),
        _count("households", "household", key="households_census"),
        _count("rural_households", "household"),
        Column("census_evidence", "text", words=EVIDENCE_CLASSES),
        _count("township_units", "unit"),
        _count("village_committees", "unit"),
        _count("residents_committees", "unit"),
        _count("village_units", "unit"),
        Column("label_lon", "number", "°"),
        Column("label_lat", "number", "°"),
    ),
    key=("level", "adcode"),
    geometry="polygon",
)

PLACES = Table(
    "places",
    (
        Column("place_id", "text"),
        Column("name_zh", "text", nullable=True, key="name_zh_known"),
        Column("name_en", "text", nullable=True, key="place_name_en"),
        Column("kind", "text", words=("county_seat", "populated_place"), key="place_kind"),
        _ADCODE,
        _count("population", "person", key="population_source"),
        _LON,
        _LAT,
        _EVIDENCE,
    ),
    key=("place_id",),
    geometry="point",
)

RIVERS = Table(
    "rivers",
    (
        Column("river_id", "text"),
        Column("name_zh", "text", nullable=True, key="name_zh_known"),
        Column("name_en", "text", nullable=True, key="name_en_known"),
        Column("length_km", "number", "km", minimum=0, key="length_inside_km"),
    ),
    key=("river_id",),
    geometry="line",
)

RELIEF = Table(
    "relief",
    (
        _LON,
        _LAT,
        Column("elevation_m", "number", "m", minimum=-500, maximum=9000),
    ),
    key=("lon", "lat"),
    geometry="point",
)

NATURAL_VILLAGES = Table(
    "natural_villages",
    (
        Column("village_id", "text"),
        _ADCODE,
        _LON,
        _LAT,
        Column("households", "integer", "household", nullable=True, minimum=1),
        Column("has_4g", "boolean", nullable=True),
        _EVIDENCE,
    ),
    key=("village_id",),
    geometry="point",
)

SITES = Table(
    "sites",
    (
        Column("site_id", "text"),
        _ADCODE,
        _LON,
        _LAT,
        Column("antenna_height_m", "number", "m", minimum=1, maximum=300),
        _EVIDENCE,
    ),
    key=("site_id",),
    geometry="point",
)

FIBRE_NODES = Table(
    "fibre_nodes",
    (
        Column("node_id", "text"),
        _ADCODE,
        Column("kind", "text", words=("county", "township", "site"), key="node_kind"),
        _LON,
        _LAT,
        _EVIDENCE,
    ),
    key=("node_id",),
    geometry="point",
)

TARGETS = Table(
    "targets",
    (
        Column("id", "text"),
        Column("province", "text"),
        Column("layer", "text"),
        Column("metric", "text"),
        Column("unit", "text", key="target_unit"),
        Column("kind", "text", words=("baseline", "target"), key="target_kind"),
        Column("as_of", "date", key="target_as_of"),
        _QUALIFIER,
        Column("value", "number"),
        Column(
            "basis", "text", words=("cumulative", "increment", "share", "count", "level", "flow")
        ),
        Column("source_file", "text"),
        Column("quote", "text"),
        *_NOTES,
        replace(_EVIDENCE, nullable=True),
    ),
    key=("id",),
    suffix=".csv",
)

OBSERVATIONS = Table(
    "observations",
    (
        Column("id", "text"),
        _ADCODE,
        Column("layer", "text"),
        Column("metric", "text"),
        Column("as_of", "date", key="observation_as_of"),
        _QUALIFIER,
        Column("value", "number"),
        Column("unit", "text"),
        Column("kind", "text", words=("built", "share", "plan"), key="observation_kind"),
        Column("source", "text", key="publication"),
        Column("source_file", "text", nullable=True),
        Column("quote", "text", nullable=True),
        Column("link", "text", nullable=True),
        Column("derived_from", "text", nullable=True),
        *_NOTES,
        replace(_EVIDENCE, nullable=True),
    ),
    key=("id",),
    suffix=".csv",
)

POLICY_ZONES = Table(
    "policy_zones",
    (
        Column("id", "text"),
        Column("province", "text"),
        Column("name_zh", "text", key="zone_name_zh"),
        Column("name_en", "text"),
        Column(
            "kind",
            "text",
            key="zone_kind",
            words=(
                "core",
                "new area",
                "cluster",
                "points",
                "park",
                "data centre site",
                "city group",
                "industrial base",
            ),
        ),
        Column("regions", "text"),
        Column("focus", "text"),
        Column("focus_zh", "text"),
        Column("source_file", "text"),
        Column("quote", "text"),
        *_NOTES,
    ),
    key=("id",),
    suffix=".csv",
)

UNIT_COSTS = Table(
    "unit_costs",
    (
        Column("item", "text"),
        Column("meaning", "text"),
        Column("meaning_zh", "text"),
        Column("currency_or_unit", "text"),
        Column("per", "text", nullable=True),
        Column("low", "number"),
        Column("base", "number"),
        Column("high", "number"),
        Column("price_year", "integer"),
        Column("source", "text", key="cost_source"),
        Column("source_zh", "text", nullable=True),
    ),
    key=("item",),
    suffix=".csv",
)

SOURCES = Table(
    "SOURCES",
    (
        Column("table", "text"),
        Column("package", "text"),
        Column("version", "text"),
        Column("file", "text", key="package_file"),
        Column("licence", "text"),
        Column("credit", "text"),
        Column("date", "date"),
        Column("sha256", "text", key="source_sha256"),
    ),
    key=("table", "package", "file"),
    suffix=".csv",
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        REGIONS, PLACES, RIVERS, RELIEF, NATURAL_VILLAGES, SITES, FIBRE_NODES,
        TARGETS, OBSERVATIONS, POLICY_ZONES, UNIT_COSTS, SOURCES,
    )
}  # fmt: skip

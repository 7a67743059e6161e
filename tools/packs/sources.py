"""``SOURCES.csv``: package, version, file, licence, credit, date and sha256 behind each table."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

from data.provinces.illustrative.counties import SEED
from data.provinces.packages import PackageStore
from data.provinces.sources import BOUNDARIES, ILLUSTRATIVE, PACKAGE_FILES, RELIEF, package_row
from tools.packs.spec import Spec

_ROOT = Path(__file__).parents[2]
_TEXTS = _ROOT / "data" / "sources"
#: Day the hand-kept tables and the source texts were taken in; used where a text has no date.
_TAKEN_IN = "2026-11-23"

#: Hand-kept files behind the regions.
_REGION_INPUTS = ("census_counties", "census", "names_en")
#: Invented hills of one county, where a pack has them.
_DEMONSTRATION = "demonstration_relief"
#: Package files behind each built table.
_FILES = PACKAGE_FILES | {_DEMONSTRATION: BOUNDARIES + RELIEF}

#: The hand-kept tables: publication, version, licence, credit, date.
_HAND_KEPT: dict[str, tuple[str, str, str, str, str]] = {
    "inputs/census_counties.csv": (
        "Tabulation on the 2020 China Population Census by County (中国人口普查分县资料—2020)",
        "China Statistics Press 2022, ISBN 978-7-5037-9772-9", "public statistics",
        "National Bureau of Statistics; households estimated from persons per household",
        "2020-11-01"),
    "inputs/census.csv": (
        "Seventh National Population Census, tabulation by prefecture", "2020",
        "public statistics", "National Bureau of Statistics; sums are compared with it",
        "2020-11-01"),
    "inputs/names_en.csv": (
        "English names, this project", "1", "Apache-2.0", "Tongcun", _TAKEN_IN),
    "inputs/rivers.csv": (
        "Chinese river names, this project", "1", "Apache-2.0", "Tongcun", _TAKEN_IN),
    "pack.toml": (
        "Illustrative rule of this project, data/packs/README.md", f"seed {SEED}", "Apache-2.0",
        "Positions and sizes are invented by rule: illustrative", _TAKEN_IN),
    "targets.csv": (
        "Ledger of the source plans, this project", "1", "Apache-2.0",
        "quotes: the plans named in data/sources/README.md", _TAKEN_IN),
    "policy_zones.csv": (
        "Policy zones of the source plans, this project", "1", "Apache-2.0",
        "quotes: the plans named in data/sources/README.md", _TAKEN_IN),
    "observations.csv": (
        "Dated observations, each row names its publication", "1", "facts",
        "publications named in the column source", _TAKEN_IN),
    "unit_costs.csv": (
        "Unit costs, each row names its publication or says assumption", "1", "facts",
        "publications named in the column source", _TAKEN_IN),
}  # fmt: skip


def sources_table(store: PackageStore, spec: Spec) -> pd.DataFrame:
    """Return the sources of every table of a pack."""
    rows = [
        package_row(store, table, name, file)
        for table, files in _FILES.items()
        if table != _DEMONSTRATION or spec.relief_county
        for name, file in files
    ]
    rows += [_hand_kept_row(spec, "regions", f"inputs/{n}.csv") for n in _REGION_INPUTS]
    rows.append(_hand_kept_row(spec, "rivers", "inputs/rivers.csv"))
    for table in ILLUSTRATIVE:
        rows.append(_hand_kept_row(spec, table, "inputs/census_counties.csv"))
        rows.append(_hand_kept_row(spec, table, "pack.toml"))
    if spec.relief_county:
        rows.append(_hand_kept_row(spec, _DEMONSTRATION, "pack.toml"))
    for table in ("targets", "policy_zones", "observations", "unit_costs"):
        rows.append(_hand_kept_row(spec, table, f"{table}.csv"))
    for table in ("targets", "policy_zones", "observations"):
        ledger = pd.read_csv(spec.folder / f"{table}.csv", dtype=str)
        files = sorted(ledger["source_file"].dropna().unique())
        rows += [_text_row(table, file) for file in files]
    return pd.DataFrame(rows)


def _hand_kept_row(spec: Spec, table: str, file: str) -> dict[str, str]:
    title, version, licence, credit, date = _HAND_KEPT[file]
    row = {"table": table, "package": title, "version": version}
    return row | _kept(spec.folder / file) | {"licence": licence, "credit": credit, "date": date}


def _text_row(table: str, file: str) -> dict[str, str]:
    index = pd.read_csv(_TEXTS / "index.csv", dtype=str, keep_default_na=False)
    text = {str(k): str(v) for k, v in index.set_index("file").loc[file].items()}
    row = {
        "table": table,
        "package": text["title"],
        "version": text["number"] or "as published",
        "licence": "public document",
        "credit": text["issuer"],
        "date": text["date"] or _TAKEN_IN,
    }
    return row | _kept(_TEXTS / file)


def _kept(path: Path) -> dict[str, str]:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"file": path.relative_to(_ROOT).as_posix(), "sha256": digest}

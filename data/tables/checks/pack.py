"""Check the folder of a pack: every fault at once, for the author of a pack."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from data.tables.checks.fault import PackFault, fault
from data.tables.checks.ledgers import ledger_faults
from data.tables.checks.regions import place_faults, region_faults
from data.tables.checks.sources import quote_faults, source_faults
from data.tables.checks.tables import read_tables
from data.tables.found_packs import META_FILE, check_name, read_meta
from geo.errors import DataError, InputError


@dataclass(frozen=True)
class PackReport:
    """What a check found.

    Attributes
    ----------
    rows
        Table → number of rows, of the tables that could be read with every column.
    faults
        In the order of the checks; empty for a sound pack.
    """

    rows: dict[str, int]
    faults: tuple[PackFault, ...]


def check_pack(
    folder: Path, *, layer_metrics: Mapping[str, Collection[str]] | None = None
) -> PackReport:
    """Return every fault of a pack's folder.

    Parameters
    ----------
    folder
        Folder with ``pack.toml`` and the declared tables; it need not be found by its name.
    layer_metrics
        Key of each layer → the metrics it may have, to find misspelt ones in the ledgers; None: any
        word is allowed.

    Returns
    -------
    report
        Number of rows per table, and the faults.

    Raises
    ------
    InputError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise InputError("pack.no_folder", where=str(folder))
    folder = folder.resolve()
    found: list[PackFault] = []
    meta = {}
    try:
        meta = read_meta(folder)
        check_name(folder, meta)
    except DataError as error:
        found.append(fault(META_FILE, "settings", fault=error.parts[0]))
    tables, of_tables = read_tables(folder)
    found += of_tables
    if "regions" in tables:
        province = str(meta.get("adcode", ""))
        found += region_faults(tables["regions"], province)
        found += place_faults(tables)
        found += ledger_faults(tables, province, layer_metrics)
    found += quote_faults(folder, tables)
    found += source_faults(folder, tables)
    return PackReport({name: len(table) for name, table in tables.items()}, tuple(found))

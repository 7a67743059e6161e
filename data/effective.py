"""A pack as a workspace makes it: imported tables in the place of the pack's own.

Villages, sites and fibre nodes replace the pack's whole table. Regions replace the rows of the
same adcode, field by field; targets and observations the rows of the same id, others are added.
What had to be joined lies in ``derived/``, named by what it was made of.
"""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from data.atomic import atomic_write, storage_errors
from data.schemas import TABLES
from data.workspace import CATALOGUE_ENVIRONMENT, CATALOGUE_FILE, Workspace

if TYPE_CHECKING:
    from data.catalogue import Catalogue, ImportRecord
    from data.pack import Pack

#: Tables of a pack whose rows an import adds to or changes → key of a row.
MERGED = {"regions": "adcode", "targets": "id", "observations": "id"}
#: How an import is named where packages are named otherwise.
PACKAGE = "import"

_LICENCE = "the planner's own file; see its owner before passing it on"


def effective_pack(pack: Pack, folder: str | Path | None = None) -> Pack:
    """Return the pack with the tables that the workspace has in force.

    Parameters
    ----------
    folder
        Root of the workspace; default as in :meth:`Workspace.open`.

    Raises
    ------
    DataError
        If an imported table in force is missing or damaged.
    StorageError
        If the workspace cannot be read, or a joined table cannot be kept.
    """
    root = Workspace.open(folder).folder
    if not _has_catalogue(root):
        return pack
    from data.catalogue import Catalogue

    with Catalogue(root) as store:
        return overridden(pack, store)


def catalogue_stamp(root: Path) -> str:
    """Return a text that changes whenever what is in force may have changed; empty without any."""
    if not _has_catalogue(root):
        return ""
    from data.catalogue import Catalogue

    with Catalogue(root) as store:
        return store.stamp()


def _has_catalogue(root: Path) -> bool:
    return bool(os.environ.get(CATALOGUE_ENVIRONMENT)) or (root / CATALOGUE_FILE).exists()


def overridden(pack: Pack, store: Catalogue) -> Pack:
    """Return the pack with the tables that a catalogue has in force."""
    records = {kind: r for kind, r in store.in_force(pack.name).items() if kind in TABLES}
    if not records:
        return pack
    files = {kind: _file(pack, store, record) for kind, record in records.items()}
    files["SOURCES"] = _derived(store, _sources(pack, records), [pack.digest, *_names(records)])
    return replace(pack, overrides=tuple(sorted(files.items())))


def import_date(pack: Pack, table: str) -> str:
    """Return the date of an imported table in force; empty where the pack's own is."""
    sources = pack.table("SOURCES")
    rows = sources[(sources["table"] == table) & (sources["package"] == PACKAGE)]
    return str(rows["date"].max()) if len(rows) else ""


def merged(pack: Pack, kind: str, imported: pd.DataFrame) -> pd.DataFrame:
    """Return the pack's table with imported rows put over its own and new ones added.

    Cells that the import leaves empty keep what the pack says.
    """
    import geopandas as gpd

    key, schema = MERGED[kind], TABLES[kind]
    shaped = schema.geometry is not None and schema.geometry != "point"
    own: pd.DataFrame = pack.geo(kind) if shaped else pack.table(kind)
    names = [*schema.column_names, *(["geometry"] if shaped else [])]
    over = pd.DataFrame(imported).reindex(columns=names).set_index(key)
    base = pd.DataFrame(own)[names].set_index(key)
    joined = over.astype(object).combine_first(base.astype(object))
    order = [*base.index, *(code for code in over.index if code not in base.index)]
    rows = joined.loc[order].reset_index()[names]
    for column in schema.columns:
        if column.kind in ("number", "integer"):
            rows[column.name] = pd.to_numeric(rows[column.name], errors="coerce")
        elif column.kind in ("text", "date"):
            rows[column.name] = rows[column.name].where(rows[column.name].notna(), None)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326") if shaped else rows


def check_in_force(pack: Pack, kind: str, imported: pd.DataFrame, *, where: str) -> None:
    """Raise :class:`DataError` if the pack would break with this table in force."""
    if kind not in TABLES:
        return
    whole = merged(pack, kind, imported) if kind in MERGED else imported
    TABLES[kind].check(pd.DataFrame(whole), where=where)


def _file(pack: Pack, store: Catalogue, record: ImportRecord) -> Path:
    if record.kind not in MERGED:
        return store.path(record)
    made_of = [pack.digest, record.table_sha256, record.kind]
    known = _derived_path(store, made_of)
    if known.exists():
        return known
    return _derived(store, merged(pack, record.kind, store.read(record)), made_of)


def _sources(pack: Pack, records: dict[str, ImportRecord]) -> pd.DataFrame:
    """Return the pack's list of sources with the imported files in it."""
    own = pack.table("SOURCES")
    whole = [kind for kind in records if kind not in MERGED]
    rows = [
        {
            "table": kind,
            "package": PACKAGE,
            "version": f"{record.id}",
            "file": record.file_name,
            "licence": _LICENCE,
            "credit": f"{record.file_name} ({record.evidence})",
            "date": record.as_of or record.at[:10],
            "sha256": record.file_sha256,
        }
        for kind, record in records.items()
    ]
    return pd.concat([own[~own["table"].isin(whole)], pd.DataFrame(rows)], ignore_index=True)


def _names(records: dict[str, ImportRecord]) -> list[str]:
    return [f"{kind}-{record.id}-{record.table_sha256}" for kind, record in records.items()]


def _derived_path(store: Catalogue, made_of: list[str]) -> Path:
    name = hashlib.sha256("\n".join(made_of).encode()).hexdigest()[:32]
    return store.folder / "derived" / f"{name}.parquet"


def _derived(store: Catalogue, table: pd.DataFrame, made_of: list[str]) -> Path:
    path = _derived_path(store, made_of)
    if not path.exists():
        sink = io.BytesIO()
        table.to_parquet(sink, index=False)
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(path, sink.getvalue())
    return path

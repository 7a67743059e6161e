"""Imports of a workspace: every version is kept, one is in force, with undo and redo.

::

    catalogue.sqlite             who imported what, when, on what evidence, what is in force
    tables/<sha256>.parquet      the rows; never changed, named by their content
    rasters/<sha256>.tif

The rows are on the disk before the catalogue refers to them, so a kill at any moment leaves the
last good state; files without a reference are harmless. ``TONGCUN_CATALOGUE`` may hold the URL of a
PostgreSQL data base: then the catalogue and the rows are there, and ``tables/`` is a cache of this
machine.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self

import pandas as pd
import sqlalchemy as sa

from data.atomic import atomic_write, storage_errors
from data.tables.imports import IMPORTABLE
from data.wording.catalogue import Message
from data.workspace.access.mode import is_guarded
from data.workspace.environment import CATALOGUE_ENVIRONMENT, CATALOGUE_FILE
from data.workspace.store import CONTENTS, IMPORTS, Store
from data.workspace.team import fetch_file, share_file, user
from geo.errors import DataError, InputError, UnknownNameError

if TYPE_CHECKING:
    from types import TracebackType

    from sqlalchemy.engine import Connection, Row

    from data.tables.common import Counts


@dataclass(frozen=True)
class ImportRecord:
    """One import as the catalogue keeps it.

    Attributes
    ----------
    id
        Number of the import, ascending.
    province
        Name of the pack.
    kind
        Key of :data:`data.tables.imports.IMPORTABLE`.
    file_name, file_sha256
        Name and checksum of the imported file, or of several together.
    at
        UTC, ISO 8601 with seconds.
    who
        User of the operating system, or the name given.
    evidence
        ``measured``, ``declared`` or ``modelled``.
    as_of
        Date that the rows hold for, YYYY-MM-DD; empty if unknown.
    crs
        Decision on the coordinate system with its evidence; empty for tables without positions.
    choices
        What the planner chose: columns, repairs, encoding, sheet, layer.
    read, accepted, repaired, rejected
        Rows of the file; read = accepted + repaired + rejected.
    rows
        Rows of the stored table.
    table_sha256
        Content of the stored table.
    undone, dropped
        Undone; undone and beyond the reach of a redo.
    """

    id: int
    province: str
    kind: str
    file_name: str
    file_sha256: str
    at: str
    who: str
    evidence: str
    as_of: str
    crs: dict[str, Any]
    choices: dict[str, Any]
    read: int
    accepted: int
    repaired: int
    rejected: int
    rows: int
    table_sha256: str
    undone: bool
    dropped: bool


class Catalogue:
    """The imports of a workspace.

    Parameters
    ----------
    folder
        Root of the workspace; made by the first commit.
    url
        PostgreSQL data base of a team; default ``TONGCUN_CATALOGUE``, else SQLite in the folder. It
        is opened on the first use.

    Raises
    ------
    InputError
        If the URL is no address of a PostgreSQL data base.
    """

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.folder = folder
        target = url or os.environ.get(CATALOGUE_ENVIRONMENT) or folder / CATALOGUE_FILE
        self._store = Store(target)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._store.close()

    def commit(  # noqa: PLR0913  a record has these parts
        self,
        *,
        province: str,
        kind: str,
        table: pd.DataFrame,
        file_name: str,
        file_sha256: str,
        evidence: str,
        as_of: str,
        crs: Mapping[str, Any],
        counts: Counts,
        choices: Mapping[str, Any],
        who: str = "",
    ) -> ImportRecord:
        """Store a table and put it in force; undone imports of it can no longer be redone.

        Parameters
        ----------
        province
            Name of the pack.
        kind
            Key of :data:`data.tables.imports.IMPORTABLE`.
        table
            Rows, any geometry in EPSG:4326; of a table of points ``lon`` and ``lat`` are enough.
        file_name, file_sha256
            Name and checksum of the imported file.
        evidence
            ``measured``, ``declared`` or ``modelled``.
        as_of
            Date that the rows hold for, YYYY-MM-DD; empty if unknown.
        crs
            Decision on the coordinate system with its evidence; empty for tables without positions.
        counts
            Rows of the file.
        choices
            What the planner chose: columns, repairs, encoding, sheet, layer.
        who
            Name of the planner; empty for the user of the operating system.

        Returns
        -------
        record
            The import.

        Raises
        ------
        UnknownNameError
            If no such kind of table can be imported.
        StorageError
            If the folder or the data base refuses; the table in force stays as it was.
        """
        if kind not in IMPORTABLE:
            raise UnknownNameError("kind_of_table", kind, IMPORTABLE)
        from data.export.geoparquet import table_parquet

        if is_guarded():
            from data.workspace.access import desk, imports

            imports.check_import(self.folder, province, kind, self.table(province, kind), table)
            who = desk.present().name
        content = table_parquet(table, points=IMPORTABLE[kind].geometry == "point")
        name = hashlib.sha256(content).hexdigest()
        self._keep(name, content)
        values = {
            "province": province, "kind": kind, "file_name": file_name,
            "file_sha256": file_sha256, "at": _now(), "who": who or user(),
            "evidence": evidence, "as_of": as_of, "crs": _json(crs), "choices": _json(choices),
            "read": counts.read, "accepted": counts.accepted, "repaired": counts.repaired,
            "rejected": counts.rejected, "rows": len(table), "table_sha256": name,
            "undone": False, "dropped": False,
        }  # fmt: skip
        with self._store.writing() as connection:
            if self._store.is_shared:
                _share(connection, name, content)
            connection.execute(
                sa.update(IMPORTS)
                .where(*_of(province, kind), IMPORTS.c.undone)
                .values(dropped=True)
            )
            made = connection.execute(sa.insert(IMPORTS).values(values).returning(IMPORTS)).one()
        self._note("import.committed", made)
        return _record(made)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold what is in force still while a table is read and its successor committed.

        Who joins new rows to a table without this may overwrite what another process has put in
        force meanwhile. Blocks of one process wait for each other too: none may lie in another.

        Yields
        ------
        None
            Nothing.

        Raises
        ------
        StorageError
            If the folder or the data base refuses.
        """
        with self._store.changing():
            yield

    def undo(self, province: str, kind: str) -> ImportRecord | None:
        """Undo the import in force.

        Parameters
        ----------
        province
            Name of the pack.
        kind
            Kind of table.

        Returns
        -------
        record
            Import that is now in force; None where it is the pack's own table.

        Raises
        ------
        InputError
            If there is nothing to undo.
        """
        with self._refusals(), self._writing_existing("nothing_to_undo") as connection:
            record = _in_force(connection, province, kind)
            if record is None:
                _refuse_empty(province, kind, "nothing_to_undo")
            self._check_undo(province, kind, record.who)
            _set_undone(connection, record.id, undone=True)
            now = _in_force(connection, province, kind)
        self._note("import.undone", record)
        return now

    def redo(self, province: str, kind: str) -> ImportRecord:
        """Put the import that was undone last in force again.

        Parameters
        ----------
        province
            Name of the pack.
        kind
            Kind of table.

        Returns
        -------
        record
            The import.

        Raises
        ------
        InputError
            If nothing was undone since the last import.
        """
        with self._refusals(), self._writing_existing("nothing_undone") as connection:
            waiting = connection.execute(
                sa.select(IMPORTS)
                .where(*_of(province, kind), IMPORTS.c.undone, sa.not_(IMPORTS.c.dropped))
                .order_by(IMPORTS.c.id)
                .limit(1)
            ).one_or_none()
            if waiting is None:
                _refuse_empty(province, kind, "nothing_undone")
            self._check_undo(province, kind, waiting.who)
            _set_undone(connection, waiting.id, undone=False)
        self._note("import.redone", waiting)
        return replace(_record(waiting), undone=False)

    def history(self, province: str | None = None, kind: str | None = None) -> list[ImportRecord]:
        """Return every import, undone ones too.

        Parameters
        ----------
        province
            Name of a pack; None for all.
        kind
            Kind of table; None for all.

        Returns
        -------
        records
            The latest first.
        """
        if not self._store.exists:
            return []
        query = sa.select(IMPORTS).order_by(IMPORTS.c.id.desc())
        if province is not None:
            query = query.where(IMPORTS.c.province == province)
        if kind is not None:
            query = query.where(IMPORTS.c.kind == kind)
        with self._store.reading() as connection:
            return [_record(row) for row in connection.execute(query)]

    def in_force(self, province: str) -> dict[str, ImportRecord]:
        """Return the imports in force of a province.

        Parameters
        ----------
        province
            Name of the pack.

        Returns
        -------
        records
            Kind of table → import; kinds without an import are absent.
        """
        found: dict[str, ImportRecord] = {}
        for record in self.history(province):
            if not record.undone:
                found.setdefault(record.kind, record)
        return dict(sorted(found.items()))

    def table(self, province: str, kind: str) -> pd.DataFrame | None:
        """Return the imported table in force.

        Parameters
        ----------
        province
            Name of the pack.
        kind
            Kind of table.

        Returns
        -------
        rows
            As :meth:`read` gives them; None where none is in force.

        Raises
        ------
        DataError
            If its file is missing or damaged.
        """
        record = self.in_force(province).get(kind)
        return None if record is None else self.read(record)

    def read(self, record: ImportRecord) -> pd.DataFrame:
        """Return the rows of one import, in force or not.

        Parameters
        ----------
        record
            The import.

        Returns
        -------
        rows
            A GeoDataFrame if the table has a geometry.

        Raises
        ------
        DataError
            If its file is missing or damaged.
        """
        import geopandas as gpd
        import pyarrow.parquet as pq

        content = self.path(record).read_bytes()
        schema = pq.read_schema(io.BytesIO(content))
        if b"geo" in (schema.metadata or {}):
            frame: pd.DataFrame = gpd.read_parquet(io.BytesIO(content))
            return frame
        return pd.read_parquet(io.BytesIO(content))

    def path(self, record: ImportRecord) -> Path:
        """Return the file with the rows of an import, after its checksum is verified.

        Parameters
        ----------
        record
            The import.

        Returns
        -------
        path
            Parquet file in the workspace.

        Raises
        ------
        DataError
            If it is missing or damaged and no data base holds its content.
        """
        path = self._table_path(record.table_sha256)
        if _matches(path, record.table_sha256):
            return path
        if self._store.is_shared:
            query = sa.select(CONTENTS.c.content).where(CONTENTS.c.sha256 == record.table_sha256)
            with self._store.reading() as connection:
                content = connection.execute(query).scalar()
            if content is not None:
                self._keep(record.table_sha256, bytes(content))
                return path
        code = "store.table_damaged" if path.exists() else "store.table_missing"
        raise DataError(code, where=str(path), file=record.file_name)

    def share(self, name: str) -> None:
        """Copy a file of the workspace into the team's data base; without a team do nothing.

        Parameters
        ----------
        name
            Path inside the folder, such as ``rasters/….tif``.

        Raises
        ------
        InputError
            If it is too large for the data base.
        StorageError
            If the data base refuses.
        """
        if self._store.is_shared:
            share_file(self._store, name, self.folder / name)

    def fetched(self, name: str) -> Path:
        """Return a file of the workspace, from the team's data base where this machine lacks it.

        Parameters
        ----------
        name
            Path inside the folder, such as ``rasters/….tif``.

        Returns
        -------
        path
            Path of the file.

        Raises
        ------
        DataError
            If neither the folder nor a data base has it.
        """
        path = self.folder / name
        if not path.exists():
            if not self._store.is_shared:
                raise DataError("store.raster_missing", where=str(path))
            fetch_file(self._store, name, path)
        return path

    def stamp(self) -> str:
        """Return a text that changes whenever the catalogue does; cheap without PostgreSQL.

        Returns
        -------
        stamp
            Empty where there is no catalogue yet.
        """
        if self._store.file is None:
            query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(IMPORTS.c.id), 0))
            undone = sa.select(IMPORTS.c.id).where(IMPORTS.c.undone).order_by(IMPORTS.c.id)
            with self._store.reading() as connection:
                count, last = connection.execute(query).one()
                return f"{count}-{last}-{[row.id for row in connection.execute(undone)]}"
        try:
            seen = self._store.file.stat()
        except OSError:
            return ""
        return f"{seen.st_size}-{seen.st_mtime_ns}"

    def _refusals(self) -> AbstractContextManager[None]:
        """Return what records a refusal, where people are known."""
        if not is_guarded():
            return nullcontext()
        from data.workspace.access import desk

        return desk.refusals_noted(self.folder)

    def _check_undo(self, province: str, kind: str, who: str) -> None:
        if is_guarded():
            from data.workspace.access import imports

            imports.check_undo(self.folder, province, kind, who)

    def _note(self, what: str, record: ImportRecord | Row[Any]) -> None:
        """Record a change, where people are known."""
        if is_guarded():
            from data.workspace.access import desk

            item = f"{record.province} {record.kind} #{record.id} {record.file_name}"
            desk.note(what, item, after=record.table_sha256[:16], folder=self.folder)

    def _table_path(self, name: str) -> Path:
        return self.folder / "tables" / f"{name}.parquet"

    def _keep(self, name: str, content: bytes) -> None:
        path = self._table_path(name)
        if _matches(path, name):
            return
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(path, content)

    def _writing_existing(self, code: str) -> Any:
        """Open for writing; a workspace without a catalogue is not made for an undo."""
        if not self._store.exists:
            raise InputError(f"store.{code}", repair=Message("fault_part.import_first"))
        return self._store.writing()


def _of(province: str, kind: str) -> tuple[Any, Any]:
    return IMPORTS.c.province == province, IMPORTS.c.kind == kind


def _in_force(connection: Connection, province: str, kind: str) -> ImportRecord | None:
    row = connection.execute(
        sa.select(IMPORTS)
        .where(*_of(province, kind), sa.not_(IMPORTS.c.undone))
        .order_by(IMPORTS.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _record(row)


def _set_undone(connection: Connection, number: int, *, undone: bool) -> None:
    connection.execute(sa.update(IMPORTS).where(IMPORTS.c.id == number).values(undone=undone))


def _share(connection: Connection, name: str, content: bytes) -> None:
    """Store the rows in the data base, for the other machines of the team."""
    known = sa.select(CONTENTS.c.sha256).where(CONTENTS.c.sha256 == name)
    if connection.execute(known).first() is None:
        connection.execute(sa.insert(CONTENTS).values(sha256=name, content=content))


def _record(row: Row[Any]) -> ImportRecord:
    values = {field.name: getattr(row, field.name) for field in fields(ImportRecord)}
    for name in ("crs", "choices"):
        values[name] = json.loads(values[name])
    return ImportRecord(**values)


def _refuse_empty(province: str, kind: str, code: str) -> NoReturn:
    raise InputError(f"store.{code}", where=f"{province} {kind}")


def _matches(path: Path, name: str) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == name
    except OSError:
        return False


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")

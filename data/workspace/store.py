"""The data base behind the catalogue: SQLite in the workspace, or PostgreSQL for a team.

Its schema carries a version. An older one is brought up to date step by step inside one
transaction; a newer one is refused, for an old program must not write what it does not know.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from data.atomic import atomic_path, locked
from geo.errors import DataError, InputError, StorageError

#: Version of the schema that this program reads and writes.
SCHEMA_VERSION = 5
#: Time that a writer waits for another one [s].
WAIT_S = 30
#: Marks an SQLite file as ours, so that another program's file is never written to.
APPLICATION_ID = 0x546F6E67
#: One lock for all writers of a PostgreSQL data base.
_PG_LOCK = 0x546F6E67
#: The same of processes that read a table to commit its successor.
_PG_CHANGING = _PG_LOCK + 1

metadata = sa.MetaData()
#: One row: the version of the schema.
META = sa.Table("tongcun_meta", metadata, sa.Column("schema_version", sa.Integer, nullable=False))
#: One row per import, kept for ever; ``undone`` and ``dropped`` say whether it counts.
IMPORTS = sa.Table(
    "tongcun_imports",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("province", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("file_sha256", sa.String(64), nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("as_of", sa.Text, nullable=False),
    sa.Column("crs", sa.Text, nullable=False),
    sa.Column("choices", sa.Text, nullable=False, server_default="{}"),
    sa.Column("read", sa.Integer, nullable=False),
    sa.Column("accepted", sa.Integer, nullable=False),
    sa.Column("repaired", sa.Integer, nullable=False),
    sa.Column("rejected", sa.Integer, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("table_sha256", sa.String(64), nullable=False),
    sa.Column("undone", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("dropped", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index("tongcun_imports_of", "province", "kind"),
    sqlite_autoincrement=True,
)
#: Contents of the tables, where the data base serves several machines (PostgreSQL only).
CONTENTS = sa.Table(
    "tongcun_contents",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

#: Scenarios of a team (PostgreSQL only): a planner's own are files.
SCENARIOS = sa.Table(
    "tongcun_scenarios",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("province", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
)
#: Results of the scenarios of a team, and the baseline of each province (PostgreSQL only).
RESULTS = sa.Table(
    "tongcun_results",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
BASELINES = sa.Table(
    "tongcun_baselines",
    metadata,
    sa.Column("province", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
)
#: Rasters of a team, and their contents in parts (PostgreSQL only).
FILES = sa.Table(
    "tongcun_files",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
)
PARTS = sa.Table(
    "tongcun_parts",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

#: What :mod:`data.workspace.access` keeps: roles, tokens, the state of shared scenarios.
DOCUMENTS = sa.Table(
    "tongcun_documents",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
)
#: Lines of the audit, each chained to the one before.
AUDIT = sa.Table(
    "tongcun_audit",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("line", sa.Text, nullable=False),
)

#: Statements that lead from a version to the next one.
_MIGRATIONS: dict[int, tuple[str, ...]] = {
    1: (
        "ALTER TABLE tongcun_imports ADD COLUMN choices TEXT NOT NULL DEFAULT '{}'",
        "ALTER TABLE tongcun_imports ADD COLUMN dropped BOOLEAN NOT NULL DEFAULT FALSE",
    ),
    # Only new tables, which are made where they are missing.
    2: (),
    3: (),
    4: (),
}


class Store:
    """A data base of the catalogue, opened on the first use.

    Parameters
    ----------
    target
        File of an SQLite data base, or the URL of a PostgreSQL one.

    Raises
    ------
    InputError
        If the URL is none, or names another kind of data base.
    """

    def __init__(self, target: Path | str) -> None:
        self.file = target if isinstance(target, Path) else None
        self.url = _url(target)
        self.name = str(self.file or self.url.render_as_string(hide_password=True))
        self._engine: Engine | None = None

    @property
    def is_shared(self) -> bool:
        """Whether the data base serves several machines, each with a folder of its own."""
        return self.file is None

    @property
    def exists(self) -> bool:
        """Whether there can be anything to read; True for a PostgreSQL data base."""
        return self.file is None or self.file.exists()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one state of the data base."""
        with self._errors(), self._opened().connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection of the only writer; the block takes effect wholly or not at all."""
        with self._errors(), _only_writer(self._opened()) as connection:
            yield connection

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Let no other process that calls this run its block at the same time."""
        if self.file is not None:
            lock = self.file.with_name(f"{self.file.name}.changing")
            with self._errors():
                self.file.parent.mkdir(parents=True, exist_ok=True)
                lock.touch()
            with locked(lock):
                yield
            return
        with self._errors(), self._opened().connect() as connection:
            key = {"key": _PG_CHANGING}
            connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), key)
            try:
                yield
            finally:
                connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), key)

    def close(self) -> None:
        """Close the connections."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _opened(self) -> Engine:
        if self._engine is None:
            if self.file is not None:
                self.file.parent.mkdir(parents=True, exist_ok=True)
                if not self.file.exists():
                    self._make(self.file)
                _refuse_foreign(self.file)
            engine = _engine(self.url)
            try:
                self._prepare(engine)
            except BaseException:
                engine.dispose()
                raise
            self._engine = engine
        return self._engine

    def _make(self, file: Path) -> None:
        """Make a new data base completely or not at all: an empty file would be a fault."""
        with locked(file.with_name(f"{file.name}.lock")):
            if file.exists():
                return
            with atomic_path(file) as part:
                engine = _engine(_url(part))
                try:
                    self._prepare(engine)
                finally:
                    engine.dispose()

    def _prepare(self, engine: Engine) -> None:
        """Make the schema, or update an older one."""
        with engine.connect() as connection:
            version = _version(connection)
        if version == SCHEMA_VERSION:
            return
        with _only_writer(engine) as connection:
            _bring_up_to_date(connection, self.name)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Convert errors of the data base to errors that a planner can act on."""
        try:
            yield
        except DBAPIError as error:
            raise _explained(error, self.name) from error
        except SQLAlchemyError as error:
            raise StorageError(
                "store.refuses", where=self.name, reason=type(error).__name__
            ) from error
        except OSError as error:
            raise StorageError(
                "store.unusable", where=self.name, error=error.strerror or error
            ) from error


def _url(target: Path | str) -> URL:
    if isinstance(target, Path):
        return URL.create("sqlite+pysqlite", database=str(target))
    try:
        url = make_url(target)
    except (ArgumentError, ValueError):
        # The text may hold a password: it is not repeated.
        raise InputError("store.address") from None
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        raise InputError("store.other_database", name=url.get_backend_name())
    return url.set(drivername="postgresql+psycopg")


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        try:
            return sa.create_engine(
                url, pool_pre_ping=True, connect_args={"connect_timeout": WAIT_S}
            )
        except (NoSuchModuleError, ImportError) as error:
            raise StorageError("store.driver", error=error) from error
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"timeout": WAIT_S})

    @sa.event.listens_for(engine, "connect")
    def _manual(raw: sqlite3.Connection, _record: object) -> None:
        # The driver's own transactions begin too late to keep two writers apart.
        raw.isolation_level = None
        raw.execute("PRAGMA synchronous = FULL")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def _only_writer(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a transaction that no other writer shares."""
    with engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        with connection.begin():
            if connection.dialect.name == "postgresql":
                lock = sa.text("SELECT pg_advisory_xact_lock(:key)")
                connection.execute(lock, {"key": _PG_LOCK})
            yield connection


def _refuse_foreign(file: Path) -> None:
    """Refuse a file that is empty, or that some other program made."""
    if file.stat().st_size == 0:
        raise DataError("store.empty", where=str(file))
    with file.open("rb") as opened:
        head = opened.read(72)
    if head[:16] != b"SQLite format 3\0" or len(head) < 72:
        raise DataError("store.no_database", where=str(file))
    mark = int.from_bytes(head[68:72], "big")
    if mark not in {0, APPLICATION_ID}:
        raise DataError("store.other_program", where=str(file))


def _version(connection: Connection) -> int | None:
    """Return the version of the schema; None where there is none yet."""
    if not sa.inspect(connection).has_table(META.name):
        return None
    found = connection.execute(sa.select(META.c.schema_version)).scalar()
    return 0 if found is None else int(found)


def _bring_up_to_date(connection: Connection, name: str) -> None:
    version = _version(connection)
    if version is None:
        metadata.create_all(connection)
        connection.execute(sa.insert(META).values(schema_version=SCHEMA_VERSION))
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        return
    if not 1 <= version <= SCHEMA_VERSION:
        raise DataError("store.schema", where=name, version=version, newest=SCHEMA_VERSION)
    for step in range(version, SCHEMA_VERSION):
        for statement in _MIGRATIONS[step]:
            connection.exec_driver_sql(statement)
    metadata.create_all(connection)
    connection.execute(sa.update(META).values(schema_version=SCHEMA_VERSION))


#: Part of the data base's message → code of what it means.
_CAUSES = (
    ("locked", "locked"), ("readonly", "read_only"), ("unable to open", "not_opened"),
    ("disk is full", "disk_full"), ("disk i/o", "disk_silent"), ("authentication", "user"),
    ("connection", "server"), ("permission denied", "rights"),
)  # fmt: skip


def _explained(error: DBAPIError, name: str) -> StorageError | DataError:
    """Return the error that explains the data base's message to the planner."""
    text = str(error.orig).splitlines()[0] if str(error.orig) else type(error.orig).__name__
    lowered = text.lower()
    known = next((code for mark, code in _CAUSES if mark in lowered), "")
    if known:
        return StorageError(f"store.{known}", where=name, seconds=WAIT_S)
    if "malformed" in lowered or "not a database" in lowered:
        return DataError("store.damaged", where=name)
    return StorageError("store.refuses", where=name, reason=text)

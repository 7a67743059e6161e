"""Read an embedded pack: one folder per province, tables as declared in :mod:`data.tables.pack`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.clock import today
from data.tables.found_packs import find_packs, pack_names, read_meta
from data.tables.pack import TABLES, Column, Table
from geo.errors import DataError, UnknownNameError

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ("SOURCES_DIR", "Pack", "pack_names")

#: Folder of the source texts that the quotes of the embedded packs come from.
SOURCES_DIR = Path(__file__).parents[1] / "sources"


@dataclass(frozen=True)
class Pack:
    """The tables of one province.

    Attributes
    ----------
    folder
        Folder with ``pack.toml`` and the declared tables.
    overrides
        (table, Parquet file) of tables that a workspace puts in the place of the pack's own.
    imported
        (kind, Parquet file) of every table that a workspace has in force, as it was imported; read
        by :func:`data.workspace.effective.imported_table`.
    """

    folder: Path
    overrides: tuple[tuple[str, Path], ...] = ()
    imported: tuple[tuple[str, Path], ...] = ()

    @classmethod
    def load(cls, name: str) -> Pack:
        """Open a pack, embedded or in a folder of ``TONGCUN_PACKS``.

        Parameters
        ----------
        name
            Name of the pack, as in ``--province``.

        Returns
        -------
        pack
            Its tables are read when they are needed.

        Raises
        ------
        UnknownNameError
            If there is no such pack.
        DataError
            If its ``pack.toml`` is missing or broken.
        """
        return cls(find_packs().folder(name))

    @property
    def name(self) -> str:
        """Name of the pack, as in ``--province``."""
        return self.folder.name

    @cached_property
    def meta(self) -> dict[str, Any]:
        """Contents of ``pack.toml``."""
        return read_meta(self.folder)

    @property
    def adcode(self) -> str:
        """Code of the province."""
        return str(self.meta["adcode"])

    @property
    def default_as_of(self) -> str:
        """Date up to which built figures count unless the planner chooses one: today."""
        return today().isoformat()

    @cached_property
    def digest(self) -> str:
        """Identity of the pack: sha256 over its files, 16 hex digits; a cache key."""
        state = hashlib.sha256()
        for path in sorted(self.folder.iterdir()):
            if path.is_file():
                state.update(path.name.encode())
                state.update(hashlib.sha256(path.read_bytes()).digest())
        for table, path in (*self.overrides, *self.imported):
            # These files are named by their content.
            state.update(f"{table}={path.name}".encode())
        return state.hexdigest()[:16]

    def path(self, table: str) -> Path:
        """Return the file of a declared table: the imported one where one is in force.

        Parameters
        ----------
        table
            Declared table.

        Returns
        -------
        path
            Path of the file; it may not exist.

        Raises
        ------
        UnknownNameError
            If there is no such table.
        """
        schema = _schema(table)
        imported = dict(self.overrides).get(table)
        if imported is not None:
            return imported
        return self.folder / f"{table}{schema.suffix}"

    def table(self, name: str, *, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read a table without its geometry column and check it.

        Parameters
        ----------
        name
            Declared table.
        columns
            Only these columns (their schema is still checked); default all declared ones.

        Returns
        -------
        rows
            A copy, in the order of the file; empty cells are unknown.

        Raises
        ------
        UnknownNameError
            If there is no such table.
        DataError
            If the file is missing, broken, or breaks its schema.
        """
        schema = _schema(name)
        wanted = tuple(columns) if columns is not None else schema.column_names
        path = self.path(name)
        return _checked(path, _identity(path), name, wanted).copy()

    def geo(self, name: str) -> gpd.GeoDataFrame:
        """Read a table with its geometry, EPSG:4326; point tables get points from lon and lat.

        Parameters
        ----------
        name
            Declared table.

        Returns
        -------
        rows
            A copy with the column ``geometry``.

        Raises
        ------
        UnknownNameError
            If there is no such table.
        DataError
            If the file is missing, broken, or not in EPSG:4326.
        """
        import geopandas as gpd

        schema = _schema(name)
        if schema.geometry == "point":
            frame = self.table(name)
            points = gpd.points_from_xy(frame["lon"], frame["lat"])
            return gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4326")
        path = self.path(name)
        return _shapes(path, _identity(path), name).copy()

    def regions(self, level: str) -> pd.DataFrame:
        """Return the regions of one level with their census figures.

        Parameters
        ----------
        level
            ``province``, ``prefecture`` or ``county``.

        Returns
        -------
        regions
            Rows of the table ``regions``, ordered by adcode.
        """
        path = self.path("regions")
        return _of_level(path, _identity(path), level).copy()

    def digest_of(self, table: str) -> str:
        """Return an identity of one table's file that is cheap to compute.

        Parameters
        ----------
        table
            Declared table.

        Returns
        -------
        identity
            Size [byte] and time of the last change [ns].

        Raises
        ------
        UnknownNameError
            If there is no such table.
        DataError
            If the file is missing.
        """
        try:
            stat = self.path(table).stat()
        except OSError as error:
            raise DataError("table.missing", where=str(self.path(table))) from error
        return f"{stat.st_size}-{stat.st_mtime_ns}"


def _schema(name: str) -> Table:
    if name not in TABLES:
        raise UnknownNameError("table", name, TABLES)
    return TABLES[name]


def _subset(schema: Table, names: Sequence[str]) -> Table:
    columns = tuple(column for column in schema.columns if column.name in names)
    key = schema.key if set(schema.key) <= set(names) else ()
    return Table(schema.name, columns, key, suffix=schema.suffix)


def _identity(path: Path) -> tuple[int, ...]:
    """Return what changes with a file's content; empty without a file, which its reader reports."""
    try:
        stat = path.stat()
    except OSError:
        return ()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


# A plan or a page reads the same tables a dozen times: they are checked once.
@lru_cache(maxsize=32)
def _checked(
    path: Path, _identity: tuple[int, ...], name: str, columns: tuple[str, ...]
) -> pd.DataFrame:
    schema = _schema(name)
    frame = _read(path, schema, columns)
    _subset(schema, columns).check(frame, where=str(path))
    return frame


@lru_cache(maxsize=32)
def _of_level(path: Path, identity: tuple[int, ...], level: str) -> pd.DataFrame:
    rows = _checked(path, identity, "regions", _schema("regions").column_names)
    return rows[rows["level"] == level].sort_values("adcode").reset_index(drop=True)


@lru_cache(maxsize=4)
def _shapes(path: Path, _identity: tuple[int, ...], name: str) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pyarrow as pa

    try:
        shapes = gpd.read_parquet(path)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise DataError("table.unreadable", where=str(path), error=error) from error
    if shapes.crs is None or shapes.crs.to_epsg() != 4326:
        raise DataError("table.crs", where=str(path))
    _schema(name).check(shapes, where=str(path))
    return shapes


def _read(path: Path, schema: Table, names: Sequence[str]) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if path.suffix == ".csv":
            frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
            return typed(frame, schema, str(path))
        return pd.DataFrame(pq.read_table(path, columns=list(names)).to_pandas())
    except (OSError, UnicodeDecodeError, ValueError, pa.ArrowException) as error:
        raise DataError("table.unreadable", where=str(path), error=error) from error


def typed(frame: pd.DataFrame, schema: Table, where: str) -> pd.DataFrame:
    """Convert the text of a CSV to the declared kinds; an empty cell is unknown.

    Parameters
    ----------
    frame
        Cells as text; columns that are not declared are left out, one that may be empty and is not
        there is empty.
    schema
        Declaration.
    where
        Name of the file, for messages.

    Returns
    -------
    frame
        Numbers where the column is numeric, text elsewhere.

    Raises
    ------
    DataError
        If a cell of a numeric column is no number.
    """
    found = {}
    for column in schema.columns:
        if column.name in frame.columns:
            found[column.name] = _typed_column(frame[column.name], column, where)
        elif column.nullable:
            found[column.name] = pd.Series([None] * len(frame), dtype=object)
    return pd.DataFrame(found)


def _typed_column(cells: pd.Series, column: Column, where: str) -> pd.Series:
    if column.kind in ("number", "integer"):
        numbers = pd.to_numeric(cells.replace("", None), errors="coerce")
        broken = numbers.isna() & (cells != "")
        if broken.any():
            row = int(broken.to_numpy().argmax())
            raise DataError(
                "table.number", where=where, column=column.name, row=row + 2, cell=cells.iloc[row]
            )
        return numbers
    if column.nullable:
        return cells.where(cells != "", None)
    return cells.where(cells != "")

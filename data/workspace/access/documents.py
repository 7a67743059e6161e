"""Small documents and the lines of the audit: files of the workspace, or tables of a team.

Whoever writes is the only writer until the block ends. In PostgreSQL the block takes effect wholly
or not at all; in a folder each document does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from data.atomic import atomic_write, locked, storage_errors
from data.workspace.environment import CATALOGUE_ENVIRONMENT
from data.workspace.store import AUDIT, DOCUMENTS, Store

_FOLDER, _LOCK, _AUDIT = "desk", "desk.lock", "audit.jsonl"
#: No line of the audit is longer [byte].
_LINE = 1 << 16


class Documents(Protocol):
    """What the access of a workspace is kept in."""

    def get(self, key: str) -> str:
        """Return a document.

        Parameters
        ----------
        key
            Names of files, such as ``review/NAME``.

        Returns
        -------
        content
            Empty where there is none.
        """

    def put(self, key: str, content: str) -> None:
        """Write a document in the place of an earlier one.

        Parameters
        ----------
        key
            As in :meth:`get`.
        content
            Text; empty takes the document away.
        """

    def lines(self) -> list[str]:
        """Return the lines of the audit, the oldest first."""

    def last_line(self) -> str:
        """Return the last line of the audit; empty without one."""

    def append(self, number: int, line: str) -> None:
        """Add a line to the audit; it is on disk when the write ends.

        Parameters
        ----------
        number
            Number of the line.
        line
            Text without a line feed.
        """

    def keep_lines(self, kept: list[str], first: int) -> None:
        """Take away the lines of the audit before one.

        Parameters
        ----------
        kept
            The lines that stay.
        first
            Number of the first of them.
        """


class _FolderDocuments:
    """Documents in the folder of a workspace.

    Parameters
    ----------
    folder
        Root of the workspace.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / _FOLDER

    def get(self, key: str) -> str:
        """Return a document; empty where there is none."""
        try:
            return self._path(key).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def put(self, key: str, content: str) -> None:
        """Write a document in the place of an earlier one; empty takes it away."""
        path = self._path(key)
        if content:
            path.parent.mkdir(exist_ok=True)
            atomic_write(path, content.encode())
        else:
            path.unlink(missing_ok=True)

    def lines(self) -> list[str]:
        """Return the lines of the audit, the oldest first; one cut off by a crash is left out."""
        try:
            content = (self._folder / _AUDIT).read_bytes()
        except FileNotFoundError:
            return []
        return content[: content.rfind(b"\n") + 1].decode("utf-8", "replace").splitlines()

    def last_line(self) -> str:
        """Return the last line of the audit; empty without one."""
        try:
            with (self._folder / _AUDIT).open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(size - _LINE, 0))
                tail = file.read()
        except FileNotFoundError:
            return ""
        whole = tail[: tail.rfind(b"\n") + 1].splitlines()
        return whole[-1].decode("utf-8", "replace") if whole else ""

    def append(self, number: int, line: str) -> None:
        """Add a line to the audit; it is on disk when this returns."""
        del number
        with (self._folder / _AUDIT).open("a+b") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - 1, 0))
            if size and file.read(1) != b"\n":
                # A line that a crash cut off was never acknowledged.
                file.seek(0)
                file.truncate(file.read().rfind(b"\n") + 1)
            file.write(line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def keep_lines(self, kept: list[str], first: int) -> None:
        """Take away the lines of the audit before a number; the others are given."""
        del first
        atomic_write(self._folder / _AUDIT, "".join(f"{line}\n" for line in kept).encode())

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"


class _TeamDocuments:
    """Documents in the data base of a team, within one transaction.

    Parameters
    ----------
    connection
        Connection of a :class:`data.workspace.store.Store`.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, key: str) -> str:
        """Return a document; empty where there is none."""
        query = sa.select(DOCUMENTS.c.content).where(DOCUMENTS.c.key == key)
        return str(self._connection.execute(query).scalar() or "")

    def put(self, key: str, content: str) -> None:
        """Write a document in the place of an earlier one; empty takes it away."""
        self._connection.execute(sa.delete(DOCUMENTS).where(DOCUMENTS.c.key == key))
        if content:
            self._connection.execute(sa.insert(DOCUMENTS).values(key=key, content=content))

    def lines(self) -> list[str]:
        """Return the lines of the audit, the oldest first."""
        query = sa.select(AUDIT.c.line).order_by(AUDIT.c.number)
        return [str(row.line) for row in self._connection.execute(query)]

    def last_line(self) -> str:
        """Return the last line of the audit; empty without one."""
        query = sa.select(AUDIT.c.line).order_by(AUDIT.c.number.desc()).limit(1)
        return str(self._connection.execute(query).scalar() or "")

    def append(self, number: int, line: str) -> None:
        """Add a line to the audit; it is on disk when the transaction ends."""
        self._connection.execute(sa.insert(AUDIT).values(number=number, line=line))

    def keep_lines(self, kept: list[str], first: int) -> None:
        """Take away the lines of the audit before a number; the others are given."""
        del kept
        self._connection.execute(sa.delete(AUDIT).where(AUDIT.c.number < first))


def team_documents(connection: sa.Connection) -> Documents:
    """Return the documents in the data base of a team, within one transaction.

    Parameters
    ----------
    connection
        Connection of a :class:`data.workspace.store.Store`.

    Returns
    -------
    documents
        What is written takes effect with the transaction.
    """
    return _TeamDocuments(connection)


@cache
def team_store(url: str) -> Store:
    """Return the data base of a team, its connections kept: each page asks for the roles.

    Parameters
    ----------
    url
        Address of the data base.

    Returns
    -------
    store
        One for each address.
    """
    return Store(url)


@contextmanager
def reading(folder: Path) -> Iterator[Documents]:
    """Yield the documents of a workspace, to read them.

    Parameters
    ----------
    folder
        Root of the workspace.

    Yields
    ------
    documents
        In the team's data base, where there is one.
    """
    url = os.environ.get(CATALOGUE_ENVIRONMENT, "")
    if not url:
        with storage_errors(folder):
            yield _FolderDocuments(folder)
        return
    with team_store(url).reading() as connection:
        yield _TeamDocuments(connection)


@contextmanager
def writing(folder: Path) -> Iterator[Documents]:
    """Yield the documents of a workspace to their only writer.

    Parameters
    ----------
    folder
        Root of the workspace; made where it is missing.

    Yields
    ------
    documents
        In the team's data base, where there is one.
    """
    url = os.environ.get(CATALOGUE_ENVIRONMENT, "")
    if not url:
        with storage_errors(folder):
            (folder / _FOLDER).mkdir(parents=True, exist_ok=True)
            with locked(folder / _FOLDER / _LOCK):
                yield _FolderDocuments(folder)
        return
    with team_store(url).writing() as connection:
        yield _TeamDocuments(connection)

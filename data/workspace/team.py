"""What a team shares through its data base besides imported tables: scenarios and rasters.

One planner's scenarios are files in his folder, which he can copy, mend and send. With
``TONGCUN_CATALOGUE`` they live in the data base, so that everyone sees the same; files that lie in
the folder stay readable. A raster goes into the data base in parts of :data:`PART_BYTES` and comes
out on another machine when it is first needed, its content compared.
"""

from __future__ import annotations

import datetime as dt
import getpass
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from data.atomic import atomic_path, storage_errors
from data.scenario.scenario import Scenario, check_unchanged
from data.workspace.environment import CATALOGUE_ENVIRONMENT
from data.workspace.store import FILES, PARTS, SCENARIOS, Store
from geo.errors import DataError, InputError

MIB = 1024 * 1024
#: Size of one part of a shared file [byte].
PART_BYTES = 8 * MIB
#: Largest raster that goes into the data base [byte]: a province at 30 m takes about 1 GiB.
LARGEST_BYTES = 4096 * MIB


def team_url() -> str:
    """Return the address of the team's data base; empty without one."""
    return os.environ.get(CATALOGUE_ENVIRONMENT, "")


def user() -> str:
    """Return who works here, as the operating system has it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


@contextmanager
def team_scenarios() -> Iterator[TeamScenarios | None]:
    """Yield the team's scenarios; None without a team."""
    if not team_url():
        yield None
        return
    store = Store(team_url())
    try:
        yield TeamScenarios(store)
    finally:
        store.close()


class TeamScenarios:
    """Scenarios in the data base of a team.

    Parameters
    ----------
    store
        Data base, opened on the first use.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def place(self) -> str:
        """Where they are kept, for people; no password."""
        return self._store.name

    def names(self) -> tuple[str, ...]:
        """Return the names, sorted."""
        with self._store.reading() as connection:
            found = connection.execute(sa.select(SCENARIOS.c.name))
            return tuple(sorted(str(row.name) for row in found))

    def save(self, scenario: Scenario, *, replaces: str | None = None) -> None:
        """Keep a scenario under its name; errors as of :meth:`Workspace.save`."""
        values = {
            "name": scenario.name, "province": scenario.province, "content": scenario.to_json(),
            "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), "who": user(),
        }  # fmt: skip
        with self._store.writing() as connection:
            if replaces is not None:
                there = _loaded(connection, scenario.name)
                check_unchanged(there, replaces, where=scenario.name)
            connection.execute(sa.delete(SCENARIOS).where(SCENARIOS.c.name == scenario.name))
            connection.execute(sa.insert(SCENARIOS).values(values))

    def load(self, name: str) -> Scenario | None:
        """Return a scenario; None if the data base has none of that name.

        Raises
        ------
        InputError
            If it breaks the schema: a newer Tongcun may have saved it.
        """
        with self._store.reading() as connection:
            return _loaded(connection, name)

    def delete(self, name: str) -> bool:
        """Delete a scenario; tell whether there was one."""
        with self._store.writing() as connection:
            done = connection.execute(sa.delete(SCENARIOS).where(SCENARIOS.c.name == name))
            return bool(done.rowcount)


def _loaded(connection: sa.Connection, name: str) -> Scenario | None:
    query = sa.select(SCENARIOS.c.content).where(SCENARIOS.c.name == name)
    text = connection.execute(query).scalar()
    return None if text is None else Scenario.from_json(str(text), where=f"scenario {name}")


def share_file(store: Store, name: str, path: Path) -> None:
    """Put a file into the data base under ``name``, whole or not at all; known ones stay.

    Raises
    ------
    InputError
        If it is larger than :data:`LARGEST_BYTES`.
    StorageError
        If the data base refuses.
    """
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise InputError(
            f"the raster takes {size / MIB:,.0f} MiB; a team's data base keeps at most "
            f"{LARGEST_BYTES / MIB:,.0f} MiB of one file",
            where=name, repair="cut it into tiles and import them one by one",
        )  # fmt: skip
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with store.writing() as connection:
        if connection.execute(sa.select(FILES.c.name).where(FILES.c.name == name)).first():
            return
        connection.execute(sa.insert(FILES).values(name=name, sha256=digest, size=size))
        with path.open("rb") as file:
            number = 0
            while part := file.read(PART_BYTES):
                connection.execute(sa.insert(PARTS).values(name=name, part=number, content=part))
                number += 1


def fetch_file(store: Store, name: str, target: Path) -> None:
    """Write a shared file to ``target``, part by part, whole or not at all.

    Raises
    ------
    DataError
        If the data base does not have it, or not as it was.
    StorageError
        If the data base or the folder refuses.
    """
    with store.reading() as connection:
        known = connection.execute(sa.select(FILES).where(FILES.c.name == name)).one_or_none()
        if known is None:
            raise DataError(
                "the raster is neither on this machine nor in the team's data base",
                where=name, repair="import it again where the file is",
            )  # fmt: skip
        with storage_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        state, number, size = hashlib.sha256(), 0, 0
        with atomic_path(target) as part, part.open("wb") as out:
            while size < known.size:
                chosen = (PARTS.c.name == name) & (PARTS.c.part == number)
                content = connection.execute(sa.select(PARTS.c.content).where(chosen)).scalar()
                if content is None:
                    break
                out.write(content)
                state.update(content)
                number, size = number + 1, size + len(content)
            if state.hexdigest() != known.sha256:
                raise DataError(
                    "the raster in the team's data base is damaged", where=name,
                    repair="undo its import and import it again where the file is",
                )  # fmt: skip

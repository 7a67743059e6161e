"""Scenarios and rasters that a team shares through its data base.

Without a team scenarios are files in the planner's folder. With ``TONGCUN_CATALOGUE`` they are in
the data base, so that everyone sees the same; files in the folder stay readable. A raster is stored
in parts of :data:`PART_BYTES` and fetched by another machine on the first use, its checksum
verified.
"""

from __future__ import annotations

import datetime as dt
import getpass
import hashlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import sqlalchemy as sa

from data.atomic import atomic_path, storage_errors
from data.home import workspace_folder
from data.scenario.scenario import Scenario, check_unchanged
from data.workspace.access.mode import is_guarded
from data.workspace.environment import CATALOGUE_ENVIRONMENT
from data.workspace.store import BASELINES, FILES, PARTS, RESULTS, SCENARIOS, Store
from geo.errors import DataError, InputError

MIB = 1024 * 1024
#: Size of one part of a shared file [byte].
PART_BYTES = 8 * MIB
#: Largest raster that goes into the data base [byte]: a province at 30 m takes about 1 GiB.
LARGEST_BYTES = 4096 * MIB


def team_url() -> str:
    """Return the address of the team's data base.

    Returns
    -------
    url
        Value of ``TONGCUN_CATALOGUE``; empty without a team.
    """
    return os.environ.get(CATALOGUE_ENVIRONMENT, "")


def user() -> str:
    """Return the name of the user of the operating system.

    Returns
    -------
    name
        Empty if unknown.
    """
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _who() -> str:
    """Return the account of the present request, else the user of the operating system."""
    if not is_guarded():
        return user()
    from data.workspace.access import desk

    return desk.present().name


@contextmanager
def team_scenarios() -> Iterator[TeamScenarios | None]:
    """Open the scenarios of the team and close them afterwards.

    Yields
    ------
    scenarios
        None without a team.
    """
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
        """Address of the data base, for people; without the password."""
        return self._store.name

    def names(self) -> tuple[str, ...]:
        """Return the names of the saved scenarios, sorted.

        Returns
        -------
        names
            Each once.
        """
        with self._store.reading() as connection:
            found = connection.execute(sa.select(SCENARIOS.c.name))
            return tuple(sorted(str(row.name) for row in found))

    def save(
        self, scenario: Scenario, *, replaces: str | None = None, folder: Path | None = None
    ) -> None:
        """Save a scenario under its name.

        Parameters
        ----------
        scenario
            Scenario with a name.
        replaces
            :attr:`Scenario.digest` of what may be replaced, empty for a new name; None replaces
            any.
        folder
            Root of the workspace, for the check of who saves.

        Raises
        ------
        ScenarioConflictError
            If another scenario is saved than may be replaced; it is kept.
        AccessRefusedError
            If the present account may not save it.
        StorageError
            If the data base refuses.
        """
        values = {
            "name": scenario.name, "province": scenario.province, "content": scenario.to_json(),
            "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), "who": _who(),
        }  # fmt: skip
        with _noted(folder), self._store.writing() as connection:
            there = _loaded(connection, scenario.name)
            if replaces is not None:
                check_unchanged(there, replaces, where=scenario.name)
            _record(connection, folder, there, scenario)
            connection.execute(sa.delete(SCENARIOS).where(SCENARIOS.c.name == scenario.name))
            connection.execute(sa.insert(SCENARIOS).values(values))

    def load(self, name: str) -> Scenario | None:
        """Return a scenario.

        Parameters
        ----------
        name
            Name of the scenario.

        Returns
        -------
        scenario
            None if the data base has none of that name.

        Raises
        ------
        InputError
            If it breaks the schema: a newer Tongcun may have saved it.
        """
        with self._store.reading() as connection:
            return _loaded(connection, name)

    def delete(self, name: str, *, folder: Path | None = None) -> bool:
        """Delete a scenario.

        Parameters
        ----------
        name
            Name of the scenario.
        folder
            Root of the workspace, for the check of who deletes.

        Returns
        -------
        deleted
            False if there was none.
        """
        with _noted(folder), self._store.writing() as connection:
            there = _loaded(connection, name) if is_guarded() else None
            if there is not None:
                _record(connection, folder, there.model_copy(update={"name": name}), None)
            done = connection.execute(sa.delete(SCENARIOS).where(SCENARIOS.c.name == name))
            for table in (RESULTS, BASELINES):
                connection.execute(sa.delete(table).where(table.c.name == name))
            return bool(done.rowcount)

    def keep_result(self, name: str, content: bytes) -> None:
        """Keep the result of a scenario in place of an earlier one.

        Parameters
        ----------
        name
            Name of the scenario.
        content
            File of the result.

        Raises
        ------
        StorageError
            If the data base refuses.
        """
        with self._store.writing() as connection:
            connection.execute(sa.delete(RESULTS).where(RESULTS.c.name == name))
            connection.execute(sa.insert(RESULTS).values(name=name, content=content))

    def result(self, name: str) -> bytes | None:
        """Return the result that a scenario keeps.

        Parameters
        ----------
        name
            Name of the scenario.

        Returns
        -------
        content
            File of the result; None without one.
        """
        query = sa.select(RESULTS.c.content).where(RESULTS.c.name == name)
        with self._store.reading() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else bytes(found)

    def baselines(self) -> dict[str, str]:
        """Return the baselines.

        Returns
        -------
        baselines
            Province → name of its scenario.
        """
        with self._store.reading() as connection:
            found = connection.execute(sa.select(BASELINES.c.province, BASELINES.c.name))
            return {str(row.province): str(row.name) for row in found}

    def set_baseline(self, province: str, name: str) -> None:
        """Make a scenario the baseline of its province.

        Parameters
        ----------
        province
            Name of the pack.
        name
            Name of the scenario; empty for none.
        """
        with self._store.writing() as connection:
            connection.execute(sa.delete(BASELINES).where(BASELINES.c.province == province))
            if name:
                connection.execute(sa.insert(BASELINES).values(province=province, name=name))


def _noted(folder: Path | None) -> AbstractContextManager[None]:
    if not is_guarded():
        return nullcontext()
    from data.workspace.access import desk

    return desk.refusals_noted(folder)


def _record(
    connection: sa.Connection, folder: Path | None, before: Scenario | None,
    after: Scenario | None,
) -> None:  # fmt: skip
    """Check and record a write in its own transaction, where people are known."""
    if is_guarded():
        from data.workspace.access import reviews
        from data.workspace.access.documents import team_documents

        reviews.saved(team_documents(connection), folder or workspace_folder(), before, after)


def _loaded(connection: sa.Connection, name: str) -> Scenario | None:
    query = sa.select(SCENARIOS.c.content).where(SCENARIOS.c.name == name)
    text = connection.execute(query).scalar()
    return None if text is None else Scenario.from_json(str(text), where=f"scenario {name}")


def share_file(store: Store, name: str, path: Path) -> None:
    """Copy a file into the data base, completely or not at all; a known name is skipped.

    Parameters
    ----------
    store
        Data base of the team.
    name
        Path of the file inside the workspace; its key in the data base.
    path
        The file.

    Raises
    ------
    InputError
        If it is larger than :data:`LARGEST_BYTES`.
    StorageError
        If the data base refuses.
    """
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise InputError("team.large", where=name, size=size / MIB, most=LARGEST_BYTES / MIB)
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
    """Write a shared file to this machine, part by part, completely or not at all.

    Parameters
    ----------
    store
        Data base of the team.
    name
        Path of the file inside the workspace.
    target
        File to write.

    Raises
    ------
    DataError
        If the data base does not have it, or its content is damaged.
    StorageError
        If the data base or the folder refuses.
    """
    with store.reading() as connection:
        known = connection.execute(sa.select(FILES).where(FILES.c.name == name)).one_or_none()
        if known is None:
            raise DataError("team.missing", where=name)
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
                raise DataError("team.damaged", where=name)

"""A planner's own scenarios: sorted JSON files in one folder, written atomically.

The folder is the argument, else ``TONGCUN_WORKSPACE``, else the user's data folder of the
operating system. The application writes nowhere else by itself. With ``TONGCUN_CATALOGUE`` a team's
data base keeps the scenarios (:mod:`data.workspace.team`); files of the folder stay readable.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from data.atomic import atomic_write, locked
from data.home import workspace_folder
from data.scenario.scenario import Scenario, check_unchanged
from data.wording.catalogue import Message
from data.workspace.access.mode import is_guarded
from data.workspace.environment import CATALOGUE_ENVIRONMENT, ENVIRONMENT
from geo.errors import InputError, StorageError, UnknownNameError

if TYPE_CHECKING:
    from data.scenario.kept_result import KeptResult
    from data.workspace.team import TeamScenarios

#: Longest name of a scenario [characters]; in UTF-8 it stays below 255 bytes.
MAX_NAME = 60

_NAME = re.compile(r"[\w（）()\-+ .,，、·]+")
#: Lock of all scenarios of a folder.
_LOCK = "scenarios.lock"
#: File of the baselines, beside the folder of scenarios.
_BASELINES = "baselines.json"
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Workspace:
    """The folder of a planner's own files.

    Attributes
    ----------
    folder
        Root of the workspace; created on the first save.
    """

    folder: Path

    @classmethod
    def open(cls, folder: str | Path | None = None) -> Workspace:
        """Return the workspace of the argument, the environment or the operating system.

        Parameters
        ----------
        folder
            Root of the workspace; default ``TONGCUN_WORKSPACE``, else the user's data folder.

        Returns
        -------
        workspace
            Nothing is created yet.
        """
        return cls(workspace_folder(folder))

    @property
    def scenarios_dir(self) -> Path:
        """Folder of the scenario files."""
        return self.folder / "scenarios"

    @property
    def place(self) -> str:
        """Where scenarios are saved, for people: the folder, or the team's data base."""
        with _team() as team:
            return str(self.scenarios_dir) if team is None else team.place

    def names(self) -> tuple[str, ...]:
        """Return the names of the saved scenarios, sorted.

        Returns
        -------
        names
            Each once, of the folder and of the team's data base.

        Raises
        ------
        StorageError
            If the folder exists and cannot be read.
        """
        try:
            found = {path.stem for path in self.scenarios_dir.glob("*.json") if path.is_file()}
        except OSError as error:
            _refuse_storage("not_listed", self.scenarios_dir, error)
        with _team() as team:
            names = sorted(found.union(() if team is None else team.names()))
        if not is_guarded():
            return tuple(names)
        from data.workspace.access import shared

        return shared.readable(self.folder, ((name, self._load(name)) for name in names))

    def save(self, scenario: Scenario, *, replaces: str | None = None) -> Path | None:
        """Save a scenario under its name.

        Parameters
        ----------
        scenario
            Scenario with a name.
        replaces
            :attr:`Scenario.digest` of what may be replaced, empty for a new name; None replaces
            any.

        Returns
        -------
        path
            The file; None where a team's data base keeps it.

        Raises
        ------
        ScenarioConflictError
            If another scenario is saved than may be replaced; it is kept.
        InputError
            If the name is empty or not a file name on every operating system.
        StorageError
            If the folder is read-only or the disk is full; an older file stays as it was.
        """
        path = self._path(scenario.name)
        with _team() as team:
            if team is not None:
                named = scenario.model_copy(update={"name": path.stem})
                team.save(named, replaces=replaces, folder=self.folder)
                return None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with locked(self.folder / _LOCK):
                known = replaces is not None or is_guarded()
                there = self._from_file(path) if known and path.exists() else None
                if replaces is not None:
                    check_unchanged(there, replaces, where=path.stem)
                named = scenario.model_copy(update={"name": path.stem})
                with self._recorded(path.stem, there, named):
                    atomic_write(path, scenario.to_json().encode("utf-8"))
        except OSError as error:
            _refuse_storage("not_saved", path, error)
        return path

    def load(self, name: str) -> Scenario:
        """Read a scenario, from the team's data base before a file.

        Parameters
        ----------
        name
            Name of the scenario.

        Returns
        -------
        scenario
            With ``name`` as its name.

        Raises
        ------
        UnknownNameError
            If there is no scenario of that name.
        InputError
            If the name is not allowed or the file breaks the schema.
        StorageError
            If the file cannot be read.
        """
        scenario = self._load(name)
        if is_guarded():
            from data.workspace.access import shared

            if not shared.readable(self.folder, [(checked_name(name), scenario)]):
                shared.note_refused_read(self.folder, name)
                raise UnknownNameError("scenario", name, self.names())
        return scenario

    def _load(self, name: str) -> Scenario:
        path = self._path(name)
        with _team() as team:
            shared = None if team is None else team.load(path.stem)
        if shared is not None:
            return shared.model_copy(update={"name": name})
        return self._from_file(path).model_copy(update={"name": name})

    def _recorded(
        self, name: str, before: Scenario | None, after: Scenario | None
    ) -> AbstractContextManager[None]:
        """Return what checks and records a write of the folder, where people are known."""
        if not is_guarded():
            return nullcontext()
        from data.workspace.access import shared

        named = before and before.model_copy(update={"name": name})
        return shared.recorded(self.folder, named, after)

    def _from_file(self, path: Path) -> Scenario:
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise UnknownNameError("scenario", path.stem, self.names()) from error
        except UnicodeDecodeError as error:
            raise InputError("scenario.no_text", where=str(path)) from error
        except OSError as error:
            _refuse_storage("not_read", path, error)
        return Scenario.from_json(text, where=str(path))

    def delete(self, name: str, *, replaces: str | None = None) -> None:
        """Delete a scenario.

        Parameters
        ----------
        name
            Name of the scenario.
        replaces
            :attr:`Scenario.digest` of what may be deleted; None deletes any.

        Raises
        ------
        ScenarioConflictError
            If another scenario is saved than may be deleted; it is kept.
        UnknownNameError
            If there is no scenario of that name.
        StorageError
            If the file cannot be removed.
        """
        path = self._path(name)
        if replaces is not None:
            check_unchanged(self.load(name), replaces, where=path.stem)
        with _team() as team:
            gone = team is not None and team.delete(path.stem, folder=self.folder)
        try:
            there = self._from_file(path) if is_guarded() and path.exists() else None
            with self._recorded(path.stem, there, None) if there else nullcontext():
                path.unlink(missing_ok=gone)
        except FileNotFoundError as error:
            raise UnknownNameError("scenario", name, self.names()) from error
        except OSError as error:
            _refuse_storage("not_deleted", path, error)
        with suppress(OSError):
            self._result_path(path.stem).unlink(missing_ok=True)
        known = self._baselines_of_files()
        if path.stem in known.values():
            self._write_baselines({k: kept for k, kept in known.items() if kept != path.stem})

    def copy(self, name: str, new: str) -> Scenario:
        """Save a scenario under another name too, with its result.

        Parameters
        ----------
        name
            Name of the scenario.
        new
            Name of the copy.

        Returns
        -------
        copy
            The scenario with its new name.

        Raises
        ------
        UnknownNameError
            If there is no scenario of that name.
        ScenarioConflictError
            If there is one of the new name.
        InputError
            If the new name is not allowed.
        StorageError
            If the folder is read-only or the disk is full.
        """
        copied = self.load(name).model_copy(update={"name": checked_name(new)})
        self.save(copied, replaces="")
        content = self._result_bytes(checked_name(name))
        if content is not None:
            self._keep_bytes(copied.name, content)
        return copied

    def rename(self, name: str, new: str) -> Scenario:
        """Give a scenario another name; its result and the mark as baseline stay.

        Parameters
        ----------
        name
            Name of the scenario.
        new
            The new name.

        Returns
        -------
        renamed
            The scenario with its new name.

        Raises
        ------
        UnknownNameError
            If there is no scenario of that name.
        ScenarioConflictError
            If there is one of the new name, or the old one was changed meanwhile.
        InputError
            If the new name is not allowed.
        StorageError
            If the folder is read-only or the disk is full.
        """
        if checked_name(name) == checked_name(new):
            return self.load(name)
        was_baseline = self.baseline(self.load(name).province) == checked_name(name)
        renamed = self.copy(name, new)
        self.delete(name, replaces=renamed.digest)
        if was_baseline:
            self.set_baseline(renamed.province, renamed.name)
        return renamed

    def keep_result(self, name: str, result: KeptResult) -> None:
        """Keep the result of a scenario in place of an earlier one.

        Parameters
        ----------
        name
            Name of the scenario.
        result
            Its result.

        Raises
        ------
        StorageError
            If the folder is read-only or the disk is full; an earlier result stays.
        """
        if is_guarded():
            from data.workspace.access import shared

            shared.require_change(self.folder, self._load(name))
        self._keep_bytes(checked_name(name), result.to_bytes())

    def result(self, name: str) -> KeptResult | None:
        """Return the result that a scenario keeps.

        Parameters
        ----------
        name
            Name of the scenario.

        Returns
        -------
        result
            None where none was kept.

        Raises
        ------
        DataError
            If it is damaged.
        StorageError
            If it cannot be read.
        """
        from data.scenario.kept_result import KeptResult

        if is_guarded():
            self.load(name)
        content = self._result_bytes(checked_name(name))
        return None if content is None else KeptResult.from_bytes(content, where=name)

    def baseline(self, province: str) -> str:
        """Return the baseline of a province: the scenario that others are compared with.

        Parameters
        ----------
        province
            Name of the pack.

        Returns
        -------
        name
            Name of the scenario; empty without one.

        Raises
        ------
        StorageError
            If it cannot be read.
        """
        with _team() as team:
            known = self._baselines_of_files() if team is None else team.baselines()
        return known.get(province, "")

    def set_baseline(self, province: str, name: str) -> None:
        """Make a scenario the baseline of its province, in place of an earlier one.

        Parameters
        ----------
        province
            Name of the pack.
        name
            Name of the scenario; empty for none.

        Raises
        ------
        StorageError
            If the folder is read-only or the disk is full.
        """
        if is_guarded():
            from data.workspace.access import shared

            shared.require_province(self.folder, province, name)
        with _team() as team:
            if team is not None:
                team.set_baseline(province, name)
                return
        known = {**self._baselines_of_files(), province: name}
        self._write_baselines({k: kept for k, kept in known.items() if kept})

    def _result_bytes(self, name: str) -> bytes | None:
        with _team() as team:
            if team is not None and (shared := team.result(name)) is not None:
                return shared
        path = self._result_path(name)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            _refuse_storage("result_not_read", path, error)

    def _keep_bytes(self, name: str, content: bytes) -> None:
        with _team() as team:
            if team is not None:
                team.keep_result(name, content)
                return
        path = self._result_path(name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            _refuse_storage("result_not_kept", path, error)
        atomic_write(path, content)

    def _baselines_of_files(self) -> dict[str, str]:
        """Return province → name; a damaged file marks nothing."""
        try:
            content = json.loads((self.folder / _BASELINES).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        except OSError as error:
            _refuse_storage("baselines_not_read", self.folder / _BASELINES, error)
        pairs = content.items() if isinstance(content, dict) else ()
        return {str(province): str(name) for province, name in pairs}

    def _write_baselines(self, known: dict[str, str]) -> None:
        text = json.dumps(known, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
        atomic_write(self.folder / _BASELINES, text.encode("utf-8"))

    def _result_path(self, name: str) -> Path:
        return self.folder / "results" / f"{name}.zip"

    def _path(self, name: str) -> Path:
        return self.scenarios_dir / f"{checked_name(name)}.json"


def _team() -> AbstractContextManager[TeamScenarios | None]:
    """Return the team's scenarios; without a team nothing of a data base is loaded."""
    if not os.environ.get(CATALOGUE_ENVIRONMENT):
        return nullcontext()
    from data.workspace.team import team_scenarios

    return team_scenarios()


def checked_name(name: str) -> str:
    """Check the name of a scenario.

    Parameters
    ----------
    name
        Name as typed.

    Returns
    -------
    name
        Without spaces around it.

    Raises
    ------
    InputError
        If it is empty, too long, or not a plain file name on every operating system.

    Examples
    --------
    >>> checked_name(" 昭通 5G 方案-2 ")
    '昭通 5G 方案-2'
    """
    text = name.strip()
    fine = _NAME.fullmatch(text) and len(text) <= MAX_NAME
    if not fine or text.startswith(".") or text.endswith(".") or _RESERVED.fullmatch(text):
        raise InputError(
            Message("scenario_name.what", {"name": name[:MAX_NAME]}),
            where=Message("scenario_name.where"),
            repair=Message("scenario_name.repair", {"most": MAX_NAME}),
        )
    return text


def _refuse_storage(code: str, path: Path, error: OSError) -> NoReturn:
    raise StorageError(
        f"scenario.{code}", where=str(path), reason=error.strerror or error, variable=ENVIRONMENT
    ) from error

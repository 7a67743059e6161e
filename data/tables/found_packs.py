"""Find the provinces: embedded ones, those of ``TONGCUN_PACKS`` and those of the workspace.

Every sub-folder with a ``pack.toml`` is a province. A folder that is at fault is left out and the
fault is kept, so that one unfinished pack does not stop the others::

    TONGCUN_PACKS=/home/me/packs        # /home/me/packs/guizhou/pack.toml → province "guizhou"
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from data.home import PROVINCES_FOLDER, workspace_folder
from data.wording.catalogue import Message
from geo.errors import DataError, UnknownNameError
from geo.sentence import Several

#: Environment variable: folders outside the source tree, separated by ``os.pathsep``.
PACKS_ENVIRONMENT = "TONGCUN_PACKS"
#: Folder of the embedded packs.
PACKS_DIR = Path(__file__).parents[1] / "packs"
#: Settings of a pack.
META_FILE = "pack.toml"

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_PROVINCE_CODE = re.compile(r"\d{2}0000")
_LAST = 99


@dataclass(frozen=True)
class FoundPacks:
    """The provinces that can be opened, and what is wrong with the others.

    Attributes
    ----------
    folders
        Name of the pack → its folder, in menu order.
    faults
        One error per folder that was left out.
    """

    folders: Mapping[str, Path]
    faults: tuple[DataError, ...]

    def folder(self, name: str) -> Path:
        """Return the folder of one pack.

        Parameters
        ----------
        name
            Name of the pack, as in ``--province``.

        Returns
        -------
        folder
            Folder with its ``pack.toml``.

        Raises
        ------
        DataError
            If a folder of that name was left out.
        UnknownNameError
            If there is no such pack.
        """
        if name in self.folders:
            return self.folders[name]
        for fault in self.faults:
            if Path(fault.where).name == name or Path(fault.where).parent.name == name:
                raise fault
        raise UnknownNameError("province", name, self.folders, where="--province")


def find_packs() -> FoundPacks:
    """Return the embedded packs, those of ``TONGCUN_PACKS`` and those added to the workspace.

    An embedded pack wins over another of its name or code, an earlier folder over a later one.

    Returns
    -------
    found
        Packs that can be opened, and the faults of the others.

    Raises
    ------
    DataError
        If the folder of the embedded packs is missing.
    """
    if not PACKS_DIR.is_dir():
        raise DataError("pack.no_packs", where=str(PACKS_DIR))
    order: dict[str, tuple[int, str]] = {}
    folders: dict[str, Path] = {}
    codes: dict[str, Path] = {}
    faults = []
    for found in _candidates():
        try:
            if isinstance(found, DataError):
                raise found
            meta = read_meta(found)
            check_name(found, meta)
            _check_unique(found, folders.get(found.name), codes.get(meta["adcode"]))
        except DataError as fault:
            faults.append(fault)
            continue
        folders[found.name] = codes[meta["adcode"]] = found
        order[found.name] = (meta.get("order", _LAST), found.name)
    return FoundPacks(
        {name: folders[name] for name in sorted(folders, key=order.__getitem__)}, (*faults,)
    )


def pack_names() -> tuple[str, ...]:
    """Return the names of the packs that can be opened, in menu order.

    Returns
    -------
    names
        As in ``--province``.
    """
    return tuple(find_packs().folders)


def read_meta(folder: Path) -> dict[str, Any]:
    """Return the settings of a pack.

    Parameters
    ----------
    folder
        Folder with a ``pack.toml``.

    Returns
    -------
    meta
        ``adcode``, ``name_zh``, ``name_en``, and every other entry of the file.

    Raises
    ------
    DataError
        With every fault of the file.
    """
    path = folder / META_FILE
    try:
        seen = path.stat()
        return dict(_read_meta(path, (seen.st_mtime_ns, seen.st_size)))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError("pack.unreadable", where=str(path), error=error) from error


@lru_cache(maxsize=64)
def _read_meta(path: Path, stamp: tuple[int, int]) -> dict[str, Any]:
    """Return the checked settings of a file in one state of it: pages ask hundreds of times."""
    del stamp
    meta = tomllib.loads(path.read_text(encoding="utf-8"))
    if faults := list(_meta_faults(meta)):
        raise DataError("pack.settings", where=str(path), faults=Several((*faults,)))
    return meta


def check_name(folder: Path, meta: Mapping[str, Any]) -> None:
    """Check the name that a pack goes by: that of its folder.

    Parameters
    ----------
    folder
        Folder of the pack.
    meta
        Its settings.

    Raises
    ------
    DataError
        If the name cannot be given to ``--province``, or ``pack.toml`` says another.
    """
    name = folder.name
    if not _NAME.fullmatch(name):
        raise DataError("pack.folder_name", where=str(folder / META_FILE), name=name)
    if (other := meta.get("name", name)) != name:
        raise DataError("pack.other_name", where=str(folder / META_FILE), name=name, other=other)


def _candidates() -> Iterator[Path | DataError]:
    """Yield the folders of packs, and an error for a listed folder that holds none."""
    yield from _packs_in(PACKS_DIR)
    for text in os.environ.get(PACKS_ENVIRONMENT, "").split(os.pathsep):
        if not text.strip():
            continue
        listed = Path(text.strip()).expanduser()
        found = _packs_in(listed)
        yield from found
        if not found:
            code = "pack.holds_none"
            if not listed.is_dir():
                code = "pack.listed_missing"
            elif (listed / META_FILE).exists():
                code = "pack.listed_itself"
            where = f"{PACKS_ENVIRONMENT}: {listed}"
            yield DataError(code, where=where, parent=listed.parent)
    yield from _packs_in(workspace_folder() / PROVINCES_FOLDER)


def _packs_in(folder: Path) -> list[Path]:
    # A page asks some hundred times: only what is a pack becomes a path.
    try:
        with os.scandir(folder) as entries:
            found = [entry.path for entry in entries
                     if Path(entry.path, META_FILE).exists()]  # fmt: skip
    except OSError:
        return []
    return sorted(Path(os.path.realpath(path)) for path in found)


def _check_unique(folder: Path, same_name: Path | None, same_code: Path | None) -> None:
    other = same_name or same_code
    if other is not None:
        code = "pack.same_name" if same_name else "pack.same_code"
        raise DataError(code, where=str(folder), other=other, file=META_FILE)


def _meta_faults(meta: Mapping[str, Any]) -> Iterator[Message]:
    for key in ("adcode", "name_zh", "name_en"):
        if key not in meta:
            yield Message("fault_part.lacks", {"key": key})
        elif not isinstance(meta[key], str) or not meta[key].strip():
            yield Message("fault_part.no_text", {"key": key, "value": meta[key]})
        elif key == "adcode" and not _PROVINCE_CODE.fullmatch(meta[key]):
            yield Message("fault_part.no_code", {"value": meta[key]})
    if not isinstance(meta.get("order", _LAST), int):
        yield Message("fault_part.no_order", {"value": meta["order"]})

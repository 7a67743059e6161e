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
from geo.errors import DataError, UnknownNameError

#: Environment variable: folders outside the source tree, separated by ``os.pathsep``.
PACKS_ENVIRONMENT = "TONGCUN_PACKS"
#: Folder of the embedded packs.
PACKS_DIR = Path(__file__).parents[1] / "packs"
#: Settings of a pack.
META_FILE = "pack.toml"

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_PROVINCE_CODE = re.compile(r"\d{2}0000")
_LAST = 99
_REPAIR = "see “Add a province” in CONTRIBUTING.md"


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
        raise DataError("the folder of packs is missing", where=str(PACKS_DIR), repair=_REPAIR)
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
        raise DataError(f"cannot be read ({error})", where=str(path), repair=_REPAIR) from error


@lru_cache(maxsize=64)
def _read_meta(path: Path, stamp: tuple[int, int]) -> dict[str, Any]:
    """Return the checked settings of a file in one state of it: pages ask hundreds of times."""
    del stamp
    meta = tomllib.loads(path.read_text(encoding="utf-8"))
    if faults := list(_meta_faults(meta)):
        raise DataError("; ".join(faults), where=str(path), repair=_REPAIR)
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
    what = ""
    if not _NAME.fullmatch(name):
        what = f"the folder's name {name!r} is not made of a–z, 0–9, _ and -"
    elif meta.get("name", name) != name:
        what = f"name = {meta['name']!r} is not the folder's name {name!r}"
    if what:
        raise DataError(what, where=str(folder / META_FILE), repair=_REPAIR)


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
            what, repair = "holds no folder with a pack.toml", _REPAIR
            if not listed.is_dir():
                what, repair = "is no folder", "name an existing folder"
            elif (listed / META_FILE).exists():
                what, repair = "is itself a pack", f"name the folder that holds it: {listed.parent}"
            where = f"{PACKS_ENVIRONMENT}: {listed}"
            yield DataError(what, where=where, repair=repair)
    yield from _packs_in(workspace_folder() / PROVINCES_FOLDER)


def _packs_in(folder: Path) -> list[Path]:
    return sorted(path.parent.resolve() for path in folder.glob(f"*/{META_FILE}"))


def _check_unique(folder: Path, same_name: Path | None, same_code: Path | None) -> None:
    other = same_name or same_code
    if other is not None:
        what = "name" if same_name else "adcode"
        raise DataError(
            f"has the {what} of {other}, which is used instead",
            where=str(folder),
            repair="rename the folder" if same_name else f"give {META_FILE} another adcode",
        )


def _meta_faults(meta: Mapping[str, Any]) -> Iterator[str]:
    for key in ("adcode", "name_zh", "name_en"):
        if key not in meta:
            yield f"lacks {key!r}"
        elif not isinstance(meta[key], str) or not meta[key].strip():
            yield f"{key} = {meta[key]!r} is no text in quotation marks"
        elif key == "adcode" and not _PROVINCE_CODE.fullmatch(meta[key]):
            yield f"adcode = {meta[key]!r} is no code of a province, such as 990000"
    if not isinstance(meta.get("order", _LAST), int):
        yield f"order = {meta['order']!r} is no whole number"

"""Add a province of the mainland to those that can be opened."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from data.atomic import storage_errors
from data.home import PROVINCES_FOLDER, workspace_folder
from data.provinces.building import BuiltProvince, build_province
from data.provinces.listed import listed_province
from data.provinces.packages import CACHE_DIR, PackageStore
from data.tables.found_packs import PACKS_ENVIRONMENT, find_packs, read_meta
from data.wording.catalogue import Message
from geo.errors import InputError


def provinces_folder() -> Path:
    """Return where a province is added: the first of ``TONGCUN_PACKS``, or of the workspace.

    Returns
    -------
    folder
        Packs in it are found; it need not exist yet.
    """
    for text in os.environ.get(PACKS_ENVIRONMENT, "").split(os.pathsep):
        if text.strip():
            return Path(text.strip()).expanduser()
    return workspace_folder() / PROVINCES_FOLDER


def opened_by() -> dict[str, Path]:
    """Return the folders of the provinces that can be opened.

    Returns
    -------
    folders
        Code of the province → folder of its pack.
    """
    folders = find_packs().folders.values()
    return {str(read_meta(folder)["adcode"]): folder for folder in folders}


def add_province(
    wanted: str,
    *,
    packs: Path | None = None,
    packages: Path | None = None,
    villages: bool = False,
) -> BuiltProvince:
    """Build the pack of a province where it will be found.

    Parameters
    ----------
    wanted
        Code or name of one of the 31 provinces of the mainland.
    packs
        Folder that gets the pack as a sub-folder; None for :func:`provinces_folder`.
    packages
        Folder of wheels and other archives; None for that of ``make data``. Installed packages of
        the pinned versions are found as well.
    villages
        Whether illustrative villages, sites and fibre nodes are made.

    Returns
    -------
    built
        What was made, and what could not be.

    Raises
    ------
    InputError
        If there is a pack of that province already.
    StorageError
        If a package is missing, with the command that downloads it; if the folder cannot be
        written.
    """
    province = listed_province(wanted)
    home = provinces_folder() if packs is None else packs.expanduser()
    target = home / province.name
    there = opened_by().get(province.adcode, target if target.exists() else None)
    if there is not None:
        raise InputError(
            Message("province_added.there", {"name": province.name}), where=str(there),
            repair=Message("province_added.delete"),
        )  # fmt: skip
    store = PackageStore(packages.expanduser() if packages else CACHE_DIR)
    with storage_errors(target):
        home.mkdir(parents=True, exist_ok=True)
        # Built aside: a province appears whole or not at all.
        aside = Path(tempfile.mkdtemp(prefix=".adding-", dir=home))
    try:
        built = build_province(province, store, aside / province.name, villages=villages)
        with storage_errors(target):
            built.folder.replace(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return replace(built, folder=target)

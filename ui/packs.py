"""The province as the workspace makes it, and what it states, kept between runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache

from data.ledger.statements import Ledger
from data.tables.reader import Pack, pack_names
from data.wording.prefectures import prefectures_word as word_of
from data.workspace.access.mode import is_guarded
from data.workspace.effective import catalogue_stamp, effective_pack
from data.workspace.folder import Workspace
from layers.registry import layer, layers


def in_force(name: str) -> Pack:
    """Return a pack as the workspace makes it, read again when a file has changed."""
    found = Pack.load(name)
    if is_guarded():
        from data.workspace.access import desk
        from data.workspace.access.roles import Action, RoleArea

        desk.require(Action.READ, RoleArea(province=name))
    with os.scandir(found.folder) as entries:
        stamps = [(entry.name, entry.stat()) for entry in entries]
    seen = sorted((file, stamp.st_size, stamp.st_mtime_ns) for file, stamp in stamps)
    folder = Workspace.open().folder
    return _read(found, (*seen, folder, catalogue_stamp(folder)))


def readable() -> tuple[str, ...]:
    """Return the provinces that the visitor may read: all, where nobody is asked who he is."""
    if not is_guarded():
        return pack_names()
    from data.workspace.access import desk

    return desk.provinces(pack_names())


def prefectures_word(name: str) -> str:
    """Return what Chinese sentences call the prefectures of a province."""
    names = in_force(name).regions("prefecture")["name_zh"]
    return word_of(map(str, names))


def stated_metrics(name: str) -> Mapping[str, str]:
    """Return key of a layer → key of its metric where nobody chooses one; not for overlays."""
    found = in_force(name)
    return _stated(found, found.digest, tuple(item.key for item in layers()))


# A page asks both some hundred times a run: Streamlit's caches cost a millisecond each time.
@lru_cache(maxsize=8)
def _read(pack: Pack, stamps: tuple[object, ...]) -> Pack:
    del stamps
    return effective_pack(pack)


@lru_cache(maxsize=8)
def _stated(pack: Pack, digest: str, keys: tuple[str, ...]) -> Mapping[str, str]:
    del digest
    ledger, known = Ledger.of(pack), [layer(key) for key in keys]
    return {item.key: item.stated_metric(ledger).key for item in known if item.metrics}

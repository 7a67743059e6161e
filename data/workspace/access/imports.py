"""Checks of imported tables: a planner of one prefecture changes the rows of that prefecture."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from data.workspace.access import desk
from data.workspace.access.roles import Action, RoleArea

_CODE = "adcode"


def check_import(
    folder: Path, province: str, kind: str, before: pd.DataFrame | None, after: pd.DataFrame
) -> None:
    """Refuse a table that changes rows where the present account may not import.

    Parameters
    ----------
    folder
        Root of the workspace.
    province
        Name of the pack.
    kind
        Kind of table.
    before, after
        Table in force and the one that takes its place.

    Raises
    ------
    AccessRefusedError
        If a changed row lies elsewhere, or it cannot be told where.
    """
    account = desk.present()
    if desk.may(account, Action.IMPORT, RoleArea(province=province), folder):
        return
    for area in _areas(province, before, after):
        desk.require(Action.IMPORT, area, kind, folder)


def _areas(province: str, before: pd.DataFrame | None, after: pd.DataFrame) -> list[RoleArea]:
    """Return the prefectures of the rows that differ; the province where a row names none."""
    tables = [table for table in (before, after) if table is not None]
    if any(_CODE not in table for table in tables):
        return [RoleArea(province=province)]
    rows = [
        pd.DataFrame({"row": table.astype("string").fillna("").agg("\x1f".join, axis=1),
                      _CODE: table[_CODE].astype("string").fillna("")})
        for table in tables
    ]  # fmt: skip
    changed = pd.concat(rows).drop_duplicates("row", keep=False)[_CODE]
    whole = changed.str.fullmatch(r"[0-9]{6}")
    prefectures = {f"{code[:4]}00" for code in changed[whole]}
    found = [RoleArea(province=province, prefecture=code) for code in sorted(prefectures)]
    return found if found and whole.all() else [RoleArea(province=province)]


def check_undo(folder: Path, province: str, kind: str, who: str) -> None:
    """Refuse to take back or bring back what another account imported.

    Parameters
    ----------
    folder
        Root of the workspace.
    province
        Name of the pack.
    kind
        Kind of table.
    who
        Account of the import.

    Raises
    ------
    AccessRefusedError
        If the present account neither imported it nor may import in the whole province.
    """
    account = desk.present()
    own = account.name and account.name == who
    if not own and not desk.may(account, Action.IMPORT, RoleArea(province=province), folder):
        error = desk.refusal(Action.IMPORT, f"{province} {kind}")
        raise error

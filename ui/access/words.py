"""Words of the shared work: areas, moments, and what a line of the record tells."""

from __future__ import annotations

import datetime as dt

from data.tables.reader import Pack, pack_names
from data.wording.catalogue import sentences
from data.workspace.access.roles import EVERYWHERE, RoleArea
from ui.shell.i18n import language, name_language, t


def area(where: RoleArea) -> str:
    """Return the name of an area."""
    if where.province == EVERYWHERE:
        return t("shared.everywhere")
    if where.province not in pack_names():
        return where.province
    pack, name = Pack.load(where.province), f"name_{name_language()}"
    title = str(pack.regions("province")[name].iloc[0])
    if not where.prefecture:
        return title
    rows = pack.regions("prefecture")
    found = rows.loc[rows["adcode"] == where.prefecture, name]
    return f"{title} · {found.iloc[0] if len(found) else where.prefecture}"


def moment(text: str) -> str:
    """Return a time of the record, UTC, as the clock of the server shows it."""
    return dt.datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M")


def doing(code: str) -> str:
    """Return what a line of the record tells, in words."""
    kind, _, rest = code.partition(".")
    known = sentences(language())
    for key in (f"audit_what.{kind}.{rest}", f"access_action.{rest}"):
        if key in known:
            word = t(key)
            return t("audit_what.refusal", action=word) if kind == "refused" else word
    return code

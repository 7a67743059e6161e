"""States of the villages over time, from dated imports: every statement is kept.

Each import of natural villages that was not undone is a set of statements, and so is each accepted
site. A row holds for its own ``as_of``; rows without a date are left out. Of two statements of the
same day the later import counts. Rows that a later import keeps are no new statements. A village
without an id of its own is the one of the same name and county that has one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from data.ledger.statements import parse_date
from data.workspace.accepted_sites import accepted
from data.workspace.merging import made_ids

if TYPE_CHECKING:
    from data.workspace.catalogue import Catalogue

#: Services whose changes are recorded.
SERVICES = ("has_4g", "has_5g", "has_fibre")
STATEMENT_COLUMNS = ("village_id", "as_of", *SERVICES, "households", "evidence", "import_id")
CHANGE_COLUMNS = (
    "village_id", "service", "before", "after", "as_of", "evidence", "import_id",
)  # fmt: skip


def village_statements(store: Catalogue, province: str) -> pd.DataFrame:
    """Return every dated statement on the villages of a province.

    Parameters
    ----------
    store
        Imports of the workspace.
    province
        Name of the pack.

    Returns
    -------
    statements
        Frame with :data:`STATEMENT_COLUMNS`, ordered by village, date and import; empty cells are
        unknown.
    """
    parts = []
    for record in store.history(province, "natural_villages"):
        if record.undone:
            continue
        columns = [*STATEMENT_COLUMNS, "name", "adcode"]
        rows = pd.DataFrame(store.read(record)).reindex(columns=columns)
        rows["import_id"] = record.id
        parts.append(rows[rows["as_of"].notna()])
    parts += _acceptances(store, province)
    if not parts:
        return pd.DataFrame(columns=list(STATEMENT_COLUMNS))
    whole = pd.concat([part.astype(object) for part in parts], ignore_index=True)
    whole["as_of"] = whole["as_of"].astype(str)
    whole["village_id"] = _own_ids(whole)
    whole = whole.sort_values(["village_id", "as_of", "import_id"])[list(STATEMENT_COLUMNS)]
    said = [name for name in STATEMENT_COLUMNS if name != "import_id"]
    return whole.drop_duplicates(said).reset_index(drop=True)


def _acceptances(store: Catalogue, province: str) -> list[pd.DataFrame]:
    """Return what accepted sites state of their villages, one frame for each import."""
    columns = [*STATEMENT_COLUMNS, "name", "adcode"]
    parts = []
    for record in store.history(province, "site_lives"):
        if record.undone:
            continue
        said = accepted(pd.DataFrame(store.read(record)))
        for service in SERVICES:
            rows = said[said["service"] == service].assign(**{service: True}, import_id=record.id)
            parts.append(rows.reindex(columns=columns))
    return [part for part in parts if len(part)]


def _own_ids(rows: pd.DataFrame) -> pd.Series:
    """Return the ids; a generated one is replaced by that of this name and county."""
    made = made_ids("natural_villages", rows["village_id"])
    place = rows["name"].astype(str) + "\x1f" + rows["adcode"].astype(str)
    named = rows["name"].notna().to_numpy()
    pairs = pd.DataFrame({"place": place, "id": rows["village_id"]})[~made & named]
    pairs = pairs.drop_duplicates()
    once = pairs[~pairs["place"].duplicated(keep=False)]
    known = dict(zip(once["place"], once["id"], strict=True))
    found: pd.Series = place.where(made & named).map(known)
    return found.where(found.notna(), rows["village_id"])


def village_states(store: Catalogue, province: str, as_of: str) -> pd.DataFrame:
    """Return the state of every village as of a date: per service the last known statement.

    A statement that leaves a service empty does not make it unknown again.

    Parameters
    ----------
    store
        Imports of the workspace.
    province
        Name of the pack.
    as_of
        Last date that counts, YYYY-MM-DD.

    Returns
    -------
    states
        Frame with :data:`STATEMENT_COLUMNS`, one row per village; empty cells are unknown.

    Raises
    ------
    InputError
        If ``as_of`` is not a date.
    """
    day = parse_date(as_of, where="--as-of")
    seen = village_statements(store, province)
    seen = seen[seen["as_of"] <= day]
    # groupby.last skips empty cells: the last statement that says something counts.
    return seen.groupby("village_id", sort=True).last().reset_index()[list(STATEMENT_COLUMNS)]


def village_changes(store: Catalogue, province: str) -> pd.DataFrame:
    """Return every change of a service at a village; the first change is from unknown.

    Parameters
    ----------
    store
        Imports of the workspace.
    province
        Name of the pack.

    Returns
    -------
    changes
        Frame with :data:`CHANGE_COLUMNS`, ordered by date, village and service.
    """
    seen = village_statements(store, province)
    parts = []
    for service in SERVICES:
        known = seen[seen[service].notna()]
        before = known.groupby("village_id")[service].shift()
        changed = before.isna() | (before.astype(object) != known[service].astype(object))
        part = known.loc[changed, ["village_id", "as_of", "evidence", "import_id"]].copy()
        part["service"], part["before"] = service, before[changed]
        part["after"] = known.loc[changed, service]
        parts.append(part)
    whole = pd.concat(parts, ignore_index=True)[list(CHANGE_COLUMNS)]
    return whole.sort_values(["as_of", "village_id", "service"], ignore_index=True)

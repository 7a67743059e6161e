"""The life of a site: proposed, approved, under construction, operational, accepted.

Each statement is dated and kept in the workspace like every import; the last of a site is in force
and can be undone. What is accepted counts for the villages that it names: they have the service
from that day on, measured where a level or a rate was measured, else declared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.clock import today
from data.export.bundle import records, tidy
from data.ledger.statements import parse_date
from data.scenario.presets import preset
from data.tables.common import Counts
from data.tables.imports import IMPORTABLE, STAGES
from data.wording.catalogue import LANGUAGES, Message, text
from data.workspace.accepted_sites import ACCEPTED, village_ids
from data.workspace.team import user
from geo.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from data.tables.reader import Pack
    from data.workspace.catalogue import Catalogue, ImportRecord

KIND = "site_lives"
#: Layer of a preset → technology of a site.
_TECHNOLOGIES = {"mobile_4g": "4G", "mobile_5g": "5G"}


@dataclass(frozen=True)
class SiteMove:
    """One step in the life of a site.

    Attributes
    ----------
    site_id
        Id of the site, such as that of the candidate of a plan.
    stage
        One of :data:`data.tables.imports.STAGES`.
    as_of
        Day of the step, YYYY-MM-DD.
    villages
        Ids of the villages that the site serves, separated by semicolons.
    technology
        ``4G`` or ``5G``.
    rsrp_dbm, rate_mbps
        What was measured at the acceptance [dBm, Mbit/s]; None where nothing was.
    photographs
        Names of photographs, separated by semicolons.
    result
        ``passed`` or ``failed``; empty where nobody tested.
    source
        Where it is from.
    """

    site_id: str
    stage: str
    as_of: str
    villages: str = ""
    technology: str = ""
    rsrp_dbm: float | None = None
    rate_mbps: float | None = None
    photographs: str = ""
    result: str = ""
    source: str = ""


def move(
    store: Catalogue, pack: Pack, moves: Sequence[SiteMove], *, who: str = "", file_name: str = ""
) -> ImportRecord:
    """Put steps in the life of sites in force.

    Parameters
    ----------
    store
        The workspace's catalogue.
    pack
        The province's tables in force: villages that a site is accepted for must be in it.
    moves
        At least one. What a step leaves empty stays as the step before said.
    who
        Who gives them; empty for the user of the operating system.
    file_name
        File that they were read from; empty if they were given by hand.

    Returns
    -------
    record
        The import that puts them in force; it can be undone like any other.

    Raises
    ------
    InputError
        If none is given, a date lies ahead or before the last step, a site would go back, or an
        accepted village is illustrative.
    UnknownNameError
        If a stage or a village is unknown.
    """
    if not moves:
        raise InputError(Message("site_life.none"), where=file_name or KIND)
    with store.changing():
        earlier = store.table(pack.name, KIND)
        rows_now = [] if earlier is None else records(tidy(earlier))
        state = {str(row["site_id"]): row for row in rows_now}
        for step in moves:
            state[step.site_id] = _row(pack, step, state.get(step.site_id))
        rows = pd.DataFrame(list(state.values())).reindex(
            columns=list(IMPORTABLE[KIND].column_names)
        )
        rows = rows.astype({"rsrp_dbm": float, "rate_mbps": float})
        digest = hashlib.sha256(rows.to_csv(index=False).encode()).hexdigest()
        return store.commit(
            province=pack.name, kind=KIND, table=rows, file_name=file_name or KIND,
            file_sha256=digest, evidence="declared", as_of=max(step.as_of for step in moves),
            crs={}, who=who.strip() or user(), counts=Counts(len(moves), len(moves), 0, 0),
            choices={"moved": len(moves)},
        )  # fmt: skip


def _row(pack: Pack, step: SiteMove, before: dict[str, Any] | None) -> dict[str, Any]:
    """Return the row that a step puts in force."""
    if step.stage not in STAGES:
        raise UnknownNameError("stage", step.stage, STAGES, where=step.site_id)
    date = parse_date(step.as_of, where=step.site_id)
    last = before or {}
    fault = None
    if not step.site_id.strip():
        fault = Message("site_life.no_site")
    elif date > today().isoformat():
        fault = Message("own_count.ahead", {"date": date})
    elif before is not None and STAGES.index(step.stage) < STAGES.index(str(last["stage"])):
        fault = Message("site_life.back", {
            "stage": Message(f"stage.{step.stage}"), "before": Message(f"stage.{last['stage']}")
        })  # fmt: skip
    elif date < str(last.get("as_of") or ""):
        fault = Message("site_life.earlier", {"date": date, "before": str(last["as_of"])})
    if fault is not None:
        raise InputError(fault, where=step.site_id, repair=Message("site_life.repair"))
    given = {key: value for key, value in vars(step).items() if value not in (None, "")}
    kept = {key: value for key, value in last.items() if value is not None}
    row = kept | given | {"as_of": date}
    if step.stage == ACCEPTED:
        _check_villages(pack, step.site_id, village_ids(row.get("villages")))
    measured = "rsrp_dbm" in row or "rate_mbps" in row
    row["evidence"] = "measured" if step.stage == ACCEPTED and measured else "declared"
    return row


def _check_villages(pack: Pack, site: str, ids: list[str]) -> None:
    table = pack.table("natural_villages", columns=["village_id", "evidence"])
    known = table[table["village_id"].isin(ids)]
    unknown = sorted(set(ids) - set(known["village_id"]))
    if unknown:
        raise InputError(
            Message("site_life.no_village", {"id": unknown[0]}), where=site,
            repair=Message("site_life.which_village"),
        )  # fmt: skip
    if (known["evidence"] == "illustrative").any():
        raise InputError(
            Message("site_life.invented"), where=site, repair=Message("site_life.import_first")
        )


def technology_of(key: str) -> str:
    """Return the technology of a site with a preset.

    Parameters
    ----------
    key
        Key of the preset.

    Returns
    -------
    technology
        ``4G`` or ``5G``; empty for another.
    """
    return _TECHNOLOGIES.get(preset(key).layer, "")


def life_table(store: Catalogue, province: str) -> pd.DataFrame:
    """Return every step of every site, from all imports that were not undone.

    Parameters
    ----------
    store
        Imports of the workspace.
    province
        Name of the pack.

    Returns
    -------
    steps
        Columns of the table of lives with ``import_id``; ordered by site, date and import.
    """
    names = [*IMPORTABLE[KIND].column_names, "import_id"]
    parts = [
        store.read(record).assign(import_id=record.id)
        for record in store.history(province, KIND)
        if not record.undone
    ]
    if not parts:
        return pd.DataFrame(columns=names)
    whole = pd.concat([part.astype(object) for part in parts], ignore_index=True)
    whole = whole.reindex(columns=names).sort_values(["site_id", "as_of", "import_id"])
    said = [name for name in names if name != "import_id"]
    return whole.drop_duplicates(said).reset_index(drop=True)


def from_row(row: dict[str, str], where: str) -> SiteMove:
    """Return the step that a row of a file states.

    Parameters
    ----------
    row
        Column → text, as in :class:`SiteMove`; empty where nothing is said. A stage may be written
        in the words of a language.
    where
        Place of the row, for messages.

    Returns
    -------
    step
        The step.

    Raises
    ------
    InputError
        If a measured value is no number.
    """
    texts: dict[str, Any] = {key: row.get(key, "").strip() for key in _TEXTS}
    called = {text(f"stage.{stage}", language): stage for stage in STAGES for language in LANGUAGES}
    texts["stage"] = called.get(texts["stage"], texts["stage"])
    return SiteMove(
        **texts,
        rsrp_dbm=_number(row.get("rsrp_dbm", ""), where),
        rate_mbps=_number(row.get("rate_mbps", ""), where),
    )


_TEXTS = ("site_id", "stage", "as_of", "villages", "technology", "photographs", "result", "source")


def _number(cell: str, where: str) -> float | None:
    try:
        return float(cell) if cell.strip() else None
    except ValueError as error:
        raise InputError(
            Message("site_life.no_number", {"value": cell}), where=where,
            repair=Message("site_life.number"),
        ) from error  # fmt: skip

"""A plan as the result that its scenario keeps, and back."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, fields
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from data.scenario.kept_result import KeptResult
from data.scenario.scenario import Scenario
from data.tables.reader import Pack
from data.version import VERSION
from data.wording.catalogue import Bilingual, Message
from data.workspace.folder import Workspace
from geo.errors import DataError
from planning.comparison.inputs import plan_key, without_extras
from planning.plan.rollout import Rollout
from planning.plan.site_selection import SelectionResult

#: Values of a plan beside its tables, scenario and selection.
_VALUES = ("household_years", "most_household_years", "basis")
#: Messages of a plan.
_MESSAGES = ("further", "warnings")
_TABLES = tuple(
    field.name for field in fields(Rollout) if str(field.type).endswith("DataFrame")
)  # fmt: skip


def kept_result(pack: Pack, rollout: Rollout) -> KeptResult:
    """Return a plan as a result that a scenario keeps.

    Parameters
    ----------
    pack
        The province's tables that the plan was made from.
    rollout
        The plan.

    Returns
    -------
    result
        With the time of now and the version of this program.
    """
    tables = {name: pd.DataFrame(getattr(rollout, name)) for name in _TABLES}
    tables["routes"] = rollout.routes.to_wkb().astype({"geometry": object})
    content: dict[str, Any] = {name: getattr(rollout, name) for name in _VALUES}
    content |= {
        "choice": asdict(rollout.choice),
        "notes": list(rollout.notes),
        **{name: [_packed(note) for note in getattr(rollout, name)] for name in _MESSAGES},
    }
    return KeptResult(
        key=plan_key(pack, rollout.scenario),
        at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        version=VERSION,
        scenario=rollout.scenario.to_json(),
        content=content,
        tables=tables,
    )


def kept_rollout(result: KeptResult, *, where: str) -> Rollout:
    """Return the plan that a scenario keeps.

    Parameters
    ----------
    result
        The result.
    where
        Name of the scenario, for messages.

    Returns
    -------
    rollout
        The plan.

    Raises
    ------
    DataError
        If a part of it is missing.
    InputError
        If its scenario cannot be read.
    """
    try:
        content, choice = result.content, result.content["choice"]
        messages: dict[str, Any] = {
            name: tuple(map(_unpacked, content[name])) for name in _MESSAGES
        }
        tables: dict[str, Any] = {name: result.tables[name] for name in _TABLES}
        shapes = gpd.GeoSeries.from_wkb(tables["routes"]["geometry"], crs=4326)
        tables["routes"] = gpd.GeoDataFrame(
            tables["routes"].drop(columns="geometry"), geometry=shapes
        )
        return Rollout(
            scenario=Scenario.from_json(result.scenario, where=where),
            choice=SelectionResult(**(choice | {
                "selected": tuple(choice["selected"]),
                "shadow": tuple((str(code), float(n)) for code, n in choice["shadow"]),
            })),
            notes=tuple(content["notes"]),
            **messages,
            **{name: content[name] for name in _VALUES},
            **tables,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise DataError("scenario.result_lacks", where=where, error=error) from error


def known_rollout(pack: Pack, scenario: Scenario, workspace: Workspace) -> Rollout | None:
    """Return the plan that a saved scenario keeps, where it answers the scenario.

    Parameters
    ----------
    pack
        The province's tables in force.
    scenario
        The scenario, under the name that it is saved by.
    workspace
        Where scenarios are saved.

    Returns
    -------
    rollout
        None without a result, or where the scenario or the tables have changed since. It may lack
        frontier and alternatives.

    Raises
    ------
    DataError
        If the result is damaged.
    StorageError
        If it cannot be read.
    """
    # A scenario of a file may be called what no saved one can be.
    is_saved = scenario.name in workspace.names()
    result = workspace.result(scenario.name) if is_saved else None
    keys = {plan_key(pack, one) for one in (scenario, without_extras(scenario))}
    if result is None or result.key not in keys:
        return None
    return kept_rollout(result, where=scenario.name)


def keep_rollout(pack: Pack, scenario: Scenario, rollout: Rollout, workspace: Workspace) -> bool:
    """Keep the plan of a saved scenario as its result.

    Parameters
    ----------
    pack
        The province's tables that the plan was made from.
    scenario
        The scenario.
    rollout
        Its plan.
    workspace
        Where scenarios are saved.

    Returns
    -------
    kept
        False where another scenario, or none, is saved under the name.

    Raises
    ------
    StorageError
        If the folder is read-only or the disk is full.
    """
    if rollout.choice.stopped == "cancelled" or scenario.name not in workspace.names():
        return False
    if workspace.load(scenario.name).digest != scenario.digest:
        return False
    workspace.keep_result(scenario.name, kept_result(pack, rollout))
    return True


def _packed(value: Any) -> Any:
    """Return a message or one of its arguments as JSON can carry it."""
    if isinstance(value, Message):
        arguments = {name: _packed(inside) for name, inside in value.arguments.items()}
        return {"message": value.key, "arguments": arguments}
    if isinstance(value, Bilingual):
        return {"zh": value.zh, "en": value.en}
    if isinstance(value, list | tuple):
        return [_packed(inside) for inside in value]
    return value.item() if isinstance(value, np.generic) else value


def _unpacked(packed: Any) -> Any:
    if isinstance(packed, list):
        return [_unpacked(inside) for inside in packed]
    if not isinstance(packed, dict):
        return packed
    if "message" not in packed:
        return Bilingual(**packed)
    arguments = {name: _unpacked(inside) for name, inside in packed["arguments"].items()}
    return Message(str(packed["message"]), arguments)

"""Checks of a workspace's scenarios, where people are known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from data.scenario.scenario import Scenario
from data.workspace.access import desk, documents, reviews
from data.workspace.access.roles import Action, RoleArea


def readable(folder: Path, known: Iterable[tuple[str, Scenario]]) -> tuple[str, ...]:
    """Return the names of the scenarios that the present account may read.

    Parameters
    ----------
    folder
        Root of the workspace.
    known
        Name and scenario of each.

    Returns
    -------
    names
        In the order given.
    """
    account = desk.present()
    with documents.reading(folder) as opened:
        found = [
            (name, reviews.review_of(opened, scenario.model_copy(update={"name": name})))
            for name, scenario in known
        ]
    return tuple(name for name, review in found if reviews.can_read(account, review, folder))


def note_refused_read(folder: Path, name: str) -> None:
    """Record that a scenario was asked for that the present account may not read.

    Parameters
    ----------
    folder
        Root of the workspace.
    name
        Name of the scenario.
    """
    desk.note(f"refused.{Action.READ}", name, folder=folder)


@contextmanager
def recorded(folder: Path, before: Scenario | None, after: Scenario | None) -> Iterator[None]:
    """Check that a scenario may be saved or deleted, record it, and let the block do it.

    Parameters
    ----------
    folder
        Root of the workspace.
    before, after
        What is there, and what takes its place; None for nothing.

    Raises
    ------
    AccessRefusedError
        If the present account may not.
    """
    with desk.refusals_noted(folder), documents.writing(folder) as opened:
        reviews.saved(opened, folder, before, after)
        yield


def require_change(folder: Path, scenario: Scenario) -> None:
    """Refuse what changes a scenario that the present account may not change.

    Parameters
    ----------
    folder
        Root of the workspace.
    scenario
        The scenario with its name.

    Raises
    ------
    AccessRefusedError
        If the present account may not.
    """
    with documents.reading(folder) as opened:
        review = reviews.review_of(opened, scenario)
    if not reviews.can_change(desk.present(), review, folder):
        desk.refuse(Action.CHANGE, review.area, scenario.name, folder)


def require_province(folder: Path, province: str, item: str) -> None:
    """Refuse what changes a whole province, unless the present account plans it.

    Parameters
    ----------
    folder
        Root of the workspace.
    province
        Name of the pack.
    item
        What is changed.

    Raises
    ------
    AccessRefusedError
        If the present account may not.
    """
    desk.require(Action.CHANGE, RoleArea(province=province), item, folder)

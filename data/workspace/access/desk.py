"""Who works at this moment, and the check that stands before everything that is guarded.

``TONGCUN_AUTH`` says how people are known: ``none`` (the default: everyone is the one planner of
this machine, and nothing here reads or writes anything), ``oidc`` or ``proxy``. The interface says
who asks by :func:`identify_by`; work beside it by :func:`acting_as`. Unless somebody is known,
nobody asks, and nobody may do nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from data.home import workspace_folder
from data.workspace.access import audit, documents
from data.workspace.access.account import NOBODY, Account
from data.workspace.access.mode import is_guarded
from data.workspace.access.roles import (
    EVERYWHERE,
    Action,
    Grant,
    RoleArea,
    RoleTable,
    allowed,
    first_administrators,
)
from geo.errors import InputError
from geo.sentence import Message

P = ParamSpec("P")
T = TypeVar("T")

_ROLES: Final = "roles"
_acting: ContextVar[Account | None] = ContextVar("acting", default=None)
_identify: list[Callable[[], Account]] = []


class AccessRefusedError(InputError):
    """An account may not do what it asks for.

    Parameters
    ----------
    code
        Code of what is wrong.
    action
        What was asked for.
    item
        What it was asked for.
    account
        Who asked.
    state
        Where the scenario stands, if that is the reason.
    """

    def __init__(
        self, code: str, action: str, item: str, *, account: str = "", state: str = ""
    ) -> None:
        self.action, self.item = action, item
        super().__init__(
            code, where=item, account=account, action=Message(f"access_action.{action}"),
            state=Message(f"review_state.{state}") if state else "",
        )  # fmt: skip


def identify_by(who: Callable[[], Account]) -> None:
    """Let an interface say who asks.

    Parameters
    ----------
    who
        Returns the account of the present request; :data:`NOBODY` where there is none.
    """
    _identify[:] = [who]


@contextmanager
def acting_as(account: Account) -> Iterator[None]:
    """Do the work of a block for an account, in a thread that no request runs in.

    Parameters
    ----------
    account
        For whom.
    """
    mark = _acting.set(account)
    try:
        yield
    finally:
        _acting.reset(mark)


def bound(work: Callable[P, T]) -> Callable[P, T]:
    """Return work that a thread of its own does for the present account.

    Parameters
    ----------
    work
        What is done.

    Returns
    -------
    work
        The same where nobody is asked who he is.
    """
    if not is_guarded():
        return work
    account = present()

    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with acting_as(account):
            return work(*args, **kwargs)

    return run


def present() -> Account:
    """Return who asks now.

    Returns
    -------
    account
        :data:`NOBODY` if that is unknown.
    """
    acting = _acting.get()
    if acting is not None:
        return acting
    return _identify[0]() if _identify else NOBODY


def role_table(folder: Path | None = None) -> RoleTable:
    """Return the table of roles of a workspace.

    Parameters
    ----------
    folder
        Root of the workspace; None for the usual one.

    Returns
    -------
    table
        Without those of the server's settings.
    """
    with documents.reading(folder or workspace_folder()) as known:
        return RoleTable.from_json(known.get(_ROLES))


def may(account: Account, action: Action, area: RoleArea, folder: Path | None = None) -> bool:
    """Return whether an account may do something in an area; the only place that decides.

    Parameters
    ----------
    account
        Who asks.
    action
        What is asked for.
    area
        Where.
    folder
        Root of the workspace with the table of roles; None for the usual one.

    Returns
    -------
    allowed
        True for everyone where nobody is asked who he is.
    """
    if not is_guarded():
        return True
    grants = (*first_administrators(), *role_table(folder).grants)
    return allowed(account, action, area, grants)


def require(action: Action, area: RoleArea, item: str = "", folder: Path | None = None) -> None:
    """Refuse what the present account may not do; the refusal is recorded.

    Parameters
    ----------
    action
        What is asked for.
    area
        Where.
    item
        What it is asked for, for the record.
    folder
        Root of the workspace; None for the usual one.

    Raises
    ------
    AccessRefusedError
        If it is not allowed.
    """
    if is_guarded() and not may(present(), action, area, folder):
        refuse(action, area, item, folder)


def refuse(action: Action, area: RoleArea, item: str = "", folder: Path | None = None) -> None:
    """Record a refusal and raise it.

    Parameters
    ----------
    action
        What was asked for.
    area
        Where.
    item
        What it was asked for.
    folder
        Root of the workspace; None for the usual one.

    Raises
    ------
    AccessRefusedError
        Always.
    """
    with refusals_noted(folder):
        error = refusal(action, f"{area.province} {area.prefecture} {item}".strip())
        raise error


def refusal(action: Action, item: str) -> AccessRefusedError:
    """Return the error for the present account, to be raised.

    Parameters
    ----------
    action
        What was asked for.
    item
        What it was asked for.

    Returns
    -------
    error
        The error.
    """
    account = present()
    code = "access.refused" if account.name else "access.nobody"
    return AccessRefusedError(code, action, item, account=account.name)


@contextmanager
def refusals_noted(folder: Path | None = None) -> Iterator[None]:
    """Record a refusal that the block raises, after what it was writing has been taken back.

    Parameters
    ----------
    folder
        Root of the workspace; None for the usual one.

    Raises
    ------
    AccessRefusedError
        As the block raises it.
    """
    try:
        yield
    except AccessRefusedError as error:
        note(f"refused.{error.action}", error.item, folder=folder)
        raise


def note(
    what: str, item: str, *, before: str = "", after: str = "", folder: Path | None = None
) -> None:
    """Record what the present account did, where people are asked who they are.

    Parameters
    ----------
    what
        Code of what was done.
    item
        What it was done to.
    before, after
        Digests of the content before and after.
    folder
        Root of the workspace; None for the usual one.
    """
    if is_guarded():
        with documents.writing(folder or workspace_folder()) as opened:
            audit.record(opened, present(), what, item, before=before, after=after)


def forget_old(folder: Path | None = None) -> int:
    """Take away the lines of the record that are older than they are kept.

    Parameters
    ----------
    folder
        Root of the workspace; None for the usual one.

    Returns
    -------
    gone
        Lines taken away.
    """
    with documents.writing(folder or workspace_folder()) as opened:
        return audit.pruned(opened, dt.datetime.now(dt.UTC).date())


def grant(given: Grant, *, revoke: bool = False, folder: Path | None = None) -> RoleTable:
    """Give a role, or take it away; only who administers the area may.

    Parameters
    ----------
    given
        The grant.
    revoke
        Take it away.
    folder
        Root of the workspace; None for the usual one.

    Returns
    -------
    table
        The table since.

    Raises
    ------
    AccessRefusedError
        If the present account does not administer the area.
    """
    require(Action.ADMINISTER, given.area, str(given.role), folder)
    with documents.writing(folder or workspace_folder()) as opened:
        before = opened.get(_ROLES)
        table = RoleTable.from_json(before)
        table = table.revoked(given) if revoke else table.granted(given)
        after = table.model_dump_json(indent=1)
        opened.put(_ROLES, after)
        place = f"{given.area.province} {given.area.prefecture}".strip()
        audit.record(
            opened, present(), "role.revoked" if revoke else "role.granted",
            f"{given.subject} {given.role} {place}",
            before=audit.digest(before), after=audit.digest(after),
        )  # fmt: skip
    return table


def provinces(names: tuple[str, ...], action: Action = Action.READ) -> tuple[str, ...]:
    """Return the provinces in which the present account may do something.

    Parameters
    ----------
    names
        Names of packs.
    action
        What it wants to do.

    Returns
    -------
    names
        All where nobody is asked who he is.
    """
    if not is_guarded():
        return names
    grants = (*first_administrators(), *role_table().grants)
    account = present()
    return tuple(n for n in names if allowed(account, action, RoleArea(province=n), grants))


def administers(account: Account) -> bool:
    """Return whether an account administers every province: it may read the audit.

    Parameters
    ----------
    account
        Who asks.

    Returns
    -------
    administers
        False where nobody is asked who he is.
    """
    if not is_guarded():
        return False
    grants = (*first_administrators(), *role_table().grants)
    return any(
        allowed(account, Action.ADMINISTER, g.area, grants)
        for g in grants
        if g.area.province == EVERYWHERE
    )

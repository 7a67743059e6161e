"""The table of roles, and the one rule that says whether an account may do something.

A grant gives a subject, an account or a group of the provider, one role in one area. Whatever is
not granted is refused: an unknown role, action or area gives nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from data.workspace.access.account import Account, checked_account_name
from geo.errors import DataError, InputError, PlannerError

#: Subjects that administer every province before any role is granted: ``user:NAME,group:NAME``.
ADMINISTRATORS_ENVIRONMENT: Final = "TONGCUN_ADMINISTRATORS"
#: Every province.
EVERYWHERE: Final = "*"


class Role(StrEnum):
    """What an account is in an area."""

    READER = "reader"
    PLANNER = "planner"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """What is asked for."""

    READ = "read"
    EXPORT = "export"
    CHANGE = "change"
    IMPORT = "import"
    CHECK = "check"
    APPROVE = "approve"
    ADMINISTER = "administer"


_LOOK = frozenset({Action.READ, Action.EXPORT})
#: Role → what it may do. Whoever grants roles does not sign plans by the same role.
MAY: Final = {
    Role.READER: _LOOK,
    Role.PLANNER: _LOOK | {Action.CHANGE, Action.IMPORT, Action.CHECK},
    Role.APPROVER: _LOOK | {Action.CHECK, Action.APPROVE},
    Role.ADMINISTRATOR: _LOOK | {Action.ADMINISTER},
}


class RoleArea(BaseModel):
    """A province, or one prefecture of it.

    Attributes
    ----------
    province
        Name of the pack.
    prefecture
        adcode of the prefecture; empty for the whole province.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    province: Annotated[str, Field(min_length=1, max_length=100)]
    prefecture: Annotated[str, Field(pattern=r"^([0-9]{6})?$")] = ""

    def holds(self, other: RoleArea) -> bool:
        """Return whether another area lies in this one.

        Parameters
        ----------
        other
            The other area.

        Returns
        -------
        holds
            True for the area itself.
        """
        same = self.province in (EVERYWHERE, other.province)
        return same and self.prefecture in ("", other.prefecture)


class Grant(BaseModel):
    """One role of one subject in one area.

    Attributes
    ----------
    subject
        ``user:NAME`` or ``group:NAME``.
    role
        The role.
    area
        Where it holds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str
    role: Role
    area: RoleArea

    @field_validator("subject")
    @classmethod
    def _form(cls, subject: str) -> str:
        kind, _, name = subject.partition(":")
        try:
            name = checked_account_name(name)
        except PlannerError as error:
            raise ValueError(error) from error
        if kind not in {"user", "group"}:
            raise ValueError(kind)
        return f"{kind}:{name}"

    @classmethod
    def of(cls, subject: str, role: str, province: str, prefecture: str = "") -> Self:
        """Return a grant of what was typed.

        Parameters
        ----------
        subject
            ``user:NAME`` or ``group:NAME``.
        role
            One of :class:`Role`.
        province
            Name of the pack, or ``*`` for all.
        prefecture
            adcode of the prefecture; empty for the whole province.

        Returns
        -------
        grant
            The grant.

        Raises
        ------
        InputError
            If a part of it has another form.
        """
        try:
            area = RoleArea(province=province, prefecture=prefecture)
            return cls(subject=subject, role=Role(role), area=area)
        except ValueError as error:
            raise InputError(
                "access.grant", subject=subject[:200], role=role[:40],
                forms="user:… / group:…", roles=", ".join(Role),
            ) from error  # fmt: skip


class RoleTable(BaseModel):
    """All grants of a workspace.

    Attributes
    ----------
    grants
        In the order of granting, each once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    grants: tuple[Grant, ...] = ()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read the table; a damaged one grants nothing.

        Parameters
        ----------
        text
            JSON as pydantic writes it; empty for an empty table.

        Returns
        -------
        table
            The table.

        Raises
        ------
        DataError
            If it is damaged.
        """
        try:
            return cls.model_validate_json(text) if text else cls()
        except ValidationError as error:
            raise DataError("access.table") from error

    def granted(self, grant: Grant) -> Self:
        """Return the table with one grant more.

        Parameters
        ----------
        grant
            The grant.

        Returns
        -------
        table
            With it at the end, once.
        """
        return self.model_copy(update={"grants": (*self.revoked(grant).grants, grant)})

    def revoked(self, grant: Grant) -> Self:
        """Return the table without a grant.

        Parameters
        ----------
        grant
            The grant.

        Returns
        -------
        table
            Without it.
        """
        return self.model_copy(update={"grants": tuple(g for g in self.grants if g != grant)})


def first_administrators() -> tuple[Grant, ...]:
    """Return who administers every province by the settings of the server.

    Returns
    -------
    grants
        Those of ``TONGCUN_ADMINISTRATORS``.

    Raises
    ------
    InputError
        If one of them is no subject.
    """
    named = re.split(r"[,\n]", os.environ.get(ADMINISTRATORS_ENVIRONMENT, ""))
    return tuple(
        Grant.of(subject.strip(), Role.ADMINISTRATOR, EVERYWHERE)
        for subject in named
        if subject.strip()
    )


def roles_of(account: Account, area: RoleArea, grants: Iterable[Grant]) -> frozenset[Role]:
    """Return the roles of an account in an area.

    Parameters
    ----------
    account
        Who asks.
    area
        Where.
    grants
        All grants.

    Returns
    -------
    roles
        Empty for nobody and for a stranger.
    """
    if not account.name:
        return frozenset()
    subjects = {f"user:{account.name}", *(f"group:{name}" for name in account.groups)}
    return frozenset(g.role for g in grants if g.subject in subjects and g.area.holds(area))


def allowed(account: Account, action: Action, area: RoleArea, grants: Iterable[Grant]) -> bool:
    """Return whether an account may do something in an area.

    To read a province, a role in one of its prefectures is enough: the figures of a prefecture
    stand in the same tables.

    Parameters
    ----------
    account
        Who asks.
    action
        What is asked for.
    area
        Where.
    grants
        All grants.

    Returns
    -------
    allowed
        False for whatever is not granted.
    """
    known = tuple(grants)
    if action in _LOOK and not area.prefecture:
        areas = {area, *(g.area for g in known if g.area.province == area.province)}
    else:
        areas = {area}
    return any(action in MAY[role] for one in areas for role in roles_of(account, one, known))

"""Shared work on a scenario: whose it is, where it stands, who changed what, who approved it.

::

    draft → submitted → checked → approved        (frozen: nobody changes it)
      ↑         │           │
      ├─────────┴───────────┘ withdrawn by its owner
    returned ← by whoever checks or approves

Only its owner reaches a draft. What is submitted may be read by all of its area and changed by
nobody until it is returned or withdrawn, so that what is approved is what was checked. Nobody
checks or approves a scenario of his own. A scenario that was saved before people were asked who
they are has no owner: each planner of its area may change it.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data.scenario.scenario import Scenario
from data.workspace.access import audit, desk, documents
from data.workspace.access.account import Account
from data.workspace.access.documents import Documents
from data.workspace.access.mode import is_guarded
from data.workspace.access.roles import Action, RoleArea
from geo.errors import DataError, InputError

#: Longest comment [characters].
MAX_COMMENT: Final = 2_000


class ReviewState(StrEnum):
    """Where a scenario stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHECKED = "checked"
    RETURNED = "returned"
    APPROVED = "approved"


class Move(StrEnum):
    """What is done to a scenario as a whole."""

    SUBMIT = "submit"
    CHECK = "check"
    RETURN = "return"
    APPROVE = "approve"
    WITHDRAW = "withdraw"
    COMMENT = "comment"


_S = ReviewState
#: Move → states that it begins from, and the one that it leads to (None: none other).
MOVES: Final[dict[Move, tuple[frozenset[ReviewState], ReviewState | None]]] = {
    Move.SUBMIT: (frozenset({_S.DRAFT, _S.RETURNED}), _S.SUBMITTED),
    Move.CHECK: (frozenset({_S.SUBMITTED}), _S.CHECKED),
    Move.RETURN: (frozenset({_S.SUBMITTED, _S.CHECKED}), _S.RETURNED),
    Move.APPROVE: (frozenset({_S.CHECKED}), _S.APPROVED),
    Move.WITHDRAW: (frozenset({_S.SUBMITTED, _S.CHECKED}), _S.DRAFT),
    Move.COMMENT: (frozenset(_S), None),
}
#: Move of another than the owner → what he must be allowed.
_OTHERS: Final = {
    Move.CHECK: Action.CHECK, Move.RETURN: Action.CHECK, Move.APPROVE: Action.APPROVE,
}  # fmt: skip


class ReviewStep(BaseModel):
    """One thing that was done to a scenario.

    Attributes
    ----------
    at, who
        Time, UTC, and account.
    what
        ``saved``, ``deleted``, or one of :class:`Move`.
    before, after
        Digests of the scenario.
    comment
        What was written with it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: str
    who: str
    what: str
    before: str = ""
    after: str = ""
    comment: Annotated[str, Field(max_length=MAX_COMMENT)] = ""


class Review(BaseModel):
    """The shared work on one scenario.

    Attributes
    ----------
    name
        Name of the scenario.
    area
        Where it belongs.
    owner
        Account; empty if it was saved before people were asked who they are.
    state
        Where it stands.
    steps
        What was done, the oldest first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    area: RoleArea
    owner: str = ""
    state: ReviewState = ReviewState.DRAFT
    steps: tuple[ReviewStep, ...] = ()

    @property
    def approval(self) -> ReviewStep | None:
        """The step by which it was approved; None unless it is."""
        if self.state is not ReviewState.APPROVED:
            return None
        return next(s for s in reversed(self.steps) if s.what == Move.APPROVE)


def review_of(opened: Documents, scenario: Scenario) -> Review:
    """Return the shared work on a scenario that is saved.

    Parameters
    ----------
    opened
        Documents of the workspace.
    scenario
        The scenario with its name.

    Returns
    -------
    review
        Without an owner for one that was saved before people were asked who they are.

    Raises
    ------
    DataError
        If what is known of it is damaged.
    """
    text = opened.get(_key(scenario.name))
    if not text:
        return Review(name=scenario.name, area=RoleArea(province=scenario.province))
    try:
        return Review.model_validate_json(text)
    except ValidationError as error:
        raise DataError("access.review", where=scenario.name) from error


def standing(scenario: Scenario, folder: Path) -> Review | None:
    """Return the shared work on a scenario as it is, for a document that tells of it.

    Parameters
    ----------
    scenario
        The scenario.
    folder
        Root of the workspace.

    Returns
    -------
    review
        None where nobody is asked who he is, and for one that is not saved as it is.
    """
    if not is_guarded() or not scenario.name:
        return None
    with documents.reading(folder) as opened:
        review = review_of(opened, scenario)
    last = next((step.after for step in reversed(review.steps) if step.after), "")
    return review if last == scenario.digest else None


def can_read(account: Account, review: Review, folder: Path) -> bool:
    """Return whether an account may read a scenario.

    Parameters
    ----------
    account
        Who asks.
    review
        The shared work on it.
    folder
        Root of the workspace.

    Returns
    -------
    can
        A draft is its owner's alone.
    """
    own = review.owner in ("", account.name)
    shared = review.state is not ReviewState.DRAFT
    return (own or shared) and desk.may(account, Action.READ, review.area, folder)


def can_change(account: Account, review: Review, folder: Path) -> bool:
    """Return whether an account may save, rename or delete a scenario.

    Parameters
    ----------
    account
        Who asks.
    review
        The shared work on it.
    folder
        Root of the workspace.

    Returns
    -------
    can
        Only in a draft of its own, or one that was returned.
    """
    own = review.owner in ("", account.name)
    open_to_change = review.state in (ReviewState.DRAFT, ReviewState.RETURNED)
    return own and open_to_change and desk.may(account, Action.CHANGE, review.area, folder)


def can_move(account: Account, review: Review, move: Move, folder: Path) -> bool:
    """Return whether an account may move a scenario on.

    Parameters
    ----------
    account
        Who asks.
    review
        The shared work on it.
    move
        What is asked for.
    folder
        Root of the workspace.

    Returns
    -------
    can
        Nobody checks or approves a scenario of his own.
    """
    if review.state not in MOVES[move][0]:
        return False
    if move is Move.COMMENT:
        return can_read(account, review, folder)
    own = review.owner in ("", account.name)
    if move in _OTHERS:
        is_own = any(s.who == account.name for s in review.steps if s.what == "saved")
        return not is_own and desk.may(account, _OTHERS[move], review.area, folder)
    return own and desk.may(account, Action.CHANGE, review.area, folder)


def saved(opened: Documents, folder: Path, before: Scenario | None, after: Scenario | None) -> None:
    """Check and record that a scenario is saved or deleted, in the write of its own.

    Parameters
    ----------
    opened
        Documents of the workspace, open for writing.
    folder
        Root of the workspace.
    before, after
        What is there, and what takes its place; None for nothing.

    Raises
    ------
    AccessRefusedError
        If the present account may not.
    """
    there = next(one for one in (before, after) if one is not None)
    account = desk.present()
    review = review_of(opened, there)
    if before is None:
        # What is known of a name without a scenario was never acknowledged.
        area = _own_area(account, there.province, folder)
        review = Review(name=there.name, area=area, owner=account.name)
    moved = after is not None and after.province != review.area.province
    if moved or not can_change(account, review, folder):
        error = _refused(account, Action.CHANGE, review)
        raise error
    step = _step(
        account, "deleted" if after is None else "saved",
        before=before.digest if before else "", after=after.digest if after else "",
    )  # fmt: skip
    for content in (before, after):
        if content is not None:
            opened.put(_version(content.digest), content.to_json())
    kept = review.model_copy(update={"steps": (*review.steps, step)})
    _keep(opened, account, kept)


def move(scenario: Scenario, asked: Move, folder: Path, comment: str = "") -> Review:
    """Move a scenario on, as it was looked at.

    Parameters
    ----------
    scenario
        The scenario that the account has seen, and that is saved.
    asked
        What is done.
    folder
        Root of the workspace.
    comment
        What is written with it.

    Returns
    -------
    review
        The shared work since.

    Raises
    ------
    AccessRefusedError
        If the present account may not.
    InputError
        If the scenario was changed since it was looked at, or the comment is too long.
    """
    account = desk.present()
    with desk.refusals_noted(folder), documents.writing(folder) as opened:
        review = review_of(opened, scenario)
        if not can_move(account, review, asked, folder):
            error = _refused(account, _OTHERS.get(asked, Action.CHANGE), review)
            raise error
        last = next((s.after for s in reversed(review.steps) if s.what == "saved"), "")
        if last not in ("", scenario.digest):
            raise InputError("access.changed_meanwhile", where=scenario.name)
        if len(comment) > MAX_COMMENT:
            raise InputError("access.comment", most=MAX_COMMENT)
        step = _step(account, asked, before=scenario.digest, after=scenario.digest,
                     comment=comment)  # fmt: skip
        opened.put(_version(scenario.digest), scenario.to_json())
        state = MOVES[asked][1] or review.state
        kept = review.model_copy(update={"state": state, "steps": (*review.steps, step)})
        _keep(opened, account, kept)
    return kept


def version(opened: Documents, digest: str) -> Scenario | None:
    """Return a scenario as it was at a step.

    Parameters
    ----------
    opened
        Documents of the workspace.
    digest
        Digest of the step.

    Returns
    -------
    scenario
        None where it is not kept.
    """
    if len(digest) != 16 or not set(digest) <= set("0123456789abcdef"):
        return None
    text = opened.get(_version(digest))
    return Scenario.from_json(text, where=digest) if text else None


def _own_area(account: Account, province: str, folder: Path) -> RoleArea:
    """Return where a new scenario belongs: the province, or the one prefecture of its planner."""
    whole = RoleArea(province=province)
    if desk.may(account, Action.CHANGE, whole, folder):
        return whole
    own = {
        g.area for g in desk.role_table(folder).grants
        if g.area.prefecture and desk.may(account, Action.CHANGE, g.area, folder)
        and g.area.province == province
    }  # fmt: skip
    return own.pop() if len(own) == 1 else whole


def _refused(account: Account, action: Action, review: Review) -> desk.AccessRefusedError:
    fixed = review.state not in (ReviewState.DRAFT, ReviewState.RETURNED)
    if account.name and fixed and action is Action.CHANGE:
        return desk.AccessRefusedError("access.state", action, review.name, state=review.state)
    return desk.refusal(action, review.name)


def _step(account: Account, what: str, **fields: str) -> ReviewStep:
    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return ReviewStep(at=at, who=account.name, what=what, **fields)


def _keep(opened: Documents, account: Account, review: Review) -> None:
    """Write the shared work with its last step, and record that; a deleted scenario has none."""
    step = review.steps[-1]
    opened.put(_key(review.name), review.model_dump_json(indent=1) if step.after else "")
    audit.record(opened, account, f"scenario.{step.what}", review.name,
                 before=step.before, after=step.after)  # fmt: skip


def _key(name: str) -> str:
    return f"review/{name}"


def _version(digest: str) -> str:
    return f"version/{digest}"

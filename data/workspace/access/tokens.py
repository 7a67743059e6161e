"""Keys by which a terminal acts for an account: shown once, kept as digests, for some days.

A key is as good as its account: whoever has it may do what the account may. Roles are those of the
hour of use; groups are those of the hour in which the key was made, so keys end soon.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import secrets
from pathlib import Path
from typing import Any, Final

from data.workspace.access import audit, desk, documents
from data.workspace.access.account import NOBODY, Account, checked_account_name
from data.workspace.access.roles import Action
from geo.errors import PlannerError

#: Variable that holds the key of a terminal.
ENVIRONMENT: Final = "TONGCUN_TOKEN"
#: Days that a key is good for.
DAYS: Final = 30
_TOKENS: Final = "tokens"
_FORM = re.compile(r"tc_[A-Za-z0-9_-]{43}")


def issue(folder: Path) -> str:
    """Make a key for the present account.

    Parameters
    ----------
    folder
        Root of the workspace.

    Returns
    -------
    token
        The key; it can be shown now and never again.

    Raises
    ------
    AccessRefusedError
        If nobody asks.
    """
    account = desk.present()
    if not account.name:
        error = desk.refusal(Action.READ, "token")
        raise error
    token = f"tc_{secrets.token_urlsafe(32)}"
    with documents.writing(folder) as opened:
        known = _living(opened.get(_TOKENS))
        known[_digest(token)] = {
            "account": account.name, "groups": sorted(account.groups),
            "until": (dt.datetime.now(dt.UTC) + dt.timedelta(days=DAYS)).isoformat(),
        }  # fmt: skip
        opened.put(_TOKENS, json.dumps(known, sort_keys=True))
        audit.record(opened, account, "token.issued", account.name)
    return token


def revoke_all(folder: Path) -> int:
    """Take away every key of the present account.

    Parameters
    ----------
    folder
        Root of the workspace.

    Returns
    -------
    count
        Keys taken away.
    """
    account = desk.present()
    with documents.writing(folder) as opened:
        known = _living(opened.get(_TOKENS))
        kept = {key: one for key, one in known.items() if one["account"] != account.name}
        opened.put(_TOKENS, json.dumps(kept, sort_keys=True))
        audit.record(opened, account, "token.revoked", account.name)
    return len(known) - len(kept)


def count(folder: Path) -> int:
    """Return how many keys of the present account are good.

    Parameters
    ----------
    folder
        Root of the workspace.

    Returns
    -------
    count
        Those that have not ended.
    """
    name = desk.present().name
    with documents.reading(folder) as opened:
        return sum(one["account"] == name for one in _living(opened.get(_TOKENS)).values())


def account_of(token: str, folder: Path) -> Account:
    """Return the account of a key.

    Parameters
    ----------
    token
        What was given as one.
    folder
        Root of the workspace.

    Returns
    -------
    account
        Nobody for a key that is unknown, was taken away or has ended.
    """
    if not _FORM.fullmatch(token):
        return NOBODY
    with documents.reading(folder) as opened:
        found = _living(opened.get(_TOKENS)).get(_digest(token))
    if found is None:
        return NOBODY
    try:
        name = checked_account_name(str(found["account"]))
    except PlannerError:
        return NOBODY
    return Account(name, name, frozenset(map(str, found["groups"])), "terminal")


def of_terminal(folder: Path) -> Account:
    """Return the account of :data:`ENVIRONMENT`.

    Parameters
    ----------
    folder
        Root of the workspace.

    Returns
    -------
    account
        Nobody without a good key.
    """
    return account_of(os.environ.get(ENVIRONMENT, "").strip(), folder)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _living(text: str) -> dict[str, dict[str, Any]]:
    """Return the keys that have not ended; a damaged list holds none."""
    try:
        known = json.loads(text) if text else {}
        now = dt.datetime.now(dt.UTC).isoformat()
        return {key: one for key, one in known.items() if str(one["until"]) > now}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}

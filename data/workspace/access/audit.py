"""The audit: lines that are only ever added, each sealed with the digest of the one before.

A line that is changed, taken out or put in breaks the chain; lines cut off at the end no longer
fit the head, which is a document of its own. Whoever may write both can forge both: keep the head
that ``audit verify`` prints elsewhere. Of a person it holds the name of the account and the
address of origin alone, for :func:`kept_days`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from data.workspace.access.account import Account
from data.workspace.access.documents import Documents
from geo.errors import InputError

#: Days that a line is kept.
DAYS_ENVIRONMENT: Final = "TONGCUN_AUDIT_DAYS"
#: Days where the variable says nothing: three years, assumed to outlast a plan's yearly review.
DAYS: Final = 1095
_HEAD, _BEGIN = "head", "0" * 64
#: Longest text of one field [characters].
_MOST = 500


@dataclass(frozen=True)
class AuditLine:
    """One line of the audit.

    Attributes
    ----------
    number
        Consecutive, from 1.
    at
        Time, UTC.
    who, origin
        Account and address.
    what
        Code of what was done, such as ``scenario.saved``.
    item
        What it was done to.
    before, after
        Digests; empty where there is none.
    """

    number: int
    at: str
    who: str
    origin: str
    what: str
    item: str
    before: str
    after: str


@dataclass(frozen=True)
class Verified:
    """Whether the chain holds.

    Attributes
    ----------
    lines
        Lines that were read.
    broken
        Number of the first line that does not fit; 0 where all fit. One beyond the last line where
        the head names other lines.
    head
        Seal of the last line, 64 hex digits.
    """

    lines: int
    broken: int
    head: str


def record(
    documents: Documents, account: Account, what: str, item: str, *,
    before: str = "", after: str = "",
) -> None:  # fmt: skip
    """Add a line.

    Parameters
    ----------
    documents
        Documents of the workspace, open for writing.
    account
        Who did it.
    what
        Code of what was done.
    item
        What it was done to.
    before, after
        Digests of the content before and after.
    """
    head = _head(documents)
    content = {
        "number": head["number"] + 1, "at": _now(), "who": account.name[:_MOST],
        "origin": account.origin[:_MOST], "what": what, "item": item[:_MOST],
        "before": before, "after": after, "previous": head["seal"],
    }  # fmt: skip
    seal = _seal(content)
    documents.append(head["number"] + 1, _json({**content, "seal": seal}))
    documents.put(_HEAD, _json({**head, "number": content["number"], "seal": seal}))


def entries(documents: Documents) -> list[AuditLine]:
    """Return the lines that can be read, the oldest first.

    Parameters
    ----------
    documents
        Documents of the workspace.

    Returns
    -------
    entries
        A damaged line is left out: :func:`verified` names it.
    """
    names = tuple(AuditLine.__dataclass_fields__)
    found = (_parsed(line) for line in documents.lines())
    return [AuditLine(**{name: line[name] for name in names}) for line in found if line]


def verified(documents: Documents) -> Verified:
    """Return whether the chain holds from its first line to the head.

    Parameters
    ----------
    documents
        Documents of the workspace.

    Returns
    -------
    verified
        What was found.
    """
    head = _head(documents)
    number, seal = head["first"] - 1, head["before_first"]
    lines = documents.lines()
    for text in lines:
        line = _parsed(text)
        own = {name: value for name, value in line.items() if name != "seal"}
        fits = line and (line["number"], line["previous"]) == (number + 1, seal)
        if not fits or line["seal"] != _seal(own):
            return Verified(len(lines), number + 1, seal)
        number, seal = number + 1, line["seal"]
    whole = (number, seal) == (head["number"], head["seal"])
    return Verified(len(lines), 0 if whole else number + 1, seal)


def pruned(documents: Documents, today: dt.date) -> int:
    """Take away the lines that are older than they are kept; the chain of the others holds.

    Parameters
    ----------
    documents
        Documents of the workspace, open for writing.
    today
        Day of today.

    Returns
    -------
    gone
        Lines taken away.
    """
    limit = (today - dt.timedelta(days=kept_days())).isoformat()
    lines = documents.lines()
    old = [line for line in map(_parsed, lines) if line and line["at"] < limit]
    if not old:
        return 0
    first = old[-1]["number"] + 1
    head = {**_head(documents), "first": first, "before_first": old[-1]["seal"]}
    kept = [line for line in lines if (_parsed(line) or {"number": first})["number"] >= first]
    documents.keep_lines(kept, first)
    documents.put(_HEAD, _json(head))
    return len(old)


def kept_days() -> int:
    """Return how many days a line is kept.

    Returns
    -------
    days
        ``TONGCUN_AUDIT_DAYS``, else :data:`DAYS`.

    Raises
    ------
    InputError
        If the variable is no whole number of days.
    """
    said = os.environ.get(DAYS_ENVIRONMENT, "").strip()
    if said and not (said.isascii() and said.isdigit() and int(said) > 0):
        raise InputError("access.days", variable=DAYS_ENVIRONMENT)
    return int(said or DAYS)


def _head(documents: Documents) -> dict[str, Any]:
    text = documents.get(_HEAD)
    blank: dict[str, Any] = {
        "number": 0, "seal": _BEGIN, "first": 1, "before_first": _BEGIN,
    }  # fmt: skip
    head = blank | (json.loads(text) if text else {})
    last = _parsed(documents.last_line())
    # A crash between a line and the head leaves the head one behind.
    if last and last["number"] == head["number"] + 1 and last["previous"] == head["seal"]:
        head |= {"number": last["number"], "seal": last["seal"]}
    return head


def _parsed(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) and "seal" in found else {}


def _seal(content: Mapping[str, object]) -> str:
    return hashlib.sha256(_json(content).encode()).hexdigest()


def _json(content: Mapping[str, object]) -> str:
    return json.dumps(content, ensure_ascii=True, sort_keys=True)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def digest(text: str) -> str:
    """Return the digest of a content for a line of the audit.

    Parameters
    ----------
    text
        The content.

    Returns
    -------
    digest
        16 hex digits; empty for no content.
    """
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""

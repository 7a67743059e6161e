"""An account, and what its name may be made of."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Final

from geo.errors import InputError

#: Longest name of an account or a group [characters].
MAX_NAME: Final = 200
#: Classes of characters that no name holds: controls, marks of direction, lines, unassigned ones.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True)
class Account:
    """Who asks.

    Attributes
    ----------
    name
        Identity as the provider gives it; empty for nobody.
    title
        Name for people; changes no right.
    groups
        Groups that the provider names.
    origin
        Address that the request came from; empty if unknown.
    """

    name: str
    title: str = ""
    groups: frozenset[str] = frozenset()
    origin: str = field(default="", compare=False)


#: Nobody: may do nothing.
NOBODY: Final = Account("")


def checked_account_name(text: str) -> str:
    """Check the name of an account or of a group.

    Parameters
    ----------
    text
        Name as the provider gives it.

    Returns
    -------
    name
        Composed (NFC), so that names that look alike by composition are one.

    Raises
    ------
    InputError
        If it is empty, longer than :data:`MAX_NAME`, begins or ends with a blank, or holds
        controls or marks of direction.

    Examples
    --------
    >>> checked_account_name("王芳")
    '王芳'
    """
    name = unicodedata.normalize("NFC", text[: MAX_NAME + 1])
    wrong = any(unicodedata.category(sign) in _REFUSED for sign in name)
    if not name or wrong or name != name.strip() or len(name) > MAX_NAME:
        raise InputError("access.name", most=MAX_NAME)
    return name

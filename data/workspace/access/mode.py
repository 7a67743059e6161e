"""How people are known: read by everything that is guarded, so it loads nothing."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Final

from geo.errors import UnknownNameError

#: How people are known.
AUTH_ENVIRONMENT: Final = "TONGCUN_AUTH"


class AuthMode(StrEnum):
    """How people are known."""

    NONE = "none"
    OIDC = "oidc"
    PROXY = "proxy"


def auth_mode() -> AuthMode:
    """Return how people are known.

    Returns
    -------
    mode
        Value of ``TONGCUN_AUTH``; none where it is not set.

    Raises
    ------
    UnknownNameError
        If it says anything else.
    """
    said = os.environ.get(AUTH_ENVIRONMENT, "").strip().lower()
    try:
        return AuthMode(said or AuthMode.NONE)
    except ValueError as error:
        raise UnknownNameError("auth_mode", said, AuthMode, where=AUTH_ENVIRONMENT) from error


def is_guarded() -> bool:
    """Return whether anybody is asked who he is.

    Returns
    -------
    guarded
        False unless ``TONGCUN_AUTH`` is set.
    """
    return bool(os.environ.get(AUTH_ENVIRONMENT)) and auth_mode() is not AuthMode.NONE

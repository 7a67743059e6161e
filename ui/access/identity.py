"""Who asks: the account behind what Streamlit knows of a visitor.

``oidc``: the claims of the provider, out of Streamlit's signed cookie. ``proxy``: the headers that
a listed proxy sets; :mod:`ui.access.gate` refuses them from anywhere else. What is missing,
expired, from the future or oddly named is nobody.
"""

from __future__ import annotations

import ipaddress
import json
import os
import time
from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from data.workspace.access.account import NOBODY, Account, checked_account_name
from data.workspace.access.mode import AuthMode, auth_mode
from geo.errors import InputError, PlannerError

#: Addresses or networks of the proxies whose headers count; commas between.
PROXIES_ENVIRONMENT: Final = "TONGCUN_AUTH_PROXIES"
#: Headers with account, name for people and groups; commas between.
HEADERS_ENVIRONMENT: Final = "TONGCUN_AUTH_HEADERS"
HEADERS: Final = "X-Forwarded-User,X-Forwarded-Preferred-Username,X-Forwarded-Groups"
#: Claims with account and groups; a comma between.
CLAIMS_ENVIRONMENT: Final = "TONGCUN_AUTH_CLAIMS"
CLAIMS: Final = "sub,groups"
#: Longest time from signing in to signing in again [h].
HOURS_ENVIRONMENT: Final = "TONGCUN_AUTH_HOURS"
#: Longest time without a click [min].
IDLE_ENVIRONMENT: Final = "TONGCUN_AUTH_IDLE_MINUTES"
#: Clocks of provider and server may differ by this [s].
SKEW_S: Final = 120
_KEYS = ("account", "title", "groups")


def number_of(variable: str, usual: float) -> float:
    """Return a positive number that an environment variable gives, else the usual one."""
    said = os.environ.get(variable, "").strip()
    try:
        found = float(said or usual)
    except ValueError:
        found = 0.0
    if not 0 < found < 1e6:
        raise InputError("access.number", variable=variable)
    return found


def trusted_headers() -> dict[str, str]:
    """Return header → what it says, for ``server.trustedUserHeaders``."""
    named = [name.strip() for name in os.environ.get(HEADERS_ENVIRONMENT, HEADERS).split(",")]
    return dict(zip((name for name in named if name), _KEYS, strict=False))


def is_listed(address: str) -> bool:
    """Return whether an address is one of the proxies whose headers count."""
    listed = os.environ.get(PROXIES_ENVIRONMENT, "").split(",")
    try:
        peer = ipaddress.ip_address(address)
        networks = [ipaddress.ip_network(part.strip(), strict=False) for part in listed if part]
    except ValueError:
        return False
    mapped = getattr(peer, "ipv4_mapped", None)
    return any((mapped or peer) in network for network in networks)


def account_of(known: Mapping[str, Any], origin: str = "") -> Account:
    """Return the account of what is known of a visitor; nobody if anything is odd."""
    try:
        found = _by_claims(known) if auth_mode() is AuthMode.OIDC else _by_headers(known)
        groups = frozenset(map(checked_account_name, found[2]))
        name = checked_account_name(found[0])
    except (PlannerError, KeyError, TypeError, ValueError):
        return NOBODY
    return Account(name, found[1][:200] or name, groups, origin)


def present() -> Account:
    """Return the account of the page's visitor."""
    return account_of(dict(st.user), str(st.context.ip_address or "localhost"))


def _by_headers(known: Mapping[str, Any]) -> tuple[str, str, list[str]]:
    name, title, groups = (_utf8(str(known.get(key) or "")) for key in _KEYS)
    return name, title, [part.strip() for part in groups.split(",") if part.strip()]


def _by_claims(known: Mapping[str, Any]) -> tuple[str, str, list[str]]:
    if known.get("is_logged_in") is not True:
        raise ValueError(known.get("is_logged_in"))
    now, since = time.time(), float(known["iat"])
    if not now - 3600 * number_of(HOURS_ENVIRONMENT, 12) < since < now + SKEW_S:
        raise ValueError(since)
    subject, _, groups_claim = os.environ.get(CLAIMS_ENVIRONMENT, CLAIMS).partition(",")
    title = known.get("name") or known.get("preferred_username") or ""
    groups = known.get(groups_claim.strip()) or []
    named = json.loads(groups) if isinstance(groups, str) and groups[:1] == "[" else groups
    return str(known[subject.strip()]), str(title), [str(g) for g in _listed(named)]


def _listed(groups: object) -> list[object]:
    return list(groups) if isinstance(groups, list | tuple) else [groups]


def _utf8(header: str) -> str:
    """Return a header's text: servers read its bytes as Latin-1."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeEncodeError:
        return header

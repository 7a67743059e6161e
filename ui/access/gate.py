"""The gate before the server, where people are known: what comes in, from where, for whom.

It stands in the way of everything that Streamlit answers beside its pages, which knows no accounts:
files of a page and uploads are reached by the account alone whose session they belong to. Who
reads or changes what within a page is for :mod:`data.workspace.access`.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from starlette.datastructures import Headers
from streamlit import config

from data.workspace.access import desk
from data.workspace.access.mode import AuthMode, auth_mode
from geo.errors import PlannerError
from ui.access import identity
from ui.shell.streamlit_internals import session_users, visitor_of

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Set to 1: people may be known over an open line. Names and files can be read on the way.
INSECURE_ENVIRONMENT: Final = "TONGCUN_AUTH_INSECURE"
_LOG = logging.getLogger("tongcun")
#: Addresses that answer whoever asks, so that a machine can see whether this one works.
_HEALTH = ("/_stcore/health", "/_stcore/script-health-check", "/ready")
_MEDIA = re.compile(r"(?<!/static)/media/(?P<file>[^/]+)\Z")
_UPLOAD = re.compile(r"/_stcore/upload_file/(?P<session>[^/]+)/[^/]+\Z")
_OWN = re.compile(r"/(basemap|areas)/")


class Gate:
    """Refuse what comes by an open line, by a stranger's headers, or for another's files.

    Parameters
    ----------
    app
        The server behind it.
    """

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan" or scope["path"] in _open_paths():
            await self._app(scope, receive, send)
            return
        peer = str((scope.get("client") or ("", 0))[0])
        headers = Headers(scope=scope)
        wrong = fault(peer, scope["scheme"], headers)
        if wrong:
            _LOG.warning("refused: %s from %s", wrong, peer)
            await _refuse(scope, send, 403, f"Refused: {wrong}.\n".encode())
            return
        if identity.is_listed(peer):
            scope["client"] = (origin_of(headers) or peer, 0)
        if not _is_reached(scope["path"], headers):
            await _refuse(scope, send, 404, b"Not Found\n")
            return
        await self._app(scope, receive, send)


def _open_paths() -> list[str]:
    base = str(config.get_option("server.baseUrlPath")).strip("/")
    return [f"/{base}{path}" if base else path for path in _HEALTH]


def fault(peer: str, scheme: str, headers: Headers) -> str:
    """Return what is wrong with where a request comes from; empty if nothing is."""
    listed = identity.is_listed(peer)
    named = [name for name in identity.trusted_headers() if name.lower() in headers]
    if auth_mode() is AuthMode.PROXY:
        if not listed:
            return "not from a listed proxy"
        if any(len(headers.getlist(name)) > 1 for name in named):
            return "a header of identity comes twice"
    elif named:
        return "headers of identity count nothing here"
    forwarded = headers.get("x-forwarded-proto", "") if listed else ""
    secure = (forwarded or scheme) in {"https", "wss"}
    if secure or _is_this_machine(peer, headers) or os.environ.get(INSECURE_ENVIRONMENT) == "1":
        return ""
    return f"people are known only over https, or with {INSECURE_ENVIRONMENT}=1"


def origin_of(headers: Headers) -> str:
    """Return the address before the listed proxies; what a client itself wrote is passed over."""
    hops = [hop.strip() for hop in ",".join(headers.getlist("x-forwarded-for")).split(",")]
    for hop in reversed(hops):
        try:
            ipaddress.ip_address(hop)
        except ValueError:
            return ""
        if not identity.is_listed(hop):
            return hop
    return ""


def _is_this_machine(peer: str, headers: Headers) -> bool:
    """Return whether browser and server are one machine, with nothing in between."""
    try:
        local = ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False
    return local and "x-forwarded-for" not in headers and "forwarded" not in headers


def _is_reached(path: str, headers: Headers) -> bool:
    """Return whether a request reaches what belongs to one session."""
    media, upload = _MEDIA.search(path), _UPLOAD.search(path)
    if not (media or upload or _OWN.search(path)):
        return True
    try:
        account = identity.account_of(visitor_of(headers))
    except PlannerError:
        return False
    if not account.name or not (media or upload):
        return bool(account.name)
    users = session_users(
        file=media["file"].partition(".")[0] if media else "",
        session=upload["session"] if upload else "",
    )
    if any(identity.account_of(user).name == account.name for user in users):
        return True
    with desk.acting_as(account):
        desk.note("refused.file", path[-100:])
    return False


async def _refuse(scope: Scope, send: Send, status: int, text: bytes) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})

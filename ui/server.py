"""What the server answers, and to whom: hosts, frames, scripts, other sites.

A page of another site must not read this one: not as its frame, not by asking for its files, and
not by a name that its owner points at this machine (DNS rebinding), since then even the
``Origin`` equals the ``Host``. Numeric addresses cannot be pointed elsewhere, so they are taken;
names are those of this machine and of ``server.allowedHosts``.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import logging
import os
import re
import socket
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import streamlit
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit import config

from data import basemap
from data.wording.catalogue import LANGUAGES
from data.workspace.access import documents
from data.workspace.access.mode import AuthMode, auth_mode, is_guarded
from data.workspace.access.roles import RoleTable
from data.workspace.folder import Workspace
from geo.errors import PlannerError
from layers.map.tiles import ROUTE, background
from ui.coverage import area_tiles
from ui.shell import frame, welcome

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Scripts: the server's files, those that stand on a page and are known here, by their digest, and
#: what a page itself loads from an address of its own: Streamlit its components, host.js its maps.
#: No text is compiled. Styles may stand on a page, for Streamlit writes its own while it runs.
_POLICY = (
    "default-src 'self'; script-src 'self' blob:{scripts}; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:{tiles}; font-src 'self' data:; "
    "connect-src 'self'{sockets}; worker-src 'self' blob:; frame-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
_LOG = logging.getLogger("tongcun")
_NAME = re.compile(r"[\w.:%-]+")
_CLOSED = ("/_stcore/metrics", "/_stcore/agent")
_REFUSAL = (
    b"This name is not one of this server. Open it by localhost or its numeric address, or start "
    b"it with --server.allowedHosts NAME.\n"
)


def middleware() -> list[Middleware]:
    """Return what stands before Streamlit's own server."""
    if not is_guarded():
        return [Middleware(Guard)]
    from ui.access import entry, identity
    from ui.access.gate import Gate

    if auth_mode() is AuthMode.PROXY:
        config.set_option("server.trustedUserHeaders", identity.trusted_headers())
    # The gate must see who really connects, not who a header says does.
    os.environ["FORWARDED_ALLOW_IPS"] = ""
    entry.begin()
    return [Middleware(Guard), Middleware(Gate)]


def routes() -> list[Route]:
    """Return what this server answers beside Streamlit: own tiles, and whether it is ready."""
    base = str(config.get_option("server.baseUrlPath")).strip("/")
    return [
        Route(f"/{base}/{path}".replace("//", "/"), answer)
        for path, answer in ((ROUTE, _tile), (area_tiles.ROUTE, _area_tile), ("ready", _ready))
    ]


def _ready(_request: Request) -> Response:
    """Answer whether a page could be drawn: what keeps its data can be read, and who asks known."""
    try:
        with documents.reading(Workspace.open().folder) as opened:
            RoleTable.from_json(opened.get("roles"))
        auth_mode()
    except PlannerError as error:
        _LOG.warning("not ready: %s", error)
        return Response("unavailable\n", status_code=503, media_type="text/plain")
    return Response("ok\n", media_type="text/plain")


def _tile(request: Request) -> Response:
    """Answer with one tile; only whole numbers are taken, so no path leaves the map."""
    named = os.environ.get(basemap.ENVIRONMENT, "").strip()
    asked = [str(request.path_params[name]) for name in "zxy"]
    if not named or not all(re.fullmatch(r"[0-9]{1,9}", part) for part in asked):
        return Response(status_code=404)
    z, x, y = map(int, asked)
    try:
        found = basemap.open_basemap(named).tile(z, x, y)
    except (PlannerError, OSError, ValueError, sqlite3.Error):
        found = None
    if found is None:
        return Response(status_code=404)
    content, media = found
    return Response(content, media_type=media, headers={"cache-control": "max-age=3600"})


def _area_tile(request: Request) -> Response:
    """Answer with one tile of the area of all sites, by the name that only its page knows."""
    asked = request.path_params
    try:
        place = tuple(int(str(asked[name])[:9]) for name in "zxy")
        content = area_tiles.tile(
            Workspace.open().folder, str(asked["name"]), str(asked["kind"]), place
        )
    except (PlannerError, OSError, ValueError):
        content = None
    if content is None:
        return Response(status_code=404)
    return Response(content, media_type="image/png", headers={"cache-control": "max-age=3600"})


class Guard:
    """Refuse foreign hosts and closed paths; say in each answer what a page may load.

    Parameters
    ----------
    app
        The server behind it.
    """

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        host = _header(scope, b"host")
        if not is_own_host(host) or not _is_own_origin(_header(scope, b"origin")):
            await _refuse(scope, send, 421, _REFUSAL)
        elif any(closed in scope["path"] for closed in _CLOSED):
            await _refuse(scope, send, 404, b"Not Found\n")
        elif scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:

            async def answer(message: MutableMapping[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    message["headers"] = _headers(message.get("headers", ()), host)
                await send(message)

            await self._app(scope, receive, answer)


def is_own_host(host: str) -> bool:
    """Return whether a ``Host`` is an address or a name of this server.

    Examples
    --------
    >>> [is_own_host(host) for host in ("localhost:8501", "[::1]:8501", "evil.example")]
    [True, True, False]
    """
    try:
        parts = urlsplit(f"//{host}")
        name = (parts.hostname or "").rstrip(".")
        _ = parts.port
    except ValueError:
        return False
    if (
        not re.fullmatch(r"[\w.:%-]+", name)
        or parts.username is not None
        or parts.path
        or parts.query
        or parts.fragment
    ):
        return False
    return _is_number(name) or any(_fits(name, own.strip().lower()) for own in _own_names())


def _own_names() -> Iterable[str]:
    yield from ("localhost", socket.gethostname())
    for option in ("server.address", "browser.serverAddress"):
        yield config.get_option(option) or ""
    yield from config.get_option("server.allowedHosts")


def _fits(name: str, own: str) -> bool:
    return own in {name, "*"} or (own.startswith("*.") and name.endswith(own[1:]))


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


def _is_own_origin(origin: str) -> bool:
    """Return whether a request comes from a page of this server, or from no page."""
    return not origin or is_own_host(urlsplit(origin).netloc)


def _header(scope: Scope, name: bytes) -> str:
    found = [value for key, value in scope["headers"] if key == name]
    return found[0].decode("latin-1") if len(found) == 1 else ""


def _headers(given: Iterable[tuple[bytes, bytes]], host: str) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with ours; none opens it to all sites."""
    kept = [
        (key, value)
        for key, value in given
        if not (key.lower() == b"access-control-allow-origin" and value == b"*")
    ]
    policy = _POLICY.format(
        scripts=_scripts(), tiles=_tiles(), sockets=f" ws://{host} wss://{host}"
    )
    return [
        *kept,
        (b"content-security-policy", policy.encode("latin-1")),
        (b"x-frame-options", b"SAMEORIGIN"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
    ]


@cache
def _scripts() -> str:
    """Return the digests of the scripts that stand on a page: Streamlit's and our own."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    known = [
        *re.findall(r"<script>(.*?)</script>", page, re.DOTALL),
        *(frame.script(tongue) for tongue in LANGUAGES),
        *(welcome.script(keeps=keeps) for keeps in (True, False)),
    ]
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in known]
    return "".join(f" 'sha256-{digest}'" for digest in digests)


def _tiles() -> str:
    """Return where the background tiles come from, as the policy names it."""
    try:
        tiles = background()
    except PlannerError:
        return ""
    if tiles is None or "://" not in tiles.url:
        return ""
    parts = urlsplit(tiles.url)
    server = parts.netloc.partition("{")[0]
    return f" {parts.scheme}://{parts.netloc}" if server == parts.netloc else ""


async def _refuse(scope: Scope, send: Send, status: int, text: bytes) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})

"""Everything of Streamlit that has no public name, in one place; a release may move any of it.

``tests/ui/shell/test_streamlit_internals.py`` checks each hook and names the release that broke it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime import get_instance
from streamlit.runtime.scriptrunner import RerunException, get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.uploaded_file_manager import UploadedFile
from streamlit.web.server.starlette import starlette_websocket
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

__all__ = [
    "RerunException",
    "StreamlitPage",
    "UploadedFile",
    "in_part",
    "media_address",
    "session_users",
    "visitor_of",
    "waiting_request",
]


def media_address(content: bytes, kind: str, *, key: str) -> str:
    """Return an address under which this session's browser finds the bytes.

    Parameters
    ----------
    content
        The bytes to serve.
    kind
        Media type, such as ``image/png``.
    key
        Name of the place on the page that shows them.

    Returns
    -------
    address
        Path on this server; valid until the page is drawn without the place.
    """
    return get_instance().media_file_mgr.add(content, kind, key)


def waiting_request() -> Literal["page", "part"] | None:
    """Return what waits for the end of the run under way.

    Returns
    -------
    request
        ``"page"`` for a run of the whole page or the end of the session, ``"part"`` for a run of
        fragments alone, None if nothing waits.
    """
    context = get_script_run_ctx()
    requests = context.script_requests if context is not None else None
    if requests is None or requests._state is ScriptRequestType.CONTINUE:  # noqa: SLF001  no public way
        return None
    stopped = requests._state is ScriptRequestType.STOP  # noqa: SLF001  no public way
    return "part" if not stopped and requests._rerun_data.fragment_id_queue else "page"  # noqa: SLF001  no public way


def in_part() -> bool:
    """Return whether the run under way draws fragments alone, not the whole page."""
    context = get_script_run_ctx()
    return context is not None and bool(context.fragment_ids_this_run)


def visitor_of(headers: Headers) -> dict[str, Any]:
    """Return what is known of who sends a request, as a page of his would know it.

    Parameters
    ----------
    headers
        Headers of the request.

    Returns
    -------
    known
        As :data:`streamlit.user`; a forged or damaged cookie says nothing.
    """
    cookies = cookie_parser(headers.get("cookie", ""))
    known: dict[str, Any] = {}
    signed = (
        starlette_websocket._get_signed_cookie_with_chunks(cookies, USER_COOKIE_NAME)  # noqa: SLF001  no public way
        if USER_COOKIE_NAME in cookies
        else None
    )
    if signed:
        known.update(json.loads(signed))
    return known | starlette_websocket.gather_user_info(headers)


def session_users(*, file: str = "", session: str = "") -> list[Mapping[str, Any]]:
    """Return what is known of whoever a file or a session belongs to.

    Parameters
    ----------
    file
        Name of a file of a page, without its suffix.
    session
        Name of a session.

    Returns
    -------
    known
        One for each session; empty where nothing is known.
    """
    running = get_instance()
    held = running.media_file_mgr._files_by_session_and_coord  # noqa: SLF001  no public way
    names = [name for name, files in list(held.items()) if file and file in files.values()]
    found = (running._session_mgr.get_session_info(name) for name in [*names, session])  # noqa: SLF001  no public way
    return [dict(one.session._user_info) for one in found if one is not None]  # noqa: SLF001  no public way

"""Everything of Streamlit that has no public name, in one place; a release may move any of it.

``tests/ui/shell/test_streamlit_internals.py`` checks each hook and names the release that broke it.
"""

from __future__ import annotations

from typing import Literal

from streamlit.navigation.page import StreamlitPage
from streamlit.runtime import get_instance
from streamlit.runtime.scriptrunner import RerunException, get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.uploaded_file_manager import UploadedFile

__all__ = [
    "RerunException",
    "StreamlitPage",
    "UploadedFile",
    "in_part",
    "media_address",
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

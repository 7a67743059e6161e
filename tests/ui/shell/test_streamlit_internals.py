"""The hooks into Streamlit that have no public name: which release broke which.

A failure here says what to mend in ``ui/shell/streamlit_internals.py`` after an update.
"""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner import RerunData, RerunException
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests, ScriptRequestType
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.testing.v1 import AppTest

from tests.pins import broken_by
from ui.shell import streamlit_internals

FRAGMENT = "a fragment"


def page() -> None:
    """Call every hook in a run of a page."""
    import streamlit as st

    from ui.shell import streamlit_internals

    st.session_state["found"] = {
        "address": streamlit_internals.media_address(b"{}", "application/json", key="here"),
        "waiting": streamlit_internals.waiting_request(),
        "part": streamlit_internals.in_part(),
    }


def test_a_page_gets_an_address_for_its_files_and_nothing_waits_for_it() -> None:
    app = AppTest.from_function(page).run()
    with broken_by("streamlit", "media_file_mgr.add, ScriptRequests._state or ScriptRunContext"):
        assert not app.exception
        found = app.session_state["found"]
        assert isinstance(found.pop("address"), str)
        assert found == {"waiting": None, "part": False}


def test_a_request_for_another_run_is_an_exception_of_no_common_kind() -> None:
    """``except Exception`` must not catch it."""
    with broken_by("streamlit", "runtime.scriptrunner.RerunException"):
        assert not issubclass(RerunException, Exception)
        assert streamlit_internals.RerunException is RerunException
        assert RerunException(RerunData()).rerun_data == RerunData()


def test_a_page_has_an_address_and_runs() -> None:
    with broken_by("streamlit", "navigation.page.StreamlitPage.url_path, .run"):
        assert {"url_path", "run"} <= set(dir(streamlit_internals.StreamlitPage))


def running() -> ScriptRequests:
    """Return the requests of a run under way."""
    requests = ScriptRequests()
    with broken_by("streamlit", "ScriptRequests.request_rerun, .on_scriptrunner_ready"):
        requests.request_rerun(RerunData())
        assert requests.on_scriptrunner_ready().type is ScriptRequestType.RERUN
    return requests


def run_with(
    monkeypatch: pytest.MonkeyPatch, requests: ScriptRequests, fragments: list[str] | None = None
) -> None:
    """Pretend to be in a run of a script that has these requests and draws these fragments."""
    given = {"script_requests": requests, "fragment_ids_this_run": fragments}
    with broken_by("streamlit", "ScriptRunContext.script_requests, .fragment_ids_this_run"):
        assert set(given) <= {field.name for field in dataclasses.fields(ScriptRunContext)}
    monkeypatch.setattr(streamlit_internals, "get_script_run_ctx", lambda: SimpleNamespace(**given))


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        ([], None),
        ([RerunData()], "page"),
        ([RerunData(fragment_id=FRAGMENT)], "part"),
        ([RerunData(fragment_id=FRAGMENT), RerunData()], "page"),
    ],
)
def test_the_run_knows_what_waits_for_its_end(
    monkeypatch: pytest.MonkeyPatch, asked: list[RerunData], waits: str | None
) -> None:
    requests = running()
    for request in asked:
        requests.request_rerun(request)
    run_with(monkeypatch, requests)
    with broken_by("streamlit", "ScriptRequests._state, ._rerun_data.fragment_id_queue"):
        assert streamlit_internals.waiting_request() == waits


def test_the_end_of_the_session_waits_like_another_page(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = running()
    requests.request_rerun(RerunData(fragment_id=FRAGMENT))
    requests.request_stop()
    run_with(monkeypatch, requests)
    with broken_by("streamlit", "ScriptRequests._state"):
        assert streamlit_internals.waiting_request() == "page"


def test_the_run_knows_whether_it_draws_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    run_with(monkeypatch, running(), [FRAGMENT])
    assert streamlit_internals.in_part()
    run_with(monkeypatch, running())
    assert not streamlit_internals.in_part()


def test_outside_a_run_nothing_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streamlit_internals, "get_script_run_ctx", lambda: None)
    assert streamlit_internals.waiting_request() is None
    assert not streamlit_internals.in_part()

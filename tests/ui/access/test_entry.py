"""Pages where people are known: who comes in, what a role may not do, and when a session ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.scenario.scenario import Scenario
from data.tables.reader import pack_names
from data.wording.catalogue import text
from data.workspace.access import audit, desk, documents
from data.workspace.access.account import NOBODY, Account
from data.workspace.access.roles import Grant, RoleTable
from data.workspace.folder import Workspace
from ui.access import identity
from ui.plan import job
from ui.widgets.background import Job

APP = str(Path(__file__).parents[3] / "app.py")
PROVINCE = pack_names()[0]
Visit = Callable[[Account], AppTest]


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Visit:
    """Return what opens the application for an account."""
    monkeypatch.setenv("TONGCUN_AUTH", "proxy")
    monkeypatch.setenv("TONGCUN_WORKSPACE", str(tmp_path))
    table = RoleTable()
    for subject, role in (("user:wang", "planner"), ("user:li", "planner"), ("user:r", "reader")):
        table = table.granted(Grant.of(subject, role, PROVINCE))
    with documents.writing(tmp_path) as opened:
        opened.put("roles", table.model_dump_json())

    def opened_for(account: Account) -> AppTest:
        monkeypatch.setattr(identity, "present", lambda: account)
        return AppTest.from_file(APP, default_timeout=120)

    return opened_for


def shown(app: AppTest) -> str:
    return " ".join(str(part.value) for kind in ("info", "warning") for part in app.get(kind))


def records() -> list[str]:
    with documents.reading(Workspace.open().folder) as opened:
        return [f"{e.who} {e.what}" for e in audit.entries(opened)]


def test_nobody_sees_nothing(visit: Visit) -> None:
    app = visit(NOBODY).run()
    assert text("access.sign_in_proxy", "zh") in shown(app)
    assert "province" not in app.session_state


def test_without_a_role_there_is_nothing_to_see(visit: Visit) -> None:
    app = visit(Account("<script>x</script>", "<script>x</script>")).run()
    assert "script" in shown(app)
    assert "province" not in app.session_state
    assert records() == ["<script>x</script> refused.sign_in"]


def test_a_province_without_a_role_and_anothers_draft_are_not_reached_by_an_address(
    visit: Visit,
) -> None:
    with desk.acting_as(Account("li")):
        Workspace.open().save(Scenario(name="secret", province=PROVINCE))
    app = visit(Account("wang"))
    app.query_params["province"] = pack_names()[1]
    app.query_params["scenario"] = "secret"
    app.run()
    assert not app.exception
    assert app.session_state["province"] == PROVINCE
    assert app.session_state["_histories"] == {}
    assert "wang refused.read" in records()
    app.session_state["province"] = pack_names()[1]
    app.run()
    assert any(text("access_action.read", "zh") in str(part.value) for part in app.error)


def test_a_session_ends_when_nobody_clicks(visit: Visit) -> None:
    app = visit(Account("wang")).run()
    assert app.session_state["province"] == PROVINCE
    app.session_state["_access_seen"] -= 31 * 60
    app.run()
    assert text("access.ended", "zh", minutes=30) in shown(app)
    app.button(key="access_enter").click().run()
    assert text("access.ended", "zh", minutes=30) not in shown(app)


def test_anothers_run_is_not_reached_by_its_address(visit: Visit) -> None:
    scenario = Scenario(name="secret", province=PROVINCE)
    mine, other = Job("mine", step="waiting"), Job("other", step="waiting")
    for job_of, account in ((mine, "wang"), (other, "li")):
        job._desk().keep(job_of.key, job._Run(job_of, scenario, account))
    for key, name in (("other", ""), ("mine", "secret")):
        app = visit(Account("wang"))
        app.query_params["run"] = key
        app.run()
        assert not app.exception
        histories = app.session_state["_histories"].values()
        assert {history.present.name for history in histories} == ({name} if name else set())

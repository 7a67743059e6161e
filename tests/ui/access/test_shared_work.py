"""The page of shared work: from a draft to an approved plan, roles, keys, the record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from data.scenario.scenario import Scenario
from data.tables.reader import pack_names
from data.workspace.access import audit, desk, documents, reviews, tokens
from data.workspace.access.account import NOBODY, Account
from data.workspace.access.reviews import ReviewState
from data.workspace.access.roles import Grant, RoleTable
from data.workspace.folder import Workspace
from planning.exports.report.reader import Reader
from planning.exports.report.report import _approval
from ui.access import identity
from ui.shell import exporting

APP = str(Path(__file__).parents[3] / "app.py")
PROVINCE = pack_names()[0]
Visit = Callable[[str], AppTest]


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Visit:
    """Return what opens the page for an account; ``wang`` has a draft."""
    monkeypatch.setenv("TONGCUN_AUTH", "proxy")
    monkeypatch.setenv("TONGCUN_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("TONGCUN_ADMINISTRATORS", "user:chief")
    table = RoleTable()
    for subject, role in (("wang", "planner"), ("li", "approver"), ("zhao", "reader")):
        table = table.granted(Grant.of(f"user:{subject}", role, PROVINCE))
    with documents.writing(tmp_path) as opened:
        opened.put("roles", table.model_dump_json())
    with desk.acting_as(Account("wang")):
        Workspace(tmp_path).save(Scenario(name="roll-out", province=PROVINCE))

    def opened_for(name: str) -> AppTest:
        monkeypatch.setattr(identity, "present", lambda: Account(name, name))
        desk.identify_by(lambda: Account(name, name))
        app = AppTest.from_file(APP, default_timeout=120)
        app.query_params.update({"province": PROVINCE, "lang": "en"})
        app._page_hash = calc_hash("shared-work")
        return app.run()

    return opened_for


def pressed(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def offered(app: AppTest) -> set[str]:
    return {button.key for button in app.button if button.key}


def state_of(folder: Path) -> ReviewState:
    with documents.reading(folder) as opened:
        return reviews.review_of(opened, Scenario(name="roll-out", province=PROVINCE)).state


def test_a_plan_goes_from_draft_to_approved_through_the_right_hands(
    visit: Visit, tmp_path: Path
) -> None:
    assert "review-submit" not in offered(visit("li")), "a draft is its owner's alone"
    mine = visit("wang")
    assert "review-approve" not in offered(mine)
    mine.text_area(key="review_comment").set_value("please check").run()
    pressed(mine, "review-submit")
    assert "review-check" not in offered(mine), "nobody checks a scenario of his own"
    assert "review-check" not in offered(visit("zhao"))
    theirs = visit("li")
    assert "please check" in theirs.dataframe[1].value.to_string()
    assert "review-approve" not in offered(theirs)
    pressed(theirs, "review-check")
    pressed(theirs, "review-approve")
    assert state_of(tmp_path) is ReviewState.APPROVED
    assert "li" in theirs.success[0].value
    assert "review-restore" not in offered(visit("wang"))
    plan = Workspace(tmp_path).load("roll-out")
    ((label, said),) = _approval(plan, Reader("en"))
    assert label == "Approval"
    assert "li" in said
    assert plan.digest in said
    assert not _approval(plan.model_copy(update={"notes": "other"}), Reader("en"))


def test_a_version_saved_before_comes_back(visit: Visit, tmp_path: Path) -> None:
    first = Workspace(tmp_path).folder
    with desk.acting_as(Account("wang")):
        store = Workspace(first)
        before = store.load("roll-out")
        store.save(before.model_copy(update={"notes": "second"}), replaces=before.digest)
    pressed(visit("wang"), "review-restore")
    with desk.acting_as(Account("wang")):
        assert Workspace(first).load("roll-out").digest == before.digest
    with documents.reading(first) as opened:
        assert len(reviews.review_of(opened, before).steps) == 3


def test_roles_are_given_and_taken_by_who_administers_alone(visit: Visit, tmp_path: Path) -> None:
    assert "role-grant" not in offered(visit("wang"))
    chief = visit("chief")
    chief.text_input(key="role_name").set_value("sun").run()
    chief.selectbox(key="role_role").select("planner").run()
    pressed(chief, "role-grant")
    given = Grant.of("user:sun", "planner", PROVINCE)
    assert given in desk.role_table(tmp_path).grants
    pressed(chief, f"revoke-{given.model_dump_json()}")
    assert given not in desk.role_table(tmp_path).grants
    chief.text_input(key="role_name").set_value("sun\u202egnaw").run()
    pressed(chief, "role-grant")
    assert "cannot be given" in " ".join(error.value for error in chief.error)
    assert "record_search" in {box.key for box in chief.text_input}


def test_a_key_stands_for_its_account_until_it_is_ended(visit: Visit, tmp_path: Path) -> None:
    app = pressed(visit("wang"), "key-new")
    key = app.code[0].value.partition("=")[2]
    assert tokens.account_of(key, tmp_path) == Account("wang", "wang")
    assert not visit("wang").code, "shown once"
    assert tokens.account_of(key[:-1] + "x", tmp_path) == NOBODY
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and key in p.read_text("utf-8")]
    pressed(visit("li"), "key-new")
    pressed(visit("wang"), "key-revoke")
    assert tokens.account_of(key, tmp_path) == NOBODY
    assert tokens.count(tmp_path) == 0
    visit("li")
    assert tokens.count(tmp_path) == 1


def test_a_key_that_has_ended_is_nobody(
    visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit("wang")
    monkeypatch.setattr(tokens, "DAYS", -1)
    assert tokens.account_of(tokens.issue(tmp_path), tmp_path) == NOBODY


def test_exports_are_recorded_and_refused_to_strangers(visit: Visit, tmp_path: Path) -> None:
    visit("zhao")
    exporting.allow(PROVINCE, "gaps.csv")
    with documents.reading(tmp_path) as opened:
        last = audit.entries(opened)[-1]
    assert (last.who, last.what) == ("zhao", "export.made")
    desk.identify_by(lambda: Account("stranger"))
    with pytest.raises(desk.AccessRefusedError):
        exporting.allow(PROVINCE, "gaps.csv")
    with documents.reading(tmp_path) as opened:
        assert audit.entries(opened)[-1].what == "refused.export"

"""Shared work: who may do what to a scenario, in a folder and in the data base of a team."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from data.scenario.scenario import PlannedSite, Scenario
from data.workspace.access import audit, desk, documents, reviews
from data.workspace.access.account import Account
from data.workspace.access.desk import AccessRefusedError, acting_as
from data.workspace.access.reviews import Move, Review, ReviewState
from data.workspace.access.roles import Grant, RoleTable
from data.workspace.environment import CATALOGUE_ENVIRONMENT
from data.workspace.folder import Workspace
from geo.errors import InputError, PlannerError, UnknownNameError
from tests.data.postgres import forget_all

PLAN = Scenario(name="west", province="toy", sites=(PlannedSite(lat=25.1, lon=100.1),))
LATER = PLAN.model_copy(update={"sites": ()})


@pytest.fixture(params=["folder", "team"])
def workspace(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    monkeypatch.setenv("TONGCUN_AUTH", "proxy")
    monkeypatch.setenv("TONGCUN_ADMINISTRATORS", "user:admin")
    url = ""
    if request.param == "team":
        url = str(request.getfixturevalue("postgres"))
        monkeypatch.setenv(CATALOGUE_ENVIRONMENT, url)
    table = RoleTable()
    for subject, role, prefecture in (
        ("user:wang", "planner", ""), ("user:li", "planner", ""),
        ("user:west", "planner", "990100"), ("user:chen", "approver", ""),
        ("user:reader", "reader", ""), ("user:both", "planner", ""),
        ("user:both", "approver", ""),
    ):  # fmt: skip
        table = table.granted(Grant.of(subject, role, "toy", prefecture))
    with documents.writing(tmp_path) as opened:
        opened.put("roles", table.model_dump_json())
    yield Workspace(tmp_path)
    if url:
        documents.team_store(url).close()
        documents.team_store.cache_clear()
        forget_all(url)


def by(name: str) -> AbstractContextManager[None]:
    return acting_as(Account(name))


def moved(workspace: Workspace, who: str, move: Move, plan: Scenario = PLAN) -> Review:
    with by(who):
        return reviews.move(plan, move, workspace.folder)


def lines(workspace: Workspace) -> list[str]:
    with documents.reading(workspace.folder) as opened:
        assert audit.verified(opened).broken == 0
        return [f"{e.who} {e.what} {e.item}" for e in audit.entries(opened)]


def test_a_draft_is_reached_by_its_owner_alone(workspace: Workspace) -> None:
    with by("wang"):
        workspace.save(PLAN, replaces="")
        assert workspace.names() == ("west",)
        assert workspace.load("west") == PLAN
    for other in ("li", "west", "chen", "reader", "admin", "stranger", ""):
        with by(other):
            assert workspace.names() == ()
            with pytest.raises(UnknownNameError):
                workspace.load("west")
            with pytest.raises(UnknownNameError):
                workspace.result("west")
            with pytest.raises(PlannerError):
                workspace.save(LATER)
            with pytest.raises(PlannerError):
                workspace.delete("west")
            with pytest.raises(PlannerError):
                workspace.rename("west", "mine")
    with by("wang"):
        assert workspace.load("west") == PLAN
    assert "reader refused.read west" in lines(workspace)
    assert "li refused.change west" in lines(workspace)


@pytest.mark.parametrize("who", ["reader", "chen", "admin", "stranger", ""])
def test_who_plans_nothing_saves_nothing(workspace: Workspace, who: str) -> None:
    with by(who), pytest.raises(AccessRefusedError):
        workspace.save(PLAN, replaces="")
    with by(who), pytest.raises(AccessRefusedError):
        workspace.set_baseline("toy", "west")
    with by("wang"):
        assert workspace.names() == ()


def test_from_draft_to_approved_and_frozen(workspace: Workspace) -> None:
    with by("wang"):
        workspace.save(PLAN, replaces="")
    assert moved(workspace, "wang", Move.SUBMIT).state is ReviewState.SUBMITTED
    with by("wang"), pytest.raises(AccessRefusedError):
        workspace.save(LATER)
    with by("reader"):
        assert workspace.load("west") == PLAN
    assert moved(workspace, "li", Move.CHECK).state is ReviewState.CHECKED
    approved = moved(workspace, "chen", Move.APPROVE)
    assert approved.state is ReviewState.APPROVED
    assert approved.approval is not None
    assert (approved.approval.who, approved.approval.after) == ("chen", PLAN.digest)
    for who in ("wang", "li", "chen", "admin"):
        with by(who), pytest.raises(AccessRefusedError):
            workspace.save(LATER)
        with by(who), pytest.raises(AccessRefusedError):
            workspace.delete("west")
    for move in (Move.WITHDRAW, Move.RETURN, Move.SUBMIT):
        with pytest.raises(AccessRefusedError):
            moved(workspace, "wang", move)
    with by("li"):
        assert workspace.load("west") == PLAN
        assert workspace.copy("west", "next").name == "next"
    assert lines(workspace)[-1] == "li scenario.saved next"


def test_nobody_checks_or_approves_his_own(workspace: Workspace) -> None:
    with by("both"):
        workspace.save(PLAN, replaces="")
    moved(workspace, "both", Move.SUBMIT)
    with pytest.raises(AccessRefusedError):
        moved(workspace, "both", Move.CHECK)
    moved(workspace, "wang", Move.CHECK)
    with pytest.raises(AccessRefusedError):
        moved(workspace, "both", Move.APPROVE)
    with pytest.raises(AccessRefusedError):
        moved(workspace, "wang", Move.APPROVE)
    assert moved(workspace, "chen", Move.APPROVE).state is ReviewState.APPROVED


def test_what_is_approved_is_what_was_looked_at(workspace: Workspace) -> None:
    with by("wang"):
        workspace.save(PLAN, replaces="")
    moved(workspace, "wang", Move.SUBMIT)
    moved(workspace, "chen", Move.CHECK)
    with pytest.raises(InputError, match="changed since"):
        moved(workspace, "chen", Move.APPROVE, LATER)


def test_returned_with_a_comment_changed_and_submitted_again(workspace: Workspace) -> None:
    with by("wang"):
        workspace.save(PLAN, replaces="")
    moved(workspace, "wang", Move.SUBMIT)
    with by("chen"):
        returned = reviews.move(PLAN, Move.RETURN, workspace.folder, "无传输")
    assert (returned.state, returned.steps[-1].comment) == (ReviewState.RETURNED, "无传输")
    with by("wang"):
        workspace.save(LATER, replaces=PLAN.digest)
    assert moved(workspace, "wang", Move.SUBMIT, LATER).state is ReviewState.SUBMITTED
    with documents.reading(workspace.folder) as opened:
        review = reviews.review_of(opened, LATER)
        # Each step of the history can be taken back to.
        assert reviews.version(opened, review.steps[0].after) == PLAN
    assert [step.what for step in review.steps] == [
        "saved", "submit", "return", "saved", "submit",
    ]  # fmt: skip


def test_a_planner_of_a_prefecture_has_scenarios_of_his_own_there(workspace: Workspace) -> None:
    with by("west"):
        workspace.save(PLAN, replaces="")
    with documents.reading(workspace.folder) as opened:
        assert reviews.review_of(opened, PLAN).area.prefecture == "990100"
    with by("west"), pytest.raises(AccessRefusedError):
        workspace.set_baseline("toy", "west")


def test_a_role_taken_away_in_mid_session_ends_at_once(workspace: Workspace) -> None:
    with by("wang"):
        workspace.save(PLAN, replaces="")
        with by("admin"):
            gone = Grant.of("user:wang", "planner", "toy")
            desk.grant(gone, revoke=True, folder=workspace.folder)
        assert workspace.names() == ()
        with pytest.raises(AccessRefusedError):
            workspace.save(LATER)
    assert "admin role.revoked user:wang planner toy" in lines(workspace)


@pytest.mark.parametrize("who", ["wang", "chen", "stranger", ""])
def test_only_an_administrator_grants_roles(workspace: Workspace, who: str) -> None:
    given = Grant.of(f"user:{who or 'x'}", "administrator", "*")
    with by(who), pytest.raises(AccessRefusedError):
        desk.grant(given, folder=workspace.folder)
    assert given not in desk.role_table(workspace.folder).grants


def test_what_was_saved_before_loses_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.delenv("TONGCUN_AUTH")
        workspace.save(PLAN)
    with by("stranger"):
        assert workspace.names() == ()
    with by("li"):
        assert workspace.load("west") == PLAN
        workspace.save(LATER, replaces=PLAN.digest)
    assert moved(workspace, "wang", Move.SUBMIT, LATER).state is ReviewState.SUBMITTED


def test_unless_people_are_asked_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TONGCUN_AUTH", raising=False)
    Workspace(tmp_path).save(PLAN, replaces="")
    Workspace(tmp_path).set_baseline("toy", "west")
    assert not (tmp_path / "desk").exists()


def test_another_way_to_know_people_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGCUN_AUTH", "nobody-knows")
    with pytest.raises(UnknownNameError):
        Workspace(tmp_path).save(PLAN)

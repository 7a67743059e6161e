"""One table decides who may do what; whatever it does not grant is refused."""

from __future__ import annotations

import pytest

from data.workspace.access.account import MAX_NAME, NOBODY, Account, checked_account_name
from data.workspace.access.roles import (
    EVERYWHERE,
    MAY,
    Action,
    Grant,
    Role,
    RoleArea,
    RoleTable,
    allowed,
    first_administrators,
)
from geo.errors import DataError, InputError

WHOLE, WEST, EAST = (
    RoleArea(province="toy"),
    RoleArea(province="toy", prefecture="990100"),
    RoleArea(province="toy", prefecture="990200"),
)


def grants(role: Role, area: RoleArea, subject: str = "user:wang") -> tuple[Grant, ...]:
    return (Grant(subject=subject, role=role, area=area),)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_a_role_gives_what_the_table_says_and_nothing_else(role: Role, action: Action) -> None:
    wang = Account("wang")
    assert allowed(wang, action, WHOLE, grants(role, WHOLE)) == (action in MAY[role])
    assert not allowed(wang, action, RoleArea(province="other"), grants(role, WHOLE))
    assert not allowed(Account("li"), action, WHOLE, grants(role, WHOLE))
    assert not allowed(NOBODY, action, WHOLE, grants(role, WHOLE, "user:x"))


def test_a_planner_of_a_prefecture_changes_it_alone_and_reads_the_province() -> None:
    wang, own = Account("wang"), grants(Role.PLANNER, WEST)
    assert allowed(wang, Action.CHANGE, WEST, own)
    assert not allowed(wang, Action.CHANGE, EAST, own)
    assert not allowed(wang, Action.CHANGE, WHOLE, own)
    assert allowed(wang, Action.READ, WHOLE, own)
    assert not allowed(wang, Action.READ, EAST, own)


def test_a_role_of_the_province_holds_in_each_prefecture() -> None:
    assert allowed(Account("wang"), Action.APPROVE, EAST, grants(Role.APPROVER, WHOLE))


def test_groups_of_the_provider_map_to_roles() -> None:
    own = grants(Role.PLANNER, RoleArea(province=EVERYWHERE), "group:planners")
    assert allowed(Account("wang", groups=frozenset({"planners"})), Action.CHANGE, WEST, own)
    assert not allowed(Account("planners"), Action.CHANGE, WEST, own)


def test_who_grants_roles_does_not_sign_by_the_same_role() -> None:
    assert not MAY[Role.ADMINISTRATOR] & {Action.APPROVE, Action.CHECK, Action.CHANGE}


@pytest.mark.parametrize(
    "name", ["", " wang", "a\nb", "a\u202eb", "a\u200fb", "\x00", "w" * (MAX_NAME + 1), "\ud800"]
)
def test_a_hostile_name_is_no_account(name: str) -> None:
    with pytest.raises(InputError):
        checked_account_name(name)


def test_a_name_with_script_is_a_name_and_composed_once() -> None:
    assert checked_account_name("<script>alert(1)</script>") == "<script>alert(1)</script>"
    assert checked_account_name("e\u0301") == "\u00e9"


@pytest.mark.parametrize(
    ("subject", "role", "province", "prefecture"),
    [
        ("wang", "reader", "toy", ""),
        ("user:", "reader", "toy", ""),
        ("robot:wang", "reader", "toy", ""),
        ("user:wang", "owner", "toy", ""),
        ("user:wang", "reader", "", ""),
        ("user:wang", "reader", "toy", "9901"),
    ],
)
def test_a_grant_of_another_form_is_refused(
    subject: str, role: str, province: str, prefecture: str
) -> None:
    with pytest.raises(InputError):
        Grant.of(subject, role, province, prefecture)


def test_a_damaged_table_grants_nothing() -> None:
    with pytest.raises(DataError):
        RoleTable.from_json('{"grants": [{"subject": "user:wang"')
    assert RoleTable.from_json("").grants == ()


def test_a_grant_stands_once_and_goes_wholly() -> None:
    (one,) = grants(Role.READER, WHOLE)
    twice = RoleTable().granted(one).granted(one)
    assert twice.grants == (one,)
    assert twice.revoked(one).grants == ()


def test_the_first_administrators_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGCUN_ADMINISTRATORS", "user:wang, group:网络部")
    known = first_administrators()
    assert allowed(Account("wang"), Action.ADMINISTER, EAST, known)
    assert allowed(Account("li", groups=frozenset({"网络部"})), Action.ADMINISTER, WHOLE, known)
    monkeypatch.setenv("TONGCUN_ADMINISTRATORS", "wang")
    with pytest.raises(InputError):
        first_administrators()

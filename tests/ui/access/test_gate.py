"""The gate: an open line, headers of a stranger, another's files, odd names and old tokens."""

from __future__ import annotations

import time
from collections.abc import Coroutine, Mapping, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import Headers

from data.workspace.access import audit, documents
from ui.access import gate, identity

WANG = {"x-forwarded-user": "wang"}
LINE = {"x-forwarded-proto": "https"}


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("TONGCUN_AUTH", "proxy")
    monkeypatch.setenv("TONGCUN_AUTH_PROXIES", "10.0.0.2, 192.168.7.0/24")
    monkeypatch.setenv("TONGCUN_WORKSPACE", str(tmp_path))
    return tmp_path


@pytest.fixture
def oidc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGCUN_AUTH", "oidc")


def fault(peer: str, headers: Mapping[str, str], scheme: str = "http") -> str:
    return gate.fault(peer, scheme, Headers(dict(headers)))


def drive(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that waits for nothing, without a loop."""
    with pytest.raises(StopIteration):
        coroutine.send(None)


def asked(path: str, headers: Mapping[str, str], peer: str = "10.0.0.2") -> tuple[int, str]:
    """Return the status and the origin that the server behind the gate sees."""
    seen: list[Any] = [0, ""]

    async def server(scope: MutableMapping[str, Any], _receive: object, send: Any) -> None:
        seen[1] = scope["client"][0]
        await send({"type": "http.response.start", "status": 200})

    async def send(message: MutableMapping[str, Any]) -> None:
        seen[0] = message.get("status", seen[0])

    async def receive() -> MutableMapping[str, Any]:
        return {}

    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": "http", "path": path, "scheme": "http", "client": (peer, 1), "headers": raw}
    drive(gate.Gate(server)(scope, receive, send))
    return seen[0], seen[1]


def test_only_a_listed_proxy_is_heard(proxy: Path) -> None:
    assert fault("10.0.0.2", WANG | LINE) == ""
    assert fault("192.168.7.9", WANG | LINE) == ""
    for peer in ("10.0.0.3", "127.0.0.1", "", "garbage"):
        assert fault(peer, WANG | LINE), peer


def test_without_a_list_nobody_is_heard(proxy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for said in ("", "anything", "10.0.0.2/99"):
        monkeypatch.setenv("TONGCUN_AUTH_PROXIES", said)
        assert fault("10.0.0.2", WANG | LINE), said


def test_a_header_of_identity_that_comes_twice_is_refused(proxy: Path) -> None:
    twice = [(b"x-forwarded-user", b"wang"), (b"x-forwarded-user", b"admin"),
             (b"x-forwarded-proto", b"https")]  # fmt: skip
    assert gate.fault("10.0.0.2", "http", Headers(raw=twice))


def test_headers_of_identity_count_nothing_where_a_provider_is_asked(oidc: None) -> None:
    assert fault("127.0.0.1", WANG)
    assert fault("127.0.0.1", {}) == ""


def test_an_open_line_is_refused_unless_said_otherwise(
    oidc: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fault("10.0.0.9", {})
    # Whoever is no listed proxy cannot say that his line is closed.
    assert fault("10.0.0.9", LINE)
    assert fault("10.0.0.9", {}, scheme="https") == ""
    assert fault("127.0.0.1", {"x-forwarded-for": "10.0.0.9"})
    monkeypatch.setenv("TONGCUN_AUTH_INSECURE", "1")
    assert fault("10.0.0.9", {}) == ""


def test_the_origin_is_the_last_address_that_no_listed_proxy_has(proxy: Path) -> None:
    forged = LINE | WANG | {"x-forwarded-for": "1.2.3.4, 10.9.9.9, 192.168.7.9"}
    assert asked("/", forged) == (200, "10.9.9.9")
    assert asked("/", LINE | WANG | {"x-forwarded-for": "<script>"}) == (200, "10.0.0.2")


def test_health_answers_everyone(proxy: Path) -> None:
    assert asked("/_stcore/health", {}, peer="8.8.8.8")[0] == 200
    assert asked("/ready", {}, peer="8.8.8.8")[0] == 200
    for path in ("/_stcore/upload_file/s1/ready", "/media/ready", "/ready/", "/", "/ready\n"):
        assert asked(path, {}, peer="8.8.8.8")[0] == 403


@pytest.mark.parametrize("path", ["/media/abc123.xlsx", "/_stcore/upload_file/s1/f1"])
def test_anothers_file_or_session_is_not_found_and_the_attempt_is_recorded(
    proxy: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def users(*, file: str = "", session: str = "") -> list[dict[str, str]]:
        return [{"account": "wang"}] if (file, session) in {("abc123", ""), ("", "s1")} else []

    def visitor(headers: Headers) -> dict[str, str]:
        return {"account": headers.get("x-forwarded-user", "")}

    monkeypatch.setattr(gate, "session_users", users)
    monkeypatch.setattr(gate, "visitor_of", visitor)
    assert asked(path, LINE | WANG)[0] == 200
    assert asked(path, LINE | {"x-forwarded-user": "li"})[0] == 404
    assert asked(path, LINE)[0] == 404
    assert asked(path.replace("abc123", "other").replace("s1", "s2"), LINE | WANG)[0] == 404
    with documents.reading(proxy) as opened:
        assert [(e.who, e.what) for e in audit.entries(opened)] == [
            ("li", "refused.file"), ("wang", "refused.file"),
        ]  # fmt: skip


def test_fonts_of_the_interface_are_nobodys_own(proxy: Path) -> None:
    assert asked("/static/media/MaterialSymbols-Rounded.x.woff2", LINE | WANG)[0] == 200
    with documents.reading(proxy) as opened:
        assert not audit.entries(opened)


def test_a_header_in_utf8_is_a_chinese_name(proxy: Path) -> None:
    sent = "王芳".encode().decode("latin-1")
    account = identity.account_of({"account": sent, "groups": "planners, 网络部"})
    assert account.name == "王芳"
    assert account.groups == {"planners", "网络部"}


@pytest.mark.parametrize(
    "name", ["", " ", "a\r\nx-admin: 1", "a\u202eb", "w" * 300, "\xff\xfe", None]
)
def test_a_hostile_header_is_nobody(proxy: Path, name: str | None) -> None:
    assert identity.account_of({"account": name}).name == ""


def claims(**other: object) -> dict[str, object]:
    return {"is_logged_in": True, "sub": "wang", "iat": time.time() - 60} | other


def test_claims_give_account_name_and_groups(oidc: None) -> None:
    account = identity.account_of(claims(name="王芳", groups=["planners"]), "10.0.0.9")
    assert (account.name, account.title, account.origin) == ("wang", "王芳", "10.0.0.9")
    assert account.groups == {"planners"}


@pytest.mark.parametrize(
    "other",
    [
        {"is_logged_in": False},
        {"is_logged_in": "yes"},
        {"sub": ""},
        {"sub": "a\u200eb"},
        {"iat": time.time() - 13 * 3600},
        {"iat": time.time() + 3600},
        {"iat": "soon"},
        {"iat": float("nan")},
        {"groups": ["a\u202eb"]},
    ],
)
def test_odd_old_or_future_claims_are_nobody(oidc: None, other: dict[str, object]) -> None:
    assert identity.account_of(claims(**other)).name == ""


def test_clocks_may_differ_a_little(oidc: None) -> None:
    assert identity.account_of(claims(iat=time.time() + 60)).name == "wang"


@pytest.mark.parametrize("missing", ["is_logged_in", "sub", "iat"])
def test_a_claim_that_is_missing_is_nobody(oidc: None, missing: str) -> None:
    known = claims()
    del known[missing]
    assert identity.account_of(known).name == ""

"""What the running server answers to others, and what hostile names do on its pages: nothing."""

from __future__ import annotations

import base64
import http.client
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect


def asked(address: str, path: str, **headers: str) -> http.client.HTTPResponse:
    with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer


def opens_socket(address: str, host: str, origin: str) -> bool:
    """Return whether the server opens a web socket."""
    parts = urlsplit(address)
    key = base64.b64encode(os.urandom(16)).decode()
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(
            f"GET /_stcore/stream HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: streamlit\r\n\r\n".encode()
        )
        return connection.recv(100).startswith(b"HTTP/1.1 101")


@pytest.mark.parametrize("path", ["/", "/app/static/host.js", "/_stcore/health", "/gap-lists"])
def test_no_other_site_reads_or_frames_an_answer(address: str, path: str) -> None:
    answer = asked(address, path, Origin=address)
    assert answer.status == 200
    assert answer.getheader("Access-Control-Allow-Origin") != "*"
    policy = answer.getheader("Content-Security-Policy") or ""
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy.partition("script-src")[2].partition(";")[0]
    assert "frame-ancestors 'self'" in policy
    assert answer.getheader("X-Frame-Options") == "SAMEORIGIN"


def test_a_name_that_was_pointed_here_gets_nothing(address: str) -> None:
    own = urlsplit(address).netloc
    assert opens_socket(address, own, address)
    assert not opens_socket(address, "evil.example", "http://evil.example")
    assert not opens_socket(address, own, "http://evil.example")
    assert not opens_socket(address, own, "null")
    assert asked(address, "/", Host="evil.example").status == 421
    assert asked(address, "/", Host="127.0.0.1.evil.example").status == 421
    assert asked(address, "/", Host="localhost").status == 200


@pytest.mark.parametrize(
    "path", ["/_stcore/metrics", "/gaps/_stcore/metrics", "/_stcore/agent/mcp"]
)
def test_what_tells_of_the_server_is_closed(address: str, path: str) -> None:
    assert asked(address, path).status == 404


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """An address of this machine and what was asked there."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    heard.append(connection.recv(500))

        threading.Thread(target=listen, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}", heard
        server.close()


def test_hostile_names_are_letters_on_every_page(
    address: str, page: Page, listener: tuple[str, list[bytes]]
) -> None:
    there, heard = listener
    image = f"![a](http://{there}/a.png)"
    markup = f"<img src='http://{there}/b.png' onerror='window.taken=1'>"
    name = f"{image}{{0.__class__}}<b>'; DROP TABLE imports;--.csv".replace("/", "∕")
    rows = [
        "自然村编号,村名,县代码,经度,纬度,户数,是否有4G,备注",
        f'v1,"{image}",530112,102.70,25.04,30,否,"{markup}"',
        f'v2,"{markup}",530112,102.71,25.05,40,是,"=cmd|x"',
        f'"{image}","{{0}}",530112,102.72,25.06,50,否,"$x$"',
    ]
    content = "\n".join([f"{row},{'甲'}" for row in rows]).replace(
        "备注,甲", f'备注,"{image} {markup}"', 1
    )  # fmt: skip
    page.goto(f"{address}/import?lang=en")
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    )
    commit = page.get_by_role("button", name="Put 3 rows").first
    expect(commit).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Keep as WGS84").first.click()
    expect(commit).to_be_enabled(timeout=60_000)
    commit.click()
    expect(page.get_by_test_id("stAlert").first).to_contain_text(
        "DROP TABLE imports", timeout=60_000
    )
    for path in ("import", "gap-lists", "coverage"):
        page.goto(f"{address}/{path}?lang=en&province=yunnan")
        expect(page.get_by_test_id("stAppViewContainer")).to_be_visible()
        page.wait_for_timeout(2_000)
        assert page.locator(f"img[src*='{there}']").count() == 0
        assert page.evaluate("window.taken") is None
    assert heard == []

"""A download clicked in the moment of a redraw arrives all the same."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
from playwright.sync_api import Page, WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

SCRIPT = Path(__file__).parents[2] / "static" / "downloads.js"


class _Line:
    """The page's line to the server, on which what the server says can be held back."""

    def __init__(self, page: Page) -> None:
        self._held: list[str | bytes] | None = None
        self._page = page
        page.route_web_socket("**/_stcore/stream", self._open)

    def _open(self, route: WebSocketRoute) -> None:
        self._route, server = route, route.connect_to_server()
        server.on_message(self._hear)

    def _hear(self, message: str | bytes) -> None:
        if self._held is None:
            self._route.send(message)
        else:
            self._held.append(message)

    def hold(self) -> None:
        self._held = []

    def wait_for(self, kind: str) -> None:
        """Wait until a message of this kind is held back."""
        while not any(_kind(message) == kind for message in self._held or ()):
            self._page.wait_for_timeout(20)

    def release(self) -> None:
        held, self._held = self._held or [], None
        for message in held:
            self._route.send(message)


def _kind(message: str | bytes) -> str | None:
    return ForwardMsg.FromString(message).WhichOneof("type") if isinstance(message, bytes) else None


def test_a_download_clicked_before_the_page_is_drawn_anew_is_not_lost(
    page: Page, address: str
) -> None:
    line = _Line(page)
    page.goto(f"{address}/needs?lang=en&province=yunnan")
    button = page.get_by_role("button", name=".csv").first
    button.wait_for()
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    line.hold()
    page.get_by_test_id("stNumberInputStepUp").nth(1).click()
    line.wait_for("script_finished")
    # The server has drawn the page anew and forgotten the file this button names.
    button.click()
    line.wait_for("backend_operation_response")
    with page.expect_download() as caught:
        line.release()
    rows = pd.read_csv(io.BytesIO(Path(caught.value.path()).read_bytes()), comment="#")
    assert len(rows) >= 129
    expect(page.get_by_test_id("stDownloadButtonError")).to_have_count(0)


def test_an_error_that_stays_is_asked_again_three_times_and_shown(page: Page) -> None:
    page.goto("about:blank")
    page.set_content("<div data-testid=stDownloadButton><button>.csv</button></div>")
    page.evaluate(
        "() => { const box = document.querySelector('div'); window.asked = 0;"
        " box.querySelector('button').onclick = () => { window.asked += 1;"
        " box.querySelector('p')?.remove(); const p = document.createElement('p');"
        " p.dataset.testid = 'stDownloadButtonError'; p.textContent = 'failed';"
        " box.append(p); }; }"
    )
    page.add_script_tag(path=SCRIPT)
    page.get_by_role("button").click()
    expect(page.get_by_text("failed")).to_be_hidden()
    page.wait_for_function("() => window.asked === 4")
    expect(page.get_by_text("failed")).to_be_visible()


def test_an_error_of_a_button_that_takes_no_click_any_more_is_shown(page: Page) -> None:
    page.goto("about:blank")
    page.set_content("<div data-testid=stDownloadButton><button>.csv</button></div>")
    page.add_script_tag(path=SCRIPT)
    page.get_by_role("button").click()
    page.evaluate(
        "() => { const box = document.querySelector('div');"
        " box.querySelector('button').disabled = true; const p = document.createElement('p');"
        " p.dataset.testid = 'stDownloadButtonError'; p.textContent = 'failed'; box.append(p); }"
    )
    expect(page.get_by_text("failed")).to_be_visible()

"""One server and one browser for all these tests; a page that fails on what leaves the machine."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request

from bench.browser import chromium, serve
from data.scenario.plan_settings import PlanSettings
from data.scenario.scenario import Scenario
from data.workspace.environment import ENVIRONMENT
from data.workspace.folder import Workspace


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("workspace")
    # What the pages of coverage stand on: the invented relief, labelled as such.
    Workspace(folder).save(Scenario(name="demo", province="yunnan", demonstration_terrain=True))
    small = PlanSettings(sites=15, frontier_points=3, time_limit_s=5)
    Workspace(folder).save(Scenario(name="small", province="gansu", plan=small))
    with serve(env={ENVIRONMENT: str(folder)}) as url:
        yield url


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Let a failure tell what the page said at that moment."""
    try:
        return (yield)
    except Exception as failure:
        opened = getattr(item, "funcargs", {}).get("page")
        if opened is not None:
            failure.add_note(f"{opened.url}\n{opened.locator('body').inner_text()}")
        raise


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test if a script fails or a request leaves this machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    # A fresh clone compiles its loops while the first pages wait.
    opened.set_default_timeout(120_000)
    asked: list[str] = []
    faults: list[str] = []

    def note(request: Request) -> None:
        host = urlsplit(request.url).hostname
        if host not in {None, "", "127.0.0.1", "localhost"}:
            asked.append(request.url)

    opened.on("request", note)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    context.close()
    assert asked == []
    assert faults == []

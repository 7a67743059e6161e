"""Pages are run without a browser: what the machine has installed is looked through once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import local_script_runner

from ui.plan import job as plan_job
from ui.widgets.background import Job


@pytest.fixture(scope="package", autouse=True)
def packages_read_once() -> Iterator[None]:
    """Keep Streamlit from reading every installed package anew for each page that is opened."""
    with pytest.MonkeyPatch.context() as patch:
        once = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", once)
        yield


@pytest.fixture(scope="package", autouse=True)
def runs_awaited() -> Iterator[None]:
    """Wait for the thread of a page's run: asking every millisecond takes a tenth of its time."""
    ask = local_script_runner.require_widgets_deltas

    def wait(runner: local_script_runner.LocalScriptRunner, timeout: float = 3) -> None:
        if runner._script_thread is not None:
            runner._script_thread.join(timeout)
        ask(runner, 0.1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_script_runner, "require_widgets_deltas", wait)
        yield


@pytest.fixture(autouse=True)
def plans_end_with_their_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Cancel the plans that a test leaves running: they would slow down the tests after it."""
    started: list[Job] = []

    class Noted(Job):
        def __init__(self, *args: Any, **fields: Any) -> None:
            super().__init__(*args, **fields)
            started.append(self)

    monkeypatch.setattr(plan_job, "Job", Noted)
    yield
    for job in started:
        job.cancel.set()

"""What every test shares: the browser's tests stay together, and are missed where they must run."""

from __future__ import annotations

import gc
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bench.browser import chromium_path
from data.tables.reader import Pack
from data.wording.catalogue import call_prefectures
from tests import toy as toy_pack

# What the planner at this machine has imported, and own packs, must not reach the tests.
os.environ["TONGCUN_WORKSPACE"] = tempfile.mkdtemp(prefix="tongcun-tests-")
os.environ.pop("TONGCUN_CATALOGUE", None)
os.environ.pop("TONGCUN_PACKS", None)
# Figures depend on the day: tests have one of their own, the date of the plans' baselines.
os.environ["TONGCUN_TODAY"] = "2020-12-31"

ROOT = Path(__file__).resolve().parent.parent
BROWSER_TESTS = ROOT / "tests" / "browser"

# Deadlines measure the machine, not the code; the same examples in every run of CI.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture(autouse=True)
def _day_of_the_toy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the toy province for its latest figures."""
    of_each = getattr(request.node, "callspec", None)
    name = of_each.params.get("any_pack", "toy") if of_each is not None else "toy"
    if {"toy", "toy_listed"} & set(request.fixturenames) and name == "toy":
        monkeypatch.setenv("TONGCUN_TODAY", "2023-12-31")


@pytest.fixture(autouse=True)
def _usual_word_for_prefectures() -> None:
    """Forget the province whose word for prefectures a command of another test has set."""
    call_prefectures("")


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """Return the province of ``tests/toy.py``, written once."""
    return toy_pack.write(tmp_path_factory.mktemp("packs"))


@pytest.fixture
def toy_listed(toy: Pack, monkeypatch: pytest.MonkeyPatch) -> Pack:
    """Return the same province, found by its name through ``TONGCUN_PACKS``."""
    monkeypatch.setenv("TONGCUN_PACKS", str(toy.folder.parent))
    return toy


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file, and all browser tests, on one worker: what they share is made once.

    Browser tests come first, being the longest, and are skipped visibly where there is no browser.
    In CI nothing is skipped: there a missing browser fails. First of all: xdist reads the groups in
    a hook of its own.
    """
    missing = chromium_path() is None
    items.sort(key=lambda item: not item.path.is_relative_to(BROWSER_TESTS))
    for item in items:
        if not item.path.is_relative_to(BROWSER_TESTS):
            item.add_marker(pytest.mark.xdist_group(str(item.path.relative_to(ROOT))))
            continue
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.xdist_group("browser"))
        if missing and not os.environ.get("CI"):
            item.add_marker(pytest.mark.skip(reason="no Chromium: install it to test the pages"))


def pytest_collection_finish() -> None:
    """Take what was imported out of the reach of the garbage collector.

    Streamlit collects after every run of a page, and each time went through half a million objects
    that live as long as the process.
    """
    gc.collect()
    gc.freeze()

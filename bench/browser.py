"""A Streamlit server of our own and a headless Chromium: for the benchmarks and the browser tests.

Only this machine is spoken to: requests to any other host are refused and kept, so that a test
can say which page asked for what.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Route, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
#: Time within which a server must answer [s]; generous: numba may compile on a cold cache.
START_LIMIT_S = 90.0
_LOCAL = {"127.0.0.1", "localhost", "::1"}
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def chromium_path() -> str | None:
    """Return the system's Chromium (or what the variable CHROMIUM names), None if there is none."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next((path for name in _CHROMIUMS if (path := shutil.which(name))), None)


@contextmanager
def serve(app: Path = ROOT / "app.py", *, env: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run ``streamlit run app`` on a free port of this machine and give its address.

    Parameters
    ----------
    app
        Script to run; the working folder is the project's.
    env
        Variables on top of our own.

    Raises
    ------
    RuntimeError
        If the server ends or does not answer within :data:`START_LIMIT_S`; with its last words.
    """
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(app)]
    for option, value in (
        ("server.port", str(port)),
        ("server.address", "127.0.0.1"),
        ("server.headless", "true"),
        ("server.fileWatcherType", "none"),
        ("browser.gatherUsageStats", "false"),
    ):
        command += [f"--{option}", value]
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **(env or {})}, stdout=log, stderr=log
        )
        try:
            url = f"http://127.0.0.1:{port}"
            if not _answers(f"{url}/_stcore/health", server):
                log.seek(0)
                words = log.read()[-2000:].decode("utf-8", "replace")
                raise RuntimeError(f"the server of {app.name} did not start:\n{words}")
            yield url
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium, headless.

    Raises
    ------
    RuntimeError
        If there is none; tests ask :func:`chromium_path` first.
    """
    path = chromium_path()
    if path is None:
        raise RuntimeError("no Chromium found: install it, or name it in the variable CHROMIUM")
    # Chromium's own sandbox refuses to run as root, as on build machines.
    root = getattr(os, "geteuid", lambda: 1)() == 0
    # In a locale without Chinese it neither reads nor names files in Chinese.
    locale = {"LC_ALL": "C.UTF-8"}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=list(_FLAGS), chromium_sandbox=not root,
            env={**os.environ, **locale},
        )  # fmt: skip
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class LocalOnly:
    """Refuses every request of a browser context that leaves this machine, and keeps its address.

    Attributes
    ----------
    refused
        Addresses that were asked for.
    """

    refused: list[str] = field(default_factory=list)

    def guard(self, context: BrowserContext) -> None:
        """Watch all pages of ``context``."""
        context.route(lambda url: not _is_local(url), self._refuse)

    def _refuse(self, route: Route) -> None:
        self.refused.append(route.request.url)
        route.abort()


def _is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob", "about") or parts.hostname in _LOCAL


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str, server: subprocess.Popen[bytes]) -> bool:
    """Wait until ``url`` answers; False if the server ends first or takes too long."""
    # No proxy of the machine is used between the two.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    limit = time.monotonic() + START_LIMIT_S
    while time.monotonic() < limit and server.poll() is None:
        try:
            with direct.open(url, timeout=1):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False

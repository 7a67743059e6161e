"""Licences of what is pinned: the rule allows what we use, and nothing that it does not name."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import audit


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True), ("BSD-3-Clause AND 0BSD", True), ("GPL-3.0-only OR MIT", True),
        ("LGPL-3.0-only", True), ("GPL-3.0-only", False), ("MIT AND GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False), ("Proprietary", False), ("", False),
    ],
)  # fmt: skip
def test_the_rule(licence: str, allowed: bool) -> None:
    assert [*audit.faults({"a": licence})] == (
        [] if allowed else [f"a: {licence or 'no licence stated'}"]
    )


def test_what_is_pinned_is_allowed_and_known() -> None:
    found = audit.licences()
    assert [*audit.faults(found)] == []
    assert {"streamlit", "numpy", "psycopg", "ruff"} <= found.keys()
    # Packages of other systems are pinned, too.
    assert len(found) >= len(audit.pinned()) - 5


def test_names_are_read_from_the_pins(tmp_path: Path) -> None:
    pins = tmp_path / "pins.txt"
    pins.write_text("# a\nTyping_Extensions==4.1 ; python_version < '4'  # via b\nuvicorn[a]==1\n")
    assert audit.pinned([pins]) == ["typing-extensions", "uvicorn"]


@pytest.mark.parametrize(
    ("code", "said", "expected"),
    [
        (0, "No known vulnerabilities found", 0), (1, "Found 1 known vulnerability in a", 1),
        (1, "Dependency not found on PyPI and could not be audited: a (1)", None),
        (2, "Failed to resolve 'pypi.org'", None),
    ],
)  # fmt: skip
def test_faults_are_told_from_an_index_that_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, code: int, said: str, expected: int | None
) -> None:
    done = subprocess.CompletedProcess([], code, said, "")
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_more: done)
    assert audit.known_faults() == expected

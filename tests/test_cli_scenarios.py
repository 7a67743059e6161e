"""The terminal manages saved scenarios as the page does: names, copies, notes, the baseline."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.scenario.scenario import Scenario
from data.workspace.environment import ENVIRONMENT
from data.workspace.folder import Workspace
from tests.terminal import run_here

A = Scenario(name="甲 案", province="toy", plan={"sites": 2})


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "own"))
    file = tmp_path / "a.json"
    file.write_text(A.to_json(), encoding="utf-8")
    run_here("scenario", "save", file)
    return Workspace.open()


def test_a_scenario_is_saved_renamed_and_copied(store: Workspace, tmp_path: Path) -> None:
    assert store.load(A.name) == A
    run_here("scenario", "baseline", A.name)
    run_here("scenario", "rename", A.name, "乙")
    run_here("scenario", "copy", "乙", "丙")
    assert store.names() == ("丙", "乙")
    assert store.baseline("toy") == "乙"
    run_here("scenario", "save", tmp_path / "a.json", "--name", "乙", code=2)
    run_here("scenario", "save", tmp_path / "a.json", "--name", "乙", "--replace")
    run_here("scenario", "baseline", "丙", "--drop")
    assert store.baseline("toy") == "乙"
    run_here("scenario", "baseline", "乙", "--drop")
    assert store.baseline("toy") == ""
    run_here("scenario", "delete", "丙")
    assert store.names() == ("乙",)


def test_notes_are_printed_set_and_cleared(store: Workspace) -> None:
    run_here("scenario", "notes", A.name, "第一行\n=HYPERLINK()")
    assert store.load(A.name).notes == "第一行\n=HYPERLINK()"
    assert run_here("scenario", "notes", A.name).stdout.startswith("第一行")
    assert store.load(A.name).plan == A.plan
    told = run_here("scenario", "notes", A.name, "x" * 5_001, code=2)
    assert "notes" in told.stderr
    run_here("scenario", "notes", A.name, "--clear")
    assert store.load(A.name).notes == ""


def test_the_list_says_what_is_the_baseline(store: Workspace) -> None:
    store.save(Scenario(name="other", province="elsewhere"))
    run_here("scenario", "baseline", A.name)
    told = run_here("scenario", "list", "-p", "toy").stdout
    assert A.name in told
    assert A.digest in told
    assert "other" not in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rename", "x", "y"], "unknown scenario"),
        (["rename", A.name, "a/b"], "a/b"),
        (["copy", A.name, A.name], A.name),
        (["baseline", "x"], "unknown scenario"),
        (["save", "nowhere.json"], "nowhere.json"),
    ],
)
def test_faults_say_what_is_wrong(arguments: list[str], words: str) -> None:
    assert words in run_here("scenario", *arguments, code=2).stderr

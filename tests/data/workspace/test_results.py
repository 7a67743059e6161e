"""What a scenario keeps: its result, its notes, its mark as baseline, in files and for a team."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from data.scenario.kept_result import KeptResult
from data.scenario.scenario import Scenario, ScenarioConflictError
from data.version import VERSION
from data.workspace.environment import CATALOGUE_ENVIRONMENT
from data.workspace.folder import Workspace
from geo.errors import DataError, InputError, StorageError, UnknownNameError
from tests.data.postgres import forget_all

PLAN = Scenario(name="方案 A", province="toy", notes="先西后东\n第二轮再议")
TABLE = pd.DataFrame({
    "name": ["村", None], "households": [20, 30],
    "year": pd.array([2026, None], dtype="Int64"), "level_dBm": [-99.5, float("nan")],
})  # fmt: skip
RESULT = KeptResult(
    "abc", "2026-11-30T10:24:00+00:00", VERSION, PLAN.to_json(), {"basis": "circle"},
    {"sites": TABLE},
)  # fmt: skip


@pytest.fixture(params=["files", "team"])
def workspace(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    if request.param == "files":
        yield Workspace(tmp_path)
        return
    postgres = request.getfixturevalue("postgres")
    monkeypatch.setenv(CATALOGUE_ENVIRONMENT, postgres)
    yield Workspace(tmp_path)
    forget_all(postgres)


def same(found: KeptResult | None) -> None:
    assert found is not None
    assert (found.key, found.at, found.version, found.scenario, found.content) == (
        RESULT.key, RESULT.at, RESULT.version, RESULT.scenario, RESULT.content
    )  # fmt: skip
    pd.testing.assert_frame_equal(found.tables["sites"], TABLE)


def test_a_result_comes_back_and_goes_with_its_scenario(workspace: Workspace) -> None:
    workspace.save(PLAN)
    assert workspace.result(PLAN.name) is None
    workspace.keep_result(PLAN.name, RESULT)
    same(workspace.result(f" {PLAN.name} "))
    assert workspace.load(PLAN.name).notes == PLAN.notes
    workspace.delete(PLAN.name)
    workspace.save(PLAN)
    assert workspace.result(PLAN.name) is None


def test_a_copy_and_a_new_name_keep_the_result(workspace: Workspace) -> None:
    workspace.save(PLAN)
    workspace.keep_result(PLAN.name, RESULT)
    workspace.set_baseline("toy", PLAN.name)
    assert workspace.copy(PLAN.name, "方案 B").name == "方案 B"
    same(workspace.result("方案 B"))
    assert workspace.baseline("toy") == PLAN.name
    workspace.rename(PLAN.name, "方案 C")
    assert workspace.names() == ("方案 B", "方案 C")
    same(workspace.result("方案 C"))
    assert workspace.baseline("toy") == "方案 C"
    assert workspace.result(PLAN.name) is None
    with pytest.raises(ScenarioConflictError):
        workspace.rename("方案 C", "方案 B")
    with pytest.raises(UnknownNameError):
        workspace.copy("方案 Z", "方案 D")
    assert workspace.rename("方案 C", " 方案 C ").name == "方案 C"
    assert workspace.names() == ("方案 B", "方案 C")


def test_one_baseline_for_each_province(workspace: Workspace) -> None:
    for name in ("x", "y"):
        workspace.save(PLAN.model_copy(update={"name": name}))
        workspace.set_baseline("toy", name)
    workspace.set_baseline("other", "z")
    assert workspace.baseline("toy") == "y"
    workspace.delete("y")
    assert workspace.baseline("toy") == ""
    assert workspace.baseline("other") == "z"
    workspace.set_baseline("other", "")
    assert workspace.baseline("other") == ""


@pytest.mark.parametrize(
    "content", [b"", b"no archive", RESULT.to_bytes()[:-40], RESULT.to_bytes()[40:]]
)
def test_a_damaged_result_is_told(content: bytes, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.keep_result("x", RESULT)
    [path] = (tmp_path / "results").iterdir()
    path.write_bytes(content)
    with pytest.raises(DataError, match="compute the plan again"):
        workspace.result("x")


def test_what_cannot_be_kept_says_so_and_leaves_what_was(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    (tmp_path / "results").write_text("a file where the folder belongs", encoding="utf-8")
    with pytest.raises(StorageError):
        workspace.keep_result("x", RESULT)
    with pytest.raises(InputError):
        workspace.keep_result("../x", RESULT)


def test_equal_results_are_equal_bytes() -> None:
    assert RESULT.to_bytes() == RESULT.to_bytes()


def test_notes_change_what_is_saved_but_old_files_stay_what_they_were() -> None:
    assert "notes" not in Scenario(province="toy").to_json()
    assert PLAN.digest != PLAN.model_copy(update={"notes": ""}).digest


def test_the_version_is_that_of_the_package() -> None:
    file = Path(__file__).parents[3] / "pyproject.toml"
    assert tomllib.loads(file.read_text(encoding="utf-8"))["project"]["version"] == VERSION

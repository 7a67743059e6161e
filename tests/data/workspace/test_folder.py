"""Scenarios on disk: what is saved comes back, what cannot be saved says why and loses nothing."""

from __future__ import annotations

import errno
import threading
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

import data.workspace.folder
from data.scenario.scenario import PlannedSite, Scenario, ScenarioConflictError
from data.workspace.environment import ENVIRONMENT
from data.workspace.folder import Workspace, checked_name
from geo.errors import InputError, StorageError, UnknownNameError

SCENARIO = Scenario(
    name="昭通 方案-2",
    province="somewhere",
    targets={"mobile_5g": 5},
    sites=(PlannedSite(lat=27.3, lon=103.7),),
)


def test_save_list_load_delete(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "not" / "yet")
    assert workspace.names() == ()
    path = workspace.save(SCENARIO)
    assert path.read_text(encoding="utf-8") == SCENARIO.to_json()
    assert workspace.names() == (SCENARIO.name,)
    assert workspace.load(SCENARIO.name) == SCENARIO
    workspace.delete(SCENARIO.name)
    assert workspace.names() == ()
    with pytest.raises(UnknownNameError):
        workspace.load(SCENARIO.name)
    with pytest.raises(UnknownNameError):
        workspace.delete(SCENARIO.name)


def test_saving_again_replaces(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.save(SCENARIO)
    changed = SCENARIO.model_copy(update={"targets": {}})
    workspace.save(changed)
    assert workspace.load(SCENARIO.name) == changed
    assert [p.name for p in workspace.scenarios_dir.iterdir()] == [f"{SCENARIO.name}.json"]


def test_the_argument_leads_then_the_environment_then_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "env"))
    assert Workspace.open().folder == tmp_path / "env"
    assert Workspace.open(tmp_path / "argument").folder == tmp_path / "argument"
    monkeypatch.delenv(ENVIRONMENT)
    assert Workspace.open().folder.name == "tongcun"


@pytest.mark.parametrize(
    "name",
    ["", "  ", "..", "../x", "a/b", "a\\b", ".hidden", "dot.", "nul", "COM1.txt", "a\0b", "a\nb",
     "x" * 61, "a:b", "<b>", "a*", "\u202eabc"],
)  # fmt: skip
def test_hostile_names_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no name for a scenario"):
        Workspace(tmp_path).save(SCENARIO.model_copy(update={"name": name}))
    with pytest.raises(InputError):
        Workspace(tmp_path).load(name)
    assert not list(tmp_path.rglob("*.json"))


@given(st.text(max_size=70))
def test_an_accepted_name_is_one_file_name(text: str) -> None:
    try:
        name = checked_name(text)
    except InputError:
        return
    assert Path(name).name == name
    assert len(f"{name}.json".encode()) <= 255


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_refuses_says_so_and_the_older_file_stays(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace(tmp_path)
    workspace.save(SCENARIO)

    def refuse(*_args: object) -> None:
        raise OSError(code, "refused")

    monkeypatch.setattr(data.workspace.folder, "atomic_write", refuse)
    with pytest.raises(StorageError, match="cannot be saved") as caught:
        workspace.save(SCENARIO.model_copy(update={"targets": {}}))
    assert ENVIRONMENT in caught.value.repair
    assert workspace.load(SCENARIO.name) == SCENARIO


def test_a_file_in_the_folders_place_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError):
        Workspace(tmp_path / "file").save(SCENARIO)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b'{"province": "x", "extra": 1}'])
def test_a_broken_file_is_named(content: bytes, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.scenarios_dir.mkdir()
    (workspace.scenarios_dir / "broken.json").write_bytes(content)
    with pytest.raises(InputError, match=r"broken|UTF-8") as caught:
        workspace.load("broken")
    assert "broken.json" in caught.value.where


def test_another_than_was_loaded_is_not_replaced(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.save(SCENARIO, replaces="")
    theirs = SCENARIO.model_copy(update={"targets": {"mobile_5g": 7}})
    workspace.save(theirs, replaces=SCENARIO.digest)
    mine = SCENARIO.model_copy(update={"targets": {}})
    for replaces in ("", SCENARIO.digest):
        with pytest.raises(ScenarioConflictError) as refused:
            workspace.save(mine, replaces=replaces)
        assert refused.value.there == theirs
    with pytest.raises(ScenarioConflictError):
        workspace.delete(SCENARIO.name, replaces=SCENARIO.digest)
    assert workspace.load(SCENARIO.name) == theirs
    workspace.delete(SCENARIO.name, replaces=theirs.digest)
    with pytest.raises(ScenarioConflictError) as gone:
        workspace.save(mine, replaces=theirs.digest)
    assert gone.value.there is None


def test_of_many_who_loaded_the_same_one_saves(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.save(SCENARIO)
    barrier, saved = threading.Barrier(8), []

    def save(count: int) -> None:
        barrier.wait()
        try:
            mine = SCENARIO.model_copy(update={"targets": {"mobile_5g": 100 + count}})
            workspace.save(mine, replaces=SCENARIO.digest)
            saved.append(mine)
        except ScenarioConflictError:
            pass

    threads = [threading.Thread(target=save, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(saved) == 1
    assert workspace.load(SCENARIO.name) == saved[0]

"""Provinces outside the source tree: found by their folder, faults kept, none stops the others."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from data.scenario.scenario import Scenario
from data.tables.found_packs import PACKS_DIR, PACKS_ENVIRONMENT, find_packs, pack_names
from data.tables.reader import Pack
from geo.errors import DataError, UnknownNameError
from planning.gaps import gap_table
from tests import toy as toy_pack
from tests.terminal import run_here

EMBEDDED = tuple(sorted(path.parent.name for path in PACKS_DIR.glob("*/pack.toml")))


def pack_in(folder: Path, called: str = "toy", **settings: str) -> Path:
    """Write a pack.toml alone: enough to be found."""
    home = folder / called
    home.mkdir(parents=True)
    lines = toy_pack.META.replace('name = "toy"\n', "").splitlines()
    kept = [line for line in lines if line.split(" =")[0] not in settings]
    kept += [f"{key} = {value}" for key, value in settings.items() if value]
    (home / "pack.toml").write_text("\n".join(kept), encoding="utf-8")
    return home


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(PACKS_ENVIRONMENT, str(tmp_path))
    return tmp_path


def test_the_embedded_packs_need_no_variable() -> None:
    assert tuple(sorted(pack_names())) == EMBEDDED
    assert find_packs().faults == ()


def test_a_folder_outside_is_a_province(toy_listed: Pack) -> None:
    assert set(pack_names()) == {*EMBEDDED, "toy"}
    assert Pack.load("toy") == toy_listed
    table = gap_table(Pack.load("toy"), scenario=Scenario(province="toy"))
    assert set(table["adcode"]) == {toy_pack.WEST, toy_pack.EAST}
    said = run_here("gaps", "--province", "toy", "--layer", "mobile_5g")
    assert "West Prefecture" in said.stdout
    assert said.stderr == ""


def test_several_folders_in_the_order_of_their_packs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack_in(tmp_path / "one", "last")
    pack_in(tmp_path / "two", "first", order="0 # before all", adcode='"980000"')
    folders = ["", str(tmp_path / "one"), str(tmp_path / "two")]
    monkeypatch.setenv(PACKS_ENVIRONMENT, os.pathsep.join(folders))
    names = pack_names()
    assert (names[0], names[-1]) == ("first", "last")
    assert len(names) == len(EMBEDDED) + 2


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"adcode": ""}, "lacks 'adcode'"),
        ({"adcode": "990000"}, "no text in quotation marks"),
        ({"adcode": '"990100"'}, "no code of a province"),
        ({"name_en": '" "'}, "no text"),
        ({"order": '"first"'}, "no whole number"),
        ({"name": '"other"'}, "is not the folder's name"),
        ({"name_zh": '"unclosed'}, "cannot be read"),
    ],
)
def test_a_broken_pack_is_left_out_and_told(
    listed: Path, settings: dict[str, str], words: str
) -> None:
    pack_in(listed, **settings)
    pack_in(listed, "sound", adcode='"980000"')
    found = find_packs()
    assert set(found.folders) == {*EMBEDDED, "sound"}
    (fault,) = found.faults
    assert words in fault.what
    assert fault.where == str(listed / "toy" / "pack.toml")
    with pytest.raises(DataError, match=r"pack\.toml"):
        Pack.load("toy")


def test_all_faults_of_a_file_at_once(listed: Path) -> None:
    pack_in(listed, adcode="", name_zh="5")
    (fault,) = find_packs().faults
    for words in ("adcode", "name_zh"):
        assert words in fault.what


def test_a_name_must_fit_the_option(listed: Path) -> None:
    pack_in(listed, "Toy 1")
    (fault,) = find_packs().faults
    assert "'Toy 1'" in fault.what


def test_an_embedded_name_or_code_is_not_taken_over(listed: Path) -> None:
    own = Pack.load(EMBEDDED[0])
    pack_in(listed, own.name)
    pack_in(listed, "twin", adcode=f'"{own.adcode}"')
    found = find_packs()
    assert set(found.folders) == set(EMBEDDED)
    assert found.folders[own.name] == own.folder
    assert [("name" in f.what, "adcode" in f.what) for f in found.faults] == [
        (True, False), (False, True)
    ]  # fmt: skip
    assert all(str(own.folder) in fault.what for fault in found.faults)


@pytest.mark.parametrize(
    ("place", "words"), [("absent", "is no folder"), ("empty", "no folder with a pack.toml"),
                         ("packs/toy", "is itself a pack")],
)  # fmt: skip
def test_a_listed_folder_without_packs_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, words: str
) -> None:
    (tmp_path / "empty").mkdir()
    pack_in(tmp_path / "packs")
    monkeypatch.setenv(PACKS_ENVIRONMENT, str(tmp_path / place))
    (fault,) = find_packs().faults
    assert words in fault.what
    assert PACKS_ENVIRONMENT in fault.where


def test_an_unknown_province_names_the_nearest(toy_listed: Pack) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'toy'"):
        Pack.load("toyy")


def test_the_terminal_lists_provinces_and_warns(
    tmp_path: Path, toy: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PACKS_ENVIRONMENT, f"{toy.folder.parent}{os.pathsep}{tmp_path / 'absent'}")
    said = run_here("pack", "list", code=1)
    assert {line.split()[0] for line in said.stdout.splitlines()[1:]} == {*EMBEDDED, "toy"}
    assert "absent" in said.stderr
    assert "absent" in run_here("gaps", "-p", "toy", "-l", "fibre").stderr


def test_a_pack_replaced_while_running_is_read_again(toy: Pack, listed: Path) -> None:
    home = shutil.copytree(toy.folder, listed / "toy")
    before = len(Pack.load("toy").table("natural_villages"))
    toy_pack.write_table(home, "natural_villages", toy_pack.villages().head(3))
    assert (len(Pack.load("toy").table("natural_villages")), before) == (3, 15)

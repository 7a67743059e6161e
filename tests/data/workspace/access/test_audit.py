"""The audit holds every line, in order, or says which one does not fit."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from data.workspace.access import audit, documents
from data.workspace.access.account import Account
from geo.errors import InputError

WANG = Account("wang", origin="10.0.0.7")


def fill(folder: Path, lines: int = 4) -> Path:
    for number in range(lines):
        with documents.writing(folder) as opened:
            audit.record(opened, WANG, "scenario.saved", f"s{number}", before="a", after="b")
    return folder / "desk" / "audit.jsonl"


def broken(folder: Path) -> int:
    with documents.reading(folder) as opened:
        return audit.verified(opened).broken


def test_a_line_says_who_when_from_where_what_and_both_digests(tmp_path: Path) -> None:
    fill(tmp_path, 2)
    with documents.reading(tmp_path) as opened:
        first, second = audit.entries(opened)
    assert (first.number, second.number) == (1, 2)
    assert (second.who, second.origin, second.what, second.item) == (
        "wang", "10.0.0.7", "scenario.saved", "s1",
    )  # fmt: skip
    assert (second.before, second.after) == ("a", "b")
    assert dt.datetime.fromisoformat(second.at).tzinfo is not None
    assert broken(tmp_path) == 0


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_changed_line_breaks_the_chain_there(tmp_path: Path, number: int) -> None:
    file = fill(tmp_path)
    lines = file.read_text().splitlines()
    lines[number - 1] = lines[number - 1].replace("wang", "zhou")
    file.write_text("\n".join(lines) + "\n")
    assert broken(tmp_path) == number


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_missing_line_breaks_the_chain(tmp_path: Path, number: int) -> None:
    file = fill(tmp_path)
    lines = file.read_text().splitlines()
    del lines[number - 1]
    file.write_text("\n".join(lines) + "\n")
    assert broken(tmp_path) == number


def test_a_line_cut_off_by_a_crash_is_written_over(tmp_path: Path) -> None:
    file = fill(tmp_path, 2)
    with file.open("a") as opened:
        opened.write('{"number": 3, "wh')
    assert broken(tmp_path) == 0
    fill(tmp_path, 1)
    assert broken(tmp_path) == 0
    assert [json.loads(line)["number"] for line in file.read_text().splitlines()] == [1, 2, 3]


def test_a_crash_between_line_and_head_loses_nothing(tmp_path: Path) -> None:
    file = fill(tmp_path, 2)
    head = file.with_name("head.json")
    before = head.read_text()
    fill(tmp_path, 1)
    head.write_text(before)
    assert broken(tmp_path) == 0
    fill(tmp_path, 1)
    assert broken(tmp_path) == 0
    assert len(file.read_text().splitlines()) == 4


def test_old_lines_go_and_the_chain_of_the_others_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter(["2020-01-01T00:00:00+00:00", "2020-01-02T00:00:00+00:00"])
    with monkeypatch.context() as patch:
        patch.setattr(audit, "_now", lambda: next(times))
        fill(tmp_path, 2)
    fill(tmp_path, 2)
    with documents.writing(tmp_path) as opened:
        assert audit.pruned(opened, dt.datetime.now(dt.UTC).date()) == 2
        assert [entry.number for entry in audit.entries(opened)] == [3, 4]
    assert broken(tmp_path) == 0
    fill(tmp_path, 1)
    assert broken(tmp_path) == 0


@pytest.mark.parametrize("days", ["0", "-3", "soon", "1.5"])
def test_the_time_that_lines_are_kept_is_whole_days(
    days: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGCUN_AUDIT_DAYS", days)
    with pytest.raises(InputError):
        audit.kept_days()

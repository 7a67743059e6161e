"""A file is written whole or not at all: full disk, missing folder, kill in mid-write."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data import atomic
from data.atomic import atomic_path, atomic_write, atomic_write_all
from geo.errors import StorageError


def test_writes_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    atomic_write(path, b"old")
    atomic_write(path, b"new")
    assert path.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "read-only"), (errno.EACCES, "may write")],
)
def test_a_failed_write_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    path = tmp_path / "a.csv"
    atomic_write(path, b"old")

    def refuse(_handle: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(StorageError, match=words) as caught:
        atomic_write(path, b"new")
    assert str(path) in str(caught.value)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("missing/a.csv", "make the folder"), (".", "is a folder"), ("file/a.csv", "is a file")],
)
def test_a_wrong_path_says_how_to_repair(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match=words):
        atomic_write(tmp_path / name, b"x")


def test_an_error_in_the_block_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    atomic_write(path, b"old")

    def half() -> None:
        with atomic_path(path) as part:
            part.write_bytes(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_kill_in_mid_write_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    atomic_write(path, b"old")
    writer = (
        "import sys, pathlib\nfrom data.atomic import atomic_path\n"
        "with atomic_path(pathlib.Path(sys.argv[1])) as part:\n"
        "    stream = part.open('wb')\n"
        "    while True:\n"
        "        stream.write(b'x' * 65536); stream.flush(); print('.', flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", writer, path], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert path.read_bytes() == b"old"


#: What a planner's program does on a disk of 64 kB that only this test sees.
_ON_A_TINY_DISK = """
import errno, pathlib, subprocess, sys
from data.atomic import atomic_write
from geo.errors import StorageError
disk = pathlib.Path(sys.argv[1])
path = disk / "a.csv"
atomic_write(path, b"old")
def refused(content):
    try:
        atomic_write(path, content)
    except StorageError as error:
        return str(error)
    raise SystemExit("nothing was refused")
print(refused(b"x" * 500_000))
assert path.read_bytes() == b"old" and list(disk.iterdir()) == [path]
subprocess.run(["mount", "-o", "remount,bind,ro", disk], check=True)
print(refused(b"new"))
assert path.read_bytes() == b"old" and list(disk.iterdir()) == [path]
"""


def _may_mount(folder: Path) -> bool:
    """Return whether a private tmpfs can be mounted here (Linux with user namespaces)."""
    if shutil.which("unshare") is None:
        return False
    command = f"mount -t tmpfs tmpfs {folder}"
    tried = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-c", command], check=False,
        capture_output=True,
    )  # fmt: skip
    return tried.returncode == 0


def test_a_really_full_and_a_really_read_only_disk_keep_the_old_file(tmp_path: Path) -> None:
    if not _may_mount(tmp_path):
        pytest.skip("no private tmpfs can be mounted here")
    command = f'mount -t tmpfs -o size=64k tmpfs {tmp_path} && exec "$@"'
    done = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-c", command, "sh", sys.executable, "-c",
         _ON_A_TINY_DISK, tmp_path],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    full, read_only = done.stdout.splitlines()
    assert "the disk is full" in full
    assert "read-only" in read_only


def test_files_that_belong_together_stay_together(tmp_path: Path) -> None:
    first, last = tmp_path / "a", tmp_path / "b"
    atomic_write_all({first: b"old", last: b"old"})
    with pytest.raises(StorageError, match="missing"):
        atomic_write_all({first: b"new", last: b"new", tmp_path / "missing" / "c": b"new"})
    assert {first.read_bytes(), last.read_bytes()} == {b"old"}
    assert len(list(tmp_path.iterdir())) == 2


def test_while_the_last_cannot_be_replaced_none_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside, table = tmp_path / "a.csv.about.json", tmp_path / "a.csv"
    atomic_write_all({beside: b"old", table: b"old"})
    rename = Path.replace

    def held_open(part: Path, target: Path) -> Path:
        if target == table:
            raise PermissionError(errno.EACCES, "held open")
        return rename(part, target)

    monkeypatch.setattr(Path, "replace", held_open)
    with pytest.raises(StorageError, match="close the file"):
        atomic_write_all({beside: b"new", table: b"new"})
    assert {beside.read_bytes(), table.read_bytes()} == {b"old"}


def test_long_chinese_names_and_too_long_ones(tmp_path: Path) -> None:
    path = tmp_path / f"{'村' * 80}.csv"
    atomic_write(path, b"x")
    assert path.read_bytes() == b"x"
    with pytest.raises(StorageError, match="shorter"):
        atomic_write(tmp_path / f"{'x' * 300}.csv", b"x")


@pytest.mark.skipif(os.name == "nt", reason="links and pipes of POSIX")
def test_a_link_stays_a_link_and_a_pipe_is_refused(tmp_path: Path) -> None:
    real, link, pipe = tmp_path / "real.csv", tmp_path / "link.csv", tmp_path / "pipe.csv"
    atomic_write(real, b"old")
    link.symlink_to(real)
    atomic_write(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    os.mkfifo(pipe)
    with pytest.raises(StorageError, match="no plain file"):
        atomic_write(pipe, b"x")


def test_what_a_killed_run_left_goes_with_the_next_write(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from data.atomic import atomic_path\n"
        "with atomic_path(Path(sys.argv[1])) as part:\n"
        "    part.write_text('half'); os._exit(1)"
    )
    kept = tmp_path / "kept.txt"
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code, str(kept)], cwd=root, check=False)
    foreign = tmp_path / f".tongcun-00000000-{os.getpid()}-0a.part.txt"
    own = tmp_path / f".{atomic._own()}-0a.part.txt"
    for path in (foreign, own):
        path.write_text("being written")
    left = {path.name for path in tmp_path.iterdir()} - {foreign.name, own.name}
    assert len(left) == 1, "the killed run left its part"
    atomic_write(tmp_path / "next.txt", b"whole")
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"next.txt", foreign.name, own.name}
    os.utime(foreign, (0, 0))
    assert atomic.remove_remains(tmp_path) == 1


def test_folders_of_killed_runs_go_with_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = tmp_path / f"tongcun-{atomic._machine()}-{dead.pid}-abc"
    left.mkdir()
    (left / "copy").write_bytes(b"x")
    with atomic.scratch_folder() as folder:
        assert {path.name for path in tmp_path.iterdir()} == {folder.name}
    assert list(tmp_path.iterdir()) == []

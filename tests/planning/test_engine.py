"""Parts in this process and on a cluster: equal bytes, resumed, a failure named, the rest kept."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from geo.errors import InputError, StorageError, UnknownNameError
from geo.radio.prediction import Cancelled
from planning import engine
from planning.engine import Engine, WorkPart, engine_of, run
from tests.planning import engine_parts as work

ROOT = Path(__file__).resolve().parents[2]
LOCAL = Engine(workers=2)


def squares(number: int = 5) -> list[WorkPart]:
    return [WorkPart(f"p{k}", work.write, (k, "é")) for k in range(number)]


def contents(paths: dict[str, Path]) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in paths.items()}


def test_what_is_there_is_not_made_again(tmp_path: Path) -> None:
    shares: list[float] = []
    first = run(squares(), tmp_path, LOCAL, progress=shares.append)
    assert first.made == 5
    assert contents(first.paths)["p3"] == "9 é".encode()
    assert shares == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    first.paths["p3"].unlink()
    assert run(squares(), tmp_path, LOCAL).made == 1
    # Another argument or other code is another file.
    assert run([WorkPart("p3", work.write, (3, "e"))], tmp_path, LOCAL).made == 1


def test_equal_arguments_find_the_same_part() -> None:
    word, again = "long", str(b"long", "ascii")
    assert word is not again
    pair = [WorkPart("c", work.write, (word, word)), WorkPart("c", work.write, (word, again))]
    assert len({engine._file_of(part) for part in pair}) == 1


def test_a_part_that_fails_is_named_and_the_rest_kept(tmp_path: Path) -> None:
    found = run([*squares(3), WorkPart("bad", work.fail, 7)], tmp_path, LOCAL)
    assert list(found.paths) == ["p0", "p1", "p2"]
    assert len(list(tmp_path.iterdir())) == 3
    with pytest.raises(InputError, match=r"1 parts failed: bad; 3 are kept\. bad: part 7 is"):
        found.check()


def test_a_stopped_run_keeps_what_is_done(tmp_path: Path) -> None:
    began, flag = tmp_path / "began", tmp_path / "flag"
    parts = [*squares(3), WorkPart("w", work.wait_for, (str(began), str(flag))), *squares(9)[5:]]

    def stop() -> bool:
        if began.exists():
            flag.touch()
        return began.exists()

    with pytest.raises(Cancelled):
        run(parts, tmp_path / "parts", Engine(workers=1), cancel=stop)
    there = len(list((tmp_path / "parts").glob("*.part")))
    assert 3 <= there < len(parts)
    assert run(parts, tmp_path / "parts", LOCAL).made == len(parts) - there


def test_engines_by_option_and_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(engine.ENGINE, raising=False)
    assert engine_of() == Engine()
    monkeypatch.setenv(engine.ENGINE, "dask")
    monkeypatch.setenv(engine.SCHEDULER, "tcp://host:8786")
    assert engine_of() == Engine("dask", "tcp://host:8786")
    assert engine_of("local").name == "local"
    with pytest.raises(UnknownNameError, match="spark"):
        engine_of("spark")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match="pip install"):
        engine_of()


def test_other_code_is_refused(tmp_path: Path) -> None:
    class Cluster:
        """A cluster whose second worker has other code."""

        def wait_for_workers(self, n: int, timeout: int) -> None:
            """Have them."""

        def run(self, function: Callable[[], str], on_error: str) -> dict[str, Any]:
            return {"tcp://a:1": function(), "tcp://b:2": "other"}

    with pytest.raises(InputError, match=r"another version of the program: tcp://b:2"):
        engine._check_workers(Cluster())  # type: ignore[arg-type]
    with pytest.raises(InputError, match="another version"):
        engine.make(squares()[0], tmp_path / "p", "other")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="folder of the parts"):
        run(squares(1), tmp_path / "file" / "parts", LOCAL)


def test_two_workers_give_the_same_bytes_and_one_may_be_killed(tmp_path: Path) -> None:
    parts = [*squares(), WorkPart("bad", work.fail, 7),
             WorkPart("killed", work.kill_once, str(tmp_path / "flag"))]  # fmt: skip
    found = run(parts, tmp_path / "dask", Engine("dask", workers=2))
    alone = run(squares(), tmp_path / "local", LOCAL)
    assert (tmp_path / "flag").exists()
    assert found.paths["killed"].read_text() == "alive"
    assert list(found.failed) == ["bad"]
    assert {path.name for path in alone.paths.values()} <= {p.name for p in found.paths.values()}
    assert contents(alone.paths).items() <= contents(found.paths).items()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def cluster(port: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start a scheduler and a worker as a planner does; end both."""
    address = f"tcp://127.0.0.1:{port}"
    quiet: dict[str, Any] = {
        "cwd": ROOT,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    }
    dask = [sys.executable, "-m", "dask"]
    processes = [
        subprocess.Popen([*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port),
                          "--no-dashboard"], **quiet),
        subprocess.Popen([*dask, "worker", address, "--nthreads", "1", "--no-nanny",
                          "--no-dashboard", "--death-timeout", "60"], **quiet),
    ]  # fmt: skip
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_a_run_goes_on_after_its_scheduler_was_restarted(tmp_path: Path) -> None:
    port = free_port()
    began, flag = tmp_path / "began", tmp_path / "flag"
    parts = [*squares(), WorkPart("w", work.wait_for, (str(began), str(flag)))]
    found: list[Any] = []
    asked = Engine("dask", f"tcp://127.0.0.1:{port}")
    thread = threading.Thread(target=lambda: found.append(run(parts, tmp_path / "parts", asked)))
    with cluster(port):
        thread.start()
        until = time.monotonic() + 60.0
        while not began.exists() and time.monotonic() < until:
            time.sleep(0.05)
    flag.touch()
    with cluster(port):
        thread.join(120.0)
    assert found
    assert not found[0].failed
    assert contents(found[0].paths)["w"] == b"waited"

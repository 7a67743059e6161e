"""Hundreds of hostile files: none reads elsewhere, asks a server, ends this process or holds it.

A sample runs in CI; ``TONGCUN_HOSTILE=1`` takes them all.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.doctor.base import ImportChoice, RawTable
from data.doctor.process import exchange, guarded, kept
from data.doctor.reading.limits import FileLimits
from data.doctor.reading.source import LandedFile
from geo.errors import PlannerError
from tests.data.doctor import making
from tests.data.doctor.reading import hostile

#: Stands in the file that nobody may read, as a header, a cell and a name.
SECRET = "hidden-7c1f"
ALL = bool(os.environ.get("TONGCUN_HOSTILE"))
#: In CI one file in so many.
EACH = 1 if ALL else 13


class Listener:
    """A server of this machine that nobody may ask."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection:
                self.heard.append(connection.recv(500))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    def close(self) -> None:
        self._server.close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("elsewhere") / "secret.csv"
    path.write_text(f"{SECRET},经度,纬度\n{SECRET},100,25\n")
    return path


@pytest.fixture(scope="module")
def files(listener: Listener, secret: Path) -> list[hostile.Hostile]:
    made = hostile.files(secret, listener.address)
    assert len({content for _, _, content in made}) >= 300
    return made


def answered(ask: object, name: str, content: bytes) -> tuple[str, float]:
    """Return all that an answer says, and the processor time that it took of this thread [s]."""
    start = time.thread_time()
    try:
        answer = ask(content, name=name)  # type: ignore[operator]
    except PlannerError as error:
        assert error.what  # noqa: PT017  a sentence is a right answer
        return str(error), time.thread_time() - start
    held = time.thread_time() - start
    if not isinstance(answer, RawTable):
        return repr(answer), held
    said = answer.frame.head(1_000).to_csv() + repr(answer.sniffed)
    return said + repr([] if answer.geometry is None else list(answer.geometry[:100])), held


def test_none_reads_elsewhere_asks_a_server_or_holds_another_session(files, listener, secret):
    kept.prepare()
    process = kept.KEPT._process
    others, ended = [], threading.Event()

    def another_session() -> None:
        while not ended.wait(0.02):
            others.append(guarded.read(b"a,b\n1,2\n", name="a.csv").rows_read)

    session = threading.Thread(target=another_session)
    session.start()
    holds = []
    try:
        for made, name, content in files[::EACH]:
            before = len(others)
            for ask in (guarded.read, guarded.raster_info):
                said, held = answered(ask, name, content)
                holds.append((held, made))
                assert SECRET not in said, made
                assert "Traceback" not in said, made
            assert len(others) > before or held < 1, made
    finally:
        ended.set()
        session.join()
    assert listener.heard == []
    assert kept.KEPT._process is process, "the kept process died"
    assert set(others) == {1}
    # Other sessions wait for this one no longer than it computes itself, whatever the load.
    assert max(holds)[0] < 1, max(holds)


def test_another_file_is_read_while_a_hostile_one_is(files):
    content = {made: content for made, _, content in files}["gpkg-endless"]
    slow = threading.Thread(target=answered, args=(guarded.read, "a.gpkg", content))
    slow.start()
    start = time.monotonic()
    assert guarded.read(making.villages_csv(3), name="a.csv").rows_read == 3
    waited = time.monotonic() - start
    assert slow.is_alive() or waited < 1
    slow.join()


UNCONFINED = """
import os, sys
from pathlib import Path
from data.doctor.process import child
child.confine = lambda *_paths, **_more: ()
child.preload()
for name in sys.argv[1:]:
    if not (pid := os.fork()):
        os._exit(child.work(Path(name)))
    os.waitpid(pid, 0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the readers alone are tried in forks")
def test_the_readers_hold_without_the_bounds_of_the_system(files, listener, tmp_path):
    """Where there is no Landlock and no seccomp, the screening of each format is all there is."""
    aimed = [one for one in files if one[0].split("-")[0] in ("kml", "gdalg", "vrt", "crs", "gpkg")]
    folders = []
    for i, (made, name, content) in enumerate(aimed[:: 1 if ALL else 7]):
        for task in ("read", "raster"):
            folder = tmp_path / f"{i}-{task}"
            folder.mkdir()
            (folder / "upload").write_bytes(content)
            file = LandedFile(folder / "upload", name, "0" * 64, folder, FileLimits())
            exchange.Order(task, file, ImportChoice()).write(folder)
            bounds = {"seconds": 5, "memory_bytes": 1 << 30, "file_bytes": 1 << 31}
            (folder / "bounds.json").write_text(json.dumps(bounds))
            folders.append((made, folder))
    subprocess.run(
        [sys.executable, "-c", UNCONFINED, *(str(folder) for _, folder in folders)],
        cwd=Path(__file__).parents[4], check=True,
    )  # fmt: skip
    for made, folder in folders:
        for answer in (exchange.ANSWER, exchange.ROWS):
            path = folder / answer
            assert not path.exists() or SECRET.encode() not in path.read_bytes(), made
    assert listener.heard == []

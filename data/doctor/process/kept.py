"""The process that forks a child for each file from outside, and the waiting for a child.

Light to import: a command that will read a file starts the process before it loads anything else.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: Exit codes of a child that needs too much memory, whose reader failed, whose disk is full.
OUT_OF_MEMORY, FAILED, DISK_FULL = 3, 4, 5
#: Whether one process is kept; elsewhere each file starts one.
KEEPS = sys.platform == "linux" and hasattr(os, "pidfd_open")
_ROOT = Path(__file__).resolve().parents[3]
_MODULE = "data.doctor.process.child"
#: What the child keeps of this process's environment: nothing that could be a secret.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")


def prepare() -> None:
    """Start the kept process, so that the first file need not wait for it."""
    if KEEPS:
        KEPT.start()


@contextmanager
def begun(folder: Path) -> Iterator[Callable[[float], int | None]]:
    """Start the child that carries out the order in a folder; end it when the block is left early.

    Parameters
    ----------
    folder
        Folder of the exchange.

    Yields
    ------
    ended
        Waits so long [s] for the end of the child and returns its code; None if it goes on.
    """
    with (KEPT.begin if KEEPS else _begin_alone)(folder) as ended:
        yield ended


class KeptProcess:
    """The process that forks for each file; started when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def start(self) -> socket.socket:
        """Start the process, if it does not run.

        Returns
        -------
        control
            Connection to it.
        """
        with self._lock:
            if self._process is None or self._process.poll() is not None or not self._control:
                self.stop()
                ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                with theirs:
                    self._process = _start("keep", str(theirs.fileno()), fd=theirs.fileno())
                self._control = ours
            return self._control

    def stop(self) -> None:
        """End the process and its children."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.wait()
        self._process = self._control = None

    @contextmanager
    def begin(self, folder: Path) -> Iterator[Callable[[float], int | None]]:
        """Start a child, as :func:`begun`.

        Parameters
        ----------
        folder
            Folder of the exchange.

        Yields
        ------
        ended
            Waits for its end.
        """
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                try:
                    socket.send_fds(self.start(), [os.fsencode(folder)], [theirs.fileno()])
                except OSError:  # it ended since the last file
                    socket.send_fds(self.start(), [os.fsencode(folder)], [theirs.fileno()])

            def ended(seconds: float) -> int | None:
                if not select.select([ours], [], [], seconds)[0]:
                    return None
                said = ours.recv(1024)
                return int(json.loads(said)["code"]) if said else FAILED

            yield ended


@contextmanager
def _begin_alone(folder: Path) -> Iterator[Callable[[float], int | None]]:
    """Start a single child; yield a function that waits for its end. Left early, end it."""
    process = _start(str(folder))

    def ended(seconds: float) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(seconds)
        return None

    try:
        yield ended
    finally:
        process.kill()
        process.wait()


def _start(*arguments: str, fd: int | None = None) -> subprocess.Popen[bytes]:
    environment = {key: os.environ[key] for key in _ENVIRONMENT if key in os.environ}
    # A process with threads cannot be forked safely.
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-E", "-m", _MODULE, *arguments], cwd=_ROOT,
        env=environment | threads, pass_fds=() if fd is None else (fd,),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip


KEPT = KeptProcess()
atexit.register(KEPT.stop)

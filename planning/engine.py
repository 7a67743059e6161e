"""Long work in parts: in this process, or on the workers of a Dask cluster; the same bytes.

A part is a function of its argument alone that writes one file. The file is written beside its
place and renamed, and its name holds a digest of everything it depends on: what is there is whole
and right, so a run that was stopped, or lost a worker or its scheduler, goes on where it was. A
part that fails is named, and the others are kept. Workers see the same folder as this process.

A task is a pickle, so whoever reaches the port of a cluster runs code on it: the cluster that is
started here listens on the loopback, without a dashboard. Certificates are those of Dask's own
configuration, with a ``tls://`` address.
"""

from __future__ import annotations

import os
import pickle
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from data.atomic import atomic_path
from geo.errors import InputError, StorageError, UnknownNameError
from geo.radio.prediction import Cancelled

if TYPE_CHECKING:
    from distributed import Client

#: Variables that choose the engine and name the scheduler of a running cluster.
ENGINE, SCHEDULER = "TONGCUN_ENGINE", "TONGCUN_SCHEDULER"
ENGINES = ("local", "dask")
#: Rooms whose code a part runs.
_ROOMS = ("geo", "data", "layers", "planning")
#: How often a waiting run looks whether it was cancelled [s].
_LOOK_S = 0.2
#: A cluster that is lost is looked for this often, each time this long [s].
_ROUNDS, _PATIENCE_S = 3, 60


@dataclass(frozen=True, slots=True)
class Engine:
    """Where parts are worked on.

    Attributes
    ----------
    name
        One of :data:`ENGINES`.
    scheduler
        Address of a running cluster; empty starts one on this machine.
    workers
        Threads of the local engine, or processes of a cluster that is started; 0: one per core.
    """

    name: str = "local"
    scheduler: str = ""
    workers: int = 0


@dataclass(frozen=True, slots=True)
class WorkPart:
    """One part of a work.

    Attributes
    ----------
    name
        Unlike the others; names the file and, where it fails, the part.
    work
        Writes the part's file; a function of a module, given ``argument`` and the path.
    argument
        Everything that it depends on; can be pickled, equal ones to equal bytes.
    """

    name: str
    work: Callable[[Any, Path], None]
    argument: Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the parts.

    Attributes
    ----------
    paths
        Name → file of each part that is done, in the order of the parts.
    failed
        Name → error of each that is not.
    made
        Number of parts that were worked on now; the others were there.
    """

    paths: dict[str, Path]
    failed: dict[str, BaseException]
    made: int

    def check(self) -> None:
        """Refuse to go on without every part.

        Raises
        ------
        InputError
            Names the parts that failed; the others are kept.
        """
        if self.failed:
            first = next(iter(self.failed))
            raise InputError(
                "engine.failed", names=", ".join(self.failed), failed=len(self.failed),
                kept=len(self.paths), first=first, error=str(self.failed[first]),
            )  # fmt: skip


def engine_of(name: str = "", scheduler: str = "") -> Engine:
    """Return the engine that the options name, else the environment, else this process.

    Parameters
    ----------
    name
        ``local`` or ``dask``; empty for that of :data:`ENGINE`.
    scheduler
        Address; empty for that of :data:`SCHEDULER`.

    Returns
    -------
    engine
        What :func:`run` takes.

    Raises
    ------
    UnknownNameError
        If there is no such engine.
    InputError
        If Dask is asked for and not installed.
    """
    chosen = name or os.environ.get(ENGINE, "") or ENGINES[0]
    if chosen not in ENGINES:
        raise UnknownNameError("engine", chosen, ENGINES, where=f"--engine, {ENGINE}")
    if chosen == "dask":
        try:
            import distributed  # noqa: F401 — whether it is there
        except ImportError as error:
            raise InputError("engine.not_installed") from error
    return Engine(chosen, scheduler or os.environ.get(SCHEDULER, ""))


@cache
def code_digest() -> str:
    """Return a digest of the code that parts run.

    Returns
    -------
    digest
        16 hex digits.
    """
    state = sha256()
    root = Path(__file__).resolve().parents[1]
    for path in sorted(path for room in _ROOMS for path in (root / room).rglob("*.py")):
        state.update(path.relative_to(root).as_posix().encode())
        state.update(path.read_bytes())
    return state.hexdigest()[:16]


def run(
    parts: Sequence[WorkPart],
    folder: Path,
    engine: Engine,
    *,
    progress: Callable[[float], None] = lambda _share: None,
    cancel: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Work on every part whose file is not there yet.

    Parameters
    ----------
    parts
        The parts; the large ones first.
    folder
        Where their files are; every worker sees it. It is made.
    engine
        Where to work.
    progress
        Called with the share that is done, 0–1.
    cancel
        Polled often; True stops, and what is done stays.

    Returns
    -------
    outcome
        Files of the parts, and errors of those that failed.

    Raises
    ------
    Cancelled
        If ``cancel`` returned True.
    InputError
        If a worker of the cluster has other code, or none answers.
    StorageError
        If the folder cannot be written to, or a worker wrote where this process sees nothing.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError("engine.folder", where=str(folder)) from error
    paths = {part.name: folder.resolve() / _file_of(part) for part in parts}
    waiting = [part for part in parts if not paths[part.name].exists()]
    failed: dict[str, BaseException] = {}
    done, made = len(parts) - len(waiting), 0
    progress(done / max(1, len(parts)))
    back = _in_process if engine.name == "local" else _on_dask
    jobs = [(part, paths[part.name]) for part in waiting]
    for name, found in back(jobs, engine, cancel):
        if isinstance(found, BaseException):
            failed[name] = found
        elif _digest(paths[name]) != found:
            raise StorageError("engine.not_shared", where=str(paths[name]), name=name)
        made += not isinstance(found, BaseException)
        done += 1
        progress(done / len(parts))
    kept = {name: path for name, path in paths.items() if name not in failed}
    return Outcome(kept, {part.name: failed[part.name] for part in parts if part.name in failed},
                   made)  # fmt: skip


def make(part: WorkPart, path: Path, code: str) -> str:
    """Write the file of one part; called where it is worked on.

    Parameters
    ----------
    part
        The part.
    path
        Its file.
    code
        Digest of the code that asks for it.

    Returns
    -------
    digest
        Of the file's bytes.

    Raises
    ------
    InputError
        If the code here is other code.
    """
    if code != code_digest():
        raise InputError("engine.code", workers=os.uname().nodename if hasattr(os, "uname") else "")
    with atomic_path(path) as beside:
        part.work(part.argument, beside)
    return _digest(path)


def _file_of(part: WorkPart) -> str:
    content = BytesIO()
    pickler = pickle.Pickler(content, protocol=5)
    # Equal arguments give equal bytes: nothing is remembered by its identity.
    pickler.fast = True
    pickler.dump((code_digest(), part.name, part.work, part.argument))
    return f"{part.name}-{sha256(content.getvalue()).hexdigest()[:16]}.part"


def _digest(path: Path) -> str:
    with suppress(OSError):
        return sha256(path.read_bytes()).hexdigest()
    return ""


Jobs = Sequence[tuple[WorkPart, Path]]
Found = Iterator[tuple[str, "str | BaseException"]]


def _in_process(jobs: Jobs, engine: Engine, cancel: Callable[[], bool]) -> Found:
    """Yield each part's digest or error from threads of this process."""
    code = code_digest()
    stopped = False
    with ThreadPoolExecutor(engine.workers or os.cpu_count() or 1) as pool:

        def one(part: WorkPart, path: Path) -> str:
            if stopped:
                raise Cancelled
            return make(part, path, code)

        waiting: dict[Future[str], str] = {pool.submit(one, *job): job[0].name for job in jobs}
        try:
            while waiting:
                if cancel():
                    raise Cancelled
                ready, _ = wait(waiting, _LOOK_S, FIRST_COMPLETED)
                yield from ((waiting.pop(future), _result(future)) for future in ready)
        finally:
            # Also where the reader leaves: parts that have not begun never begin.
            stopped = True


def _result(future: Any) -> str | BaseException:
    error = future.exception()
    return error if isinstance(error, BaseException) else str(future.result())


def _on_dask(jobs: Jobs, engine: Engine, cancel: Callable[[], bool]) -> Found:
    """Yield each part's digest or error from a cluster, which may be lost and found again."""
    waiting = {part.name: (part, path) for part, path in jobs}
    for _ in range(_ROUNDS if waiting else 0):
        with _client(engine) as client:
            try:
                _check_workers(client)
                for name, found in _gathered(client, list(waiting.values()), cancel):
                    del waiting[name]
                    yield name, found
            except OSError:
                # The scheduler is gone. What was written stays, and another one is looked for.
                there = [name for name, (_, path) in waiting.items() if path.exists()]
                yield from ((name, _digest(waiting.pop(name)[1])) for name in there)
        if not waiting:
            return
    if waiting:
        raise InputError("engine.lost", where=engine.scheduler, names=", ".join(waiting))


@contextmanager
def _client(engine: Engine) -> Iterator[Client]:
    """Yield a client of the running cluster, or of one on the loopback that ends with the block."""
    from distributed import Client, LocalCluster

    if engine.scheduler:
        try:
            client = Client(engine.scheduler, timeout=_PATIENCE_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise InputError("engine.unreachable", where=engine.scheduler) from error
        with client:
            yield client
        return
    workers = engine.workers or os.cpu_count() or 1
    with (
        _no_main(),
        LocalCluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None,
            worker_dashboard_address=None, env={"NUMBA_NUM_THREADS": "1"}, silence_logs=50,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):  # fmt: skip
        yield client


@contextmanager
def _no_main() -> Iterator[None]:
    """Hide the main module: a process that starts meanwhile would run it, be it a page, again."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _check_workers(client: Client) -> None:
    """Refuse a cluster without a worker, or with one that has other code."""
    from distributed import TimeoutError as Late

    try:
        client.wait_for_workers(1, timeout=_PATIENCE_S)
    except Late as error:
        raise InputError("engine.no_worker", seconds=_PATIENCE_S) from error
    found = client.run(code_digest, on_error="return")
    other = [str(worker) for worker, digest in found.items() if digest != code_digest()]
    if other:
        raise InputError("engine.code", workers=", ".join(sorted(other)))


def _gathered(
    client: Client, jobs: Iterable[tuple[WorkPart, Path]], cancel: Callable[[], bool]
) -> Found:
    """Yield the digest or error of each part as it comes; an OSError if the cluster is lost."""
    code = code_digest()
    waiting = {
        client.submit(_remote, part, path, code, key=path.name, pure=False): part.name
        for part, path in jobs
    }
    while waiting:
        if cancel():
            client.cancel(list(waiting))
            raise Cancelled
        if client.status != "running":
            raise ConnectionError
        ready = [future for future in waiting if future.done()]
        for future in ready:
            if future.status not in ("finished", "error"):
                raise ConnectionError
            yield waiting.pop(future), _result(future)
        if not ready:
            time.sleep(_LOOK_S)


def _remote(part: WorkPart, path: Path, code: str) -> str:
    """Make a part on a worker: with one thread, since there is a worker for each core."""
    import numba

    numba.set_num_threads(1)
    return make(part, path, code)

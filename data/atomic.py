"""Write a file completely or not at all: a temporary file is flushed, then renamed over it.

The name of a temporary file or folder contains the process and the machine that made it. What a
killed process left is deleted when the next one writes to the same folder.
"""

from __future__ import annotations

import errno
import os
import platform
import re
import secrets
import shutil
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path

from geo.errors import StorageError

#: Number of the operating system's error → code of what the planner can do.
_CAUSES = {
    errno.ENOSPC: "full", errno.EDQUOT: "quota", errno.EACCES: "in_use", errno.EPERM: "refused",
    errno.EROFS: "read_only", errno.ENOENT: "no_folder", errno.ENOTDIR: "file_in_path",
    errno.EISDIR: "is_folder", errno.EINVAL: "no_plain_file", errno.ENAMETOOLONG: "long_name",
}  # fmt: skip


#: Names of temporary files: machine, process, then a random number.
_REMAINS = re.compile(r"\.?tongcun-([0-9a-f]{8})-(\d+)-\w+(\.part.*)?")
#: Files of another machine count as abandoned after this time [s].
_ABANDONED_S = 24 * 3600.0


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield an empty folder for copies of files from outside; it is deleted afterwards.

    Yields
    ------
    folder
        Absolute path.
    """
    remove_remains(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=f"{_own()}-", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()


def remove_remains(folder: Path) -> int:
    """Delete what killed processes left in a folder.

    Nothing is deleted that a running process of this machine may be writing.

    Parameters
    ----------
    folder
        Folder whose entries are looked at, not those of its sub-folders; may not exist.

    Returns
    -------
    count
        Files and folders that were deleted.
    """
    gone = 0
    with suppress(OSError):
        for path in folder.iterdir():
            made = _REMAINS.fullmatch(path.name)
            if made is None or not _is_abandoned(path, made[1], int(made[2])):
                continue
            with suppress(OSError):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
                gone += 1
    return gone


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock against other processes while the block runs.

    Parameters
    ----------
    path
        File of the lock; it is kept.
    """
    with path.open("a+b") as file:
        if sys.platform == "win32":
            import msvcrt

            # Windows locks bytes, also such as are not there; it waits 10 s, then raises.
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _own() -> str:
    return f"tongcun-{_machine()}-{os.getpid()}"


@cache
def _machine() -> str:
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _is_abandoned(path: Path, machine: str, process: int) -> bool:
    if machine == _machine() and os.name != "nt":
        return not _runs(process)
    with suppress(OSError):
        return time.time() - path.stat().st_mtime > _ABANDONED_S
    return False


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; rename it over ``path`` when the block succeeds.

    The earlier file stays as it was if the block raises, the disk fills or the process dies.
    A link stays a link: the file that it points to is replaced.

    Parameters
    ----------
    path
        File to write.

    Yields
    ------
    part
        Path to write to, with the suffix of ``path``.

    Raises
    ------
    StorageError
        If the folder is missing or cannot be written to, the disk is full, or ``path`` is a
        folder.
    """
    with storage_errors(path):
        target = _target(path)
        # The suffix stays last: some writers choose their format by it.
        part = target.with_name(f".{_own()}-{secrets.token_hex(6)}.part{target.suffix}")
        remove_remains(target.parent)
        try:
            yield part
            _flush(part)
            part.replace(target)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
    # The file is in its place; some network disks cannot flush a folder.
    with suppress(OSError):
        _flush(target.parent)


def atomic_write(path: Path, content: bytes) -> None:
    """Write a file completely or not at all.

    Parameters
    ----------
    path
        File to write.
    content
        Its bytes.

    Raises
    ------
    StorageError
        As in :func:`atomic_path`.
    """
    atomic_write_all({path: content})


def atomic_write_all(files: Mapping[Path, bytes]) -> None:
    """Write files that belong together: each is on the disk before the first is renamed.

    They are renamed last to first: while the last cannot be replaced, all stay as they were.

    Parameters
    ----------
    files
        Path → content.

    Raises
    ------
    StorageError
        As in :func:`atomic_path`.
    """
    with ExitStack() as stack:
        for path, content in files.items():
            part = stack.enter_context(atomic_path(path))
            part.write_bytes(content)
            _flush(part)


@contextmanager
def storage_errors(path: Path | str) -> Iterator[None]:
    """Convert errors of the operating system in the block to a :class:`StorageError`.

    Parameters
    ----------
    path
        File or folder that the message names.

    Raises
    ------
    StorageError
        With the reason and how to fix it.
    """
    try:
        yield
    except OSError as error:
        code = f"storage.{_CAUSES.get(error.errno or 0, 'other')}"
        raise StorageError(code, where=str(path), reason=error.strerror or error) from error


def _target(path: Path) -> Path:
    """Return the file to replace, links followed; a folder or a device is refused."""
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise OSError(errno.EISDIR, "it is a folder")
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "it is a device or a pipe")
    return target


def _flush(path: Path) -> None:
    """Make sure that a file, or a folder's entries, have reached the disk."""
    if path.is_dir():
        if os.name == "nt":
            return
        handle = os.open(path, os.O_RDONLY)
    else:
        # Windows flushes only what is open for writing.
        handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Write a file whole or not at all: a temporary file beside it, flushed, then renamed over it."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from geo.errors import PlannerError, StorageError

_REPAIRS = {
    errno.ENOSPC: "the disk is full: free some space, or choose another folder",
    errno.EDQUOT: "your share of the disk is used up: free some space, or choose another folder",
    errno.EACCES: "choose a folder that you may write to",
    errno.EPERM: "choose a folder that you may write to",
    errno.EROFS: "the folder is read-only: choose another folder",
    errno.ENOENT: "make the folder first, or choose one that exists",
    errno.ENOTDIR: "a part of the path is a file: choose another folder",
    errno.EISDIR: "the path is a folder: give a file name",
    errno.ENAMETOOLONG: "give a shorter file name",
}


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; rename it over ``path`` when the block succeeds.

    The earlier file stays as it was if the block raises, the disk fills or the process dies.

    Raises
    ------
    StorageError
        If the folder cannot be written to, the disk is full, or ``path`` is a folder.
    """
    if path.is_dir():
        raise StorageError("is a folder", where=str(path), repair=_REPAIRS[errno.EISDIR])
    # The suffix stays last: some writers choose their format by it.
    part = path.with_name(f".{path.stem[:80]}.{secrets.token_hex(6)}{path.suffix}")
    try:
        yield part
        _flush(part)
        part.replace(path)
        _flush(path.parent)
    except PlannerError:
        raise
    except OSError as error:
        repair = _REPAIRS.get(error.errno or 0, "check the folder and try again")
        raise StorageError(
            f"cannot be written ({error.strerror or error})", where=str(path), repair=repair
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def atomic_write(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, whole or not at all.

    Raises
    ------
    StorageError
        As in :func:`atomic_path`.
    """
    with atomic_path(path) as part:
        part.write_bytes(content)


def _flush(path: Path) -> None:
    """Make sure that a file or a folder's entries have reached the disk."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

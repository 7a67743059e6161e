"""Write a file whole or not at all: a temporary file beside it, flushed, then renamed over it."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from geo.errors import StorageError

_OTHER_FOLDER = "choose a folder that you may write to"
_REPAIRS = {
    errno.ENOSPC: "the disk is full: free some space, or choose another folder",
    errno.EDQUOT: "your share of the disk is used up: free some space, or choose another folder",
    # Windows answers so too when a spreadsheet holds the file open.
    errno.EACCES: f"close the file in other programs, or {_OTHER_FOLDER}",
    errno.EPERM: _OTHER_FOLDER,
    errno.EROFS: "the folder is read-only: choose another folder",
    errno.ENOENT: "make the folder first, or choose one that exists",
    errno.ENOTDIR: "a part of the path is a file: choose another folder",
    errno.EISDIR: "the path is a folder: give a file name",
    errno.EINVAL: "the path is no plain file: give another name",
    errno.ENAMETOOLONG: "give a shorter file name",
}


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; rename it over ``path`` when the block succeeds.

    The earlier file stays as it was if the block raises, the disk fills or the process dies.
    A link stays a link: the file that it points to is replaced.

    Raises
    ------
    StorageError
        If the folder is missing or cannot be written to, the disk is full, or ``path`` is a
        folder.
    """
    with storage_errors(path):
        target = _target(path)
        # The suffix stays last: some writers choose their format by it.
        part = target.with_name(f".{secrets.token_hex(6)}.part{target.suffix}")
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
    """Write ``content`` to ``path``, whole or not at all.

    Raises
    ------
    StorageError
        As in :func:`atomic_path`.
    """
    atomic_write_all({path: content})


def atomic_write_all(files: Mapping[Path, bytes]) -> None:
    """Write files that belong together: each is on the disk before the first is renamed.

    They are renamed last to first: while the last cannot be replaced, all stay as they were.

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
    """Turn what the operating system refuses in the block into a :class:`StorageError`.

    Parameters
    ----------
    path
        What the message names as the place.

    Raises
    ------
    StorageError
        With the reason and how to fix it.
    """
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"cannot be written ({error.strerror or error})",
            where=str(path),
            repair=_REPAIRS.get(error.errno or 0, "check the folder and try again"),
        ) from error


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

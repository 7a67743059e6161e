"""Bounds of a process that reads files from outside: resources everywhere, system calls on Linux.

Three layers, each kept where the operating system has it: limits on processor, memory, files and
file sizes (POSIX); Landlock, which leaves only named files readable and one folder writable (Linux
5.13); and a seccomp filter without sockets, new programs and signals to others (Linux on x86-64 and
ARM64). None needs a privilege; none can be taken off again.

References
----------
Linux kernel documentation: userspace-api/landlock, userspace-api/seccomp_filter.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

#: System calls that reading a file never needs, by machine: (audit architecture, numbers).
_FORBIDDEN = {
    "x86_64": (0xC000003E, (
        41, 42, 49, 50,            # socket, connect, bind, listen
        59, 322, 101, 310, 311,    # execve, execveat, ptrace, process_vm_readv and _writev
        62, 200, 234, 424, 438,    # kill, tkill, tgkill, pidfd_send_signal, pidfd_getfd
        165, 272, 308, 321, 298,   # mount, unshare, setns, bpf, perf_event_open
        323, 248, 249, 250, 425,   # userfaultfd, add_key, request_key, keyctl, io_uring_setup
    )),
    "aarch64": (0xC00000B7, (
        198, 203, 200, 201, 221, 281, 117, 270, 271, 129, 130, 131, 424, 438, 40, 97, 268, 280,
        241, 282, 217, 218, 219, 425,
    )),
}  # fmt: skip
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_FILTER = 38, 22, 2
_LOAD, _EQUALS, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # EPERM
#: First number of the x32 interface, which would bypass the list.
_X32 = 0x40000000
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_READ_FILE, _LIST = 1 << 2, 1 << 3
#: Rights on files by the version that introduced them: bits below this one.
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_EXECUTE = 1


@dataclass(frozen=True, slots=True)
class Bounds:
    """Upper bounds of one process.

    Attributes
    ----------
    seconds
        Processor time [s].
    memory_bytes
        Memory that it may allocate, besides what it had before [byte].
    file_bytes
        Size of each file that it writes [byte].
    open_files
        Files open at once.
    """

    seconds: int
    memory_bytes: int
    file_bytes: int
    open_files: int = 256


def limit_resources(bounds: Bounds) -> None:
    """Bound this process where the operating system can.

    Parameters
    ----------
    bounds
        Upper bounds.
    """
    try:
        import resource
    except ImportError:  # Windows: the parent bounds its time, nothing its memory
        return
    limits = {
        resource.RLIMIT_CPU: bounds.seconds,
        resource.RLIMIT_FSIZE: bounds.file_bytes,
        resource.RLIMIT_NOFILE: bounds.open_files,
        resource.RLIMIT_CORE: 0,
        # Anonymous memory only: libraries and mapped files do not count.
        resource.RLIMIT_DATA: bounds.memory_bytes + _data_bytes(),
    }
    for which, limit in limits.items():
        hard = resource.getrlimit(which)[1]
        value = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(which, (value, value))


def _data_bytes() -> int:
    """Return the memory that this process already has [byte]; 0 where it is unknown."""
    try:
        text = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return 1024 * int(text.partition("VmData:")[2].split()[0])


def confine(
    readable: Iterable[Path], writable: Path, *, listed: Iterable[Path] = ()
) -> tuple[str, ...]:
    """Take from this process what reading a file does not need.

    Parameters
    ----------
    readable
        Files and folders that may still be read.
    writable
        The one folder in which files may be made, changed and deleted.
    listed
        Folders whose names may be listed.

    Returns
    -------
    kept
        Layers in force: ``files``, ``network``; empty where the system has neither.
    """
    if sys.platform != "linux":
        return ()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return ()
    layers = []
    rights = [*((path, _READ_FILE | _LIST) for path in readable),
              *((path, _LIST) for path in listed)]  # fmt: skip
    if _confine_files(libc, rights, writable):
        layers.append("files")
    if _confine_calls(libc):
        layers.append("network")
    return tuple(layers)


def _confine_files(libc: ctypes.CDLL, given: Iterable[tuple[Path, int]], writable: Path) -> bool:
    """Leave only these files and folders, by Landlock; return whether it is in force."""
    version = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    rights = (1 << _RIGHTS.get(version, 16)) - 1
    # Seccomp prevents that programs start; libraries must still be mapped.
    attributes = struct.pack("QQQ", rights & ~_EXECUTE, 3 if version >= 4 else 0,
                             3 if version >= 6 else 0)  # fmt: skip
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = libc.syscall(_LANDLOCK_CREATE, attributes[:size], ctypes.c_size_t(size), 0)
    if rules < 0:
        return False
    try:
        for path, wanted in [*given, (writable, rights & ~_EXECUTE)]:
            _allow(libc, rules, path, wanted)
        return bool(libc.syscall(_LANDLOCK_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    """Add one path to the rules; what does not exist needs none."""
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        wanted = rights if path.is_dir() else rights & _READ_FILE
        beneath = struct.pack("=Qi", wanted, handle)
        libc.syscall(_LANDLOCK_ADD, rules, 1, beneath, 0)
    finally:
        os.close(handle)


def _confine_calls(libc: ctypes.CDLL) -> bool:
    """Refuse system calls by seccomp; return whether the filter is in force."""
    known = _FORBIDDEN.get(platform.machine())
    if known is None:
        return False
    architecture, numbers = known
    last = len(numbers) + 5
    steps = [(_LOAD, 0, 0, 4), (_EQUALS, 0, last - 2, architecture), (_LOAD, 0, 0, 0),
             (_AT_LEAST, last - 4, 0, _X32)]  # fmt: skip
    steps += [(_EQUALS, last - 5 - i, 0, number) for i, number in enumerate(numbers)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(code)))
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_FILTER, program, 0, 0) == 0)

"""Bend files until the doctor breaks: ``python -m tests.fuzz.doctor SECONDS``.

Coverage-guided by atheris (Linux, ``pip install atheris``). Every input must end in a
:class:`~geo.errors.PlannerError` or a diagnosis whose counts add up, within ten seconds and the
memory that :data:`MEMORY_MB` says; what does not is written to ``.fuzz/`` and the run fails. The
C libraries are not instrumented, but a crash in them is found too.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import warnings
from functools import cache
from pathlib import Path
from typing import Any

from data.doctor.process import guarded
from data.doctor.reading.limits import FileLimits
from data.tables.reader import Pack
from tests.fuzz import seeds

ROOT = Path(__file__).resolve().parents[2]
#: Where inputs that broke something are kept.
ARTIFACTS = ROOT / ".fuzz"
MEMORY_MB = 1_500
#: Formats whose libraries end their process on damaged files: known, and no longer looked for.
APART = ("xls", "xlsx", "dxf", "mapinfo", "gpkg", "zip")
#: True: every file is read in the guarded process, as the application does.
WHOLE = False
TIMEOUT_S = 10


def one_input(data: bytes) -> None:
    """Examine one file; anything but a clear refusal or a diagnosis raises."""
    from data.doctor.base import ImportChoice
    from data.doctor.diagnosis import FileOrigin
    from data.doctor.engine import diagnose
    from data.doctor.reading.limits import MIB, FileLimits
    from geo.errors import PlannerError

    if not data:
        return
    name = seeds.NAMES[data[0] % len(seeds.NAMES)]
    limits = FileLimits(file_bytes=64 * MIB, streamed_bytes=64 * MIB, rows=50_000, columns=300,
                    cells=1_000_000, sheet_cells=1_000_000, table_bytes=64 * MIB)  # fmt: skip
    if not data[1:]:
        return
    try:
        _asked("raster", data[1:], name, limits)
    except PlannerError as error:
        assert str(error)  # noqa: PT017  any answer is right, silence is not
    try:
        raw = _asked("read", data[1:], name, limits)
    except PlannerError as error:
        assert str(error)  # noqa: PT017
        return
    assert raw.rows_read == len(raw.frame)
    # The rest costs twenty times as much as most readers: half of the names go through it.
    if raw.rows_read > 2_000 or data[0] < 128:
        return
    try:
        found = diagnose(
            raw, _pack(), choice=ImportChoice(kind="natural_villages"), origin=FileOrigin()
        )  # fmt: skip
    except PlannerError:
        return
    assert len(found.accepted) == found.counts.accepted + found.counts.repaired


def _asked(task: str, content: bytes, name: str, limits: FileLimits) -> Any:
    """Read in this process, which is instrumented; what breaks its library, in the guarded one."""
    from data.doctor.reading.readers import describe_raster, read_table
    from data.doctor.reading.source import identify, landed

    with landed(content, name, limits) as file:
        if not WHOLE and identify(file.path, name) not in APART:
            return describe_raster(file) if task == "raster" else read_table(file)
    ask = guarded.raster_info if task == "raster" else guarded.read
    return ask(content, name=name, limits=limits)


@cache
def _pack() -> Pack:
    return Pack.load("yunnan")


def main(seconds: int, *, apart: bool = True) -> int:
    """Run the fuzzer in a process of its own, for a crash of a C library ends it."""
    ARTIFACTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        seeds.corpus(Path(folder), apart=apart)
        command = [
            sys.executable, "-m", "tests.fuzz.doctor", "--fuzz", folder,
            f"-max_total_time={seconds}", f"-timeout={TIMEOUT_S}", f"-rss_limit_mb={MEMORY_MB}",
            f"-artifact_prefix={ARTIFACTS}/", "-max_len=200000", "-len_control=0",
            "-print_final_stats=1", f"-seed={int(time.time())}",
        ]  # fmt: skip
        return subprocess.run(command, cwd=ROOT, check=False).returncode


def _fuzz(arguments: list[str]) -> None:
    import atheris  # type: ignore[import-untyped]

    with atheris.instrument_imports(include=["data.doctor"]):
        import data.doctor.engine  # noqa: F401  instrumented while it is imported
        import data.doctor.reading.osm  # noqa: F401
        import data.doctor.reading.readers  # noqa: F401
    warnings.simplefilter("ignore")
    atheris.Setup([sys.argv[0], *arguments], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--fuzz"]:
        _fuzz(sys.argv[2:])
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))

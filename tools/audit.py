"""Licences and known faults of what is pinned: ``python -m tools.audit``, run by ``make audit``.

Licences are read from what is installed and compared with the rule below. Known faults come from
pip-audit, which asks the Python Package Index; where that cannot be asked the last line says so.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageMetadata, distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINS = (ROOT / "requirements.txt", ROOT / "requirements-dev.txt")
#: Licences that ask for no more than their text: shipped with the application or used beside it.
FREE = frozenset(
    {
        "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD", "BSD-2-Clause",
        "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-CMU", "PSF-2.0", "Zlib",
    }
)  # fmt: skip
#: Licences of libraries that stay as they are and replaceable: import, change nothing.
WEAK = frozenset({"LGPL-3.0-only", "MPL-2.0"})
#: Old names of licences in classifiers and free text.
_NAMES = {
    "BSD License": "BSD", "3-Clause BSD License": "BSD-3-Clause", "MIT License": "MIT",
    "Apache Software License": "Apache-2.0", "Apache License 2.0": "Apache-2.0",
    "ISC License (ISCL)": "ISC", "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}  # fmt: skip
#: Packages whose own statement does not fit one line, each as its files say.
STATED = {
    "docutils": "CC0-1.0",         # public domain; parts BSD; the GPL is of an Emacs mode alone
    "streamlit-folium": "MIT",     # LICENSE of its sources; used by a benchmark only
}  # fmt: skip
_PIN = re.compile(r"([A-Za-z0-9][\w.-]*)(?:\[[^]]*\])?==")
#: What is said where the index cannot be asked; a mirror has packages, but tells of no faults.
_UNASKED = re.compile(r"connect|resolve|timed out|network|fetch|not found on PyPI", re.IGNORECASE)
#: Version of pip-audit that is fetched for the run.
_PIP_AUDIT = "pip-audit>=2.9,<3"


def pinned(files: Iterable[Path] = PINS) -> list[str]:
    """Return the names of what is pinned, sorted."""
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    named = (_PIN.match(line) for line in lines)
    return sorted({_plain(match[1]) for match in named if match})


def licences() -> dict[str, str]:
    """Return package → licence of what is pinned and installed here; empty where none is stated."""
    known = {_plain(one.metadata["Name"]): one for one in distributions()}
    return {name: _licence(name, known[name]) for name in pinned() if name in known}


def faults(found: dict[str, str]) -> Iterator[str]:
    """Yield what the rule does not allow: one of several that may be chosen is enough."""
    for name, licence in found.items():
        choices = [re.split(r" AND |; ", choice) for choice in licence.strip("()").split(" OR ")]
        if not any(set(parts) <= FREE | WEAK for parts in choices):
            yield f"{name}: {licence or 'no licence stated'}"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _first(meta: PackageMetadata, field: str) -> str:
    """Return a field's first value; readers differ where it is missing."""
    return str((meta.get_all(field) or [""])[0])


def _licence(name: str, package: Distribution) -> str:
    if name in STATED:
        return STATED[name]
    meta = package.metadata
    expression = _first(meta, "License-Expression")
    if expression:
        return expression
    classed = [
        line.rpartition("::")[2].strip()
        for line in meta.get_all("Classifier") or ()
        if line.startswith("License ::") and not line.endswith("OSI Approved")
    ]
    given = classed or [_first(meta, "License").strip().partition("\n")[0][:60]]
    return "; ".join(_NAMES.get(text, text) for text in given)


def known_faults() -> int | None:
    """Return how pip-audit ends: 0 without a known fault, None without a connection."""
    command = ["uv", "tool", "run", "--quiet", "--from", _PIP_AUDIT, "pip-audit"]
    command += ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--strict"]
    command += [part for path in PINS for part in ("--requirement", str(path))]
    try:
        done = subprocess.run(  # noqa: S603  a fixed command
            [sys.executable, "-m", *command], cwd=ROOT, check=False, capture_output=True, text=True
        )
    except OSError:
        return None
    said = done.stdout + done.stderr
    if done.returncode and _UNASKED.search(said):
        return None
    print(said)  # noqa: T201  a program for the terminal
    return done.returncode


def main() -> int:
    """Print licences and known faults; return 1 if one is not allowed."""
    found = licences()
    for name, licence in found.items():
        print(f"{name:32} {licence}")  # noqa: T201
    wrong = [*faults(found)]
    for line in wrong:
        print(f"not allowed: {line}")  # noqa: T201
    code = known_faults()
    missing = len(pinned()) - len(found)
    print(  # noqa: T201
        f"{len(found)} packages, {missing} of other systems, {len(wrong)} licences not allowed; "
        + ("known faults not asked: no index answers" if code is None else "known faults above"),
    )
    return int(bool(wrong or code))


if __name__ == "__main__":
    sys.exit(main())

"""Run the tests of each module on every mutant of it: ``make test-mutation``.

``python -m tools.mutation [--jobs N] [--only WORD] [--sample N] [MODULE …]``. A mutant that no test
notices has survived. ``equivalent.toml`` names the ones that no test can notice, each with its
reason; any other survivor is a hole in the tests, and the exit code is 1. Modules and tests are
loaded once, each mutant runs in a fork of that process: POSIX only.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import resource
import sys
import tempfile
import tomllib
import types
from pathlib import Path

import pytest

from tools.mutation.mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
#: A mutant that takes more processor time than this loops without end: noticed [s].
TIME_LIMIT_S = 120
OURS = ("geo.", "data.", "layers.", "planning.")


def main(arguments: list[str] | None = None) -> int:
    """Run the mutants; return 1 if one survived that is not known to be equivalent."""
    parser = argparse.ArgumentParser(description="Change the code, see whether a test notices.")
    parser.add_argument("modules", nargs="*", help="dotted names (default: all of targets.toml)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="mutants at a time")
    parser.add_argument("--only", default="", help="only mutants whose id holds this text")
    parser.add_argument("--sample", type=int, default=0, help="at most so many of each module")
    options = parser.parse_args(arguments)
    targets = tomllib.loads((HERE / "targets.toml").read_text(encoding="utf-8"))
    known = tomllib.loads((HERE / "equivalent.toml").read_text(encoding="utf-8"))["mutants"]
    reasons = {item["id"]: item["reason"] for item in known}
    seen, survived = [], []
    for module in options.modules or targets:
        runner = Runner(module, targets[module]["tests"])
        mine = spread([m for m in runner.mutants() if options.only in m.id], options.sample)
        alive = runner.survivors(mine, options.jobs)
        print(f"{module}: {len(mine)} mutants, {len(alive)} survived", flush=True)
        seen += [mutant.id for mutant in mine]
        survived += alive
    unknown = [mutant for mutant in survived if mutant.id not in reasons]
    equivalent = len(survived) - len(unknown)
    killed = len(seen) - len(survived)
    print(f"\n{len(seen)} mutants: {killed} noticed, {equivalent} equivalent, {len(unknown)} not")
    for mutant in unknown:
        print(f"survived, line {mutant.line}: {mutant.id}")
    if not (options.modules or options.only or options.sample):
        alive_ids = {mutant.id for mutant in survived}
        for stale in reasons.keys() - alive_ids:
            print(f"no longer survives, take it out of equivalent.toml: {stale}")
    return 1 if unknown else 0


def spread(wanted: list[Mutant], most: int) -> list[Mutant]:
    """Return every mutant, or ``most`` of them at equal distances."""
    if not 0 < most < len(wanted):
        return wanted
    return [wanted[i * len(wanted) // most] for i in range(most)]


class Runner:
    """Runs the tests of one module on its mutants."""

    def __init__(self, module: str, tests: list[str]) -> None:
        self._arguments = ["-q", "-x", "-n0", "-p", "no:cacheprovider", "-p", "no:randomly",
                           "--hypothesis-seed=0", *tests]  # fmt: skip
        self.module = importlib.import_module(module)
        # Tests and libraries are loaded here, once, and must pass before anything is changed.
        if (code := self._tests()) != 0:
            raise SystemExit(f"the tests of {module} fail without any mutant (pytest: {code})")

    def mutants(self) -> list[Mutant]:
        """Return every mutant of the module."""
        source = Path(str(self.module.__file__)).read_text(encoding="utf-8")
        return list(mutants(source, self.module.__name__))

    def survivors(self, wanted: list[Mutant], jobs: int) -> list[Mutant]:
        """Return the mutants that no test noticed."""
        running: dict[int, Mutant] = {}
        waiting, alive = list(reversed(wanted)), []
        while waiting or running:
            while waiting and len(running) < jobs:
                mutant = waiting.pop()
                running[self._start(mutant)] = mutant
            child, status = os.wait()
            mutant = running.pop(child)
            if status == 0:
                alive.append(mutant)
        return sorted(alive, key=wanted.index)

    def _start(self, mutant: Mutant) -> int:
        """Run the tests on a mutant in a process of its own; return its id."""
        sys.stdout.flush()
        child = os.fork()
        if child:
            return child
        code = 1
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (TIME_LIMIT_S, TIME_LIMIT_S))
            change(self.module, mutant)
            code = self._tests()
        finally:
            os._exit(min(code, 1))

    def _tests(self) -> int:
        with (
            Path(os.devnull).open("w", encoding="utf-8") as nowhere,
            contextlib.redirect_stdout(nowhere),
            contextlib.redirect_stderr(nowhere),
        ):
            return int(pytest.main(self._arguments))


def change(module: types.ModuleType, mutant: Mutant) -> None:
    """Put a mutant's functions into the loaded module, for those too who imported them by name."""
    fresh: dict[str, object] = {"__name__": module.__name__, "__file__": module.__file__}
    exec(compile(mutant.tree, str(module.__file__), "exec"), fresh)  # our own code, mutated
    for name, new in fresh.items():
        _replace(getattr(module, name, None), new, module.__name__)
    for other in [loaded for name, loaded in sys.modules.items() if name.startswith(OURS)]:
        for value in list(vars(other).values()):
            if callable(getattr(value, "cache_clear", None)):
                value.cache_clear()


def _replace(old: object, new: object, module: str) -> None:
    """Give the old function or the old class's functions the new code."""
    old, new = (getattr(value, "__wrapped__", value) for value in (old, new))
    # A property, a cached property, a class method.
    for inner in ("fget", "func", "__func__"):
        old, new = (getattr(value, inner, value) for value in (old, new))
    if isinstance(old, types.FunctionType) and isinstance(new, types.FunctionType):
        if old.__module__ == module:
            old.__code__, old.__defaults__ = new.__code__, new.__defaults__
            old.__kwdefaults__ = new.__kwdefaults__
    elif isinstance(old, type) and isinstance(new, type) and old.__module__ == module:
        for name, value in vars(new).items():
            _replace(vars(old).get(name), value, module)


if __name__ == "__main__":
    os.chdir(ROOT)
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = tempfile.mkdtemp(prefix="tongcun-mutation-")
    sys.exit(main())

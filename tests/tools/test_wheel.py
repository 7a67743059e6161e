"""The wheel runs from an empty folder, in an environment that does not know the source tree."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="builds the wheel")

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an environment with the wheel; its dependencies are those of this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    environment = folder / "environment"
    venv.create(environment)
    python = environment / SCRIPTS / "python"
    places = sysconfig.get_paths(vars={"base": str(environment), "platbase": str(environment)})
    own = Path(places["purelib"])
    (own / "shared.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    options = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", *options, str(wheel)]
    subprocess.run(pip, check=True)
    return environment


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


def environment_of(folder: Path) -> dict[str, str]:
    """Return what the commands see: a home and a workspace of their own, no path to the source."""
    own = {"HOME": str(folder.parent), "TONGCUN_WORKSPACE": str(folder.parent / "workspace")}
    return {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | own


def call(environment: Path, folder: Path, *arguments: str) -> str:
    command = [str(environment / SCRIPTS / "tongcun"), *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment_of(folder), capture_output=True, encoding="utf-8",
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_commands_run_on_the_embedded_packs(installed: Path, empty: Path) -> None:
    listed = call(installed, empty, "pack", "list")
    assert "yunnan" in listed
    assert str(ROOT) not in listed
    gaps = call(
        installed, empty, "gaps", "--province", "gansu", "--layer", "mobile_5g", "--out", "-"
    )
    assert "620100" in gaps
    assert not list(empty.iterdir())


def test_a_file_is_read_in_a_process_of_its_own(installed: Path, empty: Path) -> None:
    call(installed, empty, "template", "sites", "sites.xlsx")
    script = (
        "import tongcun; from pathlib import Path; from data.doctor.process.guarded import sniff; "
        "print(sniff(Path('sites.xlsx')).format)"
    )
    assert python_says(installed, empty, script) == "xlsx"


def test_another_program_uses_the_prediction_alone(installed: Path, empty: Path) -> None:
    script = "import tongcun; from geo.radio import p1812; print(p1812.__file__)"
    assert python_says(installed, empty, script).startswith(str(installed))


def python_says(environment: Path, folder: Path, script: str) -> str:
    command = [str(environment / SCRIPTS / "python"), "-c", script]
    done = subprocess.run(
        command, cwd=folder, env=environment_of(folder), capture_output=True, encoding="utf-8",
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def served(installed: Path, empty: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(installed / SCRIPTS / "tongcun"), "run", "--port", str(port), "--no-browser"]
    with subprocess.Popen(
        command, cwd=empty, env=environment_of(empty), stdout=subprocess.DEVNULL
    ) as server:
        try:
            yield f"http://localhost:{port}"
        finally:
            server.send_signal(signal.SIGTERM)


def test_the_application_opens(served: str) -> None:
    assert answer(f"{served}/_stcore/health") == b"ok"
    vendored = (ROOT / "static/vendor/map.js").read_bytes()
    assert answer(f"{served}/app/static/vendor/map.js") == vendored


def answer(address: str) -> bytes:
    for _ in range(240):
        try:
            with urllib.request.urlopen(address, timeout=10) as reply:
                return bytes(reply.read())
        except OSError:
            time.sleep(0.5)
    raise TimeoutError(address)

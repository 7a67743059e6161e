"""A short run of the fuzzer where it is installed, and every input that once broke the doctor."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from data.doctor.process import guarded
from tests.fuzz import doctor, seeds

FOUND = sorted((Path(__file__).parent / "found").iterdir())


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_once_broke_the_doctor_is_answered(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded, "SECONDS", 2.0)
    monkeypatch.setattr(doctor, "WHOLE", True)
    doctor.one_input(path.read_bytes())


def test_every_seed_is_read(tmp_path: Path) -> None:
    seeds.corpus(tmp_path)
    assert len(list(tmp_path.iterdir())) == 2 * len(seeds.files())


@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None,
    reason="no atheris: pip install atheris (Linux) to fuzz",
)
def test_some_seconds_of_fuzzing_find_nothing() -> None:
    assert doctor.main(seconds=3, apart=False) == 0, f"see {doctor.ARTIFACTS}"

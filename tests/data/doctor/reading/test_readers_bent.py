"""Files of every format, bent at random: a clear refusal or rows that add up, nothing else."""

from __future__ import annotations

from functools import lru_cache

import pytest
from hypothesis import given, settings, strategies as st

from data.doctor.process.guarded import raster_info, read
from data.doctor.reading.limits import MIB, FileLimits
from geo.errors import PlannerError
from tests.fuzz import seeds

#: Small bounds: what a bent file may claim must not take the time of a large one.
LIMITS = FileLimits(
    file_bytes=32 * MIB, streamed_bytes=32 * MIB, rows=20_000, columns=200, cells=400_000,
    sheet_cells=400_000, table_bytes=32 * MIB,
)  # fmt: skip
FILES = tuple(seeds.files())


@lru_cache(maxsize=1)
def contents() -> dict[str, bytes]:
    return seeds.files()


BEND = st.tuples(
    st.sampled_from(["flip", "cut", "insert", "repeat", "zero"]),
    st.floats(0, 1, exclude_max=True),
    st.integers(1, 255),
)


def bent(content: bytes, bends: list[tuple[str, float, int]]) -> bytes:
    data = bytearray(content)
    for how, share, value in bends:
        at = int(share * len(data)) if data else 0
        if how == "cut":
            del data[at:]
        elif how == "insert":
            data[at:at] = bytes([value]) * (value % 9)
        elif how == "repeat":
            data[at:at] = data[at : at + value]
        elif data:
            data[at] = 0 if how == "zero" else data[at] ^ value
    return bytes(data)


def answered(content: bytes, name: str) -> None:
    for ask in (raster_info, read):
        try:
            answer = ask(content, name=name, limits=LIMITS)
        except PlannerError as error:
            assert error.what  # noqa: PT017  either answer is right
            continue
        if ask is read:
            assert answer.rows_read == len(answer.frame)
            assert answer.geometry is None or len(answer.geometry) == answer.rows_read


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=6, deadline=None)
@given(bends=st.lists(BEND, min_size=1, max_size=3))
def test_no_bent_file_breaks_its_reader(name: str, bends: list[tuple[str, float, int]]) -> None:
    answered(bent(contents()[name], bends), name)


@pytest.mark.parametrize(
    ("name", "said"), [("a.kml", "entities"), ("a.geojson", "."), ("a.csv", ".")]
)
def test_what_is_written_to_harm_is_refused_or_kept_as_text(name: str, said: str) -> None:
    harm = {
        "a.kml": b'<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "&b;&b;"><!ENTITY b "xx">]>'
        b'<kml xmlns="http://www.opengis.net/kml/2.2"><name>&a;</name></kml>',
        "a.geojson": b'{"type":"FeatureCollection","features":' + b"[" * 5_000,
        "a.csv": b'"' * 9_999,
    }
    try:
        table = read(harm[name], name=name, limits=LIMITS)
    except PlannerError as error:
        assert error.what  # noqa: PT017  either answer is right
        if said != ".":
            assert said in error.what  # noqa: PT017
        return
    assert said == "."
    assert table.rows_read >= 0

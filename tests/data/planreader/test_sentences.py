"""Sentences of the kinds that plans hold, each with what it states: ``sentences.txt``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.planreader.context import Plan
from data.planreader.reading import read_text
from data.planreader.regions import region_names

FILE = Path(__file__).with_name("sentences.txt")
REGIONS = region_names(
    [("520100", "贵阳市"), ("520200", "六盘水市"), ("520300", "遵义市"), ("520400", "安顺市"),
     ("520500", "毕节市"), ("520600", "铜仁市"), ("522300", "黔西南布依族苗族自治州"),
     ("522600", "黔东南苗族侗族自治州"), ("522700", "黔南布依族苗族自治州")]
)  # fmt: skip
Expected = tuple[str, str, float, str, str, str, str, str, str]


def cases() -> list[tuple[str, Plan, list[Expected]]]:
    found: list[tuple[str, Plan, list[Expected]]] = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("- "):
            cells = [cell.strip() for cell in line[2:].split("|")]
            layer, metric = cells[0].split()
            value, unit, qualifier, basis, date, kind = cells[1:7]
            region = cells[7] if len(cells) > 7 else "520000"
            found[-1][2].append(
                (layer, metric, float(value), unit, qualifier, basis, date, kind, region)
            )
            continue
        head = re.match(r"\[(\d+)-(\d+) ([\d-]+)\]\s*(.*)", line)
        if head:
            plan = Plan(int(head[1]), int(head[2]), head[3], "520000")
            found.append((head[4], plan, []))
        else:
            found.append((line.strip(), Plan(2021, 2025, "2021-10-15", "520000"), []))
    return found


@pytest.mark.parametrize(("sentence", "plan", "expected"), cases(), ids=lambda v: str(v)[:24])
def test_a_sentence_states(sentence: str, plan: Plan, expected: list[Expected]) -> None:
    found = [
        (s.layer, s.metric, s.value, s.unit, s.qualifier, s.basis, s.date, s.kind, s.region)
        for s in read_text(sentence, plan, REGIONS)
    ]
    assert sorted(map(str, found)) == sorted(map(str, expected))

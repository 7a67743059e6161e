"""Sentences of the kinds that plans hold, each with what it states: ``sentences.txt``."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from data.planreader.context import Plan
from data.planreader.reading import read_text
from data.planreader.regions import RegionNames, region_names
from data.planreader.statement import PlanStatement
from data.provinces.listed import region_names_of

FOLDER = Path(__file__).parent
#: Confidence that nothing wrong may have: less than what the page accepts by one button.
SURE = 0.85
HEAD = re.compile(
    r"\[(?:(?P<first>\d{4})-(?P<last>\d{4}) (?P<issued>[\d-]+))?\s*"
    r"(?P<province>\d{6})?\]\s*(?P<words>.*)"
)
Expected = tuple[str, str, float, str, str, str, str | None, str, str]


def stated(line: str, home: str) -> Expected:
    cells = [cell.strip() for cell in line.removeprefix("- ").split("|")]
    layer, metric = cells[0].split()
    value, unit, qualifier, basis, date, kind = cells[1:7]
    region = cells[7].strip("-") if len(cells) > 7 else home
    day = None if date == "-" else date
    return layer, metric, float(value), unit, qualifier, basis, day, kind, region


def cases(name: str) -> list[tuple[str, Plan, list[Expected]]]:
    found: list[tuple[str, Plan, list[Expected]]] = []
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("- "):
            found[-1][2].append(stated(line, found[-1][1].region))
            continue
        head = HEAD.match(line)
        words = head["words"] if head else line.strip()
        first, last, issued, province = head.groups()[:4] if head else (None,) * 4
        plan = Plan(
            int(first or 2021), int(last or 2025), issued or "2021-10-15", province or "520000"
        )  # fmt: skip
        found.append((words, plan, []))
    return found


@cache
def names_of(province: str) -> RegionNames:
    return region_names(region_names_of(province))


def read(sentence: str, plan: Plan) -> list[Expected]:
    return [compared(said) for said in read_text(sentence, plan, names_of(plan.region))]


def compared(said: PlanStatement) -> Expected:
    return (
        said.layer, said.metric, said.value, said.unit, said.qualifier, said.basis, said.date,
        said.kind, said.region,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "plan", "expected"), cases("sentences.txt"), ids=lambda v: str(v)[:24]
)
def test_a_sentence_states(sentence: str, plan: Plan, expected: list[Expected]) -> None:
    assert sorted(map(str, read(sentence, plan))) == sorted(map(str, expected))


def test_sentences_of_every_province_state_what_they_say() -> None:
    every = cases("sentences_provinces.txt")
    assert len({plan.region for _, plan, _ in every}) == 31
    wrong = {
        sentence: (found, expected) for sentence, plan, expected in every
        if sorted(map(str, found := read(sentence, plan))) != sorted(map(str, expected))
    }  # fmt: skip
    assert wrong == {}


def test_at_most_one_proposal_in_ten_of_fresh_sentences_is_wrong() -> None:
    proposals, wrong, sure_and_wrong = 0, 0, []
    for sentence, plan, expected in cases("sentences_fresh.txt"):
        left = [str(one) for one in expected]
        for said in read_text(sentence, plan, names_of(plan.region)):
            proposals += 1
            if (found := str(compared(said))) in left:
                left.remove(found)
                continue
            wrong += 1
            if said.confidence >= SURE:
                sure_and_wrong.append((sentence, found))
    assert proposals > 300
    assert wrong * 10 <= proposals
    assert sure_and_wrong == []

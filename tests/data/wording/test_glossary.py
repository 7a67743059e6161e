"""One word for one thing: the glossary's words are used, those it rules out occur nowhere."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.wording.catalogue import DATA_LANGUAGES, LANGUAGES, sentences
from data.wording.glossary import FILE, Term, terms

ROOT = Path(__file__).resolve().parents[3]
#: Documents and files whose words people read; quotes from sources are not among them.
TEXTS = (
    "README.md", "README.zh.md", "CONTRIBUTING.md", "data/packs/README.md", "docs/figures.md",
    "cli.py", "commands/*.py", "data/rules/*.toml", "static/map/*.js",
)  # fmt: skip


def shown(language: str) -> Iterator[tuple[str, str]]:
    """Yield, with its place, every text that a reader of a language is shown."""
    yield from sentences(language).items()
    for pattern in TEXTS:
        for path in sorted(ROOT.glob(pattern)):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "data/packs").glob("*/unit_costs.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield f"{path.parent.name}: {row['item']}", f"{row['meaning']}\n{row['meaning_zh']}"


def wrong_words(text: str, term: Term, language: str) -> list[str]:
    """Return the words of a text that a term rules out."""
    if language == "zh":
        text = text.replace("兰州市", "")  # a name, not 州市
        return [word for word in term.ruled_out if word in text]
    return [
        word
        for word in term.ruled_out
        if re.search(rf"\b{re.escape(word)}s?\b", text, re.IGNORECASE)
    ]


@pytest.mark.parametrize("language", DATA_LANGUAGES)
def test_no_text_has_a_word_that_the_glossary_rules_out(language: str) -> None:
    found = [
        (place, wrong, term.ruled_out[wrong])
        for place, text in shown(language)
        for term in terms(language)
        for wrong in wrong_words(text, term, language)
    ]
    assert not found


def test_a_word_that_is_ruled_out_is_found() -> None:
    planned = {code: next(t for t in terms(code) if t.key == "planned") for code in ("zh", "en")}
    assert wrong_words("已建 1 · 规划新增 0", planned["zh"], "zh") == ["规划新增"]
    assert wrong_words("0 Newly planned", planned["en"], "en") == ["newly planned"]
    assert not wrong_words("newly planned-out", planned["zh"], "zh")


@pytest.mark.parametrize("language", DATA_LANGUAGES)
def test_sentences_that_are_one_term_use_its_word(language: str) -> None:
    known = sentences(language)
    wrong = {
        key: (known[key], term.word)
        for term in terms(language)
        for key in term.sentences
        if known[key].casefold() not in {term.word.casefold(), f"{term.word}s".casefold()}
    }
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_has_a_word_of_its_own_and_a_definition(language: str) -> None:
    found = terms(language)
    words = [term.word for term in found]
    assert len(found) >= 40
    assert len(set(words)) == len(words)
    assert all(term.definition.endswith(("。", ".")) for term in found)
    assert all(reason for term in found for reason in term.ruled_out.values())


def test_sections_hold_nothing_else() -> None:
    known = {"zh", "en", "about_zh", "about_en", "keys", "not_zh", "not_en"}
    sections = tomllib.loads(FILE.read_text(encoding="utf-8"))
    assert not {key: extra for key, of in sections.items() if (extra := set(of) - known)}

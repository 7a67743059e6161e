"""Context that earlier sentences give: part of the plan, date, whether built or planned."""

from __future__ import annotations

import re
from dataclasses import dataclass

from data import clock
from data.planreader.dates import Mention
from data.planreader.matching import Subject
from data.planreader.phrases import pattern

_HEADING = pattern("context.heading")
_BUILT = pattern("context.built")
_PLANNED = pattern("context.planned")
#: Words of a sentence that say that its figures are built, or planned.
_BUILT_HERE = pattern("context.built_here")
_PLANNED_HERE = pattern("context.planned_here")
_RANKED = pattern("context.ranked")
_DONE = pattern("context.done")
_NOT_DONE = pattern("context.not_done")


@dataclass(frozen=True)
class Plan:
    """Metadata of a document, as its own text states them.

    Attributes
    ----------
    first_year, last_year
        The years planned, or None.
    issued
        ISO date of the document, or None.
    region
        Code of its province, or empty.
    over
        Last day that the text says is over (截至2022年底), or None.
    """

    first_year: int | None = None
    last_year: int | None = None
    issued: str | None = None
    region: str = ""
    over: str | None = None

    @property
    def year(self) -> int | None:
        """Year of the document."""
        if self.issued:
            return int(self.issued[:4])
        return self.first_year

    @property
    def ends(self) -> str | None:
        """Last day of the years planned."""
        return f"{self.last_year}-12-31" if self.last_year else None

    @property
    def before(self) -> str | None:
        """Last day before the years planned, or of the year before the document."""
        if self.first_year:
            return f"{self.first_year - 1}-12-31"
        return f"{int(self.issued[:4]) - 1}-12-31" if self.issued else None


@dataclass
class ReadingContext:
    """State that runs along with the sentences.

    Attributes
    ----------
    plan
        The document's own dates.
    section
        ``baseline``, ``target`` or empty: what the part of the document speaks of.
    date
        Last date that a sentence began with, while its paragraph lasts.
    reviewed
        Last date that the review of what is built mentioned.
    counted
        Metric and measure of the last number, while only semicolons follow.
    last
        Last date that a sentence mentioned, for the one behind a semicolon.
    """

    plan: Plan
    section: str = ""
    date: Mention | None = None
    reviewed: str | None = None
    counted: tuple[Subject, str] | None = None
    last: Mention | None = None

    def paragraph(self) -> None:
        """Begin a paragraph: a date does not reach into the next one."""
        self.date = None

    def meets(self, sentence: str, found: list[Mention]) -> None:
        """Take what a sentence says about the ones behind it.

        Parameters
        ----------
        sentence
            The sentence.
        found
            Its dates.
        """
        for match in _HEADING.finditer(sentence):
            title = match["title"]
            # A heading and the text behind it may be in one line.
            head = re.split(r"[。,，]", title)[0]
            if _BUILT.search(head) and not pattern("context.aim").search(head):
                self.section = "baseline"
            elif _PLANNED.search(head):
                self.section = "target"
        if self.is_past(found):
            self.reviewed = max(m.date for m in found)
        elif self.section != "target" and _BUILT_HERE.search(sentence) and not self.future(found):
            self.section = "baseline"
        for mention in found:
            if mention.past or mention.period or self.is_past([mention]):
                continue
            if len(sentence[: mention.start].strip()) <= 16:
                self.date = mention
                break

    def future(self, found: list[Mention]) -> bool:
        """Return whether a date lies ahead of the document.

        Parameters
        ----------
        found
            Dates of a sentence.

        Returns
        -------
        ahead
            False without a date.
        """
        year = self.plan.year
        return any(not m.past and year is not None and int(m.date[:4]) >= year for m in found)

    def is_past(self, found: list[Mention]) -> bool:
        """Return whether every date lies behind the document.

        Parameters
        ----------
        found
            Dates of a sentence.

        Returns
        -------
        behind
            False without a date.
        """
        year = self.plan.year
        return bool(found) and all(
            m.past or (year is not None and int(m.date[:4]) < year)
            or (self.plan.issued is not None and m.date <= self.plan.issued)
            for m in found
        )  # fmt: skip

    def kind(self, clause: str, sentence: str, mention: Mention | None) -> tuple[str, str]:
        """Return what a figure is, and the code of the reason if it was inferred.

        Parameters
        ----------
        clause, sentence
            Where it is stated.
        mention
            Its date, or None.

        Returns
        -------
        kind, reason
            ``baseline`` or ``target``; an empty reason where a date decides.
        """
        dated = self._kind_by_date(mention)
        if dated:
            return dated, ""
        worded = self._kind_as_said(clause, sentence, mention)
        if worded:
            return worded, "words"
        if self.section:
            return self.section, "section"
        return ("target" if self.plan.ends else "baseline"), "guess"

    def _kind_by_date(self, mention: Mention | None) -> str:
        if mention is None:
            return ""
        issued, year = self.plan.issued, self.plan.year
        over = max(filter(None, (issued, self.plan.over)), default=None)
        if mention.past or (over is not None and mention.date <= over):
            return "baseline"
        if year is None:
            # What lies ahead cannot be built yet.
            return "target" if mention.date > clock.today().isoformat() else ""
        if issued is None and not mention.period and int(mention.date[:4]) == year:
            return ""
        return "target" if int(mention.date[:4]) >= year else "baseline"

    def _kind_as_said(self, clause: str, sentence: str, mention: Mention | None) -> str:
        end = sentence.find(clause) + len(clause)
        lead = sentence[:end]
        ranked = mention is None and self.section != "target" and _RANKED.search(sentence[end:])
        if ranked or pattern("context.lacks").search(clause):
            return "baseline"
        if mention is not None and pattern("context.until").match(sentence[mention.start :]):
            return "target"
        if mention is not None and self._is_done(lead):
            return "baseline"
        return self._kind_by_words(lead)

    @staticmethod
    def _is_done(lead: str) -> bool:
        """Whether a sentence says what was done at a date that nothing else places in time."""
        return _DONE.search(lead) is not None and not (
            _NOT_DONE.search(lead) or _PLANNED_HERE.search(lead)
        )

    @staticmethod
    def says_built(sentence: str) -> bool:
        """Return whether a sentence says that its figures are built, and plans nothing.

        Parameters
        ----------
        sentence
            The sentence.

        Returns
        -------
        built
            False where it says neither, or both.
        """
        return _BUILT_HERE.search(sentence) is not None and not _PLANNED_HERE.search(sentence)

    def _kind_by_words(self, lead: str) -> str:
        built, planned = _BUILT_HERE.search(lead), _PLANNED_HERE.search(lead)
        if built and not planned:
            return "baseline"
        if planned and not built and self.section != "baseline":
            return "target"
        if planned and pattern("context.strongly_planned").search(lead):
            return "target"
        return ""

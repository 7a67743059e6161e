"""When the figures of a sentence hold: their dates, and whether they are built or planned."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

from data.planreader.context import ReadingContext
from data.planreader.dates import Mention
from data.planreader.lists import runs
from data.planreader.phrases import pattern
from data.planreader.quantities import Quantity
from data.planreader.statement import PlanStatement

_FROM = pattern("extraction.from")
_TO = pattern("extraction.to")
#: What each kind of inference takes from the confidence.
_COSTS = {"words": 0.05, "section": 0.1, "guess": 0.25}


@dataclass(frozen=True)
class PlanSentence:
    """A sentence with its place.

    Attributes
    ----------
    text
        With half-width digits and letters, as long as the quote.
    quote
        Letter by letter as in the document.
    start
        Place in the document [characters].
    dates
        Its dates.
    joined
        True behind a semicolon: it may leave out the metric of the sentence before.
    """

    text: str
    quote: str
    start: int
    dates: tuple[Mention, ...]
    joined: bool = False


class SentenceTiming:
    """The dates of a sentence's figures.

    Parameters
    ----------
    sentence
        The sentence.
    context
        What the sentences before it say.
    found
        Its numbers.
    """

    def __init__(
        self, sentence: PlanSentence, context: ReadingContext, found: list[Quantity]
    ) -> None:
        self._sentence = sentence
        self._text = sentence.text
        self._context = context
        self._found = found

    @cached_property
    def starts(self) -> dict[int, Mention | None]:
        """Return the numbers where something starts from, each with its own date or None."""
        starts: dict[int, Mention | None] = {}
        for place in range(len(self._found) - 1):
            begin = self._start_of(place)
            if begin is not None:
                at = self._found[place].start
                own = [m for m in self._sentence.dates if begin <= m.start < at]
                starts[place] = own[-1] if own else None
        return starts

    def _start_of(self, place: int) -> int | None:
        """Return where 从1.9万个增加到15万个 begins, None if the number is no such start."""
        run = next((run for run in runs(self._text, self._found) if place in run), [place])
        if run[-1] + 1 == len(self._found):
            return None
        quantity, following = self._found[run[0]], self._found[run[-1] + 1]
        between = self._text[self._found[run[-1]].end : following.start]
        begin = max(0, quantity.start - 24)
        lead = _FROM.search(self._text[begin : quantity.start])
        # Between both may be the year of the second one: 增加到2025年的15万个.
        between = pattern("extraction.year_of_end").sub("", between)
        if re.search(r"[,，;；。]", between):
            return None
        if lead is None or following.measure != quantity.measure or not _TO.search(between):
            return None
        return begin + lead.start()

    def at(self, at: int) -> Mention | None:
        """Return the date of a figure.

        Parameters
        ----------
        at
            Its place [characters].

        Returns
        -------
        mention
            None where neither the sentence nor those before it say one.
        """
        # In a review, 五年累计 is not of the years planned.
        reviewing = self._context.section == "baseline"
        dates = [
            mention for mention in self._sentence.dates
            if mention not in self.starts.values() and not (mention.counted and reviewing)
        ]  # fmt: skip
        before = [mention for mention in dates if mention.start <= at]
        if before:
            return before[-1]
        behind = [mention for mention in dates if mention.past]
        if behind:
            return behind[0]
        carried = self._context.date
        if carried in dates:
            # The sentence names it behind the number: 新建6万座，其中2022年1.8万座.
            carried = None
        planned = pattern("context.planned_here").search(self._text)
        last = self._context.last if self._sentence.joined and not planned else None
        return carried or last

    def placed(self, said: PlanStatement, mention: Mention | None, clause: str) -> PlanStatement:
        """Return a statement with its date, and whether that is built or planned.

        Parameters
        ----------
        said
            The statement.
        mention
            Its date, or None.
        clause
            Where it is stated.

        Returns
        -------
        statement
            With the reasons of what is inferred.
        """
        kind, reason = self._context.kind(clause, self._text, mention)
        said = replace(said, kind=kind, date=mention.date if mention else None)
        if mention is None:
            said = self._dated(said)
        return said.because(f"kind_by_{reason}", _COSTS[reason]) if reason else said

    def _dated(self, said: PlanStatement) -> PlanStatement:
        plan = self._context.plan
        if said.kind == "target":
            return replace(said, date=plan.ends).because("date_of_plan", 0.15)
        date = self._context.reviewed or plan.before
        return replace(said, date=date).because("date_of_review", 0.15)

    def at_the_start(self, said: PlanStatement, place: int) -> PlanStatement:
        """Return where something starts from: at its own date, or at the beginning of a period.

        Parameters
        ----------
        said
            The statement.
        place
            Index of its number, one of :attr:`starts`.

        Returns
        -------
        statement
            A baseline; without a date where the text writes none.
        """
        said = replace(said, kind="baseline")
        own = self.starts[place]
        if own is not None:
            return replace(said, date=own.date)
        outer = self.at(self._found[place].start)
        begins = outer.begins if outer is not None else None
        if begins is not None:
            return replace(said, date=begins).because("date_of_start", 0.05)
        return replace(said, date=None).because("start_without_date", 0.1)

"""Statements of a sentence: each figure with its metric, date, region, basis and kind."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from data.planreader import places
from data.planreader.context import ReadingContext
from data.planreader.dates import Mention
from data.planreader.lexicon import lexicon
from data.planreader.lists import ListItem, list_items
from data.planreader.matching import Subject, converted, subject
from data.planreader.phrases import pattern, phrase
from data.planreader.quantities import Quantity, quantities
from data.planreader.regions import RegionNames
from data.planreader.statement import PlanStatement

_CLAUSE = re.compile(r"[,，;；。！!：:]|(?<=\d)、(?=\d)")
_NEW = pattern("extraction.new")
_IN_ALL = pattern("extraction.in_all")
_GROWTH = pattern("extraction.growth")
_ANNUAL = pattern("extraction.annual")
_FROM = pattern("extraction.from")
_TO = pattern("extraction.to")
_FULL = pattern("extraction.full")
_BASICALLY = pattern("extraction.basically")
_NEGATED = pattern("extraction.negated")
_NOT_REACHED = pattern("extraction.not_reached")
_NOT_YET = pattern("extraction.not_yet")
_OPERATORS = pattern("extraction.operators")
_NAMES_JOINED = pattern("extraction.names_joined")
_ONLY_VERBS = pattern("extraction.only_verbs")
_DOUBLED = pattern("extraction.doubled")
_WHOLE = pattern("extraction.whole")
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
    """

    text: str
    quote: str
    start: int
    dates: tuple[Mention, ...]


def statements(
    sentence: PlanSentence, context: ReadingContext, names: RegionNames
) -> list[PlanStatement]:
    """Return what a sentence states.

    Parameters
    ----------
    sentence
        The sentence.
    context
        What the sentences before it say.
    names
        Regions that the text may name.

    Returns
    -------
    statements
        In the order of the text.
    """
    return list(_Reader(sentence, context, names).statements())


class _Reader:
    """Reads one sentence."""

    def __init__(self, sentence: PlanSentence, context: ReadingContext, names: RegionNames) -> None:
        self._sentence = sentence
        self._text = sentence.text
        self._context = context
        self._names = names
        self._found = quantities(sentence.text)
        self._last: tuple[int, Subject, str] | None = None
        cuts = [0, *(match.end() for match in _CLAUSE.finditer(self._text)), len(self._text)]
        self._clauses = [(a, b) for a, b in itertools.pairwise(cuts) if b > a]

    def statements(self) -> Iterator[PlanStatement]:
        items = list_items(self._text, self._found, self._sentence.dates, self._names)
        for place in range(len(self._found)):
            yield from self._of(place, items.get(place, ListItem()))
        for low, high in self._clauses:
            if any(low <= q.start < high and q.measure == "share" for q in self._found):
                continue
            clause = self._text[low:high]
            yield from self._covered_wholly(clause, low)
            yield from self._not_yet(clause, low)
            yield from self._counted_names(clause, low)
            yield from self._doubled(clause, low)

    # -- a number ----------------------------------------------------------------------------

    def _of(self, place: int, item: ListItem) -> Iterator[PlanStatement]:
        quantity = self._found[place]
        low, high = self._clause(quantity.start)
        before = item.subject or self._text[self._window(place, low) : quantity.start]
        behind = self._text[quantity.end : self._next(place, high)]
        for found in self._subjects(place, before, behind):
            self._last = (place, found, quantity.measure)
            basis, unit = self._basis(found, before, behind, quantity)
            mention = item.mention or self._date(quantity.start)
            value = converted(quantity.value, quantity.measure, found.unit)
            said = self._statement(
                found, replace(quantity, value=value), (basis, unit), mention, low
            )
            if item.region:
                said = replace(said, region=item.region, place="")
            if self._is_start(place):
                said = replace(said, kind="baseline")
                if mention is not None and self._context.future([mention]):
                    date = self._context.plan.before
                    said = replace(said, date=date).because("date_of_start", 0.1)
            yield said

    def _subjects(self, place: int, before: str, behind: str) -> list[Subject]:
        quantity = self._found[place]
        low, high = self._clause(quantity.start)
        clause = self._text[low:high]
        growing = self._grows(quantity, before, behind)
        if quantity.measure == "points" or (quantity.measure == "times" and not growing):
            return []
        wanted = None if growing else quantity
        found = subject(before, behind, clause, wanted)
        if quantity.measure == "share" and not growing:
            if _NOT_REACHED.match(behind):
                return []
            reached = places.of_share(before, behind, clause)
            if reached and (found is None or reached[0].score >= found.score):
                return reached
        found = (
            found or self._inherited(before, low, wanted) or self._as_before(place, before, wanted)
        )
        return [self._generation(found, low)] if found is not None else []

    def _inherited(self, before: str, low: int, wanted: Quantity | None) -> Subject | None:
        """Take the subject from the clauses before where this one has only verbs."""
        earlier = [clause for clause in self._clauses if clause[1] <= low][-2:]
        if not earlier or not _ONLY_VERBS.match(before):
            return None
        window = self._text[earlier[0][0] : low]
        found = subject(window, "", window + before, wanted)
        return replace(found, inherited=True) if found is not None else None

    def _as_before(self, place: int, before: str, wanted: Quantity | None) -> Subject | None:
        """Take the metric of the number before: 分别达到8万个和15万个."""
        if self._last is None or wanted is None:
            return None
        number, found, measure = self._last
        joined = pattern("extraction.joined").sub("", before)
        same = number == place - 1 and measure == wanted.measure
        return found if same and _ONLY_VERBS.match(joined) else None

    def _generation(self, found: Subject, low: int) -> Subject:
        """Read 基站 behind 5G网络建设 as 5G base stations, unless those were counted themselves."""
        earlier = self._text[:low]
        if (
            found.metric != "base_stations_all_kinds"
            or phrase("extraction.base_station") in earlier
        ):
            return found
        named = [
            layer for layer in ("mobile_5g", "mobile_4g")
            if pattern(f"extraction.built_{layer[-2:]}").search(earlier)
        ]  # fmt: skip
        if len(named) != 1:
            return found
        return replace(found, layer=named[0], metric="base_stations", inherited=True)

    def _grows(self, quantity: Quantity, before: str, behind: str) -> bool:
        if quantity.measure not in {"share", "times"}:
            return False
        return _GROWTH.search(before[-16:]) is not None and not _TO.match(behind)

    # -- no number ---------------------------------------------------------------------------

    def _covered_wholly(self, clause: str, low: int) -> Iterator[PlanStatement]:
        full = _FULL.search(clause)
        if full is not None:
            found = [] if _NEGATED.search(clause[: full.start()]) else (
                places.of_full_coverage(clause)
            )  # fmt: skip
        else:
            found = [
                Subject(metric.layer, metric.metric, metric.unit, "share", 5)
                for metric in lexicon().metrics
                if "whole" in metric.measures and _WHOLE.search(clause)
                and metric.words is not None and metric.words.search(clause)
            ]  # fmt: skip
        qualifier = "~" if _BASICALLY.search(clause) else "="
        for one in found:
            quantity = Quantity(1.0, "share", qualifier, low, low + len(clause))
            said = self._statement(one, quantity, ("share", one.unit), self._date(low), low)
            yield said.because("full_coverage", 0.05)

    def _not_yet(self, clause: str, low: int) -> Iterator[PlanStatement]:
        if _NOT_YET.search(clause) is None:
            return
        for metric in lexicon().metrics:
            if metric.absent and metric.words and metric.words.search(clause):
                found = Subject(metric.layer, metric.metric, metric.unit, metric.basis, 5)
                quantity = Quantity(0.0, metric.measures[0], "=", low, low + len(clause))
                said = self._statement(
                    found, quantity, (metric.basis, metric.unit), self._date(low), low
                )
                yield replace(said, kind="baseline").because("not_yet", 0.1)

    def _counted_names(self, clause: str, low: int) -> Iterator[PlanStatement]:
        """Count names before 分别建成, or behind 与: 与缅甸、老挝建成跨境传输光缆."""
        if any(low <= q.start < low + len(clause) for q in self._found):
            return
        for metric in lexicon().metrics:
            match = metric.listed.search(clause) if metric.listed else None
            if match is None:
                continue
            lead = pattern("extraction.with_names").split(clause[: match.start()], maxsplit=1)[-1]
            count = len(list(filter(str.strip, _NAMES_JOINED.split(lead))))
            numeral = _OPERATORS.search(clause)
            if numeral and "operator" in metric.measures:
                count = phrase("extraction.numerals").index(numeral[1])
            elif count < 2 or not pattern("extraction.several_names").search(clause):
                continue
            found = Subject(metric.layer, metric.metric, metric.unit, metric.basis, 5)
            quantity = Quantity(float(count), "count", "=", low, low + len(clause))
            yield self._statement(
                found, quantity, (metric.basis, metric.unit), self._date(low), low
            ).because("counted_names", 0.1)

    def _doubled(self, clause: str, low: int) -> Iterator[PlanStatement]:
        match = _DOUBLED.search(clause)
        found = subject(clause[: match.start()], "", clause, None) if match else None
        if match is None or found is None:
            return
        value = float(2 ** (1 + phrase("extraction.doublings").index(match["times"])) - 1)
        quantity = Quantity(value, "share", "=", low + match.start(), low + match.end())
        yield self._statement(
            found, quantity, ("growth", "share of the value before"), self._date(low), low
        )

    # -- parts of a statement ------------------------------------------------------------------

    def _statement(
        self, found: Subject, quantity: Quantity, counted: tuple[str, str],
        mention: Mention | None, low: int,
    ) -> PlanStatement:  # fmt: skip
        basis, unit = counted
        clause = self._text[slice(*self._clause(low))]
        kind, reason = self._context.kind(clause, self._text, mention)
        new = basis == "increment" and found.metric == "base_stations"
        region, place = self._region(quantity.start)
        other = quantity.other
        said = PlanStatement(
            layer=found.layer, metric="base_stations_new" if new else found.metric,
            value=quantity.value, unit=unit, qualifier=quantity.qualifier, basis=basis,
            date=mention.date if mention else None, kind=kind, region=region,
            quote=self._sentence.quote, start=self._sentence.start, confidence=0.97,
            other_value=None if other is None else converted(other, quantity.measure, found.unit),
            place=place, figure=(self._sentence.start + quantity.start,
                                 self._sentence.start + quantity.end),
        )  # fmt: skip
        if mention is None:
            said = self._dated(said)
        if reason:
            said = said.because(f"kind_by_{reason}", _COSTS[reason])
        if found.inherited:
            said = said.because("subject_of_the_clause_before", 0.1)
        return said if other is None else said.because("lost_decimal_point", 0.1)

    def _dated(self, said: PlanStatement) -> PlanStatement:
        plan = self._context.plan
        if said.kind == "target":
            return replace(said, date=plan.ends).because("date_of_plan", 0.15)
        date = self._context.reviewed or plan.before
        return replace(said, date=date).because("date_of_review", 0.15)

    def _basis(
        self, found: Subject, before: str, behind: str, quantity: Quantity
    ) -> tuple[str, str]:
        if self._grows(quantity, before, behind):
            return "growth", "share per year" if phrase(
                "extraction.per_year"
            ) in before else "share of the value before"
        low, high = self._clause(quantity.start)
        if found.basis == "flow":
            whole = self._text[low:high]
            in_all = phrase("extraction.in_total") in whole and not _ANNUAL.search(whole)
            return "cumulative" if in_all else "flow", found.unit
        if found.basis == "cumulative":
            # 新建 reaches over a list, 新建充电站300座、充电桩2万台; 累计 and 其中 end it.
            lead = pattern("extraction.ends_new").split(self._text[low : quantity.start])[-1]
            new = list(_NEW.finditer(lead))
            if new and not _IN_ALL.search(lead[new[-1].end() :]):
                return "increment", found.unit
        return found.basis, found.unit

    def _date(self, at: int) -> Mention | None:
        before = [mention for mention in self._sentence.dates if mention.start <= at]
        if before:
            return before[-1]
        behind = [mention for mention in self._sentence.dates if mention.past]
        return behind[0] if behind else self._context.date

    def _region(self, at: int) -> tuple[str, str]:
        """Return the region that a number belongs to, and the places that share it."""
        home = self._context.plan.region
        low, _ = self._clause(at)
        named = self._names.found(self._text[low:at]) or [
            found for found in self._names.found(self._text[:at]) if found[0] <= 14
        ]
        codes = {code for _, code, _ in named if code != home}
        if len(codes) == 1:
            return codes.pop(), ""
        return home, "、".join(dict.fromkeys(name for _, code, name in named if code != home))

    def _is_start(self, place: int) -> bool:
        """Whether the number is where something starts from: 从1.9万个增加到15万个."""
        if place + 1 >= len(self._found):
            return False
        quantity, following = self._found[place], self._found[place + 1]
        between = self._text[quantity.end : following.start]
        lead = self._text[max(0, quantity.start - 24) : quantity.start]
        same = following.measure == quantity.measure
        # Between both may be the year of the second one: 增加到2025年的15万个.
        between = pattern("extraction.year_of_end").sub("", between)
        return same and bool(_FROM.search(lead) and _TO.search(between))

    def _clause(self, at: int) -> tuple[int, int]:
        return next(((a, b) for a, b in self._clauses if a <= at < b), (0, len(self._text)))

    def _window(self, place: int, low: int) -> int:
        """Return where the words of a number begin: behind the number before it."""
        if place == 0:
            return low
        previous, quantity = self._found[place - 1], self._found[place]
        is_range = (
            previous.qualifier == ">=" and quantity.qualifier == "<="
            and quantity.start - previous.end < 4
        )  # fmt: skip
        if self._is_start(place - 1) or is_range:
            return self._window(place - 1, low)
        return max(low, previous.end)

    def _next(self, place: int, high: int) -> int:
        if place + 1 < len(self._found) and self._found[place + 1].start < high:
            return self._found[place + 1].start
        return high

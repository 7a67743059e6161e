"""Statements of a sentence: each figure with its metric, date, region, basis and kind."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from data.planreader import places
from data.planreader.context import Context
from data.planreader.dates import Mention
from data.planreader.lexicon import lexicon
from data.planreader.lists import ListItem, list_items
from data.planreader.matching import Subject, converted, subject
from data.planreader.quantities import Quantity, quantities
from data.planreader.regions import RegionNames
from data.planreader.statement import Statement

_CLAUSE = re.compile(r"[,，;；。！!：:]|(?<=\d)、(?=\d)")
_NEW = re.compile(
    r"新(?:建成?|增加?|开通|建设|部署|布设|架设|投放|敷设|铺设)|年(?:均|度)?(?:建设|建成)|"
    r"再(?:建|新建|增加)|增加(?!到|至)|增长(?:了)?(?=\d)"
)
_IN_ALL = re.compile(r"累计|总(?:数|量|规模)")
_GROWTH = re.compile(
    r"年均(?:增速|增长|递增|增幅|复合增)|增速|增长率|同比(?:增长|提高|提升)|"
    r"(?:比|较).{2,12}(?:增长|提高|增加)|增幅|年递增|增长(?:了)?$"
)
_ANNUAL = re.compile(r"当年|每年|年度|年均|全年|年投资")
_FROM = re.compile(r"(?:从|由)[^,，。;；]*$")
_TO = re.compile(
    r"(?:提高|增加|增长|提升|扩大|扩容|上升|发展|扩展|降低|下降|降|压减)?(?:到|至|为)[^,，。;；]{0,4}$"
)
_FULL = re.compile(
    r"全(?:面|域|部)?(?:覆盖|通达|贯通)|应通尽通|全部(?:开通|接入|通|实现|覆盖)|"
    r"(?:村村|乡乡|县县)通|普遍覆盖|全通|覆盖(?:全省)?(?:所有|全部)|所有[^,，]{0,6}(?:通|实现|覆盖|开通)"
)
_BASICALLY = re.compile(r"基本")
_NEGATED = re.compile(r"未|没有|尚")
_NOT_REACHED = re.compile(r"[^,，]{0,12}?(?:未|没有|尚|无|不)")
_NOT_YET = re.compile(r"尚(?:未|不|没有)|还没有|仍未|未(?:建成|设立|获批)")
_OPERATORS = re.compile(r"([三两四五])(?:大|家)(?:基础)?(?:电信|运营)")
_ONLY_VERBS = re.compile(
    r"^(?:其中|较|比|上年|去年|同比|年均|新|累计|总数|总量|规模|数量|达到|达|突破|超过|超|建成|完成|实现|新建|新增|开通|"
    r"部署|覆盖率|普及率|占比|力争|基本|约|近|为|到|至|将|要|再|均|也|并|全省|全市|全州|每年|年均|其|已|均已|提高|提升|"
    r"增长|增加|扩大|比例|比重|[到至]?20\d\d年(?:底|末)?|(?:的)|由|从|\s)*$"
)
_DOUBLED = re.compile(r"翻(?P<times>[一两二三])番")
_WHOLE = re.compile(r"(?:全面|全部)建成")
#: What each kind of inference takes from the confidence.
_COSTS = {"words": 0.05, "section": 0.1, "guess": 0.25}


@dataclass(frozen=True)
class Sentence:
    """A sentence with its place.

    Parameters
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


def statements(sentence: Sentence, context: Context, names: RegionNames) -> list[Statement]:
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

    def __init__(self, sentence: Sentence, context: Context, names: RegionNames) -> None:
        self._sentence = sentence
        self._text = sentence.text
        self._context = context
        self._names = names
        self._found = quantities(sentence.text)
        self._last: tuple[int, Subject, str] | None = None
        cuts = [0, *(match.end() for match in _CLAUSE.finditer(self._text)), len(self._text)]
        self._clauses = [(a, b) for a, b in itertools.pairwise(cuts) if b > a]

    def statements(self) -> Iterator[Statement]:
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

    def _of(self, place: int, item: ListItem) -> Iterator[Statement]:
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
        joined = re.sub(r"[、和及与,，]", "", before)
        same = number == place - 1 and measure == wanted.measure
        return found if same and _ONLY_VERBS.match(joined) else None

    def _generation(self, found: Subject, low: int) -> Subject:
        """Read 基站 behind 5G网络建设 as 5G base stations, unless those were counted themselves."""
        earlier = self._text[:low]
        if found.metric != "base_stations_all_kinds" or "基站" in earlier:
            return found
        named = [
            layer for layer in ("mobile_5g", "mobile_4g")
            if re.search(f"{layer[-2:].upper()}(?:网络)?(?:建设|部署|布局|发展)", earlier)
        ]  # fmt: skip
        if len(named) != 1:
            return found
        return replace(found, layer=named[0], metric="base_stations", inherited=True)

    def _grows(self, quantity: Quantity, before: str, behind: str) -> bool:
        if quantity.measure not in {"share", "times"}:
            return False
        return _GROWTH.search(before[-16:]) is not None and not _TO.match(behind)

    # -- no number ---------------------------------------------------------------------------

    def _covered_wholly(self, clause: str, low: int) -> Iterator[Statement]:
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

    def _not_yet(self, clause: str, low: int) -> Iterator[Statement]:
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

    def _counted_names(self, clause: str, low: int) -> Iterator[Statement]:
        """Count names before 分别建成, or behind 与: 与缅甸、老挝建成跨境传输光缆."""
        if any(low <= q.start < low + len(clause) for q in self._found):
            return
        for metric in lexicon().metrics:
            match = metric.listed.search(clause) if metric.listed else None
            if match is None:
                continue
            lead = re.split(r"[与和同]", clause[: match.start()], maxsplit=1)[-1]
            count = len([name for name in re.split(r"、|和|以及", lead) if name.strip()])
            numeral = _OPERATORS.search(clause)
            if numeral and "operator" in metric.measures:
                count = "零一两三四五".index(numeral[1])
            elif count < 2 or not re.search(r"分别|与", clause):
                continue
            found = Subject(metric.layer, metric.metric, metric.unit, metric.basis, 5)
            quantity = Quantity(float(count), "count", "=", low, low + len(clause))
            yield self._statement(
                found, quantity, (metric.basis, metric.unit), self._date(low), low
            ).because("counted_names", 0.1)

    def _doubled(self, clause: str, low: int) -> Iterator[Statement]:
        match = _DOUBLED.search(clause)
        found = subject(clause[: match.start()], "", clause, None) if match else None
        if match is None or found is None:
            return
        value = float(2 ** {"一": 1, "两": 2, "二": 2, "三": 3}[match["times"]] - 1)
        quantity = Quantity(value, "share", "=", low + match.start(), low + match.end())
        yield self._statement(
            found, quantity, ("growth", "share of the value before"), self._date(low), low
        )

    # -- parts of a statement ------------------------------------------------------------------

    def _statement(
        self, found: Subject, quantity: Quantity, counted: tuple[str, str],
        mention: Mention | None, low: int,
    ) -> Statement:  # fmt: skip
        basis, unit = counted
        clause = self._text[slice(*self._clause(low))]
        kind, reason = self._context.kind(clause, self._text, mention)
        new = basis == "increment" and found.metric == "base_stations"
        region, place = self._region(quantity.start)
        other = quantity.other
        said = Statement(
            layer=found.layer, metric="base_stations_new" if new else found.metric,
            value=quantity.value, unit=unit, qualifier=quantity.qualifier, basis=basis,
            date=mention.date if mention else None, kind=kind, region=region,
            quote=self._sentence.quote, start=self._sentence.start, confidence=0.97,
            other_value=None if other is None else converted(other, quantity.measure, found.unit),
            place=place,
        )  # fmt: skip
        if mention is None:
            said = self._dated(said)
        if reason:
            said = said.because(f"kind_by_{reason}", _COSTS[reason])
        if found.inherited:
            said = said.because("subject_of_the_clause_before", 0.1)
        return said if other is None else said.because("lost_decimal_point", 0.1)

    def _dated(self, said: Statement) -> Statement:
        plan = self._context.plan
        if said.kind == "target":
            return replace(said, date=plan.ends).because("date_of_plan", 0.15)
        date = self._context.stood or plan.before
        return replace(said, date=date).because("date_of_review", 0.15)

    def _basis(
        self, found: Subject, before: str, behind: str, quantity: Quantity
    ) -> tuple[str, str]:
        if self._grows(quantity, before, behind):
            return "growth", "share per year" if "年均" in before else "share of the value before"
        low, high = self._clause(quantity.start)
        if found.basis == "flow":
            whole = self._text[low:high]
            in_all = "累计" in whole and not _ANNUAL.search(whole)
            return "cumulative" if in_all else "flow", found.unit
        if found.basis == "cumulative":
            # 新建 reaches over a list, 新建充电站300座、充电桩2万台; 累计 and 其中 end it.
            lead = re.split(r"累计|总数|其中", self._text[low : quantity.start])[-1]
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
        # Between both may stand the year of the second one: 增加到2025年的15万个.
        between = re.sub(r"(?:20\d\d年(?:底|末)?)?的?$", "", between)
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

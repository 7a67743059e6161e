"""What earlier sentences say of one: part of the plan, date, what stands or is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from data.planreader.dates import Mention

_HEADING = re.compile(
    r"(?:^|(?<=[。\n]))\s*(?:[一二三四五六七八九十]{1,3}、|[((][一二三四五六七八九十]{1,3}[))]|"
    r"第[一二三四五六七八九十]+[章节]|\d{1,2}[.、](?!\d)|专栏\s?\d*|——)\s?(?P<title>[^。;；\n]{2,30})"
)
_STANDS = re.compile(
    r"现状|基础(?!设施)|成效|成就|回顾|进展情况|存在(?:的)?(?:主要)?问题|主要问题|面临|形势|背景|发展情况|取得"
)
_ASKED = re.compile(
    r"目标|任务|重点|工程|举措|措施|布局|路径|保障|行动|部署|推进|安排|总体要求|发展思路|实施|专栏"
)
#: Words of a sentence that say that its figures stand, or are asked.
_STANDS_HERE = re.compile(
    r"取得.{0,12}(?:进展|成效|成绩|突破)|成效(?:显著|明显)|(?:显著|明显|稳步|不断|持续)(?:提升|增强|改善|夯实)|"
    r"已(?:经)?(?:建成|完成|实现|达|有|开通|累计|全面|形成|覆盖)|目前|现有|初具规模|截至|截止|"
    r"十[一二三四]五[”\"’]?(?:期间|时期|以来).{0,6}(?:,|，)?.{0,24}(?:完成|建成|累计|增加到|达到|实现)|"
    r"(?:仍|依旧|尚|仅|不足|薄弱|滞后)|近年来|较上年|比上年|同比|(?:率|数|占比|比重)(?:约|仅)?为"
)
_ASKED_HERE = re.compile(
    r"力争|计划|将(?:新?建|达|实现|超|突破|完成|形成|推|打造|继续|着力|在)|要(?:达|实现|建|完成|在|加快)|确保|努力|争取|预计|"
    r"(?:大力|加快|积极|持续|深入|全面|扎实|有序|统筹|稳步|适度超前)?(?:推进|推动|部署)|大力|加快|实施|打造|目标|规划(?:建设|新建|到)|"
    r"支持|鼓励|加强|提升.{0,12}(?:水平|能力)|不断(?:扩大|完善|优化|提高)|建设(?!成效|取得)(?=[^,，。;；]{0,16}\d)"
)


@dataclass(frozen=True)
class Plan:
    """What a document says of itself.

    Parameters
    ----------
    first_year, last_year
        The years planned, or None.
    issued
        ISO date of the document, or None.
    region
        Code of its province, or empty.
    """

    first_year: int | None = None
    last_year: int | None = None
    issued: str | None = None
    region: str = ""

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
class Context:
    """State that runs along with the sentences.

    Parameters
    ----------
    plan
        The document's own dates.
    section
        ``baseline``, ``target`` or empty: what the part of the document speaks of.
    date
        Last date that a sentence began with, while its paragraph lasts.
    stood
        Last date that the review of what stands mentioned.
    """

    plan: Plan
    section: str = ""
    date: Mention | None = None
    stood: str | None = None
    _titles: list[str] = field(default_factory=list)

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
            # A heading and the text behind it may stand in one line.
            head = re.split(r"[。,，]", title)[0]
            if _STANDS.search(head) and not re.search(r"目标|任务", head):
                self.section = "baseline"
            elif _ASKED.search(head):
                self.section = "target"
        if self.is_past(found):
            self.stood = max(m.date for m in found)
        elif self.section != "target" and _STANDS_HERE.search(sentence) and not self.future(found):
            self.section = "baseline"
        for mention in found:
            if mention.past or mention.period or self.is_past([mention]):
                continue
            if len(sentence[: mention.start].strip()) <= 16:
                self.date = mention
                break

    def future(self, found: list[Mention]) -> bool:
        """Return whether a date lies ahead of the document."""
        year = self.plan.year
        return any(not m.past and year is not None and int(m.date[:4]) >= year for m in found)

    def is_past(self, found: list[Mention]) -> bool:
        """Return whether every date lies behind the document."""
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
            Where it stands.
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
        if re.search(r"尚未|尚不|仍有|还有|依旧|未实现|不足|仅", clause):
            return "baseline", "words"
        if mention is not None and re.match(r"到|至", sentence[mention.start :]):
            return "target", "words"
        lead = sentence[: sentence.find(clause) + len(clause)]
        worded = self._kind_by_words(lead)
        if worded:
            return worded, "words"
        if self.section:
            return self.section, "section"
        return ("target" if self.plan.ends else "baseline"), "guess"

    def _kind_by_date(self, mention: Mention | None) -> str:
        if mention is None:
            return ""
        issued, year = self.plan.issued, self.plan.year
        if mention.past or (issued is not None and mention.date <= issued):
            return "baseline"
        if year is None:
            return ""
        return "target" if int(mention.date[:4]) >= year else "baseline"

    def _kind_by_words(self, lead: str) -> str:
        stands, asked = _STANDS_HERE.search(lead), _ASKED_HERE.search(lead)
        if stands and not asked:
            return "baseline"
        if asked and not stands and self.section != "baseline":
            return "target"
        if asked and re.search(r"大力推进|力争|将|计划|确保", lead):
            return "target"
        return ""

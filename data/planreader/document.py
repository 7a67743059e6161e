"""The document of a plan: its text and its metadata."""

from __future__ import annotations

import bisect
from dataclasses import dataclass

from data.planreader.dates import FIVE_YEAR_PLANS, with_digits
from data.planreader.phrases import pattern
from data.planreader.regions import province_of

_NUMBER = pattern("document.number")
_ISSUED = pattern("document.issued")
_PUBLISHED = pattern("document.published")
_YEARS = pattern("document.years")
_PLAN = pattern("document.plan")
_ISSUER = pattern("document.issuer")
_TITLE = pattern("document.title")


@dataclass(frozen=True)
class Document:
    """The text of a plan with what is known of it.

    Attributes
    ----------
    text
        All its text.
    sha256
        Of the file's bytes.
    name
        Name of the file.
    title, issuer, number
        As found, or empty.
    date
        ISO date of issue, or None.
    first_year, last_year
        The years planned, or None.
    region
        Code of the province, or empty.
    pages
        Where each page begins [characters]; empty where the file has none.
    tables
        Pages, from 1, with a table that a person must read.
    """

    text: str
    sha256: str
    name: str
    title: str = ""
    issuer: str = ""
    number: str = ""
    date: str | None = None
    first_year: int | None = None
    last_year: int | None = None
    region: str = ""
    pages: tuple[int, ...] = ()
    tables: tuple[int, ...] = ()

    def page_of(self, start: int) -> int | None:
        """Return the page that a place of the text is on.

        Parameters
        ----------
        start
            Place in the text [characters].

        Returns
        -------
        page
            From 1, or None where the file has no pages.
        """
        return bisect.bisect_right(self.pages, start) or None


def described(text: str, sha256: str, name: str, pages: tuple[int, ...] = ()) -> Document:
    """Return the document of a text.

    Parameters
    ----------
    text
        All its text.
    sha256, name
        Of the file.
    pages
        Where each page begins.

    Returns
    -------
    document
        With title, number, date, years and province where the text says them.
    """
    head = with_digits(text[:1500])
    number = _NUMBER.search(head)
    title = _TITLE.search(head)
    first_line = next((line.strip() for line in text.splitlines() if line.strip()), "")[:80]
    issued = [f"{int(y)}-{int(m):02d}-{int(d):02d}" for y, m, d in _ISSUED.findall(head)]
    published = _PUBLISHED.search(head)
    if published:
        issued.append("-".join(published.groups()))
    first, last = _years(head)
    date = min(issued, default=None)
    return Document(
        text, sha256, name, title[1] if title else first_line, _issuer(head),
        number[0].strip() if number else "", date, first, last, province_of(text[:3000]), pages,
    )  # fmt: skip


def _years(head: str) -> tuple[int | None, int | None]:
    match = _YEARS.search(head)
    if match:
        return int(match[1]), int(match[2])
    plan = _PLAN.search(head)
    if plan and (last := FIVE_YEAR_PLANS.get(plan[1])):
        return last - 4, last
    return None, None


def _issuer(head: str) -> str:
    match = _ISSUER.search(head)
    return match[0] if match else ""

"""The plan that is being read in this session, and what the planner decided of each statement."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import streamlit as st

from data.planreader.acceptance import accept, proposal_id, why_not
from data.planreader.document import Document
from data.planreader.files import opened
from data.planreader.reading import read_document, set_aside
from data.planreader.statement import PlanStatement
from data.provinces.listed import region_names_of
from data.tables.reader import Pack
from data.workspace.catalogue import Catalogue
from data.workspace.folder import Workspace
from ui.shell import cache
from ui.shell.callbacks import whole
from ui.shell.i18n import t

#: What a planner can decide of a statement.
PENDING, ACCEPTED, REJECTED = "pending", "accepted", "rejected"
UPLOAD = "reading_upload"
#: Statements of this confidence or more are accepted by one button.
SURE = 0.9
_KEY, _READ, _ROUND = "_reading_key", "_reading", "_reading_round"


@dataclass
class Reading:
    """A document with its statements in the order of the text.

    Attributes
    ----------
    document
        The document.
    statements
        Id → statement, as read or as the planner corrected it.
    states
        Id → what the planner decided.
    apart
        Sentences that state no infrastructure: place and words.
    chosen
        Id of the statement in view.
    """

    document: Document
    statements: dict[str, PlanStatement]
    states: dict[str, str] = field(default_factory=dict)
    apart: list[tuple[int, str]] = field(default_factory=list)
    chosen: str = ""

    def state(self, name: str) -> str:
        """Return what was decided of a statement."""
        return self.states.get(name, PENDING)

    def count(self, state: str) -> int:
        """Return how many statements are in a state."""
        return sum(self.state(name) == state for name in self.statements)


def upload_key() -> str:
    """Return the key of the upload: another one empties it."""
    return f"{UPLOAD}{st.session_state.get(_ROUND, 0)}"


def forget() -> None:
    """Put the document away, so that another can be read."""
    st.session_state.pop(_KEY, None)
    st.session_state.pop(_READ, None)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def current() -> Reading | None:
    """Return what is being read, or None."""
    found: Reading | None = st.session_state.get(_READ)
    return found


def read(content: bytes, name: str) -> Reading:
    """Return what a file states; it is read once."""
    pack = cache.pack()
    key = (hashlib.sha256(content).hexdigest(), pack.adcode)
    known = current()
    if known is not None and st.session_state.get(_KEY) == key:
        return known
    with st.spinner(t("reading.busy", file=name)):
        bar = st.progress(0.0)

        def tell(done: int, pages: int) -> None:
            bar.progress(done / max(pages, 1))

        document = opened(content, name=name, progress=tell)
        bar.empty()
    # A text that names another province keeps it: its figures do not join this ledger.
    province = document.region or pack.adcode
    found = read_document(document, province=province, regions=_names(province, pack))
    made = Reading(
        document, {proposal_id(said, document): said for said in found},
        apart=set_aside(document.text, found), chosen="",
    )  # fmt: skip
    made.chosen = next(iter(made.statements), "")
    st.session_state[_KEY], st.session_state[_READ] = key, made
    return made


def _names(province: str, pack: Pack) -> list[tuple[str, str]]:
    """Return code and name of the regions that a text of a province may name."""
    if province != pack.adcode:
        return region_names_of(province)
    regions = pack.table("regions")
    columns = (regions[column].astype(str) for column in ("adcode", "name_zh"))
    return list(zip(*columns, strict=True))


@whole
def decide(name: str, state: str) -> None:
    """Note what the planner decided of a statement, and go on to the next open one."""
    reading = current()
    if reading is None:
        return
    _note(reading, name, state)


def _note(reading: Reading, name: str, state: str) -> None:
    reading.states[name] = state
    names = list(reading.statements)
    later = names[names.index(name) + 1 :] + names
    reading.chosen = next((n for n in later if reading.state(n) == PENDING), name)


def decide_sure() -> None:
    """Accept every open statement that is sure and can become a row."""
    reading = current()
    if reading is None:
        return
    province = cache.pack().adcode
    for name, said in reading.statements.items():
        is_open = reading.state(name) == PENDING and said.confidence >= SURE
        if is_open and not why_not(said, province):
            reading.states[name] = ACCEPTED


@whole
def correct(name: str, said: PlanStatement) -> None:
    """Put the planner's words in the place of a statement, which is then accepted."""
    reading = current()
    if reading is not None:
        reading.statements[name] = said.because("corrected")
        _note(reading, name, ACCEPTED)


def commit() -> int:
    """Write the accepted statements into the workspace's ledger; return how many."""
    reading = current()
    if reading is None:
        return 0
    accepted = [s for n, s in reading.statements.items() if reading.state(n) == ACCEPTED]
    pack = Pack.load(cache.pack().name)
    with Catalogue(Workspace.open().folder) as store:
        accept(store, pack, reading.document, accepted)
    return len(accepted)

"""The text of a plan with its sentences marked; all of it is data, and escaped."""

from __future__ import annotations

import html
import re

import streamlit as st

from ui.reading.session import ACCEPTED, REJECTED, Reading
from ui.shell.i18n import number, t

#: Characters shown before and behind the statement in view, so that it stands near the top.
_BEFORE, _BEHIND = 160, 1_200
_STYLE = """<style>
.plan-text{border:1px solid var(--line,#DCE1E7);border-radius:8px;padding:12px 18px;height:600px;
overflow-y:auto;line-height:1.8;font-size:14px}
.plan-text p{margin:0 0 6px;text-indent:2em}
.plan-text mark{background:none;color:inherit;border-bottom:2px dashed currentColor}
.plan-text mark.accepted{border-bottom-style:solid}
.plan-text mark.rejected{border-bottom:1px dotted #98A3B0}
.plan-text mark.chosen{background:#EFEDFB;border-bottom:2px solid #5A45C8;font-weight:700}
.plan-text sup{font-size:10px;padding:0 4px;border:1px solid currentColor;border-radius:8px;
margin:0 2px}
@media (prefers-color-scheme: dark){.plan-text mark.chosen{background:#272450}}
</style>"""


def show(reading: Reading) -> None:
    """Draw the text around the statement in view."""
    text = reading.document.text
    chosen = reading.statements.get(reading.chosen)
    centre = chosen.start if chosen is not None else 0
    low, high = max(0, centre - _BEFORE), min(len(text), centre + _BEHIND)
    # Whole paragraphs, or what a line of the web leaves of them.
    low = text.rfind("\n", 0, low) + 1 if text.rfind("\n", max(0, low - 400), low) >= 0 else low
    parts = [_STYLE, '<div class="plan-text" tabindex="0">']
    if low:
        parts.append(f"<p>— {html.escape(t('reading.left_out', count=number(low)))} —</p>")
    parts.append(_marked(reading, low, high))
    if high < len(text):
        left = html.escape(t("reading.left_out", count=number(len(text) - high)))
        parts.append(f"<p>— {left} —</p>")
    parts.append("</div>")
    st.html("".join(parts))


def _marked(reading: Reading, low: int, high: int) -> str:
    """Return the paragraphs of a part of the text, sentences marked and figures numbered."""
    text = reading.document.text
    spans: dict[tuple[int, int], str] = {}
    numbers: dict[int, list[int]] = {}
    for place, (name, said) in enumerate(reading.statements.items(), start=1):
        span = (said.start, said.start + len(said.quote))
        if not low <= span[0] < high:
            continue
        state = {ACCEPTED: "accepted", REJECTED: "rejected"}.get(reading.state(name), "")
        spans[span] = "chosen" if name == reading.chosen else spans.get(span, "") or state
        numbers.setdefault(min(max(said.figure[1], span[0]), span[1]), []).append(place)
    pieces: list[str] = []
    at = low
    for (begin, end), style in sorted(spans.items()):
        if begin < at:
            continue
        pieces.append(html.escape(text[at:begin]))
        pieces.append(f'<mark class="{style}">{_numbered(text, begin, end, numbers)}</mark>')
        at = end
    pieces.append(html.escape(text[at : max(high, at)]))
    paragraphs = re.split(r"\n+", "".join(pieces))
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs if paragraph.strip())


def _numbered(text: str, begin: int, end: int, numbers: dict[int, list[int]]) -> str:
    pieces, at = [], begin
    for place in sorted(place for place in numbers if begin <= place <= end):
        pieces.append(html.escape(text[at:place]))
        pieces.append("".join(f"<sup>{number_}</sup>" for number_ in numbers[place]))
        at = place
    return "".join(pieces) + html.escape(text[at:end])

"""Step 7 of the doctor: what was found, for people (HTML), programs (JSON) and tables (CSV).

The same diagnosis gives the same bytes: no clock goes in. Everything that came from the file is
escaped. The findings stand in full in CSV and JSON; HTML shows the first of them and says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.doctor.base import CrsDecision, Finding, Language
from data.doctor.checks.findings import title_of
from data.doctor.checks.repairs import REPAIRS
from data.doctor.report.words import WORDS
from data.export.bundle import ExportBundle, printable
from data.export.writers import to_bytes
from data.wording.catalogue import Bilingual
from geo.errors import UnknownNameError

if TYPE_CHECKING:
    from data.doctor.diagnosis import Diagnosis

#: Findings that the page for people shows.
SHOWN = 2_000
_STYLE = """
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,"Microsoft YaHei","Noto Sans CJK SC",sans-serif;max-width:72rem;
margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}
th,td{border:1px solid #8886;padding:.25rem .5rem;text-align:left;vertical-align:top;
overflow-wrap:anywhere}
td.n{text-align:right;font-variant-numeric:tabular-nums}
.sum{font-size:1.15rem}.error{color:#b3261e}.warning{color:#8a5a00}
@media(prefers-color-scheme:dark){.error{color:#ff8a80}.warning{color:#ffc46b}}
"""


def report(found: Diagnosis, suffix: str, language: Language = "zh") -> bytes:
    """Return the report in the format of a suffix: ``.html``, ``.json`` or ``.csv``.

    Parameters
    ----------
    language
        Language of the texts; keys of JSON and columns of CSV are the same in both.

    Raises
    ------
    UnknownNameError
        If there is no such format.
    """
    writer = _WRITERS.get(suffix.lower())
    if writer is None:
        raise UnknownNameError("report format", suffix, _WRITERS, where="--report")
    return writer(found, language)


def summary(found: Diagnosis, language: Language = "zh") -> dict[str, Any]:
    """Return what the report says but for the single findings, as plain values."""
    seen, counts = found.raw.sniffed, found.counts
    rules = found.findings.counts()
    return {
        "file": {"name": found.raw.name, "sha256": found.raw.sha256, "rows": counts.read},
        "province": found.province,
        "kind": found.kind,
        "evidence": found.origin.evidence,
        "as_of": found.origin.as_of or None,
        "counts": {
            "read": counts.read,
            "accepted": counts.accepted,
            "repaired": counts.repaired,
            "rejected": counts.rejected,
        },
        "read_as": {
            "format": seen.format,
            "encoding": seen.encoding,
            "delimiter": seen.delimiter,
            "sheet": seen.sheet,
            "layer": seen.layer,
            "header_row": seen.header_row,
            "geometry": seen.geometry,
            "remarks": list(seen.remarks),
        },
        "headers": {
            "mapped": found.headers.mapped,
            "likeness": found.headers.scores,
            "proposed": [
                {"header": item.header, "column": item.column, "score": round(item.score, 3)}
                for item in found.headers.proposals
            ],
            "extras": list(found.headers.extras),
        },
        "crs": None if found.decision is None else crs_record(found.decision, language),
        "repairs": {"offered": found.offered, "consented": sorted(found.choice.repairs)},
        "rules": [
            {"rule": rule, "severity": severity, "title": title_of(rule, language), "count": n}
            for rule, severity, n in zip(
                rules["rule"], rules["severity"], rules["count"].tolist(), strict=True
            )
        ],
    }


def crs_record(decision: CrsDecision, language: Language = "zh") -> dict[str, Any]:
    """Return the choice of a coordinate system and the evidence for it as plain values."""
    return {
        "crs": decision.crs or None,
        "swapped": decision.swapped,
        "status": decision.status,
        "reason": decision.reason_zh if language == "zh" else decision.reason_en,
        "hypotheses": [
            {
                "crs": item.crs,
                "swapped": item.swapped,
                "inside": _number(item.inside, 4),
                "inside_named": _number(item.inside_named, 4),
                "residual_m": _number(item.residual_m, 1),
                "matched": item.matched,
                "score": _number(item.score, 3),
            }
            for item in decision.hypotheses
        ],
    }


def finding_table(found: Diagnosis, language: Language = "zh") -> pd.DataFrame:
    """Return every finding: row of the file, severity, rule, value, why and how to repair."""
    return pd.DataFrame(
        [_finding(item, language) for item in found.findings.findings(None)],
        columns=["row", "severity", "rule", "title", "column", "value", "why", "how", "repair"],
    )


def _finding(item: Finding, language: Language) -> dict[str, Any]:
    offered = REPAIRS.get(item.repair)
    repair = "" if offered is None else getattr(offered, f"title_{language}")
    return {
        "row": item.row,
        "severity": item.severity,
        "rule": item.rule,
        "title": title_of(item.rule, language),
        "column": item.column,
        "value": item.value,
        "why": getattr(item, f"why_{language}"),
        "how": getattr(item, f"how_{language}"),
        "repair": repair,
    }


def _number(value: float, digits: int) -> float | None:
    return None if value != value else round(value, digits)  # noqa: PLR0124  NaN


def _json(found: Diagnosis, language: Language) -> bytes:
    findings = [_finding(item, language) for item in found.findings.findings(None)]
    whole = {**summary(found, language), "findings": findings}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def _csv(found: Diagnosis, language: Language) -> bytes:
    table = finding_table(found, language)
    return to_bytes(ExportBundle("findings", Bilingual("检查结果", "Findings"), table), ".csv")


def _html(found: Diagnosis, language: Language) -> bytes:
    words, told = WORDS[language], summary(found, language)
    facts = [
        (words["table"], found.table.title(language)),
        (words["province"], found.province),
        (words["evidence"], words[found.origin.evidence]),
        (words["as_of"], told["as_of"] or words["unknown"]),
        (words["sha256"], found.raw.sha256),
        *((words[key], text) for key, text in _read_as(told["read_as"])),
    ]
    equation = words["equation"].format(**{key: f"{n:,}" for key, n in told["counts"].items()})
    parts = [
        f"<h1>{_e(words['title'])} · {_e(found.raw.name)}</h1>",
        f'<p class="sum">{_e(equation)}</p>',
        _rows((), facts),
        f"<h2>{_e(words['headers'])}</h2>",
        _rows((words["header"], words["column"]), found.headers.mapped.items()),
        f"<p>{_e(words['extras'])} {_e('、'.join(found.headers.extras) or words['none'])}</p>",
        *_crs(told["crs"], words),
        f"<h2>{_e(words['findings'])}</h2>",
        *_findings(found, told["rules"], language),
    ]
    body = "\n".join(parts)
    page = (
        f'<!doctype html>\n<html lang="{"zh-CN" if language == "zh" else "en"}"><head>'
        f'<meta charset="utf-8"><title>{_e(found.raw.name)}</title><style>{_STYLE}</style></head>'
        f"<body>\n{body}\n</body></html>\n"
    )
    return page.encode()


def _read_as(seen: dict[str, Any]) -> list[tuple[str, str]]:
    shown = [(key, str(seen[key])) for key in ("format", "encoding", "sheet", "layer") if seen[key]]
    if seen["header_row"]:
        shown.append(("header_row", str(seen["header_row"])))
    return shown + [("remark", text) for text in seen["remarks"]]


def _crs(crs: dict[str, Any] | None, words: dict[str, str]) -> list[str]:
    """Return the decision on the coordinate system with its ranked evidence."""
    if crs is None:
        return []
    head = (words["crs"], words["swapped"], words["inside"], words["inside_named"],
            words["residual"], words["matched"], words["score"])  # fmt: skip
    rows = [
        (
            item["crs"],
            words["yes"] if item["swapped"] else "",
            _share(item["inside"]),
            _share(item["inside_named"]),
            "—" if item["residual_m"] is None else f"{item['residual_m']:,.0f}",
            f"{item['matched']:,}",
            "—" if item["score"] is None else f"{item['score']:,.1f}",
        )
        for item in crs["hypotheses"]
    ]
    said = f"{words[crs['status']]}: {crs['crs'] or words['none']}. {crs['reason']}"
    return [f"<h2>{_e(words['place'])}</h2>", f"<p>{_e(said)}</p>", _rows(head, rows)]


def _findings(found: Diagnosis, rules: list[dict[str, Any]], language: Language) -> list[str]:
    words = WORDS[language]
    if not rules:
        return [f"<p>{_e(words['nothing'])}</p>"]
    head = (words["severity"], words["rule"], words["count"])
    listed = [(words[item["severity"]], item["title"], f"{item['count']:,}") for item in rules]
    first = [_finding(item, language) for item in found.findings.findings(SHOWN)]
    keys = ("row", "severity", "column", "value", "why", "how", "repair")
    rows = [
        tuple(words[item["severity"]] if key == "severity" else item[key] for key in keys)
        for item in first
    ]
    parts = [_rows(head, listed), _rows(tuple(words[key] for key in keys), rows)]
    if len(found.findings) > SHOWN:
        said = words["first"].format(shown=f"{SHOWN:,}", all=f"{len(found.findings):,}")
        parts.append(f"<p>{_e(said)}</p>")
    return parts


def _rows(head: tuple[str, ...], rows: Any) -> str:
    """Return a table; every cell is escaped."""
    top = "".join(f"<th>{_e(text)}</th>" for text in head)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{_e(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table>{f'<tr>{top}</tr>' if top else ''}\n{body}</table>"


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.1%}"


def _e(text: object) -> str:
    return escape(printable(str(text)))


_WRITERS: dict[str, Callable[[Diagnosis, Language], bytes]] = {
    ".html": _html,
    ".json": _json,
    ".csv": _csv,
}
#: Formats that the doors offer.
REPORTS = tuple(_WRITERS)

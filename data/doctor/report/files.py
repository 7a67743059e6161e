"""Import reports for people (HTML), programs (JSON) and tables (CSV).

The same diagnosis gives the same bytes: no time of day is written. Everything from the file is
escaped. CSV and JSON hold all findings; HTML shows the first ones and states how many there are.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.doctor.base import CrsDecision, Finding
from data.doctor.checks.findings import rule_title
from data.doctor.checks.repairs import REPAIRS
from data.export.bundle import ExportBundle, printable
from data.export.writers import to_bytes
from data.wording.catalogue import DEFAULT, Bilingual, text
from geo.errors import UnknownNameError

if TYPE_CHECKING:
    from data.doctor.diagnosis import Diagnosis

#: Code of a language → its tag in HTML, where that is more exact.
_TAGS = {"zh": "zh-CN"}
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


def report(found: Diagnosis, suffix: str, language: str = DEFAULT) -> bytes:
    """Return the report in the format of a suffix: ``.html``, ``.json`` or ``.csv``.

    Parameters
    ----------
    found
        Result of the examination.
    suffix
        ``.html``, ``.json`` or ``.csv``.
    language
        Language of the texts; keys of JSON and columns of CSV are the same in both.

    Returns
    -------
    content
        The file; the same examination gives the same bytes.

    Raises
    ------
    UnknownNameError
        If there is no such format.
    """
    writer = _WRITERS.get(suffix.lower())
    if writer is None:
        raise UnknownNameError("report_format", suffix, _WRITERS, where="--report")
    return writer(found, language)


def summary(found: Diagnosis, language: str = DEFAULT) -> dict[str, Any]:
    """Return the report without the single findings, as plain values.

    Parameters
    ----------
    found
        Result of the examination.
    language
        Code of a language of :mod:`data.wording`.

    Returns
    -------
    summary
        Values that JSON can hold.
    """
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
            "remarks": [remark.text(language) for remark in seen.remarks],
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
            {
                "rule": rule,
                "severity": severity,
                "title": rule_title(rule).text(language),
                "count": n,
            }
            for rule, severity, n in zip(
                rules["rule"], rules["severity"], rules["count"].tolist(), strict=True
            )
        ],
    }


def crs_record(decision: CrsDecision, language: str = DEFAULT) -> dict[str, Any]:
    """Return the decision on the coordinate system and its evidence as plain values.

    Parameters
    ----------
    decision
        The decision.
    language
        Code of a language of :mod:`data.wording`.

    Returns
    -------
    record
        Values that JSON can hold.
    """
    return {
        "crs": decision.crs or None,
        "swapped": decision.swapped,
        "status": decision.status,
        "reason": decision.reason.text(language),
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


def finding_table(found: Diagnosis, language: str = DEFAULT) -> pd.DataFrame:
    """Return every finding: row of the file, severity, rule, value, why and how to fix it.

    Parameters
    ----------
    found
        Result of the examination.
    language
        Code of a language of :mod:`data.wording`.

    Returns
    -------
    table
        One row per finding; the same columns in every language.
    """
    return pd.DataFrame(
        [_finding(item, language) for item in found.findings.findings(None)],
        columns=["row", "severity", "rule", "title", "column", "value", "why", "how", "repair"],
    )


def _finding(item: Finding, language: str) -> dict[str, Any]:
    offered = REPAIRS.get(item.repair)
    repair = "" if offered is None else offered.title.text(language)
    return {
        "row": item.row,
        "severity": item.severity,
        "rule": item.rule,
        "title": rule_title(item.rule).text(language),
        "column": item.column,
        "value": item.value,
        "why": item.why.text(language),
        "how": item.how.text(language),
        "repair": repair,
    }


def _number(value: float, digits: int) -> float | None:
    return None if value != value else round(value, digits)  # noqa: PLR0124  NaN


def _json(found: Diagnosis, language: str) -> bytes:
    findings = [_finding(item, language) for item in found.findings.findings(None)]
    whole = {**summary(found, language), "findings": findings}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def _csv(found: Diagnosis, language: str) -> bytes:
    table = finding_table(found, language)
    title = Bilingual(_word("findings", "zh"), _word("findings", "en"))
    return to_bytes(ExportBundle("findings", title, table), ".csv")


def _html(found: Diagnosis, language: str) -> bytes:
    word, content = partial(_word, language=language), summary(found, language)
    facts = [
        (word("table"), found.table.title(language)),
        (word("province"), found.province),
        (word("evidence"), word(found.origin.evidence)),
        (word("as_of"), content["as_of"] or word("unknown")),
        (word("sha256"), found.raw.sha256),
        *((word(key), shown) for key, shown in _read_as(content["read_as"])),
    ]
    equation = text(
        "import_report.equation",
        language,
        **{key: f"{n:,}" for key, n in content["counts"].items()},
    )
    parts = [
        f"<h1>{_e(word('title'))} · {_e(found.raw.name)}</h1>",
        f'<p class="sum">{_e(equation)}</p>',
        _rows((), facts),
        f"<h2>{_e(word('headers'))}</h2>",
        _rows((word("header"), word("column")), found.headers.mapped.items()),
        f"<p>{_e(word('extras'))} {_e('、'.join(found.headers.extras) or word('none'))}</p>",
        *_crs(content["crs"], language),
        f"<h2>{_e(word('findings'))}</h2>",
        *_findings(found, content["rules"], language),
    ]
    body = "\n".join(parts)
    page = (
        f'<!doctype html>\n<html lang="{_TAGS.get(language, language)}"><head>'
        f'<meta charset="utf-8"><title>{_e(found.raw.name)}</title><style>{_STYLE}</style></head>'
        f"<body>\n{body}\n</body></html>\n"
    )
    return page.encode()


def _read_as(seen: dict[str, Any]) -> list[tuple[str, str]]:
    shown = [(key, str(seen[key])) for key in ("format", "encoding", "sheet", "layer") if seen[key]]
    if seen["header_row"]:
        shown.append(("header_row", str(seen["header_row"])))
    return shown + [("remark", remark) for remark in seen["remarks"]]


def _crs(crs: dict[str, Any] | None, language: str) -> list[str]:
    """Return the decision on the coordinate system with its ranked evidence."""
    if crs is None:
        return []
    word = partial(_word, language=language)
    keys = ("crs", "swapped", "inside", "inside_named", "residual", "matched", "score")
    rows = [
        (
            item["crs"],
            word("yes") if item["swapped"] else "",
            _share(item["inside"]),
            _share(item["inside_named"]),
            "—" if item["residual_m"] is None else f"{item['residual_m']:,.0f}",
            f"{item['matched']:,}",
            "—" if item["score"] is None else f"{item['score']:,.1f}",
        )
        for item in crs["hypotheses"]
    ]
    said = f"{word(crs['status'])}: {crs['crs'] or word('none')}. {crs['reason']}"
    return [
        f"<h2>{_e(word('place'))}</h2>",
        f"<p>{_e(said)}</p>",
        _rows(tuple(map(word, keys)), rows),
    ]


def _findings(found: Diagnosis, rules: list[dict[str, Any]], language: str) -> list[str]:
    word = partial(_word, language=language)
    if not rules:
        return [f"<p>{_e(word('nothing'))}</p>"]
    head = (word("severity"), word("rule"), word("count"))
    listed = [(word(item["severity"]), item["title"], f"{item['count']:,}") for item in rules]
    first = [_finding(item, language) for item in found.findings.findings(SHOWN)]
    keys = ("row", "severity", "column", "value", "why", "how", "repair")
    rows = [
        tuple(word(item["severity"]) if key == "severity" else item[key] for key in keys)
        for item in first
    ]
    parts = [_rows(head, listed), _rows(tuple(map(word, keys)), rows)]
    if len(found.findings) > SHOWN:
        said = text(
            "import_report.first", language, shown=f"{SHOWN:,}", all=f"{len(found.findings):,}"
        )
        parts.append(f"<p>{_e(said)}</p>")
    return parts


def _rows(head: tuple[str, ...], rows: Any) -> str:
    """Return a table; every cell is escaped."""
    top = "".join(f"<th>{_e(cell)}</th>" for cell in head)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{_e(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table>{f'<tr>{top}</tr>' if top else ''}\n{body}</table>"


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.1%}"


def _e(value: object) -> str:
    return escape(printable(str(value)))


def _word(key: str, language: str) -> str:
    return text(f"import_report.{key}", language)


_WRITERS: dict[str, Callable[[Diagnosis, str], bytes]] = {
    ".html": _html,
    ".json": _json,
    ".csv": _csv,
}
#: Suffixes of reports.
REPORTS = tuple(_WRITERS)

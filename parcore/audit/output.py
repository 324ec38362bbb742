"""A report as sentences, as data for programs, and as rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from parcore.audit.checks import Finding, Mend, Report, Sides, Verdict
from parcore.audit.claims import NOWHERE, Claims, Statement
from parcore.i18n import say
from parcore.intervals import Interval
from parcore.numbers import exact_text, shown

FORMAT: Final = "parcore-audit-1"
CSV_COLUMNS: Final = ("claims", "id", "verdict", "reading", "relation", "left", "right", "why", "sentences")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


def filled(claims: Claims, finding: Finding) -> str:
    """A relation with the numbers as printed in place of their names; a number not printed keeps its name."""

    def number(found: re.Match[str]) -> str:
        known = claims.numbers.get(found[0])
        if known is None or known.statement is NOWHERE:
            return found[0]
        text = known.printed.text
        return f"({text})" if known.printed.value is None or text[0] in "+-−" else text

    if finding.figure is not None:
        (name,) = finding.names
        return f"{claims.numbers[name].printed.text} = {finding.figure.about} {finding.figure.quantity}"
    return _NAME.sub(number, finding.text)


def why(finding: Finding, lang: str) -> str:
    """Why a relation stands as it does, in a sentence."""
    if finding.together:
        return say("audit-together", lang, relations=", ".join(finding.together))
    said = [say(f"audit-why-{finding.verdict.value}", lang)]
    sides = finding.sides
    if sides is not None and finding.verdict is not Verdict.EXACT:
        left, right = (interval_text(each, lang) for each in (sides.left, sides.right))
        said.append(say("audit-sides", lang, left=left, right=right))
        if sides.miss:
            said.append(say("audit-miss", lang, miss=shown(sides.miss, lang)))
    if finding.reading:
        word = "audit-no-reading" if finding.verdict is Verdict.CONTRADICTION else "audit-reading"
        said.append(say(word, lang, reading=finding.reading))
    if finding.mends:
        said.append(say("audit-mend", lang, mends=" | ".join(map(mend_text, finding.mends))))
    return "; ".join(said)


def plain_text(interval: Interval | None) -> str | None:
    """The values of a side for programs: exact, one number or an interval."""
    return None if interval is None else str(interval).removeprefix("=")


def mend_text(mend: Mend) -> str:
    """A misprint: what is printed, and what may be meant."""
    return f"{mend.printed} → {mend.meant}"


def interval_text(interval: Interval | None, lang: str) -> str:
    """The values of a side: one number, or from where to where."""
    if interval is None:
        return "…"
    low, high = (None if end is None else shown(end, lang) for end in (interval.low, interval.high))
    if low is not None and interval.low == interval.high:
        return low
    ends = "[" if interval.low_in else "(", "]" if interval.high_in else ")"
    return f"{ends[0]}{low or '…'}; {high or '…'}{ends[1]}"


def sentences(claims: Claims, finding: Finding) -> list[Statement]:
    """The statements that a finding's numbers stand in, each once."""
    found = dict.fromkeys(claims.numbers[name].statement for name in finding.names)
    return [each for each in found if each is not NOWHERE]


def quoted(statement: Statement) -> str:
    """A sentence in quotes, with its source where that is another than the announcement."""
    return f"“{statement.text}”" + (f" ({statement.other})" if statement.other else "")


def summary(report: Report, lang: str) -> str:
    """How many statements, numbers and relations, and how they stand."""
    claims = report.claims
    counts: dict[str, object] = {each.value: report.count(each) for each in Verdict}
    return say(
        "audit-summary",
        lang,
        statements=len(claims.statements),
        numbers=len(claims.printed),
        relations=report.relations,
        unspoken=len(report.unspoken),
        **counts,
    )


def csv_rows(report: Report, lang: str) -> Iterator[dict[str, str]]:
    """A row for each finding."""
    for each in report.findings:
        sides = each.sides or Sides(None, None)
        yield {
            "claims": report.claims.name,
            "id": each.id,
            "verdict": each.verdict.value,
            "reading": each.reading,
            "relation": each.text,
            "left": plain_text(sides.left) or "",
            "right": plain_text(sides.right) or "",
            "why": why(each, lang),
            "sentences": " ".join(map(quoted, sentences(report.claims, each))),
        }


def to_dict(report: Report, lang: str) -> dict[str, Any]:
    """A report as plain data; numbers are exact texts."""
    claims = report.claims
    return {
        "format": FORMAT,
        "claims": claims.name,
        "title": claims.title.in_(lang),
        "source": str(claims.source),
        "printing": claims.printing.value,
        "summary": {
            "statements": len(claims.statements),
            "numbers": len(claims.printed),
            "relations": report.relations,
            **{each.value: report.count(each) for each in Verdict},
            "numbers_without_relation": [each.name for each in report.unspoken],
            "taken_together": not report.undecided,
        },
        "findings": [_finding(report, each, lang) for each in report.findings],
    }


def _finding(report: Report, finding: Finding, lang: str) -> dict[str, Any]:
    claims, sides = report.claims, finding.sides or Sides(None, None)
    return {
        "id": finding.id,
        "verdict": finding.verdict.value,
        "reading": finding.reading or None,
        "relation": finding.text,
        "as_printed": filled(claims, finding),
        "left": plain_text(sides.left),
        "right": plain_text(sides.right),
        "miss": None if sides.miss is None else exact_text(sides.miss),
        "misprints": [{"name": m.name, "printed": m.printed, "meant": m.meant} for m in finding.mends],
        "together": list(finding.together),
        "why": why(finding, lang),
        "note": finding.note.in_(lang) or None,
        "numbers": {name: claims.numbers[name].printed.shown for name in finding.names},
        "sentences": [
            {"text": each.text, "source": str(each.other or claims.source)}
            for each in sentences(claims, finding)
        ],
    }

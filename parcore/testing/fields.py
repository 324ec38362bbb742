"""Vocabularies: fields of every kind, with drawn ranges, states and invariants, and kinds of records."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from parcore.testing.documents import Plain

NAME: Final = "drawn"
COUNTS: Final = ("done", "planned", "late", "few", "people", "regulations")
ANSWERS: Final = ("a", "b", "council_a", "council_b", "leaders_a", "leaders_b")
NUMBERS: Final = ("rate", "revenue", "balance", "mark", "free")
DATES: Final = ("due", "sent")
CHOICES: Final = {"plan": ("on_time", "late_by_days", "never"), "target": ("met", "not_met")}
RECORDS: Final = "dossiers"

_RANGES: Final = {
    "few": {"range": "[0,12]"},
    "rate": {"unit": "%", "range": "[0,100%]"},
    "revenue": {"range": "[0,…)"},
    "balance": {"range": "[-2,4]", "decimals": "1"},
    "mark": {"range": "[1,5]", "decimals": "0"},
}
_INVARIANTS: Final = ("done <= planned", "late <= planned", "few <= people")
_STATES: Final = ((), (), ("nothing_arose",), ("not_applicable",), ("nothing_arose", "not_applicable"))


@st.composite
def vocabularies(draw: st.DrawFn) -> Plain:
    """A vocabulary's document: the same fields each time, other states, ranges and invariants."""
    fields = [_field(draw, name, "count") for name in (*COUNTS, *ANSWERS)]
    fields += [_field(draw, name, "number") for name in NUMBERS]
    fields += [_field(draw, name, "date") for name in DATES]
    fields += [_field(draw, name, "choice") for name in CHOICES]
    invariants = [each for each in _INVARIANTS if draw(st.integers(0, 3))]
    return {
        "vocabulary": NAME,
        "title": "Drawn",
        "fields": fields,
        **({"invariants": invariants} if invariants else {}),
        "records": [_records(draw)],
    }


def _field(draw: st.DrawFn, name: str, kind: str) -> Plain:
    found: Plain = {"id": name, "kind": kind, "title": name, **_RANGES.get(name, {})}
    if kind == "choice":
        found["options"] = {each: each for each in CHOICES[name]}
    states = draw(st.sampled_from(_STATES))
    return found | ({"states": list(states)} if states else {})


def _records(draw: st.DrawFn) -> Plain:
    """Cases with a few fields of the same names and kinds as a unit's."""
    fields = [_field(draw, name, "count") for name in ("done", "planned", "late")]
    fields += [_field(draw, "rate", "number"), _field(draw, "plan", "choice")]
    fields += [_field(draw, name, "date") for name in DATES]
    return {"id": RECORDS, "title": "Dossiers", "fields": fields, "invariants": ["done <= planned"]}

"""What drawn cases reach, counted: every word of the rule language that the engine knows.

`python -m parcore.testing.coverage 300` draws so many cases and prints the tables that the documents show.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import frozen
from hypothesis import HealthCheck, Phase, given, settings

from parcore.editions.edition import Combine, EffectKind
from parcore.evidence.evidence import Evidence, Stage
from parcore.evidence.vocabulary import FieldKind
from parcore.readings.exact import Trace
from parcore.rules.figures import AwardKind
from parcore.rules.graph import NODES
from parcore.rules.measuring import MEASURES
from parcore.rules.policies import Against, Border, Every, Level, Quantity, Ties, Verdict
from parcore.testing.bench import bench_of
from parcore.testing.laws import LAWS, provisional_contains
from parcore.testing.reading import reads_of
from parcore.testing.scales import KINDS
from parcore.testing.strategies import Case, cases, completed
from parcore.values import EVIDENCE_STATES, State

Counts = Counter[tuple[str, str]]

EXPECTED: Final[Mapping[str, tuple[str, ...]]] = {
    "measure": (*MEASURES, "reported"),
    "scale": tuple(KINDS),
    "rule": ("table of a choice", "table of conditions", "interpret", "guard", "deduct", "once", "mean_over"),
    "combine": (*(each.value for each in Combine), "weight", "worth", "unknown maximum", "round"),
    "effect": tuple(each.value for each in EffectKind),
    "award": tuple(each.value for each in AwardKind),
    "policy": (
        "conversion", "bonus", "penalty", "absent", "bands", "open", "classes by year", "vetoes", "caps",
        "require", "quota", "ranking", "unranked", "ties", "authority", "tolerance", "mode",
    ),
    "choice of a policy": tuple(
        each.value for kind in (Level, Quantity, Every, Verdict, Border, Ties, Against) for each in kind
    ),
    "node": tuple(each.__name__ for each in NODES),
    "state at a leaf": tuple(each.word for each in State),
    "state of a statement": tuple(each.word for each in (State.OK, *EVIDENCE_STATES)),
    "stage": tuple(each.value for each in Stage),
    "field": tuple(each.value for each in FieldKind),
    "evidence": (
        "points set", "period before", "no list", "empty list", "edge met", "tie of places", "left out",
    ),
    "index": ("ok", "withheld", "error"),
}  # fmt: skip
"""What must occur, by kind."""


def count(case: Case, found: Counts) -> None:
    """Add what a case reaches."""
    found["case", "drawn"] += 1
    if case.document is not None:
        for kind, word in _words(case.document.edition):
            found[kind, word] += 1
    _count_evidence(case, found)
    bench = bench_of(case)
    for card in bench.result.scorecards:
        for node in _nodes(bench.programs(card)[0]):
            found["node", type(node).__name__] += 1
        for leaf in case.edition.scored:
            found["state at a leaf", card.raw(leaf.id).state.word] += 1
            found["state at a leaf", card.points(leaf.id).state.word] += 1
        found["index", card.state.word] += 1
        found["evidence", "points set"] += sum(bool(card.computed(each.id)) for each in case.edition.criteria)
        found["evidence", "tie of places"] += any(
            each.open for each in bench.result.places.get(card.unit.id, ())
        )
        found["evidence", "edge met"] += _edges_met(case, card.trace)
    found["evidence", "left out"] += len(bench.result.absent)


def _nodes(program: Any) -> Iterator[object]:
    yield from program.nodes
    for body in program.bodies.values():
        yield from _nodes(body)


def _edges_met(case: Case, trace: Trace) -> int:
    """How many parts of rules are exactly where the rule turns."""
    at = dict(zip(trace.program.nodes, trace.values, strict=True))
    found = 0
    for turn in reads_of(case.edition).turns:
        value = at.get(turn.node)
        found += value is not None and value.state is State.OK and value.number == turn.at
    return found


def _count_evidence(case: Case, found: Counts) -> None:
    for datum in case.evidence:
        found["state of a statement", datum.value.state.word] += 1
        found["stage", datum.stage.value] += 1
        found["evidence", "period before"] += datum.period != case.period
        spec = case.edition.vocabulary.fields.get(datum.field)
        if spec is not None:
            found["field", spec.kind.value] += 1
    lists = {each.unit: each for each in case.evidence.lists()}
    if reads_of(case.edition).records:
        for unit in case.units:
            found["evidence", "no list"] += unit.id not in lists
            found["evidence", "empty list"] += unit.id in lists and not lists[unit.id].records


def _words(data: Any, parent: str = "") -> Iterator[tuple[str, str]]:
    """The words of a document, each with its kind."""
    if isinstance(data, list):
        for each in data:
            yield from _words(each, parent)
    elif isinstance(data, dict):
        for key, each in data.items():
            yield from _word(key, each, parent, data)
            yield from _words(each, str(key))
    elif parent == "ties" and data == "authority":
        yield "policy", "authority"


_RULES: Final = {"measures": "table of conditions"}
_COMBINING: Final = ("weight", "worth", "round")
_CHOICES: Final = ("quantity", "every", "method", "against", "ties")


def _word(key: str, each: Any, parent: str, beside: Any) -> Iterator[tuple[str, str]]:
    if key in MEASURES and parent in ("measure", "x", "y"):
        yield "measure", key
    if key == "measure" and "reported" in str(each):
        yield "measure", "reported"
    if key == "scale" or (key == "cases" and parent != "scale"):
        yield "scale", _scale(key, each)
    if key == "table":
        yield "rule", "table of conditions" if isinstance(each, list) else "table of a choice"
    if key in EXPECTED["rule"]:
        yield "rule", key
    if key == "criteria" and parent not in ("bonus", "penalty"):
        yield "combine", beside.get("combine", "sum")
    if key in _COMBINING and ("max" in beside):
        yield "combine", key
    if key == "max" and each == "unknown":
        yield "combine", "unknown maximum"
    if key in EXPECTED["policy"] and key != "table":
        yield "policy", key
    if key == "classes" and isinstance(each, list) and "bands" in str(each):
        yield "policy", "classes by year"
    yield from _effects(key, each, parent)
    yield from _awards(key, each, parent)
    if (key in _CHOICES and isinstance(each, str)) or parent == "rounding":
        yield "choice of a policy", key if parent == "rounding" else each
    if parent == "when" and each in ("holds", "fails", "withhold"):
        yield "choice of a policy", each


def _scale(key: str, each: Any) -> str:
    if key == "cases":
        return "cases"
    if isinstance(each, str):
        return each
    if isinstance(each, list):
        return "ladder"
    return next((word for word in ("per", "slope", "through", "towards") if word in each), "increments")


def _effects(key: str, each: Any, parent: str) -> Iterator[tuple[str, str]]:
    known = EXPECTED["effect"]
    if parent == "when" and isinstance(each, str) and each in known:
        yield "effect", each
    if key == "effect" and each in known:
        yield "effect", each


def _awards(key: str, each: Any, parent: str) -> Iterator[tuple[str, str]]:
    if key not in ("points", "otherwise") and parent != "table":
        return
    text = str(each)
    if text in ("exclude", "rescale", "withhold", "proportional"):
        yield "award", text
    elif isinstance(each, str):
        yield "award", "share" if text.endswith("%") else "points"


def table(found: Counts) -> str:
    """The counts as a table of the documents."""
    lines = ["| kind | what occurs, and how often |", "|---|---|"]
    for kind, words in EXPECTED.items():
        told = ", ".join(f"{word} {found[kind, word]}" for word in words)
        lines.append(f"| {kind} | {told} |")
    return "\n".join(lines) + "\n"


def missing(found: Counts) -> list[str]:
    """What should occur and does not."""
    return [f"{kind}: {word}" for kind, words in EXPECTED.items() for word in words if not found[kind, word]]


@frozen
class Judged:
    """How often a law was asked, how often it had nothing to say, and the comparisons it made."""

    run: int = 0
    vacuous: int = 0
    made: int = 0

    def and_(self, made: int) -> Judged:
        """One case more."""
        return Judged(self.run + 1, self.vacuous + (not made), self.made + made)


def laws_table(judged: Mapping[str, Judged]) -> str:
    """The laws with what they say and how much they did, as a table of the documents."""
    lines = ["| law | says | cases | vacuous | comparisons |", "|---|---|---|---|---|"]
    told = {**LAWS, provisional_contains.__name__: provisional_contains}
    for name, law in told.items():
        says = (law.__doc__ or "").partition("\n")[0].rstrip(".").replace("|", "/")
        each = judged[name]
        lines.append(f"| `{name}` | {says} | {each.run} | {each.vacuous} | {each.made} |")
    return "\n".join(lines) + "\n"


def _seeded(number: int) -> settings:
    return settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def drawn(number: int) -> Counts:
    """What so many cases reach; the same each time."""
    found: Counts = Counter()

    @_seeded(number)
    @given(cases())
    def draw(case: Case) -> None:
        count(case, found)

    draw()
    return found


def judged(number: int) -> dict[str, Judged]:
    """What the laws say of so many cases; the same each time."""
    found: dict[str, Judged] = defaultdict(Judged)

    @_seeded(number)
    @given(completed())
    def judge(drawn_: tuple[Case, dict[str, Evidence]]) -> None:
        case, settled = drawn_
        for name, law in LAWS.items():
            found[name] = found[name].and_(law(case))
        made = provisional_contains(case, settled)
        found[provisional_contains.__name__] = found[provisional_contains.__name__].and_(made)

    judge()
    return found


if __name__ == "__main__":
    NUMBER = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    sys.stdout.write(f"{table(drawn(NUMBER))}\n{laws_table(judged(NUMBER))}")

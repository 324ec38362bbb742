"""A trace as plain data: every step of a root's computation, its operands, its own numbers, its value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import Enum
from fractions import Fraction
from typing import Any

from attrs import fields

from parcore.intervals import Interval
from parcore.numbers import exact_text
from parcore.readings.exact import Trace
from parcore.rules.graph import NODES, Node, Over, Peers, Piece, Records
from parcore.rules.program import Program
from parcore.values import Value


def steps(trace: Trace, root: str, cases: Mapping[str, Sequence[str]] | None = None) -> list[dict[str, Any]]:
    """The steps that lead to a root, operands first.

    `node` is the kind of a step, `of` are the numbers of its operands; the rest is the step's own. A
    step over records says what each gave, by its number in `cases` (of the kind, in the list's order).
    """
    program = trace.program
    wanted = _reached(program, program.roots[root])
    number = {at: step for step, at in enumerate(sorted(wanted), 1)}
    return [
        {
            "step": number[at],
            "node": type(program.nodes[at]).__name__.lower(),
            "of": [number[i] for i in program.inputs[at]],
            **_own(program.nodes[at]),
            **_cases(trace, at, cases or {}),
            "state": trace.values[at].state.word,
            "value": None if trace.values[at].known is None else exact_text(trace.values[at].number),
        }
        for at in sorted(wanted)
    ]


def _cases(trace: Trace, at: int, cases: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    node = trace.program.nodes[at]
    if not isinstance(node, Over) or not isinstance(node.domain, Records) or at not in trace.members:
        return {}
    members = trace.members[at]
    if members.times is not None:
        counted = Counter[Value]()
        for each, times in members.counted():
            counted[each["body"]] += times
        return {"cases": [{"times": times, **_result(value)} for value, times in counted.items()]}
    values = [each["body"] for each in members.traces]
    names = cases.get(node.domain.kind) or [""] * len(values)
    return {"cases": [{"case": name, **_result(value)} for name, value in zip(names, values, strict=True)]}


def _result(value: Value) -> dict[str, Any]:
    return {
        "state": value.state.word,
        "value": None if value.known is None else exact_text(value.number),
    }


def _reached(program: Program, root: int) -> set[int]:
    wanted, waiting = set[int](), [root]
    while waiting:
        at = waiting.pop()
        if at not in wanted:
            wanted.add(at)
            waiting += program.inputs[at]
    return wanted


def _own(node: Node) -> dict[str, Any]:
    """A node's own numbers and names, its operands left out."""
    own = {each.name: _plain(getattr(node, each.name)) for each in fields(type(node))}
    return {name: value for name, value in own.items() if value not in (None, [], {})}


def _plain(part: object) -> Any:
    match part:
        case Fraction():
            return exact_text(part)
        case Interval():
            return str(part)
        case Enum():
            return part.name.lower() if isinstance(part.value, int) else part.value
        case tuple() | frozenset():
            plain = [_plain(each) for each in part]
            kept = [each for each in plain if each not in (None, [])]
            # A state or key paired with an operand stands alone once the operand is left out.
            return kept[0] if len(kept) == 1 < len(plain) else kept
        case _ if isinstance(part, NODES):
            return None
        case Piece() | Records() | Peers():
            return {each.name: _plain(getattr(part, each.name)) for each in fields(type(part))}
        case _:
            return part

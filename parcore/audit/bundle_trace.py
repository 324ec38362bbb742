"""Programs and traces as a bundle holds them: every node with its own numbers, every step with its value.

In: a laid-out program, a trace of it. Out: plain data from which each step can be computed again by
anyone who has docs/bundle.md.
"""

from __future__ import annotations

from typing import Any

from parcore.audit.bundle_inputs import interval_json, value_text
from parcore.numbers import exact_text
from parcore.readings.exact import Trace
from parcore.rules.graph import (
    Agg,
    Cmp,
    Const,
    Div,
    Domain,
    Field,
    Logic,
    Match,
    Node,
    Over,
    Piecewise,
    Raise,
    Records,
    Round,
    Symbol,
    Table,
)
from parcore.rules.program import Program
from parcore.values import State

PROGRAM, TRACE = "parcore-program-1", "parcore-trace-1"


def program_json(program: Program) -> dict[str, Any]:
    """A program: its nodes, operands before what uses them, and its roots by name."""
    return {"format": PROGRAM, **_program(program)}


def _program(program: Program) -> dict[str, Any]:
    nodes = []
    for at, (node, inputs) in enumerate(zip(program.nodes, program.inputs, strict=True)):
        own = {"node": type(node).__name__.lower(), "of": list(inputs), **_own(node)}
        nodes.append(own | ({"body": _program(program.bodies[at])} if isinstance(node, Over) else {}))
    return {"nodes": nodes, "roots": dict(program.roots)}


def _own(node: Node) -> dict[str, Any]:
    """What a node has besides its operands."""
    match node:
        case Const():
            return {"value": exact_text(node.value)}
        case Raise():
            return {"state": node.state.word}
        case Field():
            return {"name": node.name, "lag": node.lag}
        case Symbol():
            return {"name": node.name, "lag": node.lag, "options": list(node.options)}
        case Agg():
            return {"op": node.op.value, "skip": _states(node.skip)}
        case Over():
            return {"op": node.op.value, "skip": _states(node.skip), "domain": _domain(node.domain)}
        case _:
            return _how(node)


def _how(node: Node) -> dict[str, Any]:
    """What a node on numbers and conditions has besides its operands."""
    match node:
        case Div():
            return {"division": node.division.value}
        case Piecewise():
            return {"pieces": [interval_json(p.interval) | _line(p.slope, p.intercept) for p in node.pieces]}
        case Round():
            return {"digits": node.digits, "mode": node.mode.value}
        case Cmp():
            return {"op": node.op}
        case Logic():
            return {"every": node.every}
        case Table():
            return {"keys": [key for key, _ in node.rows]}
        case Match():
            return {"states": [state.word for state, _ in node.by_state], "ok": node.ok is not None}
        case _:
            return {}


def _states(states: frozenset[State]) -> list[str]:
    return [state.word for state in sorted(states)]


def _line(slope: Any, intercept: Any) -> dict[str, str]:
    return {"slope": exact_text(slope), "intercept": exact_text(intercept)}


def _domain(domain: Domain) -> dict[str, Any]:
    if isinstance(domain, Records):
        return {"records": domain.kind}
    return {
        "peers": domain.within.value,
        "ranked_only": domain.ranked_only,
        "with_self": domain.with_self,
    }


def trace_json(unit: str, group: str, program: str, trace: Trace) -> dict[str, Any]:
    """A unit's trace: the value of every node of the program in a file of the bundle."""
    return {"format": TRACE, "unit": unit, "group": group, "program": program, **_trace(trace)}


def _trace(trace: Trace) -> dict[str, Any]:
    return {
        "values": [value_text(each) for each in trace.values],
        "members": {
            str(at): {"state": members.state.word, "traces": [_trace(each) for each in members.traces]}
            for at, members in trace.members.items()
        },
    }

"""What an edition reads of a unit, and every number at which one of its rules turns.

Found in the compiled graph, so that it holds for any edition, drawn or written by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import field, frozen

from parcore.editions.compile import compile_edition
from parcore.editions.edition import Edition
from parcore.evidence.vocabulary import FieldKind, FieldSpec, Vocabulary, given_field
from parcore.numbers import HALF, ZERO
from parcore.readings.inverse import Key
from parcore.rules.combinations import reported_of
from parcore.rules.graph import (
    Cmp,
    Const,
    Div,
    Field,
    Mul,
    Node,
    Over,
    Piecewise,
    Records,
    Round,
    Symbol,
    const,
    total,
)
from parcore.rules.program import Program
from parcore.testing.setting import F


@frozen
class Turn:
    """A part of a rule and a number at which the rule turns there: an edge, a tie, an empty whole."""

    node: Node
    at: F


@frozen
class Reads:
    """The fields read, with what can stand in them; the turns of the rules; the same for cases of a kind."""

    fields: dict[Key, FieldSpec] = field(factory=dict)
    turns: list[Turn] = field(factory=list)
    records: dict[str, Reads] = field(factory=dict)


def reads_of(edition: Edition) -> Reads:
    """What an edition reads, for any unit group."""
    found = Reads()
    for group in edition.groups:
        _take(compile_edition(edition, group).program, edition.vocabulary, found)
    for leaf in edition.scored:
        given = reported_of(leaf.rule)
        if given is not None:
            found.fields.pop((given.field, 0), None)
    return found


def _take(program: Program, vocabulary: Vocabulary, found: Reads) -> None:
    for at, node in enumerate(program.nodes):
        if isinstance(node, Field) and not node.name.startswith("@"):
            _take_field(node.name, node.lag, vocabulary, found)
        elif isinstance(node, Symbol):
            _take_symbol(node, vocabulary, found)
        elif isinstance(node, Over) and isinstance(node.domain, Records):
            kind = node.domain.kind
            inner = found.records.setdefault(kind, Reads())
            _take(program.bodies[at], vocabulary.records[kind], inner)
        elif isinstance(node, Over):
            _take(program.bodies[at], vocabulary, found)
        found.turns.extend(turn for turn in turns_of(node) if turn not in found.turns)


def _take_field(name: str, lag: int, vocabulary: Vocabulary, found: Reads) -> None:
    spec = vocabulary.fields.get(name) or given_field(name)
    if spec is not None:
        found.fields.setdefault((name, lag), spec)


def _take_symbol(node: Symbol, vocabulary: Vocabulary, found: Reads) -> None:
    spec = vocabulary.fields.get(node.name)
    if spec is None:  # the class of another index
        spec = FieldSpec(node.name, FieldKind.CHOICE, options=node.options)
    found.fields.setdefault((node.name, node.lag), spec)


def turns_of(node: Node) -> Iterator[Turn]:
    """The numbers at which a node changes its answer, of the part that decides."""
    match node:
        case Piecewise():
            for piece in node.pieces:
                ends = (piece.interval.low, piece.interval.high)
                yield from (Turn(node.arg, end) for end in ends if end is not None)
        case Cmp(a=a, b=Const(value)):
            yield Turn(a, value)
        case Cmp():
            yield Turn(total(node.a, Mul(const(-1), node.b)), ZERO)
        case Round():
            grain = F(1, 10**node.digits) if node.digits >= 0 else F(10**-node.digits)
            yield from (Turn(node.arg, (n + HALF) * grain) for n in (0, 1))
        case Div() if not isinstance(node.b, Const):
            yield Turn(node.b, ZERO)
        case _:
            pass


def computed_of(edition: Edition) -> Mapping[str, F]:
    """The criteria for which an appraiser may set points, with their least maximum."""
    known = (each for each in edition.criteria if reported_of(each.rule) is None and each.max is not None)
    return {
        each.id: min(each.max.of(group) for group in edition.groups) for each in known if each.max is not None
    }

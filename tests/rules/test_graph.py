"""The nodes of the rule graph: what none of them may be, and that equal parts are one."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given

from parcore.intervals import Interval, at_least, below, exactly
from parcore.rules.graph import (
    NODES,
    Agg,
    Aggregate,
    Cmp,
    Const,
    Field,
    Match,
    Node,
    Over,
    Peers,
    Piece,
    Piecewise,
    Raise,
    Records,
    Table,
    const,
    total,
)
from parcore.rules.program import lay_out
from parcore.values import State
from tests import strategies as our

OK = frozenset({State.OK})
BAD: dict[str, Callable[[], object]] = {
    "a raised number": lambda: Raise(State.OK),
    "an aggregate of nothing": lambda: Agg(Aggregate.SUM, ()),
    "a rank of operands": lambda: Agg(Aggregate.RANK, (const(1),)),
    "a rank over records": lambda: Over(Aggregate.RANK, Records("dossier"), const(1)),
    "a number skipped": lambda: Agg(Aggregate.SUM, (const(1),), OK),
    "a number skipped among peers": lambda: Over(Aggregate.SUM, Peers(), const(1), OK),
    "an unknown comparison": lambda: Cmp("==", const(1), const(1)),
    "a key twice": lambda: Table(const(1), ((0, const(1)), (0, const(2)))),
    "a state twice": lambda: Match(
        const(1), ((State.MISSING, const(1)), (State.MISSING, const(2)))
    ),
    "a state that is a number": lambda: Match(const(1), ((State.OK, const(1)),)),
    "pieces that overlap": lambda: Piecewise(const(1), (Piece(Interval()), Piece(exactly(Fraction(1))))),
    "pieces out of order": lambda: Piecewise(
        const(1), (Piece(at_least(Fraction(1))), Piece(below(Fraction(1))))
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_node_that_means_nothing_is_not_built(name: str) -> None:
    """A node whose parts contradict its meaning is refused where it is built."""
    with pytest.raises(ValueError):  # noqa: PT011 - the refusal is the behaviour, its words are for authors of rules
        BAD[name]()


@given(our.cuttings())
def test_disjoint_pieces_in_order_are_a_scale(parts: list[Interval]) -> None:
    """Pieces that touch without sharing a number are accepted, in order; reversed they are refused."""
    pieces = tuple(Piece(each) for each in parts)
    assert Piecewise(const(1), pieces).pieces == pieces
    if len(pieces) > 1:
        with pytest.raises(ValueError, match="overlap"):
            Piecewise(const(1), pieces[::-1])


@given(our.graphs())
def test_a_program_holds_every_node_once_after_its_operands(roots: dict[str, Node]) -> None:
    """Each node stands once, after what it reads, its operands at the positions given, in order."""
    program = lay_out(roots)
    assert len(set(program.nodes)) == len(program.nodes) == len(program.inputs)
    for at, (node, inputs) in enumerate(zip(program.nodes, program.inputs, strict=True)):
        assert isinstance(node, NODES)
        assert all(operand < at for operand in inputs)
        assert tuple(program.nodes[operand] for operand in inputs) == node.inputs()
        assert (at in program.bodies) == isinstance(node, Over)
    assert {name: program.nodes[at] for name, at in program.roots.items()} == roots


@given(our.graphs())
def test_the_body_of_an_aggregate_is_a_program_of_its_own(roots: dict[str, Node]) -> None:
    """What is evaluated for each member is laid out apart, with a root for its condition where it has one."""
    program = lay_out(roots)
    for at, inner in program.bodies.items():
        node = program.nodes[at]
        assert isinstance(node, Over)
        named = {"body": node.body} | ({} if node.where is None else {"where": node.where})
        assert {name: inner.nodes[root] for name, root in inner.roots.items()} == named


def doubled(depth: int) -> Node:
    """A graph of `depth` nodes with 2^depth paths: a tree only to those who walk it as one."""
    node: Node = Field("a")
    for _ in range(depth):
        node = Agg(Aggregate.SUM, (node, node))
    return node


def test_equal_content_shares_one_position() -> None:
    """Parts built apart from equal content are one step."""
    program = lay_out({"one": doubled(3), "two": doubled(3), "three": doubled(2)})
    assert len(program.nodes) == 4
    assert program.roots["one"] == program.roots["two"] != program.roots["three"]


def test_what_differs_does_not_share() -> None:
    """Parts that differ in a lag, a skip, an operand's order or a piece are steps of their own."""
    a, b = Field("a"), Field("b")
    nodes: list[Node] = [
        a,
        b,
        Field("a", 1),
        Agg(Aggregate.SUM, (a, b)),
        Agg(Aggregate.SUM, (b, a)),
        Agg(Aggregate.MAX, (a, b)),
        Agg(Aggregate.SUM, (a, b), frozenset({State.EXCLUDED})),
        Match(a, ((State.MISSING, b),)),
        Match(a, ((State.REJECTED, b),)),
        Match(a, (), b),
        Piecewise(a, (Piece(Interval()),)),
        Piecewise(a, (Piece(Interval(), Fraction(1)),)),
        Over(Aggregate.SUM, Records("dossier"), a),
        Over(Aggregate.SUM, Records("dossier"), b),
        Over(Aggregate.SUM, Records("meeting"), a),
        Over(Aggregate.SUM, Records("dossier"), a, where=Cmp(">", a, b)),
    ]
    program = lay_out({str(at): node for at, node in enumerate(nodes)})
    assert len(set(program.roots.values())) == len(nodes)


def test_laying_out_is_linear() -> None:
    """A graph of two thousand nodes and 2^2000 paths is laid out as two thousand steps."""
    program = lay_out({"root": doubled(2000)})
    assert len(program.nodes) == 2001


def test_equal_bodies_are_found_in_linear_time() -> None:
    """Two aggregates over equal bodies of 2^60 paths, built apart, are one step."""
    one, two = (Over(Aggregate.SUM, Records("dossier"), doubled(60)) for _ in range(2))
    program = lay_out({"one": one, "two": two})
    assert len(program.nodes) == 1
    assert len(program.bodies[0].nodes) == 61


def test_a_sum_of_one_is_itself() -> None:
    """The shorthand of desugarings adds no step for a single part, but keeps what it is to skip."""
    assert total(Field("a")) == Field("a")
    skip = frozenset({State.EXCLUDED})
    assert total(Field("a"), skip=skip) == Agg(Aggregate.SUM, (Field("a"),), skip)
    assert Const(Fraction(3)) == const(3)

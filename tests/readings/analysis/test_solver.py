"""What is asked of z3: it settles what a search leaves open, says when it does not, and is never needed."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcore.diagnostics import Findings
from parcore.evidence.vocabulary import FieldKind, FieldSpec, Vocabulary
from parcore.i18n import Text
from parcore.intervals import Interval, Range, above, at_least, exactly, parse_interval
from parcore.readings.analysis.findings import Direction
from parcore.readings.analysis.report import report
from parcore.readings.analysis.solver import Answer, Goal, ask
from parcore.readings.analysis.witness import PERIOD
from parcore.readings.exact import evaluate
from parcore.readings.inverse import Facts, Key, Numbers
from parcore.rules.graph import (
    Agg,
    Aggregate,
    Cmp,
    Div,
    Field,
    Mul,
    Node,
    Pick,
    Piece,
    Piecewise,
    Round,
    const,
)
from parcore.rules.program import lay_out
from tests.readings.test_analysis import analysis, codes, proof

F = Fraction
A, B, C = Field("a"), Field("b"), Field("c")
SPECS: Mapping[Key, FieldSpec] = {
    ("a", 0): FieldSpec("a", FieldKind.COUNT, range=Range(at_least(F(0)), F(1))),
    ("b", 0): FieldSpec("b", FieldKind.COUNT, range=Range(at_least(F(0)), F(1))),
    ("c", 0): FieldSpec("c", FieldKind.NUMBER, range=Range(parse_interval("[-2,2]"))),
}
VOCABULARY = Vocabulary("x", Text(), {name: spec for (name, _), spec in SPECS.items()})
CURVE = 'measures: {a: {formula: "rate * (1 - rate)"}, b: {value: rate}}, table: [%s]'
ROWS = "{when: [a > 25%, b >= 0], points: 2}, {when: {any: [a <= 25%, b < 0]}, points: 1}"


def answer(node: Node, part: Interval) -> Answer | Numbers:
    """Evidence for which a node lies in an interval, or why there is none."""
    reply = ask(Goal(lay_out({"it": node}), {"it": part}), SPECS, VOCABULARY, PERIOD)
    return reply.numbers if reply.answer is Answer.FOUND else reply.answer


def test_what_is_found_is_exact() -> None:
    """A product of two counts and a sum of them at once: the numbers found give both."""
    goal = Goal(
        lay_out({"x": Mul(A, B), "y": Agg(Aggregate.SUM, (A, B))}),
        {"x": exactly(F(391)), "y": exactly(F(40))},
    )
    reply = ask(goal, SPECS, VOCABULARY, PERIOD)
    assert {reply.numbers["a", 0], reply.numbers["b", 0]} == {F(17), F(23)}


def test_what_cannot_be_is_proved_for_all_numbers() -> None:
    """No square is negative, whatever the number."""
    assert answer(Mul(C, C), Interval(high=F(0))) is Answer.NONE


def test_numbers_that_no_file_can_write_are_no_evidence() -> None:
    """A number whose square is 2 is none that evidence has: within the bound there is no such evidence."""
    assert answer(Mul(C, C), exactly(F(2))) in (Answer.NOT_WITHIN, Answer.UNKNOWN)


drawn = st.recursive(
    st.sampled_from([A, B, C, const(2), const(-1), const(F(1, 2))]),
    lambda inner: st.one_of(
        st.builds(Mul, st.sampled_from([const(3), const(F(-1, 4)), C]), inner),
        st.builds(Div, inner, inner),
        st.builds(
            Agg,
            st.sampled_from([Aggregate.SUM, Aggregate.MIN, Aggregate.MAX, Aggregate.MEAN]),
            st.tuples(inner, inner),
        ),
        st.builds(Round, inner),
        st.builds(lambda a, b, c: Pick(((Cmp("<", a, b), c),), a), inner, inner, inner),
        st.builds(
            lambda x: Piecewise(x, (Piece(Interval(high=F(1)), F(2), F(1)), Piece(above(F(1)), F(-1)))), inner
        ),
    ),
    max_leaves=5,
)
numbers = st.fixed_dictionaries(
    {
        ("a", 0): st.integers(0, 5).map(F),
        ("b", 0): st.integers(0, 5).map(F),
        ("c", 0): st.sampled_from([F(-1), F(0), F(1, 2), F(2)]),
    }
)


@given(drawn, numbers)
def test_what_the_exact_reading_gives_is_never_called_impossible(node: Node, held: Numbers) -> None:
    """A number that some evidence gives is found, or left open; and what is found gives that number."""
    program = lay_out({"it": node})
    known = evaluate(program, Facts(held, PERIOD))["it"].known
    if known is None:
        return
    specs = {
        key: spec
        for key, spec in SPECS.items()
        if any(getattr(n, "name", "") == key[0] for n in program.nodes)
    }
    reply = ask(Goal(program, {"it": exactly(known)}), specs, VOCABULARY, PERIOD)
    assert reply.answer is not Answer.NONE
    if reply.answer is Answer.FOUND:
        assert evaluate(program, Facts(reply.numbers, PERIOD))["it"].known == known


def test_a_row_that_a_search_leaves_open_is_settled() -> None:
    """No rate times its rest is over a quarter: the row is unreachable, and what it pays no maximum."""
    found = analysis(CURVE % ROWS)
    assert found.branches.unreachable == (0,)
    assert found.most is not None
    assert (found.most.points, found.most.attained) == (F(1), True)
    assert codes(CURVE % ROWS) == ["prove-constant", "prove-unreachable"]


def test_directions_are_those_of_numbers_that_go_together() -> None:
    """A fall that only numbers exclusive of each other would show is none."""
    rows = (
        "{when: [a > 25%, b >= 0], points: 0}, {when: [a <= 25%, b >= 50%], points: 2},"
        " {when: [a <= 25%, b < 50%], points: 1}"
    )
    found = analysis(CURVE % rows)
    assert found.directions["b"] is Direction.RISING
    assert found.directions["a"] is Direction.FLAT


def test_without_the_solver_it_is_said_what_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where z3 is not installed the same rule is analysed, and what it would settle is called not decided."""
    monkeypatch.setattr("parcore.readings.analysis.solver.find_spec", lambda _: None)
    findings = Findings()
    report([proof(CURVE % ROWS)], findings)
    open_ = [each for each in findings if each.code in ("prove-ends", "prove-undecided")]
    assert len(open_) == 2
    assert all("parcore[solver]" in each.fix("en") for each in open_)


def test_nothing_imports_the_solver_before_it_is_asked() -> None:
    """No module of the engine names z3 but the one that asks it, and that one inside a function."""
    root = Path(__file__).parents[3] / "parcore"
    for path in root.rglob("*.py"):
        text = path.read_text("utf-8")
        assert "import z3" not in text, path
        assert 'import_module("z3")' not in text or path.name == "solver.py", path

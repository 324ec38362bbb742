"""Asks z3 for evidence that a search did not find: exact numbers, or that there are none.

z3 is an extra (`parcore[solver]`): without it every answer is `UNKNOWN`. What z3 may spend is counted in
its own steps, never in seconds, so that an answer is the same on every machine. A number that it finds is
taken only where a file can write it; whoever asks reads the rule with it before anything is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import Enum
from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from attrs import field, frozen

from parcore.evidence.periods import Period
from parcore.evidence.vocabulary import FieldKind, FieldSpec, Vocabulary
from parcore.expressions import Compare, Linear
from parcore.intervals import Interval
from parcore.numbers import ZERO
from parcore.readings.analysis.terms import CannotSay, Term, Terms
from parcore.readings.inverse import Key, Numbers, fits
from parcore.rules.program import Program
from parcore.values import State

BOUND: Final = 1_000_000
"""Where nothing is proved for all numbers, evidence is looked for among numbers up to this size."""

DIGITS: Final = 4
"""And there, of fields that name no decimals, among numbers of so many."""

STEPS: Final = 500_000
"""What z3 may spend on one question, in its own steps."""

INSTALL: Final = 'pip install "parcore[solver]"'


class Answer(Enum):
    """What is known of whether there is any evidence."""

    FOUND = "found"
    NONE = "none"
    """There is none: proved for all numbers."""
    NOT_WITHIN = "not within"
    """There is none within `BOUND` and `DIGITS`."""
    UNKNOWN = "unknown"


@frozen
class Goal:
    """What evidence is asked for: roots of a program in intervals."""

    program: Program
    within: Mapping[str, Interval]


@frozen
class Reply:
    """An answer: with the numbers found, or with the roots that alone exclude each other."""

    answer: Answer
    numbers: Numbers = field(factory=dict)
    core: frozenset[str] = frozenset()


@frozen
class _Numbers:
    """Which numbers a question is about.

    `whole`: fields of a step take only its numbers, else all between; `empty`: fields may be in the
    states that they declare; `bounded`: within `BOUND` and `DIGITS`.
    """

    whole: bool = True
    empty: bool = False
    bounded: bool = False


def installed() -> bool:
    """Whether z3 is there to be asked."""
    return find_spec("z3") is not None


def ask(goal: Goal, specs: Mapping[Key, FieldSpec], vocabulary: Vocabulary, period: Period) -> Reply:
    """Evidence for a goal, or what is known of there being none."""
    if not installed():
        return Reply(Answer.UNKNOWN)
    question = _Question(goal, specs, vocabulary, period)
    try:
        found = question.put(_Numbers())
        declared = any(each.states for each in specs.values())
        if found.answer is Answer.FOUND or (found.answer is Answer.NONE and not declared):
            return found
        wider = question.put(_Numbers(whole=found.answer is Answer.NONE, empty=True))
        if wider.answer is Answer.NONE:
            return wider
        if found.answer is Answer.NONE:  # there is some, but only where nothing arose of a field
            return Reply(Answer.UNKNOWN)
        found = question.put(_Numbers(bounded=True))
        return Reply(Answer.NOT_WITHIN) if found.answer is Answer.NONE else found
    except CannotSay:
        return Reply(Answer.UNKNOWN)


@frozen
class _Question:
    goal: Goal
    specs: Mapping[Key, FieldSpec]
    vocabulary: Vocabulary
    period: Period

    def put(self, numbers: _Numbers) -> Reply:
        """Asks once, in a context of its own: no answer depends on what was asked before.

        Raises:
            CannotSay: some node is no term.
        """
        z3 = import_module("z3")
        context = z3.Context()
        solver = z3.Solver(ctx=context)
        solver.set("rlimit", STEPS)
        terms = Terms(z3, context, {})
        fields: dict[Key, Term] = {}
        exact: dict[Key, Any] = {}
        for at, (key, spec) in enumerate(self.specs.items()):
            fields[key], exact[key] = _field(terms, f"x{at}", spec, numbers, solver.add)
        for node in self.goal.program.nodes:
            name, lag = getattr(node, "name", ""), getattr(node, "lag", 0)
            if name.startswith("@"):
                day = self.period.back(lag).day(name[1:]).toordinal()
                fields[name, lag] = Term(terms.number(day))
        terms.fields = fields
        roots = terms.of(self.goal.program)
        for name, part in self.goal.within.items():
            solver.assert_and_track(terms.within(roots[name], part), name)
        solver.add(*self._invariants(terms, fields))
        solver.add(*terms.facts)
        said = solver.check()
        if said == z3.unsat:
            return Reply(Answer.NONE, core=frozenset(map(str, solver.unsat_core())))
        if said != z3.sat or numbers.empty:
            return Reply(Answer.UNKNOWN)
        return self._read(z3, solver.model(), exact)

    def _invariants(self, terms: Terms, fields: Mapping[Key, Term]) -> Iterator[Any]:
        """What must hold between fields of one period wherever all of them have numbers."""
        for lag in {lag for _, lag in self.specs}:
            own = {name: fields[name, at] for name, at in self.specs if at == lag}
            for each in self.vocabulary.invariants:
                if all(name in own for name in each.names):
                    known = [terms.known(own[name]) for name in each.names]
                    yield terms.z3.Implies(terms.every(known), _holds(terms, each.rule, own))

    def _read(self, z3: Any, model: Any, exact: Mapping[Key, Any]) -> Reply:
        """The numbers of a model, exactly; not known where one is none that a file can write."""
        found: Numbers = {}
        for key, term in exact.items():
            value = model.eval(term, model_completion=True)
            if not (z3.is_rational_value(value) or z3.is_int_value(value)):
                return Reply(Answer.UNKNOWN)
            number = Fraction(str(value.as_fraction() if z3.is_rational_value(value) else value.as_long()))
            if not fits(self.specs[key], number):
                return Reply(Answer.UNKNOWN)
            found[key] = number
        return Reply(Answer.FOUND, found)


def _field(
    terms: Terms, name: str, spec: FieldSpec, numbers: _Numbers, add: Callable[..., None]
) -> tuple[Term, Any]:
    """A field as a term, with the number by which a model says it, and what holds of it added."""
    step = Fraction(1) if spec.kind in (FieldKind.CHOICE, FieldKind.DATE) else spec.range.step
    if numbers.bounded and step is None:
        step = Fraction(1, 10**DIGITS)
    if step is None or not numbers.whole:
        number = terms.z3.Real(name, terms.context)
    else:
        number = terms.z3.ToReal(terms.z3.Int(name, terms.context)) * terms.number(step)
    reach = spec.range.interval
    if spec.kind is FieldKind.CHOICE:
        add(terms.some([number == terms.number(at) for at in range(len(spec.options))]))
    else:
        if spec.kind is FieldKind.DATE:
            reach = Interval(Fraction(1), True, Fraction(date.max.toordinal()), True)
        elif numbers.bounded:
            add(number <= terms.number(BOUND), number >= terms.number(-BOUND))
        add(terms.within(Term(number), reach))
    states: dict[State, Any] = {}
    for state in sorted(spec.states) if numbers.empty else ():
        states[state] = terms.every(
            [terms.z3.Bool(f"{name}:{state.word}", terms.context), *map(terms.z3.Not, states.values())]
        )
    return Term(number, states), number


def _holds(terms: Terms, rule: Compare, own: Mapping[str, Term]) -> Any:
    difference = _sum(terms, rule.left.plus(rule.right, -1), own)
    zero = terms.number(ZERO)
    return {
        "<": difference < zero, "<=": difference <= zero, ">": difference > zero,
        ">=": difference >= zero, "=": difference == zero, "!=": difference != zero,
    }[rule.op]  # fmt: skip


def _sum(terms: Terms, sum_: Linear, own: Mapping[str, Term]) -> Any:
    found = terms.number(sum_.constant)
    for name, factor in sum_.terms:
        found += terms.number(factor) * own[name].number
    return found

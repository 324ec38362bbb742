"""Surveys: answers worth a share each, from one or several groups of respondents, with a least sample.

`{survey: {answers: {a: 100%, b: 60%, c: 20%, d: 0%}}}` over fields that count the answers; with
`groups: {council: 2, leaders: 1}` the fields are `council_a`, `leaders_a`, … and the groups' rates
weigh 2 to 1. `{satisfied: [a, b], answers: [a, b, c, d]}` counts those as 100 %, the rest as 0 %.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen

from parcore.documents.reading import items_of, text_of
from parcore.documents.tree import Listing, Mapping, Tree
from parcore.evidence.vocabulary import FieldKind, Vocabulary
from parcore.expressions import Linear
from parcore.intervals import Interval, Range
from parcore.numbers import ONE, ZERO, exact_text
from parcore.rules.figures import NOTHING, Context, Figure, sum_node
from parcore.rules.graph import (
    Agg,
    Aggregate,
    Cmp,
    Div,
    Division,
    Match,
    Mul,
    Node,
    Pick,
    Raise,
    const,
    total,
)
from parcore.values import State

_KEYS: Final = frozenset({"answers", "satisfied", "groups", "at_least"})


@frozen
class Respondents:
    """A group of respondents: its weight, and what each of its answers' fields is worth."""

    name: str
    weight: Figure
    answers: tuple[tuple[str, Figure], ...]


@frozen
class Survey:
    """The groups' rates, weighted; nothing arose where nobody answered in any group.

    MISSING where some group alone has no answers, or fewer than `least`.
    """

    vocabulary: Vocabulary
    groups: tuple[Respondents, ...]
    least: Figure | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that count answers."""
        return tuple(name for each in self.groups for name, _ in each.answers)

    def node(self, group: str) -> Node:
        """Σ weight × rate / Σ weight."""
        rates = [self._rate(each, group) for each in self.groups]
        weights = [each.weight.of(group) for each in self.groups]
        if len(rates) == 1:
            return rates[0]
        anyone = Agg(Aggregate.SUM, tuple(rates), NOTHING)
        asked = [Match(rate, ((State.NOTHING_AROSE, Raise(State.MISSING)),)) for rate in rates]
        parts = [Mul(const(weight), rate) for weight, rate in zip(weights, asked, strict=True)]
        return Match(anyone, (), Div(total(*parts), const(sum(weights, ZERO)), Division.STRICT))

    def _rate(self, one: Respondents, group: str) -> Node:
        worth = Linear(tuple((name, figure.of(group)) for name, figure in one.answers))
        everyone = sum_node(Linear(tuple((name, ONE) for name, _ in one.answers)), self.vocabulary)
        rate = Div(sum_node(worth, self.vocabulary), everyone)
        if self.least is None:
            return rate
        few = Cmp("<", everyone, const(self.least.of(group)))
        return Pick(((few, Raise(State.MISSING)),), rate)

    def range(self, group: str) -> Range:
        """From the least to the most that an answer is worth."""
        worth = [figure.of(group) for each in self.groups for _, figure in each.answers]
        return Range(Interval(min(worth), True, max(worth), True))

    def states(self) -> frozenset[State]:
        """Nothing arose where nobody was asked, and what the fields declare."""
        each = (self.vocabulary.fields[name].states for name in self.fields)
        return frozenset({State.NOTHING_AROSE}).union(*each)

    def text(self) -> str:
        """The rates of the groups, weighted."""
        rates = [f"{_worth(each)} / ({' + '.join(name for name, _ in each.answers)})" for each in self.groups]
        if len(rates) == 1:
            return rates[0]
        weights = [_said(each.weight) for each in self.groups]
        parts = " + ".join(f"{w} * {rate}" for w, rate in zip(weights, rates, strict=True))
        return f"({parts}) / ({' + '.join(weights)})"


def _worth(one: Respondents) -> str:
    if any(figure.differs for _, figure in one.answers):
        return f"({' + '.join(f'{_said(figure)} * {name}' for name, figure in one.answers)})"
    return f"({Linear(tuple((name, figure.common) for name, figure in one.answers))})"


def _said(figure: Figure) -> str:
    """A number, or the number of each unit group: `{ward: 1, town: 0.5}`."""
    if not figure.differs:
        return exact_text(figure.common)
    return f"{{{', '.join(f'{group}: {exact_text(n)}' for group, n in figure.by_group.items())}}}"


def read_survey(tree: Tree, context: Context) -> Survey | None:
    """A survey's answers, groups and least sample."""
    if not isinstance(tree, Mapping) or "answers" not in tree or set(tree.entries) - _KEYS:
        context.findings.add("survey-shape", tree.place)
        return None
    worth = _answers(tree, context)
    weights = _weights(tree.get("groups"), context)
    least = context.points(tree["at_least"]) if "at_least" in tree else None
    if worth is None or weights is None or ("at_least" in tree and least is None):
        return None
    groups = tuple(
        Respondents(name, weight, tuple((f"{name}_{answer}" if name else answer, f) for answer, f in worth))
        for name, weight in weights
    )
    survey = Survey(context.vocabulary, groups, least)
    known = [context.named(name, tree["answers"].place, FieldKind.COUNT) for name in survey.fields]
    return survey if all(known) else None


def _answers(tree: Mapping, context: Context) -> list[tuple[str, Figure]] | None:
    answers = tree["answers"]
    if isinstance(answers, Listing) and "satisfied" in tree:
        names = [text_of(each) for each in answers.items]
        happy = [text_of(each) for each in items_of(tree["satisfied"])]
        if happy and set(happy) < set(names) and len(set(names)) == len(names):
            return [(name, Figure(ONE if name in happy else ZERO)) for name in names]
    elif isinstance(answers, Mapping) and answers.entries and "satisfied" not in tree:
        read = [(name, context.figure(each)) for name, each in answers.entries.items()]
        known = [(name, figure) for name, figure in read if figure is not None]
        return known if len(known) == len(read) else None
    context.findings.add("survey-shape", tree.place)
    return None


def _weights(tree: Tree | None, context: Context) -> list[tuple[str, Figure]] | None:
    """Each group with its weight; without groups one, nameless."""
    if tree is None:
        return [("", Figure(ONE))]
    if not isinstance(tree, Mapping) or not tree.entries:
        context.findings.add("survey-shape", tree.place)
        return None
    read = [(name, context.points(each)) for name, each in tree.entries.items()]
    known = [(name, figure) for name, figure in read if figure is not None]
    if len(known) < len(read):
        return None
    if any(figure.of(group) <= 0 for _, figure in known for group in context.groups):
        context.findings.add("survey-weight", tree.place)
        return None
    return known

"""Rules as an author writes them, read and scored: what the law tests of this folder stand on."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from attrs import frozen

from parcore.diagnostics import Findings
from parcore.documents.tree import Mapping
from parcore.documents.yaml import parse_yaml
from parcore.editions.criteria import read_criterion
from parcore.editions.edition import Criterion
from parcore.evidence.vocabulary import FieldKind, FieldSpec, Invariant, Vocabulary
from parcore.expressions import Compare, parse_comparing
from parcore.i18n import Text
from parcore.intervals import EVERYTHING, Range, at_least, parse_interval
from parcore.numbers import exact_text
from parcore.readings.exact import evaluate
from parcore.rules.combinations import Rule
from parcore.rules.figures import Context
from parcore.rules.program import lay_out
from parcore.values import State, Value
from tests.strategies import OPTIONS, Facts

HEAD = "id: x\ntitle: x\nmax: {top}\nsource: {{clause: '1', basis: illustrative}}\nwhen: {{{when}}}\n"
ALWAYS = "missing: zero, unverified: zero, rejected: zero"


def invariant(text: str) -> Invariant:
    """What must hold between fields."""
    rule = parse_comparing(text)
    assert isinstance(rule, Compare)
    return Invariant(rule, Text())  # type: ignore[arg-type]  # no place is needed


def spec(name: str, kind: FieldKind, range_: Range, *states: State) -> FieldSpec:
    """A field."""
    options = OPTIONS if kind is FieldKind.CHOICE else ()
    return FieldSpec(name, kind, range=range_, options=options, states=frozenset(states))


COUNTING = Range(at_least(Fraction(0)), Fraction(1))
FIELDS = (
    spec("done", FieldKind.COUNT, COUNTING),
    spec("late", FieldKind.COUNT, COUNTING, State.NOTHING_AROSE),
    spec("all_of", FieldKind.COUNT, COUNTING, State.NOTHING_AROSE),
    spec("few", FieldKind.COUNT, Range(parse_interval("[0,12]"), Fraction(1))),
    spec("rate", FieldKind.NUMBER, Range(parse_interval("[0,100%]"))),
    spec("seats", FieldKind.COUNT, Range(parse_interval("[5,10]"), Fraction(1)), State.NOTHING_AROSE),
    spec("fine", FieldKind.NUMBER, Range(parse_interval("[-2,4]"), Fraction(1, 2))),
    spec("any", FieldKind.NUMBER, Range(EVERYTHING)),
    spec("plan", FieldKind.CHOICE, Range(), State.NOT_APPLICABLE),
)
VOCABULARY = Vocabulary("test", Text(), {each.name: each for each in FIELDS}, (invariant("done <= all_of"),))


@frozen
class Read:
    """A criterion as it was read, and the codes of what was found."""

    criterion: Criterion
    codes: frozenset[str]
    groups: tuple[str, ...]

    @property
    def rule(self) -> Rule:
        """Its rule, which must have been read."""
        assert self.criterion.rule is not None, self.codes
        return self.criterion.rule

    def points(self, group: str = "", /, **evidence: Fraction | int | str | State) -> Value:
        """What the rule gives, before effects, for evidence by field."""
        top = None if self.criterion.max is None else self.criterion.max.of(group)
        program = lay_out({"points": self.rule.node(group, top)})
        return evaluate(program, facts(evidence))["points"]


def facts(evidence: dict[str, Fraction | int | str | State]) -> Facts:
    """Evidence by field: a number, an option's name or a state."""
    fields = {
        (name, 0): Value(given) if isinstance(given, State) else Value(State.OK, Fraction(given))
        for name, given in evidence.items()
        if not isinstance(given, str)
    }
    choices = {(name, 0): given for name, given in evidence.items() if isinstance(given, str | State)}
    return Facts(fields, choices)


def tree_of(text: str) -> Mapping:
    """The tree of a YAML text."""
    tree = parse_yaml(text, "test.yaml", Findings())
    assert isinstance(tree, Mapping)
    return tree


def read(
    body: str,
    *,
    top: str = "10",
    when: str = ALWAYS,
    groups: Iterable[str] = ("",),
    vocabulary: Vocabulary = VOCABULARY,
) -> Read:
    """The criterion that a text describes: its rule under a maximum."""
    findings = Findings()
    context = Context(vocabulary, findings, tuple(groups), "", None)
    criterion = read_criterion(tree_of(HEAD.format(top=top, when=when) + body), context)
    assert criterion is not None
    return Read(criterion, frozenset(each.code for each in findings), context.groups)


def number(value: Fraction) -> str:
    """A number as an edition writes it, quoted so that YAML leaves it alone."""
    return f"'{exact_text(value)}'"

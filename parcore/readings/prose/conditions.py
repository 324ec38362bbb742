"""A condition in words: comparisons joined by và, hoặc, không."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

from attrs import field, frozen

from parcore.evidence.vocabulary import FieldSpec
from parcore.expressions import Compare, Inside, Linear
from parcore.intervals import Interval, above, at_least, at_most, below
from parcore.readings.prose.words import Speaker
from parcore.rules.conditions import Condition, Joined, Test
from parcore.rules.kinds import Kind, kind_of, kind_of_sum
from parcore.rules.measures import ChoiceOf
from parcore.rules.protocols import Measure

_INTERVALS: Final[Mapping[str, Callable[[Fraction], Interval]]] = {
    ">=": at_least,
    ">": above,
    "<=": at_most,
    "<": below,
}
_TURNED: Final = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "=": "=", "!=": "!="}
_BETWEEN: Final = {
    ">=": "not-less", ">": "more", "<=": "not-more", "<": "less", "=": "equals", "!=": "differs",
}  # fmt: skip


@frozen
class Named:
    """What the names of a condition stand for beside fields: `measures`, each called as in `names`."""

    measures: Mapping[str, Measure] = field(factory=dict)
    names: Mapping[str, str] = field(factory=dict)

    def choice(self, name: str | None, speaker: Speaker) -> FieldSpec | None:
        """The choice behind a name."""
        measure = self.measures.get(name or "")
        if measure is not None:
            return measure.spec if isinstance(measure, ChoiceOf) else None
        spec = speaker.vocabulary.fields.get(name or "")
        return spec if spec is not None and spec.options else None

    def kind(self, sum_: Linear, speaker: Speaker) -> Kind:
        """How the numbers of a sum of names are written."""
        kinds = {
            kind_of(self.measures[name], speaker.vocabulary) for name in sum_.names if name in self.measures
        }
        if kinds:
            return kinds.pop() if len(kinds) == 1 else Kind.NUMBER
        return kind_of_sum(sum_, speaker.vocabulary)


def condition_text(condition: Condition, speaker: Speaker, named: Named | None = None) -> str:
    """A condition as it stands after "nếu"."""
    named = Named() if named is None else named
    if isinstance(condition, Test):
        return _test(condition, speaker, named)
    word = f" {speaker.say('and' if condition.every else 'or')} "
    body = word.join(_part(part, condition, speaker, named) for part in condition.parts)
    return speaker.say("prose-not", condition=body) if condition.contrary else body


def _part(part: Condition, whole: Joined, speaker: Speaker, named: Named) -> str:
    text = condition_text(part, speaker, named)
    alone = isinstance(part, Test) or part.contrary or len(whole.parts) == 1
    return text if alone else f"({text})"


def _test(test: Test, speaker: Speaker, named: Named) -> str:
    one = test.sides(speaker.group)
    if isinstance(one, Inside):
        kind = named.kind(one.left, speaker)
        return f"{_sum(one.left, kind, speaker, named)} {speaker.interval(one.interval, kind)}"
    if not one.left.names:
        one = Compare(one.right, _TURNED[one.op], one.left)
    kind = named.kind(one.left, speaker)
    left = _sum(one.left, kind, speaker, named)
    if one.right.names:
        right = _sum(one.right, kind, speaker, named)
        return speaker.say(f"prose-{_BETWEEN[one.op]}", left=left, right=right)
    number = one.right.constant
    choice = named.choice(one.left.name, speaker)
    if choice is not None:
        word = "prose-is" if one.op == "=" else "prose-is-not"
        return speaker.say(word, left=left, right=speaker.option(choice, choice.options[int(number)]))
    if one.op in _INTERVALS and (kind is not Kind.NUMBER or one.op not in "<>"):
        return f"{left} {speaker.interval(_INTERVALS[one.op](number), kind)}"
    return speaker.say(f"prose-{_BETWEEN[one.op]}", left=left, right=speaker.amount(number, kind))


def _sum(sum_: Linear, kind: Kind, speaker: Speaker, named: Named) -> str:
    return speaker.sum(sum_, kind, named.names)

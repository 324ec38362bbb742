"""What stands beside a measure's number in a story: the peers it is set against, the answers it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from parcore.expressions import Linear
from parcore.numbers import ONE
from parcore.readings.prose.words import Speaker
from parcore.rules.figures import sum_node
from parcore.rules.graph import Aggregate, Node, Round
from parcore.rules.kinds import kind_of
from parcore.rules.measures import Rounded
from parcore.rules.peers import Compared, MinMax, RankOf, Statistic
from parcore.rules.protocols import Measure
from parcore.rules.surveys import Survey
from parcore.values import Value

Evaluate = Callable[[Node], Value]


def beside(measure: Measure, speaker: Speaker, value: Evaluate) -> Iterator[str]:
    """Sentences: the unit's own number, what its peers give, how many count; of a survey the answers."""
    match measure:
        case Rounded():
            yield from beside(measure.measure, speaker, value)
        case Compared():
            yield _against(measure, (measure.statistic,), measure.digits, speaker, value)
        case MinMax():
            yield _against(measure, (Statistic.LOWEST, Statistic.HIGHEST), None, speaker, value)
        case RankOf():
            yield _against(measure, (), None, speaker, value)
        case Survey():
            yield from _answers(measure, speaker, value)


def _against(
    measure: Compared | MinMax | RankOf,
    statistics: tuple[Statistic, ...],
    digits: int | None,
    speaker: Speaker,
    value: Evaluate,
) -> str:
    own = measure.of.measure.node(speaker.group)

    def told(node: Node) -> str:
        found = value(node if digits is None else Round(node, digits))
        if found.known is None:
            return speaker.say(f"state-{found.state.word}")
        return speaker.amount(found.number, kind_of(measure.of.measure, speaker.vocabulary))

    parts = [speaker.say("tell-own", own=told(own))]
    parts += [
        speaker.say(f"tell-peers-{each.value}", number=told(measure.of.node(each, speaker.group)))
        for each in statistics
    ]
    count = value(measure.of.over(Aggregate.COUNT, own))
    if count.known is not None:
        parts.append(speaker.say("tell-peers-count", count=speaker.number(count.number)))
    return "; ".join(parts) + "."


def _answers(survey: Survey, speaker: Speaker, value: Evaluate) -> Iterator[str]:
    """How many answered, of each group, and the least that is asked for."""
    for group in survey.groups:
        everyone = Linear(tuple((name, ONE) for name, _ in group.answers), Fraction(0))
        count = value(sum_node(everyone, survey.vocabulary))
        if count.known is None:
            continue
        least = survey.least
        few = "" if least is None else speaker.say(
            "tell-answers-least" if count.number >= least.of(speaker.group) else "tell-answers-few",
            least=speaker.number(least.of(speaker.group)),
        )  # fmt: skip
        name = f" ({group.name})" if len(survey.groups) > 1 else ""
        yield speaker.say("tell-answers", group=name, count=speaker.number(count.number), least=few)

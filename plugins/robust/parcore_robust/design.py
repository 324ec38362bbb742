"""How each number that a survey gave was drawn, as far as evidence or the user says so.

In: a result, and what is stated. Out: what can be drawn again, unit by unit, and which criteria rest on a
survey of which nothing is known. A sample size is read, never invented: the answers counted are the
sample.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations
from typing import Any

from attrs import evolve, field, fields, frozen, has

from parcore.diagnostics import Findings, Place
from parcore.documents.schema import report_unknown
from parcore.editions.edition import Criterion, Edition
from parcore.editions.tree import GIVEN
from parcore.evidence.evidence import Method
from parcore.evidence.vocabulary import INDEX, POINTS, Vocabulary
from parcore.intervals import Interval
from parcore.numbers import HUNDRED, ZERO, decimals, exact_text
from parcore.results.result import Result, Scorecard
from parcore.rules.combinations import reported_of
from parcore.rules.graph import Field
from parcore.rules.surveys import Respondents, Survey
from parcore.sources import Source
from parcore.values import State
from parcore_robust.document import ALL, Error, Stated
from parcore_robust.draws import effect_of

_FINEST = 12
"""The most decimals of a grid on which numbers without a declared step are drawn."""


@frozen
class Answers:
    """The answers of one group of respondents of a unit: counted, so the sample is their sum."""

    unit: str
    names: tuple[str, ...]
    counts: tuple[int, ...]
    effect: Fraction
    population: int | None

    @property
    def sample(self) -> int:
        """How many answered."""
        return sum(self.counts)


@frozen
class Number:
    """A unit's number with its standard error, or the sample that it is the mean of; drawn on whole steps."""

    unit: str
    name: str
    node: Field
    number: Fraction
    step: Fraction
    range: Interval
    standard: Fraction | None
    sample: int | None
    source: Source


@frozen
class Design:
    """All that can be drawn again, and by criterion how many units have something drawn for it.

    `silent` are criteria that rest on a survey, of which for some unit nothing is known of the sample;
    `unanimous` counts samples in which all said the same: drawing them again shows no error.
    """

    answers: tuple[Answers, ...] = ()
    numbers: tuple[Number, ...] = ()
    drawn: Mapping[str, int] = field(factory=dict)
    silent: Mapping[str, int] = field(factory=dict)

    @property
    def unanimous(self) -> int:
        """How many samples are of one mind."""
        return sum(each.sample in each.counts for each in self.answers)


def surveys_in(part: Any) -> Iterator[Survey]:
    """The surveys that a rule measures, wherever they stand in it."""
    if isinstance(part, Survey):
        yield part
    elif isinstance(part, tuple | frozenset):
        for each in part:
            yield from surveys_in(each)
    elif isinstance(part, Mapping):
        for each in part.values():
            yield from surveys_in(each)
    elif has(type(part)) and not isinstance(part, Vocabulary):
        for each in fields(type(part)):
            yield from surveys_in(getattr(part, each.name))


def design_of(result: Result, stated: Stated, findings: Findings) -> Design:
    """The design of a result's surveys; what does not fit goes to the findings."""
    edition, units = result.edition, len(result.scorecards)
    groups = _groups(edition, findings)
    nodes = {id(card.trace.program): _nodes(card) for card in result.scorecards}
    answers: list[Answers] = []
    numbers: list[Number] = []
    for card in result.scorecards:
        known = nodes[id(card.trace.program)]
        for each in groups.values():
            found = _answers(result, card, each, known, stated, findings)
            answers += [] if found is None else [found]
        for name, error in stated.errors.items():
            number = _number(result, card, name, error, known, findings)
            numbers += [] if number is None else [number]
    numbers = _on_grids(numbers)
    _check_names(edition, stated, findings)
    drawn = {(each.unit, name) for each in answers for name in each.names}
    drawn |= {(each.unit, each.name) for each in numbers}
    by_leaf = {leaf.id: _units_of(leaf, result, drawn) for leaf in edition.scored}
    surveyed = {leaf.id for leaf in edition.scored if _is_survey(leaf)}
    return Design(
        tuple(answers),
        tuple(numbers),
        {leaf: count for leaf, count in by_leaf.items() if count},
        {leaf: units - by_leaf[leaf] for leaf in by_leaf if leaf in surveyed and by_leaf[leaf] < units},
    )


def _is_survey(leaf: Criterion) -> bool:
    """Whether a leaf rests on a survey: by its method, its measure, or because it is a satisfaction index."""
    read = () if leaf.rule is None else leaf.rule.fields
    of_sipas = any(name.startswith(f"{INDEX}sipas:") for name in read)
    return leaf.method is Method.SURVEY or of_sipas or any(surveys_in(leaf.rule))


def _units_of(leaf: Criterion, result: Result, drawn: set[tuple[str, str]]) -> int:
    """How many units have something drawn that this leaf's points come of."""
    read = () if leaf.rule is None else leaf.rule.fields
    count = 0
    for card in result.scorecards:
        own = (POINTS + leaf.id,) if card.is_set(leaf.id) else (*read, POINTS + leaf.id)
        count += any((card.unit.id, name) in drawn for name in own)
    return count


def _groups(edition: Edition, findings: Findings) -> dict[frozenset[str], Respondents]:
    """The groups of respondents by their fields; of answers counted in another group's, the larger."""
    found: dict[frozenset[str], Respondents] = {}
    for leaf in edition.scored:
        for survey in surveys_in(leaf.rule):
            for each in survey.groups:
                found.setdefault(frozenset(name for name, _ in each.answers), each)
    largest = {names: each for names, each in found.items() if not any(names < other for other in found)}
    for one, two in combinations(largest, 2):
        if one & two:
            findings.add("robust-overlap", edition.place, fields=", ".join(sorted(one & two)))
    return largest


def _nodes(card: Scorecard) -> dict[str, int]:
    """Where the fields of a program stand that are asked of this period."""
    program = card.trace.program
    return {n.name: at for at, n in enumerate(program.nodes) if isinstance(n, Field) and not n.lag}


def _answers(
    result: Result,
    card: Scorecard,
    group: Respondents,
    nodes: Mapping[str, int],
    stated: Stated,
    findings: Findings,
) -> Answers | None:
    """A unit's answers of a group; None where some are not counted, or nobody answered."""
    names = tuple(name for name, _ in group.answers if name in nodes)
    values = [card.trace.values[nodes[name]] for name in names]
    if len(names) < len(group.answers) or any(v.state not in (State.OK, State.NOTHING_AROSE) for v in values):
        return None
    counts = tuple(int(each.number) for each in values)
    sample = sum(counts)
    if not sample:
        return None
    population = _population(result, card, stated.population.get(group.name or ALL))
    if population is not None and population < sample:
        findings.add("robust-population", Place(card.unit.id), unit=card.unit.id, sample=sample,
                     population=population)  # fmt: skip
        return None
    effect = effect_of(sample, population, stated.design_effect)
    if effect >= sample > 1 or (sample == 1 and effect > 1):
        findings.add("robust-effect-large", Place(card.unit.id), unit=card.unit.id, sample=sample,
                     effect=stated.design_effect)  # fmt: skip
        return None
    return Answers(card.unit.id, names, counts, effect, population)


def _population(result: Result, card: Scorecard, name: str | None) -> int | None:
    """How many people a group of respondents is, where a field is named for it and the evidence has it."""
    datum = None if name is None else result.evidence.at(card.unit.id, result.period, name, result.stage)
    known = None if datum is None else datum.value.known
    return None if known is None or known.denominator != 1 else int(known)


def _number(
    result: Result, card: Scorecard, name: str, error: Error, nodes: Mapping[str, int], findings: Findings
) -> Number | None:
    """A unit's number with its error; None where it has none, or none is stated for it."""
    asked = name if name in nodes else name.replace(POINTS, GIVEN, 1)
    if asked not in nodes:
        return None
    at, unit = nodes[asked], card.unit.id
    number = card.trace.values[at].known
    standard = None if error.standard is None else error.standard.of(unit)
    sample = None if error.sample is None else error.sample.of(unit)
    if number is None or (standard is None and sample is None):
        return None
    within, step = _range(result.edition, card, name)
    within = error.range or within
    if sample is not None and (within.low is None or within.high is None or within.low == within.high):
        findings.add("robust-range", error.place, field=name)
        return None
    if number not in within:
        findings.add("robust-outside", error.place, field=name, unit=unit, range=within)
        return None
    if standard is not None and _too_wide(standard, within):
        if not any(each.code == "robust-wide" and each.place == error.place for each in findings):
            findings.add("robust-wide", error.place, field=name, unit=unit, error=exact_text(standard),
                         range=within)  # fmt: skip
        return None
    node, whole = card.trace.program.nodes[at], None if sample is None else int(sample)
    assert isinstance(node, Field)
    return Number(unit, name, node, number, step or ZERO, within, standard, whole, error.source)


def _too_wide(standard: Fraction, within: Interval) -> bool:
    """Whether no numbers between these ends vary so much: at most half of what lies between."""
    return within.low is not None and within.high is not None and 2 * standard > within.high - within.low


def _range(edition: Edition, card: Scorecard, name: str) -> tuple[Interval, Fraction | None]:
    """The numbers that a field can have, and their step."""
    spec = edition.vocabulary.fields.get(name)
    if spec is not None:
        return spec.range.interval, spec.range.step
    if name.startswith(POINTS):
        leaf = edition.criterion(name.removeprefix(POINTS))
        rule = None if leaf is None else reported_of(leaf.rule)
        top = None if leaf is None or leaf.max is None else leaf.max.of(card.group)
        low = ZERO if rule is None else rule.low
        return Interval(low, True, top, top is not None), None if rule is None else rule.step
    return Interval(ZERO, True, HUNDRED, True), None


def _on_grids(numbers: list[Number]) -> list[Number]:
    """Numbers of a field without a declared step stand on decimals fine enough for all of them."""
    found: dict[str, int] = {}
    for each in numbers:
        digits = decimals(each.number)
        found[each.name] = max(found.get(each.name, 6), _FINEST if digits is None else min(digits, _FINEST))
    return [evolve(n, step=n.step or Fraction(1, 10 ** found[n.name])) for n in numbers]


def _check_names(edition: Edition, stated: Stated, findings: Findings) -> None:
    """What is stated is of fields that the edition's rules read."""
    known = [name for leaf in edition.scored if leaf.rule is not None for name in leaf.rule.fields]
    known += [POINTS + node.id for node in edition.nodes]
    for name, error in stated.errors.items():
        if name not in known:
            report_unknown(name, known, error.place, findings, "unknown-field")
    for name in stated.population.values():
        if name not in edition.vocabulary.fields:
            place = Place(edition.key)
            report_unknown(name, list(edition.vocabulary.fields), place, findings, "unknown-field")

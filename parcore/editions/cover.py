"""Does a rule answer once for every number its measures can give? Findings with a witness."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Final

from attrs import evolve

from parcore.diagnostics import Place
from parcore.expressions import Compare
from parcore.intervals import Range
from parcore.numbers import ZERO, exact_text
from parcore.rules.combinations import MEASURE, ConditionTable, Scored
from parcore.rules.conditions import ready, tests_in
from parcore.rules.cover import Answer, Hole, Point, TooManyCells, cells, holes, needless
from parcore.rules.figures import Context
from parcore.rules.graph import Piece
from parcore.rules.scales import Step, Steps

MAX_ANSWERS: Final = 200_000
"""Most answers asked for one rule (cells times rows), so that a hostile table cannot take minutes."""


def check_scored(rule: Scored, place: Place, context: Context) -> None:
    """Gaps and overlaps of cases, and whether a scale stays within the maximum and reaches it."""
    for group in context.groups:
        if isinstance(rule.scale, Steps) and not rule.scale.nested:
            _check_cases(rule, rule.scale, group, place, context)
        top = None if context.top is None else context.top.of(group)
        _check_height(rule.pieces(group, ZERO if top is None else top), top, place, context)


def _check_cases(rule: Scored, scale: Steps, group: str, place: Place, context: Context) -> None:
    top = ZERO if context.top is None else context.top.of(group)

    def answer(step: Step) -> Answer:
        slope, intercept = step.award.line(top, group)
        return Answer(
            lambda point: point[MEASURE] in step.intervals[group],
            lambda point: slope * point[MEASURE] + intercept,
        )

    intervals = [step.intervals[group] for step in scale.steps]
    cuts = [end for each in intervals for end in (each.low, each.high) if end is not None]
    ours = sum(step.source is not None for step in scale.steps)
    places = [step.place for step in scale.steps]
    axes = {MEASURE: rule.measure.range(group)}
    if any(step.award.figure.differs or len(set(step.intervals.values())) > 1 for step in scale.steps):
        context = _of_group(context, group)
    _report(axes, {MEASURE: cuts}, [answer(step) for step in scale.steps], ours, places, place, context)


def _of_group(context: Context, group: str) -> Context:
    """The context with the group in the criterion's name, for findings that only hold for that group."""
    return evolve(context, criterion=f"{context.criterion} ({group})") if group else context


def check_condition_table(rule: ConditionTable, ours: int, place: Place, context: Context) -> None:
    """Gaps and overlaps of a condition table over all its measures together."""
    for group in context.groups:
        axes = {name: each.range(group) for name, each in rule.measures.items()}
        cuts: dict[str, list[Fraction]] = {name: [] for name in axes}
        for row in rule.rows:
            for test in tests_in(row.condition):
                one = test.sides(group)
                name = one.left.name
                if name is None or (isinstance(one, Compare) and one.right.names):
                    context.findings.add("condition-not-decidable", row.place, condition=test.comparing)
                    return
                if isinstance(one, Compare):
                    cuts[name].append(one.right.constant)
                else:
                    cuts[name] += [e for e in (one.interval.low, one.interval.high) if e is not None]
        top = ZERO if context.top is None else context.top.of(group)
        answers = [_row_answer(rule, at, top, group) for at in range(len(rule.rows))]
        places = [row.place for row in rule.rows]
        figures = (*context.figures.values(), *(row.award.figure for row in rule.rows))
        named = _of_group(context, group) if any(each.differs for each in figures) else context
        _report(axes, cuts, answers, ours, places, place, named)


def _row_answer(rule: ConditionTable, at: int, top: Fraction, group: str) -> Answer:
    row = rule.rows[at]
    pays = row.award.line(top, group)[1] if row.award.state is None else row.award.kind.value
    return Answer(ready(row.condition, group), lambda _: pays)


def _report(
    axes: Mapping[str, Range],
    cuts: Mapping[str, Sequence[Fraction]],
    answers: Sequence[Answer],
    ours: int,
    places: Sequence[Place],
    place: Place,
    context: Context,
) -> None:
    findings, criterion = context.findings, context.criterion
    try:
        if prod(2 * len(set(each)) + 1 for each in cuts.values()) * len(answers) > MAX_ANSWERS:
            raise TooManyCells
        for hole in _told(holes(axes, cuts, answers, ours), axes, cuts):
            witness = _shown(hole.witness)
            if not hole.answers:
                findings.add("cases-gap", place, criterion=criterion, witness=witness)
                continue
            said = _said(hole, answers)
            findings.add(
                "cases-overlap", places[hole.answers[1]], criterion=criterion, witness=witness, answers=said
            )
        if not ours:
            return
        clashes = (each for each in holes(axes, cuts, answers[:ours], 0) if each.answers)
        for clash in _told(clashes, axes, cuts):
            witness, said = _shown(clash.witness), _said(clash, answers)
            place = places[clash.answers[1]]
            findings.add("interpret-clash", place, criterion=criterion, witness=witness, answers=said)
        for at, point in needless(axes, cuts, answers, ours):
            findings.add("interpret-needless", places[at], criterion=criterion, witness=_shown(point))
    except TooManyCells:
        findings.add("cases-too-many", place, criterion=criterion)


def _told(
    found: Iterable[Hole], axes: Mapping[str, Range], cuts: Mapping[str, Sequence[Fraction]]
) -> Iterator[Hole]:
    """Of the holes, one for each combination of answers; along a single axis, each gap."""
    told: set[tuple[int, ...]] = set()
    samples = [cells(axis, cuts[name]) for name, axis in axes.items()] if len(axes) == 1 else [[]]
    last = -1
    for hole in found:
        fresh = hole.answers not in told
        if not hole.answers and samples[0]:
            at = samples[0].index(next(iter(hole.witness.values())))
            fresh, last = fresh or at > last + 1, at
        told.add(hole.answers)
        if fresh:
            yield hole


def _said(hole: Hole, answers: Sequence[Answer]) -> str:
    return " | ".join(_amount(answers[at].pays(hole.witness)) for at in hole.answers)


def _amount(points: object) -> str:
    return exact_text(points) if isinstance(points, Fraction) else str(points)


def _shown(point: Point) -> str:
    return ", ".join(f"{name} = {exact_text(x)}" for name, x in point.items())


def _check_height(pieces: tuple[Piece, ...], top: Fraction | None, place: Place, context: Context) -> None:
    """Points never under 0 and, where the maximum is known, never over it and somewhere at it."""
    found, criterion = context.findings, context.criterion
    reached: list[Fraction] = []
    for piece in pieces:
        ends = (piece.interval.low, piece.interval.high)
        if piece.slope and None in ends:
            rising = (piece.slope > 0) == (ends[1] is None)
            if not rising:
                found.add("points-below-zero", place, criterion=criterion)
            elif top is not None:
                found.add("points-unbounded", place, criterion=criterion)
                top = None
        known = [piece.slope * end + piece.intercept for end in ends if end is not None]
        reached += known or [piece.intercept]
    if not reached:
        return
    if min(reached) < 0:
        found.add("points-below-zero", place, criterion=criterion)
    most = max(reached)
    if top is not None and most != top:
        code = "points-over-maximum" if most > top else "maximum-not-paid"
        found.add(code, place, points=exact_text(most), max=exact_text(top))

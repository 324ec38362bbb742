"""Ranks under survey error: the samples drawn again, as they were drawn, and every draw scored and ranked.

In: a result, and what is stated of its surveys. Out: a `Study`. Units and groups of respondents are drawn by
themselves; what no survey gave stays as it is. Statistics over peers that surveys enter would move with every
draw: such an edition is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from typing import Any, Final

import numpy as np

from parcore.diagnostics import Findings, Place, stop
from parcore.editions.compile import compile_edition
from parcore.numbers import exact_text
from parcore.readings.pair.backend import Undecided
from parcore.results.population import freeze
from parcore.results.result import Result
from parcore.rules.graph import Field, Within
from parcore_robust.design import Answers, Design, Number, design_of
from parcore_robust.document import Stated
from parcore_robust.draws import GENERATOR, answers, generator, method_of, near, shares
from parcore_robust.facts import survey_cautions, survey_facts
from parcore_robust.playing import Moved, denominator_of, play
from parcore_robust.ranked import ranked_of
from parcore_robust.standing import LEVEL, Origin, Study
from parcore_robust.tally import Tally, roots_of

_ROOM: Final = 2**62


def study(
    result: Result,
    stated: Stated | None = None,
    *,
    draws: int = 10_000,
    seed: int = 1,
    within: Within | None = None,
) -> Study:
    """Where each rank lies when the respondents are drawn again.

    Raises:
        ParcoreError: nothing to draw from, what is stated does not fit, or the edition ranks nothing.
        Undecided: a number that there is no room for.
    """
    stated, findings = stated or Stated(), Findings()
    ranked = ranked_of(result, within)
    design = design_of(result, stated, findings)
    findings.raise_errors()
    if not design.answers and not design.numbers:
        raise stop("robust-no-design", Place(result.edition.key), criteria=", ".join(design.silent) or "—")
    moved = drawn(result, design, draws, seed)
    _check_peers(result, moved)
    tally = Tally.empty(ranked)
    for batch, read in play(result.scorecards, moved, roots_of(ranked), draws):
        tally.add(read, batch.stop - batch.start)
    return Study(
        result,
        Origin.SURVEY,
        ranked.within.value,
        tally.standings(),
        survey_facts(design, draws, seed),
        survey_cautions(result, design),
        record_of(design, stated, draws, seed),
    )


def drawn(result: Result, design: Design, draws: int, seed: int) -> Mapping[Field, Moved]:
    """The fields that are drawn, with a number for each draw and unit."""
    at = {card.unit.id: place for place, card in enumerate(result.scorecards)}
    columns: dict[Field, dict[int, Any]] = {}
    steps: dict[Field, Fraction] = {}
    for each in design.answers:
        stream = generator(seed, each.unit, *each.names)
        found = answers(stream, each.counts, each.effect, draws)
        for place, name in enumerate(each.names):
            columns.setdefault(Field(name), {})[at[each.unit]] = found[:, place]
    for number in design.numbers:
        columns.setdefault(number.node, {})[at[number.unit]] = _numbers(number, draws, seed)
        steps[number.node] = number.step
    return {
        node: _moved(result, node, column, steps.get(node, Fraction(1)), draws)
        for node, column in columns.items()
    }


def _numbers(number: Number, draws: int, seed: int) -> Any:
    """A number drawn again, in whole steps, held within what the field can be."""
    stream, step = generator(seed, number.unit, number.name), number.step
    low, high = number.range.low, number.range.high
    if number.sample is not None:
        assert low is not None
        assert high is not None
        found = shares(stream, number.number, (low, high), number.sample, step, draws)
    else:
        own = round(number.number / step)
        found = own + near(stream, number.standard or Fraction(0), step, draws)
    least = None if low is None else -(-low // step)
    most = None if high is None else high // step
    return found if least is None and most is None else np.clip(found, least, most)


def _moved(result: Result, node: Field, column: Mapping[int, Any], step: Fraction, draws: int) -> Moved:
    """A field's draws over one denominator, beside the own values of units that are not drawn.

    Raises:
        Undecided: over that denominator a number is too large for 64 bits.
    """
    own = {
        at: card.trace.values[where]
        for at, card in enumerate(result.scorecards)
        if at not in column
        for where in [next((i for i, n in enumerate(card.trace.program.nodes) if n == node), None)]
        if where is not None
    }
    k = lcm(denominator_of(list(own.values())), step.denominator)
    times = step.numerator * (k // step.denominator)
    if times * max(int(np.abs(found).max()) for found in column.values()) >= _ROOM:
        raise Undecided(f"{node.name}: 1/{k}")
    numbers = np.zeros((draws, len(result.scorecards)), np.int64)
    for at, found in column.items():
        numbers[:, at] = found * times
    return Moved(numbers, k, own)


def _check_peers(result: Result, moved: Mapping[Field, Moved]) -> None:
    """No statistic over peers may read what is drawn: it is frozen before units are scored."""
    for group in {card.group for card in result.scorecards}:
        read = freeze(compile_edition(result.edition, group, result.variant).program)
        if any(node in moved for _, body in read.statistics.values() for node in body.nodes):
            raise stop("robust-peers", Place(result.edition.key))


def record_of(design: Design, stated: Stated, draws: int, seed: int) -> dict[str, Any]:
    """What a reader needs to draw the same again."""
    return {
        "draws": draws,
        "seed": seed,
        "generator": GENERATOR,
        "numpy": np.__version__,
        "level": exact_text(LEVEL),
        "design_effect": exact_text(stated.design_effect),
        "source": None if stated.source is None else str(stated.source),
        "basis": None if stated.source is None else stated.source.basis.value,
        "answers": [_answers(each) for each in design.answers],
        "numbers": [_number(each) for each in design.numbers],
        "criteria_drawn": dict(design.drawn),
        "criteria_without_design": dict(design.silent),
    }


def _answers(each: Answers) -> dict[str, Any]:
    return {
        "unit": each.unit,
        "fields": list(each.names),
        "counts": list(each.counts),
        "sample": each.sample,
        "population": each.population,
        "effect": exact_text(each.effect),
        "drawn": method_of(each.effect),
    }


def _number(each: Number) -> dict[str, Any]:
    return {
        "unit": each.unit,
        "field": each.name,
        "number": exact_text(each.number),
        "step": exact_text(each.step),
        "range": str(each.range),
        "standard_error": None if each.standard is None else exact_text(each.standard),
        "sample": each.sample,
        "drawn": "normal" if each.sample is None else "binomial",
        "source": str(each.source),
        "basis": each.source.basis.value,
    }

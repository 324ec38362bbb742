"""The laws: what holds of every edition on every evidence, whatever the rules say.

Each takes a case and returns how many comparisons it made (0: it had nothing to say of this case), or
raises an `AssertionError` that names the unit, the criterion, the evidence and both numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Final

from attrs import evolve

from parcore.editions.edition import Criterion, Edition
from parcore.editions.index import BASE, RATE, ROUNDED, TOTAL
from parcore.evidence.evidence import Cell, Datum, Evidence, RecordList
from parcore.evidence.vocabulary import POINTS
from parcore.readings.exact import evaluate
from parcore.results.population import FrozenScope
from parcore.results.result import Result, Scorecard
from parcore.results.scope import UnitScope
from parcore.rules.combinations import reported_of
from parcore.rules.program import lay_out
from parcore.testing.bench import Bench, bench_of
from parcore.testing.members import made_of, means_are_reckoned, peers_are_reckoned
from parcore.testing.reckoning import combined, digits_of, index_of, rounded
from parcore.testing.strategies import Case
from parcore.testing.texts import pays_as_written
from parcore.values import ALWAYS_POSSIBLE, State, Value

Law = Callable[[Case], int]
OUT: Final = (State.EXCLUDED, State.RESCALED)


def within_bounds(case: Case) -> int:
    """Points lie within [0, maximum], what is attainable too, the rate within [0, 100]."""
    bench, made = bench_of(case), 0
    for card in bench.result.scorecards:
        nodes = [*case.edition.criteria, *(item for _, item in case.edition.items)]
        for node in nodes:
            for value in (card.points(node.id), card.trace[f"unrounded:{node.id}"], card.attainable(node.id)):
                top = None if node.max is None else node.max.of(card.group)
                if value is None or value.state is not State.OK:
                    continue
                made += 1
                if value.number < 0 or (top is not None and value.number > top):
                    bench.fail(card, node.id, "points within [0, maximum]", value, top)
        rate = _at(card, RATE)
        if rate is not None and not 0 <= rate <= 100:
            bench.fail(card, RATE, "a rate within [0, 100]", rate, 100)
    return made


def _at(card: Scorecard, root: str) -> Fraction | None:
    return card.trace[root].known if root in card.trace.program.roots else None


def independent(case: Case) -> int:
    """A unit's points follow from its own evidence and the statistics over its peers, and nothing else."""
    bench, made = bench_of(case), 0
    for card in bench.result.scorecards:
        own = Evidence(
            (d for d in case.evidence if d.unit == card.unit.id),
            (each for each in case.evidence.lists() if each.unit == card.unit.id),
            case.evidence.rollups,
        )
        _, read = bench.programs(card)
        known = {name: _definition(bench, card, name) for name in read.statistics}
        alone = UnitScope(card.unit.id, case.period, own, case.stage)
        again = evolve(card, trace=evaluate(read.program, FrozenScope(alone, known)))
        made += _same(bench, card, again, "a unit's points depend on its own evidence alone")
    return made


def _definition(bench: Bench, card: Scorecard, name: str) -> Value:
    """A statistic over peers as its node defines it."""
    over, _ = bench.programs(card)[1].statistics[name]
    return evaluate(lay_out({"it": over}), bench.scope(card.unit.id))["it"]


def _same(bench: Bench, one: Scorecard, two: Scorecard, law: str) -> int:
    for root in one.trace.program.roots:
        if root not in two.trace.program.roots:
            bench.fail(one, root.partition(":")[2], law, one.trace[root], "nothing")
        if one.trace[root] != two.trace[root]:
            bench.fail(one, root.partition(":")[2], law, one.trace[root], two.trace[root])
    return len(one.trace.program.roots)


def frozen_peers_are_defined(case: Case) -> int:
    """Statistics that were frozen before scoring are what their definition gives; vacuous without peers."""
    bench, made = bench_of(case), 0
    for card in bench.result.scorecards:
        program, read = bench.programs(card)
        if read.statistics:
            again = evolve(card, trace=evaluate(program, bench.scope(card.unit.id)))
            made += _same(bench, card, again, "frozen peers equal their definition")
    return made


def order_is_irrelevant(case: Case) -> int:
    """In whatever order units and evidence come, points, classes, places and what is open are the same."""
    bench, made = bench_of(case), 0
    turned = evolve(
        case,
        units=case.units[::-1],
        evidence=Evidence(
            list(case.evidence)[::-1], list(case.evidence.lists())[::-1], case.evidence.rollups
        ),
    )
    other = turned.result()
    for card in bench.result.scorecards:
        again = other.card(card.unit.id)
        assert again is not None
        made += _same(bench, card, again, "the order of evidence is irrelevant")
        one, two = _standing(bench.result, card), _standing(other, again)
        if one != two:
            bench.fail(card, "index", "classes and places whatever the order", one, two)
    return made


def _standing(result: Result, card: Scorecard) -> object:
    places = sorted((p.circle, p.place, p.among, p.open) for p in result.places.get(card.unit.id, ()))
    return card.class_name, card.class_open, card.moves, places


def trace_recomputes(case: Case) -> int:
    """Every step of a trace is what its operands give."""
    bench = bench_of(case)
    for card in bench.result.scorecards:
        again = card.trace.rerun()
        if again != card.trace.values:
            bench.fail(card, "index", "a trace re-computes", card.trace.values, again)
    return sum(len(card.trace.values) for card in bench.result.scorecards)


# Hiding


def hiding_never_pays(case: Case) -> int:
    """Evidence, or a cell of a case, made missing, unverified or rejected raises no points, total or rate."""
    bench, made = bench_of(case), 0
    for card in bench.result.scorecards:
        if any(card.raw(leaf.id).state is State.ERROR for leaf in case.edition.scored):
            continue  # taking bad evidence away is a correction
        for said, evidence in (*_statements_hidden(bench, card), *_cells_hidden(case, card)):
            after = bench.again(card, evidence)
            law = f"hiding never pays ({said})"
            for where, one, two in _compared(case.edition, card, after):
                made += 1
                if two > one:
                    bench.fail(card, where, law, one, two)
    return made


def _statements_hidden(bench: Bench, card: Scorecard) -> Iterator[tuple[str, Evidence]]:
    for datum, state in _hidings(bench, card):
        yield f"{datum.field} said to be {state.word}", _hidden(bench.case, datum, state)


def _cells_hidden(case: Case, card: Scorecard) -> Iterator[tuple[str, Evidence]]:
    """The evidence with one cell of one of the unit's cases hidden, for every cell; the states take turns."""
    for kind in case.edition.vocabulary.records:
        listed = case.evidence.records(card.unit.id, case.period, kind, case.stage)
        for at, record in () if listed is None else enumerate(listed.records):
            for turn, name in enumerate(record.cells):
                state = ALWAYS_POSSIBLE[(at + turn) % len(ALWAYS_POSSIBLE)]
                cells = {**record.cells, name: Cell(Value(state), state.word)}
                yield (
                    f"{name} of {kind} {record.id} said to be {state.word}",
                    _with_cells(case, listed, at, cells),
                )


def _with_cells(case: Case, listed: RecordList | None, at: int, cells: Mapping[str, Cell]) -> Evidence:
    lists = []
    for each in case.evidence.lists():
        if each is listed:
            records = tuple(evolve(r, cells=cells) if n == at else r for n, r in enumerate(each.records))
            lists.append(evolve(each, records=records))
        else:
            lists.append(each)
    return Evidence(case.evidence, lists, case.evidence.rollups)


def _hidings(bench: Bench, card: Scorecard) -> Iterator[tuple[Datum, State]]:
    computed = {each.id for each in bench.case.edition.criteria if reported_of(each.rule) is None}
    for datum in bench.statements(card.unit.id):
        if datum.field.removeprefix(POINTS) in computed and datum.field.startswith(POINTS):
            continue  # points set by an appraiser are no evidence of the unit
        yield from ((datum, state) for state in ALWAYS_POSSIBLE if datum.value.state is not state)


def _hidden(case: Case, datum: Datum, state: State) -> Evidence:
    return case.evidence.with_([evolve(datum, value=Value(state), text=state.word, stage=case.stage)])


def _compared(
    edition: Edition, before: Scorecard, after: Scorecard
) -> Iterator[tuple[str, Fraction, Fraction]]:
    """What may not rise: points of criteria and of bonus, what is left by penalty, base, total and rate."""
    forgiven = any(_forgives(leaf) for leaf in edition.scored)
    for node in reversed([*edition.criteria]):  # the part that pays is named before its parent
        one, two = before.points(node.id), after.points(node.id)
        # Points withheld, or called an error, are none: another state of evidence may pay some.
        if one.state not in (State.WITHHELD, State.ERROR):
            yield node.id, one.number, two.number
    for name, item in edition.items:
        one, two = before.points(item.id), after.points(item.id)
        if one.state is State.OK and two.state is State.OK and not (name == "penalty" and _forgives(item)):
            yield item.id, *((one.number, two.number) if name == "bonus" else (-one.number, -two.number))
    roots = [BASE] if forgiven else [BASE, RATE, TOTAL]
    for root in roots:
        first, second = _at(before, root), _at(after, root)
        if first is not None and second is not None:
            yield root, first, second


def _forgives(leaf: Criterion) -> bool:
    """Whether the edition itself, on a ground it names, leaves out what is hidden or takes nothing off."""
    effects = (leaf.when.get(state) for state in ALWAYS_POSSIBLE)
    return any(each is not None and each.source is not None for each in effects)


def no_index_by_silence(case: Case) -> int:
    """A unit without index for what is unverified or rejected does not get one by leaving it out."""
    bench, made = bench_of(case), 0
    if any(map(_forgives, case.edition.scored)):
        return 0  # what the edition leaves out on its own ground may empty an index
    for card in bench.result.scorecards:
        for datum, state in _hidings(bench, card):
            if state is State.MISSING:
                continue
            first = bench.again(card, _hidden(case, datum, state))
            if first.state is not State.WITHHELD:
                continue
            second = bench.again(card, _hidden(case, datum, State.MISSING))
            made += 1
            if second.state is State.OK:
                law = f"no index by leaving out {datum.field} instead of {state.word}"
                bench.fail(card, "index", law, first.state.word, second.trace[TOTAL])
    return made


# Sums


def attainable_follows_exclusions(case: Case) -> int:
    """A leaf's attainable maximum is its maximum, or it is out with its points."""
    bench, made = bench_of(case), 0
    for card in bench.result.scorecards:
        for leaf in case.edition.scored:
            points, attainable = card.points(leaf.id), card.attainable(leaf.id)
            if attainable is None or leaf.max is None:
                continue
            made += 1
            right = Value(State.OK, leaf.max.of(card.group))
            if points.state in OUT:
                right = Value(points.state)
            if attainable != right:
                bench.fail(card, leaf.id, "attainable: the maximum, or out", attainable, right)
    return made


def effects_are_as_said(case: Case) -> int:
    """An empty leaf has what `when` says of its state; vacuous where every leaf has a number."""
    bench, made = bench_of(case), 0
    absent = {each.method for each in bench.result.absent}
    for card in bench.result.scorecards:
        for leaf in case.edition.scored:
            effect = leaf.when.get(card.raw(leaf.id).state)
            computed = f"computed:{leaf.id}" in card.trace.program.roots
            if effect is None or computed or leaf.method in absent:
                continue
            made += 1
            top = Fraction(0) if leaf.max is None else leaf.max.of(card.group)
            got, wanted = card.trace[f"unrounded:{leaf.id}"], made_of(effect, top, card.group)
            if got != wanted:
                bench.fail(card, leaf.id, f"the effect of {card.raw(leaf.id).state.word}", got, wanted)
    return made


def parents_combine_children(case: Case) -> int:
    """A group's points and maximum are what its words make of its parts'; the index likewise."""
    bench, made = bench_of(case), 0
    for card in bench.result.scorecards:
        for node in (each for each in case.edition.criteria if each.children):
            points, attainable = combined(node, card, bench.variant(card).out)
            given = f"computed:{node.id}"
            got = card.trace[given if given in card.trace.program.roots else f"points:{node.id}"]
            wanted = rounded(points, digits_of(case.edition, node), case.edition)
            made += 1
            if got != wanted:
                bench.fail(card, node.id, "a group is its combination of parts", got, wanted)
            own = card.attainable(node.id)
            if attainable is not None and given not in card.trace.program.roots and own != attainable:
                bench.fail(card, node.id, "a group's maximum is that of its parts", own, attainable)
        for root, wanted in index_of(case.edition, card):
            made += 1
            if card.trace[root] != wanted:
                bench.fail(card, root, "the index is its sum", card.trace[root], wanted)
    return made


# Provisional results


def provisional_contains(case: Case, completed: Mapping[str, Evidence]) -> int:
    """Whatever is found for what is open, the index lies where the provisional result says it will.

    `completed` has for a unit the evidence with its open statements settled somehow.
    """
    bench, made = bench_of(case), 0
    for card in bench.result.scorecards:
        provisional, evidence = card.provisional, completed.get(card.unit.id)
        if provisional is None or evidence is None:
            continue
        after = bench.again(card, evidence)
        for root, span in ((BASE, provisional.base), (TOTAL, provisional.total), (RATE, provisional.rate)):
            number = _at(after, root + ROUNDED)
            if span is None or number is None:
                continue
            made += 1
            if not span[0] <= number <= span[1]:
                law = f"a provisional index contains every completion ({_told(bench, card, evidence)})"
                bench.fail(card, root, law, f"{span[0]}–{span[1]}", number)
    return made


def _told(bench: Bench, card: Scorecard, evidence: Evidence) -> str:
    held = bench.case.evidence
    changed = [each for each in evidence if each.unit == card.unit.id and each not in list(held)]
    return ", ".join(f"{each.field} → {each.text}" for each in changed)


# Documents


def reads_the_same_twice(case: Case) -> int:
    """A document read twice is one edition; vacuous where the case has no document."""
    if case.document is None:
        return 0
    if case.document.read() != case.edition:
        raise AssertionError(f"two readings of one document differ\n{case.document.text}")
    return 1


LAWS: Final[Mapping[str, Law]] = {
    law.__name__: law
    for law in (
        within_bounds,
        independent,
        frozen_peers_are_defined,
        order_is_irrelevant,
        trace_recomputes,
        hiding_never_pays,
        no_index_by_silence,
        attainable_follows_exclusions,
        parents_combine_children,
        peers_are_reckoned,
        means_are_reckoned,
        effects_are_as_said,
        pays_as_written,
        reads_the_same_twice,
    )
}
"""The laws of one case, by name; `provisional_contains` needs completions besides."""

"""Fields that follow from lists of records: `derive: {count: dossiers, where: channel = online}`.

In: a vocabulary's declarations and the lists that units handed in. Out: a statement for each list, of its
period and stage, before anything is scored. What a declaration means is its `node`; `of` gives the same
for a list, without a scope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as MappingOf
from enum import Enum
from fractions import Fraction
from itertools import islice
from typing import Final

from attrs import frozen

from parcore.diagnostics import Findings
from parcore.documents.reading import number_of, text_of
from parcore.documents.schema import report_unknown
from parcore.documents.tree import Mapping, Tree
from parcore.evidence.evidence import Datum, Evidence, Method, RecordList, Said
from parcore.evidence.vocabulary import FieldKind, FieldSpec, Vocabulary
from parcore.expressions import Compare, Linear
from parcore.numbers import ONE, ZERO, exact_text
from parcore.rules.conditions import Condition, names_in, read_condition, ready, tests_in
from parcore.rules.figures import NOTHING, Context, sum_node
from parcore.rules.graph import Aggregate, Over, Pick, Records, const
from parcore.values import State, Value

MAX_NAMED: Final = 5
"""Records named in a note that says why nothing could be derived."""

Known = MappingOf[str, Value]


class How(Enum):
    """How the field follows from the records for which the condition holds."""

    COUNT = "count"
    SUM = "sum"
    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    SHARE = "share"
    PERCENTILE = "percentile"
    DISTINCT = "distinct"


_OVER: Final = {
    How.SUM: Aggregate.SUM,
    How.MEAN: Aggregate.MEAN,
    How.MIN: Aggregate.MIN,
    How.MAX: Aggregate.MAX,
}


@frozen
class Derivation:
    """How a field follows from records of a kind: `how`, over an `amount` of each or what it `meets`.

    The percentile `at` is the least number that so large a share of the records do not exceed.
    """

    spec: FieldSpec
    kind: str
    records: Vocabulary
    how: How
    amount: Linear
    meets: Condition | None
    at: Fraction
    where: Condition | None
    condition: str

    @property
    def node(self) -> Over | None:
        """What it means: an aggregate over the unit's records; None where the graph has none like it."""
        where = None if self.where is None else self.where.node({}, "")
        domain = Records(self.kind)
        if self.how is How.COUNT:
            return Over(Aggregate.COUNT, domain, const(1), where=where)
        if self.meets is not None:
            share = Pick(((self.meets.node({}, ""), const(1)),), const(0))
            return Over(Aggregate.MEAN, domain, share, NOTHING, where)
        if self.how not in _OVER:
            return None
        return Over(_OVER[self.how], domain, sum_node(self.amount, self.records), NOTHING, where)

    @property
    def names(self) -> tuple[str, ...]:
        """The fields of the records that it reads."""
        conditions = (each for each in (self.meets, self.where) if each is not None)
        return tuple(dict.fromkeys((*self.amount.names, *(n for each in conditions for n in names_in(each)))))

    def of(self, listed: RecordList) -> Datum:
        """The statement that follows from a list; its note says of how many of how many records."""
        names, holds, amount = self.names, _holding(self.where), self._amount()
        kept: list[tuple[Value, int]] = []
        unknown, open_, total = State.OK, dict[Said, int](), 0
        for said, times in listed.tally(names).items():
            values = (Value(State.MISSING) if cell is None else cell.value for cell in said)
            known = dict(zip(names, values, strict=True))
            state, true = holds(known)
            total += times
            if state is not State.OK:
                unknown = max(unknown, state)
                open_[said] = times
            elif true:
                kept.append((amount(known), times))
        if open_:
            return self._stated(listed, Value(unknown), _unknown(listed, names, open_, unknown))
        held = sum(count for _, count in kept)
        return self._stated(listed, self._total(kept), f"{held}/{total}")

    def _amount(self) -> Callable[[Known], Value]:
        """What one record adds."""
        if self.meets is not None:
            holds = _holding(self.meets)

            def met(known: Known) -> Value:
                state, true = holds(known)
                return Value(state, Fraction(true and state is State.OK))

            return met

        def amount(known: Known) -> Value:
            state = _state(self.amount, known)
            if state is not State.OK:
                return Value(state)
            numbers = {name: value.number for name, value in known.items()}
            return Value(State.OK, self.amount.value(numbers))

        return amount

    def _total(self, kept: list[tuple[Value, int]]) -> Value:
        arose = [(value, count) for value, count in kept if value.state is not State.NOTHING_AROSE]
        if not arose and self.how not in (How.COUNT, How.DISTINCT):
            return Value(State.NOTHING_AROSE)
        state = max((value.state for value, _ in arose), default=State.OK)
        if state is not State.OK:
            return Value(state)
        return Value(State.OK, self._number([(value.number, count) for value, count in arose]))

    def _number(self, arose: list[tuple[Fraction, int]]) -> Fraction:
        """One number of those that records have, each so often."""
        count = sum(times for _, times in arose)
        total = sum((number * times for number, times in arose), ZERO)
        match self.how:
            case How.COUNT:
                return Fraction(count)
            case How.SUM:
                return total
            case How.MEAN | How.SHARE:
                return total / count
            case How.DISTINCT:
                return Fraction(len({number for number, _ in arose}))
            case How.MIN:
                return min(number for number, _ in arose)
            case How.MAX:
                return max(number for number, _ in arose)
            case How.PERCENTILE:
                return _percentile(arose, self.at * count)

    def _stated(self, listed: RecordList, value: Value, told: str) -> Datum:
        where = f", {self.condition}" if self.condition else ""
        aside = f"; {listed.set_aside} {State.REJECTED.word}" if listed.set_aside else ""
        return Datum(
            unit=listed.unit,
            period=listed.period,
            field=self.spec.name,
            value=value,
            text="" if value.known is None else exact_text(value.number),
            stage=listed.stage,
            method=Method.DERIVED,
            source=listed.source,
            note=f"{self.kind}: {told}{where}{aside}",
            place=listed.place,
        )


def _percentile(arose: list[tuple[Fraction, int]], wanted: Fraction) -> Fraction:
    """The least number such that at least so many records have no more."""
    found, met = ZERO, 0
    for number, times in sorted(arose):
        if met < wanted or not met:
            found, met = number, met + times
    return found


def _holding(condition: Condition | None) -> Callable[[Known], tuple[State, bool]]:
    """Whether a record meets it, or the state in which that is not known: strict, as the graph is."""
    if condition is None:
        return lambda _: (State.OK, True)
    tests = [test.sides("") for test in tests_in(condition)]
    sums = [
        side for one in tests for side in ([one.left, one.right] if isinstance(one, Compare) else [one.left])
    ]
    true = ready(condition, "")

    def holds(known: Known) -> tuple[State, bool]:
        state = max(_state(each, known) for each in sums)
        if state is not State.OK:
            return state, False
        return state, true({name: value.number for name, value in known.items()})

    return holds


def _state(sum_: Linear, known: Known) -> State:
    """The state of a sum of fields; as in its graph, a term of which nothing arose adds nothing to others."""
    if not sum_.terms:
        return State.OK
    states = [known[name].state for name in sum_.names]
    if len(states) + bool(sum_.constant) > 1:
        arose = [each for each in states if each is not State.NOTHING_AROSE]
        return max(arose, default=State.OK if sum_.constant else State.NOTHING_AROSE)
    return max(states, default=State.OK)


def _unknown(listed: RecordList, names: tuple[str, ...], open_: MappingOf[Said, int], state: State) -> str:
    """Of how many records it is not known whether they count, and some of their numbers."""
    told = f"{sum(open_.values())}/{len(listed.records)} {state.word}"
    if listed.counted is not None:
        return told
    hidden = (each for each in listed.records if tuple(each.cells.get(name) for name in names) in open_)
    named = [each.id or str(each.place) for each in islice(hidden, MAX_NAMED + 1)]
    shown = ", ".join(named[:MAX_NAMED]) + (", …" if len(named) > MAX_NAMED else "")
    return f"{told} ({shown})"


def derivations(vocabulary: Vocabulary, findings: Findings) -> tuple[Derivation, ...]:
    """The derivations that a vocabulary declares; what is wrong with one is reported."""
    found = (_read(spec, vocabulary, findings) for spec in vocabulary.fields.values())
    return tuple(each for each in found if each is not None)


def _read(spec: FieldSpec, vocabulary: Vocabulary, findings: Findings) -> Derivation | None:
    tree = spec.derive
    if tree is None:
        return None
    how = next(each for each in How if each.value in tree)
    named = tree["count" if how is How.COUNT else "of"]
    records = vocabulary.records.get(text_of(named))
    if records is None:
        report_unknown(text_of(named), list(vocabulary.records), named.place, findings, "unknown-records")
        return None
    context = Context(records, findings, ("",), spec.name, None)
    amount, meets = _what(how, tree, context)
    where = read_condition(tree["where"], context) if "where" in tree else None
    at = share_of(tree["at"], findings) if "at" in tree else ZERO
    if (amount is None and meets is None) or ("where" in tree and where is None) or at is None:
        return None
    amount = Linear() if amount is None else amount
    if not _fits(spec, how, amount, records):
        findings.add("derive-not-fitting", tree.place_of(how.value), field=spec.name, derive=how.value)
        return None
    condition = _written(tree["where"].plain()) if "where" in tree else ""
    return Derivation(spec, records.name, records, how, amount, meets, at, where, condition)


def _what(how: How, tree: Mapping, context: Context) -> tuple[Linear | None, Condition | None]:
    """What is asked of each record: a sum of its fields, or a condition."""
    written = tree[how.value]
    match how:
        case How.COUNT:
            return Linear(), None
        case How.SHARE:
            return None, read_condition(written, context)
        case How.DISTINCT:
            spec = context.field(written)
            return None if spec is None else Linear(((spec.name, ONE),)), None
        case _:
            return context.sum_of(written, FieldKind.COUNT, FieldKind.NUMBER), None


def share_of(tree: Tree, findings: Findings) -> Fraction | None:
    """A share over 0 and at most all of them."""
    share = number_of(tree, findings)
    if share is not None and not 0 < share <= 1:
        findings.add("value-out-of-range", tree.place, field="at", value=text_of(tree), range="(0%,100%]")
        return None
    return share


def _fits(spec: FieldSpec, how: How, amount: Linear, records: Vocabulary) -> bool:
    """Whether what is derived is a value of the field: whole numbers, or numbers of any decimals."""
    if how in (How.COUNT, How.DISTINCT):
        return spec.kind is FieldKind.COUNT
    step = None if how in (How.MEAN, How.SHARE) else records.range_of(amount).step
    own = spec.range.step
    fine = own is None or (step is not None and (step / own).denominator == 1)
    numeric = spec.kind in (FieldKind.COUNT, FieldKind.NUMBER)
    return numeric and fine and State.NOTHING_AROSE in spec.states


def _written(condition: object) -> str:
    """A condition as it is written, on one line."""
    match condition:
        case list():
            return ", ".join(_written(each) for each in condition)
        case dict():
            return "; ".join(f"{word}: ({_written(each)})" for word, each in condition.items())
        case _:
            return str(condition)


def derive(evidence: Evidence, vocabulary: Vocabulary, findings: Findings) -> Evidence:
    """Evidence with what its lists of records give; a statement that says otherwise is reported.

    A list gives a statement of its own stage: what a unit hands in itself is no more than that.
    """
    known = derivations(vocabulary, Findings())
    if not known:
        return evidence
    stated = {(each.unit, each.period, each.field, each.stage): each for each in evidence}
    added: list[Datum] = []
    for datum in _derived(evidence, known):
        first = stated.get((datum.unit, datum.period, datum.field, datum.stage))
        if first is None or _agree(first, datum):
            added.append(datum)
            _check_range(datum, vocabulary.fields[datum.field], findings)
        else:
            findings.add(
                "derived-differs", first.place, field=datum.field, unit=datum.unit, period=datum.period,
                stage=datum.stage.value, one=first.text[:60] or first.value.state.word,
                two=datum.text or datum.value.state.word, note=datum.note, first=datum.place,
            )  # fmt: skip
    return evidence.joined(added)


def _agree(stated: Datum, given: Datum) -> bool:
    """Whether what is stated, a value or a bound, is what records give."""
    if stated.bound is not None:
        return given.value.known is not None and given.value.number in stated.bound
    return stated.value == given.value


def _derived(evidence: Evidence, known: tuple[Derivation, ...]) -> Iterator[Datum]:
    for listed in evidence.lists():
        yield from (each.of(listed) for each in known if each.kind == listed.kind)


def _check_range(datum: Datum, spec: FieldSpec, findings: Findings) -> None:
    if datum.value.state is State.OK and datum.value.number not in spec.range.interval:
        findings.add(
            "value-out-of-range", datum.place, field=f"{spec.name} ({datum.note})", value=datum.text,
            range=spec.range.interval,
        )  # fmt: skip

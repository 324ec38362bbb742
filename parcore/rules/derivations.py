"""Fields that follow from lists of records: `derive: {count: dossiers, where: channel = online}`.

In: a vocabulary's declarations and the lists that units handed in. Out: a statement for each list, of its
period and stage, before anything is scored. What a declaration means is its `node`; `of` gives the same
for a list, without a scope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as MappingOf
from fractions import Fraction
from typing import Final

from attrs import frozen

from parcore.diagnostics import Findings
from parcore.documents.reading import text_of
from parcore.documents.schema import report_unknown
from parcore.evidence.evidence import Datum, Evidence, Method, Record, RecordList
from parcore.evidence.vocabulary import FieldKind, FieldSpec, Vocabulary
from parcore.expressions import Compare, Linear
from parcore.numbers import ZERO, exact_text
from parcore.rules.conditions import Condition, names_in, read_condition, ready, tests_in
from parcore.rules.figures import NOTHING, Context, sum_node
from parcore.rules.graph import Aggregate, Over, Records, const
from parcore.values import State, Value

MAX_NAMED: Final = 5
"""Records named in a note that says why nothing could be derived."""

Known = MappingOf[str, Value]


@frozen
class Derivation:
    """How a field follows from records of a kind: their number, or the sum of an `amount` over them."""

    spec: FieldSpec
    kind: str
    records: Vocabulary
    amount: Linear | None
    where: Condition | None
    condition: str

    @property
    def node(self) -> Over:
        """What it means: an aggregate over the unit's records."""
        where = None if self.where is None else self.where.node({}, "")
        if self.amount is None:
            return Over(Aggregate.COUNT, Records(self.kind), const(1), where=where)
        return Over(Aggregate.SUM, Records(self.kind), sum_node(self.amount, self.records), NOTHING, where)

    @property
    def names(self) -> tuple[str, ...]:
        """The fields of the records that it reads."""
        amount = () if self.amount is None else self.amount.names
        return tuple(dict.fromkeys((*amount, *(() if self.where is None else names_in(self.where)))))

    def of(self, listed: RecordList) -> Datum:
        """The statement that follows from a list; its note says of how many of how many records."""
        names, holds = self.names, self._condition()
        same: dict[tuple[Value, ...], list[Record]] = {}
        for record in listed.records:
            same.setdefault(tuple(_cell(record, name) for name in names), []).append(record)
        kept: list[tuple[Value, int]] = []
        unknown, open_ = State.OK, list[Record]()
        for values, records in same.items():
            known = dict(zip(names, values, strict=True))
            state, true = holds(known)
            if state is not State.OK:
                unknown = max(unknown, state)
                open_ += records
            elif true:
                kept.append((self._amount(known), len(records)))
        if open_:
            return self._stated(listed, Value(unknown), _unknown(listed, open_, unknown))
        held = sum(count for _, count in kept)
        return self._stated(listed, self._total(kept), f"{held}/{len(listed.records)}")

    def _condition(self) -> Callable[[Known], tuple[State, bool]]:
        """Whether a record counts, or the state in which that is not known: strict, as the graph is."""
        if self.where is None:
            return lambda _: (State.OK, True)
        tests = [test.sides("") for test in tests_in(self.where)]
        sums = [
            side
            for one in tests
            for side in ([one.left, one.right] if isinstance(one, Compare) else [one.left])
        ]
        true = ready(self.where, "")

        def holds(known: Known) -> tuple[State, bool]:
            state = max(_state(each, known) for each in sums)
            if state is not State.OK:
                return state, False
            return state, true({name: value.number for name, value in known.items()})

        return holds

    def _amount(self, known: Known) -> Value:
        if self.amount is None:
            return Value(State.OK, Fraction(1))
        state = _state(self.amount, known)
        if state is not State.OK:
            return Value(state)
        return Value(State.OK, self.amount.value({name: value.number for name, value in known.items()}))

    def _total(self, kept: list[tuple[Value, int]]) -> Value:
        arose = [(value, count) for value, count in kept if value.state is not State.NOTHING_AROSE]
        if not arose and self.amount is not None:
            return Value(State.NOTHING_AROSE)
        state = max((value.state for value, _ in arose), default=State.OK)
        if state is not State.OK:
            return Value(state)
        return Value(State.OK, sum((value.number * count for value, count in arose), ZERO))

    def _stated(self, listed: RecordList, value: Value, told: str) -> Datum:
        where = f", {self.condition}" if self.condition else ""
        return Datum(
            unit=listed.unit,
            period=listed.period,
            field=self.spec.name,
            value=value,
            text="" if value.known is None else exact_text(value.number),
            stage=listed.stage,
            method=Method.DERIVED,
            source=listed.source,
            note=f"{self.kind}: {told}{where}",
            place=listed.place,
        )


def _cell(record: Record, name: str) -> Value:
    cell = record.cells.get(name)
    return Value(State.MISSING) if cell is None else cell.value


def _state(sum_: Linear, known: Known) -> State:
    """The state of a sum of fields; as in its graph, a term of which nothing arose adds nothing to others."""
    if not sum_.terms:
        return State.OK
    states = [known[name].state for name in sum_.names]
    if len(states) + bool(sum_.constant) > 1:
        arose = [each for each in states if each is not State.NOTHING_AROSE]
        return max(arose, default=State.OK if sum_.constant else State.NOTHING_AROSE)
    return max(states, default=State.OK)


def _unknown(listed: RecordList, open_: list[Record], state: State) -> str:
    """Of how many records it is not known whether they count, and some of their numbers."""
    ids = {id(each) for each in open_}
    named = [each.id or str(each.place) for each in listed.records if id(each) in ids][: MAX_NAMED + 1]
    shown = ", ".join(named[:MAX_NAMED]) + (", …" if len(named) > MAX_NAMED else "")
    return f"{len(open_)}/{len(listed.records)} {state.word} ({shown})"


def derivations(vocabulary: Vocabulary, findings: Findings) -> tuple[Derivation, ...]:
    """The derivations that a vocabulary declares; what is wrong with one is reported."""
    found = (_read(spec, vocabulary, findings) for spec in vocabulary.fields.values())
    return tuple(each for each in found if each is not None)


def _read(spec: FieldSpec, vocabulary: Vocabulary, findings: Findings) -> Derivation | None:
    tree = spec.derive
    if tree is None:
        return None
    named = tree["count" if "count" in tree else "of"]
    records = vocabulary.records.get(text_of(named))
    if records is None:
        report_unknown(text_of(named), list(vocabulary.records), named.place, findings, "unknown-records")
        return None
    context = Context(records, findings, ("",), spec.name, None)
    amount = context.sum_of(tree["sum"], FieldKind.COUNT, FieldKind.NUMBER) if "sum" in tree else None
    where = read_condition(tree["where"], context) if "where" in tree else None
    if ("sum" in tree and amount is None) or ("where" in tree and where is None):
        return None
    if not _fits(spec, amount, records):
        word = "count" if amount is None else "sum"
        findings.add("derive-not-fitting", tree.place_of(word), field=spec.name, derive=word)
        return None
    condition = _written(tree["where"].plain()) if "where" in tree else ""
    return Derivation(spec, records.name, records, amount, where, condition)


def _fits(spec: FieldSpec, amount: Linear | None, records: Vocabulary) -> bool:
    """Whether what is derived is a value of the field: whole numbers, or numbers of any decimals."""
    if amount is None:
        return spec.kind is FieldKind.COUNT
    step = records.range_of(amount).step
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

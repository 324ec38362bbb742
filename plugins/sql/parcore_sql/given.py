"""The table of evidence that a printed statement reads: its columns, their bounds, and the way to integers.

In: what a program asks, and the vocabulary. Out: for each field a column as people keep it (a number, a
choice, a day) with one for its state, and the layers that turn these into states and integers. What is
outside its bounds, has more decimals than are stated, is in no state of evidence, or breaks what must hold
between fields, is never counted: its row is not decided.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from hashlib import sha256
from math import ceil, floor, lcm
from typing import Final

from attrs import frozen

from parcore.evidence.vocabulary import POINTS, FieldKind, FieldSpec, Invariant, Vocabulary, given_field
from parcore.expressions import Linear
from parcore.readings.pair.backend import NARROW, Source
from parcore.readings.pair.fold import Shape
from parcore.rules.graph import Field, Symbol
from parcore.rules.program import Program
from parcore.values import EVIDENCE_STATES, State

EVIDENCE: Final = "evidence"
"""The table that an auditor makes."""
GROUP: Final = "unit_group"
"""The column of unit groups, where an edition tells them apart."""
WHOLE: Final = "evidence: whole"
"""The layer that holds the evidence as states and integers."""
STATE: Final = ":state"
NUMBER: Final = ":n"
SOUND: Final = ":sound"

_STATES: Final = frozenset({State.OK, *EVIDENCE_STATES})
_LAST_DAY: Final = 3_652_059  # of the year 9999
_UNKNOWN: Final = -1
_MARK: Final = 8
_LONGEST: Final = 40
"""The bytes of a column's name for a field; PostgreSQL cuts off what is beyond 63 with all that is added."""
CUT: Final = "~"
"""Where a name was cut, before what tells it from others that begin alike."""


@frozen
class Room:
    """What a number may be where the vocabulary does not say: its magnitude, and its decimals."""

    most: int
    decimals: int


ROOMS: Final = (Room(10**18, 9), Room(10**15, 6), Room(10**12, 6), Room(10**9, 6), Room(10**9, 4))
"""From the widest on: the first in which all of an edition has room is taken."""


@frozen
class Given:
    """A column of the table of evidence: a field, so many periods back.

    `derived` is the name under which its state and integer go on; it differs from `name` where points are
    given, and where a choice is asked for among several lists of options. Numbers lie between `low` and
    `high` of the shape, with `decimals` decimals at most.
    """

    source: Field | Symbol
    name: str
    derived: str
    spec: FieldSpec
    shape: Shape
    decimals: int = 0

    @property
    def wide(self) -> bool:
        """Whether the integers need more than 64 bits."""
        return max(-self.shape.low, self.shape.high) > NARROW

    @property
    def type(self) -> str:
        """The type of the column, as DuckDB calls it."""
        if isinstance(self.source, Symbol):
            return "TEXT"
        if self.spec.kind is FieldKind.DATE:
            return "DATE"
        if not self.decimals:
            return "DECIMAL(38, 0)" if self.wide else "BIGINT"
        return f"DECIMAL(38, {self.decimals})"


def given_of(
    program: Program, vocabulary: Vocabulary, room: Room, known: Collection[Source] = ()
) -> list[Given]:
    """The columns for what a program asks, but for what is known otherwise."""
    found: list[Given] = []
    for node in program.nodes:
        if isinstance(node, Field | Symbol) and node not in known:
            name = _column(node)
            again = sum(each.name == name for each in found)
            derived = f"given {name}" if name.startswith(POINTS) else name
            derived = f"{derived}:{again + 1}" if again else derived
            found.append(_given(node, name, derived, vocabulary, room))
    return found


def _column(node: Field | Symbol) -> str:
    """The column of a field: the same in the statements of all unit groups, which read one table."""
    name = short(node.name.removeprefix("@"), _LONGEST)
    return f"{name}:{node.lag} back" if node.lag else name


def short(name: str, longest: int) -> str:
    """A name of so many bytes at most: of a longer one its beginning, and a mark of the whole."""
    if len(name.encode()) <= longest:
        return name
    mark = CUT + sha256(name.encode()).hexdigest()[:_MARK]
    return name.encode()[: longest - len(mark)].decode(errors="ignore") + mark


def _given(node: Field | Symbol, name: str, derived: str, vocabulary: Vocabulary, room: Room) -> Given:
    spec = vocabulary.fields.get(node.name) or given_field(node.name)
    if node.name.startswith("@"):
        spec = FieldSpec(node.name, FieldKind.DATE)
    if spec is None:
        spec = FieldSpec(node.name, FieldKind.NUMBER)
    if isinstance(node, Symbol):
        states = _STATES | {State.ERROR}
        return Given(node, name, derived, spec, Shape(states, 0, max(len(node.options) - 1, 0), 1))
    if spec.kind is FieldKind.DATE:
        return Given(node, name, derived, spec, Shape(_STATES, 1, _LAST_DAY, 1))
    step = spec.range.step
    decimals = room.decimals
    if step is not None:
        decimals = next((at for at in range(room.decimals) if (10**at * step).denominator == 1), decimals)
    low, high = spec.range.interval.low, spec.range.interval.high
    k = 10**decimals
    least = -room.most * k if low is None else _inward(low * k, spec.range.interval.low_in)
    most = max(room.most * k, least) if high is None else -_inward(-high * k, spec.range.interval.high_in)
    return Given(node, name, derived, spec, Shape(_STATES, least, most, k), decimals)


def _inward(low: Fraction, low_in: bool) -> int:
    """The least integer from a lower end on."""
    return ceil(low) if low_in else floor(low) + 1


def named(given: Sequence[Given]) -> tuple[Mapping[Source, str], Mapping[Source, str]]:
    """What the columns of states are called, and those of integers."""
    states: dict[Source, str] = {each.source: each.derived + STATE for each in given}
    numbers: dict[Source, str] = {each.source: each.derived + NUMBER for each in given}
    return states, numbers


def shapes_of(given: Sequence[Given]) -> Mapping[Source, Shape]:
    """The columns of integers that they become."""
    return {each.source: each.shape for each in given}


def layers(
    given: Sequence[Given],
    group: str,
    wide: str,
    kinds: Sequence[str] = (),
    invariants: Sequence[Invariant] = (),
    *,
    rounds: bool = False,
) -> Iterator[tuple[str, str]]:
    """The layers from the table to integers, as DuckDB writes them: the name and the text of each.

    A unit that stands twice, in whatever groups, is one row, which is not decided. Of several unit groups one
    is read. A row that breaks one of the `invariants` is not decided. `kinds` are
    the kinds of cases that have tables of their own; whether a unit handed its list in has a state here.
    `rounds` is the dialect's.
    """
    lists = [quoted(kind + STATE) for kind in kinds]
    yield (
        f"{EVIDENCE}: stated",
        _select(
            [
                "unit",
                f"unit IN (SELECT unit FROM {quoted(EVIDENCE)} GROUP BY unit HAVING count(*) = 1) AS sole",
            ]
            + ["row_number() OVER (PARTITION BY unit ORDER BY unit) AS row_of_unit"]
            + [_listed(kind) for kind in kinds]
            + [part for each in given for part in (_named(each), _stated(each))],
            quoted(EVIDENCE) + (f" WHERE {GROUP} = {_text(group)}" if group else ""),
        ),
    )
    yield (
        f"{EVIDENCE}: checked",
        _select(
            ["unit", "sole", *lists] + [part for each in given for part in _checked(each, rounds)],
            f"{quoted(f'{EVIDENCE}: stated')} WHERE row_of_unit = 1",
        ),
    )
    sound = ["sole", *(quoted(each.derived + SOUND) for each in given)]
    sound += [f"{each} <> {_UNKNOWN}" for each in lists]
    sound += [text for _, text in kept(invariants, given, wide)]
    sound += [f"NOT unit IN (SELECT unit FROM {quoted(f'{kind}: not sound')})" for kind in kinds]
    yield (
        WHOLE,
        _select(
            ["unit", f"{' AND '.join(sound)} AS decided", *lists]
            + [part for each in given for part in _whole(each, wide)],
            quoted(f"{EVIDENCE}: checked"),
        ),
    )


def case_layers(
    kind: str,
    given: Sequence[Given],
    wide: str,
    most: int,
    invariants: Sequence[Invariant] = (),
    *,
    rounds: bool = False,
) -> Iterator[tuple[str, str]]:
    """The same for the table of a kind of cases, a row each; and the units whose cases are not all sound."""
    columns = [part for each in given for part in (_named(each), _stated(each))]
    yield f"{kind}: stated", _select(["unit", *columns], f"{quoted(kind)} WHERE NOT unit IS NULL")
    checked = [part for each in given for part in _checked(each, rounds)]
    yield f"{kind}: checked", _select(["unit", *checked], quoted(f"{kind}: stated"))
    sounds = [quoted(each.derived + SOUND) for each in given]
    sound = " AND ".join([*sounds, *(text for _, text in kept(invariants, given, wide))]) or "TRUE"
    whole = [part for each in given for part in _whole(each, wide)]
    yield f"{kind}: whole", _select(["unit", f"{sound} AS sound", *whole], quoted(f"{kind}: checked"))
    unsound = f"MIN(CASE WHEN sound THEN 1 ELSE 0 END) = 0 OR COUNT(*) > {most}"
    yield f"{kind}: not sound", f"SELECT unit FROM {quoted(f'{kind}: whole')} GROUP BY unit HAVING {unsound}"


def kept(
    invariants: Sequence[Invariant], given: Sequence[Given], wide: str
) -> Iterator[tuple[Invariant, str]]:
    """The invariants whose fields are all columns, and whether each is kept where all have sound numbers."""
    found = {(each.source.name, each.source.lag): each for each in given if isinstance(each.source, Field)}
    for lag in sorted({lag for _, lag in found}):
        for invariant in invariants:
            columns = {name: found[name, lag] for name in invariant.names if (name, lag) in found}
            if len(columns) == len(invariant.names):
                yield invariant, _kept(invariant, columns, wide)


def _kept(invariant: Invariant, columns: Mapping[str, Given], wide: str) -> str:
    """An invariant over integers, all with the same denominator."""
    rule = invariant.rule
    parts = [factor for side in (rule.left, rule.right) for _, factor in side.terms]
    parts += [rule.left.constant, rule.right.constant]
    k = lcm(*(each.denominator for each in parts)) * max(each.shape.k for each in columns.values())
    left, right = (_side(side, columns, k, wide) for side in (rule.left, rule.right))
    ok = [f"{quoted(each.derived + STATE)} = {int(State.OK)}" for each in columns.values()]
    ok += [quoted(each.derived + SOUND) for each in columns.values()]
    op = "<>" if rule.op == "!=" else rule.op
    return f"CASE WHEN {' AND '.join(ok)} THEN {left} {op} {right} ELSE TRUE END"


def _side(side: Linear, columns: Mapping[str, Given], k: int, wide: str) -> str:
    """One side of an invariant, times k."""
    terms = []
    for name, factor in side.terms:
        each = columns[name]
        times = int(factor * k / each.shape.k)
        if len(side.terms) == 1 and times == 1 and not each.decimals and not side.constant:
            return _number(each)
        whole = f"CAST({_integer(each)} AS {wide})"
        terms.append(whole if times == 1 else f"{times} * {whole}")
    if side.constant or not terms:
        terms.append(str(int(side.constant * k)))
    return " + ".join(terms)


def _listed(kind: str) -> str:
    """The state of a unit's list: what is said of it, else whether there are any cases."""
    state = quoted(kind + STATE)
    words = " ".join(f"WHEN '{each.word}' THEN {int(each)}" for each in EVIDENCE_STATES)
    cases = f"CASE WHEN unit IN (SELECT unit FROM {quoted(kind)}) THEN 0 ELSE {int(State.MISSING)} END"
    said = f"WHEN '' THEN {cases} WHEN 'ok' THEN 0 {words} ELSE {_UNKNOWN}"
    return f"CASE COALESCE({state}, '') {said} END AS {state}"


def _select(columns: Sequence[str], below: str) -> str:
    return f"SELECT {', '.join(columns)} FROM {below}"


def quoted(name: str) -> str:
    """A name in quotes, as DuckDB writes it."""
    return '"' + name.replace('"', '""') + '"'


def _named(each: Given) -> str:
    return (
        quoted(each.name) if each.name == each.derived else f"{quoted(each.name)} AS {quoted(each.derived)}"
    )


def _stated(each: Given) -> str:
    """The state's number: a word is one, no word beside a number is `ok`, nothing at all is missing."""
    words = " ".join(f"WHEN '{state.word}' THEN {int(state)}" for state in EVIDENCE_STATES)
    ok = f"CASE WHEN {quoted(each.name)} IS NULL THEN {int(State.MISSING)} ELSE {int(State.OK)} END"
    state = quoted(each.name + STATE)
    word = f"CASE COALESCE({state}, 'ok') WHEN 'ok' THEN {ok} {words} ELSE {_UNKNOWN} END"
    return f"{word} AS {quoted(each.derived + STATE)}"


def _checked(each: Given, rounds: bool) -> Iterator[str]:
    value, state = quoted(each.derived), quoted(each.derived + STATE)
    yield state
    yield value
    if isinstance(each.source, Symbol):
        yield f"{state} <> {_UNKNOWN} AS {quoted(each.derived + SOUND)}"
        return
    low, high = (decimal(end, each.decimals) for end in (each.shape.low, each.shape.high))
    number, whole = _number(each), "TRUE"
    if each.spec.kind is not FieldKind.DATE:
        cut = f"TRY_CAST({value} AS DECIMAL(38, {each.decimals}))"
        number, whole = cut if rounds else value, f"{cut} = {value}"
        if rounds:
            whole += f" AND {_no_rest(value, each.decimals)}"
        whole = f"COALESCE({whole}, FALSE)"
    # What is outside the bounds may have no room as a decimal: a CASE does not come to it.
    within = f"{number} BETWEEN {low} AND {high}"
    if each.spec.kind is FieldKind.DATE:  # a day without end has no number
        within = f"COALESCE({within}, FALSE)"
    inside = f"{state} = {int(State.OK)} AND NOT {within}"
    sound = f"WHEN {inside} THEN FALSE WHEN {state} = {int(State.OK)} THEN {whole} ELSE {state} <> {_UNKNOWN}"
    yield f"CASE {sound} END AS {quoted(each.derived + SOUND)}"


def _no_rest(value: str, decimals: int) -> str:
    """Whether a decimal has no more decimals than these; of binary floats no rest is known exactly."""
    rest = f"{value} % {decimal(1, decimals)} = 0"
    return f"(NOT TYPEOF({value}) LIKE 'decimal%' OR {rest})" if decimals else rest


def _number(each: Given) -> str:
    value = quoted(each.derived)
    return f"DATE_DIFF('day', DATE '0001-01-01', {value}) + 1" if each.spec.kind is FieldKind.DATE else value


def decimal(whole: int, decimals: int) -> str:
    """An integer over 10 to the power of `decimals`, as a decimal."""
    sign, digits = "-" if whole < 0 else "", str(abs(whole)).rjust(decimals + 1, "0")
    if not decimals:
        return sign + digits
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def _whole(each: Given, wide: str) -> Iterator[str]:
    value, state, sound = (quoted(each.derived + part) for part in ("", STATE, SOUND))
    ok = f"{state} = {int(State.OK)} AND {sound}"
    if isinstance(each.source, Symbol):
        options = " ".join(f"WHEN {_text(word)} THEN {at}" for at, word in enumerate(each.source.options))
        chosen = f"CASE {value} {options} ELSE {_UNKNOWN} END" if options else str(_UNKNOWN)
        yield f"CASE WHEN {ok} AND {chosen} = {_UNKNOWN} THEN {int(State.ERROR)} ELSE {state} END AS {state}"
        found = f"CASE WHEN {ok} AND {chosen} <> {_UNKNOWN} THEN {chosen} ELSE 0 END"
        yield f"{found} AS {quoted(each.derived + NUMBER)}"
        return
    yield f"CASE WHEN {sound} THEN {state} ELSE {int(State.MISSING)} END AS {state}"
    kind = wide if each.wide else "BIGINT"
    whole = _integer(each)
    yield f"CASE WHEN {ok} THEN CAST({whole} AS {kind}) ELSE 0 END AS {quoted(each.derived + NUMBER)}"


def _integer(each: Given) -> str:
    """The integer that a sound number becomes."""
    if each.spec.kind is FieldKind.DATE:
        return _number(each)
    decimals = f"CAST({quoted(each.derived)} AS DECIMAL(38, {each.decimals})) * {10**each.decimals}"
    return f"CAST({decimals} AS DECIMAL(38, 0))"


def _text(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"

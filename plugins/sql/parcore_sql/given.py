"""The table of evidence that a printed statement reads: its columns, their bounds, and the way to integers.

In: what a program asks, and the vocabulary. Out: for each field a column as people keep it (a number, a
choice, a day) with one for its state, and the layers that turn these into states and integers. What is
outside its bounds, has more decimals than are stated, or is in no state of evidence is never counted: its row
is not decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor
from typing import Final

from attrs import frozen

from parcore.evidence.vocabulary import POINTS, FieldKind, FieldSpec, Vocabulary, given_field
from parcore.readings.pair.backend import NARROW, Source, Undecided
from parcore.readings.pair.fold import Shape
from parcore.rules.graph import Field, Over, Peers, Symbol
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


def given_of(program: Program, vocabulary: Vocabulary, room: Room) -> list[Given]:
    """The columns for what a program asks.

    Raises:
        Undecided: what follows from records or peers, which no column of a field holds.
    """
    found: list[Given] = []
    for node in program.nodes:
        if isinstance(node, Over):
            what = "peers" if isinstance(node.domain, Peers) else f"records of {node.domain.kind}"
            raise Undecided(what)
        if isinstance(node, Field | Symbol):
            name = _column(node)
            again = sum(each.name == name for each in found)
            derived = f"given {name}" if name.startswith(POINTS) else name
            derived = f"{derived}:{again + 1}" if again else derived
            found.append(_given(node, name, derived, vocabulary, room))
    return found


def _column(node: Field | Symbol) -> str:
    name = node.name.removeprefix("@")
    return f"{name}:{node.lag} back" if node.lag else name


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
    least = -room.most * k if low is None else floor(low * k)
    most = max(room.most * k, least) if high is None else ceil(high * k)
    return Given(node, name, derived, spec, Shape(_STATES, least, most, k), decimals)


def named(given: Sequence[Given]) -> tuple[Mapping[Source, str], Mapping[Source, str]]:
    """What the columns of states are called, and those of integers."""
    states: dict[Source, str] = {each.source: each.derived + STATE for each in given}
    numbers: dict[Source, str] = {each.source: each.derived + NUMBER for each in given}
    return states, numbers


def shapes_of(given: Sequence[Given]) -> Mapping[Source, Shape]:
    """The columns of integers that they become."""
    return {each.source: each.shape for each in given}


def layers(given: Sequence[Given], group: str, wide: str) -> Iterator[tuple[str, str]]:
    """The layers from the table to integers, as DuckDB writes them: the name and the text of each.

    A unit that stands twice is one row, which is not decided. Of several unit groups one is read.
    """
    yield (
        "evidence: stated",
        _select(
            ["unit", "count(*) OVER (PARTITION BY unit) = 1 AS sole"]
            + ["row_number() OVER (PARTITION BY unit ORDER BY unit) AS row_of_unit"]
            + [part for each in given for part in (_named(each), _stated(each))],
            _q(EVIDENCE) + (f" WHERE {GROUP} = {_text(group)}" if group else ""),
        ),
    )
    yield (
        "evidence: checked",
        _select(
            ["unit", "sole"] + [part for each in given for part in _checked(each)],
            f"{_q('evidence: stated')} WHERE row_of_unit = 1",
        ),
    )
    decided = " AND ".join(["sole", *(_q(each.derived + SOUND) for each in given)])
    yield (
        WHOLE,
        _select(
            ["unit", f"{decided} AS decided"] + [part for each in given for part in _whole(each, wide)],
            _q("evidence: checked"),
        ),
    )


def _select(columns: Sequence[str], below: str) -> str:
    return f"SELECT {', '.join(columns)} FROM {below}"


def _q(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _named(each: Given) -> str:
    return _q(each.name) if each.name == each.derived else f"{_q(each.name)} AS {_q(each.derived)}"


def _stated(each: Given) -> str:
    """The state's number: a word is one, no word beside a number is `ok`, nothing at all is missing."""
    words = " ".join(f"WHEN '{state.word}' THEN {int(state)}" for state in EVIDENCE_STATES)
    ok = f"CASE WHEN {_q(each.name)} IS NULL THEN {int(State.MISSING)} ELSE {int(State.OK)} END"
    state = _q(each.name + STATE)
    word = f"CASE COALESCE({state}, 'ok') WHEN 'ok' THEN {ok} {words} ELSE {_UNKNOWN} END"
    return f"{word} AS {_q(each.derived + STATE)}"


def _checked(each: Given) -> Iterator[str]:
    value, state = _q(each.derived), _q(each.derived + STATE)
    yield state
    yield value
    if isinstance(each.source, Symbol):
        yield f"{state} <> {_UNKNOWN} AS {_q(each.derived + SOUND)}"
        return
    low, high = (decimal(end, each.decimals) for end in (each.shape.low, each.shape.high))
    whole = f"TRY_CAST({value} AS DECIMAL(38, {each.decimals})) = {value}"
    whole = "TRUE" if each.spec.kind is FieldKind.DATE else f"COALESCE({whole}, FALSE)"
    # What is outside the bounds may have no room as a decimal: a CASE does not come to it.
    inside = f"{state} = {int(State.OK)} AND NOT {_number(each)} BETWEEN {low} AND {high}"
    sound = f"WHEN {inside} THEN FALSE WHEN {state} = {int(State.OK)} THEN {whole} ELSE {state} <> {_UNKNOWN}"
    yield f"CASE {sound} END AS {_q(each.derived + SOUND)}"


def _number(each: Given) -> str:
    value = _q(each.derived)
    return f"DATE_DIFF('day', DATE '0001-01-01', {value}) + 1" if each.spec.kind is FieldKind.DATE else value


def decimal(whole: int, decimals: int) -> str:
    """An integer over 10 to the power of `decimals`, as a decimal."""
    sign, digits = "-" if whole < 0 else "", str(abs(whole)).rjust(decimals + 1, "0")
    if not decimals:
        return sign + digits
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def _whole(each: Given, wide: str) -> Iterator[str]:
    value, state, sound = (_q(each.derived + part) for part in ("", STATE, SOUND))
    ok = f"{state} = {int(State.OK)} AND {sound}"
    if isinstance(each.source, Symbol):
        options = " ".join(f"WHEN {_text(word)} THEN {at}" for at, word in enumerate(each.source.options))
        chosen = f"CASE {value} {options} ELSE {_UNKNOWN} END" if options else str(_UNKNOWN)
        yield f"CASE WHEN {ok} AND {chosen} = {_UNKNOWN} THEN {int(State.ERROR)} ELSE {state} END AS {state}"
        found = f"CASE WHEN {ok} AND {chosen} <> {_UNKNOWN} THEN {chosen} ELSE 0 END"
        yield f"{found} AS {_q(each.derived + NUMBER)}"
        return
    yield f"CASE WHEN {sound} THEN {state} ELSE {int(State.MISSING)} END AS {state}"
    kind = wide if each.wide else "BIGINT"
    whole = _number(each)
    if each.spec.kind is not FieldKind.DATE:
        decimals = f"CAST({value} AS DECIMAL(38, {each.decimals})) * {10**each.decimals}"
        whole = f"CAST({decimals} AS DECIMAL(38, 0))"
    yield f"CASE WHEN {ok} THEN CAST({whole} AS {kind}) ELSE 0 END AS {_q(each.derived + NUMBER)}"


def _text(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"

"""The cells of a column at rest as integers over one denominator, and states; what is no value is refused.

Texts (all of CSV; text columns of Parquet) mean what cells of evidence tables mean: each distinct text is
read once by `parcore.evidence.bounds.read_given`. Integers, decimals and days are taken as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Any, Final

import numpy as np
from attrs import frozen

from parcore.bulk.tables import TableAtRest
from parcore.diagnostics import Diagnostic, Findings, Place
from parcore.documents.text import one_form
from parcore.documents.tree import Scalar
from parcore.evidence.bounds import read_given
from parcore.evidence.cells import state_words
from parcore.evidence.vocabulary import FieldKind, FieldSpec
from parcore.numbers import NumberFormat
from parcore.readings.columns.arrays import Ints, Truths
from parcore.readings.columns.bulk import STATE, Bulk, unscaled
from parcore.values import State, Value

SHOWN: Final = 3
"""So many rows of a fault are shown; of more it says how many they are."""
_EPOCH: Final = date(1970, 1, 1).toordinal()
_BLANK: Final = -1
"""What stands for the state of a cell that says nothing."""
_INTEGERS: Final = r"^[0-9]{1,18}$"


@frozen(eq=False)
class Cells:
    """A column: its values, and which rows say nothing (None: all say something)."""

    bulk: Bulk
    blank: Truths | None


def read_cells(
    table: TableAtRest, name: str, spec: FieldSpec, numbers: NumberFormat, findings: Findings
) -> Cells | None:
    """A field's column with that of its states; None where it is of no exact type, which is reported."""
    column = table.column(name)
    read = _typed(table, name, column, spec, numbers, findings)
    if read is None:
        return None
    values, states, denominator, options = read
    if name + STATE in table.types:
        states = _with_words(table, name, spec, states, findings)
    blank = states == _BLANK
    empty = bool(blank.any())
    if empty:
        states = np.where(blank, np.int8(State.MISSING), states)
    plain = None if not states.any() else states
    return Cells(Bulk(values, denominator, plain, options), blank if empty else None)


_Read = tuple[Ints, Ints, int, tuple[str, ...]]


def _typed(
    table: TableAtRest, name: str, column: Any, spec: FieldSpec, numbers: NumberFormat, findings: Findings
) -> _Read | None:
    import pyarrow as pa

    kind = column.type
    told = {"field": name, "type": kind, "kind": spec.kind.value}
    at = table.place(0, name)
    place = Place(at.file)
    if column.null_count == len(column):
        return np.zeros(len(column), np.int8), np.full(len(column), _BLANK, np.int8), 1, ()
    if pa.types.is_floating(kind):
        findings.add("bulk-float", place, **told)
        return None
    if is_text(kind):
        return _texts(table, name, column, spec, numbers, findings)
    if pa.types.is_dictionary(kind) or not _fits(kind, spec):
        findings.add("bulk-type", place, **told)
        return None
    missing = np.asarray(column.is_null().to_numpy(zero_copy_only=False))
    states = np.where(missing, np.int8(_BLANK), np.int8(State.OK))
    if pa.types.is_decimal(kind):
        return _decimals(column), states, 10 ** max(kind.scale, 0), ()
    if pa.types.is_date32(kind):
        days = column.cast(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
        return days + _EPOCH, states, 1, ()
    found = column.fill_null(0).to_numpy(zero_copy_only=False)
    return found, states, 1, ()


def _decimals(column: Any) -> Ints:
    """Decimals as integers of their last digit; of tens and hundreds, where those are their last, as ones."""
    import pyarrow as pa

    scale = max(column.type.scale, 0)
    try:
        return unscaled(column.cast(pa.decimal128(38, scale)))
    except pa.ArrowInvalid:  # more than 38 digits
        numbers = (int(Fraction(each or 0) * 10**scale) for each in column.to_pylist())
        return np.fromiter(numbers, object, len(column))


def _fits(kind: Any, spec: FieldSpec) -> bool:
    import pyarrow as pa

    if spec.kind is FieldKind.DATE:
        return bool(pa.types.is_date32(kind))
    number = pa.types.is_integer(kind) or pa.types.is_decimal(kind)
    return bool(number and spec.kind in (FieldKind.COUNT, FieldKind.NUMBER))


def is_text(kind: Any) -> bool:
    """Whether a column is one of texts, each for itself or by its position among the distinct ones."""
    import pyarrow as pa

    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(inner) or pa.types.is_large_string(inner))


def coded(column: Any) -> tuple[Ints, list[str]]:
    """A column of texts as positions among its distinct texts; -1 where it is null."""
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    at: Ints = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    texts = column.dictionary.to_pylist()
    nothing = [code for code, text in enumerate(texts) if text is None]
    if nothing:  # a null may stand among the distinct texts too
        at = np.where(np.isin(at, nothing), -1, at)
    return at, ["" if text is None else text for text in texts]


def _texts(
    table: TableAtRest, name: str, column: Any, spec: FieldSpec, numbers: NumberFormat, findings: Findings
) -> _Read:
    at, texts = coded(column)
    open_ = spec.kind is FieldKind.CHOICE and not spec.options
    plain, whole = _plain(texts) if spec.kind in (FieldKind.COUNT, FieldKind.NUMBER) else _none()
    values: dict[int, Value | None] = {}
    bad: list[tuple[int, Sequence[Diagnostic]]] = []
    options: list[str] = []
    for code in np.setdiff1d(np.arange(len(texts)), plain).tolist():
        text = one_form(texts[code].strip(), Place(str(table.path)))
        if not text:
            values[code] = None
            continue
        own = Findings()
        value = _cell(text, name, spec, numbers, own)
        if own.errors:
            bad.append((code, own.errors))
        if open_ and value is not None and value.state is State.OK:
            value = Value(State.OK, Fraction(len(options)))
            options.append(text)
        values[code] = value or Value(State.MISSING)
    _tell(table, name, at, bad, findings)
    found, states, k = _joined(len(texts), plain, whole, values)
    return found[at], states[at], k, tuple(options) if open_ else spec.options


def _joined(
    size: int, plain: Ints, whole: Ints, values: Mapping[int, Value | None]
) -> tuple[Ints, Ints, int]:
    """Numbers over one denominator, and states, of whole numbers and of values; null finds the last."""
    k = lcm(*{each.number.denominator for each in values.values() if each is not None})
    numerators = {
        code: each.number.numerator * (k // each.number.denominator)
        for code, each in values.items()
        if each is not None
    }
    most = max([int(whole.max()) * k if len(whole) else 0, *map(abs, numerators.values())])
    kind: Any = np.int64 if most < 2**63 else object
    found = np.zeros(size + 1, kind)
    found[plain] = whole.astype(kind) * k
    found[list(numerators)] = list(numerators.values())
    states = np.zeros(size + 1, np.int8)
    states[-1] = _BLANK
    states[list(values)] = [_BLANK if each is None else int(each.state) for each in values.values()]
    return found, states, k


def _none() -> tuple[Ints, Ints]:
    return np.empty(0, np.int64), np.empty(0, np.int64)


def _plain(texts: list[str]) -> tuple[Ints, Ints]:
    """The positions of texts that are whole numbers under every format, and these, read at once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    held = pa.array(texts, pa.string())
    at = np.flatnonzero(pc.match_substring_regex(held, _INTEGERS).to_numpy(zero_copy_only=False))
    return at, pc.cast(held.take(pa.array(at)), pa.int64()).to_numpy(zero_copy_only=False)


def _cell(text: str, name: str, spec: FieldSpec, numbers: NumberFormat, findings: Findings) -> Value | None:
    """The value of a text; a bound is refused, as there is nothing here that holds it."""
    at = Scalar(Place(""), name)
    given = read_given(at, Scalar(Place(""), text, quoted=True), None, spec, numbers, findings)
    if given is not None and given.bound is not None:
        findings.add("bulk-bound", Place(""), field=name, value=text[:60])
    return None if given is None else given.value


def _tell(
    table: TableAtRest,
    name: str,
    at: Ints,
    bad: list[tuple[int, Sequence[Diagnostic]]],
    findings: Findings,
) -> None:
    """Report texts that are no values, each at the first row that has it; the rest are counted."""
    if not bad:
        return
    _, first, count = np.unique(at, return_index=True, return_counts=True)
    codes = {int(at[row]): (int(row), int(times)) for row, times in zip(first, count, strict=True)}
    rows = sorted((codes[code], said) for code, said in bad if code in codes)
    for (row, _), said in rows[:SHOWN]:
        for each in said:
            findings.add(each.code, table.place(row, name), **each.values)
    left = sum(times for (_, times), _ in rows) - min(len(rows), SHOWN)
    if left:
        findings.add("bulk-more", Place(str(table.path)), count=left, what=name)


def _with_words(table: TableAtRest, name: str, spec: FieldSpec, states: Ints, findings: Findings) -> Ints:
    """The states with the words of the column `<field>:state` over them."""
    column = table.column(name + STATE)
    if column.null_count == len(column):
        return states
    if not is_text(column.type):
        findings.add("bulk-type", Place(str(table.path)), field=name + STATE, type=column.type, kind="state")
        return states
    at, texts = coded(column)
    words = [one_form(each.strip(), Place(str(table.path))) for each in texts]
    known = {word: _state_of(word) for word in words}
    unknown = [code for code, word in enumerate(words) if known[word] is None]
    for code in unknown[:SHOWN]:
        row = int(np.argmax(at == code))
        choices = ", ".join(each.word for each in (State.OK, *sorted(set(state_words().values()))))
        findings.add("not-a-choice", table.place(row, name + STATE), value=words[code][:60], choices=choices)
    if unknown:
        return states
    table_of = np.array([*(known[word] for word in words), _BLANK], np.int8)
    said = table_of[at]
    _check_words(table, name, spec, states, said, findings)
    return np.where((said == _BLANK) | (said == State.OK), states, said).astype(np.int8)


def _state_of(word: str) -> int | None:
    if not word:
        return _BLANK
    return int(State.OK) if word == State.OK.word else state_words().get(word.casefold())


def _check_words(
    table: TableAtRest, name: str, spec: FieldSpec, states: Ints, said: Ints, findings: Findings
) -> None:
    """A number beside a word that says there is none, `ok` beside no number, a state not declared."""
    number = states != _BLANK
    stated = (said != _BLANK) & (said != State.OK)
    rows: list[tuple[str, Truths]] = [
        ("state-and-value", stated & (said != State.UNVERIFIED) & number),
        ("value-missing", (said == State.OK) & ~number),
    ]
    undeclared = {State.NOTHING_AROSE, State.NOT_APPLICABLE} - spec.states
    rows += [("state-not-declared", said == state) for state in sorted(undeclared)]
    for code, bad in rows:
        found = np.flatnonzero(bad)
        for row in found[:SHOWN]:
            word = "" if said[row] == _BLANK else State(int(said[row])).word
            told = {"field": name, "state": word, "value": "…"}
            findings.add(code, table.place(int(row), name), **told)
        if len(found) > SHOWN:
            findings.add("bulk-more", Place(str(table.path)), count=len(found) - SHOWN, what=name)

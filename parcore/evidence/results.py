"""Another index as evidence: a result that `parcore score --format json` wrote, to statements.

In: the file. Out, for each unit: `index:<methodology>:score`, `points`, `rank` and `class`, as the
result rounds and prints them. It is read by its documented keys alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from parcore.diagnostics import Place, stop
from parcore.documents.saved import parse_saved
from parcore.documents.text import MAX_TABLE_BYTES, one_form, read_text
from parcore.evidence.evidence import Stage
from parcore.evidence.periods import Period, parse_period
from parcore.evidence.vocabulary import INDEX
from parcore.numbers import ZERO, parse_exact
from parcore.values import State, Value

FORMAT: Final = "parcore-result-1"
COLUMNS: Final = (
    frozenset(("unit", "points", "attainable", "max", "state", "points_exact")),
    frozenset(("unit", "criterion", "standing", "first", "second", "max_first", "max_second")),
)
"""Columns that the tables of a result have (whatever its cut; of two side by side), and evidence has not."""

_HEADER: Final = 1_000


@frozen
class Figure:
    """One figure of a unit: its field, its value, and the text of it."""

    unit: str
    field: str
    value: Value
    text: str


@frozen
class IndexResult:
    """A result of another index: the edition that gave it, its period and stage, its figures."""

    edition: str
    period: Period
    stage: Stage
    assumed: bool
    figures: tuple[Figure, ...]

    @property
    def methodology(self) -> str:
        """The methodology whose result it is."""
        return self.edition.partition("@")[0]


def is_result_table(columns: Iterable[str]) -> bool:
    """Whether a table with these columns is a result that was saved."""
    return any(each.issubset(columns) for each in COLUMNS)


def is_result_file(path: Path) -> bool:
    """Whether a file is the JSON of a result, told by its beginning."""
    if path.suffix.lower() != ".json" or not path.is_file():
        return False
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return f'"{FORMAT}"' in file.read(_HEADER)


def read_result(path: Path) -> IndexResult:
    """The result that a file holds.

    Raises:
        ParcoreError: the file cannot be read, or holds no such result.
    """
    text, at = read_text(path, MAX_TABLE_BYTES), Place(str(path))
    try:
        return _result(parse_saved(text, at.file), at)
    except KeyError as error:
        raise stop("result-file", at, problem=str(error)[:60]) from error
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise stop("result-file", at, problem=str(error)[:200]) from error


def _result(data: Any, at: Place) -> IndexResult:
    if data["format"] != FORMAT:
        raise KeyError("format")
    period = parse_period(_text(data["period"], at))
    if period is None:
        raise KeyError("period")
    edition = _text(data["edition"], at)
    figures = tuple(
        each for unit in data["units"] for each in _figures(INDEX + edition.partition("@")[0], unit, at)
    )
    return IndexResult(edition, period, Stage(data["stage"]), bool(data["assumed"]), figures)


def _figures(index: str, unit: dict[str, Any], at: Place) -> Iterator[Figure]:
    """A unit's four figures; one that the result does not have is MISSING."""
    name = _text(unit["unit"], at)
    places = [each["place"] for each in unit["places"] if each["circle"] == "all"]
    if len(places) > 1:
        raise ValueError(f"places: {name[:60]}")
    for quantity, given in (
        ("score", unit["rate"]),
        ("points", unit["points"]),
        ("rank", places[0] if places else None),
        ("class", unit["class"]),
    ):
        if given is None:
            yield Figure(name, f"{index}:{quantity}", Value(State.MISSING), "")
        elif quantity == "rank":
            yield Figure(name, f"{index}:rank", Value(State.OK, _place(given)), str(given))
        else:
            text = _text(given, at)
            number = ZERO if quantity == "class" else parse_exact(text)
            if number < 0:  # as the field is refused in a table
                raise ValueError(f"{quantity}: {text[:60]}")
            yield Figure(name, f"{index}:{quantity}", Value(State.OK, number), text)


def _text(given: object, at: Place) -> str:
    if not isinstance(given, str):
        raise TypeError(f"{str(given)[:60]}: {type(given).__name__}")
    return one_form(given, at)


def _place(given: object) -> Fraction:
    if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= 10**9:
        raise ValueError(f"place: {str(given)[:60]}")
    return Fraction(given)

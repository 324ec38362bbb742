"""What evidence states of other indices, against what an edition can answer.

Of a vocabulary's field the vocabulary says which states may be stated. Of another index the edition's
measures do (`states`), each where it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingOf

import attrs

from parcore.diagnostics import Findings
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Datum
from parcore.evidence.periods import Period
from parcore.evidence.vocabulary import INDEX, Vocabulary
from parcore.rules.indices import STATED, IndexOf
from parcore.rules.measures import ChoiceOf
from parcore.values import State


@attrs.frozen
class Read:
    """Another index as an edition reads it somewhere: of how many periods back, in which states."""

    field: str
    lag: int
    states: frozenset[State]


def indices_in(part: object) -> Iterator[Read]:
    """Every measure of another index within an edition, or a part of it."""
    if isinstance(part, IndexOf):
        yield Read(part.fields[0], part.lag, part.states())
    elif isinstance(part, ChoiceOf) and part.spec.name.startswith(INDEX):
        yield Read(part.spec.name, part.lag, part.spec.states)
    elif isinstance(part, MappingOf):
        for each in part.values():
            yield from indices_in(each)
    elif isinstance(part, tuple | list):
        for each in part:
            yield from indices_in(each)
    elif not isinstance(part, Vocabulary):
        for field in getattr(part, "__attrs_attrs__", ()):
            yield from indices_in(getattr(part, field.name))


def check_stated(
    edition: Edition, evidence: Iterable[Datum], findings: Findings, period: Period | None = None
) -> None:
    """Refuse states of other indices that the edition has no answer to; `period`: the one that is scored."""
    data = [each for each in evidence if each.field.startswith(INDEX) and each.value.state in STATED.values()]
    read = sorted(set(indices_in(edition)), key=lambda one: (one.field, one.lag)) if data else []
    for datum in data:
        for each in read:
            scored = datum.period.back(-each.lag)
            due = edition.in_force(scored) if period is None else scored == period
            if due and each.field == datum.field and datum.value.state not in each.states:
                _, index, of = datum.field.split(":")
                findings.add(
                    "index-state", datum.place, edition=edition.key, field=datum.field,
                    state=datum.value.state.word, index=index, of=of,
                )  # fmt: skip
                break

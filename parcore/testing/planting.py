"""One fault under one edition: planted, the laws tried case by case until one fails, taken back.

Out: `Found`: by which law it was found after how many cases; or that the edition has nothing in which the
fault could lie; or, what is red, that no law failed though it has.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

import pytest
from attrs import evolve, frozen

from parcore.diagnostics import ParcoreError
from parcore.editions.edition import Edition
from parcore.readings.exact import AlteredTrace
from parcore.testing.faults import Fault
from parcore.testing.kit import (
    DRAWN,
    LAWS_OF_AN_EDITION,
    SETTLED,
    STANDING,
    Law,
    Target,
    printed_figures,
    said_of,
)
from parcore.testing.strategies import Case

CHECKER: Final = "the checker"
SPOT: Final = 5
"""On so many drawn and as many standing cases a fault that does not apply must change nothing."""
_LATE: Final = ("hiding_never_pays", "no_index_by_silence")
"""Laws that score each case many times: tried after all others."""


class Outcome(Enum):
    """What became of a fault."""

    KILLED = "killed"
    SURVIVED = "SURVIVED"
    NO_EFFECT = "NO EFFECT SEEN"
    NOT_APPLICABLE = "not applicable"


@frozen
class Found:
    """What became of a fault: found by which law at which case; `moved`: cases whose result it changed."""

    outcome: Outcome
    law: str = ""
    cases: int = 0
    moved: int = 0
    said: str = ""


def tried(target: Target, fault: Fault) -> Found:
    """Plant a fault under an edition and try every law."""
    pools = {name: target.pool(name) for name in (DRAWN, STANDING, SETTLED)}  # drawn before anything is wrong
    applies = fault.applies(target.edition)
    with pytest.MonkeyPatch.context() as patch:
        fault.plant(patch)
        try:
            edition = target.held.read() if fault.anew else target.edition
        except ParcoreError as error:
            return Found(Outcome.KILLED, CHECKER, said=str(error))
        found = _killed(target, edition, pools) if applies else None
        if found is not None:
            return found
        cases = (
            _cases(pools) if applies else [case for pool in (DRAWN, STANDING) for case in pools[pool][:SPOT]]
        )
        moved = [_result(case, edition) for case in cases]
    sound = [_result(case, target.edition) for case in cases]
    changed = sum(one != two for one, two in zip(moved, sound, strict=True))
    if changed:
        said = f"survived: it changes the results of {changed} of {len(sound)} cases, and no law fails"
        if not applies:
            said = f"said not to apply (no {fault.of}), it changes {changed} of {len(sound)} cases"
        return Found(Outcome.SURVIVED, cases=len(sound), moved=changed, said=said)
    if applies:
        said = f"no effect seen: it has {fault.of}; no number, class or place of {len(sound)} cases changes"
        return Found(Outcome.NO_EFFECT, cases=len(sound), said=said)
    return Found(Outcome.NOT_APPLICABLE, f"no {fault.of}", said=f"not applicable: no {fault.of}")


def _cases(pools: dict[str, list[Any]]) -> list[Case]:
    return [*pools[DRAWN], *pools[STANDING]]


FINDS: Final = (AssertionError, AlteredTrace, ParcoreError)
"""How a fault is found: a law fails, or the engine refuses. What else breaks is a fault of the plant."""


def _killed(target: Target, edition: Edition, pools: dict[str, list[Any]]) -> Found | None:
    at = 0
    for at, (laws, drawn) in enumerate(_trials(pools), 1):
        planted = _under(drawn, edition)
        for law in laws:
            try:
                law.judge(planted)
            except FINDS as error:
                return Found(Outcome.KILLED, law.name, at, said=said_of(error))
    try:
        printed_figures(edition, target.held.registry)
    except FINDS as error:
        return Found(Outcome.KILLED, "figures_are_reproduced", at, said=said_of(error))
    return None


def _trials(pools: dict[str, list[Any]]) -> Iterator[tuple[list[Law], Any]]:
    """Each case with the laws to try on it, in the order in which they are quick."""
    laws = [law for law in LAWS_OF_AN_EDITION.values() if law.pool in (DRAWN, STANDING)]
    quick = [law for law in laws if law.name not in _LATE]
    pairs = zip(pools[DRAWN], pools[STANDING], strict=False)
    mixed = [case for pair in pairs for case in pair]
    mixed += [case for case in _cases(pools) if not any(case is each for each in mixed)]
    yield from ((quick, case) for case in mixed)
    settling = [law for law in LAWS_OF_AN_EDITION.values() if law.pool == SETTLED]
    yield from ((settling, case) for case in pools[SETTLED])
    yield from (([law for law in laws if law.name in _LATE], case) for case in pools[DRAWN])


def _under(drawn: Any, edition: Edition) -> Any:
    """What was drawn, of an edition read under the fault."""
    if isinstance(drawn, tuple):
        return (evolve(drawn[0], edition=edition), *drawn[1:])
    return evolve(drawn, edition=edition)


def _result(case: Case, edition: Edition) -> object:
    """All that a result says, to be compared."""
    try:
        result = evolve(case, edition=edition).result()
    except ParcoreError as error:
        return str(error)
    cards = {
        card.unit.id: (
            {root: card.trace[root] for root in card.trace.program.roots}, card.class_name, card.class_open,
            card.provisional,
        )
        for card in result.scorecards
    }  # fmt: skip
    return cards, result.places

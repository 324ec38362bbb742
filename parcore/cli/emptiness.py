"""What was empty, in lines: first what leaves units without an index, each with its cause; then the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from parcore.cli.decisions import stated_line
from parcore.editions.edition import Criterion, EffectKind
from parcore.i18n import say
from parcore.results.result import Empty, Result, Scorecard
from parcore.values import State

MOST_NAMES: Final = 5
"""So many units are named on one line; of more it says how many they are."""

_NO_INDEX: Final = (EffectKind.ERROR, EffectKind.WITHHOLD)
_GRAVITY: Final = (State.ERROR, State.MISSING, State.REJECTED, State.UNVERIFIED)


def no_index_lines(result: Result, lang: str) -> list[str]:
    """A line for each unit without an index and each cause of it, bad evidence first."""
    causes: dict[tuple[str, EffectKind, State], list[Empty]] = defaultdict(list)
    for each in _counted(result):
        if _leaves_none(result, each):
            causes[each.unit.id, _kind(each), each.state].append(each)
    cards = [card for card in result.scorecards if card.state is not State.OK]
    said: list[tuple[State, str]] = []
    for card in cards:
        own = [(key[2], found) for key, found in causes.items() if key[0] == card.unit.id]
        said += [(state, _cause(result, found, lang)) for state, found in own]
        if not own:
            said.append((card.state, _without_cause(result, card, lang)))
    return [line for _, line in sorted(said, key=lambda each: _gravity(each[0]))]


def empty_lines(result: Result, lang: str) -> list[str]:
    """A line for each criterion, state and effect of what is empty besides; the units with it together."""
    alike: dict[tuple[str, State, EffectKind, str], list[Empty]] = defaultdict(list)
    for each in _counted(result):
        if not _leaves_none(result, each):
            alone = "" if each.stated is None else each.unit.id
            alike[each.criterion.id, each.state, _kind(each), alone].append(each)
    ordered = sorted(alike.values(), key=lambda found: _gravity(found[0].state))
    return [_together(result, found, lang) for found in ordered]


def _counted(result: Result) -> Iterator[Empty]:
    """What is empty and counts: under a parent whose points somebody set it has no effect."""
    under = {(each.unit.id, leaf.id) for each in result.points_set for leaf in each.criterion.leaves}
    return (each for each in result.empty if (each.unit.id, each.criterion.id) not in under)


def _leaves_none(result: Result, empty: Empty) -> bool:
    """Whether it leaves its unit without an index."""
    card = result.card(empty.unit.id)
    return card is not None and card.state is not State.OK and _kind(empty) in _NO_INDEX


def _kind(empty: Empty) -> EffectKind:
    return EffectKind.ERROR if empty.effect is None else empty.effect.kind


def _gravity(state: State) -> int:
    """What a unit should look at first: bad, missing, rejected, not appraised; then what is no lack."""
    return _GRAVITY.index(state) if state in _GRAVITY else len(_GRAVITY)


def _words(each: Empty, lang: str) -> dict[str, str]:
    state, effect = say(f"state-{each.state.word}", lang), say(f"effect-{_kind(each).value}", lang)
    return {"state": state, "effect": effect}


def _cause(result: Result, found: list[Empty], lang: str) -> str:
    """What one unit lacks for an index, in one state."""
    first, *more = found
    unit = first.unit.name.in_(lang)
    told = "".join(
        f"; {stated_line(each.stated, result.edition.vocabulary, lang)}"
        for each in found
        if each.stated is not None
    )
    if not more:
        name = named(result, first.criterion, lang)
        return say("score-empty", lang, unit=unit, criterion=name, **_words(first, lang)) + told
    names = ", ".join(each.criterion.code or each.criterion.title.in_(lang) for each in found)
    return say("score-empty-criteria", lang, unit=unit, criteria=names, **_words(first, lang)) + told


def _without_cause(result: Result, card: Scorecard, lang: str) -> str:
    """A unit without an index though no leaf of it is empty: where the rules gave none."""
    bad = {node.id for node in result.edition.nodes if card.points(node.id).state is card.state}
    deepest = (
        node for node in result.edition.nodes
        if node.id in bad and not any(part.id in bad for part in node.all if part is not node)
    )  # fmt: skip
    names = ", ".join(named(result, node, lang) for node in deepest) or say("index", lang)
    return say("score-no-index", lang, unit=card.unit.name.in_(lang), criteria=names,
               state=say(f"state-{card.state.word}", lang))  # fmt: skip


def _together(result: Result, found: list[Empty], lang: str) -> str:
    first, *more = found
    name, words = named(result, first.criterion, lang), _words(first, lang)
    if not more:
        told = (
            "" if first.stated is None else f"; {stated_line(first.stated, result.edition.vocabulary, lang)}"
        )
        return say("score-empty", lang, unit=first.unit.name.in_(lang), criterion=name, **words) + told
    units = _names((each.unit.name.in_(lang) for each in found), lang)
    return say("score-empty-units", lang, criterion=name, count=len(found), units=units, **words)


def _names(names: Iterable[str], lang: str) -> str:
    shown = list(names)
    rest = len(shown) - MOST_NAMES
    tail = [say("score-more-units", lang, count=rest)] if rest > 0 else []
    return ", ".join([*shown[:MOST_NAMES], *tail])


def named(result: Result, criterion: Criterion, lang: str) -> str:
    """A criterion's code and title; of bonus and penalty said to be so."""
    block = next((name for name, item in result.edition.items if item.id == criterion.id), None)
    title = f"{criterion.code} {criterion.title.in_(lang)}".strip()
    return title if block is None else f"{say(block, lang)}: {title}"

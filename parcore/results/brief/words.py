"""Pieces of sentences that every part of a brief shares: changes, ranks, units, why points are lost."""

from __future__ import annotations

from collections.abc import Mapping

from parcore.editions.edition import Criterion, Edition
from parcore.evidence.periods import Period
from parcore.evidence.units import Unit
from parcore.i18n import LANGUAGES, Text, say, words
from parcore.results.brief.figures import Figure
from parcore.results.brief.held import Held
from parcore.results.brief.statements import Clause, period_text


def both(word: str) -> Text:
    """A word of the catalogue as a text."""
    return Text(*(say(word, lang) for lang in LANGUAGES))


def many(edition: Edition) -> Text:
    """What the units of an edition are called together."""
    known = [f"brief-many-{kind}" for kind in edition.kinds if f"brief-many-{kind}" in words()]
    return both(known[0] if len(known) == len(edition.kinds) == 1 else "brief-many")


def direction(figure: Figure) -> str:
    """The word for how a figure of change goes."""
    return "rose" if figure.value > 0 else "fell" if figure.value < 0 else "same"


def change_clause(word: str, figure: Figure, before: Period) -> Clause:
    """A change and the period that it is on: `<word>-rose`, `-fell` or `-same`."""
    how = direction(figure)
    parts: dict[str, Figure | Text] = {"before": period_text(before)}
    return Clause(f"{word}-{how}", parts if how == "same" else parts | {"change": figure})


def moved(figure: Figure | None, before: Period) -> list[Clause]:
    """The change of a number, where there is one in hand."""
    return [] if figure is None else [change_clause("change", figure, before)]


def rank_clause(word: str, found: tuple[Figure, Figure | None], parts: Mapping[str, Figure | Text]) -> Clause:
    """A rank, among how many where that is known."""
    rank, among = found
    if among is None:
        return Clause(f"{word}-alone", {**parts, "rank": rank})
    return Clause(word, {**parts, "rank": rank, "among": among})


def state_text(held: Held, unit: Unit, node: Criterion) -> Text | None:
    """Why a leaf has no number of its own: the state of its evidence, as the result lists it."""
    for each in held.result.empty:
        if each.unit.id == unit.id and each.criterion.id == node.id:
            return both(f"state-{each.state.word}")
    return None

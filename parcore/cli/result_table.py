"""A result on the terminal: places, classes, points by component, what it rests on."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import click

from parcore.cli.decisions import class_title, decisions
from parcore.cli.emptiness import empty_lines, no_index_lines
from parcore.cli.tables import Column, show_table
from parcore.editions.edition import Edition
from parcore.evidence.evidence import Observation, Stage
from parcore.i18n import say
from parcore.numbers import shown
from parcore.results.change import Change, Earlier, changes
from parcore.results.published import final_of
from parcore.results.rests import evidence_basis, rests_on
from parcore.results.result import Result, Scorecard
from parcore.rules.graph import Within
from parcore.rules.policies import Level, Quantity
from parcore.values import State, Value

MOST_EMPTY = 12
MOST_DECISIONS = 20
CIRCLES: Final = {"place": Within.ALL, "place-region": Within.REGION, "place-group": Within.GROUP}
"""The columns of places, each with its circle."""


def show_result(result: Result, lang: str, earlier: Earlier | None = None, *, notes: bool = True) -> None:
    """Print a result: one row a unit; with a single unit its criteria too; then what it rests on."""
    edition = result.edition
    title = say("score-title", lang, title=f"{edition.title.in_(lang)} ({edition.key})", period=result.period)
    if result.stage is not Stage.FINAL:
        title += ", " + say("score-provisional", lang, stage=say(f"stage-{result.stage.value}", lang))
    if result.on is not None:
        title += ", " + say("score-on", lang, day=result.on)
    for each in result.assumed:
        held = (
            "—" if each.held is None else each.held.text or say(f"state-{each.held.value.state.word}", lang)
        )
        words = {"unit": each.given.unit, "field": each.given.field, "value": each.given.text, "held": held}
        click.echo(say("score-assumed", lang, **words))
    if not result.scorecards:
        click.echo(f"{title}\n{say('score-none', lang)}")
    else:
        moved = changes(result, earlier)
        rows = [_row(result, card, lang, moved.get(card.unit.id)) for card in result.scorecards]
        used = [c for c in _columns(result, lang, earlier) if any(row.get(c.key) for row in rows)]
        show_table(used, rows, title=title)
        show_decisions(result, lang)
    if len(result.scorecards) == 1:
        show_criteria(result, result.scorecards[0], lang)
    if notes:
        show_basis(result, lang)


def show_decisions(result: Result, lang: str) -> None:
    """Print what policies decided beyond the numbers: moves of classes, open ties, methods left out."""
    lines = list(decisions(result, lang))
    for line in lines[:MOST_DECISIONS]:
        click.echo(line)
    if len(lines) > MOST_DECISIONS:
        click.echo(say("score-more-empty", lang, count=len(lines) - MOST_DECISIONS))


def _columns(result: Result, lang: str, earlier: Earlier | None) -> list[Column]:
    columns = [Column(word, say(word, lang), numeric=True, spare=2 * (word != "place")) for word in CIRCLES]
    columns.append(Column("unit", say("unit", lang)))
    columns += [
        Column(each.id, each.code or each.title.in_(lang), numeric=True, spare=3)
        for each in result.edition.components
    ]
    for word, spare in {"points": 1, "attainable": 5, "lost": 5, "rate": 0}.items():
        columns.append(Column(word, say(word, lang), numeric=True, spare=spare))
    if has_total(result.edition):
        columns += [Column(word, say(word, lang), numeric=True, spare=2) for word in ("bonus", "penalty")]
        columns.append(Column("total", say("total", lang), numeric=True))
    columns.append(Column("class", say("class", lang)))
    published = {"published": f"published-{final_of(result).value}", "published-rank": "published-rank"}
    columns += [Column(key, say(word, lang), numeric=True, spare=4) for key, word in published.items()]
    if earlier is not None:
        columns += [Column(word, say(word, lang), numeric=True) for word in ("change", "change-places")]
    return columns


def _lost(card: Scorecard, lang: str) -> str:
    points, attainable = card.index(Quantity.BASE, rounded=True), card.total_attainable
    if points is None or points.known is None or attainable is None or attainable.known is None:
        return ""
    return shown(attainable.number - points.number, lang)


def figures(result: Result, card: Scorecard, lang: str) -> dict[str, str]:
    """The cells of a unit's index: points, rate, total where it is another number, class, places."""
    digits = result.edition.rounding.digits.get(Level.INDEX)
    cells = {
        word: amount(card.index(quantity, rounded=True), lang, digits)
        for word, quantity in {"points": Quantity.BASE, "rate": Quantity.RATE}.items()
    }
    if has_total(result.edition):
        cells["total"] = amount(card.index(Quantity.TOTAL, rounded=True), lang, digits)
    cells["class"] = class_title(result, card, lang)
    for key, within in CIRCLES.items():
        place = result.place(card.unit.id, within.value)
        cells[key] = "" if place is None else f"{place.place}/{place.among}"
    return cells


def has_total(edition: Edition) -> bool:
    """Whether the total is another number than the points: converted, or with bonus and penalty."""
    return edition.conversion is not None or edition.adjustments is not None


def _row(result: Result, card: Scorecard, lang: str, change: Change | None) -> dict[str, str]:
    published = _published(result, lang)
    row = figures(result, card, lang) | {
        "unit": card.unit.name.in_(lang),
        "attainable": amount(card.total_attainable, lang),
        "lost": _lost(card, lang),
        "published": published.get((card.unit.id, "index"), ""),
        "published-rank": published.get((card.unit.id, "rank"), ""),
    }
    for name in result.edition.blocks:
        row[name] = amount(card.block(name), lang)
    for component in result.edition.components:
        row[component.id] = amount(card.points(component.id), lang)
    if change is not None:
        row["change"] = "" if change.points is None else signed(change.points, lang)
        row["change-places"] = (
            "" if change.places is None else f"{change.places:+d}" if change.places else "0"
        )
    return row


def signed(value: Fraction, lang: str) -> str:
    """A change with its sign."""
    return ("+" if value > 0 else "") + shown(value, lang)


def amount(value: Value | None, lang: str, digits: int | None = None) -> str:
    """A value for a cell: its number, the word of its state, or that it is unknown."""
    if value is None:
        return say("score-unknown", lang)
    return (
        shown(value.number, lang, digits)
        if value.state is State.OK
        else say(f"state-{value.state.word}", lang)
    )


def show_criteria(result: Result, card: Scorecard, lang: str) -> None:
    """Print a unit's tree of criteria: points, maximum, points lost."""
    rows: list[dict[str, str]] = []
    for component in result.edition.components:
        for criterion in (each for each in component.all if each.applies(card.group)):
            points, top = card.points(criterion.id), criterion.max
            attainable = card.attainable(criterion.id)
            lost = ""
            reached = criterion.id not in card.unreached
            if (
                reached
                and attainable is not None
                and points.known is not None
                and attainable.known is not None
            ):
                lost = shown(attainable.number - points.number, lang)
            indent = "  " * criterion.code.count(".")
            rows.append(
                {
                    "code": criterion.code or criterion.id,
                    "criterion": indent + criterion.title.in_(lang),
                    "points": amount(points, lang) if reached else say("not-reached", lang),
                    "max": say("score-unknown", lang) if top is None else shown(top.of(card.group), lang),
                    "lost": "" if lost == "0" else lost,
                }
            )
    for block, item in result.edition.items:
        rows.append(
            {
                "code": item.code or item.id,
                "criterion": f"{say(block, lang)}: {item.title.in_(lang)}",
                "points": amount(card.points(item.id), lang),
                "max": say("score-unknown", lang)
                if item.max is None
                else shown(item.max.of(card.group), lang),
            }
        )
    columns = [Column("code", say("code", lang)), Column("criterion", say("criterion", lang))]
    columns += [Column(word, say(word, lang), numeric=True) for word in ("points", "max", "lost")]
    show_table(columns, rows)


def show_basis(result: Result, lang: str) -> None:
    """Print what was empty and what became of it, what was not used, and what the result rests on."""
    for lines in (no_index_lines(result, lang), empty_lines(result, lang)):
        for line in lines[:MOST_EMPTY]:
            click.echo(line)
        if len(lines) > MOST_EMPTY:
            click.echo(say("score-more-empty", lang, count=len(lines) - MOST_EMPTY))
    if result.empty and all(each.state is State.UNVERIFIED for each in result.empty):
        click.echo(say("score-only-self", lang))
    if result.unused_fields:
        click.echo(say("score-unused", lang, fields=", ".join(result.unused_fields)))
    if result.without_evidence:
        click.echo(say("score-without", lang, count=len(result.without_evidence)))
    show_published(result, lang)
    click.echo(say("score-rests", lang) + ":")
    for line in (evidence_basis(result, lang), *rests_on(result.edition, lang)):
        click.echo(f"  • {line}")


def _published(result: Result, lang: str) -> dict[tuple[str, str], str]:
    """The published index and rank of each unit shown; every value where sources differ."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for each in _beside(result):
        found.setdefault((each.about, each.quantity), {})[shown(each.value.number, lang)] = None
    return {key: " | ".join(values) for key, values in found.items()}


def _beside(result: Result) -> list[Observation]:
    units = {card.unit.id for card in result.scorecards}
    return [o for o in result.observations if o.about in units and o.quantity in ("index", "rank")]


def show_published(result: Result, lang: str) -> None:
    """Print where the published figures beside the computed ones come from."""
    sources = {(each.source.basis, str(each.source)): None for each in _beside(result)}
    for basis, source in sources:
        word = say(f"basis-{basis.value}", lang)
        click.echo(say("score-published", lang, basis=word, source=source))

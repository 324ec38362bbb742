"""`parcore explain`: how the points of a unit came about, criterion by criterion."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from parcore.cli.decisions import absent_line, set_words, stated_line
from parcore.cli.emptiness import named
from parcore.cli.explain_index import index_paragraph
from parcore.cli.options import (
    evidence_options,
    format_option,
    lang_option,
    path_option,
    quarantine_option,
    units_options,
    unknown_format,
)
from parcore.cli.record import scored_records
from parcore.cli.result_table import amount
from parcore.cli.run import Asked, run
from parcore.cli.tables import show_notes
from parcore.diagnostics import Findings, Place
from parcore.documents.schema import report_unknown
from parcore.editions.document import INDEX
from parcore.editions.edition import Combine, Criterion
from parcore.editions.index import ROUNDED, TOTAL
from parcore.editions.tree import may_rescale
from parcore.evidence.evidence import Stage
from parcore.evidence.periods import Period
from parcore.evidence.sections import Quarantine
from parcore.i18n import say
from parcore.numbers import NumberFormat, shown
from parcore.readings.prose.annex import combined
from parcore.readings.prose.words import Speaker, sentence
from parcore.readings.story import Teller
from parcore.results.output import moves, number
from parcore.results.result import PointsSet, Result, Scorecard
from parcore.results.scope import UnitScope
from parcore.results.steps import steps
from parcore.rules.policies import Quantity


@click.command("explain")
@click.argument("name", metavar="METHODOLOGY[@EDITION]")
@click.argument("unit")
@click.argument("criteria", nargs=-1, metavar="[CRITERION]...")
@click.option(
    "--record", metavar="ID", help="Tell of one case of the unit's list (a dossier), by its number there."
)
@evidence_options
@quarantine_option
@units_options
@path_option
@format_option("table", "json")
@lang_option
def command(
    name: str,
    unit: str,
    criteria: tuple[str, ...],
    record: str | None,
    period: Period | None,
    stage: str,
    numbers: str,
    changes: tuple[str, ...],
    files: tuple[Path, ...],
    quarantine: Quarantine | None,
    units_of: Period | None,
    weights: Path | None,
    paths: tuple[Path, ...],
    form: str,
    lang: str,
) -> None:
    """Tell how points came about: evidence, measure, step, clause. CRITERION is an id or a code, or `index`.

    With --format json every step of the computation is given, for checking it again.
    """
    if form not in ("table", "json"):
        raise unknown_format(form, ["table", "json"])
    asked = Asked(
        name, period, Stage(stage), files, NumberFormat(numbers), changes, (unit,), "UNIT", paths, units_of,
        weights, quarantine,
    )  # fmt: skip
    result, registry = run(asked)
    whole = not criteria or INDEX in criteria
    named_ = tuple(name for name in criteria if name != INDEX)
    leaves = leaves_named(result, named_) if named_ or not criteria else []
    if record is not None:
        _tell_record(result, leaves, record, form, lang)
        show_notes(registry.findings, lang)
        return
    told = [(c, leaf) for c in result.scorecards for leaf in leaves if leaf.applies(c.group)]
    if form == "json":
        data = [_data(result, card, leaf, lang) for card, leaf in told]
        data += [_whole(result, card, lang) for card in result.scorecards if whole]
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        for card, leaf in told:
            click.echo(paragraph(result, card, leaf, lang) + "\n")
            for group in _groups_ended(result, card, leaf, named_):
                click.echo(group_paragraph(result, card, group, lang) + "\n")
        for card in result.scorecards if whole else ():
            click.echo(index_paragraph(result, card, lang))
        if not result.scorecards:
            click.echo(say("score-none", lang))
    show_notes(registry.findings, lang)


def _tell_record(result: Result, leaves: list[Criterion], record: str, form: str, lang: str) -> None:
    found = scored_records(result, leaves, record)
    if form == "json":
        click.echo(json.dumps([each.data(lang) for each in found], ensure_ascii=False, indent=2))
    else:
        for each in found:
            click.echo(each.paragraph(lang) + "\n")


def leaves_named(result: Result, names: tuple[str, ...]) -> list[Criterion]:
    """The leaves under the criteria named; all of them where none is.

    Raises:
        ParcoreError: no criterion of a name.
    """
    if not names:
        return list(result.edition.scored)
    findings = Findings()
    known = [*(e.id for e in result.edition.criteria), *(e.id for _, e in result.edition.items)]
    found: list[Criterion] = []
    for name in names:
        criterion = result.edition.criterion(name)
        if criterion is None:
            report_unknown(name, known, Place(result.edition.key), findings, "criterion-unknown")
        else:
            found += criterion.leaves
    findings.raise_errors()
    return found


def _data(result: Result, card: Scorecard, leaf: Criterion, lang: str) -> dict[str, object]:
    return {
        "unit": card.unit.id,
        "edition": result.edition.key,
        "criterion": leaf.id,
        "points": number(card.points(leaf.id)),
        "told": paragraph(result, card, leaf, lang),
        "steps": steps(card.trace, f"points:{leaf.id}", _cases(result, card)),
    }


def _cases(result: Result, card: Scorecard) -> dict[str, list[str]]:
    """The numbers of a unit's cases, by kind and in the order of the list that counts."""
    evidence, at = result.evidence, (card.unit.id, result.period)
    lists = [evidence.records(*at, kind, result.stage) for kind in result.edition.vocabulary.records]
    held = (each for each in lists if each is not None and each.counted is None)
    return {each.kind: [record.id for record in each.records] for each in held}


def _whole(result: Result, card: Scorecard, lang: str) -> dict[str, object]:
    """The index itself: its total, its class with the steps that decided it."""
    return {
        "unit": card.unit.id,
        "edition": result.edition.key,
        "criterion": INDEX,
        "points": number(card.index(Quantity.TOTAL, rounded=True)),
        "told": index_paragraph(result, card, lang),
        "class": card.class_name,
        "class_open": list(card.class_open),
        "class_moves": moves(card),
        "steps": steps(card.trace, TOTAL + ROUNDED),
    }


def _groups_ended(
    result: Result, card: Scorecard, leaf: Criterion, criteria: tuple[str, ...]
) -> list[Criterion]:
    """The groups whose last leaf this is and that do more than add up, inner ones first."""
    told = {each.id for each in leaves_named(result, criteria)}
    found = []
    for node in result.edition.criteria:
        plain = node.combine is Combine.SUM and node.scaled_from is None
        plain = plain and not any(child.weight or may_rescale(child) for child in node.children)
        own = [each for each in node.leaves if each.applies(card.group) and each.id in told]
        if node.children and not plain and own and own[-1].id == leaf.id:
            found.append(node)
    return found[::-1]


def group_paragraph(result: Result, card: Scorecard, node: Criterion, lang: str) -> str:
    """How the points of a group come of its parts'."""

    def of(each: Criterion) -> str:
        if each.id in card.unreached:
            return say("not-reached", lang)
        top = card.attainable(each.id)
        most = "" if top is None or top.known is None else f"/{shown(top.number, lang)}"
        return amount(card.points(each.id), lang) + most

    parts = "; ".join(
        f"{each.code or each.title.in_(lang)}: {of(each)}"
        for each in node.children
        if each.applies(card.group)
    )
    said = " ".join(map(sentence, combined(node, Speaker(result.edition.vocabulary, lang, card.group))))
    heading = say("tell-heading", lang, unit=card.unit.name.in_(lang), criterion=named(result, node, lang))
    return f"{heading}\n  {said} {say('tell-parts', lang, parts=parts, points=of(node))}"


def _set_over(result: Result, card: Scorecard, leaf: Criterion) -> list[PointsSet]:
    """The points set for a leaf, or for what it is a part of."""
    own = [each for each in result.points_set if each.unit.id == card.unit.id]
    return [each for each in own if leaf.id in {part.id for part in each.criterion.all}]


def _set_lines(card: Scorecard, leaf: Criterion, each: PointsSet, lang: str) -> Iterator[str]:
    """What was set in the place of what was computed, and why; then, of the leaf itself, what stands."""
    if each.criterion.id != leaf.id:
        yield say("tell-set-above", lang, **set_words(each, lang))
        return
    yield say("tell-set", lang, **set_words(each, lang))
    top = "" if leaf.max is None else say("tell-of", lang, max=shown(leaf.max.of(card.group), lang))
    yield say("tell-points", lang, points=amount(card.points(leaf.id), lang), of=top)


def paragraph(result: Result, card: Scorecard, leaf: Criterion, lang: str) -> str:
    """The story of one leaf: a heading and its sentences."""
    scope = UnitScope(card.unit.id, result.period, result.evidence, result.stage, result.population)
    teller = Teller(leaf, card.group, result.edition.vocabulary, scope, scope.datum, lang)
    name = named(result, leaf, lang)
    heading = say("tell-heading", lang, unit=card.unit.name.in_(lang), criterion=name)
    if leaf.id in card.unreached:
        return f"{heading}\n  {say('tell-not-reached', lang)}"
    left_out = [absent_line(each, lang) for each in result.absent if each.method is leaf.method]
    computed = card.computed(leaf.id) if card.is_set(leaf.id) else None
    over = _set_over(result, card, leaf)
    story = left_out or teller.story(computed or card.points(leaf.id), set_over=bool(over))
    if leaf.id in card.stated and card.stated[leaf.id].points is not None:
        story = [*story, f"{sentence(stated_line(card.stated[leaf.id], result.edition.vocabulary, lang))}"]
    story += [line for each in over for line in _set_lines(card, leaf, each, lang)]
    return heading + "\n  " + " ".join(story)

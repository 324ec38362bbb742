"""`parcore plan`: the least changes of evidence that gain, what each brings, and what is not planned for."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import click

from parcore.change.plan.left_out import ON_REQUEST, LeftOut, Reason
from parcore.change.plan.planning import plan, together
from parcore.change.plan.proposals import Change, Effect, Need, Plan, Proposal, Together
from parcore.cli.emptiness import named
from parcore.cli.options import (
    evidence_options,
    format_option,
    lang_option,
    path_option,
    quarantine_option,
    unknown_format,
)
from parcore.cli.plan_data import CSV_COLUMNS, csv_rows, plan_data, together_data
from parcore.cli.result_table import amount
from parcore.cli.run import Asked, run
from parcore.cli.run import changes as read_changes
from parcore.cli.tables import Column, csv_text, show_notes, show_table
from parcore.evidence.evidence import Stage
from parcore.evidence.periods import Period
from parcore.evidence.sections import Quarantine
from parcore.i18n import say
from parcore.numbers import NumberFormat, shown
from parcore.results.result import Result


@click.command("plan")
@click.argument("name", metavar="METHODOLOGY[@EDITION]")
@click.argument("unit")
@click.argument("criteria", nargs=-1, metavar="[CRITERION]...")
@click.option(
    "--with", "also", multiple=True, type=click.Choice([each.value for each in ON_REQUEST]),
    help="Plan also for what is left out otherwise: what others find, wholes of shares; repeatable.",
)  # fmt: skip
@evidence_options
@quarantine_option
@path_option
@format_option("table", "json", "csv")
@lang_option
def command(
    name: str,
    unit: str,
    criteria: tuple[str, ...],
    also: tuple[str, ...],
    period: Period | None,
    stage: str,
    numbers: str,
    changes: tuple[str, ...],
    files: tuple[Path, ...],
    quarantine: Quarantine | None,
    paths: tuple[Path, ...],
    form: str,
    lang: str,
) -> None:
    """What a unit can do next: for each criterion the least change that gains, and what it brings.

    With criteria named (by id or code) the proofs are told too. With --set: what those changes bring at once,
    beside the sum of each alone.
    """
    if form not in ("table", "json", "csv"):
        raise unknown_format(form, ["table", "json", "csv"])
    if changes and form == "csv":
        raise click.UsageError("--set is told as table or json")
    asked = Asked(
        name, period, Stage(stage), files, NumberFormat(numbers), (), (unit,), "UNIT", paths,
        quarantine=quarantine,
    )  # fmt: skip
    result, registry = run(asked)
    if not result.scorecards:
        click.echo("[]" if form == "json" else say("score-none", lang))
        return
    unit_id = result.scorecards[0].unit.id
    if changes:
        edition, at, evidence = result.edition, result.period, result.evidence
        data = read_changes(changes, edition, registry, at, result.stage, evidence)
        _tell_together(result, unit_id, together(result, unit_id, data), form, lang)
    else:
        found = plan(result, unit_id, criteria, also=[Reason(each) for each in also])
        _tell(found, form, lang, proofs=bool(criteria))
    show_notes(registry.findings, lang)


def _tell(found: Plan, form: str, lang: str, *, proofs: bool) -> None:
    if form == "json":
        click.echo(json.dumps(plan_data(found), ensure_ascii=False, indent=2))
        return
    if form == "csv":
        click.echo(csv_text(CSV_COLUMNS, csv_rows(found)), nl=False)
        return
    result, words = found.result, {"unit": found.unit.name.in_(lang), "edition": found.result.edition.key}
    title = say("plan-title", lang, **words, period=result.period)
    if found.proposals:
        rows = [_row(result, each, lang) for each in found.proposals]
        show_table(
            [each for each in _columns(lang) if any(row.get(each.key) for row in rows)], rows, title=title
        )
        if any(each.least for each in found.proposals):
            click.echo(say("plan-proof", lang))
    else:
        click.echo(f"{title}\n{say('plan-none', lang)}")
    for proposal in found.proposals if proofs else ():
        for line in _proof(result, proposal, lang):
            click.echo(f"  {line}")
    for need in found.needs:
        click.echo(_need(result, need, lang))
    for line in _left_out(result, found.left_out, lang):
        click.echo(line)


def _columns(lang: str) -> list[Column]:
    numeric = ("points", "plan-index", "plan-gain", "plan-place")
    keys = (
        "criterion", "plan-goal", "plan-change", "points", "plan-gain", "plan-index", "plan-place", "class",
        "plan-beside",
    )  # fmt: skip
    spare = {"plan-beside": 3, "plan-goal": 2}
    return [Column(key, say(key, lang), key in numeric, spare.get(key, 0)) for key in keys]


def _row(result: Result, proposal: Proposal, lang: str) -> dict[str, str]:
    effect, leaf = proposal.effect, proposal.criterion
    top = effect.before.attainable
    most = "" if top is None or top.known is None else f"/{shown(top.number, lang)}"
    return {
        "criterion": named(result, leaf, lang),
        "plan-goal": say(f"plan-goal-{proposal.goal.value}", lang),
        "plan-change": "; ".join(change_text(each, lang) for each in proposal.changes),
        "points": f"{amount(effect.before.points, lang)} → {amount(effect.after.points, lang)}{most}",
        **_standing(effect, lang),
        "plan-beside": "; ".join(
            f"{each.criterion.code or each.criterion.id}: "
            f"{amount(each.before, lang)} → {amount(each.after, lang)}"
            for each in effect.beside
        ),
    }


def _standing(effect: Effect, lang: str) -> dict[str, str]:
    """Index, place among all and class, before and after."""
    before, after = effect.before, effect.after
    places = [next((f"{p.place}/{p.among}" for p in each.places if p.circle == "all"), "—")
              for each in (before, after)]  # fmt: skip
    index = ["—" if each.index is None else shown(each.index, lang) for each in (before, after)]
    classes = [each.class_name or "—" for each in (before, after)]
    return {
        "plan-gain": "—" if effect.gain is None else shown(effect.gain, lang),
        "plan-index": _moved(index),
        "plan-place": "" if places == ["—", "—"] else _moved(places),
        "class": "" if classes == ["—", "—"] else _moved(classes),
    }


def _moved(two: list[str]) -> str:
    return two[0] if two[0] == two[1] else " → ".join(two)


def change_text(change: Change, lang: str) -> str:
    """A change as one reads it: the field, what is stated, what would be."""
    held = "—" if change.held is None else change.held.text or change.held.value.state.word
    to = change.to.text
    if not change.attained:
        word = "plan-over" if change.scored.value.number > change.to.value.number else "plan-under"
        to = say(word, lang, value=to)
    return f"{change.to.field}: {held} → {to}"


def _proof(result: Result, proposal: Proposal, lang: str) -> list[str]:
    """The parts of a certificate with the most that each gives."""
    if proposal.certificate is None:
        return []
    fields = "; ".join(change_text(each, lang) for each in proposal.changes)
    parts = []
    for part in proposal.certificate.parts:
        numbers = ", ".join(f"{name} {each}" for name, each in part.numbers.items())
        if part.most is None:
            parts.append(say("plan-part-none", lang, numbers=numbers))
        else:
            parts.append(say("plan-part", lang, numbers=numbers, most=shown(abs(part.most), lang)))
    words = {"criterion": named(result, proposal.criterion, lang), "field": fields}
    return [say("plan-certificate", lang, **words, parts="; ".join(parts))] if parts else []


def _need(result: Result, need: Need, lang: str) -> str:
    fields = ", ".join(f"{name} ({say(f'state-{state.word}', lang)})" for name, state in need.fields)
    words = {
        "criterion": named(result, need.criterion, lang),
        "fields": fields,
        "now": amount(need.points, lang),
    }
    if need.most is None:
        return say("plan-need-untold", lang, **words)
    index = None if need.effect is None else need.effect.after.index
    told = "" if index is None else say("plan-need-index", lang, index=shown(index, lang))
    lines = [say("plan-need", lang, **words, most=shown(need.most, lang), index=told)]
    if need.gaining is not None:
        lines.append(say("plan-need-gaining", lang, numbers=need.gaining))
    if need.options:
        options = ", ".join(f"{option} {shown(points, lang)}" for option, points in need.options)
        lines.append(say("plan-need-options", lang, options=options))
    return " ".join(lines)


def _left_out(result: Result, left: tuple[LeftOut, ...], lang: str) -> list[str]:
    """One line for each reason, with the criteria and fields that it leaves out."""
    alike: dict[Reason, list[str]] = {}
    for each in left:
        short = each.criterion.code or each.criterion.id
        name = f"{short} {each.field}" if each.field else named(result, each.criterion, lang)
        names = alike.setdefault(each.reason, [])
        if name not in names:
            names.append(name)
    lines = [f"  • {say(f'plan-why-{why.value}', lang)}: {', '.join(names)}" for why, names in alike.items()]
    return [say("plan-left-out", lang), *lines] if lines else []


def _tell_together(result: Result, unit: str, found: Together, form: str, lang: str) -> None:
    if form == "json":
        click.echo(json.dumps(together_data(found), ensure_ascii=False, indent=2))
        return
    card = result.card(unit)
    name = unit if card is None else card.unit.name.in_(lang)
    known = [each for each in found.alone if each is not None]
    total = shown(sum(known, start=Fraction(0)), lang) if len(known) == len(found.alone) else "—"
    rows = [
        {
            "plan-change": say(
                "plan-alone", lang, field=each.field, value=each.text or each.value.state.word
            ),
            "plan-gain": "—" if gain is None else shown(gain, lang),
        }
        for each, gain in zip(found.changes, found.alone, strict=True)
    ]
    whole = Effect(found.before, found.after, found.gain)
    rows.append({"plan-change": say("plan-sum", lang), "plan-gain": total})
    rows.append({"plan-change": say("plan-at-once", lang), **_standing(whole, lang)})
    keys = ("plan-change", "plan-gain", "plan-index", "plan-place", "class")
    columns = [Column(key, say(key, lang), key not in ("plan-change", "class")) for key in keys]
    title = say("plan-set", lang, unit=name, edition=result.edition.key, period=result.period)
    show_table([each for each in columns if any(row.get(each.key) for row in rows)], rows, title=title)
    for each in found.moved:
        points = f"{amount(each.before, lang)} → {amount(each.after, lang)}"
        click.echo(f"  • {named(result, each.criterion, lang)}: {points}")

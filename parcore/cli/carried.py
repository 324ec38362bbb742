"""How evidence was carried over to other units: under a table, and in JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import click

from parcore.evidence.evidence import Stage
from parcore.evidence.lineage import Label
from parcore.i18n import say

if TYPE_CHECKING:
    from parcore.change.carry import Carried

MOST_NAMED: Final = 6
"""Units and fields named in a line; the rest are counted, and JSON has them all."""


def show_carried(carried: Carried | None, stage: Stage, lang: str) -> None:
    """Print which units are intact, merged and so on, and what is not comparable and why."""
    for line in () if carried is None else _lines(carried, stage, lang):
        click.echo(line)


def _lines(carried: Carried, stage: Stage, lang: str) -> Iterator[str]:
    labels = list(carried.labels.values())
    counts = [f"{labels.count(each)} {say(f'label-{each.value}', lang)}" for each in Label if each in labels]
    yield say("carried", lang, period=carried.period, day=carried.day, counts=", ".join(counts))
    for label in Label:
        named = [
            f"{unit} = {' + '.join(carried.parts[unit])}" if label is not Label.NEW else unit
            for unit, own in carried.labels.items()
            if own is label and label not in (Label.INTACT, Label.UNKNOWN)
        ]
        if named:
            yield f"  {say(f'label-{label.value}', lang)}: {_few(named, '; ', lang)}"
    if carried.ended:
        yield f"  {say('carried-ended', lang, units=_few(list(carried.ended), ', ', lang))}"
    alike: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for (unit, why, told), fields in _by_unit(carried, stage, lang).items():
        alike.setdefault((why, told, tuple(fields)), []).append(unit)
    if alike:
        yield say("carried-not-comparable", lang)
    for (why, told, names), units in alike.items():
        of = f": {_few(list(names), ', ', lang)}" if any(names) else ""
        yield f"  {_few(units, ', ', lang)}: {why}{f' ({told})' if told else ''}{of}"


def _by_unit(carried: Carried, stage: Stage, lang: str) -> dict[tuple[str, str, str], list[str]]:
    """The fields of each unit that are not comparable, for each reason; periods inside named."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for each in carried.lacking(stage):
        inside = "" if each.period == carried.period else f" ({each.period})"
        key = each.unit, say(f"carried-{each.why.value}", lang), each.told
        found.setdefault(key, []).append(each.field + inside)
    return found


def _few(names: list[str], between: str, lang: str) -> str:
    more = len(names) - MOST_NAMED
    if more <= 1:
        return between.join(names)
    return between.join(names[:MOST_NAMED]) + between + say("carried-more", lang, count=more)


def carried_data(carried: Carried | None, stage: Stage) -> dict[str, Any]:
    """The same as plain data; nothing where no evidence was carried over."""
    if carried is None:
        return {}
    return {
        "carried": {
            "period": str(carried.period),
            "units_of": str(carried.day),
            "units": [
                {"unit": unit, "label": label.value, "of": list(carried.parts[unit])}
                for unit, label in carried.labels.items()
            ],
            "ended": list(carried.ended),
            "not_comparable": [
                {
                    "unit": each.unit,
                    "period": str(each.period),
                    "field": each.field,
                    "why": each.why.value,
                    "told": each.told,
                }
                for each in carried.lacking(stage)
            ],
        }
    }

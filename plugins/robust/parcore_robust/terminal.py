"""A study on the terminal: a table of ranks, the smallest changes of weights, what it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import click

from parcore.cli.tables import Column, show_table
from parcore.i18n import Text, say
from parcore.numbers import HUNDRED, shown
from parcore_robust.facts import plain_share
from parcore_robust.output import classes_of, index_of, index_word, title_of
from parcore_robust.polytope import Norm
from parcore_robust.standing import Origin, Standing, Study, Swap
from parcore_robust.words import tell


def show(study: Study, lang: str, *, single: bool = False) -> None:
    """Print a study; of units asked for by name also in sentences."""
    show_table(_columns(study, lang), [_row(study, each, lang) for each in study.standings], "table",
               title_of(study, lang))  # fmt: skip
    if study.swaps:
        _show_swaps(study, lang)
    for unit, other, why in study.unswapped:
        click.echo(tell("swap-none", unit=unit.name, other=other.name, why=why).in_(lang))
    for each in study.standings if single else ():
        for line in sentences(each, lang):
            click.echo(line)
    for heading, texts in (("rests-on", study.facts), ("does-not-hold", study.cautions)):
        _listed(heading, texts, lang)


def _listed(heading: str, texts: Iterable[Text], lang: str) -> None:
    click.echo(f"{tell(heading).in_(lang)}:")
    for each in texts:
        click.echo(f"  • {each.in_(lang)}")


def _columns(study: Study, lang: str) -> list[Column]:
    found = [
        Column("place", say("place", lang), numeric=True),
        Column("unit", say("unit", lang)),
        Column("index", index_word(study, lang), numeric=True),
    ]
    drawn, weights = study.origin is not Origin.MISSING, study.origin is Origin.WEIGHTS
    if drawn:
        found.append(Column("drawn", tell("column-drawn").in_(lang), numeric=True))
        found.append(Column("median", tell("column-median").in_(lang), numeric=True, spare=2))
        found.append(Column("seen", tell("column-seen").in_(lang), numeric=True))
    if weights or not drawn:
        found.append(Column("possible", tell("column-possible").in_(lang), numeric=True))
    if drawn:
        found.append(Column("above", tell("column-above").in_(lang), numeric=True, spare=1))
    if any(each.classes for each in study.standings):
        found.append(Column("classes", tell("column-classes").in_(lang)))
    return found


def _row(study: Study, each: Standing, lang: str) -> dict[str, str]:
    row = {
        "place": "" if each.place is None else f"{each.place}/{each.among}",
        "unit": each.unit.name.in_(lang),
        "index": index_of(study, each, lang) if each.number is not None else tell("no-index").in_(lang),
        "possible": "" if each.possible is None else str(each.possible),
        "classes": classes_of(each, lang),
    }
    if each.drawn is not None:
        row["drawn"], row["median"] = str(each.drawn.interval), str(each.drawn.median)
        row["seen"] = str(each.reached or each.drawn.seen)
    if each.beside is not None:
        row["above"] = plain_share(_of(each.beside.above, each), lang)
    return row


def _of(count: int, each: Standing) -> Fraction:
    """A count of draws as a share of those in which both units have a rank."""
    beside = each.beside
    total = 0 if beside is None else beside.above + beside.level + beside.below
    return Fraction(count, total or 1)


def _show_swaps(study: Study, lang: str) -> None:
    found: dict[tuple[str, str], dict[Norm, Swap]] = {}
    for each in study.swaps:
        found.setdefault((each.unit.id, each.other.id), {})[each.norm] = each
    rows = []
    for norms in found.values():
        one = next(iter(norms.values()))
        row = {
            "unit": one.unit.name.in_(lang),
            "other": one.other.name.in_(lang),
            "within": tell("yes" if one.within else "no").in_(lang),
        }
        for norm, swap in norms.items():
            size = swap.size * HUNDRED if norm is Norm.RELATIVE else swap.size
            row[norm.value] = shown(size, lang, 4) + (" %" if norm is Norm.RELATIVE else "")
        rows.append(row)
    columns = [Column("unit", say("unit", lang)), Column("other", tell("swap-other").in_(lang))]
    columns += [Column(n.value, tell(f"swap-{n.value}").in_(lang), numeric=True) for n in Norm]
    columns.append(Column("within", tell("swap-within").in_(lang)))
    show_table(columns, rows, "table", tell("swaps-heading").in_(lang))


def sentences(each: Standing, lang: str) -> list[str]:
    """What a study says of one unit."""
    found: list[Text] = []
    if each.drawn is not None and each.place is not None:
        same = plain_share(each.drawn.same, lang)
        told = {"name": each.unit.name, "place": each.place, "among": each.among, "same": same}
        found.append(tell("unit-same", **told, interval=each.drawn.interval))
    if each.beside is not None:
        above, level = (plain_share(_of(n, each), lang) for n in (each.beside.above, each.beside.level))
        found.append(tell("unit-beside", other=each.beside.other.name, above=above, level=level))
    if each.possible is not None:
        found.append(tell("unit-possible", possible=each.possible))
        found += [tell("unit-settled")] if each.settled else []
    return [text.in_(lang) for text in found]

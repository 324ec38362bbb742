"""What a result rests on: how many points stand on which basis, and what is not known."""

from __future__ import annotations

from fractions import Fraction

from parcore.editions.edition import Combine, Criterion, Edition
from parcore.evidence.evidence import Datum, Method, RecordList
from parcore.i18n import say
from parcore.numbers import HUNDRED, ZERO, shown
from parcore.results.result import Result
from parcore.rules.combinations import interpretations, reported_of
from parcore.sources import Basis


def points_by_basis(edition: Edition, group: str) -> dict[Basis, Fraction]:
    """What the known maxima come to in the index, by the basis of the rules that they stand on."""
    found: dict[Basis, Fraction] = {}
    for component in edition.components:
        _add(found, component, edition.source.basis, group)
    return {basis: found[basis] for basis in Basis if basis in found}


def _add(found: dict[Basis, Fraction], node: Criterion, own: Basis, group: str) -> None:
    """Add what a node can bring: weighted, scaled to what its group is worth, of alternatives the largest."""
    if not node.applies(group):
        return
    inner: dict[Basis, Fraction] = {}
    if node.rule is not None or not node.children:
        basis = own if node.source is None else node.source.basis
        inner[basis] = ZERO if node.max is None else node.max.of(group)
    elif node.combine is Combine.SUM:
        for child in node.children:
            _add(inner, child, own, group)
    else:
        most = max(node.children, key=lambda each: ZERO if each.max is None else each.max.of(group))
        _add(inner, most, own, group)
    scale = node.weight_of(group)
    if node.scaled_from is not None and node.max is not None:
        scale *= node.max.of(group) / node.scaled_from.of(group)
    for basis, points in inner.items():
        found[basis] = found.get(basis, ZERO) + scale * points


def rests_on(edition: Edition, lang: str) -> list[str]:
    """Sentences: the edition's own basis, the leaves whose points are given, the unknown maxima."""
    leaves = list(edition.scored)
    given = [leaf for leaf in leaves if reported_of(leaf.rule) is not None]
    unknown = [each for each in edition.criteria if each.max is None]
    remainders = [leaf for leaf in leaves if leaf.remainder]
    ours = [leaf for leaf in leaves if _interpreted(leaf)]
    lines = [
        say(
            "rests-edition", lang, edition=edition.key, basis=say(f"basis-{edition.source.basis.value}", lang)
        )
    ]
    lines += _by_basis(edition, lang)
    for word, found in (
        ("rests-given", given),
        ("rests-unknown", unknown),
        ("rests-remainder", remainders),
        ("rests-ours", ours),
    ):
        if found:
            names = ", ".join(each.code or each.id for each in found)
            lines.append(say(word, lang, count=len(found), names=names))
    if edition.note.in_(lang):
        lines.append(edition.note.in_(lang))
    return lines


def _interpreted(leaf: Criterion) -> bool:
    """Whether any of a leaf's words is ours: its rule, a step of it, or what an empty state makes of it."""
    sources = [leaf.source, *(effect.source for effect in leaf.when.values())]
    ours = any(source is not None and source.basis is Basis.INTERPRETATION for source in sources)
    return ours or (leaf.rule is not None and interpretations(leaf.rule) > 0)


def evidence_basis(result: Result, lang: str) -> str:
    """How many statements of the evidence scored stand on which basis; a list with what it gives is one.

    Of wide tables it names the files: their statements have no bases of their own.
    """
    if result.tables:
        return say("rests-tables", lang, tables=", ".join(result.tables))
    units = {card.unit.id for card in result.scorecards}
    counted: dict[str, int] = {}
    lists = [each for each in result.evidence.lists() if each.period == result.period]
    fields = result.edition.vocabulary.fields
    derived = {name for name, spec in fields.items() if spec.derive is not None}
    own = (
        each
        for each in result.evidence.of(result.period)
        if each.field not in derived or each.method is not Method.DERIVED
    )
    stated: list[Datum | RecordList] = [*own, *lists]
    for given in stated:
        if given.unit in units:
            word = "basis-none" if given.source is None else f"basis-{given.source.basis.value}"
            counted[word] = counted.get(word, 0) + 1
    parts = "; ".join(f"{say(word, lang)} {count}" for word, count in counted.items())
    aside = ", ".join(f"{each.unit} {each.set_aside}" for each in lists if each.set_aside)
    told = say("rests-aside", lang, parts=aside) if aside else ""
    return say("rests-evidence", lang, parts=parts) + told


def _by_basis(edition: Edition, lang: str) -> list[str]:
    """One line for all unit groups whose maxima stand alike, else one for each."""
    groups: dict[str, list[str]] = {}
    for group in edition.groups:
        parts = points_by_basis(edition, group)
        whole = sum(parts.values(), ZERO)
        if whole:
            named = (
                f"{say(f'basis-{basis.value}', lang)} {shown(points, lang)}"
                f" ({shown(HUNDRED * points / whole, lang, 1)} %)"
                for basis, points in parts.items()
            )
            groups.setdefault("; ".join(named), []).append(edition.group_title(group, lang))
    return [
        say("rests-basis", lang, group="" if len(groups) == 1 else f" ({', '.join(names)})", shares=shares)
        for shares, names in groups.items()
    ]

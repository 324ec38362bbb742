"""Edition documents: tree with places → shape → edition; all of a document's findings at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from parcore.diagnostics import Findings
from parcore.documents.reading import (
    both_languages,
    choice_of,
    date_of,
    items_of,
    source_of,
    text_of,
    texts_of,
)
from parcore.documents.schema import check_shape
from parcore.documents.tree import Mapping, Tree
from parcore.editions.criteria import read_criterion, read_maximum
from parcore.editions.edition import Criterion, Decision, Edition
from parcore.editions.methods import read_methods
from parcore.editions.policies import with_policies
from parcore.editions.sums import check_maxima, check_rounding
from parcore.evidence.vocabulary import Vocabulary
from parcore.i18n import Text
from parcore.numbers import Rounding
from parcore.rules.figures import Context, MoreMeasures
from parcore.rules.policies import Level, RoundingPlan
from parcore.sources import Basis, Source

INDEX: Final = "index"
"""The whole of an edition in results: no criterion may be called so."""


def read_edition(
    tree: Tree,
    vocabularies: dict[str, Vocabulary],
    findings: Findings,
    more_measures: MoreMeasures = dict,
) -> Edition | None:
    """The edition of a document, or None; what is wrong goes to `findings`.

    `more_measures` gives the measures of plugins, asked for only where the engine has no such word.

    One that findings refuse is given too, for later checks: look at `findings.errors` before using it.
    """
    if not check_shape(tree, "edition", findings) or not isinstance(tree, Mapping):
        return None
    vocabulary = _vocabulary(tree, vocabularies, findings)
    if vocabulary is None:  # every field of every rule would be unknown
        return None
    groups, titles = _groups(tree["units"])
    context = Context(vocabulary, findings, groups or ("",), "", None, more_measures=more_measures)
    total = read_maximum(tree["total"], context)
    components = _components(tree, context)
    key = f"{text_of(tree['methodology'])}@{text_of(tree['edition'])}"
    check_maxima(components, total, key, tree.place_of("total"), context)
    rounding = _rounding(tree.get("rounding"), findings)
    first, last = _years(tree, findings)
    edition = Edition(
        methodology=text_of(tree["methodology"]),
        name=text_of(tree["edition"]),
        title=both_languages(tree["title"]),
        decision=_decision(tree.get("decision"), findings),
        first_year=first,
        last_year=last,
        kinds=texts_of(tree["units"].get("kinds")) if isinstance(tree["units"], Mapping) else (),
        groups=context.groups,
        vocabulary=vocabulary,
        total=total,
        components=components,
        methods=read_methods(tree.get("methods"), components, total, context),
        rounding=rounding,
        source=source_of(tree["source"], findings) or Source(Basis.ILLUSTRATIVE),
        replaces=text_of(tree.get("replaces")),
        note=both_languages(tree.get("note")),
        group_titles=titles,
        place=tree.place,
    )
    edition = with_policies(edition, tree, context)
    check_rounding(edition, context)
    items = [item for block in edition.blocks.values() for item in block.items]
    _check_names((*components, *items), findings)
    return edition


def _groups(units: Tree) -> tuple[tuple[str, ...], dict[str, Text]]:
    """The unit groups, listed by id or with their titles."""
    listed = units.get("groups") if isinstance(units, Mapping) else None
    if isinstance(listed, Mapping):
        return tuple(listed.entries), {group: both_languages(each) for group, each in listed.entries.items()}
    return texts_of(listed), {}


def _vocabulary(tree: Mapping, known: dict[str, Vocabulary], findings: Findings) -> Vocabulary | None:
    named = tree.get("vocabulary")
    if named is None:
        return Vocabulary("", both_languages(None), {})
    name = text_of(named)
    if name not in known:
        findings.add("unknown-vocabulary", named.place, name=name, known=", ".join(sorted(known)) or "—")
        return None
    return known[name]


def _components(tree: Mapping, context: Context) -> tuple[Criterion, ...]:
    components = [read_criterion(each, context) for each in items_of(tree["components"])]
    return tuple(each for each in components if each is not None)


def _check_names(nodes: Iterable[Criterion], findings: Findings) -> None:
    """Report ids and codes that stand twice, in the tree or among bonus and penalty."""
    seen: dict[str, Criterion] = {}
    coded: dict[str, Criterion] = {}
    for node in nodes:
        for each in node.all:
            if each.id in seen:
                findings.add("duplicate-id", each.place, id=each.id, first=seen[each.id].place)
            seen.setdefault(each.id, each)
            if each.id == INDEX:
                findings.add("reserved-id", each.place, id=each.id)
            first = coded.setdefault(each.code, each) if each.code else each
            if first is not each:
                findings.add("duplicate-code", each.place, code=each.code, first=first.place)


def _years(tree: Mapping, findings: Findings) -> tuple[int, int | None]:
    applies = tree["applies"]
    first = text_of(applies.get("from")) if isinstance(applies, Mapping) else ""
    last = text_of(applies.get("to")) if isinstance(applies, Mapping) else ""
    if isinstance(applies, Mapping) and last and int(last) < int(first):
        findings.add("years-reversed", applies["to"].place, first=first, last=last)
    return int(first), int(last) if last else None


def _decision(tree: Tree | None, findings: Findings) -> Decision | None:
    if not isinstance(tree, Mapping):
        return None
    return Decision(
        text_of(tree["number"]), date_of(tree.get("issued"), findings), text_of(tree.get("issuer"))
    )


def _rounding(tree: Tree | None, findings: Findings) -> RoundingPlan:
    if not isinstance(tree, Mapping):
        return RoundingPlan()
    mode = choice_of(tree.get("mode"), Rounding, findings) or Rounding.HALF_UP
    digits = {Level(key): int(text_of(value)) for key, value in tree.entries.items() if key != "mode"}
    return RoundingPlan(digits, mode)

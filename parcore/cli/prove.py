"""`parcore check --prove`: what each rule can give for all evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click
from attrs import frozen

from parcore.checking import Checked
from parcore.cli.tables import Column, show_table
from parcore.diagnostics import ParcoreError
from parcore.documents.reading import text_of
from parcore.documents.tree import Mapping
from parcore.editions.edition import Edition
from parcore.i18n import say
from parcore.numbers import exact_text, shown, shown_percent
from parcore.packages import Document
from parcore.readings.analysis.edition import Proof, prove
from parcore.readings.analysis.extremes import Extreme
from parcore.readings.analysis.fields import unread
from parcore.readings.analysis.findings import Cliff
from parcore.readings.analysis.plane import Axis
from parcore.readings.analysis.report import report, report_fields, report_first
from parcore.readings.analysis.witness import Witness
from parcore.registry import Registry
from parcore.rules.graph import Div


@frozen
class Proved:
    """An edition's rule with its analysis, as plain data for programs."""

    edition: Edition
    proof: Proof

    @property
    def data(self) -> dict[str, Any]:
        """Numbers as decimal strings or fractions; a witness as the numbers of its fields."""
        proof, found = self.proof, self.proof.analysis
        told: dict[str, Any] = {
            "edition": self.edition.key,
            "criterion": proof.criterion.id,
            "part": proof.part,
            "clause": "" if proof.criterion.source is None else proof.criterion.source.clause,
            "groups": [each for each in proof.groups if each],
            "analysed": found is not None,
            "why": proof.why,
        }
        if found is None:
            return told
        branches = found.plane.branches
        return told | {
            "one_unit": found.one_unit,
            "least": _extreme(found.least),
            "most": _extreme(found.most),
            "directions": {name: way.value for name, way in found.directions.items()},
            "dead": list(found.dead),
            "branches": [
                {"branch": each.label, "kind": each.word, "witness": _evidence(witness)}
                for each, witness in zip(branches, found.branches.reached, strict=True)
            ],
            "cliff": _cliff(found.cliff),
            "gap": _evidence(found.branches.gap),
            "overlaps": [
                {"branches": [branches[one].label, branches[two].label], "witness": _evidence(witness)}
                for (one, two), witness in found.branches.overlaps.items()
            ],
            "floor": None if proof.floor is None else exact_text(proof.floor),
            "cap": None if proof.cap is None else exact_text(proof.cap),
        }


def _extreme(extreme: Extreme | None) -> dict[str, Any] | None:
    if extreme is None:
        return None
    points = exact_text(extreme.points)
    return {"points": points, "attained": extreme.attained, "witness": _evidence(extreme.witness)}


def _evidence(witness: Witness | None) -> dict[str, str] | None:
    """The numbers by field; those of the period before have `@-1` behind the name."""
    if witness is None:
        return None
    return {
        name + (f"@-{lag}" if lag else ""): witness.words.get((name, lag)) or exact_text(number)
        for (name, lag), number in witness.numbers.items()
    }


def _cliff(cliff: Cliff | None) -> dict[str, Any] | None:
    if cliff is None:
        return None
    return {
        "measure": cliff.axis,
        "at": exact_text(cliff.at),
        "points": exact_text(cliff.jump),
        "below": _evidence(cliff.below),
        "above": _evidence(cliff.above),
    }


def proved(checked: Checked, registry: Registry) -> list[Proved]:
    """The rules of the editions checked, analysed; what deserves a word goes to the findings."""
    found: list[Proved] = []
    for edition in checked.editions:
        proofs = list(prove(edition))
        report(proofs, checked.findings)
        report_first(edition, checked.findings)
        report_fields(edition, proofs, checked.findings)
        found += [Proved(edition, each) for each in proofs]
    for document in (each for each in checked.documents if each.kind == "vocabulary"):
        _report_unread(document, checked, registry)
    return found


def _report_unread(document: Document, checked: Checked, registry: Registry) -> None:
    """The fields of a vocabulary that no edition at hand reads; nothing where one of these is refused."""
    vocabulary = registry.vocabularies.get(document.name)
    known = {each.key: each for each in checked.editions}
    try:
        named = [each for each in registry.documents("edition") if document.name in _names(registry, each)]
        editions = [known.get(each.key) or registry.load(each) for each in named]
    except ParcoreError:
        return
    for field in unread(vocabulary, editions) if vocabulary is not None and editions else ():
        if field.place.file == document.shown:  # what it extends is told of itself
            checked.findings.add("prove-unread", field.place, field=field.name)


def _names(registry: Registry, edition: Document) -> tuple[str, ...]:
    """The vocabulary that an edition names, and those that it extends."""
    tree, _ = registry.tree(edition)
    name = text_of(tree.get("vocabulary")) if isinstance(tree, Mapping) else ""
    return registry.vocabularies[name].names if name in registry.vocabularies else (name,)


def show_proofs(proofs: Iterable[Proved], lang: str) -> None:
    """A row for each rule that was analysed, and how many were not, by reason."""
    proofs = list(proofs)
    rows = [_row(each, lang) for each in proofs if each.proof.analysis is not None]
    heads = ("list-edition", "criterion", "prove-points", "prove-direction", "prove-cliff")
    if rows:
        show_table([Column(word, say(word, lang)) for word in heads], rows, "table")
    counted: dict[str, int] = {}
    for each in proofs:
        if each.proof.analysis is None:
            counted[each.proof.why] = counted.get(each.proof.why, 0) + 1
    for why, count in counted.items():
        click.echo(say(f"prove-{why}", lang, count=count))


def _row(each: Proved, lang: str) -> dict[str, str]:
    found = each.proof.analysis
    if found is None:
        return {}
    axes = found.plane.axes
    ways = (
        f"{axes[name].text or name}: {say(f'direction-{way.value}', lang)}"
        for name, way in found.directions.items()
    )
    return {
        "list-edition": each.edition.key,
        "criterion": each.proof.name,
        "prove-points": f"{_end(found.least, lang)} … {_end(found.most, lang)}",
        "prove-direction": "; ".join([*ways, *([] if found.one_unit else [say("prove-peers", lang)])]),
        "prove-cliff": "" if found.cliff is None else _jump(found.cliff, axes[found.cliff.axis], lang),
    }


def _jump(cliff: Cliff, axis: Axis, lang: str) -> str:
    """Where points jump and by how much, with the evidence on both sides."""
    at = shown_percent(cliff.at, lang) if isinstance(axis.node, Div) else shown(cliff.at, lang)
    more = "+" if cliff.jump > 0 else "−"
    sides = "" if cliff.below is None or cliff.above is None else f" ({cliff.below} → {cliff.above})"
    return f"{at}: {more}{shown(abs(cliff.jump), lang)}{sides}"


def _end(extreme: Extreme | None, lang: str) -> str:
    return "…" if extreme is None else shown(extreme.points, lang)

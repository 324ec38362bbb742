"""Fields that nobody reads: of a vocabulary, no edition at hand; of an edition's rules, none for points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from parcore.diagnostics import Findings
from parcore.editions.edition import Edition
from parcore.editions.records import mean_of
from parcore.evidence.vocabulary import FieldSpec, Vocabulary
from parcore.readings.analysis.edition import Proof
from parcore.rules.combinations import Rule
from parcore.rules.derivations import derivations


def unread(vocabulary: Vocabulary, editions: Iterable[Edition]) -> Iterator[FieldSpec]:
    """The fields of a vocabulary and of its records that none of some editions reads."""
    read = {("", name) for edition in editions for name in edition.facts}
    for edition in editions:
        rules = [leaf.rule for leaf in edition.scored if leaf.rule is not None]
        read |= {each for rule in rules for each in _read(rule)}
    for each in derivations(vocabulary, Findings()):
        if ("", each.spec.name) in read:
            read |= {(each.kind, name) for name in each.names}
    sections = {"": vocabulary, **vocabulary.records}
    for kind, section in sections.items():
        yield from (spec for name, spec in section.fields.items() if (kind, name) not in read)


def _read(rule: Rule) -> Iterator[tuple[str, str]]:
    """What a rule reads: the kind of record, "" for the unit itself, and the field."""
    yield from (("", name) for name in rule.fields)
    mean = mean_of(rule)
    if mean is not None:
        yield from ((mean.records, name) for name in mean.rule.fields)


def dead(proofs: Iterable[Proof], facts: Iterable[str]) -> Iterator[tuple[Proof, str]]:
    """The fields that rules of an edition read and that change no points in any, with a rule that reads it.

    `facts` are the fields that its policies read.
    """
    alive = {("", name) for name in facts}
    readers: dict[tuple[str, str], Proof] = {}
    for proof in proofs:
        rule = proof.criterion.rule
        names = [] if rule is None else list(_read(rule))
        alive |= {each for each in names if _matters(proof, each[1])}
        for each in names:
            readers.setdefault(each, proof)
    yield from ((proof, name) for (kind, name), proof in readers.items() if (kind, name) not in alive)


def _matters(proof: Proof, name: str) -> bool:
    """Whether points may depend on a field, as far as is known; a deduction's parts say so of theirs."""
    found = proof.analysis
    if found is None:
        return True
    if found.constant or proof.floor is not None:
        return False
    if not found.one_unit:
        return True
    return any(name in found.fields[axis] for axis in found.plane.axes if axis not in found.dead)

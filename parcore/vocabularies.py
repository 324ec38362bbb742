"""Vocabularies that extend others: which may be read, and each after the one that it extends.

In: the trees of vocabulary documents. Out: whole vocabularies by name, each with all that its base has.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf

from parcore.diagnostics import NOT_CHECKED, Findings, Place
from parcore.documents.reading import text_of
from parcore.documents.schema import check_shape
from parcore.documents.tree import Mapping, Tree
from parcore.evidence.vocabulary import Vocabulary, read_vocabulary
from parcore.packages import Document, twice
from parcore.rules.derivations import derivations

Trees = Iterable[tuple[Document, Tree]]


def read_vocabularies(trees: Trees, held: Iterable[Document], findings: Findings) -> dict[str, Vocabulary]:
    """All vocabularies, by name; of two with one name the first stands, and the second is reported.

    `held`: the documents of vocabularies, those too that cannot be read.
    """
    trees, held = tuple(trees), tuple(held)
    bases = bases_of(tree for _, tree in trees)
    found: dict[str, Vocabulary] = {}
    first: dict[str, Document] = {}
    for document, tree in sorted(trees, key=lambda each: len(_under(_named(each[1]), bases))):
        vocabulary = read_extending(tree, found, bases, held, findings)
        if vocabulary is None:
            continue
        if vocabulary.name in found:
            findings.extend(twice(first[vocabulary.name], document).diagnostics)
        found.setdefault(vocabulary.name, vocabulary)
        first.setdefault(vocabulary.name, document)
    return found


def read_extending(
    tree: Tree,
    known: MappingOf[str, Vocabulary],
    bases: MappingOf[str, str],
    held: Iterable[Document],
    findings: Findings,
) -> Vocabulary | None:
    """A vocabulary from its document, on one that is known; None where either is refused.

    On one that is held but refused the document's shape alone is checked, which is told.
    """
    written = tree.get("extends") if isinstance(tree, Mapping) else None
    base, name = text_of(written), _named(tree)
    if written is None or not base:
        return _read(tree, None, findings)
    round_ = _under(name, {**bases, name: base})
    if name not in round_ and base in known:
        return _read(tree, known[base], findings)
    check_shape(tree, "vocabulary", findings)
    there = {each.name: each for each in held}
    if name in round_:
        findings.add("vocabulary-circular", written.place, name=name, chain=" → ".join((name, *round_)))
    elif base in there:
        findings.add(NOT_CHECKED, Place(there[base].shown))
    else:
        findings.add("unknown-vocabulary", written.place, name=base, known=", ".join(sorted(there)) or "—")
    return None


def bases_of(trees: Iterable[Tree]) -> dict[str, str]:
    """Of each vocabulary the one that it extends; "" for none."""
    found: dict[str, str] = {}
    for tree in trees:
        if isinstance(tree, Mapping):
            found.setdefault(_named(tree), text_of(tree.get("extends")))
    return found


def _read(tree: Tree, base: Vocabulary | None, findings: Findings) -> Vocabulary | None:
    vocabulary = read_vocabulary(tree, findings, base)
    if vocabulary is not None:
        derivations(vocabulary, findings)
    return vocabulary


def _named(tree: Tree) -> str:
    return text_of(tree.get("vocabulary")) if isinstance(tree, Mapping) else ""


def _under(name: str, bases: MappingOf[str, str]) -> list[str]:
    """Those that one stands on, nearest first; itself at the end where they go round."""
    found: list[str] = []
    while (name := bases.get(name, "")) and name not in found:
        found.append(name)
    return found

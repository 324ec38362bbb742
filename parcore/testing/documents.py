"""Documents as plain data, and what the engine's own readers make of them.

What is drawn is what an author can write: data, then YAML text, then the readers that read files.
"""

from __future__ import annotations

from typing import Any, Final, Protocol, TypeAlias

import yaml
from attrs import field, frozen

from parcore.diagnostics import Findings, Place
from parcore.documents.tree import Listing, Mapping, Scalar, Tree
from parcore.documents.yaml import parse_yaml
from parcore.editions.document import read_edition
from parcore.editions.edition import Edition
from parcore.evidence.vocabulary import Vocabulary, read_vocabulary

Plain: TypeAlias = dict[str, Any]
"""A map of a document: texts, lists and maps."""

PLACE: Final = Place("drawn")


class _Dumper(yaml.CSafeDumper):
    """Writes what stands twice twice, as an author does."""

    def ignore_aliases(self, data: object) -> bool:
        return True


class Unsound(AssertionError):
    """A document that the readers refuse: a fault of what draws it, or of the checker."""


def text_of_data(data: Plain) -> str:
    """A document as YAML."""
    return str(yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100))


def tree_of(data: object) -> Tree:
    """Plain data as a tree, for what is read before its document is whole."""
    if isinstance(data, dict):
        return Mapping(PLACE, {str(key): tree_of(each) for key, each in data.items()})
    if isinstance(data, list):
        return Listing(PLACE, tuple(map(tree_of, data)))
    return Scalar(PLACE, str(data))


class Written(Protocol):
    """What laws ask of a document: its map, how a case shows it, and the edition it is read as."""

    @property
    def edition(self) -> Plain: ...
    @property
    def text(self) -> str: ...
    def read(self) -> Edition: ...


@frozen
class Document:
    """An edition and its vocabulary as an author writes them."""

    vocabulary: Plain = field(eq=False)
    edition: Plain = field(eq=False)

    @property
    def text(self) -> str:
        """Both, as YAML."""
        return f"{text_of_data(self.vocabulary)}---\n{text_of_data(self.edition)}"

    def found(self) -> tuple[Edition | None, Findings]:
        """The edition as it is read from the text, and what the checker finds in it."""
        findings = Findings()
        vocabulary = vocabulary_of(self.vocabulary, findings)
        tree = parse_yaml(text_of_data(self.edition), "edition.yaml", findings)
        return read_edition(tree, {vocabulary.name: vocabulary}, findings), findings

    def read(self) -> Edition:
        """The edition.

        Raises:
            Unsound: the readers refuse it.
        """
        edition, findings = self.found()
        if edition is None or findings.errors:
            raise Unsound("\n".join([*(each.render("en") for each in findings), self.text]))
        return edition


def vocabulary_of(data: Plain, findings: Findings) -> Vocabulary:
    """A vocabulary as it is read from its text."""
    read = read_vocabulary(parse_yaml(text_of_data(data), "vocabulary.yaml", findings), findings)
    if read is None or findings.errors:
        raise Unsound("\n".join(each.render("en") for each in findings))
    return read

"""The editions that the kit is asked to try: found by name or in folders, with their documents at hand.

In: the names and folders of the command line. Out: a `Held` edition each; names that mean nothing stop.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from attrs import frozen

from parcore.diagnostics import Findings, ParcoreError
from parcore.documents import tree as trees
from parcore.documents.yaml import read_yaml
from parcore.editions.edition import Edition
from parcore.packages import Document
from parcore.registry import Registry, search_paths
from parcore.testing.documents import Plain


@frozen(eq=False)
class Held:
    """An edition of a package or a folder; as a document, what is read anew each time it is asked."""

    found: Document
    paths: tuple[Path, ...]

    @property
    def key(self) -> str:
        """Its full name."""
        return self.found.key

    @property
    def text(self) -> str:
        """How a case shows it: where it stands."""
        return f"{self.key} ({self.found.shown})"

    @cached_property
    def edition(self) -> Plain:
        """Its map, every scalar as it is written."""
        plain = _as_written(read_yaml(self.found.path, Findings(), self.found.shown))
        return plain if isinstance(plain, dict) else {}

    def read(self) -> Edition:
        """The edition, from its files.

        Raises:
            ParcoreError: its document, or the vocabulary it stands on, is refused.
        """
        return Registry(self.paths).load(self.found)

    @cached_property
    def registry(self) -> Registry:
        """What is at hand beside it: evidence, units, printed figures."""
        return Registry(self.paths)


def _as_written(tree: trees.Tree) -> object:
    if isinstance(tree, trees.Mapping):
        return {key: _as_written(each) for key, each in tree.entries.items()}
    if isinstance(tree, trees.Listing):
        return [_as_written(each) for each in tree.items]
    return tree.text


def held(names: Iterable[str], folders: Iterable[str | Path]) -> list[Held]:
    """The editions named, `methodology` for all of its editions or `methodology@edition` for one.

    Without names: all editions of the folders.

    Raises:
        ParcoreError: a name that means none (it says which there are), or a folder that holds nothing.
    """
    paths = search_paths(folders)
    registry = Registry(paths)
    documents: dict[str, Document] = {}
    asked = [*names] or _of_folders(registry, paths)
    for name in asked:
        methodology, _, wanted = name.partition("@")
        found = [d for d in registry.edition_documents(methodology) if wanted in ("", d.name)]
        if not methodology or not found:
            registry.edition(name)  # says what there is
        documents |= {document.key: document for document in found}
    return [Held(document, paths) for document in documents.values()]


def _of_folders(registry: Registry, paths: Iterable[Path]) -> list[str]:
    inside = [path.resolve() for path in paths]
    return [
        document.key
        for document in registry.edition_documents()
        if any(document.path.resolve().is_relative_to(path) for path in inside)
    ]


def refusal(error: ParcoreError, lang: str) -> str:
    """What is wrong with a document, a finding on each line."""
    return "\n".join(each.render(lang) for each in error.diagnostics)
